"""Verbs that store the work in a project file and tell whether it is saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from maskstudio.core.document import Document
from maskstudio.core.edition import Agreed
from maskstudio.core.projecthistory import LIMIT, Past
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Owes, Token
from maskstudio.names import shown
from maskstudio.session import keeping
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entered, same_work
from maskstudio.session.keeping import KeptWork, Saved, Target


class ProjectVerbs:
    """``past_limit`` is the number of bytes that undo steps may take in a project file; 0 stores none."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.past_limit = LIMIT
        self._saving: Path | None = None  # the file of the last save, finished or not
        self._placed: dict[Path, list[str]] = {}  # sha256 of files written besides the project's own, by path

    # What is saved

    @property
    def path(self) -> Path | None:
        """The file that stores the work; None before the first save."""
        return self._desk.kept.path

    @property
    def saved_at(self) -> float | None:
        """When it was last saved, in seconds since the epoch; None if never."""
        return self._desk.kept.when

    @property
    def unsaved(self) -> bool:
        """Whether there is work that no file holds: steps since the last save, or, without a project, layers.

        Layers that are exactly as they were read from a file do not count. After undoing back to the saved state there
        is no unsaved work. An export does not count as saving.
        """
        document, kept = self._desk.document, self._desk.kept
        if document is None:
            return False
        if not self._desk.settled:
            return True
        if kept.saved is not None and same_work(document, kept.saved):
            return False
        return kept.path is not None or bool(document.layers)

    # Projects

    def save(self, *, replace: bool = False) -> Job | None:
        """Write the project to its file. Returns None if it has none yet; ``save_as`` names one.

        If another program has changed the file, it stays and ChangedElsewhere goes to ``failed``, unless ``replace`` is
        set.
        """
        path = self.path
        return self._save(path, Target(Agreed.now(path) if replace else None)) if path is not None else None

    def save_as(self, path: Path) -> Job:
        """Write the project to ``path``, which becomes its file. The file that is there now is replaced.

        If another program writes there from now on, that file stays and ChangedElsewhere goes to ``failed``.
        """
        return self._save(path, self._chosen(path))

    def save_beside(self) -> Job | None:
        """Write the project to a free name beside its file, which another program has changed.

        It becomes the project's file.
        """
        if self.path is None:
            return None
        path = keeping.free_name(self.path)
        return self._save(path, Target(Agreed(path)))

    def save_copy(self, path: Path) -> Job:
        """Write the project to ``path`` and keep the project's own file; existing files are treated as in
        ``save_as``.
        """
        if path == self.path:
            return self.save_as(path)
        told = f"Saved a copy as {path.name}."
        target = self._chosen(path)
        desk = self._desk
        return self._write(path, desk.entered(), lambda *_: desk.written(path, told), f"save copy {path}", target)

    def _chosen(self, path: Path) -> Target:
        """The target for a file the user has just chosen; the project's own file is compared with what was last read
        or written.
        """
        return Target() if path == self.path else Target(Agreed.now(path))

    def autosave(self) -> Job | None:
        """Save what has changed since the last save, if the project has a file and nothing else is under way.

        A failure is told once, not again every few minutes. Without a file the journal keeps everything; it also does
        if another program has changed, moved or removed the file.
        """
        if self.path is None or not self.unsaved or self._desk.in_hand is not None or self._writing:
            return None
        return self._save(self.path, Target(anew=False), quiet=True)

    @property
    def _writing(self) -> bool:
        """Whether a file is still being written."""
        return any(job.lane.startswith(("export ", "save ")) for job in self._desk.runner.jobs)

    def _save(self, path: Path, target: Target, *, quiet: bool = False) -> Job:
        """Start the job that writes the project to ``path``; ``quiet`` tells neither success nor a repeated failure."""
        desk = self._desk
        entered, history, kept = desk.entered(), desk.history, desk.kept
        self._saving = path

        def done(document: Document, saved: Saved) -> None:
            if desk.history is history and self._saving == path:  # and no other file was chosen since
                desk.kept = KeptWork(history, path, document, saved.source, time.time(), [saved.digest])
            if not quiet:
                desk.written(path, f"Saved {path.name}{', which had been moved or deleted' if saved.gone else ''}.")
            desk.changed()

        def failed(error: MaskStudioError) -> None:
            if not quiet or str(error) != kept.said:
                kept.said = str(error)
                desk.failed(error)

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
        """Write what was entered. A file the user ``asked`` for is owed, even if the document is closed."""
        from maskstudio.core.project import Source

        desk, history = self._desk, self._desk.history
        source = desk.kept.source or Source(entered.document.image.path)
        past = Past(history.steps, history.position, self.past_limit) if history else None
        own, copied = path == self.path, lane != f"save {path}"
        ours = desk.kept.ours if own else self._placed.setdefault(path, [])
        journal = desk.journal.folder if desk.journal is not None and not copied else None

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
        return desk.runner.start(
            f"Save {path.name}",
            write,
            lambda found: done(*found),
            lane=lane,
            failed=failed or (lambda error: desk.failed(error)),
            owes=owes,
        )

    def _write_elsewhere(self, path: Path, entered: Entered, *, copied: bool) -> Job:
        """Write to another file what could not be written.

        It becomes the project's file if the document is still open, unless it was to be a copy.
        """
        if self._desk.document is not None and self._desk.document.image is entered.document.image:
            return self.save_copy(path) if copied else self.save_as(path)
        told, target = f"Saved {path.name}.", Target(Agreed.now(path))
        return self._write(path, entered, lambda *_: self._desk.written(path, told), f"save copy {path}", target)
