"""The one place that sees every key first: it keeps actions out of text fields and finds keys by their place."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication

from maskstudio.ui.keys import key_owner, physical
from maskstudio.ui.keys.enter_presses import presses


class Taker(Protocol):
    """Somebody who may have a use for a key."""

    def take(self, event: QKeyEvent) -> bool:
        """Whether it took the key."""


class KeyFilter(QObject):
    """Installed on the application. ``find(key)`` returns the action a key belongs to, given as Qt's portable text.
    ``takers`` are asked before, in turn, until one takes it.
    """

    def __init__(self, window: QObject, find: Callable[[str], QAction | None], takers: Sequence[Taker] = ()) -> None:
        super().__init__(window)
        self._window, self._find, self._takers = window, find, takers

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give fields their keys; run the action whose key has another name on this layout."""
        if not isinstance(event, QKeyEvent):  # every event comes here; asking for its type would cost the most
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
        """Whether the key was an action's by its place; no shortcut wanted it by its name."""
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
