"""What was pointed at and is not in the document yet: asked of a selector step by step, then taken or dropped."""

from collections.abc import Callable
from dataclasses import dataclass

from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.session.pointedat import Gesture, prompt_of
from maskstudio.session.selecting import Landing, ModelState
from maskstudio.session.selectors import NONE, Candidate, OpenSelectors, SelectorAnswer, SelectorQuestion
from maskstudio.session.session import Session
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.candidatelooks import CandidateLook, pictured
from maskstudio.ui.tools.pointtrail import PointStep, PointTrail

Asked = SelectorQuestion[list[CandidateLook]]


@dataclass(eq=False)
class _Late:
    """A selection that was accepted before it was answered."""

    session: Session
    question: Asked
    take: Callable[[SelectorAnswer[list[CandidateLook]]], None]


class PendingSelection:
    """``shown`` is called when something else is to be shown. ``how`` is what becomes of the selection under way.

    ``layer`` is the active layer as it was when the selector was last asked.
    """

    def __init__(self, bench: Bench, wanted: Callable[[], tuple[str, Landing]], shown: Callable[[], object]) -> None:
        """``wanted`` gives the model and the landing chosen in the bar."""
        self._bench, self._wanted, self._shown = bench, wanted, shown
        self.trail = PointTrail()
        self.how: Landing = "layer"
        self.layer: Layer | None = None
        self._image: Image | None = None
        self._question: Asked | None = None
        self._late: list[_Late] = []
        self.models: list[ModelState] = []  # those that were ready when they were listed last

    # What there is

    @property
    def now(self) -> PointStep:
        """The step that counts."""
        return self.trail.now

    @property
    def gestures(self) -> tuple[Gesture, ...]:
        """Everything pointed at so far."""
        return self.trail.now.gestures

    @property
    def waiting(self) -> bool:
        """Whether an answer to what was pointed at is still to come."""
        return self._question is not None

    @property
    def late(self) -> bool:
        """Whether a selection of the session in front was accepted and is still to be answered."""
        return any(each.session is self._bench.session for each in self._late)

    def list_models(self) -> None:
        """List the models that are ready now."""
        session = self._bench.session
        self.models = session.selecting.models() if session is not None else []

    @property
    def model(self) -> str:
        """The model in use: the chosen one if it is ready, else the first that is; empty if none is."""
        chosen, ready = self._wanted()[0], [each.name for each in self.models]
        return chosen if chosen in ready else next(iter(ready), "")

    @property
    def selectors(self) -> OpenSelectors:
        """The selectors of the session in front."""
        assert self._bench.session is not None
        return self._bench.session.selecting.selectors

    # What the user does

    def point(self, gesture: Gesture, gestures: tuple[Gesture, ...], word: str) -> None:
        """Make ``gestures``, of which ``gesture`` is new, what is pointed at, and ask."""
        session, document = self._bench.session, self._bench.document
        if session is None or document is None:
            return
        if not self.gestures and not self._begin(session, gesture):
            return
        self._image = document.image
        self.trail.go_on(gestures, word)
        self.ask()

    def remove(self, gestures: tuple[Gesture, ...], word: str) -> None:
        """Make ``gestures`` what is pointed at, of which one has gone, and ask."""
        self.trail.go_on(gestures, word)
        self.ask()

    def undo(self) -> None:
        """Take the last step back, or else what was accepted and is not answered."""
        if self.trail.undoes:
            self.trail.undo()
            self.ask()
        elif self.late:
            last = next(each for each in reversed(self._late) if each.session is self._bench.session)
            self._late.remove(last)
            last.session.selecting.selectors.drop(last.question)

    def redo(self) -> None:
        """Make the step again that was undone last."""
        self.trail.redo()
        self.ask()

    def choose(self, number: int) -> None:
        """Show the candidate of this number."""
        answer = self.now.answer
        if answer is not None and 0 <= number < len(answer.made):
            self.now.chosen = number
            self._shown()

    def step(self, by: int) -> bool:
        """Show another candidate; returns whether there is one."""
        answer = self.now.answer
        if answer is None or len(answer.made) < 2:
            return False
        self.choose((self.now.chosen + by) % len(answer.made))
        return True

    def accept(self) -> None:
        """Put what is shown into the document, as soon as it is answered."""
        session, step, question, how, layer = self._bench.session, self.now, self._question, self.how, self.layer
        if session is None or not step.gestures or self._elsewhere:
            self.clear()
            return
        if step.answer is not None:
            self._question = None
            self.clear()
            _take(session, step.answer, step.chosen, how, layer)
        elif question is not None:
            image, self._question, question.kept = self._image, None, True

            def take(answer: SelectorAnswer[list[CandidateLook]]) -> None:
                if session.document is not None and session.document.image is image:
                    _take(session, answer, 0, how, layer)

            self._late.append(_Late(session, question, take))
            self.clear()
        else:
            self.clear()

    def clear(self) -> None:
        """Forget everything that was pointed at and not accepted."""
        self.trail.clear()
        self._question = None
        if self._bench.session is not None:
            self.selectors.forget()
        self._shown()

    def ask_anew(self) -> None:
        """Ask once more, since the model or what becomes of the answer has changed."""
        if self.gestures:
            self.how = self._landing(self.gestures)
            self.trail.forget_answers()
            self.ask()

    def follow(self) -> None:
        """Forget what was pointed at in another photo, or on a layer that is gone."""
        document = self._bench.document
        gone = self.how == "mend" and document is not None and self.layer and document.layer(self.layer.id) is None
        if self.gestures and (self._elsewhere or gone):
            self.clear()

    # Asking

    def ask(self) -> None:
        """Ask what is pointed at now, unless that has been answered."""
        step, session, document = self.now, self._bench.session, self._bench.document
        self._question = None
        if session is None or document is None:
            return
        self._follow_layer(session)
        layer = self.layer
        earlier = layer.alpha if self.how == "mend" and layer is not None else None
        prompt = prompt_of(step.gestures, earlier)
        if step.answer is not None or not step.gestures or not prompt.positive:
            self.selectors.forget()
            self._shown()
            return
        image, scale = document.image, self._bench.canvas.view.scale

        def make(found: list[Candidate]) -> list[CandidateLook]:
            return pictured(found, earlier, image, scale)

        def done(answer: SelectorAnswer[list[CandidateLook]]) -> None:
            self._done(question, step, answer)

        def missed() -> None:
            self._late = [each for each in self._late if each.question is not question]
            if self._question is question:
                self._question = None
                self._shown()

        question: Asked = SelectorQuestion(prompt, self.model or NONE, make, done, missed)
        self._question = question
        self.selectors.ask(question)
        self._shown()

    def _done(self, question: Asked, step: PointStep, answer: SelectorAnswer[list[CandidateLook]]) -> None:
        """Take over an answer: show it, or put it into the document if it was accepted before it came."""
        late = next((each for each in self._late if each.question is question), None)
        if late is not None:
            self._late.remove(late)
            late.take(answer)
            self._shown()
            return
        if step.chosen == 0:  # else the user is already comparing the candidates of an earlier answer
            step.answer = answer
        if self._question is question:
            self._question = None
        if step is self.now:
            if not answer.candidates:
                self._tell(said("Nothing was found there; click another place or draw a box."))
            self._shown()

    def _begin(self, session: Session, gesture: Gesture) -> bool:
        """Settle what becomes of the selection that this gesture begins; returns whether it can begin."""
        self.layer = session.active
        self.how = self._landing((gesture,))
        if gesture.negative and self.how != "mend":
            self._tell(said("There is no mask yet that this could be taken from; click what you want first."))
            return False
        if not self.model:
            self._tell(said("No model that selects is ready."))
            return False
        return True

    def _landing(self, gestures: tuple[Gesture, ...]) -> Landing:
        """What becomes of the selection: the way chosen in the bar, as far as the active layer allows it.

        Pointing out first what does not belong to it corrects the mask that there is.
        """
        chosen = self._wanted()[1]
        masked = self.layer is not None and bool(self.layer.alpha.tiles)
        if chosen == "mend":
            return "mend" if masked else "layer"
        return "mend" if masked and gestures and gestures[0].negative else chosen

    def _follow_layer(self, session: Session) -> None:
        """Take the layer as it is now."""
        if self.layer is not None and session.document is not None:
            self.layer = session.document.layer(self.layer.id) or self.layer

    @property
    def _elsewhere(self) -> bool:
        document = self._bench.document
        return document is None or document.image is not self._image

    def _tell(self, sentence: str) -> None:
        assert self._bench.session is not None
        self._bench.session.told(sentence)


def _take(
    session: Session, answer: SelectorAnswer[list[CandidateLook]], which: int, how: Landing, layer: Layer | None
) -> None:
    """Put a candidate into the document."""
    if answer.candidates:
        session.selecting.take(answer, which, how, layer if how != "layer" else None)
