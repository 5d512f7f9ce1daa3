"""The subject of a small picture, without a model: several guesses compete, and the one most likely right wins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.subject import salient, studio
from maskstudio.subject.cutting import tidied

_WORK = 320  # px, longer side of the picture that is cut
_LEAST = 24  # px, shorter side below which there is nothing to see

Way = Literal["backdrop", "salient", "given"]


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """Coverage (h, w) in 0..1 of what may be the subject, how it was found, and the chance that it is right, 0..1."""

    way: Way
    coverage: Real
    confidence: float


def find(small: Pixels8, token: Token, given: Real | None = None, certainty: float = 0.0) -> Hypothesis:
    """The best guess at the subject of a small picture (h, w, 3).

    ``given`` is the coverage (h, w) that a model has found, with its own ``certainty`` in 0..1; it competes too.
    """
    guesses = list(_guesses(small, token))
    if given is not None:
        guesses.append(Hypothesis("given", given, certainty))
    return max(guesses, key=lambda each: each.confidence)


def _guesses(small: Pixels8, token: Token) -> Iterator[Hypothesis]:
    """A guess for each way of looking; none of a picture too small to see anything."""
    height, width = small.shape[:2]
    nothing = Hypothesis("salient", np.zeros((height, width), np.float32), 0.0)
    if min(height, width) < _LEAST:
        yield nothing
        return
    zoom = min(_WORK / max(height, width), 1.0)
    size = max(round(width * zoom), 1), max(round(height * zoom), 1)
    rgb = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    token.step(0.1, "Looking at the backdrop")
    behind = studio.backdrop(lab)
    if behind.share > 0.5:
        yield _enlarged("backdrop", studio.cut(rgb, lab, behind), behind.share**2, small)
    token.step(0.5, "Looking for what stands out")
    found, _ = salient.cut(rgb)
    yield _enlarged("salient", found, 0.4, small)


def _enlarged(way: Way, found: Flags, confidence: float, small: Pixels8) -> Hypothesis:
    """A guess at the size of the small picture."""
    plane = tidied(found).astype(np.float32)
    height, width = small.shape[:2]
    return Hypothesis(way, cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR), confidence)
