"""A page of preferences made from declared settings: label, control, and below it a sentence on its effect."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from maskstudio import paths
from maskstudio import settings as stored
from maskstudio.names import path_of
from maskstudio.settings import Preference, Settings
from maskstudio.ui.preferences.fields import FileField, SolidColour, TextField
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.fields import Choice, ScrubLabel, Segments
from maskstudio.ui.widgets.number import NumberField
from maskstudio.ui.widgets.parts import Hint, say

_FIELD = 320  # px at most
_PADDING = 28  # px around the words of each choice in a row
_FILES = "ICC (*.icc *.icm)"


class PreferencePage(QWidget):
    """Controls of some settings. ``changed(name)`` is called after one of them is changed here."""

    def __init__(self, wanted: list[Preference], settings: Settings, changed: Callable[[str], object]) -> None:
        """Make a control for each setting in ``wanted``."""
        super().__init__()
        self._settings, self._changed, self._wanted = settings, changed, wanted
        self._controls: dict[str, QWidget] = {}
        self._hints: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        for each in wanted:
            self._add(each)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._grid)
        whole.addStretch()
        self.refresh()

    def refresh(self) -> None:
        """Show the present settings."""
        for each in self._wanted:
            self._show(each)

    def restore(self) -> None:
        """Set the settings of this page to their defaults."""
        for each in self._wanted:
            self._set(each, each.spec.default)
        self.refresh()

    # Making

    def _add(self, each: Preference) -> None:
        """Append the label, the control and the hint of a setting."""
        spec, row = each.spec, self._grid.rowCount()
        control = self._made(each)
        control.setObjectName(spec.wire)
        control.setAccessibleName(_word(spec.label))
        control.setAccessibleDescription(_word(spec.help))
        control.setToolTip(f"<p>{_word(spec.help)}</p>")
        control.setMaximumWidth(_FIELD)
        self._controls[spec.name] = control
        if not isinstance(control, QCheckBox):
            label = _label(each, control)
            label.setBuddy(control)
            self._grid.addWidget(label, row, 0)
        self._grid.addWidget(control, row, 1)
        hint = self._hints[spec.name] = Hint(_word(spec.help))
        self._grid.addWidget(hint, row + 1, 1)
        self._grid.setRowMinimumHeight(row + 2, theme.MARGIN)

    def _made(self, each: Preference) -> QWidget:
        """The control that fits the kind of a setting; a change of it goes to the setting."""
        spec = each.spec
        if spec.kind is bool:
            box = QCheckBox(_word(spec.label))
            box.toggled.connect(lambda on: self._set(each, on))
            return box
        if spec.kind in (int, float):
            number = NumberField(spec)
            number.valueChanged.connect(lambda value: self._set(each, value))
            return number
        if each.kind == "colour":
            colour = SolidColour()
            colour.edited.connect(lambda: self._set(each, colour.colour()))
            return colour
        field = self._text(each)
        field.edited.connect(lambda: self._set(each, field.value()))
        return field

    def _text(self, each: Preference) -> TextField | FileField | Segments | Choice:
        if each.kind == "file":
            return FileField(_FILES)
        if each.kind == "text":
            return TextField()
        words = sum(self.fontMetrics().horizontalAdvance(_word(label)) + _PADDING for _, label in each.spec.choices)
        return Segments(each.spec) if words <= _FIELD else Choice(each.spec)

    # Showing and taking

    def _show(self, each: Preference) -> None:
        """Show the value of a setting in its control, without a signal, and judge it."""
        control, value = self._controls[each.spec.name], getattr(self._settings, each.spec.name)
        blocked = control.blockSignals(True)
        if isinstance(control, NumberField):
            control.setValue(value)
            control.update()
        elif isinstance(control, QCheckBox):
            control.setChecked(value)
        elif isinstance(control, SolidColour):
            control.set_colour(value)
        elif isinstance(control, TextField | FileField | Segments | Choice):
            control.set_value(value)
        control.blockSignals(blocked)
        self._judge(each, value)

    def _set(self, each: Preference, value: Any) -> None:
        name = each.spec.name
        value = round(value) if each.spec.kind is int else value
        if not self._judge(each, value) or getattr(self._settings, name) == value:
            return
        setattr(self._settings, name, value)
        self._changed(name)

    def _judge(self, each: Preference, value: Any) -> bool:
        """Check a value; if it is not valid, the hint says why. Returns whether it is."""
        hint = self._hints[each.spec.name]
        if each.kind == "file" and value and not paths.is_file(path_of(value)):
            say(hint, self.tr("There is no such file."), "bad")
            return False
        if not stored.fits(each.spec.name, value):
            say(hint, self.tr("This does not fit."), "bad")
            return False
        say(hint, _word(each.spec.help))
        return True


def _label(each: Preference, control: QWidget) -> QLabel:
    text = _word(each.spec.label)
    label = ScrubLabel(text, control, each.spec.default) if isinstance(control, NumberField) else QLabel(text)
    label.setMinimumHeight(theme.ROW)
    return label


def _word(text: str) -> str:
    return QCoreApplication.translate("settings", text)
