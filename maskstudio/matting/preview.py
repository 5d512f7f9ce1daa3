"""Alpha at once, for what is under a refine brush: near what the solver will say, in the time of a frame or two.

Windows and known colours of a few thousand cells, a few steps towards their solution, and its carrying to full size.
Knows nothing of layers or brushes.
"""

from math import ceil, sqrt

import numpy as np

from maskstudio.core.arrays import Flags, Pixels, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.matting.coarse import unit
from maskstudio.matting.quick import check_sizes, quick_alpha, reduced
from maskstudio.matting.quickwindows import WideWindows

# Cells in the system: more of them are slower and hardly nearer.
_CELLS = 12_000
# Known pixels around the unknown ones that are looked at, in px.
_CONTEXT = 64
# What is this close to 0 or 1 is taken for them, the rest stretched: solutions of this kind shy away from both.
_HAZE = 0.02


def preview(image: Pixels, mask: Plane, trimap: Plane) -> Plane:
    """Alpha (uint8, (H, W)) of ``image`` (H, W, 3), RGB of 8 or 16 bits, for ``trimap`` (uint8, (H, W)), at once.

    Known pixels come out as exactly 0 or 255. Where only one side is known, or none, the unknown comes out as the edge
    of ``mask`` (uint8, (H, W)) fitted to the photo. Meant for boxes of some 512 x 512 px; a larger one is solved more
    coarsely. Raises ``BadImage`` or ``BadMask`` for a wrong shape or type.

    He, Sun, Tang, "Fast matting using large kernel matting Laplacian matrices", CVPR 2010, and "Guided image
    filtering", PAMI 2013; carried to full size as in He and Sun, "Fast guided filter", 2015. The guess from known
    colours is a data term as in Gastal and Oliveira, "Shared sampling for real-time alpha matting", Eurographics 2010.
    """
    check_sizes(image, trimap, "trimap")
    check_sizes(image, mask, "mask")
    out: Plane = cv2.inRange(trimap, 255, 255)
    box = _around(trimap)
    if box:
        here = box.slices()
        unknown = cv2.inRange(trimap[here], 1, 254) > 0
        out[here][unknown] = _alpha(image[here], mask[here], trimap[here], unknown)
    return out


def _around(trimap: Plane) -> Rect:
    """The box of the unknown pixels and as much around it as shows both sides, if any does."""
    frame = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    unknown = Rect(*cv2.boundingRect(cv2.inRange(trimap, 1, 254)))
    box = unknown.grow(_CONTEXT).intersect(frame)
    low, high, _, _ = cv2.minMaxLoc(trimap[box.slices()]) if unknown else (0, 255, None, None)
    if not unknown:
        return unknown
    return box if (low, high) == (0, 255) else frame


def _alpha(image: Pixels, mask: Plane, trimap: Plane, unknown: Flags) -> Plane:
    """Alpha of the unknown pixels, uint8, in the order of ``unknown``."""
    height, width = trimap.shape
    side = max(1, ceil(sqrt(height * width / _CELLS)))
    size = (-(-width // side), -(-height // side))
    pixels = reduced(image, side, size)
    fore, back = (reduced(cv2.inRange(trimap, value, value), side, size) for value in (255, 0))
    windows = WideWindows(pixels)
    found = quick_alpha(pixels, windows, fore, back, reduced(mask, side, size))
    model = cv2.merge(windows.fitted(np.clip((found - _HAZE) / (1 - 2 * _HAZE), 0, 1)))
    wide = cv2.resize(model, (size[0] * side, size[1] * side), interpolation=cv2.INTER_LINEAR)
    here, colours = wide[:height, :width][unknown], unit(image[unknown])
    alpha = np.einsum("ij,ij->i", here[:, :3], colours - np.float32(0.5)) + here[:, 3]
    levels: Plane = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    return levels
