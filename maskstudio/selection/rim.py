"""A part found in a small picture, at full size: its rim on the photo's edges, and soft edges that end up within it."""

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.matting.guided import guided

_RADIUS = 2  # px of the small picture over which colours tell the sides apart
_EPSILON = 1e-3  # variance of colours, 0..1, that is no edge
_TILE = 128  # px; tiles without rim are filled at once
_SOFT = 32  # px, how wide a soft edge may be that is swallowed
_CLOSELY = 1000  # px of the longer side up to which distances are measured at full size
_UNSURE = 2
_SQUARE = np.ones((3, 3), np.uint8)


def at_full_size(image: Pixels8, small: Pixels8, part: Flags, named: Flags, box: Rect) -> Flags:
    """The pixels in ``box`` that belong to the part, bool (rect.height, rect.width); its rim lies where colours change.

    ``image`` (H, W, 3) is what was looked at, ``small`` (h, w, 3) the picture of it in which ``part`` bool (h, w) was
    found, which joins the side ``named`` bool (h, w).
    """
    (height, width), (rows, columns) = image.shape[:2], part.shape
    down = ((np.arange(box.y, box.bottom) + 0.5) * (rows / height)).astype(np.intp)
    across = ((np.arange(box.x, box.right) + 0.5) * (columns / width)).astype(np.intp)
    if (height, width) == (rows, columns):
        return part[box.slices()].copy()
    whole = (part | named).astype(np.uint8)
    near = cv2.dilate(part.astype(np.uint8), _SQUARE)  # where the part meets what it joins, the seam belongs to both
    rim = cv2.morphologyEx(whole, cv2.MORPH_GRADIENT, _SQUARE)
    along = guided(small, whole.astype(np.float32), _RADIUS, _EPSILON)
    state = np.where(rim > 0, _UNSURE, whole).astype(np.uint8) * near
    found = np.zeros((box.height, box.width), np.bool_)
    for y in range(0, box.height, _TILE):
        rows_here = down[y : y + _TILE]
        strip = state[rows_here[0] : rows_here[-1] + 1]
        for x in range(0, box.width, _TILE):
            columns_here = across[x : x + _TILE]
            block = strip[:, columns_here[0] : columns_here[-1] + 1]
            if not block.any():
                continue
            here = found[y : y + _TILE, x : x + _TILE]
            if block.min() == block.max() == 1:
                here[:] = True
                continue
            cells = block[rows_here - rows_here[0]][:, columns_here - columns_here[0]]
            alpha = along.alpha(image, Rect(box.x + x, box.y + y, here.shape[1], here.shape[0]))
            here[:] = np.where(cells == _UNSURE, alpha > 0.5, cells == 1)
    return found


def swallowed(plane: Plane, part: Flags) -> Flags:
    """The pixels of the soft edge that ran between the part and what it joins, bool (H, W).

    ``plane`` (H, W) is the coverage of the side that the part joins, ``part`` bool (H, W) lies outside of that.
    """
    soft = (plane >= 128) & (plane < 255)
    if not soft.any():
        return soft
    step = max(max(plane.shape) // _CLOSELY, 1)
    inside = plane[::step, ::step] >= 128
    own = part[::step, ::step]
    to_part = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, 3)
    to_rest = cv2.distanceTransform((inside | own).astype(np.uint8), cv2.DIST_L2, 3)
    closer = ((to_part < to_rest) & (to_part * step < _SOFT)).astype(np.uint8)
    if step > 1:
        closer = cv2.resize(closer, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
    found: Flags = soft & (closer > 0)
    return found
