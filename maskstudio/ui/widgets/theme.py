"""The looks of the window: two tables of greys with one accent, and the palette and style sheet made from them.

Greys are neutral (red = green = blue), so that nothing tints the judgement of colours.
"""

from dataclasses import asdict, dataclass
from functools import partial
from string import Template

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from maskstudio.names import text_of
from maskstudio.paths import resource

ROW = 26  # px, height of a control
GAP, SPACE, MARGIN = 4, 8, 12  # px, the only distances in use
RADIUS = 4  # px


@dataclass(frozen=True, slots=True)
class ThemeColours:
    """Colours as "#rrggbb". ``accent`` fills, under ``on_accent``; ``accent_text`` is for marks and text."""

    name: str
    bar: str  # menus, tool bars, titles, status
    window: str  # panels
    field: str  # fields to type into or to choose from
    raised: str  # buttons
    hover: str
    pressed: str
    line: str  # between areas
    border: str  # around controls
    mark: str  # around check boxes, which must stand out by themselves
    chosen: str  # the chosen one of a few side by side
    track: str  # of sliders and progress
    handle: str
    knob: str  # around a handle
    text: str
    muted: str  # secondary text
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_text: str
    selection: str  # behind a selected row
    good: str
    warn: str
    bad: str
    surround: str  # around the photo


DARK = ThemeColours(
    name="dark",
    bar="#262626",
    window="#2e2e2e",
    field="#222222",
    raised="#3b3b3b",
    hover="#464646",
    pressed="#525252",
    line="#1b1b1b",
    border="#4d4d4d",
    mark="#8a8a8a",
    chosen="#4a4a4a",
    track="#1c1c1c",
    handle="#e2e2e2",
    knob="#1b1b1b",
    text="#e8e8e8",
    muted="#adadad",
    disabled="#7d7d7d",
    accent="#3370e0",
    accent_hover="#2a62cc",
    on_accent="#ffffff",
    accent_text="#7fb0ff",
    selection="#2b4672",
    good="#58c27d",
    warn="#e3b341",
    bad="#ff8078",
    surround="#3c3c3c",
)
LIGHT = ThemeColours(
    name="light",
    bar="#e4e4e4",
    window="#f0f0f0",
    field="#ffffff",
    raised="#fbfbfb",
    hover="#e7e7e7",
    pressed="#d6d6d6",
    line="#cdcdcd",
    border="#bdbdbd",
    mark="#808080",
    chosen="#e2e2e2",
    track="#cfcfcf",
    handle="#ffffff",
    knob="#7a7a7a",
    text="#1c1c1c",
    muted="#575757",
    disabled="#8f8f8f",
    accent="#2563d4",
    accent_hover="#1d57c2",
    on_accent="#ffffff",
    accent_text="#1d57c2",
    selection="#cfe0fb",
    good="#1f7a41",
    warn="#8a5a00",
    bad="#b3261e",
    surround="#bbbbbb",
)


def apply(app: QApplication, name: str) -> None:
    """Dress ``app`` in "dark" or "light", or, with "system", follow the system's choice and its changes."""
    app.setProperty("theme", name)
    hints = app.styleHints()
    if app.findChild(QObject, "themeWatcher") is None:
        watcher = QObject(app)
        watcher.setObjectName("themeWatcher")
        hints.colorSchemeChanged.connect(partial(_follow, app))
    if name == "system":
        hints.unsetColorScheme()
        _dress(app, _of_scheme(hints.colorScheme()))
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light)
        _dress(app, DARK if name == "dark" else LIGHT)


def tokens(app: QApplication | None = None) -> ThemeColours:
    """The colours in use: those of the theme that the application's palette is made from."""
    palette = app.palette() if app is not None else QApplication.palette()
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def _follow(app: QApplication, scheme: Qt.ColorScheme) -> None:
    if app.property("theme") == "system":
        _dress(app, _of_scheme(scheme))


def _of_scheme(scheme: Qt.ColorScheme) -> ThemeColours:
    """Dark unless the system says light: photos are judged on a quiet ground."""
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def _dress(app: QApplication, chosen: ThemeColours) -> None:
    sheet = style_sheet(chosen)
    if app.styleSheet() == sheet and tokens(app) is chosen:
        return
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette(chosen))
    app.setStyleSheet(sheet)


def palette(chosen: ThemeColours) -> QPalette:
    """The palette of a theme, for everything that the style sheet does not reach."""
    made = QPalette()
    role, off = QPalette.ColorRole, QPalette.ColorGroup.Disabled
    colours = {
        role.Window: chosen.window, role.WindowText: chosen.text, role.Base: chosen.field,
        role.AlternateBase: chosen.window, role.Text: chosen.text, role.Button: chosen.raised,
        role.ButtonText: chosen.text, role.BrightText: chosen.bad, role.Highlight: chosen.accent,
        role.HighlightedText: chosen.on_accent, role.Accent: chosen.accent, role.Link: chosen.accent_text,
        role.ToolTipBase: chosen.field, role.ToolTipText: chosen.text, role.PlaceholderText: chosen.muted,
        role.Light: chosen.hover, role.Midlight: chosen.raised, role.Mid: chosen.border, role.Dark: chosen.line,
        role.Shadow: chosen.line,
    }  # fmt: skip
    for kind, colour in colours.items():
        made.setColor(kind, QColor(colour))
    for kind in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(off, kind, QColor(chosen.disabled))
    made.setColor(off, role.Highlight, QColor(chosen.border))
    return made


def style_sheet(chosen: ThemeColours) -> str:
    """The style sheet of a theme: ``resources/style.qss`` with its names filled in."""
    marks = text_of(resource("icons/control-check.svg").parent.as_posix())
    sizes = {"row": ROW, "gap": GAP, "space": SPACE, "margin": MARGIN, "radius": RADIUS, "inner": ROW - 2}
    return Template(resource("style.qss").read_text("utf-8")).substitute(asdict(chosen), marks=marks, **sizes)
