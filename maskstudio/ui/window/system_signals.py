"""Signals of the system, handled on the window's thread between two events, where that is safe."""

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # not every system has all of them


class Signals(QObject):
    """``take(number)`` is called for each signal that asks the program to end."""

    def __init__(self, take: Callable[[int], object], parent: QObject | None = None) -> None:
        """Take over the signals that end a program, through a socket that wakes the event loop."""
        super().__init__(parent)
        self._take = take
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        for name in _NAMES:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: None)  # the number comes through the socket
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def _read(self) -> None:
        for number in self._here.recv(64):
            self._take(number)

    def end(self) -> None:
        """Stop handling signals."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._here.close()
        self._there.close()
