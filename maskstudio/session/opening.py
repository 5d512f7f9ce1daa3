"""Verbs that open a document: a photo, a project, or the content of a journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from maskstudio.core.document import Document
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, read_preview
from maskstudio.core.firstlook import Preview
from maskstudio.core.history import History, Step
from maskstudio.core.projecthistory import Past
from maskstudio.jobs import Job, Token
from maskstudio.journal import closed, mark, recovery
from maskstudio.journal.closed import Closed
from maskstudio.journal.recovery import Recoverable, Recovered
from maskstudio.session import keeping, operations
from maskstudio.session.desk import Desk
from maskstudio.session.keeping import KeptWork

if TYPE_CHECKING:  # formats are imported with the first file, to start faster
    from maskstudio.core.project import Project, Source

_PREVIEW = "open preview"  # a lane that is cancelled together with "open"


class OpeningVerbs:
    """Opens documents. The current document stays open until the new one is read, and if reading fails.

    ``previewed``, if set, receives a first low-resolution view of a large photo that is being opened.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.previewed: Callable[[Preview], None] | None = None

    def open(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read an image or a project and make it the document.

        ``limit`` is the largest number of pixels, None for no limit. Errors (CannotRead, BadImage, TooLarge,
        BadProject) go to ``failed``.
        """
        from maskstudio.core.project import is_project

        return self._open_project(path, limit) if is_project(path) else self._open_image(path, limit)

    def recover(self, found: Recoverable) -> Job:
        """Open a document whose editor was killed, with its whole history."""
        return self._go_on(f"Continue {found.name}", found)

    def reopen(self, found: Closed) -> Job:
        """Open a closed document with its whole history; one that was not changed is opened from its file."""
        if found.path is None:
            return self._go_on(f"Reopen {found.name}", found)
        forget = self._desk.runner.start
        forget("Forget", lambda _token: closed.spent(found), lambda _: None, lane="forget", quiet=True)
        return self.open(found.path)

    # Within

    def _open_image(self, path: Path, limit: int | None) -> Job:
        """Open a photo; alpha of its file becomes a layer."""
        desk = self._desk

        def done(document: Document) -> None:
            desk.runner.cancel(_PREVIEW)
            history = History(document, limit=desk.history_limit)
            desk.take_up(history, KeptWork(history, saved=document, opened=keeping.standing(history)))
            self._tell(document.image.notes)

        self._preview(path, limit)
        return desk.start(f"Open {path.name}", lambda token: operations.read(path, limit, token), done, lane="open")

    def _open_project(self, path: Path, limit: int | None) -> Job:
        """Open a project. One of another program opens with its lowest layer as the photo and the others as masks."""
        from maskstudio.core.project import read_project

        most = self._desk.history_limit

        def work(token: Token) -> tuple[str, Project, History]:
            digest = keeping.digest_of(path)  # before the file is read: later versions of it are not ours
            opened = read_project(path, limit=limit, step=lambda part: token.step(part, "Reading"))
            past = opened.past or Past([Step("Open", opened.document)], 0)
            return digest, opened, _tidied(list(past.steps), past.at, most, token)

        def done(result: tuple[str, Project, History]) -> None:
            digest, opened, history = result
            project = path if opened.own else None
            kept = KeptWork(history, project, opened.document, opened.source, ours=[digest])
            kept.opened = keeping.standing(history)
            self._desk.take_up(history, kept)
            self._tell((*opened.document.image.notes, *opened.notes))
            self._desk.follow_up()

        return self._desk.start(f"Open {path.name}", work, done, lane="open")

    def _go_on(self, label: str, one: Recoverable) -> Job:
        """Open the content of a journal and continue that journal."""
        from maskstudio.core.project import source_in

        most = self._desk.history_limit

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
            kept = KeptWork(history, recovered.project, recovered.saved, source, ours=[recovered.digest])
            kept.journal = recovered.folder, recovered.lock
            self._desk.take_up(history, kept)
            self._tell(recovered.notes)
            self._desk.follow_up()

        return self._desk.start(label, found, done, lane="open")

    def _preview(self, path: Path, limit: int | None) -> None:
        """Show a first look at a large photo while it is decoded.

        An error of it is not told: decoding the photo itself reports it.
        """
        show, runner = self.previewed, self._desk.runner
        if show is not None:
            runner.start(
                f"Preview {path.name}",
                lambda _token: read_preview(path, limit=limit),
                lambda preview: show(preview) if preview is not None and runner.under_way("open") else None,
                lane=_PREVIEW,
                quiet=True,
            )

    def _tell(self, notes: Iterable[str]) -> None:
        for note in notes:
            self._desk.told(note)


def _tidied(steps: list[Step], at: int, limit: int, token: Token) -> History:
    """A history read from the disk, packed and trimmed off the window's thread; the next change will be a new step."""
    history = History.of(steps, at, limit)
    history.seal()
    history.settle().do(token.check)
    return history
