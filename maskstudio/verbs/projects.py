"""Verbs that keep work safe: the project file, the journal, and going on after a crash."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maskstudio.core.document import Document
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT
from maskstudio.core.history import History, Step
from maskstudio.core.lock import Lock
from maskstudio.core.projecthistory import LIMIT, Past
from maskstudio.core.stroke import Stroke
from maskstudio.jobs import Job, Runner, Token
from maskstudio.journal import closed, mark, recovery
from maskstudio.journal.closed import Closed
from maskstudio.journal.journal import Journal
from maskstudio.journal.recovery import Recoverable, Recovered
from maskstudio.journal.writer import Writer
from maskstudio.verbs.files import FileVerbs
from maskstudio.verbs.painting import PaintingVerbs

if TYPE_CHECKING:  # formats are loaded with the first file, not at every start
    from maskstudio.core.project import Project, Source


@dataclass(eq=False)
class _Kept:
    """Where the work of ``history`` is kept: a project file, since when, and the photo.

    ``saved`` is the document that file holds; without a project, the one that came out of the photo's file. ``opened``
    is how the history stood when it came out of a file.
    """

    history: History | None
    path: Path | None = None
    saved: Document | None = None
    source: Source | None = None
    when: float | None = None
    opened: tuple[int, Document, Document] | None = (
        None  # how many steps came out of the file, where it stood, the last
    )


class ProjectVerbs(PaintingVerbs, FileVerbs):
    """Save, open, journal, recover, reopen. ``journalled`` is called when ``journal.safety`` has changed, ``put_away``
    with the journal of a document that was closed and is kept to be reopened, as long as ``keep_closed`` holds.

    ``past_limit``: bytes that the steps of undo may take in a project file, 0 for none of them.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.journal: Journal | None = None
        self.journalled: Callable[[], None] = lambda: None
        self.put_away: Callable[[Journal], None] = lambda _journal: None
        self.keep_closed = True
        self.past_limit = LIMIT
        self._writer: Writer | None = None
        self._file_of_now = _Kept(None)
        self._journal_of: History | None = None

    # What is safe

    @property
    def project(self) -> Path | None:
        """The file the work is kept in, None before the first save."""
        return self._file.path

    @property
    def saved_at(self) -> float | None:
        """When it was saved last, in s since the epoch."""
        return self._file.when

    @property
    def unsaved(self) -> bool:
        """Whether there is work that no file holds: steps since the last save, or, without a project, layers that did
        not come out of a file as they are. Undone back to there, there is none; an export never counts as saving.
        """
        document, kept = self.document, self._file
        if document is None or (kept.saved is not None and _same(document, kept.saved)):
            return False
        return kept.path is not None or bool(document.layers)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files this document came from or is kept in."""
        return (*([self.project] if self.project else []), *super().files)

    @property
    def exporting(self) -> bool:
        """Whether a file is still being written."""
        return super().exporting or any(job.lane.startswith("save") for job in self.runner.jobs)

    # Projects

    def open(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read an image or a project and make it the document. Until it is there, and if it fails, the open one
        stays.
        """
        from maskstudio.core.project import is_project

        return self.open_project(path, limit=limit) if is_project(path) else super().open(path, limit=limit)

    def open_project(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read a project; that of another program is opened with its lowest layer as the photo, the others as masks."""
        from maskstudio.core.project import read_project

        most = self.history_limit

        def work(token: Token) -> tuple[Project, History]:
            opened = read_project(path, limit=limit, step=lambda part: token.step(part, "Reading"))
            past = opened.past or Past([Step("Open", opened.document)], 0)
            return opened, _tidied(list(past.steps), past.at, most, token)

        def done(result: tuple[Project, History]) -> None:
            opened, history = result
            self._file_of_now = _Kept(history, path if opened.own else None, opened.document, opened.source)
            self._file_of_now.opened = _standing(history)
            self._show(history)
            for note in (*opened.document.image.notes, *opened.notes):
                self.told(note)
            self._solve_all()

        return self._start(f"Open {path.name}", work, done, lane="open")

    def save(self) -> Job | None:
        """Write the project to its file; None where it has none yet and ``save_as`` must say which."""
        return self.save_as(self.project) if self.project is not None else None

    def save_as(self, path: Path) -> Job:
        """Write the project to ``path``, which is its file from then on."""
        return self._save(path, lambda: self.told(f"Saved {path.name}."))

    def save_copy(self, path: Path) -> Job:
        """Write the project to ``path`` and go on with the file it had."""
        self.end_stroke()
        return self._write(path, self._required(), lambda _: self.told(f"Saved a copy as {path.name}."), "save copy")

    def autosave(self) -> Job | None:
        """Save what has changed since the last time, if there is a file for it and nothing else is under way.

        A failure is told like any other. Without a file the journal keeps everything.
        """
        if self.project is None or not self.unsaved or self.stroke is not None or self.exporting:
            return None
        return self._save(self.project, lambda: None)

    def _save(self, path: Path, tell: Callable[[], None]) -> Job:
        self.end_stroke()
        document, history = self._required(), self.history

        def done(source: Source) -> None:
            if self.history is history:
                self._file_of_now = _Kept(history, path, document, source, time.time())
                tell()
                self.changed()

        return self._write(path, document, done, "save")

    def _write(self, path: Path, document: Document, done: Callable[[Source], None], lane: str) -> Job:
        from maskstudio.core.project import Source, write_project

        source = self._file.source or Source(document.image.path)
        past = Past(self.history.steps, self.history.position, self.past_limit) if self.history else None

        def write(token: Token) -> Source:
            return write_project(path, document, source, lambda part: token.step(part, "Writing"), past)

        return self._start(f"Save {path.name}", write, done, lane=lane)

    # The journal

    def keep_journal(self, writer: Writer) -> None:
        """From now on, keep all that is done on the disk: each step before ``changed`` is told of it.

        To be called once ``changed`` and ``stroked`` are what they are to be.
        """
        self._writer = writer
        changed, stroked = self.changed, self.stroked

        def keep_and_tell() -> None:
            self._keep()
            changed()

        def follow_and_tell(stroke: Stroke) -> None:
            self._follow(stroke)
            stroked(stroke)

        self.changed, self.stroked = keep_and_tell, follow_and_tell

    def close_journal(self, *, keep: bool = False) -> None:
        """End the journal: it is put away to be reopened, or to be offered at the next start (``keep``)."""
        journal, self.journal = self.journal, None
        if journal is None:
            return
        if keep:
            self._keep_in(journal)
            journal.close(keep=True)
        elif self.keep_closed:
            journal.put_away(self._untouched)
            self.put_away(journal)
        else:
            journal.close()

    def recover(self, found: Recoverable) -> Job:
        """Go on where an editor that was killed had stopped, with the whole history."""
        return self._go_on(f"Continue {found.name}", found)

    def reopen(self, found: Closed) -> Job:
        """Open a document that was closed, with its whole history; one to which nothing was done, from its file."""
        if found.path is None:
            return self._go_on(f"Reopen {found.name}", found)
        self.runner.start("Forget", lambda _token: closed.forget(found), lambda _: None, lane="forget", quiet=True)
        return self.open(found.path)

    def _go_on(self, label: str, one: Recoverable) -> Job:
        """Open what is in a journal, and go on with that journal."""
        from maskstudio.core.project import source_in

        most = self.history_limit

        def found(token: Token) -> tuple[Recovered, History, Source | None]:
            recovered = recovery.recover(one)
            try:
                history = _tidied(recovered.history.steps, recovered.history.position, most, token)
                token.check()
                return recovered, history, source_in(recovered.project) if recovered.project else None
            except BaseException:
                recovered.lock.release()
                raise

        def done(result: tuple[Recovered, History, Source | None]) -> None:
            recovered, history, source = result
            mark.take_off(recovered.folder)
            self._file_of_now = _Kept(history, recovered.project, recovered.saved, source)
            self._start_journal(history, recovered.folder, recovered.lock)
            self._show(history)
            for note in recovered.notes:
                self.told(note)
            self._solve_all()

        return self._start(label, found, done, lane="open")

    def close(self) -> None:
        """Let the document go; its journal is put away."""
        self.close_journal()
        super().close()

    def end_stroke(self) -> None:
        """Make the stroke one step."""
        document, under_way = self.document, self.stroke is not None
        super().end_stroke()
        if under_way and self.document is document:  # nothing came of it
            self._keep()

    def cancel_stroke(self) -> None:
        """Forget the stroke."""
        under_way = self.stroke is not None
        super().cancel_stroke()
        if under_way:
            self._keep()

    @property
    def _file(self) -> _Kept:
        if self._file_of_now.history is not self.history:
            self._file_of_now = _Kept(self.history, saved=self._opened)
            if self.history is not None and self.history.document is self._opened:
                self._file_of_now.opened = _standing(self.history)
        return self._file_of_now

    @property
    def _untouched(self) -> Path | None:
        """The file that holds all there is, as nothing was done since it was opened; None where something was."""
        files, history = self.files, self._journal_of
        same = history is not None and self._file.opened == _standing(history)
        return files[0] if files and same and history is self.history else None

    def _show(self, history: History) -> None:
        self._let_go()
        self.history = history
        self.changed()

    def _start_journal(self, history: History, folder: Path | None = None, lock: Lock | None = None) -> None:
        """Begin a journal of ``history``, or go on with the one in ``folder`` that it was recovered from."""
        self.close_journal()
        self._journal_of = history
        if self._writer is not None:
            folder = folder or recovery.home() / secrets.token_hex(8)
            self.journal = Journal(folder, history.document.image, self._writer, lock)
            self.journal.changed = lambda: self.journalled()
            self.journal.failed = lambda error: self.failed(error)

    def _keep(self) -> None:
        if self.history is None or self._writer is None:
            return
        if self.history is not self._journal_of:
            self._start_journal(self.history)
        if self.journal is not None:
            self._keep_in(self.journal)

    def _keep_in(self, journal: Journal) -> None:
        if self.history is not None and self.history is self._journal_of:
            journal.take(self.history, self.stroke, self._file.path, self._file.saved)

    def _follow(self, stroke: Stroke) -> None:
        if self.journal is not None and self._stroked is not None:
            layer = self._stroked
            self.journal.follow(stroke, layer, added=self._required().layer(layer.id) is None)

    def _solve_all(self) -> None:
        for layer in self._required().layers:
            self._solve_again(layer)


def _same(one: Document, other: Document) -> bool:
    """Whether two documents differ in nothing but which layer is active."""
    return one.layers is other.layers and one.solo == other.solo and one.image is other.image


def _tidied(steps: list[Step], at: int, limit: int, token: Token) -> History:
    """A history as it comes from the disk, tidied before the window's thread has it; the next change is a new step."""
    history = History.of(steps, at, limit)
    history.seal()
    history.settle().do(token.check)
    return history


def _standing(history: History) -> tuple[int, Document, Document]:
    """What tells whether anything was done to a history: its length, where it stands, and its last document."""
    steps = history.steps
    return len(steps), history.document, steps[-1].document
