"""Enter presses the button that has the focus. Qt leaves that to the space bar outside dialogs."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Press:
    """Is given every key. Check boxes are left alone: in a dialog, Enter is the default button's there."""

    def take(self, event: QKeyEvent) -> bool:
        """Whether it was Enter on a button, which is pressed then."""
        if event.type() != QEvent.Type.KeyPress or event.key() not in _ENTER:
            return False
        button = QApplication.focusWidget()
        if not isinstance(button, QPushButton | QToolButton) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if isinstance(button, QPushButton) and button.autoDefault():
            return False  # Qt presses it
        if event.isAutoRepeat():
            return True
        if button.menu() is not None:
            button.showMenu()
        else:
            button.click()
        return True
