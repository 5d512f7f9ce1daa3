"""What was pointed at so far, step by step, with the answer to each step, for undo and redo."""

from dataclasses import dataclass

from maskstudio.session.pointedat import Gesture
from maskstudio.session.selectors import SelectorAnswer
from maskstudio.ui.tools.candidatelooks import CandidateLook

_KEPT = 3  # steps


@dataclass(eq=False)
class PointStep:
    """The gestures up to one step; ``word`` says what the step was. ``chosen`` is the candidate that is shown."""

    gestures: tuple[Gesture, ...] = ()
    word: str = ""
    answer: SelectorAnswer[list[CandidateLook]] | None = None
    chosen: int = 0

    @property
    def shown(self) -> CandidateLook | None:
        """The candidate that is shown; None while there is none."""
        return self.answer.made[self.chosen] if self.answer is not None and self.answer.made else None


class PointTrail:
    """``now`` is the step that counts. The answers of the last few steps before it are kept: they hold pictures."""

    def __init__(self) -> None:
        self.now = PointStep()
        self._past: list[PointStep] = []
        self._undone: list[PointStep] = []

    def go_on(self, gestures: tuple[Gesture, ...], word: str) -> None:
        """Make a step; what was undone does not come back."""
        self._past.append(self.now)
        self.now = PointStep(gestures, word)
        self._undone.clear()
        for old in self._past[:-_KEPT]:
            old.answer, old.chosen = None, 0

    def forget_answers(self) -> None:
        """Forget all answers, since another model or another mask is asked about."""
        for each in (*self._past, self.now, *self._undone):
            each.answer, each.chosen = None, 0

    @property
    def undoes(self) -> str:
        """What the last step was, in a word; empty for nothing."""
        return self.now.word if self._past else ""

    @property
    def redoes(self) -> str:
        """What was undone last, in a word; empty for nothing."""
        return self._undone[-1].word if self._undone else ""

    def undo(self) -> None:
        """Go one step back."""
        self._undone.append(self.now)
        self.now = self._past.pop()

    def redo(self) -> None:
        """Make the step again that was undone last."""
        self._past.append(self.now)
        self.now = self._undone.pop()

    def forget_undone(self) -> None:
        """Nothing comes back."""
        self._undone.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.now = PointStep()
        self._past.clear()
        self._undone.clear()
