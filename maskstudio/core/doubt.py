"""Doubt: where a second model differs from the first about a subject, and nobody has decided by hand since."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask

_DIFFERS = 127  # a pixel is in doubt above this: one model has it in, the other out
_TOGETHER = 200  # places nearer to each other than this part of the diagonal are one
_MOST = 20
_WORTH = 500  # a place is no smaller than this part of all that is in doubt: two models always differ by specks


@dataclass(frozen=True)
class DoubtfulPlace:
    """A place in doubt: a point x, y in the midst of it, the box around it in px, and its area in px."""

    at: tuple[int, int]
    box: Rect
    area: int


@dataclass(frozen=True)
class Doubt:
    """How far two opinions differ: ``share`` of what either has in, 0..1, and ``places``, the greatest ones first."""

    share: float
    places: tuple[DoubtfulPlace, ...] = ()


def undecided(doubt: Mask, covers: Iterable[Mask]) -> Mask:
    """What of ``doubt`` is left where paint that covers as much as ``covers`` say has decided; all of one size."""
    for cover in covers:
        changes: dict[Index, Plane] = {}
        for index in doubt.tiles.keys() & cover.tiles.keys():
            left: Plane = cv2.min(doubt.tile(index), cv2.bitwise_not(cover.tile(index)))
            changes[index] = left
        doubt = doubt.with_tiles(changes)
    return doubt


def greatest(masks: list[Mask]) -> Mask | None:
    """The greatest of several masks of one size at each pixel; the mask itself where there is but one, None of none."""
    if not masks:
        return None
    first, *others = masks
    for other in others:
        first = first.with_tiles(
            {
                index: cv2.max(first.tile(index), other.tile(index)) if index in first.tiles else tile
                for index, tile in other.tiles.items()
            }
        )
    return first


def share(doubt: Mask, mask: Mask) -> float:
    """Which share of what is in ``mask`` or in ``doubt``, both of one size, is in doubt, 0..1; 0 where both are empty.

    Of two opinions and what they differ by, that is 1 less their overlap (IoU).
    """
    differs = either = 0
    for index in doubt.tiles.keys() | mask.tiles.keys():
        apart = doubt.tile(index) > _DIFFERS
        differs += int(np.count_nonzero(apart))
        either += int(np.count_nonzero(apart | (mask.tile(index) > _DIFFERS)))
    return differs / either if either else 0.0


def measured(doubt: Mask, alpha: Mask) -> Doubt:
    """How much of the subject ``alpha`` is in ``doubt``, both of one size, and where."""
    part = share(doubt, alpha)
    return Doubt(part, _places(doubt) if part else ())


def _places(doubt: Mask) -> tuple[DoubtfulPlace, ...]:
    """The greatest connected parts of what is in ``doubt``, which is not empty."""
    around = doubt.bounds
    differs = cv2.compare(doubt.array(around), _DIFFERS, cv2.CMP_GT)
    reach = max(round(float(np.hypot(doubt.width, doubt.height)) / _TOGETHER), 1)
    near = cv2.dilate(differs, cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    labels[differs == 0] = 0
    areas = np.bincount(labels.ravel(), minlength=count)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(differs, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    places = []
    worth = 1 + np.flatnonzero(areas[1:] * _WORTH >= areas[1:].sum())
    for label in sorted(worth, key=lambda each: -areas[each])[:_MOST]:
        left, top, width, height = (int(each) for each in stats[label, :4])
        here = slice(top, top + height), slice(left, left + width)
        inside = np.where(labels[here] == label, depth[1:-1, 1:-1][here], 0)
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        at = around.x + left + int(column), around.y + top + int(row)
        places.append(DoubtfulPlace(at, Rect(around.x + left, around.y + top, width, height), int(areas[label])))
    return tuple(places)
