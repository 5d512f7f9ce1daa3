"""A line of text."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class LineField(QLineEdit):
    """A line of text; ``edited`` is emitted when it is complete. Enter completes it, presses no button, and emits
    ``entered``.
    """

    edited = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty line."""
        super().__init__(parent)
        self.setMaxLength(2048)
        self._shown = ""
        self.editingFinished.connect(self._finish)

    def value(self) -> str:
        """The text, without blanks around it."""
        return self.text().strip()

    def set_value(self, text: str) -> None:
        """Show this, without a signal."""
        self._shown = text
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter, so that it presses no button of the dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        if self.value() != self._shown:
            self._shown = self.value()
            self.edited.emit()
