"""Passes keys and the wheel to the tool in use, before actions and the canvas get them."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent

from maskstudio.ui.keys.physical import is_key
from maskstudio.ui.tools.base import AnyTool, Bench, M

_K = Qt.Key
_MODIFIERS = {_K.Key_Shift: M.ShiftModifier, _K.Key_Control: M.ControlModifier, _K.Key_Alt: M.AltModifier}
_LOST = (QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate)
_TILDE = {_K.Key_AsciiTilde, _K.Key_Dead_Tilde}


class Keyboard:
    """``tool()`` gives the tool in use."""

    def __init__(self, bench: Bench, tool: Callable[[], AnyTool]) -> None:
        self._bench, self._tool = bench, tool
        self._modifiers = M.NoModifier
        self._tilde = 0  # native code of the tilde key, whose name changes once AltGr or Shift is up

    def filter(self, event: QEvent) -> bool:
        """Handle an event of the canvas that is for the tool; returns whether it is."""
        kind = event.type()
        if kind in _LOST:
            self._turn(held=False)
            self._tool().focus_lost()
        elif isinstance(event, QKeyEvent) and self._bench.document is not None:
            if kind == QEvent.Type.ShortcutOverride:
                return self._override(event)
            return self._down(event) if kind == QEvent.Type.KeyPress else self._up(event)
        elif kind == QEvent.Type.Wheel and isinstance(event, QWheelEvent) and self._bench.document is not None:
            return self._tool().wheel(event)
        return False

    def hold(self, modifiers: M) -> None:
        """Take over the modifiers that are held."""
        if modifiers != self._modifiers:
            self._modifiers = modifiers
            self._tool().held(modifiers)

    def show(self) -> None:
        """Have the tool show its cursor as it is chosen."""
        self._tool().changed()
        self._tool().show_cursor(self._modifiers)

    def _override(self, event: QKeyEvent) -> bool:
        """Keep a key the tool uses from the actions, and Alt, which is a modifier here, from the menu bar."""
        escape = event.key() == _K.Key_Escape and self._tool().busy
        if escape or event.key() == _K.Key_Alt or _is_tilde(event) or self._tool().wants(event):
            event.accept()
            return True
        return False

    def _down(self, event: QKeyEvent) -> bool:
        """Handle a key that goes down: modifiers, tilde, Caps Lock, Esc; returns whether it is dealt with."""
        key = _K(event.key())
        if key in _MODIFIERS:  # a modifier's own event does not list it yet
            self.hold(event.modifiers() | _MODIFIERS[key])
            return False
        if _is_tilde(event):
            self._tilde = event.nativeScanCode()
            self._turn(held=True)
            return True
        if key == _K.Key_CapsLock and not event.isAutoRepeat():
            self._bench.precise = not self._bench.precise
            self.show()
            return False
        return (key == _K.Key_Escape and self._tool().cancel()) or self._tool().key(event)

    def _up(self, event: QKeyEvent) -> bool:
        key = _K(event.key())
        if key in _MODIFIERS:
            self.hold(event.modifiers() & ~_MODIFIERS[key])
        elif self._bench.opposite and (_is_tilde(event) or self._says_tilde(event)):
            self._turn(held=event.isAutoRepeat())
            return True
        return self._tool().key_up(event)

    def _says_tilde(self, event: QKeyEvent) -> bool:
        """Whether this key was the tilde when it went down; modifiers may be released before it."""
        return is_key(event, _K.Key_QuoteLeft) or (self._tilde != 0 and event.nativeScanCode() == self._tilde)

    def _turn(self, *, held: bool) -> None:
        if held != self._bench.opposite:
            self._bench.opposite = held
            self._tool().held(self._modifiers)


def _is_tilde(event: QKeyEvent) -> bool:
    """Whether a key is the tilde, by its name or by its place on a US keyboard."""
    shifted = bool(event.modifiers() & M.ShiftModifier)
    return _K(event.key()) in _TILDE or (shifted and is_key(event, _K.Key_QuoteLeft))
