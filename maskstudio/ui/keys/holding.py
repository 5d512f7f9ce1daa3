"""Actions that show something: a tap of their key turns it on or off, holding it does so for as long as it is held."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

TAP = 0.25  # seconds; longer is holding
_PLACES = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier


class Holding(QObject):
    """Is given every key, and takes none: the action's own shortcut does the first turn. ``now()`` is in seconds."""

    def __init__(self, window: QObject, actions: Sequence[QAction], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(window)
        self._actions, self._now = actions, now
        self._key = 0  # what was pressed last
        self._held: tuple[QAction, int, float] | None = None  # what its key has turned, the key, and since when
        self._on = False  # what it was turned to
        for action in actions:
            action.triggered.connect(partial(self._turned, action))

    def take(self, event: QKeyEvent) -> bool:
        """Note it; never taken."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and not event.isAutoRepeat():
            self._key = event.key() if self._means_one(event) else 0
        elif kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._released(event.key())
        return False

    def let_go(self) -> None:
        """End it, as when the key is let go in another window."""
        if self._held is not None:
            self._end()

    def _means_one(self, event: QKeyEvent) -> bool:
        key = QKeySequence((event.modifiers() & ~_PLACES).value | event.key())
        return any(key in action.shortcuts() for action in self._actions)

    def _turned(self, action: QAction) -> None:
        """It was triggered; by its key, if that has just gone down."""
        if self._key:
            self._held, self._key = (action, self._key, self._now()), 0
            self._on = action.isChecked()

    def _released(self, key: int) -> None:
        self._key = 0
        if self._held is None or self._held[1] != key:
            return
        if self._now() - self._held[2] > TAP:
            self._end()
        self._held = None

    def _end(self) -> None:
        assert self._held is not None
        action, self._held = self._held[0], None
        if action.isChecked() == self._on:  # otherwise somebody has turned it back meanwhile
            action.trigger()
