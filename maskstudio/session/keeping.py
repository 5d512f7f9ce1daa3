"""The file of a project, written so that nothing is lost there: neither ours nor what somebody else wrote meanwhile."""

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

if TYPE_CHECKING:  # formats are loaded with the first file, not at every start
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
    """Where the work of ``history`` is kept: a project file, its photo, and since when.

    ``saved`` is the document that file holds; without a project, the one that came out of the photo's file. ``opened``
    is how the history stood when it came out of a file, ``journal`` the folder of the one it was recovered from, with
    its lock.
    """

    history: History | None
    path: Path | None = None
    saved: Document | None = None
    source: Source | None = None
    when: float | None = None
    ours: list[str] = field(default_factory=list)  # sha256 of the file as we read or wrote it last, and since
    said: str = ""  # why it could not be saved by itself; said once
    opened: tuple[int, Document, Document] | None = None
    journal: tuple[Path, Lock] | None = None


@dataclass(frozen=True)
class Target:
    """How a project's file is to be taken: what the user has ``agreed`` to have replaced, besides what we wrote there;
    made ``anew`` where it is gone, or not.
    """

    agreed: Agreed | None = None
    anew: bool = True


@dataclass(frozen=True, eq=False)
class Saved:
    """A project written: where its photo is now, the sha256 of its file, and whether the one it had was gone."""

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
    """Write a project, with the ``past`` of its document, whose file holds one of ``ours`` or what is ``expected``
    besides (sha256); ``journal`` is the folder of its journal. What is about to take its place becomes one of
    ours, whether or not anybody hears of the outcome.

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
    """Raise BadParameter where a project is to be named after another format, as a photo in its place would be lost."""
    if path.suffix.lower() not in ("", ".ora"):
        raise BadParameter(f"A project is written, so the name of {path.name} must end in .ora.")


def spare(path: Path, originals: Iterable[Path]) -> None:
    """Raise OverOriginal where ``path`` is one of the files that a result is made from."""
    for original in originals:
        with suppress(OSError, ValueError):  # one of the two is not there, or cannot be
            if path.samefile(original):
                raise OverOriginal(
                    f"{path.name} is what you are working on, and would be lost: name another file.", path
                )


def put_away_late(
    journal: Journal, entered: Entered, history: History, take: Callable[[Stroke | None], None], runner: Runner
) -> None:
    """Put the ``journal`` of a closed document away once what was ``entered`` is a step of its ``history`` too; should
    that come to nothing, without it. ``take`` keeps the history of now in the journal.
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
    """What tells whether anything was done to a history: its length, where it stands, and its last document."""
    steps = history.steps
    return len(steps), history.document, steps[-1].document


def digest_of(path: Path) -> str:
    """The sha256 of a file; empty where nobody can tell, which whoever reads it then says."""
    try:
        found = Edition.of(path)
    except OSError:
        return ""
    return found.digest if found is not None else ""


def free_name(path: Path) -> Path:
    """A name beside ``path`` that says whose it is and that no file has: "work (mine).ora"."""
    for number in count(1):
        name = path.with_name(f"{path.stem} (mine{'' if number == 1 else f' {number}'}){path.suffix}")
        if not os.path.lexists(name):
            return name
    raise AssertionError("there is always another number")
