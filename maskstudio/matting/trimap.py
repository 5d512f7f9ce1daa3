"""Trimaps from masks: 255 sure foreground, 128 unknown, 0 sure background. Knows nothing of images or solvers.

Everything is measured by exact distance transforms, so what it costs does not grow with a radius.
"""

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect, margin
from maskstudio.errors import BadMask, BadParameter

Plane = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

FOREGROUND, UNKNOWN, BACKGROUND = 255, 128, 0

# A part is sure beyond this share of its own depth, where it is deeper than this many px but not as deep as the band.
_CORE, _THIN = 0.6, 2.5


def from_mask(mask: Plane, band_width: int) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)), unknown within ``band_width`` px of its 50 % contour on either side.

    The contour runs between pixels; a pixel is as far from it as its centre from the nearest centre beyond, so a width
    of 1 takes one row of pixels on each side, and of 0 none. Soft pixels (neither 0 nor 255) that touch the band, also
    through other soft pixels, are unknown as well; elsewhere the nearer side counts. The frame's border is no edge.
    A part or gap too thin to reach beyond the band keeps its core as sure.
    Raises ``BadMask`` for anything but one 8-bit plane and ``BadParameter`` for a width below 0.
    """
    _validate(mask)
    if band_width < 0:
        raise BadParameter(f"The band width must be 0 px or more, not {band_width}.")
    trimap: Plane = cv2.inRange(mask, 128, 255)
    near = np.zeros(mask.shape, np.bool_)
    frame = Rect(0, 0, mask.shape[1], mask.shape[0])
    around = _edge_box(trimap).grow(margin(band_width)).intersect(frame)
    if around:
        inside = np.ascontiguousarray(trimap[around.slices()])
        sure = _sure(inside, band_width) | _sure(cv2.bitwise_not(inside), band_width)
        near[around.slices()] = ~sure
    trimap[near] = UNKNOWN
    trimap[_soft_beside(mask, near)] = UNKNOWN
    return trimap


def from_thresholds(mask: Plane, foreground: int = 240, background: int = 10, erode: int = 10) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)) as remote background removal makes it.

    Values above ``foreground`` are sure foreground, values below ``background`` sure background, both less the pixels
    within ``erode`` px of anything else (a part too thin for that keeps its core); the frame's border is nothing else.
    Raises ``BadMask`` for anything but one
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
    trimap[_sure(empty, erode)] = BACKGROUND
    trimap[_sure(sure, erode)] = FOREGROUND
    return trimap


def _validate(mask: Plane) -> None:
    if mask.ndim != 2 or mask.dtype != np.uint8 or not mask.size:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {mask.dtype} of shape {mask.shape}.")


def _edge_box(inside: Plane) -> Rect:
    """The box of the pixels on either side of the contour."""
    return Rect(*cv2.boundingRect(cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))))


def _sure(marked: Plane, reach: int) -> Flags:
    """The marked pixels (255) farther than ``reach`` px from any other, and the cores of parts too thin to have some.

    Without its core a thin arm or gap would be all unknown, and nothing would tell the solver what it looks like.
    """
    if cv2.countNonZero(marked) == marked.size:
        return np.ones(marked.shape, np.bool_)
    depth = cv2.distanceTransform(marked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    sure: Flags = depth > reach
    around = _deepest_around(np.minimum(depth, np.float32(reach + 1)), reach)
    sure |= (depth > _CORE * around) & (around > _THIN) & (around <= reach)
    return sure


def _deepest_around(depth: npt.NDArray[np.float32], reach: int) -> npt.NDArray[np.float32]:
    """The greatest depth within about ``reach`` px, by blocks whose side grows with the reach, so the cost does not."""
    side = max(1, reach // 8)
    height, width = depth.shape
    padded = cv2.copyMakeBorder(depth, 0, -height % side, 0, -width % side, cv2.BORDER_CONSTANT, value=0)
    blocks = padded.reshape(padded.shape[0] // side, side, -1, side).max(axis=(1, 3))
    window = np.ones((2 * -(-reach // side) + 1,) * 2, np.uint8)
    spread = cv2.dilate(blocks, window)
    full: npt.NDArray[np.float32] = cv2.resize(spread, padded.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return full[:height, :width]


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
