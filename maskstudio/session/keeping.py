"""Writes project files so that nothing is lost: neither our work nor what another program has written there
meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Literal

from maskstudio.core.edition import Agreed, Edition, guarding
from maskstudio.core.projecthistory import ENTERED
from maskstudio.errors import BadParameter, OverOriginal
from maskstudio.jobs import Owes
from maskstudio.journal import promise

if TYPE_CHECKING:  # formats are imported with the first file, to start faster
    from pathlib import Path

    from maskstudio.core.document import Document
    from maskstudio.core.history import History
    from maskstudio.core.lock import Lock
    from maskstudio.core.project import Source
    from maskstudio.core.projecthistory import Past
    from maskstudio.core.stroke import Stroke
    from maskstudio.jobs import Job, Runner, Token
    from maskstudio.journal.journal import Journal
    from maskstudio.session.entered import Entered


Over = Literal["other", "agreed", "own", "original"]
"""What a result may take the place of: any file but those it is made from; of these, what is there at this moment, as
the user has agreed; only what we exported there before; what is there at this moment, whatever it is.
"""


@dataclass(eq=False)
class KeptWork:
    """Where the work of ``history`` is stored: a project file, its photo, and when it was saved.

    ``saved`` is the document that file holds; without a project, the document read from the photo's file. ``opened`` is
    the state of the history when it was read from a file (``standing``). ``journal`` is the folder of the journal it
    was recovered from, with its lock.
    """

    history: History | None
    path: Path | None = None
    saved: Document | None = None
    source: Source | None = None
    when: float | None = None
    ours: list[str] = field(default_factory=list)  # sha256 of each version of the file that we have read or written
    said: str = ""  # why the last autosave failed; told once
    opened: tuple[int, Document, Document] | None = None
    journal: tuple[Path, Lock] | None = None


@dataclass(frozen=True)
class Target:
    """What may be replaced when a project is written: ``agreed`` is what the user agreed to, besides our own versions;
    ``anew`` allows the file to be created again if it is gone.
    """

    agreed: Agreed | None = None
    anew: bool = True


@dataclass(frozen=True, eq=False)
class Saved:
    """A written project: its source, the sha256 of its file, and whether the previous file was gone."""

    source: Source
    digest: str
    gone: bool


def write(
    path: Path,
    document: Document,
    source: Source,
    past: Past | None,
    ours: list[str],
    expected: Collection[str],
    target: Target,
    journal: Path | None,
    token: Token,
) -> Saved:
    """Write a project, with the ``past`` of its document, and return what was written.

    The file at ``path`` is replaced only if its sha256 is in ``ours`` or in ``expected``. ``journal`` is the folder of
    the document's journal. The new sha256 is added to ``ours`` before the file is put in place, so it is known even if
    the outcome is not.

    Raises CannotWrite, of which ChangedElsewhere is a kind.
    """
    from maskstudio.core.project import write_project

    def about(digest: str) -> None:
        ours.append(digest)
        if journal is not None:
            promise.note(journal, digest)

    with guarding(path, ours, expected, anew=target.anew, about=about) as guard:
        written = write_project(path, document, source, lambda part: token.step(part, "Writing"), past)
    return Saved(written, guard.written.digest if guard.written else "", guard.gone)


def check_name(path: Path) -> None:
    """Raise BadParameter if the name of a project ends in another format's suffix: a photo of that name would be
    lost.
    """
    if path.suffix.lower() not in ("", ".ora"):
        raise BadParameter(f"A project is written, so the name of {path.name} must end in .ora.")


def spare(path: Path, originals: Iterable[Path]) -> None:
    """Raise OverOriginal if ``path`` is one of the files that a result is made from."""
    for original in originals:
        with suppress(OSError, ValueError):  # one of the two files does not exist, or its name is not valid
            if path.samefile(original):
                raise OverOriginal(
                    f"{path.name} is what you are working on, and would be lost: name another file.", path
                )


def put_away_late(
    journal: Journal, entered: Entered, history: History, take: Callable[[Stroke | None], None], runner: Runner
) -> None:
    """Put the ``journal`` of a closed document away once what was ``entered`` is a step of ``history``.

    If that fails, it is put away without the step. ``take`` stores the current state of the history in the journal.
    """

    def made(document: Document) -> None:
        history.commit(document, ENTERED)
        take(None)
        journal.put_away()

    def over(job: Job) -> str:
        if job.state != "done":
            journal.put_away()
        return ""

    name = entered.document.image.name
    runner.start(f"Close {name}", entered.made, made, lane="close", closing=over, owes=Owes(f"the work on {name}"))


def standing(history: History) -> tuple[int, Document, Document]:
    """The state of a history, to tell later whether it has changed: number of steps, current document, last
    document.
    """
    steps = history.steps
    return len(steps), history.document, steps[-1].document


def digest_of(path: Path) -> str:
    """The sha256 of a file; empty if it cannot be read. Reading the file afterwards reports the error."""
    try:
        found = Edition.of(path)
    except OSError:
        return ""
    return found.digest if found is not None else ""


def free_name(path: Path) -> Path:
    """A name beside ``path`` that no file has: "work (mine).ora", "work (mine 2).ora" and so on."""
    for number in count(1):
        name = path.with_name(f"{path.stem} (mine{'' if number == 1 else f' {number}'}){path.suffix}")
        if not os.path.lexists(name):
            return name
    raise AssertionError("there is always another number")
