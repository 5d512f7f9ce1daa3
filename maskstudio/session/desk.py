"""The desk every verb works at: one open document, the way off the thread, and whose turn it is.

Verbs of different kinds know the desk and nothing of each other. What they share are the desk's hooks.
"""

from collections.abc import Callable, Iterable
from functools import partial

from maskstudio.core.document import Document, Layer
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Owes, Runner, Token
from maskstudio.session import operations
from maskstudio.session.entered import Entered, Entering
from maskstudio.session.hooks import Solver, Unsolved
from maskstudio.session.opendocument import OpenDocument
from maskstudio.session.turns import TakenBack, Turn, Value


class Desk(OpenDocument):
    """What has been entered, what waits for it, and undo of both.

    The hooks, for what some verbs do and others need without knowing them:

    ``in_hand``
        The stroke under way: whoever begins one puts it here. ``end_stroke`` and ``cancel_stroke`` are for everybody.
    ``computing``
        Functions that give the values which jobs are computing, as what they make of a document; whoever starts such
        jobs adds one, and calls ``enter`` for each value. They are taken in this order.
    ``solver``
        Who solves edges, in case somebody does; whoever changes what a layer wants of its edge asks ``solve_again``.
    ``in_turn``, ``take_turn``
        Do something once all that was entered before is in the document.
    ``kept``, ``journal``
        The file the work is kept in, and the journal of this document, in case there are any.
    ``leaving``
        What is to be done while the document that is being closed is still there.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.computing: list[Callable[[], Iterable[Entering]]] = []
        self.solver: Solver = Unsolved()

    # What has been entered

    def entered(self) -> Entered:
        """What has been entered until now, with the stroke under way and what is still being computed: what every
        output takes.
        """
        self.end_stroke()
        return Entered(self.required(), (*self.coming(), *self.solver.solving()))

    @property
    def settled(self) -> bool:
        """Whether everything that was entered is in the document."""
        return not self.coming()

    def coming(self) -> tuple[Entering, ...]:
        """What was entered and is not in the document yet, in its order."""
        return (*self.values_coming(), *(turn.change for turn in self.turns.waiting))

    def values_coming(self) -> tuple[Entering, ...]:
        """The values among it: jobs are computing them."""
        return tuple(change for changes in self.computing for change in changes())

    def owe_entered(self) -> None:
        """Owe what was entered and is still being computed, so that nobody leaves before it is in the document."""
        if self.document is None or self.settled or self.runner.under_way("entered"):
            return
        entered, name = Entered(self.document, self.coming()), self.document.image.name
        self.start(f"Finish {name}", entered.made, lambda _: None, lane="entered", owes=Owes(f"the work on {name}"))

    def start(
        self,
        label: str,
        work: Callable[[Token], object],
        done: Callable[..., None],
        *,
        lane: str,
        owes: Owes | None = None,
    ) -> Job:
        """Have ``work(token)`` done on a thread and its result taken over by ``done``; then what waited may begin."""

        def came(result: object) -> None:
            self._land(lambda: done(result))

        def missed(error: MaskStudioError) -> None:
            self._land(lambda: self.failed(error))

        def over(job: Job) -> str:
            if job.state == "cancelled":
                self._land(lambda: None)
            return ""

        return self.runner.start(label, work, came, lane=lane, failed=missed, closing=over, owes=owes)

    # Turns

    def in_turn(self, label: str, change: Entering, *, whole: bool = False) -> None:
        """Make of the document what ``change`` does, as one step, once all that was entered before is in it."""

        def flattened(document: Document, token: Token) -> Document:
            return change(operations.completed(document, token.part(0.0, 0.9)), token.part(0.9, 1.0))

        output = flattened if whole else change
        self.take_turn(Turn(label, output, lambda: self.change(label, change), whole))

    def take_turn(self, turn: Turn) -> None:
        """Begin a turn, at once or once all that was entered before is in the document."""
        document = self.required()
        self.turns.forget_taken(document, document)
        if self._ready(turn) and not self.turns.waiting:
            turn.begin()
        else:
            self.turns.waiting.append(turn)
            self.changed()

    def change(self, label: str, change: Entering) -> None:
        """Make of the document of now what ``change`` does, as one step, and solve what that takes."""
        document = self.required()
        made = change(document, Token())
        if made is not document:
            self.commit(made, label)
            self.follow_up(document)

    def follow_up(self, before: Document | None = None) -> None:
        """Start what the document of now still needs; only that of layers which ``before`` did not hold so."""
        for layer in self.required().layers:
            if before is None or before.layer(layer.id) is not layer:
                self.solver.solve_again(layer)

    def enter(self, lane: str, value: Value) -> None:
        """Take down that a job of this lane computes a value; the newest is the last."""
        had, document = self.undo_label, self.required()
        self.turns.forget_taken(document, document)
        self.turns.values.pop(lane, None)
        self.turns.values[lane] = value
        if not had and self.undo_label:
            self.changed()

    def _land(self, done: Callable[[], None]) -> None:
        """Something has come, or will not come: after ``done`` what waits for it may begin."""
        self.turns.landing += 1
        try:
            done()
            if self.turns.landing == 1:
                self._next_turns()
        finally:
            self.turns.landing -= 1

    def _next_turns(self) -> None:
        while self.turns.waiting and self.history is not None and self._ready(self.turns.waiting[0]):
            turn = self.turns.waiting.pop(0)
            self.history.seal()
            turn.begin()

    def _ready(self, turn: Turn) -> bool:
        return not self.values_coming() and not (turn.whole and self.solver.solving())

    # Undo: at once what it is once all has come; nobody needs to know what is still being computed

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty for nothing."""
        return self.turns.undo_label(self.runner) or (self.history and self.history.undo_label) or ""

    @property
    def redo_label(self) -> str:
        """What redo would bring back; empty for nothing."""
        if self.turns.can_bring_back(self.document):
            return self.turns.taken[-1].label
        return (self.settled and self.history and self.history.redo_label) or ""

    def undo(self) -> None:
        """Take the last thing back, also where it is still to come."""
        if not self._take_back():
            self._walk(-1)

    def redo(self) -> None:
        """Bring back what was taken back last; after something new there is nothing to bring back."""
        if not self._bring_back() and self.settled:
            self._walk(1)

    def go_to(self, position: int) -> None:
        """Stand at the step of that index in the history."""
        history = self.history
        if history is not None:
            there = history.steps[min(max(position, 0), len(history.steps) - 1)].document
            walk = partial(self._walk_to, position)
            self.take_turn(Turn("Walk through the history", lambda _document, _token: there, walk))

    def step_back(self) -> None:
        """Stand one step back; other work goes on."""
        if self.history is not None:
            self.history.undo()
            self.follow_up()

    def on_top(self, key: str) -> bool:
        """Whether the last step is that of the run with this merge key."""
        history = self.history
        return history is not None and history.steps[history.position].merge == key

    def _take_back(self) -> bool:
        """Take back the last thing that was entered and is still to come; False where there is none."""
        self.end_stroke()
        turns, lane = self.turns, self.turns.newest(self.runner)
        if turns.waiting:
            turn = turns.waiting.pop()
            turns.taken.append(TakenBack(self.required(), turn.label, lambda: self.take_turn(turn)))
        elif lane is not None:
            value = turns.values.pop(lane)
            self.runner.cancel(lane)
            if self.on_top(value.key):  # what has come of the same run is the same step
                self.step_back()
            turns.taken.append(TakenBack(self.required(), value.label, value.again))
        else:
            return False
        self.changed()
        self.follow_up()
        return True

    def _bring_back(self) -> bool:
        """Enter once more what was taken back last, if nothing has happened since."""
        if not self.turns.can_bring_back(self.document):
            return False
        taken = self.turns.taken.pop()
        rest = list(self.turns.taken)
        taken.again()
        self.turns.taken = rest
        self.changed()
        return True

    def _walk(self, by: int) -> None:
        self.end_stroke()
        if self.history is None:
            return
        self.runner.cancel("layer")
        self.history.go(self.history.position + by)
        self.changed()
        self.follow_up()

    def _walk_to(self, position: int) -> None:
        if self.history is not None:
            self._walk(position - self.history.position)

    # What others are at

    def busy_with(self, layer: Layer) -> bool:
        """Whether work on a layer is under way that the document does not show yet."""
        jobs = any(job.lane.startswith(f"layer {layer.id} ") for job in self.runner.jobs)
        painted = self.in_hand is not None and self.in_hand.layer.id == layer.id
        return jobs or bool(self.turns.waiting) or painted

    def without_stale(self, document: Document, same: Callable[[Layer], bool]) -> Document:
        """``document`` without the earlier finds of the ``same`` kind, for new ones to take their place: those that
        nobody has worked on, or is just working on.
        """
        for layer in document.layers:
            if same(layer) and not layer.worked_on and not self.busy_with(layer):
                document = document.remove(layer.id)
        return document
