"""The one way from a job's thread back to the window's thread."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

log = logging.getLogger(__name__)


class Bridge(QObject):
    """Runs closures on the thread it was made on. It must live as long as the application."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, closure: Callable[[], None]) -> None:
        """Have ``closure`` run on the home thread soon. Callable from any thread; after ``close`` it does nothing."""
        if self._open:
            self._posted.emit(closure)

    def close(self) -> None:
        """Drop every closure from here on, since the window is gone."""
        self._open = False

    @Slot(object)
    def _run(self, closure: Callable[[], None]) -> None:
        if self._open:
            closure()
