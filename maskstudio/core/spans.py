"""Coverage from spans: pieces of scanlines, exact along the line, summed over the scanlines of each pixel row."""

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Integers, Plane
from maskstudio.core.cv import cv2

UNIT = 256  # of a pixel's width: spans begin and end at whole multiples of 1/UNIT px


# Rows summed at a time: what they need stays in the processor's cache.
_STRIPE = 64


def covered(lines: Integers, starts: Integers, ends: Integers, shape: tuple[int, int], density: int) -> Plane:
    """Coverage of ``shape`` (rows, columns) by spans that do not overlap; their arrays are (N,).

    ``lines``           scanline of each span, ascending; ``density`` of them make row 0 of pixels, and so on
    ``starts, ends``    where it begins and ends, in 1/256 px from the left, within the columns
    ``density``         at most 127
    Exact along the scanlines; across them what ``density`` samples give.
    """
    height, width = shape
    out = np.empty(shape, np.uint8)
    tops = range(0, height, _STRIPE)
    limits = np.searchsorted(lines, [*(top * density for top in tops), height * density])
    rows = lines // density * (width + 2)
    changes = np.zeros((_STRIPE, width + 2), np.int16)
    for top, first, last in zip(tops, limits, limits[1:], strict=False):
        part = out[top : top + _STRIPE]
        if first == last:
            part[:] = 0
            continue
        changes[:] = 0
        here = slice(first, last)
        offset = rows[here] - top * (width + 2)
        _step(changes.reshape(-1), offset, starts[here], 1)
        _step(changes.reshape(-1), offset, ends[here], -1)
        amount = np.cumsum(changes[: len(part)], axis=1, dtype=np.int16)[:, :width]
        cv2.convertScaleAbs(amount, part, 255 / (UNIT * density))
    return out


def _step(changes: npt.NDArray[np.int16], offset: Integers, at: Integers, sign: int) -> None:
    """Have the running sum along the row rise (fall) by UNIT at ``at``, shared between the two pixels it lies in."""
    column, share = offset + at // UNIT, (at % UNIT).astype(np.int16)
    np.add.at(changes, column, np.int16(sign) * (np.int16(UNIT) - share))
    np.add.at(changes, column + 1, np.int16(sign) * share)
