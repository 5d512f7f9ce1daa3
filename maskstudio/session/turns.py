"""Verbs take turns: one that makes something of the document waits until what was entered before it is in there.

While a value is still being computed, what is done next would be done without it. So it waits for its turn, while the
work it waits for shows its progress, and is then done to the document of now. What waits has been entered too: outputs
take it along, and undo takes it back first. These are the books of it; the desk acts on them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from maskstudio.core.document import Document
from maskstudio.jobs import Runner
from maskstudio.session.entered import Entering, same_work


@dataclass(frozen=True, eq=False)
class Turn:
    """Something to do: what it makes of a document, for outputs, and how it begins. One that flattens needs the
    ``whole`` document, with every edge solved. ``wish`` is that of a live run.
    """

    label: str
    change: Entering
    begin: Callable[[], None]
    whole: bool = False
    wish: object = None


@dataclass(frozen=True, eq=False)
class Value:
    """A value that a job is computing: the merge key of its step, and how to enter it once more."""

    label: str
    key: str
    again: Callable[[], None]


@dataclass(frozen=True, eq=False)
class TakenBack:
    """What was taken back before it had come, from which document, and how to bring it back."""

    document: Document
    label: str
    again: Callable[[], None]


class Turns:
    """What waits for its turn, what is being computed, and what was taken back before it came; the newest last."""

    def __init__(self) -> None:
        self.waiting: list[Turn] = []
        self.values: dict[str, Value] = {}  # by the lane of their jobs, in the order they were entered
        self.taken: list[TakenBack] = []
        self.landing = 0  # how deep we are in taking over what jobs bring

    def newest(self, runner: Runner) -> str | None:
        """The lane of the value that was entered last and is still coming."""
        self.values = {lane: value for lane, value in self.values.items() if runner.under_way(lane)}
        return next(reversed(self.values), None)

    def undo_label(self, runner: Runner) -> str:
        """What would be taken back before it has come; empty for nothing."""
        newest = self.newest(runner)
        if self.waiting:
            return self.waiting[-1].label
        return self.values[newest].label if newest is not None else ""

    def can_bring_back(self, now: Document | None) -> bool:
        """Whether what was taken back last can be entered once more, as nothing has happened since."""
        return bool(self.taken) and now is not None and same_work(self.taken[-1].document, now)

    def forget_taken(self, before: Document, now: Document) -> None:
        """Nothing can be brought back after something new; what has only come now is not new."""
        still = [replace(each, document=now) for each in self.taken if same_work(each.document, before)]
        self.taken = still if self.landing else []

    def clear(self) -> None:
        """Forget what waits and what was taken back."""
        self.waiting.clear()
        self.taken.clear()
