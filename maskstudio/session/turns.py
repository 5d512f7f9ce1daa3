"""Verbs take turns: one that makes something of the document waits until what was entered before it is in there.

While a value is still being computed, what is done next would be done without it. So it waits for its turn, while the
work it waits for shows its progress, and is then done to the document of now. What waits has been entered too: outputs
take it along, and undo takes it back first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from maskstudio.core.document import Document, Layer
from maskstudio.jobs import Runner, Token
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Change, same_work


@dataclass(frozen=True, eq=False)
class Turn:
    """Something to do: what it makes of a document, for outputs, and how it begins. One that flattens needs the
    ``whole`` document, with every edge solved. ``wish`` is that of a live run.
    """

    label: str
    change: Change
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
class _Taken:
    """What was taken back before it had come, from which document, and how to bring it back."""

    document: Document
    label: str
    again: Callable[[], None]


class TurnVerbs(Desk):
    """Undo and redo at once are what they are once all has come: nobody needs to know what is still being computed."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._turns: list[Turn] = []
        self._values: dict[str, Value] = {}  # by the lane of their jobs, in the order they were entered
        self._taken: list[_Taken] = []
        self._landing = 0  # how deep we are in taking over what jobs bring

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty for nothing."""
        newest = self._newest()
        if self._turns or newest is not None:
            return self._turns[-1].label if self._turns else self._values[newest or ""].label
        return (self.history and self.history.undo_label) or ""

    @property
    def redo_label(self) -> str:
        """What redo would bring back; empty for nothing."""
        if self._can_bring_back:
            return self._taken[-1].label
        return (self.settled and self.history and self.history.redo_label) or ""

    def commit(self, document: Document, label: str, merge: str = "") -> None:
        """Make ``document`` the current one, as a step that can be undone; what was taken back is forgotten."""
        before = self._required()
        super().commit(document, label, merge)
        self._forget_taken(before)

    def _forget_taken(self, before: Document) -> None:
        """Nothing can be brought back after something new; what has only come now is not new."""
        now = self._required()
        still = [replace(each, document=now) for each in self._taken if same_work(each.document, before)]
        self._taken = still if self._landing else []

    # Turns

    def _in_turn(self, label: str, change: Change, *, whole: bool = False) -> None:
        """Make of the document what ``change`` does, as one step, once all that was entered before is in it."""

        def flattened(document: Document, token: Token) -> Document:
            return change(operations.completed(document, token.part(0.0, 0.9)), token.part(0.9, 1.0))

        output = flattened if whole else change
        self._take_turn(Turn(label, output, lambda: self._change(label, change), whole))

    def _take_turn(self, turn: Turn) -> None:
        self._forget_taken(self._required())
        if self._ready(turn) and not self._turns:
            turn.begin()
        else:
            self._turns.append(turn)
            self.changed()

    def _land(self, done: Callable[[], None]) -> None:
        """Something has come, or will not come: after ``done`` what waits for it may begin."""
        self._landing += 1
        try:
            super()._land(done)
            if self._landing == 1:
                self._next_turns()
        finally:
            self._landing -= 1

    def _next_turns(self) -> None:
        while self._turns and self.history is not None and self._ready(self._turns[0]):
            turn = self._turns.pop(0)
            self.history.seal()
            turn.begin()

    def _ready(self, turn: Turn) -> bool:
        return not self._computing() and not (turn.whole and self._under_way())

    def _change(self, label: str, change: Change) -> None:
        document = self._required()
        made = change(document, Token())
        if made is not document:
            self.commit(made, label)
            self._follow_up(document)

    def _follow_up(self, before: Document | None = None) -> None:
        """Start what the document of now still needs; only that of layers which ``before`` did not hold so."""

    def _coming(self) -> tuple[Change, ...]:
        return (*super()._coming(), *(turn.change for turn in self._turns))

    def _in_hand(self, layer: Layer) -> bool:
        return super()._in_hand(layer) or bool(self._turns)

    def _let_go(self) -> None:
        self._turns.clear()
        self._taken.clear()
        super()._let_go()

    # Taking back what has not come yet

    def _enter(self, lane: str, value: Value) -> None:
        """Take down that a job of this lane computes a value; the newest is the last."""
        had = self.undo_label
        self._forget_taken(self._required())
        self._values.pop(lane, None)
        self._values[lane] = value
        if not had and self.undo_label:
            self.changed()

    def _newest(self) -> str | None:
        """The lane of the value that was entered last and is still coming."""
        self._values = {lane: value for lane, value in self._values.items() if self.runner.under_way(lane)}
        return next(reversed(self._values), None)

    def _take_back(self) -> bool:
        """Take back the last thing that was entered and is still to come; False where there is none."""
        lane = self._newest()
        if self._turns:
            turn = self._turns.pop()
            self._taken.append(_Taken(self._required(), turn.label, lambda: self._take_turn(turn)))
        elif lane is not None:
            value = self._values.pop(lane)
            self.runner.cancel(lane)
            if self._on_top(value.key):  # what has come of the same run is the same step
                self._step_back()
            self._taken.append(_Taken(self._required(), value.label, value.again))
        else:
            return False
        self.changed()
        self._follow_up()
        return True

    def _step_back(self) -> None:
        """Stand one step back; other work goes on."""
        if self.history is not None:
            self.history.undo()
            self._follow_up()

    def _on_top(self, key: str) -> bool:
        """Whether the last step is that of the run with this key."""
        history = self.history
        return history is not None and history.steps[history.position].merge == key

    @property
    def _can_bring_back(self) -> bool:
        return bool(self._taken) and self.document is not None and same_work(self._taken[-1].document, self.document)

    def _bring_back(self) -> bool:
        """Enter once more what was taken back last, if nothing has happened since."""
        if not self._can_bring_back:
            return False
        taken = self._taken.pop()
        rest = list(self._taken)
        taken.again()
        self._taken = rest
        self.changed()
        return True
