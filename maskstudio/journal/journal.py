"""Journal: stores on the disk what is done to one open document, before it is reported as safe.

The window's thread hands over frozen documents; the writer's thread compares them with what it has written and adds
what is new. A stroke under way is written while it lasts. When the log has grown far beyond what the history needs, it
is rewritten beside the old one, which stays valid until the new one is complete.
"""

import logging
import math
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from maskstudio.core.atomic import reason
from maskstudio.core.checked import path_text
from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.lock import NAME, Lock
from maskstudio.core.stroke import Stroke
from maskstudio.errors import CannotWrite
from maskstudio.journal import mark, source
from maskstudio.journal.background import THUMBNAIL, Anew, PictureThread, Sync
from maskstudio.journal.log import JournalState, LiveStroke, Log
from maskstudio.journal.writer import Writer

log = logging.getLogger(__name__)

LOG = "log."
_FOLLOW = 0.15  # s between writes of a stroke under way
_ENDING = 0.02  # s between checks whether a closed journal may end
_SYNC = 0.8  # s at most until written data is synced to the disk
_RETRY = 5.0  # s until a failed write is tried again
_PICTURE = 15.0  # s between thumbnails
_ROOMY = 64 << 20  # bytes a log may have before it is rewritten
_GROWN = 4  # times its initial size before it is rewritten

SaveState = Literal["saved", "saving", "failed"]


class Journal:
    """The journal of one document, in a folder of its own.

    ``changed`` is called on the home thread when ``safety`` changes, ``failed`` once when the disk fails; work goes on,
    and the disk is tried again. A ``lock`` is passed when the folder holds a journal that is continued.
    """

    def __init__(self, folder: Path, image: Image, writer: Writer, lock: Lock | None = None) -> None:
        """Begin a journal of ``image`` in ``folder``; ``writer`` writes it."""
        self.folder = folder
        self.changed: Callable[[], None] = lambda: None
        self.failed: Callable[[CannotWrite], None] = lambda _error: None
        self._image = image
        self._opened = time.time()
        self._writer = writer
        self._lock = lock
        # used on the home thread
        self._state: JournalState | None = None
        self._live: LiveStroke | None = None
        self._strokes = 0
        self._ending: Literal["", "remove", "leave", "put away"] = ""
        self._untouched: Path | None = None
        # used on the writer's thread
        self._log: Log | None = None
        self._written: JournalState | None = None
        self._number = 0
        self._sample = ""
        self._start_size = 0
        self._unsynced: float | None = None
        self._followed = 0.0
        self._broken: float | None = None
        self._told: tuple[SaveState, JournalState | None] = ("saved", None)
        self._syncing: Sync | None = None
        self._anew: Anew | None = None
        self._copying: threading.Thread | None = None
        self._picture: PictureThread | None = None
        self._pictured: Document | None = None
        self._drawn_at = -math.inf
        self._stopped = threading.Event()
        self.ended = threading.Event()
        writer.add(self)

    # On the home thread

    @property
    def safety(self) -> SaveState:
        """What the status line shows: whether all work so far would survive a crash."""
        if self._broken is not None:
            return "failed"
        return "saved" if self._state is self._written and self._unsynced is None and not self._live else "saving"

    @property
    def acknowledged(self) -> bool:
        """Whether everything handed over is on the disk."""
        return self.safety == "saved"

    @property
    def over(self) -> bool:
        """Whether it is closed and its folder will not change any more."""
        return self.ended.is_set()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to write for now, or writing has failed."""
        return self.over if self._ending else self._rests

    def take(
        self,
        history: History,
        stroke: Stroke | None,
        project: Path | None = None,
        saved: Document | None = None,
        digest: str = "",
    ) -> None:
        """Store the current state of ``history``. ``stroke`` is the one under way, if any; all others have ended.

        ``project`` is the file the work is saved in, ``saved`` the document in that file, ``digest`` that file's
        sha256.
        """
        if self._live is not None and self._live.stroke is not stroke:
            self._live = None
        strokes = self._live.number if self._live is not None else self._strokes + 1
        self._state = JournalState(history.steps, history.position, strokes, project, saved, digest)
        self._writer.wake()

    def follow(self, stroke: Stroke, layer: Layer, *, added: bool) -> None:
        """Store the samples of a stroke on ``layer`` as they come.

        ``added`` says that the layer is new with the stroke.
        """
        if self._live is None or self._live.stroke is not stroke:
            self._strokes += 1
            self._live = LiveStroke(self._strokes, stroke, layer, added)
            self._writer.wake()

    def close(self, *, keep: bool = False) -> None:
        """End the journal: it is removed, or with ``keep`` left for a recovery."""
        self._ending = self._ending or ("leave" if keep else "remove")
        if not keep:
            self._stopped.set()
        self._writer.wake()

    def put_away(self, untouched: Path | None = None) -> None:
        """End the journal of a document that was closed properly and keep it for reopening.

        If nothing was done to the document, the ``untouched`` file is all that is needed, and the rest is removed.
        """
        if not self._ending:
            self._untouched, self._ending = untouched, "put away"
        if untouched is not None:
            self._stopped.set()
        self._writer.wake()

    # On the writer's thread

    def work(self) -> float | None:
        """Write what is new; returns the seconds until there may be more to do, None to wait until woken."""
        if self.over:
            return None
        try:
            unwanted = self._ending == "remove" or self._untouched is not None
            pause = None if unwanted else self._write()
            if unwanted or (self._ending and self._may_end()):
                self._end()
            elif self._ending:
                pause = _ENDING
        except OSError as error:
            pause = self._fail(error)
        except Exception as error:  # the thread writes other documents' journals too
            log.exception("a journal could not be written")
            pause = self._fail(error)
        self._tell()
        return pause

    @property
    def _rests(self) -> bool:
        return self._broken is not None or (self._state is self._written and self._unsynced is None)

    def _may_end(self) -> bool:
        """Whether everything is on the disk. A journal that is put away also waits for its photo and thumbnail."""
        if not self._rests:
            return False
        if self._broken is not None or self._ending == "leave" or self._state is None:
            return True
        if self._anew is not None:
            return False
        self._draw(self._state, math.inf)
        return not any(thread is not None and thread.is_alive() for thread in (self._copying, self._picture))

    def _write(self) -> float | None:
        """Write the new state and the stroke under way; returns the seconds until the next write, None for none."""
        now = time.monotonic()
        if self._broken is not None and now - self._broken < _RETRY:
            return _RETRY
        state = self._state
        if state is None:
            return None
        if self._log is not None:
            self._log.describe(self._header())
        if self._log is None:
            self._begin(state)
        elif state is not self._written:
            self._log.take(state)
            self._follow()
            self._flush(state)
        else:
            self._follow()
            self._flush(state)
        self._broken = None
        self._sync(now)
        self._renew(state)
        self._draw(state, now)
        if self._live is not None or self._unsynced is not None or self._anew is not None:
            return _FOLLOW
        return None

    def _begin(self, state: JournalState) -> None:
        """Start a new log: at first, and after a failure of the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = Lock.taken(self.folder)
        if self._copying is None:
            for part in self.folder.glob(".*.part"):  # left by an editor that was killed
                part.unlink(missing_ok=True)
        made = self._new_log()
        try:
            made.take(state)
            made.flush()
            made.sync()
        except BaseException:
            made.drop()
            raise
        self._use(made, state)
        self._copying = threading.Thread(
            target=source.keep,
            args=(self.folder, self._image, self._opened, self._stopped, self._writer.wake),
            name="journal photo",
            daemon=True,
        )
        self._copying.start()

    def _new_log(self) -> Log:
        numbers = [int(path.suffix[1:]) for path in self.folder.glob(f"{LOG}*") if path.suffix[1:].isdigit()]
        self._number = max([*numbers, self._number]) + 1
        return Log(self.folder / f"{LOG}{self._number}", self._header())

    def _use(self, made: Log, state: JournalState) -> None:
        """Make ``made`` the current log and remove all older ones."""
        self._await_sync()
        old, self._log = self._log, made
        made.breathe = self._breathe
        self._unsynced = None
        self._start_size, self._written = made.written, state
        if old is not None:
            old.close()
        for path in self.folder.glob(f"{LOG}*"):
            if path != made.path:
                path.unlink(missing_ok=True)

    def _header(self) -> dict[str, Any]:
        image = self._image
        self._sample = self._sample or image.sample
        about = {"name": image.name, "path": path_text(image.path), "depth": image.depth}
        photo = {"width": image.width, "height": image.height, "sample": self._sample, "digest": image.known_digest}
        return {"format": 1, **about, **photo}

    def _breathe(self) -> None:
        """Write a stroke that has begun while a long step is written, so that it need not wait for the end of the
        step.
        """
        if self._live is not None and self._log is not None and time.monotonic() - self._followed > _FOLLOW:
            self._follow()
            self._log.flush()

    def _follow(self) -> None:
        live = self._live
        self._followed = time.monotonic()
        if live is not None and self._log is not None:
            self._log.follow(live)

    def _flush(self, state: JournalState) -> None:
        assert self._log is not None
        before = self._log.flushed
        self._log.flush()
        if self._unsynced is None and self._log.flushed != before:
            self._unsynced = time.monotonic()
        self._written = state

    def _sync(self, now: float) -> None:
        """Sync the log to the disk, on a thread: a slow disk must not delay a stroke."""
        assert self._log is not None
        if self._syncing is not None:
            if self._syncing.is_alive():
                return
            done, self._syncing = self._syncing, None
            if done.error is not None:
                raise done.error
            self._unsynced = None if self._log.flushed == done.flushed else now
        if self._unsynced is not None and (self._ending or now - self._unsynced >= _SYNC):
            self._syncing = Sync(self._log)

    def _await_sync(self) -> None:
        if self._syncing is not None:
            self._syncing.join()
            self._syncing = None

    def _renew(self, state: JournalState) -> None:
        """Start a new log on a thread if the current one has grown too much; use it once that thread has ended."""
        assert self._log is not None
        if self._anew is None:
            if self._log.written > max(_ROOMY, _GROWN * self._start_size):
                self._anew = Anew(self._new_log, state)
            return
        if self._anew.is_alive():
            return
        made, self._anew = self._anew.made, None
        if made is None:
            self._start_size = self._log.written  # it failed: wait before the next attempt
            return
        made.take(state)
        live = self._live  # read once, as the window's thread may end it meanwhile
        if live is not None:
            made.follow(live)
        made.flush()
        made.sync()
        self._use(made, state)

    def _draw(self, state: JournalState, now: float) -> None:
        document = state.steps[state.at].document
        if document is not self._pictured and self._live is None and now - self._drawn_at > _PICTURE:
            self._pictured, self._drawn_at = document, now
            self._picture = PictureThread(self.folder, document)

    def _fail(self, error: Exception) -> float:
        """Close the log after a failure and tell the user once; returns the seconds until the next attempt."""
        first = self._broken is None
        self._broken = time.monotonic()
        self._await_sync()
        self._await_anew()
        if self._log is not None:
            with suppress(OSError):
                self._log.close()
            self._log = None
        if first:
            why = reason(error) if isinstance(error, OSError) else "it failed unexpectedly"
            sentence = f"What you do is not being kept safe at the moment: {why}. Save your work."
            self._writer.post(lambda: self.failed(CannotWrite(sentence)))
        return _RETRY

    def _tell(self) -> None:
        if (now := (self.safety, self._written)) != self._told:
            self._told = now
            self._writer.post(lambda: self.changed())

    def _await_anew(self) -> None:
        if self._anew is not None:
            self._anew.join()
            if self._anew.made is not None:
                self._anew.made.drop()
            self._anew = None

    def _end(self) -> None:
        """Stop all threads, close the log and release the lock; then mark or remove the folder."""
        self._await_sync()
        self._await_anew()
        for thread in (self._copying, self._picture):
            if thread is not None:
                thread.join()
        whole = self._log is not None
        if self._log is not None:
            with suppress(OSError):
                self._log.close()
        if self._ending == "put away" and (whole or self._untouched is not None):
            self._mark()
        if self._lock is not None:
            self._lock.release()
        if self._ending == "remove":
            shutil.rmtree(self.folder, ignore_errors=True)
        self.ended.set()

    def _mark(self) -> None:
        """Mark the journal as closed properly; otherwise it would be offered as after a crash."""
        image, steps = self._image, len(self._state.steps) if self._state is not None else 1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            mark.put(self.folder, mark.ClosedMark(image.name, image.size, steps, time.time(), self._untouched))
            if self._untouched is not None:
                for path in self.folder.iterdir():
                    if path.name not in (mark.NAME, THUMBNAIL, NAME):
                        path.unlink()
        except (OSError, CannotWrite):
            log.info("a closed document could not be put away", exc_info=True)
