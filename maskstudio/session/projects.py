"""Verbs that keep work safe: the project file, the journal, and going on after a crash."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from maskstudio.core.document import Document
from maskstudio.core.edition import Agreed
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT
from maskstudio.core.history import History, Step
from maskstudio.core.lock import Lock
from maskstudio.core.projecthistory import LIMIT, Past
from maskstudio.core.stroke import Stroke
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Owes, Runner, Token
from maskstudio.journal import closed, mark, recovery
from maskstudio.journal.closed import Closed
from maskstudio.journal.journal import Journal
from maskstudio.journal.recovery import Recoverable, Recovered
from maskstudio.journal.writer import Writer
from maskstudio.names import shown
from maskstudio.session import keeping
from maskstudio.session.entered import Entered, same_work
from maskstudio.session.keeping import Kept, Saved, Target
from maskstudio.session.opening import FileVerbs
from maskstudio.session.painting import PaintingVerbs

if TYPE_CHECKING:  # formats are loaded with the first file, not at every start
    from maskstudio.core.project import Project, Source


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
        self._file_of_now = Kept(None)
        self._journal_of: History | None = None
        self._saving: Path | None = None  # where the last save went, or is going
        self._placed: dict[Path, list[str]] = {}  # sha256 of what was written where, beside the project's own file

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
        if document is None:
            return False
        if not self.settled:
            return True
        if kept.saved is not None and same_work(document, kept.saved):
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

        def work(token: Token) -> tuple[str, Project, History]:
            digest = keeping.digest_of(path)  # before it is read: what comes after that is not ours
            opened = read_project(path, limit=limit, step=lambda part: token.step(part, "Reading"))
            past = opened.past or Past([Step("Open", opened.document)], 0)
            return digest, opened, _tidied(list(past.steps), past.at, most, token)

        def done(result: tuple[str, Project, History]) -> None:
            digest, opened, history = result
            project = path if opened.own else None
            self._file_of_now = Kept(history, project, opened.document, opened.source, ours=[digest])
            self._file_of_now.opened = _standing(history)
            self._show(history)
            for note in (*opened.document.image.notes, *opened.notes):
                self.told(note)
            self._solve_all()

        return self._start(f"Open {path.name}", work, done, lane="open")

    def save(self, *, replace: bool = False) -> Job | None:
        """Write the project to its file; None where it has none yet and ``save_as`` must say which.

        What somebody else has written there meanwhile stays (ChangedElsewhere), unless it is to be replaced.
        """
        path = self.project
        return self._save(path, Target(Agreed.now(path) if replace else None)) if path is not None else None

    def save_as(self, path: Path) -> Job:
        """Write the project to ``path``, which is its file from then on. It takes the place of what is there now, but
        of nothing that somebody else writes there from this moment on (ChangedElsewhere).
        """
        return self._save(path, self._chosen(path))

    def save_beside(self) -> Job | None:
        """Where somebody else has changed the project's file, leave that and write ours beside it; it is the project's
        file from then on.
        """
        if self.project is None:
            return None
        path = keeping.free_name(self.project)
        return self._save(path, Target(Agreed(path)))

    def save_copy(self, path: Path) -> Job:
        """Write the project to ``path`` and go on with the file it had; what it takes the place of as ``save_as``."""
        if path == self.project:
            return self.save_as(path)
        told = f"Saved a copy as {path.name}."
        target = self._chosen(path)
        return self._write(path, self.entered(), lambda *_: self.written(path, told), f"save copy {path}", target)

    def _chosen(self, path: Path) -> Target:
        """A file the user has just chosen. Whatever he was asked, his own is known by what he last saw in it."""
        return Target() if path == self.project else Target(Agreed.now(path))

    def autosave(self) -> Job | None:
        """Save what has changed since the last time, if there is a file for it and nothing else is under way.

        A failure is told like any other, but not again every few minutes. Without a file the journal keeps everything,
        and so it does where somebody else has changed, moved or removed that file.
        """
        if self.project is None or not self.unsaved or self._stroked is not None or self.exporting:
            return None
        return self._save(self.project, Target(anew=False), quiet=True)

    def _save(self, path: Path, target: Target, *, quiet: bool = False) -> Job:
        entered, history, kept = self.entered(), self.history, self._file
        self._saving = path

        def done(document: Document, saved: Saved) -> None:
            if self.history is history and self._saving == path:  # and not to another file since
                self._file_of_now = Kept(history, path, document, saved.source, time.time(), [saved.digest])
            if not quiet:
                self.written(path, f"Saved {path.name}{', which had been moved or deleted' if saved.gone else ''}.")
            self.changed()

        def failed(error: MaskStudioError) -> None:
            if not quiet or str(error) != kept.said:
                kept.said = str(error)
                self.failed(error)

        return self._write(path, entered, done, f"save {path}", target, failed, asked=not quiet)

    def _write(
        self,
        path: Path,
        entered: Entered,
        done: Callable[[Document, Saved], None],
        lane: str,
        target: Target,
        failed: Callable[[MaskStudioError], None] | None = None,
        *,
        asked: bool = True,
    ) -> Job:
        """Write what has been entered; a file that was ``asked`` for is owed, whatever becomes of the document."""
        from maskstudio.core.project import Source

        source = self._file.source or Source(entered.document.image.path)
        past = Past(self.history.steps, self.history.position, self.past_limit) if self.history else None
        own, copied = path == self.project, lane != f"save {path}"
        ours = self._file.ours if own else self._placed.setdefault(path, [])
        journal = self.journal.folder if self.journal is not None and not copied else None

        def write(token: Token) -> tuple[Document, Saved]:
            if not own:
                keeping.check_name(path)
            expected = target.agreed.digests() if target.agreed is not None else ()
            document = entered.whole(token.part(0.0, 0.5))
            steps = past.ending_in(document) if past is not None else None
            rest = token.part(0.5, 1.0)
            return document, keeping.write(path, document, source, steps, ours, expected, target, journal, rest)

        def elsewhere(other: Path) -> Job:
            return self._write_elsewhere(other, entered, copied=copied)

        owes = Owes(shown(path.name), elsewhere) if asked else None
        return self.runner.start(
            f"Save {path.name}",
            write,
            lambda found: done(*found),
            lane=lane,
            failed=failed or (lambda error: self.failed(error)),
            owes=owes,
        )

    def _write_elsewhere(self, path: Path, entered: Entered, *, copied: bool) -> Job:
        """Write what could not be written where it should go; while its document is open, this is its file then, unless
        it was to be a copy.
        """
        if self.document is not None and self.document.image is entered.document.image:
            return self.save_copy(path) if copied else self.save_as(path)
        told, target = f"Saved {path.name}.", Target(Agreed.now(path))
        return self._write(path, entered, lambda *_: self.written(path, told), f"save copy {path}", target)

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

    def close_journal(self, *, keep: bool = False, late: bool = False) -> None:
        """End the journal: it is put away to be reopened, or to be offered at the next start (``keep``); ``late``, once
        what was entered is in it too.
        """
        journal, self.journal = self.journal, None
        if journal is None:
            return
        if keep:
            self._keep_in(journal)
            journal.close(keep=True)
        elif self.keep_closed:
            if late and self.history is not None and not self.settled:
                entered = Entered(self._required(), self._coming())
                keeping.put_away_late(journal, entered, self.history, self._taking(journal, self.history), self.runner)
            else:
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
        self.runner.start("Forget", lambda _token: closed.spent(found), lambda _: None, lane="forget", quiet=True)
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
            self._file_of_now = Kept(history, recovered.project, recovered.saved, source, ours=[recovered.digest])
            self._start_journal(history, recovered.folder, recovered.lock)
            self._show(history)
            for note in recovered.notes:
                self.told(note)
            self._solve_all()

        return self._start(label, found, done, lane="open")

    def close(self) -> None:
        """Let the document go; its journal is put away."""
        self.close_journal(late=True)
        super().close()

    def cancel_stroke(self) -> None:
        """Forget the stroke; its end does so too, whatever came of it."""
        under_way = self.stroke is not None
        super().cancel_stroke()
        if under_way:
            self._keep()

    @property
    def _file(self) -> Kept:
        if self._file_of_now.history is not self.history:
            self._file_of_now = Kept(self.history, saved=self._opened)
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
            self._taking(journal, self.history)(self.stroke)

    def _taking(self, journal: Journal, history: History) -> Callable[[Stroke | None], None]:
        """Keeps what ``history`` is when called, with the stroke under way, beside the file of now."""
        file, digest = self._file, self._file.ours[0] if self._file.ours else ""
        return lambda stroke: journal.take(history, stroke, file.path, file.saved, digest)

    def _follow(self, stroke: Stroke) -> None:
        if self.journal is not None and self._stroked is not None:
            layer = self._stroked
            self.journal.follow(stroke, layer, added=self._required().layer(layer.id) is None)

    def _solve_all(self) -> None:
        for layer in self._required().layers:
            self._solve_again(layer)


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
