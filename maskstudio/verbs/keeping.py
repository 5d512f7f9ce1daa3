"""The file of a project, written so that nothing is lost there: neither ours nor what somebody else wrote meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal

from maskstudio.core.edition import Edition, guarding
from maskstudio.core.projecthistory import ENTERED
from maskstudio.errors import BadParameter, OverOriginal
from maskstudio.jobs import Owes
from maskstudio.journal import promise

if TYPE_CHECKING:  # formats are loaded with the first file, not at every start
    from pathlib import Path

    from maskstudio.core.document import Document
    from maskstudio.core.history import History
    from maskstudio.core.project import Source
    from maskstudio.core.projecthistory import Past
    from maskstudio.core.stroke import Stroke
    from maskstudio.jobs import Job, Runner, Token
    from maskstudio.journal.journal import Journal
    from maskstudio.verbs.entered import Entered


Over = Literal["other", "own", "original"]
"""What a result may take the place of: any file but those it is made from; only what we exported there before; any."""


@dataclass(frozen=True)
class Target:
    """How a project's file is to be taken: ``replace`` it whatever it holds, make it ``anew`` where it is gone, only
    where it is ``fresh``.
    """

    replace: bool = False
    anew: bool = True
    fresh: bool = False


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
    ours: list[str] | None,
    target: Target,
    journal: Path | None,
    token: Token,
) -> Saved:
    """Write a project, with the ``past`` of its document, whose file holds one of ``ours`` (sha256), or whatever it
    holds; ``journal`` is the folder of its journal. What is about to take its place becomes one of
    ours, whether or not anybody hears of the outcome.

    Raises CannotWrite, of which ChangedElsewhere is a kind.
    """
    from maskstudio.core.project import write_project

    def about(digest: str) -> None:
        if ours is not None:
            ours.append(digest)
        if journal is not None:
            promise.note(journal, digest)

    with guarding(path, ours, anew=target.anew, fresh=target.fresh, about=about) as guard:
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
