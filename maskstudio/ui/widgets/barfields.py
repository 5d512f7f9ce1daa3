"""Controls of the bar above the canvas that are not those of a form: narrower, and modes as pictures."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from maskstudio.params.spec import Spec
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.buttonrow import ButtonRow
from maskstudio.ui.widgets.fields import Segments, translated
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.number import NumberField

_KEYS = {"add": "Shift", "subtract": "Alt", "intersect": "Shift+Alt"}  # the key that chooses a mode while it is held


class BarNumber(NumberField):
    """A number with a slider of the least useful length."""

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.setFixedWidth(self.minimumSizeHint().width())
        self.setToolTip(_tip(spec))

    def show_slider(self, shown: bool) -> None:
        """Show the slider, or the field alone if there is no room."""
        self.setFixedWidth(self.minimumSizeHint().width() if shown else self.box.width())


class BarChoice(Segments):
    """A few choices side by side, as wide as they need."""

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(_tip(spec))


class Modes(ButtonRow):
    """Buttons with pictures: replace, add, subtract, intersect, and others a tool may have."""

    def __init__(self, spec: Spec, parent: QWidget | None = None, *, notes: Mapping[str, str] | None = None) -> None:
        """Make a button for each choice of ``spec``; its tooltip has the note on it, or else the key that holds it."""
        super().__init__(spec, partial(self._button, spec, notes or {}), 1, parent)

    def _button(self, spec: Spec, notes: Mapping[str, str], key: str, label: str) -> QToolButton:
        """The button of one mode: a picture, with its name and what it does in the tooltip."""
        button = bar_button(key, translated(label), f"mode.{key}")
        held = self.tr("Hold {} for this one drag.").format(_KEYS[key]) if key in _KEYS else ""
        told = notes.get(key) or held or translated(spec.help)
        button.setToolTip(f"<p><b>{translated(label)}</b><br>{told}</p>")
        return button


def bar_button(picture: str, words: str, name: str) -> QToolButton:
    """A button with a picture; ``words`` are what it is called and says when pointed at, ``name`` its object name."""
    button = QToolButton()
    button.setObjectName(name)
    button.setIcon(icon(picture))
    button.setIconSize(QSize(20, 20))
    button.setFixedSize(theme.ROW + 2, theme.ROW + 2)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _tip(spec: Spec) -> str:
    text = f"<p>{translated(spec.help)}</p>"
    if spec.low is None or spec.high is None:
        return text
    low, high = (f"{edge * spec.scale:g}" for edge in (spec.low, spec.high))
    return f"{text}<p>{low} … {high} {spec.unit}</p>"
