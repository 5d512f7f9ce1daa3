"""Verbs take turns: one that changes the document waits until everything entered before is in it.

While a value is still being computed, the next verb would act without it. So it waits for its turn, while the job it
waits for shows its progress, and then changes the current document. What waits counts as entered: outputs include it,
and undo takes it back first. This module records what waits; the desk acts on it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from maskstudio.core.document import Document
from maskstudio.jobs import Runner
from maskstudio.session.entered import Entering, same_work


@dataclass(frozen=True, eq=False)
class Turn:
    """A change that waits: what it makes of a document, for outputs, and how it begins.

    ``whole`` says that it needs every edge solved. ``wish`` is the wish of a live run.
    """

    label: str
    change: Entering
    begin: Callable[[], None]
    whole: bool = False
    wish: object = None


@dataclass(frozen=True, eq=False)
class Value:
    """A value that a job is computing: its label, the merge key of its step, and how to enter it again."""

    label: str
    key: str
    again: Callable[[], None]


@dataclass(frozen=True, eq=False)
class TakenBack:
    """What was taken back before it was in the document, from which document, and how to bring it back."""

    document: Document
    label: str
    again: Callable[[], None]


class Turns:
    """What waits, what is being computed, and what was taken back before it was in the document; the newest last."""

    def __init__(self) -> None:
        self.waiting: list[Turn] = []
        self.values: dict[str, Value] = {}  # by the lane of their jobs, in the order of entry
        self.taken: list[TakenBack] = []
        self.landing = 0  # nesting depth of calls that take over results of jobs

    def newest(self, runner: Runner) -> str | None:
        """The lane of the newest value that a job is still computing; None if there is none."""
        self.values = {lane: value for lane, value in self.values.items() if runner.under_way(lane)}
        return next(reversed(self.values), None)

    def undo_label(self, runner: Runner) -> str:
        """The label of what would be taken back before it is in the document; empty if there is nothing."""
        newest = self.newest(runner)
        if self.waiting:
            return self.waiting[-1].label
        return self.values[newest].label if newest is not None else ""

    def can_bring_back(self, now: Document | None) -> bool:
        """Whether what was taken back last can be entered again, since nothing has changed."""
        return bool(self.taken) and now is not None and same_work(self.taken[-1].document, now)

    def forget_taken(self, before: Document, now: Document) -> None:
        """Forget what was taken back, after a new change.

        The result of a job is no new change: then what was taken back stays.
        """
        still = [replace(each, document=now) for each in self.taken if same_work(each.document, before)]
        self.taken = still if self.landing else []

    def clear(self) -> None:
        """Forget what waits and what was taken back."""
        self.waiting.clear()
        self.taken.clear()
