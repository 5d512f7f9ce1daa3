"""Gaussian blur whose cost does not grow with its width."""

import numpy as np

from maskstudio.core.arrays import Real
from maskstudio.core.cv import cv2

_CUT = 3.3  # sigmas to each side; what lies beyond weighs a thousandth
_FINE = 4  # sigmas of this many px and more are blurred on a reduced plane, where they are this many px wide


def reduction(sigma: float) -> int:
    """By how much a plane is reduced before a blur of ``sigma`` px. Give ``blurred`` planes aligned to this."""
    return max(1, int(sigma / _FINE))


def reach(sigma: float) -> int:
    """How far, in px, a pixel can spread."""
    return int(np.ceil(_CUT * sigma)) + 2 * reduction(sigma) + 1


def blurred(plane: Real, sigma: float) -> Real:
    """``plane`` (float32, (H, W)) convolved with a Gaussian; beyond its border it is mirrored.

    Wide ones are computed on the plane reduced by area and brought back by linear interpolation. Both widen it by
    a known variance, which the kernel then has less; the difference stays below 1 % of the range of values (2 % on
    planes much smaller than the blur).
    """
    factor = reduction(sigma)
    if factor == 1:
        return _gaussian(plane, sigma)
    height, width = plane.shape
    down, across = _blocks(height, factor, sigma), _blocks(width, factor, sigma)
    padded = cv2.copyMakeBorder(plane, 0, down * factor - height, 0, across * factor - width, cv2.BORDER_REFLECT)
    small = cv2.resize(padded, (across, down), interpolation=cv2.INTER_AREA)
    small = _gaussian(small, np.sqrt((sigma / factor) ** 2 - 1 / 12 - 1 / 6))
    wide: Real = cv2.resize(small, (across * factor, down * factor), interpolation=cv2.INTER_LINEAR)
    return wide[:height, :width]


def _blocks(length: int, factor: int, sigma: float) -> int:
    """Blocks a side is reduced to.

    The reduced plane can only be mirrored at the border of a block, so a side that does not come out even first gets
    as much mirror image as the blur sees.
    """
    return -(-(length + (reach(sigma) if length % factor else 0)) // factor)


def _gaussian(plane: Real, sigma: float) -> Real:
    side = 2 * int(np.ceil(_CUT * sigma)) + 1
    out: Real = cv2.GaussianBlur(plane, (side, side), sigma, borderType=cv2.BORDER_REFLECT)
    return out
