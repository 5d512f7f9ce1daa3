"""A list that opens, as all lists of panels and bars are."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget


class Dropdown(QComboBox):
    """The wheel changes it only while it has the focus. ``opening`` is emitted before it opens."""

    opening = Signal()

    def __init__(self, letters: int, parent: QWidget | None = None) -> None:
        """Make it empty; it may become as narrow as ``letters`` need, however long its entries are."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(letters)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def showPopup(self) -> None:
        """Emit ``opening``, so that what is listed can be looked up, and open the list."""
        self.opening.emit()
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what the list lies in unless the focus is here."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()
