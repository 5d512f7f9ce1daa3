"""Actions that show something: a tap of their key toggles it, holding the key toggles it until it is let go."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

TAP = 0.25  # seconds; a longer press counts as holding
_PLACES = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier


class Holding(QObject):
    """Toggles an action back when its key is let go after a hold; its shortcut does the first toggle.

    It is given every key and consumes none. ``now()`` is a clock in seconds.
    """

    def __init__(self, window: QObject, actions: Sequence[QAction], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(window)
        self._actions, self._now = actions, now
        self._key = 0  # the key pressed last, if it is an action's
        self._held: tuple[QAction, int, float] | None = None  # the action its key has toggled, the key, and when
        self._on = False  # the state it was toggled to
        for action in actions:
            action.triggered.connect(partial(self._turned, action))

    def take(self, event: QKeyEvent) -> bool:
        """Note the key; returns False, since it consumes none."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and not event.isAutoRepeat():
            self._key = event.key() if self._means_one(event) else 0
        elif kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._released(event.key())
        return False

    def let_go(self) -> None:
        """End the holding, since the release may go to another window."""
        if self._held is not None:
            self._end()

    def _means_one(self, event: QKeyEvent) -> bool:
        key = QKeySequence((event.modifiers() & ~_PLACES).value | event.key())
        return any(key in action.shortcuts() for action in self._actions)

    def _turned(self, action: QAction) -> None:
        """Remember the triggered action as held, if its key has just gone down."""
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
        if action.isChecked() == self._on:  # otherwise it has been toggled back meanwhile
            action.trigger()
