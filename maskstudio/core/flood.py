"""Flood: what is connected to a point. The window looked at grows with it, so a small region is quick anywhere."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from maskstudio.core.area import Area, nothing
from maskstudio.core.arrays import Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect

Neighbours = Literal[4, 8]

_START = 512  # px from the seed to each side of the first window


def flooded(plane: Plane, x: int, y: int, limit: int, neighbours: Neighbours = 4) -> Area:
    """The pixels of at most ``limit`` connected to (``x``, ``y``) through such pixels, as 255.

    Empty where that point is not one of them.
    """
    height, width = plane.shape
    if not (0 <= x < width and 0 <= y < height) or plane[y, x] > limit:
        return nothing()
    if not plane.flags.writeable:
        plane = plane.copy()  # OpenCV asks for it, although it writes to the mask only
    seed = int(plane[y, x])
    flags = neighbours | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | 255 << 8
    mask = np.zeros((height + 2, width + 2), np.uint8)
    _, _, mask, (left, top, across, down) = cv2.floodFill(plane, mask, (x, y), 0, seed, limit - seed, flags)
    return Rect(left, top, across, down), mask[top + 1 : top + 1 + down, left + 1 : left + 1 + across]


def flood(
    read: Callable[[Rect], Plane],
    frame: Rect,
    x: int,
    y: int,
    limit: int,
    neighbours: Neighbours = 4,
    *,
    expected: Rect = EMPTY,
) -> Area:
    """``flooded`` on a plane that ``read`` gives in pieces; a seed outside ``frame`` is an empty area.

    ``expected`` is where the region is likely to lie; a good guess saves looking twice.
    """
    window = Rect(x, y, 1, 1).unite(expected).grow(_START).intersect(frame)
    if not Rect(x, y, 1, 1).intersect(frame):
        return nothing()
    while True:
        found, plane = flooded(read(window), x - window.x, y - window.y, limit, neighbours)
        found = Rect(found.x + window.x, found.y + window.y, found.width, found.height)
        larger = _beyond(window, found).intersect(frame) if found else window
        if larger == window:
            return (found, plane) if found else nothing()
        window = larger


def _beyond(window: Rect, found: Rect) -> Rect:
    """``window`` made larger by its own size on the sides that ``found`` touches."""
    left = window.width * (found.x == window.x)
    up = window.height * (found.y == window.y)
    right = window.width * (found.right == window.right)
    down = window.height * (found.bottom == window.bottom)
    return Rect(window.x - left, window.y - up, window.width + left + right, window.height + up + down)
