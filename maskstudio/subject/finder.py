"""The subject of a small picture: several ways of looking compete, and the one most likely right wins.

Ways without a model are a plain backdrop (``studio``) and what stands out from the frame's border (``salient``). What
models have seen competes as it is, and cut anew along the colours of the picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.subject import salient, studio
from maskstudio.subject.cutting import recut, tidied, without_strays
from maskstudio.subject.evidence import Witnesses, certainty, confidence, overlap
from maskstudio.subject.studio import Paper

_WORK = 320  # px, longer side of the picture that is cut
_LEAST = 24  # px, shorter side below which there is nothing to see
_NEVER, _ALWAYS = 0.05, 0.95  # coverage by a model that a new cut leaves outside, and inside
_ROUNDS = 3
# A new cut of an answer as certain as this that has less than this in common with it has gone astray.
_TRUSTED, _ASTRAY = 0.3, 0.6


@dataclass(frozen=True, eq=False)
class Sighting:
    """What a model called ``by`` has seen: coverage (h, w) in 0..1. A ``coarse`` answer is cut anew along colours."""

    by: str
    coverage: Real
    coarse: bool = True


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """Coverage (h, w) in 0..1 of what may be the subject, and the chance that it is right, 0..1.

    ``by`` names the model whose answer it is, "" for none; ``as_seen`` says that the coverage is that answer itself.
    """

    by: str
    coverage: Real
    confidence: float
    as_seen: bool = False


@dataclass(frozen=True, eq=False)
class _Mask:
    """A mask (h, w) at the working size: the model it comes from, and its place among the answers of that model."""

    found: Flags
    by: str
    as_seen: bool = False


def find(small: Pixels8, token: Token, seen: Sequence[Sighting] = (), only: str = "") -> Hypothesis:
    """The best hypothesis on the subject of a small picture (h, w, 3).

    ``seen`` is what models have seen, first the one whose word counts for all ways; ``only`` lets the answers of the
    model of this name alone win, with all that it has seen: several people are no strays. Its
    confidence is 0 where nothing was found.
    """
    height, width = small.shape[:2]
    nothing = Hypothesis("", np.zeros((height, width), np.float32), 0.0)
    if min(height, width) < _LEAST:
        return nothing
    zoom = min(_WORK / max(height, width), 1.0)
    size = max(round(width * zoom), 1), max(round(height * zoom), 1)
    rgb = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    if not only:
        seen = [replace(each, coverage=without_strays(each.coverage)) if each.coarse else each for each in seen]
    looks = {each.by: cv2.resize(each.coverage, size, interpolation=cv2.INTER_AREA) for each in seen}
    token.step(0.1, "Looking at the backdrop")
    behind = studio.backdrop(lab)
    masks = [_Mask(studio.cut(rgb, lab, behind), "")]
    token.step(0.3, "Looking for what stands out")
    masks.append(_Mask(salient.cut(rgb), ""))
    token.step(0.7, "Cutting along the colours")
    for each in seen:
        masks += _answers(rgb, each, looks[each.by])
    if not only:
        masks = [replace(each, found=without_strays(each.found.astype(np.float32)) > 0.5) for each in masks]
    token.step(0.9, "Comparing")
    best = nothing
    for mask, trust in _judged(lab, masks, looks, behind):
        if trust > best.confidence and (mask.by == only or not only):
            best = Hypothesis(mask.by, _enlarged(mask, small, seen), trust, mask.as_seen)
    return best


def _answers(rgb: Pixels8, seen: Sighting, coverage: Real) -> Iterator[_Mask]:
    """A model's answer ``coverage`` (h, w), and for a coarse one the answer cut anew, unless that goes astray."""
    inside = coverage > 0.5
    yield _Mask(inside, seen.by, as_seen=True)
    if not seen.coarse or not inside.any():
        return
    anew = recut(rgb, inside, coverage < _NEVER, _ROUNDS, coverage > _ALWAYS)
    if certainty(coverage) < _TRUSTED or overlap(inside, anew) >= _ASTRAY:
        yield _Mask(anew, seen.by)


def _judged(lab: Real, masks: Sequence[_Mask], looks: dict[str, Real], behind: Paper) -> Iterator[tuple[_Mask, float]]:
    """Each mask, tidied, with the chance that it is right."""
    clean = [_Mask(tidied(each.found), each.by, each.as_seen) for each in masks if each.found.any()]
    first = next(iter(looks.values()), None)
    for mask in clean:
        if mask.by:
            others = [each.found for each in clean if each.by != mask.by]
            twin = next((each.found for each in clean if each.by == mask.by and each is not mask), None)
            known = Witnesses(others, looks[mask.by], behind.share, behind.clear, own=True, twin=twin)
        else:
            others = [each.found for each in clean if each is not mask]
            known = Witnesses(others, first, behind.share, behind.clear)
        yield mask, confidence(lab, mask.found, known)


def _enlarged(mask: _Mask, small: Pixels8, seen: Sequence[Sighting]) -> Real:
    """The coverage of a mask at the size of the small picture (h, w): the model's own where it is its answer."""
    if mask.as_seen:
        return next(each.coverage for each in seen if each.by == mask.by)
    height, width = small.shape[:2]
    plane: Real = cv2.resize(mask.found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return plane
