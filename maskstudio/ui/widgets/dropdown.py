"""A list that opens, as all lists of panels and bars are."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

_TEXT_MARGIN = 8  # px around the chosen entry
_ICON_GAP = 4  # px that Qt leaves between icon and text


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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chosen entry; where there is too little room for its text, the end of it is dots."""
        if self.currentIndex() < 0:
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def shown_text(self) -> str:
        """The chosen entry as far as there is room for it."""
        icon = 0 if self.itemIcon(self.currentIndex()).isNull() else self.iconSize().width() + _ICON_GAP
        room = self.width() - self.width_for("") - icon + _TEXT_MARGIN // 2
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def width_for(self, text: str) -> int:
        """How wide the list is that shows the whole of ``text``, in px, without an icon."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        inner = QSize(self.fontMetrics().horizontalAdvance(text) + _TEXT_MARGIN, self.fontMetrics().height())
        kind = QStyle.ContentsType.CT_ComboBox
        return self.style().sizeFromContents(kind, option, inner, self).width()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what the list lies in unless the focus is here."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()
