"""Typed settings, stored as JSON in the user's folder.

One line adds a setting, with its declaration (``declarations.py``). An invalid value is ignored.
"""

import json
import logging
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from maskstudio import paths
from maskstudio.checks import (
    a_colour,
    a_line,
    a_mirror,
    a_path,
    dicts_by_name,
    key_lists,
    one_of,
    texts,
    texts_by_name,
)
from maskstudio.core.atomic import replacing
from maskstudio.core.lock import changing
from maskstudio.declarations import Page, Paged, Remembered
from maskstudio.errors import BadParameter, CannotWrite
from maskstudio.merging import merged
from maskstudio.names import text_of
from maskstudio.params.spec import Spec

log = logging.getLogger(__name__)

RECENT = 10
Theme = Literal["system", "light", "dark"]
Side = Literal["outside", "inside"]
Surround = Literal["theme", "black", "dark", "middle", "light", "white"]
Wheel = Literal["zoom", "pan"]
_PATIENCE = 2.0  # s that a window waits while another one writes
_EXACT = 2**53  # whole numbers below this are exact as floats


@dataclass
class Settings:
    """The user's choices, with the defaults of a first start."""

    theme: Annotated[
        Theme,
        Paged(
            "general",
            "Theme",
            "Light or dark greys around the photo.",
            choices=(("system", "System"), ("light", "Light"), ("dark", "Dark")),
        ),
    ] = "system"
    overlay_colour: Annotated[
        str,
        Paged(
            "canvas", "Overlay colour", "The tint of what the mask leaves out, or holds.", fits=a_colour, kind="colour"
        ),
    ] = "#d600ff"
    overlay_opacity: Annotated[
        float,
        Paged(
            "canvas",
            "Overlay opacity",
            "How strongly the overlay covers the photo.",
            between=(0, 1),
            step=0.01,
            unit="%",
            scale=100,
        ),
    ] = 0.5
    overlay_side: Annotated[
        Side,
        Paged(
            "canvas",
            "Overlaid side",
            "Which side of the mask is tinted.",
            choices=(("outside", "Outside"), ("inside", "Inside")),
        ),
    ] = "outside"
    recent: Annotated[list[str], Remembered(texts)] = field(default_factory=list)
    export_folder: Annotated[str, Remembered(a_path)] = ""
    # Qt's geometry and state, base64
    window: Annotated[dict[str, str], Remembered(texts_by_name)] = field(default_factory=dict)
    # Last used values of each form, under their wire names
    forms: Annotated[dict[str, dict[str, Any]], Remembered(dicts_by_name)] = field(default_factory=dict)

    author: Annotated[
        str,
        Paged(
            "general",
            "Author",
            "Your name as it is noted with layers and saved in projects. It is sent nowhere.",
            fits=a_line(200),
            kind="text",
        ),
    ] = ""
    wheel: Annotated[
        Wheel,
        Paged(
            "general",
            "Mouse wheel",
            "What a wheel does by itself. With Ctrl it always zooms; two fingers on a trackpad always pan.",
            choices=(("zoom", "Zooms"), ("pan", "Scrolls")),
        ),
    ] = "zoom"
    full_screen_f: Annotated[
        bool,
        Paged("general", "F is full screen", "In Photoshop's keys: F fills the screen, Shift+F goes to the next view."),
    ] = False
    surround: Annotated[
        Surround,
        Paged(
            "canvas",
            "Surround",
            "The colour around the photo.",
            choices=(
                ("theme", "As the theme"),
                ("black", "Black"),
                ("dark", "Dark grey"),
                ("middle", "Middle grey"),
                ("light", "Light grey"),
                ("white", "White"),
            ),
        ),
    ] = "theme"
    grid_from: Annotated[
        int,
        Paged(
            "canvas",
            "Pixel grid from",
            "From this zoom on, lines part the pixels of the photo.",
            between=(200, 6400),
            soft=(200, 3200),
            step=100,
            unit="%",
        ),
    ] = 800
    monitor_profile: Annotated[
        str,
        Paged(
            "canvas",
            "Monitor profile",
            "An ICC file that describes the screen. Without one, sRGB is assumed.",
            fits=a_path,
            kind="file",
        ),
    ] = ""
    pressure_gamma: Annotated[
        float,
        Paged(
            "brush",
            "Pressure curve",
            "How hard a pen must press: below 1 a light touch already paints strongly, above 1 it takes more.",
            between=(0.2, 5),
            soft=(0.2, 3),
            step=0.05,
        ),
    ] = 1.0
    precise_cursor: Annotated[
        bool,
        Paged("brush", "Precise cursor", "Show a cross instead of the brush's outline. Caps Lock does so for a while."),
    ] = False
    recent_count: Annotated[int, Paged("files", "Recent files", "How many are remembered.", between=(0, 50))] = RECENT
    autosave_minutes: Annotated[
        int,
        Paged(
            "files",
            "Autosave",
            "How often a project that has a file is saved by itself, 0 for never; a crash takes nothing either way.",
            between=(0, 120),
            soft=(0, 30),
            unit="min",
        ),
    ] = 5
    closed_days: Annotated[
        int,
        Paged(
            "files",
            "Reopen closed for",
            "How long File > Reopen Closed brings a document back, with its whole history, saved or not; 0 keeps none.",
            between=(0, 60),
            unit="days",
        ),
    ] = 14
    closed_gigabytes: Annotated[
        int,
        Paged(
            "files",
            "Room for closed",
            "How much of the disk closed documents may take; the oldest go first.",
            between=(1, 50),
            unit="GB",
        ),
    ] = 2
    project_history_megabytes: Annotated[
        int,
        Paged(
            "files",
            "History in projects",
            "How much room the undo steps in a saved project may take, the nearest first; 0 saves none.",
            between=(0, 1024),
            unit="MB",
        ),
    ] = 64
    history_megabytes: Annotated[
        int,
        Paged(
            "performance",
            "History",
            "How much memory the steps of undo may take; the oldest go first.",
            between=(64, 16384),
            soft=(64, 4096),
            step=64,
            unit="MB",
        ),
    ] = 512

    warm_megabytes: Annotated[
        int,
        Paged(
            "models",
            "Memory for models",
            "How much memory the models used last may keep, so that they answer at once; the oldest go first.",
            between=(128, 65536),
            soft=(256, 8192),
            step=128,
            unit="MB",
        ),
    ] = 2048
    encodings_megabytes: Annotated[
        int,
        Paged(
            "models",
            "Encoded photos",
            "How much room on the disk photos that a selection model has encoded may take; 0 keeps none.",
            between=(0, 65536),
            soft=(0, 8192),
            step=128,
            unit="MB",
        ),
    ] = 1024
    mirror: Annotated[
        str,
        Paged(
            "models",
            "Mirror",
            "The https address of a folder with model files, asked when a publisher does not answer; all are checked.",
            fits=a_mirror,
            kind="text",
        ),
    ] = ""

    preset: Annotated[str, Remembered(one_of("photoshop", "gimp", "krita", "lightroom"))] = "photoshop"
    # The user's own keys, by action
    keys: Annotated[dict[str, list[str]], Remembered(key_lists)] = field(default_factory=dict)
    recent_commands: Annotated[list[str], Remembered(texts)] = field(default_factory=list)
    # Each tool's own parameters
    tools: Annotated[dict[str, dict[str, Any]], Remembered(dicts_by_name)] = field(default_factory=dict)
    # Choices of each view
    views: Annotated[dict[str, dict[str, Any]], Remembered(dicts_by_name)] = field(default_factory=dict)
    # Accounts at services, by service; keys are in the keychain
    services: Annotated[dict[str, dict[str, Any]], Remembered(dicts_by_name)] = field(default_factory=dict)
    tour_seen: Annotated[bool, Remembered(one_of(True, False))] = False

    def __post_init__(self) -> None:
        self.filed: dict[str, Any] | None = None  # the values known to be in the file

    def remember(self, path: Path) -> None:
        """Put ``path`` first among the recent files."""
        text = text_of(path.absolute())
        self.recent = [text, *(other for other in self.recent if other != text)][: self.recent_count]


@dataclass(frozen=True, slots=True)
class Preference:
    """A setting that the preferences show: its declaration, its page, and which control a text has."""

    spec: Spec
    page: Page
    kind: str


@cache
def _declared() -> dict[str, tuple[Remembered | Paged, object]]:
    """The declaration and the default of each setting, by name."""
    hints, defaults = get_type_hints(Settings, include_extras=True), Settings()
    return {each.name: (hints[each.name].__metadata__[0], getattr(defaults, each.name)) for each in fields(Settings)}


def preferences() -> list[Preference]:
    """All settings that the preferences show, in their order."""
    return [
        Preference(shown.spec(name, default), shown.page, shown.kind)
        for name, (shown, default) in _declared().items()
        if isinstance(shown, Paged)
    ]


def location() -> Path:
    """The path of the settings file."""
    return paths.home() / "settings.json"


def load() -> Settings:
    """The saved settings. Unknown names are ignored; invalid values are replaced by their defaults."""
    try:
        saved = json.loads(location().read_text("utf-8"))
    except FileNotFoundError:
        return _known(Settings())
    except (OSError, ValueError, RecursionError):
        log.info("settings could not be read; starting with the defaults", exc_info=True)
        return _known(Settings())
    if not isinstance(saved, dict):
        return _known(Settings())
    chosen = Settings()
    for name, value in saved.items():
        if fits(name, value):
            setattr(chosen, name, _typed(name, value))
    return _known(chosen)


def _known(settings: Settings) -> Settings:
    settings.filed = deepcopy(asdict(settings))
    return settings


def fits(name: str, value: object) -> bool:
    """Whether ``value`` may be the setting called ``name``."""
    if name not in _declared():
        return False
    declared, default = _declared()[name]
    value = _typed(name, value)
    if type(value) is not type(default):
        return False
    if isinstance(declared, Paged):
        try:
            declared.spec(name, default).check(value)
        except BadParameter:
            return False
    return declared.fits(value)


def _typed(name: str, value: object) -> object:
    """``value``, turned from a whole number into a float if the setting is one: JSON may lack the point."""
    whole = isinstance(_declared()[name][1], float) and type(value) is int and abs(value) < _EXACT
    return float(value) if whole and isinstance(value, int) else value


def save(settings: Settings) -> None:
    """Write the settings completely or not at all. A failure is logged and loses only the change.

    A setting that another window has changed since, and this one has not, keeps the other window's value.
    """
    target, before = location(), settings.filed
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with changing(target, _PATIENCE):
            values = asdict(settings) if before is None else merged(before, asdict(settings), asdict(load()))
            with replacing(target) as file:
                file.write(json.dumps(values, indent=1).encode())
        _known(settings)
    except (OSError, CannotWrite):
        log.info("settings could not be saved", exc_info=True)
