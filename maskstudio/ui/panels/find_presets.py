"""What is wanted most often, as a row of buttons: face, hand, person, product, animal, and every person as a layer."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from maskstudio.session.findpresets import FIND_PRESETS, FindPreset
from maskstudio.ui.panels.models import small
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.icons import icon

_PEOPLE = "person"  # the preset whose models outline every person


class FindPresets(QWidget):
    """The buttons. ``press(name)`` is called by each, ``people()`` by the one below.

    One whose models are not ready is disabled and says so, and ``shelfRequested(name)`` asks for the smallest of them.
    """

    shelfRequested = Signal(str)  # noqa: N815  as Qt names signals

    def __init__(self, press: Callable[[str], object], people: Callable[[], object]) -> None:
        """Make the buttons; all are disabled until ``allow``."""
        super().__init__()
        self.setObjectName("findPresets")
        self.buttons = {name: _button(preset, partial(press, name)) for name, preset in FIND_PRESETS.items()}
        self.people = parts.quiet_button("people", _said("All People as Layers"), people)
        self.people.setObjectName("allPeople")
        self.people.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.get_button = parts.quiet_button("download", "", self._ask)
        self.get_button.setObjectName("getPresetModel")
        self.get_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.get_button.hide()
        self._lacking: Mapping[str, str] = {}  # why, by the name of the preset
        self._allowed = False
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in self.buttons.values():
            buttons.addWidget(button)
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.get_button)
        column.addWidget(self.people)
        self._show()

    def show_lacking(self, lacking: Mapping[str, str]) -> None:
        """Take in which presets have no model that is ready, and for each a sentence on it."""
        self._lacking = lacking
        self._show()

    def allow(self, allowed: bool) -> None:
        """Enable what can run, if ``allowed``: there is a photo."""
        if allowed != self._allowed:
            self._allowed = allowed
            self._show()

    def _show(self) -> None:
        """Enable the buttons that can run, and give the others their reason."""
        for name, button in self.buttons.items():
            _explain(button, _TIPS[name](), self._lacking.get(name, ""), self._allowed)
        why = self._lacking.get(_PEOPLE, "")
        _explain(self.people, _said("Make every person a layer of its own, from left to right"), why, self._allowed)
        lacking = [_title(FIND_PRESETS[name]) for name in self._lacking]
        self.get_button.setText(_said("Get a model: {}").format(", ".join(lacking)))
        self.get_button.setToolTip("\n".join(self._lacking.values()))
        self.get_button.setVisible(bool(lacking))

    def _ask(self) -> None:
        self.shelfRequested.emit(FIND_PRESETS[next(iter(self._lacking))].models[-1])


def _button(preset: FindPreset, press: Callable[[], object]) -> QToolButton:
    """The button of a preset: its icon above its name."""
    made = QToolButton()
    made.setObjectName(f"preset-{preset.name}")
    made.setProperty("preset", True)
    made.setText(_title(preset))
    made.setIcon(icon(f"preset-{preset.name}"))
    made.setIconSize(QSize(20, 20))
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    made.setFixedHeight(46)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setFont(small(made.font()))
    made.clicked.connect(lambda: press())
    return made


def _explain(button: QWidget, tip: str, why: str, allowed: bool) -> None:
    """Enable a button that can run; a disabled one says why."""
    button.setEnabled(allowed and not why)
    said = why or (tip if allowed else _said("Open a photo first."))
    button.setToolTip(said)
    button.setAccessibleName(tip)
    button.setAccessibleDescription("" if button.isEnabled() else said)


def _title(preset: FindPreset) -> str:
    return _TITLES[preset.name]()


def _said(text: str) -> str:
    return QCoreApplication.translate("FindPresets", text)


_TITLES = {
    "face": lambda: _said("Face"),
    "hand": lambda: _said("Hand"),
    "person": lambda: _said("Person"),
    "product": lambda: _said("Product"),
    "animal": lambda: _said("Animal"),
}
_TIPS = {
    "face": lambda: _said("Find faces, a little larger and softer"),
    "hand": lambda: _said("Find hands"),
    "person": lambda: _said("Find people, and solve their edges for hair"),
    "product": lambda: _said("Cut out the main object, with a narrow and crisp edge"),
    "animal": lambda: _said("Find animals, and solve their edges for fur"),
}
