"""Who receives a key: the field being typed in, the list being moved in, or an action."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

OWNS_KEYS = "ownsKeys"  # a property: while such a widget has the focus, no action's key acts

_K, _M = Qt.Key, Qt.KeyboardModifier
_SHIFT = _M.ShiftModifier | _M.KeypadModifier | _M.GroupSwitchModifier
_ALTGR = _M.ControlModifier | _M.AltModifier  # as Windows reports it
_CURSOR = {_K.Key_Left, _K.Key_Right, _K.Key_Up, _K.Key_Down, _K.Key_Home, _K.Key_End, _K.Key_PageUp, _K.Key_PageDown}
_WALKING = _CURSOR | {_K.Key_Tab, _K.Key_Backtab, _K.Key_Space, _K.Key_Return, _K.Key_Enter, _K.Key_Escape}
_LISTED = {_K.Key_Delete, _K.Key_Backspace, _K.Key_F2}
_EDITING = (
    _CURSOR
    | {_K.Key_Backspace, _K.Key_Delete, _K.Key_Insert}
    | {_K.Key_A, _K.Key_C, _K.Key_V, _K.Key_X, _K.Key_Y, _K.Key_Z}
)  # with Ctrl or Alt, these still edit the text


def is_text(widget: QWidget) -> bool:
    """Whether text can be typed into ``widget``."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QLineEdit | QAbstractSpinBox | QTextEdit | QPlainTextEdit)


def keeps(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the focused ``widget`` receives this key before any action does."""
    if widget is None or widget.objectName() == "canvas":
        return False
    if widget.property(OWNS_KEYS):
        return True
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    plain = not modifiers & ~_SHIFT
    if is_text(widget):
        return _types(event, key, modifiers) if not plain else not _is_function_key(key)
    if isinstance(widget, QAbstractItemView) and key in _LISTED:
        return plain
    return plain and key in _WALKING


def _types(event: QKeyEvent, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
    altgr = modifiers & _ALTGR == _ALTGR and event.text().isprintable() and bool(event.text())
    return altgr or (key in _EDITING and modifiers & _ALTGR != _ALTGR)


def _is_function_key(key: Qt.Key) -> bool:
    return _K.Key_F1 <= key <= _K.Key_F35
