"""What a journal does beside its thread, so that nothing slow holds up a stroke: syncing, pictures, a log anew."""

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
    """Puts what the system has of a log on the disk. ``flushed`` says how much that was, ``error`` why it did not."""

    def __init__(self, log: Log) -> None:
        super().__init__(name="journal sync", daemon=True)
        self.flushed = log.flushed
        self.error: OSError | None = None
        self._log = log
        self.start()

    def run(self) -> None:
        """Sync."""
        try:
            self._log.sync()
        except OSError as error:
            self.error = error


class PictureThread(threading.Thread):
    """Keeps a small picture of a document beside its journal, for whoever offers to go on with it."""

    def __init__(self, folder: Path, document: Document) -> None:
        super().__init__(name="journal picture", daemon=True)
        self._folder, self._document = folder, document
        self.start()

    def run(self) -> None:
        """Draw and write."""
        try:
            with replacing(self._folder / THUMBNAIL) as file:
                file.write(thumbnail_png(self._document))
        except CannotWrite:
            log.info("the picture of a journal could not be written", exc_info=True)


class Anew(threading.Thread):
    """Writes a state to a log from scratch; ``made`` is that log once the thread has ended, None if it failed."""

    def __init__(self, make: Callable[[], Log], state: JournalState) -> None:
        super().__init__(name="journal anew", daemon=True)
        self.made: Log | None = None
        self._make, self._state = make, state
        self.start()

    def run(self) -> None:
        """Write."""
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
