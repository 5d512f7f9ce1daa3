"""Two whole numbers as one field of a form: how far to the right, and how far down."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from maskstudio.params.spec import Spec
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.number import NumberField


class PairField(QWidget):
    """A number for x and one for y, side by side, each within the range of ``spec``."""

    edited = Signal()

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        """Make two numbers, each with the range of ``spec`` and its own default."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        self._numbers = [NumberField(replace(spec, default=start)) for start in spec.default]
        for number, name in zip(self._numbers, "XY", strict=True):
            number.setObjectName(f"{spec.wire}{name}")
            number.valueChanged.connect(lambda _value: self.edited.emit())
            number.setFixedWidth(number.box.width())  # the field alone: where a mask lies is typed, or stepped
            row.addWidget(number)
        row.addStretch()
        self.setFocusProxy(self._numbers[0])

    def value(self) -> tuple[int, int]:
        """X and y."""
        x, y = (round(number.value()) for number in self._numbers)
        return x, y

    def set_value(self, pair: tuple[int, int]) -> None:
        """Show these, without a signal."""
        for number, value in zip(self._numbers, pair, strict=True):
            blocked = number.blockSignals(True)
            number.setValue(value)
            number.update()
            number.blockSignals(blocked)

    def setAccessibleName(self, name: str) -> None:
        """The name of the field, and of its numbers."""
        super().setAccessibleName(name)
        for number, word in zip(self._numbers, (_said("to the right"), _said("down")), strict=True):
            number.setAccessibleName(f"{name}, {word}")

    def setToolTip(self, text: str) -> None:
        """What the field says when pointed at, and its numbers with it."""
        super().setToolTip(text)
        for number in self._numbers:
            number.setToolTip(text)
            number.setAccessibleDescription(self.accessibleDescription())


def _said(text: str) -> str:
    return QCoreApplication.translate("PairField", text)
