"""Pointing at objects that a model has outlined: the click takes the object, later clicks mend its outline."""

from collections.abc import Sequence

import numpy as np

from maskstudio.core.arrays import Pixels8, Point
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Candidate, Prompt, Selector

_LEFT = 0.5  # of an object at least that clicks must leave, or a part of it is meant, or another thing
_MOST = 3  # candidates


class ObjectSelector:
    """A photo (H, W, 3) with ``objects`` known in it; whatever is none of them is left to ``rest``."""

    def __init__(self, photo: Pixels8, objects: Sequence[Candidate], rest: Selector) -> None:
        self._photo, self._objects, self._rest = photo, tuple(objects), rest

    def predict(self, prompt: Prompt, token: Token) -> list[Candidate]:
        """The object that was clicked, mended where clicks and strokes contradict it, and then what ``rest`` finds.

        Scores of the latter are at most the object's.
        """
        others = self._rest.predict(prompt, token)
        found = self._meant(prompt)
        if found is None:
            return others
        whole = found.mask.array()
        kept = mend(self._photo, whole, prompt, token)
        if np.count_nonzero(kept > 127) < _LEFT * np.count_nonzero(whole > 127):
            return others
        mask = found.mask.put(kept, 0, 0)
        lower = [Candidate(each.mask, min(each.score, found.score)) for each in others]
        return [Candidate(mask, found.score), *lower][:_MOST]

    def preview(self, x: float, y: float) -> Mask | None:
        """The object there, else the guess of ``rest``."""
        found = self._meant(Prompt(include=((x, y),)))
        return self._rest.preview(x, y) if found is None else found.mask

    def _meant(self, prompt: Prompt) -> Candidate | None:
        """The surest object that the first click inside lies in."""
        if not prompt.include or prompt.box is not None or prompt.outline:
            return None
        here = (each for each in self._objects if _holds(each.mask, prompt.include[0]))
        return max(here, key=lambda each: each.score, default=None)


def _holds(mask: Mask, at: Point) -> bool:
    x, y = min(max(int(at[0]), 0), mask.width - 1), min(max(int(at[1]), 0), mask.height - 1)
    return mask[x, y] > 127
