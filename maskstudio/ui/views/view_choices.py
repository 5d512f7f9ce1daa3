"""The user's choices on view modes: read from the settings, shown on the canvas, kept in the settings."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from maskstudio.core.arrays import Colour
from maskstudio.core.files import read_image
from maskstudio.core.profile import profile_space
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Runner, Token
from maskstudio.names import path_of, text_of
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.loupe import FACTORS
from maskstudio.ui.canvas.picture import Picture
from maskstudio.ui.canvas.style import SOFT, Mode, Style

_KEY = "choices"  # key in the views of the settings
_LARGEST_PROFILE = 16 << 20


def name_of(colour: Colour) -> str:
    """The colour as "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def colour_of(name: str) -> Colour:
    """The colour that "#rrggbb" names."""
    return int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16)


def _is_colour(value: Any) -> bool:
    return re.fullmatch("#[0-9a-fA-F]{6}", value) is not None


@dataclass(frozen=True, slots=True)
class ChosenView:
    """The choices besides the overlay's colour, strength and side, which have settings of their own; see ``Style``."""

    hatched: bool = False
    backdrop: str = "#7f7f7f"
    picture: str = ""  # path of the file
    onion: float = 0.5
    soft: str = name_of(SOFT)
    loupe: int = 4

    @classmethod
    def of(cls, saved: dict[str, Any]) -> "ChosenView":
        """The saved choices; invalid values become defaults."""
        plain = cls()
        good = {
            each.name: saved[each.name]
            for each in fields(cls)
            if type(saved.get(each.name)) is type(getattr(plain, each.name)) and _FITS[each.name](saved[each.name])
        }
        return cls(**good)


_FITS: dict[str, Callable[[Any], bool]] = {
    "hatched": lambda _value: True,
    "backdrop": _is_colour,
    "picture": lambda value: len(value) <= 4096,
    "onion": lambda value: 0 <= value <= 1,
    "soft": _is_colour,
    "loupe": lambda value: value in FACTORS,
}


class ViewChoices(QObject):
    """The present choices. ``changed`` is emitted after each change, ``failed`` with a sentence on an unusable file."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, settings: Settings, canvas: Canvas, runner: Callable[[], Runner], parent: QObject) -> None:
        """Read the choices; ``runner`` gives the runner that decodes pictures."""
        super().__init__(parent)
        self.settings = settings
        self.now = ChosenView.of(settings.views.get(_KEY, {}))
        self._canvas, self._runner = canvas, runner
        self._picture: Picture | None = None
        self._worst: Colour = Style().worst
        self._raw = False
        self._profile = ""

    @property
    def mode(self) -> Mode:
        """The view mode."""
        return self._canvas.styling.mode

    @property
    def style(self) -> Style:
        """All choices as a style for the canvas."""
        kept, now = self.settings, self.now
        return Style(
            self.mode,
            colour_of(kept.overlay_colour),
            kept.overlay_opacity,
            kept.overlay_side,
            now.hatched,
            colour_of(now.backdrop),
            self._picture,
            now.onion,
            colour_of(now.soft),
            grid_from=kept.grid_from / 100,
            worst=self._worst,
            raw=self._raw,
        )

    def show(self) -> None:
        """Show the present choices on the canvas."""
        if self._profile != self.settings.monitor_profile:
            self._profile = self.settings.monitor_profile
            self._canvas.contents.set_display(self._read_profile())
        self._canvas.styling.set_style(self.style)
        self.changed.emit()

    def show_mode(self, mode: Mode) -> None:
        """Use another view mode. A picture chosen in an earlier run is read when it is first needed."""
        self._canvas.styling.set_style(replace(self.style, mode=mode))
        if mode == "picture" and self.now.picture and self._picture is None:
            self.choose_picture(path_of(self.now.picture))
        self.changed.emit()

    def show_worst(self, backdrop: Colour) -> None:
        """Let "worst" put this colour behind the cut-out."""
        if backdrop != self._worst:
            self._worst = backdrop
            self.show()

    def show_raw(self, raw: bool) -> None:
        """Show the colours of the photo along the edge, or the clean ones."""
        self._raw = raw
        self.show()

    def choose(self, **choices: Any) -> None:
        """Change choices, keep and show them."""
        self.now = replace(self.now, **choices)
        self.settings.views = {**self.settings.views, _KEY: asdict(self.now)}
        self.show()

    def choose_overlay(self, **choices: Any) -> None:
        """Change ``colour`` ("#rrggbb"), ``opacity`` (0..1) or ``side`` of the overlay, keep and show it."""
        for name, value in choices.items():
            setattr(self.settings, f"overlay_{name}", value)
        self.show()

    def choose_picture(self, path: Path) -> None:
        """Put the cut-out on the picture in a file, once that is read."""
        display = self._read_profile()

        def read(token: Token) -> Picture:
            return Picture.of(read_image(path, step=token.step).image, display)

        def done(picture: Picture) -> None:
            self._picture = picture
            self.choose(picture=text_of(path))

        def failed(error: MaskStudioError) -> None:
            self.choose(picture="")
            self.failed.emit(str(error))

        self._runner().start(self.tr("Opening {}").format(path.name), read, done, lane="picture", failed=failed)

    def _read_profile(self) -> bytes | None:
        """The profile of the screen, or None for sRGB."""
        path = path_of(self.settings.monitor_profile)
        if not self.settings.monitor_profile:
            return None
        try:
            with path.open("rb") as file:
                icc = file.read(_LARGEST_PROFILE)
        except OSError:
            icc = b""
        if profile_space(icc) == "RGB":
            return icc
        self.failed.emit(self.tr("{} is no profile of a screen; sRGB is used.").format(path.name))
        return None
