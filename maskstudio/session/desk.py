"""The desk that every verb works at: the open document, jobs on threads, and the order in which verbs act.

Verbs of different kinds know the desk and nothing of each other. What they share are the hooks of the desk.
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
from maskstudio.session.sifting import Finds
from maskstudio.session.turns import TakenBack, Turn, Value


class Desk(OpenDocument):
    """The changes that were entered, those that wait for them, and undo of both.

    The hooks let verbs use the work of other verbs without knowing them:

    ``in_hand``
        The stroke under way. The verb that begins a stroke sets it; any verb may call ``end_stroke`` and
        ``cancel_stroke``.
    ``computing``
        Functions that return the values which jobs are still computing, each as a change of a document. Verbs that
        start such jobs add one, and call ``enter`` for each value. They are applied in this order.
    ``solver``
        Solves edges. A verb that changes what a layer wants of its edge calls ``solve_again``.
    ``in_turn``, ``take_turn``
        Act once everything that was entered before is in the document.
    ``kept``, ``journal``
        The file that holds the work, and the journal of this document, if there is one.
    ``found``
        The finds of the last detection, of a model or of a service, on which filters act; None before one.
    ``leaving``
        Sent before the document is closed, while it is still there.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.computing: list[Callable[[], Iterable[Entering]]] = []
        self.solver: Solver = Unsolved()
        self.found: Finds | None = None

    # What has been entered

    def entered(self) -> Entered:
        """Everything entered until now, with the stroke under way and values that are still being computed.

        All outputs use it.
        """
        self.end_stroke()
        return Entered(self.required(), (*self.coming(), *self.solver.solving()))

    @property
    def settled(self) -> bool:
        """Whether everything that was entered is already in the document."""
        return not self.coming()

    def coming(self) -> tuple[Entering, ...]:
        """The changes that were entered and are not in the document yet, in the order of entry."""
        return (*self.values_coming(), *(turn.change for turn in self.turns.waiting))

    def values_coming(self) -> tuple[Entering, ...]:
        """Those of the coming changes whose values jobs are computing."""
        return tuple(change for changes in self.computing for change in changes())

    def owe_entered(self) -> None:
        """Start a job that finishes what is still being computed and is owed: the window waits for it before it
        closes.
        """
        if self.document is None or self.settled or self.runner.under_way("entered"):
            return
        entered, name = Entered(self.document, self.coming()), self.document.image.name
        self.start(f"Finish {name}", entered.made, lambda _: None, lane="entered", owes=Owes(f"the work on {name}"))

    def start(
        self,
        label: str,
        work: Callable[[Token], object],
        done: Callable[..., object],
        *,
        lane: str,
        owes: Owes | None = None,
    ) -> Job:
        """Run ``work(token)`` on a thread and pass its result to ``done``; then verbs that wait for it may begin."""

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
        """Apply ``change`` to the document as one step, once everything entered before is in the document.

        ``whole`` says that ``change`` needs every wanted edge solved first.
        """

        def flattened(document: Document, token: Token) -> Document:
            return change(operations.completed(document, token.part(0.0, 0.9)), token.part(0.9, 1.0))

        output = flattened if whole else change
        self.take_turn(Turn(label, output, lambda: self.change(label, change), whole))

    def take_turn(self, turn: Turn) -> None:
        """Begin a turn, now or once everything entered before is in the document."""
        document = self.required()
        self.turns.forget_taken(document, document)
        if self._ready(turn) and not self.turns.waiting:
            turn.begin()
        else:
            self.turns.waiting.append(turn)
            self.changed()

    def change(self, label: str, change: Entering) -> None:
        """Apply ``change`` to the current document as one step, and start the solving it requires."""
        document = self.required()
        made = change(document, Token())
        if made is not document:
            self.commit(made, label)
            self.follow_up(document)

    def follow_up(self, before: Document | None = None) -> None:
        """Start solving the edges that need it; with ``before``, only of layers that are not the same in ``before``."""
        for layer in self.required().layers:
            if before is None or before.layer(layer.id) is not layer:
                self.solver.solve_again(layer)

    def enter(self, lane: str, value: Value) -> None:
        """Record that a job of this lane computes ``value``. It becomes the newest entry."""
        had, document = self.undo_label, self.required()
        self.turns.forget_taken(document, document)
        self.turns.values.pop(lane, None)
        self.turns.values[lane] = value
        if not had and self.undo_label:
            self.changed()

    def _land(self, done: Callable[[], object]) -> None:
        """Call ``done`` when a job has ended in any way, then begin the turns that waited for it."""
        self.turns.landing += 1
        try:
            done()
            if self.turns.landing == 1:
                self._next_turns()
        finally:
            self.turns.landing -= 1

    def _next_turns(self) -> None:
        """Begin the waiting turns, oldest first, as long as the next one is ready."""
        while self.turns.waiting and self.history is not None and self._ready(self.turns.waiting[0]):
            turn = self.turns.waiting.pop(0)
            self.history.seal()
            turn.begin()

    def _ready(self, turn: Turn) -> bool:
        return not self.values_coming() and not (turn.whole and self.solver.solving())

    # Undo gives the same result at once as after all jobs have ended: it covers what is still being computed

    @property
    def undo_label(self) -> str:
        """The label of what undo would take back; empty if there is nothing."""
        return self.turns.undo_label(self.runner) or (self.history and self.history.undo_label) or ""

    @property
    def redo_label(self) -> str:
        """The label of what redo would bring back; empty if there is nothing."""
        if self.turns.can_bring_back(self.document):
            return self.turns.taken[-1].label
        return (self.settled and self.history and self.history.redo_label) or ""

    def undo(self) -> None:
        """Take back the last entry, also one that is still being computed."""
        if not self._take_back():
            self._walk(-1)

    def redo(self) -> None:
        """Bring back what was last taken back; does nothing after a new change."""
        if not self._bring_back() and self.settled:
            self._walk(1)

    def go_to(self, position: int) -> None:
        """Go to the step with index ``position`` in the history, clamped to the steps there are."""
        history = self.history
        if history is not None:
            there = history.steps[min(max(position, 0), len(history.steps) - 1)].document
            walk = partial(self._walk_to, position)
            self.take_turn(Turn("Walk through the history", lambda _document, _token: there, walk))

    def step_back(self) -> None:
        """Go one step back; other work continues."""
        if self.history is not None:
            self.history.undo()
            self.follow_up()

    def on_top(self, key: str) -> bool:
        """Whether the current step belongs to the run with this merge key."""
        history = self.history
        return history is not None and history.steps[history.position].merge == key

    def _take_back(self) -> bool:
        """Take back the last entry that is still coming. Returns False if there is none."""
        self.end_stroke()
        turns, lane = self.turns, self.turns.newest(self.runner)
        if turns.waiting:
            turn = turns.waiting.pop()
            turns.taken.append(TakenBack(self.required(), turn.label, lambda: self.take_turn(turn)))
        elif lane is not None:
            value = turns.values.pop(lane)
            self.runner.cancel(lane)
            if self.on_top(value.key):  # values of the same run that have arrived are part of the same step
                self.step_back()
            turns.taken.append(TakenBack(self.required(), value.label, value.again))
        else:
            return False
        self.changed()
        self.follow_up()
        return True

    def _bring_back(self) -> bool:
        """Enter again what was taken back last, if nothing has changed since. Returns whether it did."""
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

    # Work of other verbs

    def busy_with(self, layer: Layer) -> bool:
        """Whether work on a layer is under way that the document does not show yet."""
        jobs = any(job.lane.startswith(f"layer {layer.id} ") for job in self.runner.jobs)
        painted = self.in_hand is not None and self.in_hand.layer.id == layer.id
        return jobs or bool(self.turns.waiting) or painted

    def without_stale(self, document: Document, same: Callable[[Layer], bool]) -> Document:
        """``document`` without earlier finds for which ``same`` is true, so that new ones replace them.

        Layers that were edited, or are being edited, stay.
        """
        for layer in document.layers:
            if same(layer) and not layer.worked_on and not self.busy_with(layer):
                document = document.remove(layer.id)
        return document
