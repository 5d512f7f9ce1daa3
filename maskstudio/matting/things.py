"""No component of a mask disappears and no opening closes: each keeps a share of its own area, whatever was solved.

What is thin keeps more, and so does what lies between walls that are thin: where nothing around is thick a solver has
nothing sure to tell one side from the other by. Knows no images, bands or solvers.
"""

from typing import Protocol

import numpy as np

from maskstudio.core.arrays import Double, Flags, Indices, Labels, Plane
from maskstudio.core.callbacks import Check
from maskstudio.core.cv import cv2

# The shares of its area that a thing keeps: one that is thin or has thin walls, and any other.
_THIN, _ANY = 0.82, 0.55
# So much of what a thing lost, or of its rim, has to be thin to call the thing, or its walls, that.
_MOSTLY = 0.7
# A speck of so many px is one of hair rather than a thing, where as much was found beyond it, so many px around, as is
# missing of it.
_SPECK, _AROUND = 9, 9


class Thinness(Protocol):
    """Where a plane is thin."""

    def at(self, rows: Indices, columns: Indices) -> Flags:
        """Whether the pixels at ``rows`` and ``columns``, (n,) each, are: (n,)."""


def keep(
    alpha: Plane, mask: Plane, beyond: Plane, thin: Thinness, walls: Thinness, apart: Flags | None, check: Check
) -> None:
    """Raises ``alpha`` towards ``mask``, both (H, W), in components that would keep too little of it; in place.

    Components are those of the pixels of 128 or more, that touch by their sides: a haze joins nothing.
    ``beyond`` is by how much more than the mask was found, (H, W). ``thin`` tells where the mask is, and ``walls``
    where what it leaves out is. All that is missing of a component comes back by one share, so that what was solved
    keeps its shape. ``apart`` is left alone. ``check`` is called between parts of the work and may raise.
    """
    there = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]  # compare() takes a single pixel for a number
    missing = cv2.min(cv2.subtract(mask, alpha), there)
    if apart is not None:
        missing[apart] = 0
    pixels = places(missing)
    if not pixels.size:
        return
    check()
    count, labels = cv2.connectedComponents(there, connectivity=4)
    check()
    lost, thing = missing.ravel()[pixels].astype(np.float64), labels.ravel()[pixels]
    faint = alpha.ravel()[pixels] < 128
    total, area = _sizes(mask, there, labels, count)
    left = 1 - np.bincount(thing, lost, count) / total
    seen = 1 - np.bincount(thing[faint], minlength=count) / area
    short = np.minimum(left, seen) < _THIN
    few = short[thing]
    pixels, lost, thing = pixels[few], lost[few], thing[few]
    if not pixels.size:
        return
    slim = _share(thing, thin.at(*np.divmod(pixels, mask.shape[1])), count) > _MOSTLY
    slim |= _walled(there, labels, short, walls)
    specks = (area <= _SPECK) & (_share(thing, _moved(missing, beyond).ravel()[pixels] > 0, count) > _MOSTLY)
    least = np.where(slim & ~specks, _THIN, _ANY)
    share = np.clip((least - left) / np.maximum(1 - left, 1e-6), 0, 1)
    share = np.maximum(share, _outlined(thing, lost, mask.ravel()[pixels], np.ceil((least - seen) * area)))
    alpha.ravel()[pixels] += np.rint(lost * share[thing]).astype(np.uint8)


def places(plane: Plane) -> Indices:
    """Where ``plane`` (H, W) is not 0: places in its pixels, row by row."""
    found = cv2.findNonZero(plane)  # several times quicker than NumPy's
    if found is None:
        return np.zeros(0, np.int64)
    flat: Indices = found[:, 0, 1].astype(np.int64) * plane.shape[1] + found[:, 0, 0]
    return flat


def _sizes(mask: Plane, there: Plane, labels: Labels, count: int) -> tuple[Double, Double]:
    """The sum of ``mask`` over each component, and how many pixels it has; both 1 at least.

    They are told by the few pixels where a row of one begins or ends, and by soft ones.
    """
    width, flat = there.shape[1], labels.ravel()
    before, after = np.zeros_like(there), np.zeros_like(there)
    before[:, 1:], after[:, :-1] = there[:, :-1], there[:, 1:]
    first, last = places(cv2.subtract(there, before)), places(cv2.subtract(there, after))
    area = np.bincount(flat[last], last % width + 1.0, count) - np.bincount(flat[first], first % width, count)
    soft = places(cv2.inRange(mask, 128, 254))
    total = 255 * area - np.bincount(flat[soft], 255.0 - mask.ravel()[soft], count)
    return np.maximum(total, 1), np.maximum(area, 1)


def _outlined(thing: Labels, lost: Double, whole: Plane, wanted: Double) -> Double:
    """The share of what each ``thing`` has ``lost`` that brings so many ``wanted`` pixels of it over 50 % again.

    ``lost`` and what was there ``whole`` are those of the pixels that lost something, which are taken in the order in
    which they cost least.
    """
    cost = (128.5 - (whole - lost)) / lost
    faint = whole - lost < 128
    thing, cost = thing[faint], cost[faint]
    order = np.lexsort((cost, thing))
    ends = np.searchsorted(thing[order], np.arange(len(wanted)), side="right")
    last = np.searchsorted(thing[order], np.arange(len(wanted))) + wanted.astype(np.int64) - 1
    share = np.zeros(len(wanted))
    some = (wanted >= 1) & (last < ends)
    share[some] = np.minimum(cost[order][last[some]], 1)
    return share


def _walled(there: Plane, labels: Labels, wanted: Flags, walls: Thinness) -> Flags:
    """The ``wanted`` components that have thin ``walls`` almost all around."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rim = places(cv2.min(there, cv2.dilate(cv2.bitwise_not(there), cross)))
    thing = labels.ravel()[rim]
    few = wanted[thing]
    rows, columns = np.divmod(rim[few], there.shape[1])
    thin = np.zeros(len(rows), np.bool_)
    for down, across in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        beside = (np.clip(rows + down, 0, there.shape[0] - 1), np.clip(columns + across, 0, there.shape[1] - 1))
        thin |= (there[beside] == 0) & walls.at(*beside)
    found: Flags = _share(thing[few], thin, len(wanted)) > _MOSTLY
    return found


def _share(thing: Labels, which: Flags, count: int) -> Double:
    """How many of the pixels of each ``thing`` are among ``which``."""
    share: Double = np.bincount(thing, which, count) / np.maximum(np.bincount(thing, minlength=count), 1)
    return share


def _moved(missing: Plane, beyond: Plane) -> Plane:
    """255 where as much was found ``beyond`` a thing as is ``missing`` of it."""
    around = (_AROUND, _AROUND)
    found: Plane = cv2.compare(cv2.blur(beyond, around), cv2.blur(missing, around), cv2.CMP_GE)
    return found
