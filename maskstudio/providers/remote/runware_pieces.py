"""Splits one mask into one mask per box: Runware sends everything it found in a single picture."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Plane
from maskstudio.core.cv import cv2

_ROWS = 256  # at a time


def shares(mask: Plane, boxes: Sequence[Box], check: Callable[[], None] = lambda: None) -> list[Plane]:
    """A mask for each box (left, top, right, bottom in px); together they are exactly ``mask``, uint8 (H, W).

    A pixel belongs to the box in which it lies deepest, or to the nearest box. The distance is measured from the middle
    of the box, in halves of its sides, in the larger of the two directions. Of equal boxes the first one gets it.
    """
    out = [np.zeros_like(mask) for _ in boxes]
    left, top, width, height = cv2.boundingRect(mask)
    across = [_far(np.arange(left, left + width), box[0], box[2]) for box in boxes]
    for start in range(top, top + height, _ROWS):
        check()
        rows = np.arange(start, min(start + _ROWS, top + height))
        window = np.s_[rows[0] : rows[-1] + 1, left : left + width]
        best = np.full((len(rows), width), np.inf, np.float32)
        owner = np.zeros((len(rows), width), np.uint8)
        for number, box in enumerate(boxes):
            far = np.maximum(across[number], _far(rows, box[1], box[3])[:, None])
            closer = far < best
            np.copyto(best, far, where=closer)
            owner[closer] = number
        for number, share in enumerate(out):
            np.copyto(share[window], mask[window], where=owner == number)
    return out


def _far(places: npt.NDArray[np.int64], start: float, end: float) -> npt.NDArray[np.float32]:
    """The distance of these pixels' centres from the middle of start..end: 0 there, 1 at both ends."""
    far: npt.NDArray[np.float32] = (np.abs(places + 0.5 - (start + end) / 2) / ((end - start) / 2)).astype(np.float32)
    return far
