"""The thread that writes all journals. The window hands over frozen data and does not wait."""

import atexit
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from maskstudio.jobs import step_aside

log = logging.getLogger(__name__)

_PATIENCE = 20.0  # s to wait at the end until everything is written


class Written(Protocol):
    """What a writer writes: a journal."""

    @property
    def idle(self) -> bool:
        """Whether all that was handed over is written, or cannot be."""

    def work(self) -> float | None:
        """Write what is new, on the writer's thread; returns the seconds until there may be more, None until woken."""

    def close(self, *, keep: bool = False) -> None:
        """End the journal; ``keep`` leaves it for a recovery."""

    @property
    def over(self) -> bool:
        """Whether there will be no more work."""


class Writer:
    """Writes journals on one thread, started with the first journal. ``post`` runs a closure on the home thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None] = lambda closure: closure()) -> None:
        self.post = post
        self._journals: list[Written] = []
        self._awake = threading.Event()
        self._rested = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False

    def add(self, journal: Written) -> None:
        """Write ``journal`` until it is over."""
        with self._rested:
            self._journals.append(journal)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
            atexit.register(self.settle)  # for a program that ends without closing it
        self.wake()

    def wake(self) -> None:
        """Tell the thread that there is something to write."""
        self._awake.set()

    def settle(self, patience: float = _PATIENCE) -> bool:
        """Wait until everything is written; returns whether it was within ``patience`` seconds."""
        self.wake()
        with self._rested:
            return self._rested.wait_for(lambda: all(journal.idle for journal in self._journals), patience)

    def close(self) -> None:
        """Write what is left, and end the thread. Journals that are not closed are kept for a recovery."""
        for journal in list(self._journals):
            journal.close(keep=True)
        self.settle()
        self._ends = True
        self.wake()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            atexit.unregister(self.settle)

    def _run(self) -> None:
        """Write all journals whenever one has work, until the writer ends."""
        step_aside()
        pause: float | None = None
        while not self._ends:
            self._awake.wait(pause)
            self._awake.clear()
            pauses = [journal.work() for journal in list(self._journals)]
            pause = min((each for each in pauses if each is not None), default=None)
            with self._rested:
                self._journals = [journal for journal in self._journals if not journal.over]
                self._rested.notify_all()
