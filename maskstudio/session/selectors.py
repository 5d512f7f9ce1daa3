"""Selectors of the photo that is open, and the questions that they are asked, one at a time.

Opening a selector may take seconds, since some models encode the photo first; until then, questions are answered by the
model that needs no weights, and asked again once the chosen one is ready. Only the newest question is answered.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Token
from maskstudio.providers.local import families
from maskstudio.selection.prompt import Candidate, Prompt, Selector
from maskstudio.session.desk import Desk
from maskstudio.session.heard import Signal

__all__ = ["NONE", "Candidate", "Encoding", "OpenSelectors", "Prompt", "SelectorAnswer", "SelectorQuestion"]

NONE = families.WEIGHTLESS

Encoding = Literal["closed", "encoding", "ready", "failed"]
M = TypeVar("M")


@dataclass(frozen=True, eq=False)
class SelectorAnswer(Generic[M]):
    """What ``model`` answered to ``prompt`` on ``image``: candidates, best first, and what the asker made of them on
    the thread.
    """

    image: Image
    prompt: Prompt
    model: str
    candidates: list[Candidate]
    made: M


@dataclass(eq=False)
class SelectorQuestion(Generic[M]):
    """A prompt for ``model``. ``make`` is called on the thread with the candidates; then ``done`` gets the answer.

    ``missed`` is called instead if there will be none. A question that is ``kept`` is answered whatever is asked later.
    """

    prompt: Prompt
    model: str
    make: Callable[[list[Candidate]], M]
    done: Callable[[SelectorAnswer[M]], object]
    missed: Callable[[], object]
    kept: bool = False
    job: Job | None = None


@dataclass(eq=False)
class _Opened:
    """The selector of one model for the photo that is open."""

    state: Encoding = "encoding"
    selector: Selector | None = None


@dataclass(eq=False)
class _Hover:
    """A place that the pointer hovers over."""

    x: float
    y: float
    model: str
    make: Callable[[Mask], Any]
    done: Callable[[Any], object]


class OpenSelectors:
    """Selectors stay open while the photo does. One question at a time is being answered.

    ``changed`` is sent when the state of a selector has changed. ``idle`` is called with the photo and the model when
    its selector is ready and nothing is asked: whoever prepares other photos ahead may begin then.
    """

    changed = Signal[[]]()

    def __init__(self, desk: Desk) -> None:
        """Follow the photo of ``desk``; nothing is opened before it is asked for."""
        self._desk = desk
        self._image: Image | None = None
        self._opened: dict[str, _Opened] = {}
        self._line: deque[SelectorQuestion[Any]] = deque()
        self._busy: SelectorQuestion[Any] | _Hover | None = None
        self._stopgap: SelectorQuestion[Any] | None = None  # answered without weights until its model is ready
        self._hover: _Hover | None = None
        self.idle: Callable[[Image, str], object] = lambda _image, _model: None
        desk.changed.connect(self._follow_photo)

    def encoding(self, model: str) -> Encoding:
        """How far the selector of ``model`` is for the photo that is open."""
        return self._opened[model].state if model in self._opened else "closed"

    def open(self, model: str) -> None:
        """Have the photo prepared for ``model``, unless it is already or just being prepared.

        One that has failed or was cancelled begins anew.
        """
        self._follow_photo()
        image = self._image
        if image is None or self.encoding(model) in ("encoding", "ready"):
            return
        opened, provider = _Opened(), self._desk.provider
        self._let_go_others(model)
        self._opened[model] = opened

        def became(state: Encoding, selector: Selector | None = None) -> None:
            opened.state, opened.selector = state, selector
            if self._opened.get(model) is opened:
                self.changed()
                self._ask_again(model)
                self._rest(model)

        def failed(error: MaskStudioError) -> None:
            became("failed")
            self._desk.failed(error)

        def over(job: Job) -> str:
            if job.state == "cancelled":
                became("failed")
            return ""

        self._desk.runner.start(
            "Prepare the photo" if model == NONE else f"Encode the photo: {families.title(model)}",
            lambda token: provider.open_selector(image, model, token),
            lambda selector: became("ready", selector),
            lane=f"select open {model}",
            failed=failed,
            closing=over,
        )
        self.changed()

    def close(self) -> None:
        """Let go of all selectors, and drop what was asked."""
        self._desk.runner.cancel("select ")
        self._opened.clear()
        self._hover = self._stopgap = None
        while self._line:
            self._line.popleft().missed()
        self.changed()

    # Questions

    def ask(self, question: SelectorQuestion[M]) -> SelectorQuestion[M]:
        """Have a question answered in place of those before it that are not kept."""
        self.forget()
        if self.encoding(question.model) == "closed":
            self.open(question.model)
        self._line.append(question)
        self._serve()
        return question

    def forget(self) -> None:
        """Drop every question that is not kept."""
        self._stopgap = None
        dropped = [each for each in self._line if not each.kept]
        self._line = deque(each for each in self._line if each.kept)
        if isinstance(self._busy, SelectorQuestion) and not self._busy.kept and self._busy.job is not None:
            self._busy.job.cancel()
        for each in dropped:
            each.missed()

    def drop(self, question: SelectorQuestion[Any]) -> None:
        """Drop this question, kept or not."""
        question.kept = False
        if question in self._line:
            self._line.remove(question)
            question.missed()
        elif question.job is not None:
            question.job.cancel()

    def hover(self, x: float, y: float, model: str, make: Callable[[Mask], M], done: Callable[[M], object]) -> None:
        """Guess what a click at x, y (px) would select, once nothing else is asked; only the newest place counts.

        ``make`` is called on a thread, ``done`` with what it made; neither is if there is no guess.
        """
        self._hover = _Hover(x, y, model, make, done)
        self._serve()

    def stop_hovering(self) -> None:
        """Guess nothing any more."""
        self._hover = None

    # Within

    def _follow_photo(self) -> None:
        """Let go of everything about another photo than the one that is open."""
        document = self._desk.document
        image = document.image if document is not None else None
        if image is not self._image:
            self._image = image
            if self._opened or self._line:
                self.close()

    def _let_go_others(self, model: str) -> None:
        """Keep, beside the selector of ``model``, only that of the model without weights: encodings are large."""
        for other in {*self._opened} - {model, NONE} if model != NONE else ():
            self._desk.runner.cancel(f"select open {other}")
            del self._opened[other]

    def _ask_again(self, model: str) -> None:
        """Ask the question again that was answered without weights while ``model`` was not ready."""
        question, ready = self._stopgap, self.encoding(model) == "ready"
        if question is not None and question.model == model:
            self._stopgap = None
            if ready:
                self._line.append(question)

    def _serve(self) -> None:
        """Begin the next question, or the guess that is wanted, if nothing is being answered."""
        while self._busy is None and self._line:
            question = self._line[0]
            model = self._answering(question.model)
            if question not in self._line or self._busy is not None:
                continue  # where jobs run at once, it has been answered already
            if model is not None:
                self._line.popleft()
                self._answer(question, model)
            elif any(each.state == "encoding" for each in self._opened.values()):
                return
            else:
                self._line.popleft().missed()
        hover = self._hover
        if self._busy is None and hover is not None:
            ready = next((each for each in (hover.model, NONE) if self.encoding(each) == "ready"), None)
            if ready is not None:
                self._hover = None
                self._guess(hover, ready)

    def _answering(self, model: str) -> str | None:
        """The model that answers a question for ``model`` now; None if none is ready."""
        if self.encoding(model) == "ready":
            return model
        if self.encoding(NONE) == "closed" and model != NONE:
            self.open(NONE)
        return NONE if self.encoding(NONE) == "ready" else None

    def _answer(self, question: SelectorQuestion[Any], model: str) -> None:
        """Have ``question`` answered by ``model`` on a thread."""
        selector, image = self._opened[model].selector, self._image
        assert selector is not None
        assert image is not None

        def work(token: Token) -> SelectorAnswer[Any]:
            found = selector.predict(question.prompt, token)
            token.check()
            for each in found:
                _ = each.mask.bounds  # found here, off the window's thread
            return SelectorAnswer(image, question.prompt, model, found, question.make(found))

        def done(answer: SelectorAnswer[Any]) -> None:
            if model != question.model and self.encoding(question.model) == "encoding" and not question.kept:
                self._stopgap = question
            question.done(answer)
            self._rest(model)

        def failed(error: MaskStudioError) -> None:
            question.missed()
            self._desk.failed(error)
            self._rest(model)

        def over(job: Job) -> str:
            self._busy = None
            if job.state == "cancelled":
                question.missed()
                self._serve()
            return ""

        self._busy = question
        question.job = self._desk.runner.start(
            "Select", work, done, lane="select answer", failed=failed, closing=over, quiet=True
        )

    def _guess(self, hover: _Hover, model: str) -> None:
        """Have the selector of ``model`` guess on a thread."""
        selector = self._opened[model].selector
        assert selector is not None

        def work(_token: Token) -> tuple[Any] | None:
            mask = selector.preview(hover.x, hover.y)
            return None if mask is None else (hover.make(mask),)

        def done(made: tuple[Any] | None) -> None:
            if made is not None:
                hover.done(made[0])
            self._rest(model)

        def over(job: Job) -> str:
            self._busy = None
            if job.state == "cancelled":
                self._serve()
            return ""

        self._busy = hover
        self._desk.runner.start(
            "Guess", work, done, lane="select guess", failed=lambda _error: self._rest(model), closing=over, quiet=True
        )

    def _rest(self, model: str) -> None:
        """Go on with what else is asked; with nothing, tell who waits for a quiet moment."""
        self._serve()
        if self._busy is None and not self._line and self._image is not None and self.encoding(model) == "ready":
            self.idle(self._image, model)
