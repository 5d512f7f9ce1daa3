"""Trimaps from masks: 255 sure foreground, 128 unknown, 0 sure background. Knows nothing of images or solvers.

Everything is measured by exact distance transforms, so what it costs does not grow with a radius.
"""

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadMask, BadParameter

Plane = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

FOREGROUND, UNKNOWN, BACKGROUND = 255, 128, 0

# What is measured around the contour is rounded up to this, so that narrow and middling bands cost the same.
_MARGIN = 256


def from_mask(mask: Plane, band_width: int) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)), unknown within ``band_width`` px of its 50 % contour on either side.

    The contour runs between pixels; a pixel is as far from it as its centre from the nearest centre beyond, so a width
    of 1 takes one row of pixels on each side, and of 0 none. Soft pixels (neither 0 nor 255) that touch the band, also
    through other soft pixels, are unknown as well; elsewhere the nearer side counts. The frame's border is no edge.
    Raises ``BadMask`` for anything but one 8-bit plane and ``BadParameter`` for a width below 0.
    """
    _validate(mask)
    if band_width < 0:
        raise BadParameter(f"The band width must be 0 px or more, not {band_width}.")
    trimap: Plane = cv2.inRange(mask, 128, 255)
    near = np.zeros(mask.shape, np.bool_)
    around = (
        _edge_box(trimap).grow(-(-band_width // _MARGIN) * _MARGIN).intersect(Rect(0, 0, mask.shape[1], mask.shape[0]))
    )
    if around:
        inside = np.ascontiguousarray(trimap[around.slices()])
        near[around.slices()] = _within(inside, band_width) & _within(cv2.bitwise_not(inside), band_width)
    trimap[near] = UNKNOWN
    trimap[_soft_beside(mask, near)] = UNKNOWN
    return trimap


def from_thresholds(mask: Plane, foreground: int = 240, background: int = 10, erode: int = 10) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)) as remote background removal makes it.

    Values above ``foreground`` are sure foreground, values below ``background`` sure background, both less the pixels
    within ``erode`` px of anything else; the frame's border is nothing else. Raises ``BadMask`` for anything but one
    8-bit plane and ``BadParameter`` for values outside 0..255 or ``erode`` below 0.
    """
    _validate(mask)
    for name, value in (("foreground threshold", foreground), ("background threshold", background)):
        if not 0 <= value <= 255:
            raise BadParameter(f"The {name} must lie in 0 to 255, not {value}.")
    if erode < 0:
        raise BadParameter(f"The erosion must be 0 px or more, not {erode}.")
    sure = cv2.inRange(mask, foreground + 1, 255) if foreground < 255 else np.zeros_like(mask)
    empty = cv2.inRange(mask, 0, background - 1) if background else np.zeros_like(mask)
    trimap = np.full_like(mask, UNKNOWN)
    trimap[~_within(cv2.bitwise_not(empty), erode)] = BACKGROUND
    trimap[~_within(cv2.bitwise_not(sure), erode)] = FOREGROUND
    return trimap


def _validate(mask: Plane) -> None:
    if mask.ndim != 2 or mask.dtype != np.uint8 or not mask.size:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {mask.dtype} of shape {mask.shape}.")


def _edge_box(inside: Plane) -> Rect:
    """The box of the pixels on either side of the contour."""
    return Rect(*cv2.boundingRect(cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))))


def _within(marked: Plane, reach: int) -> Flags:
    """The pixels no farther than ``reach`` px from a marked one (255); none where nothing is marked."""
    outside = cv2.bitwise_not(marked)
    if cv2.countNonZero(outside) == outside.size:
        return np.zeros(marked.shape, np.bool_)
    near: Flags = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= reach
    return near


def _soft_beside(mask: Plane, near: Flags) -> Flags:
    """The soft pixels of ``mask`` in one piece with ``near``."""
    soft: Flags = cv2.inRange(mask, 1, 254) > 0
    if not (soft & ~near).any():
        return soft
    count, labels = cv2.connectedComponents((soft | near).view(np.uint8), connectivity=8)
    reached = np.zeros(count, np.bool_)
    reached[labels[near]] = True
    beside: Flags = soft & reached[labels]
    return beside
