"""Where maskstudio keeps its files for this user. ``MASKSTUDIO_HOME`` puts everything under one folder."""

import os
from pathlib import Path

import platformdirs

_APP = "maskstudio"


def home() -> Path:
    """The user's folder for settings and models; it need not exist yet."""
    chosen = os.environ.get("MASKSTUDIO_HOME")
    return _expanded(chosen) if chosen else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def models() -> Path:
    """The user's folder of weight files."""
    return home() / "models"


def cache() -> Path:
    """Files that can be made again, such as compiled kernels."""
    if os.environ.get("MASKSTUDIO_HOME"):
        return home() / "cache"
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def model_folders() -> list[Path]:
    """The folders searched for weight files, in order: ``MASKSTUDIO_MODELS`` (separated like PATH), then the user's."""
    extra = [_expanded(part) for part in os.environ.get("MASKSTUDIO_MODELS", "").split(os.pathsep) if part]
    return [*extra, models()]


def _expanded(folder: str) -> Path:
    return Path(os.path.expanduser(folder))  # noqa: PTH111 - Path's own raises where there is no such user
