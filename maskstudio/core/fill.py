"""Fill by click: a region the mask leaves out, a hole in it, or an island of it."""

from collections.abc import Callable

import numpy as np

from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Distances, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.flood import Neighbours, flood, flooded
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter

# Values below this are out.
_IN = 128
# How far a soft edge is followed from the region to where the mask is solid, px.
_RIM = 64


def fill_region(alpha: Plane | Mask, x: float, y: float) -> Area:
    """The region around (``x``, ``y``) that the mask leaves out, with the soft rim around it: 255, to be added.

    The region is what is connected there (by sides) through coverage below 128. The rim is the partial coverage
    between it and the solid mask, up to 64 px and never past the middle of a soft wall to something else left out:
    adding all of it leaves no seam. A point outside the plane or on the mask is an empty area, NaN or infinity a
    ``BadParameter``.
    """
    return _filled(alpha, x, y, out=True)[0]


def fill_hole(alpha: Plane | Mask, x: float, y: float) -> Area:
    """``fill_region``, but an empty area unless the mask encloses the region: it may not touch the frame."""
    area, closed = _filled(alpha, x, y, out=True)
    return area if closed else nothing()


def island(alpha: Plane | Mask, x: float, y: float) -> Area:
    """The piece of the mask at (``x``, ``y``) with its soft rim: 255, to be subtracted.

    The opposite of ``fill_region``: coverage of 128 and more, connected also by corners.
    """
    return _filled(alpha, x, y, out=False)[0]


def _filled(alpha: Plane | Mask, x: float, y: float, *, out: bool) -> tuple[Area, bool]:
    """The area, and whether its region keeps clear of the frame."""
    if not (np.isfinite(x) and np.isfinite(y)):
        raise BadParameter("A point must be two finite numbers.")
    read, frame = _reader(alpha, out=out)
    neighbours: Neighbours = 4 if out else 8
    rect, core = flood(read, frame, int(np.floor(x)), int(np.floor(y)), _IN - 1, neighbours)
    if not rect:
        return nothing(), False
    closed = rect.grow(1).intersect(frame) == rect.grow(1)
    return _with_rim(read, rect, core, frame), closed


def _reader(alpha: Plane | Mask, *, out: bool) -> tuple[Callable[[Rect], Plane], Rect]:
    """Gives coverage of a rectangle, or what is missing to 255 where the mask itself is to be flooded."""
    frame = alpha.frame if isinstance(alpha, Mask) else Rect(0, 0, alpha.shape[1], alpha.shape[0])

    def read(rect: Rect) -> Plane:
        part = alpha.array(rect) if isinstance(alpha, Mask) else alpha[rect.slices()]
        return part if out else 255 - part

    return read, frame


def _with_rim(read: Callable[[Rect], Plane], rect: Rect, core: Plane, frame: Rect) -> Area:
    """The region ``core`` at ``rect`` with the soft rim that belongs to it, as a tight area."""
    around = rect.grow(_RIM).intersect(frame)
    values = read(around)
    region = np.zeros(values.shape, np.uint8)
    region[Rect(rect.x - around.x, rect.y - around.y, rect.width, rect.height).slices()] = core
    other = cv2.subtract(cv2.threshold(values, _IN - 1, 255, cv2.THRESH_BINARY_INV)[1], region)
    near = _distance(region)
    soft = (values >= _IN) & (values < 255) & (near <= _RIM) & (near <= _distance(other))
    rest = np.where(soft, np.uint8(0), cv2.bitwise_not(region))  # 0 in region and rim: what can be reached
    row = int(core[0].argmax())
    _, reached = found = flooded(rest, rect.x - around.x + row, rect.y - around.y, 0, 8)
    return tight(reached, found[0].x + around.x, found[0].y + around.y)


def _distance(of: Plane) -> Distances:
    """Distance in px of every pixel to the nearest one that is set; a huge number where there is none."""
    if not cv2.countNonZero(of):
        return np.full(of.shape, np.float32(1e9))
    distance: Distances = cv2.distanceTransform(cv2.bitwise_not(of), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance
