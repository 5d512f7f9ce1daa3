"""Where maskstudio stores its files for this user. ``MASKSTUDIO_HOME`` puts everything into one folder."""

import os
from functools import lru_cache
from pathlib import Path

import platformdirs

_APP = "maskstudio"
SAMPLE = "samples/grace_hopper.jpg"  # the sample photo


def home() -> Path:
    """The user's folder for settings and models; it may not exist yet."""
    chosen = os.environ.get("MASKSTUDIO_HOME")
    return expanded(chosen) if chosen else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def models() -> Path:
    """The user's folder of weight files."""
    return home() / "models"


def cache() -> Path:
    """The folder for files that can be made again, such as compiled kernels."""
    if os.environ.get("MASKSTUDIO_HOME"):
        return home() / "cache"
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def model_folders() -> list[Path]:
    """The folders searched for weight files, in order: ``MASKSTUDIO_MODELS`` (separated like PATH), then the user's."""
    extra = [expanded(part) for part in os.environ.get("MASKSTUDIO_MODELS", "").split(os.pathsep) if part]
    return [*extra, models()]


def expanded(text: str) -> Path:
    """A text as path, with ``~`` and ``~user`` replaced by their folders; unchanged if there is no such user."""
    try:
        return Path(os.path.expanduser(text))  # noqa: PTH111 - Path's own raises where there is no such user
    except ValueError:  # a null byte in the user's name
        return Path(text)


def is_file(path: Path) -> bool:
    """Whether there is a file; false for a name that is too long or a folder that may not be read."""
    return os.path.isfile(path)  # noqa: PTH113 - Path's own raises for those


def exists(path: Path) -> bool:
    """Whether there is anything with this name; false if that may not be known."""
    return os.path.exists(path)  # noqa: PTH110 - Path's own raises for a name too long


@lru_cache
def resource(name: str) -> Path:
    """The path of a file that comes with the program: inside a wheel, or beside the package in a checkout."""
    from importlib.resources import files  # not while the program starts

    package = Path(str(files("maskstudio")))
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"maskstudio was installed without its file resources/{name}")
