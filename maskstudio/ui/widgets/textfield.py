"""A field for words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from maskstudio.ui.widgets import theme


class TextField(QLineEdit):
    """``edited`` is emitted when what was typed is complete: with Enter, or when the field is left."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty field."""
        super().__init__(parent)
        self._taken = ""
        self.setFixedHeight(theme.ROW)
        self.editingFinished.connect(self._take)
        self.returnPressed.connect(self._take)  # before whatever Enter does beyond

    def value(self) -> str:
        """The words as they were taken last."""
        return self._taken

    def set_value(self, words: str) -> None:
        """Show these, without a signal."""
        self._taken = words
        self.setText(words)

    def _take(self) -> None:
        if self.text().strip() != self._taken:
            self.set_value(self.text().strip())
            self.edited.emit()
