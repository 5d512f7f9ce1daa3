"""A row of buttons, of which exactly one is on."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QWidget

from maskstudio.params.spec import Spec


class ButtonRow(QFrame):
    """The choices of a parameter as buttons; arrow keys move between them."""

    edited = Signal()

    def __init__(
        self, spec: Spec, button: Callable[[str, str], QAbstractButton], spacing: int, parent: QWidget | None = None
    ) -> None:
        """Have ``button`` make one for the key and the label of each choice, ``spacing`` logical pixels apart."""
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._keys = [key for key, _ in spec.choices]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing)
        for number, choice in enumerate(spec.choices):
            made = button(*choice)
            made.setCheckable(True)
            self._group.addButton(made, number)
            row.addWidget(made)
        self._group.idClicked.connect(lambda _: self.edited.emit())
        self.setFocusProxy(self._group.button(0))

    def value(self) -> str:
        """The key of the one that is on."""
        return self._keys[self._group.checkedId()]

    def set_value(self, key: str) -> None:
        """Turn one on, without a signal."""
        button = self._group.button(self._keys.index(key))
        button.setChecked(True)
        self.setFocusProxy(button)
