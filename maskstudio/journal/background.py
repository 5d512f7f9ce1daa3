"""Slow work of a journal, on threads of its own so that it does not delay a stroke: syncing, thumbnails, a new log."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from maskstudio.core.atomic import replacing
from maskstudio.core.document import Document
from maskstudio.core.thumbnail import thumbnail_png
from maskstudio.errors import CannotWrite
from maskstudio.journal.log import JournalState, Log

log = logging.getLogger(__name__)

THUMBNAIL = "thumbnail.png"


class Sync(threading.Thread):
    """Syncs a log to the disk.

    ``flushed`` is the number of bytes that were synced, ``error`` the reason of a failure.
    """

    def __init__(self, log: Log) -> None:
        super().__init__(name="journal sync", daemon=True)
        self.flushed = log.flushed
        self.error: OSError | None = None
        self._log = log
        self.start()

    def run(self) -> None:
        """Sync the log."""
        try:
            self._log.sync()
        except OSError as error:
            self.error = error


class PictureThread(threading.Thread):
    """Writes a thumbnail of a document beside its journal, to be shown when the document is offered again."""

    def __init__(self, folder: Path, document: Document) -> None:
        super().__init__(name="journal picture", daemon=True)
        self._folder, self._document = folder, document
        self.start()

    def run(self) -> None:
        """Draw and write the thumbnail."""
        try:
            with replacing(self._folder / THUMBNAIL) as file:
                file.write(thumbnail_png(self._document))
        except CannotWrite:
            log.info("the picture of a journal could not be written", exc_info=True)


class Anew(threading.Thread):
    """Writes a state to a new log. After the thread has ended, ``made`` is that log, or None if it failed."""

    def __init__(self, make: Callable[[], Log], state: JournalState) -> None:
        super().__init__(name="journal anew", daemon=True)
        self.made: Log | None = None
        self._make, self._state = make, state
        self.start()

    def run(self) -> None:
        """Write the log."""
        made: Log | None = None
        try:
            made = self._make()
            made.take(self._state)
            made.flush()
            made.sync()
            self.made = made
        except OSError:
            log.info("a journal could not be written anew", exc_info=True)
            if made is not None:
                made.drop()
