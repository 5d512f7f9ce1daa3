"""Masks painted tile by tile: boxes, ellipses and outlines. Knows no model.

Only tiles that hold an edge cost anything; the rest are shared flat tiles, so many masks on a huge image stay small.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Plane, Points, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask, flat, frozen, grid

_FINE = 4  # outlines are drawn this many times larger and averaged down
_SHIFT = 6  # fractional bits of their coordinates


def painted(width: int, height: int, rect: Rect, paint: Callable[[Rect], Plane | int]) -> Mask:
    """A mask of ``width`` x ``height`` px; its tiles that touch ``rect`` come from ``paint``, called with the tile's
    rect.

    ``paint`` returns the tile's pixels, uint8 (rect.height, rect.width), or one value for all of them.
    """
    tiles = {}
    for index, box in grid(width, height, rect):
        pixels = paint(box)
        tile = flat(pixels, box.height, box.width) if isinstance(pixels, int) else frozen(pixels)
        if tile.value != 0:
            tiles[index] = tile
    return Mask(width, height, tiles)


def around(box: Box) -> Rect:
    """The smallest rectangle of whole pixels holding ``box``."""
    left, top = int(np.floor(box[0])), int(np.floor(box[1]))
    return Rect(left, top, int(np.ceil(box[2])) - left, int(np.ceil(box[3])) - top)


def box_mask(width: int, height: int, box: Box, shape: str) -> Mask:
    """A mask of the ``box`` (left, top, right, bottom in px), or of the ellipse in it, with an antialiased edge."""
    paint = _ellipse(box) if shape == "ellipse" else _rectangle(box)
    return painted(width, height, around(box), paint)


def covered(start: int, count: int, low: float, high: float) -> Real:
    """The share of each of ``count`` pixels of a line, from ``start`` on, between ``low`` and ``high``: float32
    (N,), 0..1.
    """
    edges = np.arange(start, start + count, dtype=np.float64)
    shares: Real = np.clip(np.minimum(edges + 1, high) - np.maximum(edges, low), 0, 1).astype(np.float32)
    return shares


def to_bytes(coverage: Real) -> Plane:
    """Coverage float32 (H, W), 0..1, as uint8 (H, W), 0..255, rounded."""
    plane: Plane = np.rint(coverage * 255).astype(np.uint8)
    return plane


def _rectangle(box: Box) -> Callable[[Rect], Plane | int]:
    def paint(tile: Rect) -> Plane | int:
        rows = covered(tile.y, tile.height, box[1], box[3])
        columns = covered(tile.x, tile.width, box[0], box[2])
        return to_bytes(np.outer(rows, columns))

    return paint


def _ellipse(box: Box) -> Callable[[Rect], Plane | int]:
    """Coverage from the distance to the curve, which is f / |grad f| of its equation f = 0 to first order."""
    centre_x, centre_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = max((box[2] - box[0]) / 2, 0.5), max((box[3] - box[1]) / 2, 0.5)

    def paint(tile: Rect) -> Plane | int:
        x = (np.arange(tile.x, tile.right, dtype=np.float32) + 0.5 - centre_x) / across
        y = (np.arange(tile.y, tile.bottom, dtype=np.float32) + 0.5 - centre_y)[:, None] / down
        value = x * x + y * y - 1
        slope = 2 * np.sqrt((x / across) ** 2 + (y / down) ** 2)
        return to_bytes(np.clip(0.5 - value / np.maximum(slope, 1e-6), 0, 1))

    return paint


def smooth_outline(points: Points, steps: int = 6) -> Points:
    """A closed curve through ``points`` (n, 2), ``steps`` pieces between neighbours (uniform Catmull-Rom)."""
    before, after, beyond = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (each[:, None, :] for each in (before, points, after, beyond))
    curve = (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3) / 2
    result: Points = curve.reshape(-1, 2)
    return result


def strokes_mask(
    width: int, height: int, outlines: Sequence[Points], bones: Sequence[tuple[Points, float]] = ()
) -> Mask:
    """A mask of filled ``outlines`` (n, 2 in px) and of ``bones``: polylines (n, 2) with a thickness in px and round
    ends.

    Edges are antialiased.
    """
    reach = [(points, 0.0) for points in outlines] + list(bones)
    if not reach:
        return Mask(width, height)
    low = np.min([points.min(0) - thick / 2 for points, thick in reach], axis=0)
    high = np.max([points.max(0) + thick / 2 for points, thick in reach], axis=0)

    def paint(tile: Rect) -> Plane | int:
        fine = np.zeros((tile.height * _FINE, tile.width * _FINE), np.uint8)
        for points in outlines:
            cv2.fillPoly(fine, [_fixed(points, tile)], 255, cv2.LINE_8, _SHIFT)
        for points, thick in bones:
            cv2.polylines(fine, [_fixed(points, tile)], False, 255, max(round(thick * _FINE), 1), cv2.LINE_8, _SHIFT)
        small: Plane = cv2.resize(fine, (tile.width, tile.height), interpolation=cv2.INTER_AREA)
        return small

    return painted(width, height, around((low[0], low[1], high[0], high[1])).grow(1), paint)


def _fixed(points: Points, tile: Rect) -> npt.NDArray[np.int32]:
    """Points in the fixed-point pixels of a tile drawn ``_FINE`` times larger; a pixel's centre is a whole number."""
    fine = (points - (tile.x, tile.y)) * _FINE - 0.5
    whole: npt.NDArray[np.int32] = np.rint(fine * (1 << _SHIFT)).astype(np.int32)
    return whole
