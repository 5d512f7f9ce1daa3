"""A quiet line of words that is cut with an ellipsis where there is no room for all of it."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

_SPARE = 12  # px, for what the label keeps around its text


class ElidedLabel(QLabel):
    """Asks for no width of its own; what is cut is told by the tooltip and the accessible name."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setObjectName("hint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._words = text
        self.say(text)

    def say(self, text: str) -> None:
        """Show this, as far as there is room."""
        self._words = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """None across, and a line down."""
        return QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of it."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - _SPARE)
        if shown != self.text():
            self.setText(shown)
