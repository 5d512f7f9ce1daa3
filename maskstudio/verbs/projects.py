"""Verbs that keep work safe: the project file, the journal, and going on after a crash."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from maskstudio.core.document import Document, Layer
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT
from maskstudio.core.history import History
from maskstudio.core.lock import Lock
from maskstudio.core.stroke import Stroke
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Runner
from maskstudio.journal import recovery
from maskstudio.journal.journal import Journal
from maskstudio.journal.recovery import Recoverable, Recovered
from maskstudio.journal.writer import Writer
from maskstudio.verbs import keeping
from maskstudio.verbs.files import FileVerbs
from maskstudio.verbs.keeping import Saved, Target
from maskstudio.verbs.painting import PaintingVerbs

if TYPE_CHECKING:  # formats are loaded with the first file, not at every start
    from maskstudio.core.project import Project, Source


@dataclass(eq=False)
class _Kept:
    """Where the work of ``history`` is kept: a project file, the document in it, its photo, and since when."""

    history: History | None
    path: Path | None = None
    saved: Document | None = None
    source: Source | None = None
    when: float | None = None
    ours: list[str] = field(default_factory=list)  # sha256 of the file as we read or wrote it last, and since
    said: str = ""  # why it could not be saved by itself; said once


class ProjectVerbs(PaintingVerbs, FileVerbs):
    """Save, open, journal, recover. ``journalled`` is called when ``journal.safety`` has changed."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.journal: Journal | None = None
        self.journalled: Callable[[], None] = lambda: None
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
        """Whether there is work that no file holds: steps since the last save, or, without a project, since an
        export or since it was opened. Undone back to there, there is none.
        """
        document = self.document
        saved = self._file.saved
        if document is None or (saved is not None and _same(document, saved)):
            return False
        return saved is not None or self.unexported

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

        def done(found: tuple[str, Project]) -> None:
            digest, opened = found
            history = History(opened.document, limit=self.history_limit)
            self._file_of_now = _Kept(history, path, opened.document) if opened.own else _Kept(history)
            self._file_of_now.source = opened.source
            self._file_of_now.ours = [digest]
            self._show(history, opened.document.layers)
            for note in (*opened.document.image.notes, *opened.notes):
                self.told(note)
            self._solve_all()

        return self._start(
            f"Open {path.name}",
            lambda token: (
                keeping.digest_of(path),  # before it is read: what comes after that is not ours
                read_project(path, limit=limit, step=lambda part: token.step(part, "Reading")),
            ),
            done,
            lane="open",
        )

    def save(self, *, replace: bool = False) -> Job | None:
        """Write the project to its file; None where it has none yet and ``save_as`` must say which.

        What somebody else has written there meanwhile stays (ChangedElsewhere), unless it is to be replaced.
        """
        return self._save(self.project, Target(replace=replace)) if self.project is not None else None

    def save_as(self, path: Path) -> Job:
        """Write the project to ``path``, which is its file from then on."""
        return self._save(path, Target())

    def save_beside(self) -> Job | None:
        """Where somebody else has changed the project's file, leave that and write ours beside it; it is the project's
        file from then on.
        """
        return self._save(keeping.free_name(self.project), Target(fresh=True)) if self.project is not None else None

    def save_copy(self, path: Path) -> Job:
        """Write the project to ``path`` and go on with the file it had."""
        if path == self.project:
            return self.save_as(path)
        self.end_stroke()
        told = f"Saved a copy as {path.name}."
        return self._write(path, self._required(), lambda _: self.told(told), "save copy", Target())

    def autosave(self) -> Job | None:
        """Save what has changed since the last time, if there is a file for it and nothing else is under way.

        A failure is told like any other, but not again every few minutes. Without a file the journal keeps everything,
        and so it does where somebody else has changed, moved or removed that file.
        """
        if self.project is None or not self.unsaved or self.stroke is not None or self.exporting:
            return None
        return self._save(self.project, Target(anew=False), quiet=True)

    def _save(self, path: Path, target: Target, *, quiet: bool = False) -> Job:
        self.end_stroke()
        document, history, kept = self._required(), self.history, self._file

        def done(saved: Saved) -> None:
            if self.history is history:
                self._file_of_now = _Kept(history, path, document, saved.source, time.time(), [saved.digest])
                if not quiet:
                    self.told(f"Saved {path.name}{', which had been moved or deleted' if saved.gone else ''}.")
                self.changed()

        def failed(error: MaskStudioError) -> None:
            if not quiet or str(error) != kept.said:
                kept.said = str(error)
                self.failed(error)

        return self._write(path, document, done, "save", target, failed)

    def _write(
        self,
        path: Path,
        document: Document,
        done: Callable[[Saved], None],
        lane: str,
        target: Target,
        failed: Callable[[MaskStudioError], None] | None = None,
    ) -> Job:
        from maskstudio.core.project import Source

        source = self._file.source or Source(document.image.path)
        ours = self._file.ours if path == self.project and not target.replace else None
        journal = self.journal.folder if self.journal is not None and lane == "save" else None
        return self.runner.start(
            f"Save {path.name}",
            lambda token: keeping.write(path, document, source, ours, target, journal, token),
            done,
            lane=lane,
            failed=failed or (lambda error: self.failed(error)),
        )

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
        """End the journal: there is nothing left to lose, or it is to be offered at the next start (``keep``)."""
        if self.journal is not None:
            if keep:
                self._keep()
            self.journal.close(keep=keep)
            self.journal = None

    def recover(self, found: Recoverable) -> Job:
        """Go on where an editor that was killed had stopped, with the whole history."""

        def done(recovered: Recovered) -> None:
            history = History.of(recovered.history.steps, recovered.history.position, self.history_limit)
            self._file_of_now = _Kept(history, recovered.project, recovered.saved, ours=[recovered.digest])
            self._start_journal(history, recovered.folder, recovered.lock)
            self._show(history, ())
            for note in recovered.notes:
                self.told(note)
            self._solve_all()

        return self._start(f"Continue {found.name}", lambda _token: recovery.recover(found), done, lane="open")

    def close(self) -> None:
        """Let the document go, with its journal."""
        self.close_journal()
        super().close()

    def cancel_stroke(self) -> None:
        """Forget the stroke; its end does so too, whatever came of it."""
        under_way = self.stroke is not None
        super().cancel_stroke()
        if under_way:
            self._keep()

    @property
    def _file(self) -> _Kept:
        if self._file_of_now.history is not self.history:
            self._file_of_now = _Kept(self.history)
        return self._file_of_now

    def _show(self, history: History, exported: tuple[Layer, ...]) -> None:
        self._let_go()
        self.history, self._exported = history, exported
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
            digest = self._file.ours[0] if self._file.ours else ""
            self.journal.take(self.history, self.stroke, self._file.path, self._file.saved, digest)

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
