"""Enter presses the button it is typed at. Qt leaves that to the space bar outside dialogs."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def presses(watched: QObject, event: QKeyEvent) -> bool:
    """Whether it is Enter on its way to a button, which is pressed then.

    Check boxes are left alone: in a dialog, Enter is the default button's there.
    """
    if event.type() != QEvent.Type.KeyPress or event.key() not in _ENTER:
        return False
    if not isinstance(watched, QPushButton | QToolButton) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if isinstance(watched, QPushButton) and watched.autoDefault():
        return False  # Qt presses it
    if event.isAutoRepeat() or not watched.isEnabled():
        return True
    if watched.menu() is not None:
        watched.showMenu()
    else:
        watched.click()
    return True
