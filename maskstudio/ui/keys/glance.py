"""The backtick key: holding it shows the photo alone, a tap goes back to the previous view."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.ui.keys import key_owner, physical

_TAP = 0.25  # seconds; a longer press counts as holding
_OTHERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Glance(QObject):
    """Calls ``hold(held)`` and ``tap()`` for the backtick. It is given every key; ``now()`` is a clock in seconds."""

    def __init__(
        self,
        window: QWidget,
        hold: Callable[[bool], object],
        tap: Callable[[], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self._window, self._hold, self._tap, self._now = window, hold, tap, now
        self._since: float | None = None

    def take(self, event: QKeyEvent) -> bool:
        """Handle the backtick, by its name or its place; returns whether it did, never while text is typed."""
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if not physical.is_key(event, Qt.Key.Key_QuoteLeft):
            return False
        if kind == QEvent.Type.KeyRelease:
            return self._released(event)
        focus = QApplication.focusWidget()
        typing = focus is not None and (key_owner.is_text(focus) or bool(focus.property(key_owner.OWNS_KEYS)))
        if typing or event.modifiers() & _OTHERS or not self._window.isActiveWindow():
            return False
        if not event.isAutoRepeat() and self._since is None:
            self._since = self._now()
            self._hold(True)
        return True

    def let_go(self) -> None:
        """End the holding, since the release may go to another window."""
        if self._since is not None:
            self._since = None
            self._hold(False)

    def _released(self, event: QKeyEvent) -> bool:
        if self._since is None:
            return False
        if not event.isAutoRepeat():
            tapped = self._now() - self._since <= _TAP
            self._since = None
            self._hold(False)
            if tapped:
                self._tap()
        return True
