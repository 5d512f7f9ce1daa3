"""What speaks for a found subject, without knowing the truth, and the chance that it is right.

The weights are those of a logistic regression: for 28 shared photos and 50 made product shots each way's mask was
compared with the true one, and counted as right from an intersection over union of 0.95 on, as wrong below 0.5. What
came of it on as many others: `tests/bench/subject_table.py`. The two on parts that are missing were weighed on 26 made
shots of things on paper of their own colour: `tests/bench/made_shots.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Flags, Labels, Real
from maskstudio.core.cv import cv2

_BINS = 12  # a side of the histograms of colours
_RIM = 3  # px on either side of the edge whose colours are compared
_AROUND = 0.12  # share of the frame around the subject whose colours are compared with its own
_SMALL = 0.05  # share of the frame below which a subject is suspect
_PLAIN = 0.85  # share of the border from which on a backdrop counts as plain
_WITHIN = 0.93  # share of a mask from which on it lies within another one
_GAP = 5  # px along the edge where nothing is asked of the backdrop: the edge itself, and a shadow's line of contact
_FINE = 1.5  # px, up to which structure counts as fine
_COARSER = 1.5, 0.5  # times the backdrop's own grain, and CIE Lab units, from which on structure is not the backdrop's
_MUCH = 40  # px of such structure for each px of the subject's width that leave no doubt
_LEAST = 50  # px of the backdrop that its grain can be learnt from

WEIGHTS: Mapping[str, float] = {
    "always": -7.4,
    "agreement": 3.4,  # with what other ways have found
    "apart": 2.4,  # its colours and those around it
    "rim": 1.3,  # the colours on both sides of its edge
    "slope": 0.5,  # the share of its edge that lies on a steep one of the picture
    "border": -0.4,  # the share of the frame's border that it covers
    "small": -1.0,
    "whole": 1.3,  # the share of its largest part
    "support": 1.1,  # a model's coverage inside it
    "contrary": -0.9,  # and outside
    "plain": 1.5,  # a plain backdrop, for ways without a model
    "swallowed": -2.0,  # before a plain backdrop, the share of a larger find that this one leaves out
    "rough": -2.0,  # before a plain backdrop, structure around it that no paper has: parts of a like colour are missing
    "certain": 2.2,  # for a model's answer, the share of what may be inside that surely is
    "seen": -0.1,  # it is a model's answer
    "stable": 0.8,  # that answer and its cut along colours agree
    "blind": 0.95,  # no model has looked
}


@dataclass(frozen=True, eq=False)
class Witnesses:
    """What is known beside the mask itself.

    ``others`` are masks (h, w) that other ways have found, ``coverage`` (h, w) in 0..1 is what a model has seen, None
    for none. ``share`` is how much of the border a plain backdrop explains, and ``clear`` (h, w) where that backdrop is
    seen. ``own`` says that the mask is that model's, and ``twin`` is then the other mask made of its answer.
    """

    others: Sequence[Flags]
    coverage: Real | None
    share: float
    clear: Flags
    own: bool = False
    twin: Flags | None = None


def confidence(lab: Real, found: Flags, known: Witnesses) -> float:
    """The chance, 0..1, that ``found`` (h, w) is the subject of a picture ``lab`` (h, w, 3) in CIE Lab."""
    if not found.any() or found.all():
        return 0.0
    facts = measured(lab, found, known)
    return float(1 / (1 + np.exp(-sum(weight * facts.get(name, 0.0) for name, weight in WEIGHTS.items()))))


def measured(lab: Real, found: Flags, known: Witnesses) -> Mapping[str, float]:
    """The evidence for ``found`` (h, w) in a picture ``lab`` (h, w, 3), by the names of ``WEIGHTS``, each in 0..1."""
    inside, outside = _rims(found)
    plain = max(known.share - _PLAIN, 0.0) / (1 - _PLAIN)
    rivals = [*known.others, *([] if known.twin is None else [known.twin])]
    facts = {
        "always": 1.0,
        "agreement": max((overlap(found, other) for other in known.others), default=0.0),
        "apart": _unlike(lab, found, _ring(found)),
        "rim": _unlike(lab, inside, outside),
        "slope": _slope(lab, found),
        "border": float(np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]]).mean()),
        "small": max(0.0, 1 - float(found.mean()) / _SMALL),
        "whole": _whole(found),
        "swallowed": plain * max((_left_out(found, other) for other in rivals), default=0.0),
        "rough": plain * _rough(lab, found, known.clear),
    }
    if known.coverage is None:
        facts["blind"] = 1.0
    else:
        facts |= {"support": float(known.coverage[found].mean()), "contrary": float(known.coverage[~found].mean())}
    if not known.own:
        return facts | {"plain": plain}
    stable = overlap(found, known.twin) if known.twin is not None else 0.0
    assert known.coverage is not None
    return facts | {"seen": 1.0, "certain": certainty(known.coverage), "stable": stable}


def certainty(coverage: Real) -> float:
    """The share of what may be inside by a model's ``coverage`` (h, w) in 0..1 that surely is; 0 for nothing."""
    perhaps = int((coverage > 0.1).sum())
    return int((coverage > 0.9).sum()) / perhaps if perhaps else 0.0


def overlap(one: Flags, other: Flags) -> float:
    """What two masks (h, w) have in common, of what either has: 0..1, and 0 for two empty ones."""
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0


def _left_out(found: Flags, other: Flags) -> float:
    """The share of ``other`` (h, w) that is not in ``found`` (h, w), if that lies within it; 0 if not."""
    common = int((found & other).sum())
    return 1 - common / int(other.sum()) if common > _WITHIN * int(found.sum()) else 0.0


def _rough(lab: Real, found: Flags, clear: Flags) -> float:
    """How much finer structure lies around (h, w) than farther off on the backdrop, 0..1.

    A part of the thing that has the backdrop's colour is left out by every cut along colours; its fur, seams and
    shading are not as even as paper, whatever their colour. Soft shadows have no fine structure.
    """
    fine = np.linalg.norm(lab - cv2.GaussianBlur(lab, (0, 0), _FINE), axis=2)
    fine = cv2.blur(fine, (5, 5))
    around = _ring(found)
    far = clear & ~found & ~around
    beside = around & ~_grown(found, _GAP)
    if int(far.sum()) < _LEAST:
        return 0.0
    times, least = _COARSER
    coarse = fine[beside] > max(times * float(np.percentile(fine[far], 97)), least)
    return min(int(coarse.sum()) / (_MUCH * float(np.sqrt(found.sum()))), 1.0)


def _grown(found: Flags, by: int) -> Flags:
    grown: Flags = cv2.dilate(found.view(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0
    return grown


def _rims(found: Flags) -> tuple[Flags, Flags]:
    """A strip along the edge inside (h, w), and one outside, with a pixel between them left out."""
    inner, outer = ~_grown(~found, 1), ~_grown(found, 1)
    return inner & _grown(~found, _RIM + 1), outer & _grown(found, _RIM + 1)


def _ring(found: Flags) -> Flags:
    """What lies around (h, w), within a share of the frame."""
    ring: Flags = _grown(found, max(2, round(_AROUND * min(found.shape)))) & ~found
    return ring


def _unlike(lab: Real, one: Flags, other: Flags) -> float:
    """How little the colours of two places have in common: 1 less the Bhattacharyya coefficient of histograms."""
    if not one.any() or not other.any():
        return 0.0
    bins = _bins(lab)
    first, second = (np.bincount(bins[where], minlength=_BINS**3).astype(np.float64) for where in (one, other))
    return 1 - float(np.sqrt(first / first.sum() * (second / second.sum())).sum())


def _bins(lab: Real) -> Labels:
    """The bin of each pixel's colour (h, w)."""
    scaled = (lab - np.array([0, -60, -60], np.float32)) / np.array([100, 120, 120], np.float32)
    cells = np.clip((scaled * _BINS).astype(np.int32), 0, _BINS - 1)
    place: Labels = (cells[..., 0] * _BINS + cells[..., 1]) * _BINS + cells[..., 2]
    return place


def _slope(lab: Real, found: Flags) -> float:
    """The share of the edge that lies on a slope steeper than most of the picture."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    steep = np.sqrt((across**2 + down**2).sum(axis=2))
    steep = cv2.dilate(steep, np.ones((3, 3), np.uint8))
    edge = found & _grown(~found, 1)
    edge[0] = edge[-1] = edge[:, 0] = edge[:, -1] = False
    return float((steep[edge] > np.percentile(steep, 75)).mean()) if edge.any() else 0.0


def _whole(found: Flags) -> float:
    """The share of it that its largest part has."""
    areas = cv2.connectedComponentsWithStats(found.view(np.uint8), connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    return float(areas.max() / areas.sum()) if len(areas) else 0.0
