"""The gate in front of a service: limits the errands at a time, and stops all while its queue is paused."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from maskstudio.errors import Busy
from maskstudio.jobs import Token
from maskstudio.services import directory

_LOOK = 0.05  # seconds between checks of the token


class Gate:
    """``paused`` says why the queue is paused; empty while errands may pass."""

    def __init__(self, most: int) -> None:
        self._free, self._changed = most, threading.Condition()
        self.paused = ""

    def pause(self, why: str) -> None:
        """Stop all errands until ``resume``."""
        with self._changed:
            self.paused = why

    def resume(self) -> None:
        """Let errands pass again."""
        with self._changed:
            self.paused = ""
            self._changed.notify_all()

    @contextmanager
    def passed(self, token: Token, *, patient: bool = True) -> Iterator[None]:
        """Wait for a turn, which ends with the block. A cancelled token ends the wait.

        Without ``patient``, Busy is raised while the queue is paused.
        """
        with self._changed:
            while (self._free == 0 or self.paused) and (patient or not self.paused):
                token.step(0.0, f"Waiting: {self.paused}" if self.paused else "Waiting for a turn")
                self._changed.wait(_LOOK)
            if self.paused:
                raise Busy(self.paused)
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


@cache
def gate(service: str) -> Gate:
    """The gate of a service, shared by all documents of this process."""
    return Gate(directory.service(service).at_once)
