"""The selector that needs no model: one photo, prepared once, and masks for whatever is pointed at in it.

It works on a picture of some 400 px and on closer looks at parts of it; the answer follows the photo's edges at full
size.
"""

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.closer import Describe
from maskstudio.selection.edgewise import full_size
from maskstudio.selection.honoured import honoured
from maskstudio.selection.judge import judge, probability
from maskstudio.selection.mincut import cut
from maskstudio.selection.pointing import Pointing, Verdict
from maskstudio.selection.prompt import Candidate, Prompt
from maskstudio.selection.signs import Sign, signs_of

_SHIFTS = (-1.5, 1.5)  # logits added for less of it and for more of it
_ALIKE = 0.9  # IoU above which two candidates are one


class RegionSelector:
    """A photo (H, W, 3), pointed at."""

    def __init__(self, photo: Pixels8, token: Token, describe: Describe | None = None) -> None:
        """``describe`` asks a network for descriptors of a picture; the selection is judged with them as well."""
        token.step(0.1, "Looking at the photo")
        whole, closer = (judge("deepwhole"), judge("deepcloser")) if describe else (judge("whole"), judge("closer"))
        self._photo = photo
        self._pointing = Pointing(photo, whole, closer, describe)
        token.step(1.0, "Ready")

    def predict(self, prompt: Prompt, token: Token) -> list[Candidate]:
        """At most three candidates for the prompt, best first, see ``Selector``.

        A score is the overlap with the truth (IoU) that the judgement itself expects. An earlier mask is not looked at:
        ``Local`` mends those.
        """
        signs, fence = signs_of(prompt)
        token.step(0.1, "Finding what was pointed at")
        answer = self._pointing.answer(signs, fence, token)
        found = []
        for inside in _variants(answer):
            token.check()
            found.append(Candidate(self._mask(answer, inside, signs), _expected(answer, inside)))
        token.step(1.0)
        return sorted(found, key=lambda each: -each.score)

    def preview(self, x: float, y: float) -> Mask | None:
        """What a click at x, y selects in the photo as a whole, its edge plainly enlarged."""
        answer = self._pointing.glance((x, y))
        return full_size(self._photo, answer.view, answer.plane, follow=False)

    def _mask(self, answer: Verdict, inside: Flags, signs: tuple[Sign, ...]) -> Mask:
        plane = inside[answer.view.terrain.regions.labels]
        return honoured(full_size(self._photo, answer.view, plane), signs, 1 / max(answer.view.zoom))


def _variants(answer: Verdict) -> list[Flags]:
    """The superpixels of the answer (N,), then of less and of more of it, as far as these are others."""
    regions, found = answer.view.terrain.regions, [answer.inside]
    for shift in _SHIFTS:
        other = cut(regions, answer.logit + shift, answer.sure)
        if other.any() and all(_overlap(regions.size, other, each) < _ALIKE for each in found):
            found.append(other)
    return found


def _overlap(size: Real, one: Flags, other: Flags) -> float:
    either = float(size[one | other].sum())
    return float(size[one & other].sum()) / either if either else 1.0


def _expected(answer: Verdict, inside: Flags) -> float:
    """The IoU that the probabilities of the superpixels (N,) let expect, 0..1."""
    probable = probability(answer.logit) * answer.view.terrain.regions.size
    missed = float(probable[~inside].sum())
    return float(
        np.clip(probable[inside].sum() / max(answer.view.terrain.regions.size[inside].sum() + missed, 1e-6), 0, 1)
    )
