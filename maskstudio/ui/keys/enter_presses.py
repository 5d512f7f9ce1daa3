"""Enter presses the button with the focus; outside dialogs, Qt has only Space do so."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def presses(watched: QObject, event: QKeyEvent) -> bool:
    """Press the button if the event is Enter going down at one; returns whether it is.

    Check boxes are left alone: in a dialog, Enter presses the default button.
    """
    if event.type() != QEvent.Type.KeyPress or event.key() not in _ENTER:
        return False
    if not isinstance(watched, QPushButton | QToolButton) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if isinstance(watched, QPushButton) and watched.autoDefault():
        return False  # Qt presses this one itself
    if event.isAutoRepeat() or not watched.isEnabled():
        return True
    if watched.menu() is not None:
        watched.showMenu()
    else:
        watched.click()
    return True
