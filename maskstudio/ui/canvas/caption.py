"""Words over a widget that say what it shows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

_CORNER = 10  # logical pixels from the corner


class Caption(QLabel):
    """A label in the corner of ``parent``, hidden until it has something to say; clicks pass through it."""

    def __init__(self, parent: QWidget, text: str = "") -> None:
        super().__init__(text, parent)
        self.setObjectName("sideName")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(_CORNER, _CORNER)
        self.hide()

    def say(self, text: str) -> None:
        """Show other words; an empty text hides them."""
        self.setText(text)
        self.adjustSize()
        self.setVisible(bool(text))
