"""Typed settings, kept as JSON in the user's folder."""

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from maskstudio import paths

log = logging.getLogger(__name__)

RECENT = 10
Theme = Literal["system", "light", "dark"]
Side = Literal["outside", "inside"]
_CHOICES: dict[str, Any] = {"theme": Theme, "overlay_side": Side}


@dataclass
class Settings:
    """What the user chose, with the defaults of a first start."""

    theme: Theme = "system"
    overlay_colour: str = "#e5484d"
    overlay_opacity: float = 0.5
    overlay_side: Side = "outside"
    recent: list[str] = field(default_factory=list)
    export_folder: str = ""
    window: dict[str, str] = field(default_factory=dict)  # Qt's geometry and state, base64
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)  # last used values of each form, by wire name

    def remember(self, path: Path) -> None:
        """Put ``path`` first among the recent files."""
        text = str(path.absolute())
        self.recent = [text, *(other for other in self.recent if other != text)][:RECENT]


def location() -> Path:
    """The settings file."""
    return paths.home() / "settings.json"


def load() -> Settings:
    """The saved settings; unknown keys and values of the wrong type fall back to the defaults."""
    try:
        saved = json.loads(location().read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        log.info("settings could not be read; starting with the defaults", exc_info=True)
        return Settings()
    defaults = Settings()
    if not isinstance(saved, dict):
        return defaults
    return Settings(**{key: value for key, value in saved.items() if _fits(defaults, key, value)})


def _fits(defaults: Settings, key: str, value: object) -> bool:
    if key not in {item.name for item in fields(Settings)}:
        return False
    choices = get_args(_CHOICES[key]) if key in _CHOICES else (value,)
    return type(value) is type(getattr(defaults, key)) and value in choices


def save(settings: Settings) -> None:
    """Write the settings in one piece; a failure is logged and costs nothing but the change."""
    target = location()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(settings), file, indent=1)
        Path(name).replace(target)
    except OSError:
        log.info("settings could not be saved", exc_info=True)
