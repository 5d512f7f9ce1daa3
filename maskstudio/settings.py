"""Typed settings, kept as JSON in the user's folder."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from maskstudio import paths
from maskstudio.core.atomic import replacing
from maskstudio.errors import CannotWrite

log = logging.getLogger(__name__)

RECENT = 10
Theme = Literal["system", "light", "dark"]
Side = Literal["outside", "inside"]
_RULES: dict[str, Callable[[Any], bool]] = {
    "theme": lambda value: value in get_args(Theme),
    "overlay_colour": lambda value: re.fullmatch("#[0-9a-fA-F]{6}", value) is not None,
    "overlay_opacity": lambda value: 0 <= value <= 1,
    "overlay_side": lambda value: value in get_args(Side),
    "export_folder": lambda _value: True,
    "recent": lambda value: all(isinstance(path, str) for path in value),
    "window": lambda value: all(isinstance(state, str) for state in value.values()),
    "forms": lambda value: all(isinstance(form, dict) for form in value.values()),
}


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
    """The saved settings; unknown keys are left out, values that do not fit fall back to the defaults."""
    try:
        saved = json.loads(location().read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError):
        log.info("settings could not be read; starting with the defaults", exc_info=True)
        return Settings()
    defaults = Settings()
    if not isinstance(saved, dict):
        return defaults
    return Settings(**{key: value for key, value in saved.items() if _fits(defaults, key, value)})


def _fits(defaults: Settings, key: str, value: object) -> bool:
    return key in _RULES and type(value) is type(getattr(defaults, key)) and _RULES[key](value)


def save(settings: Settings) -> None:
    """Write the settings in one piece; a failure is logged and costs nothing but the change."""
    target = location()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            file.write(json.dumps(asdict(settings), indent=1).encode())
    except (OSError, CannotWrite):
        log.info("settings could not be saved", exc_info=True)
