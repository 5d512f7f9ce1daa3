"""The event filter that sees every key first: it gives text fields their keys and finds keys by their place."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication

from maskstudio.ui.keys import key_owner, physical
from maskstudio.ui.keys.enter_presses import presses


class Taker(Protocol):
    """An object that is offered every key before the actions are."""

    def take(self, event: QKeyEvent) -> bool:
        """Handle a key event; returns whether it is consumed."""


class KeyFilter(QObject):
    """The filter, installed on the application.

    ``find(key)`` returns the action of a key, given as Qt's portable text. ``takers`` are asked first, in turn, until
    one consumes the event.
    """

    def __init__(self, window: QObject, find: Callable[[str], QAction | None], takers: Sequence[Taker] = ()) -> None:
        super().__init__(window)
        self._window, self._find, self._takers = window, find, takers

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give fields their keys; run the action whose key has another name on this layout."""
        if not isinstance(event, QKeyEvent):  # every event comes here, and this check is the cheapest
            return False
        if presses(watched, event) or any(taker.take(event) for taker in self._takers):
            return True
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            if key_owner.keeps(QApplication.focusWidget(), event):
                event.accept()
                return True
        elif kind == QEvent.Type.KeyPress:
            return self._run(event)
        return False

    def _run(self, event: QKeyEvent) -> bool:
        """Trigger the action of a key by its place, since no shortcut matched its name; returns whether it has one."""
        if QApplication.activePopupWidget() or QApplication.activeWindow() is not self._window:
            return False
        key = physical.sequence(event)
        if not key or key_owner.keeps(QApplication.focusWidget(), event):
            return False
        action = self._find(key)
        if action is None or not action.isEnabled():
            return False
        if not event.isAutoRepeat() or action.autoRepeat():
            action.trigger()
        return True
