"""Drawn areas: polygon, rectangle and ellipse as coverage. Image points: pixel (0, 0) covers 0 to 1 either way."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Double, Flags, Integers, Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.spans import UNIT, covered
from maskstudio.errors import BadParameter

# Scanlines in a row of pixels: a level edge is then placed to 1/32 px, one of any other direction far more finely.
_DENSITY = 32
_ELLIPSE_DENSITY = 64
# Crossings handled at a time, so that a wild scribble over a huge photo cannot fill the memory.
_CROSSINGS = 4_000_000
# Beyond this no photo lies, and the arithmetic below stays exact within it.
_FAR = 1e7
# An ellipse thinner than this covers nothing that 8 bits could tell.
_THIN = 1e-6


def polygon(points: Sequence[tuple[float, float]] | Double, frame: Rect, *, antialias: bool = True) -> Area:
    """The inside of the closed polygon through ``points``, (N, 2) in image px, within ``frame``.

    By the non-zero rule: what the line goes round once or more is inside, so a lasso that overlaps its own start or
    crosses itself has no gaps. With ``antialias`` the coverage of a pixel is its area inside, to about 1/64; without, a
    pixel is inside when its centre is. Fewer than three points are an empty area; NaN, infinity and what is no point
    are a ``BadParameter``.
    """
    corners = _finite(points)
    if len(corners) < 3:
        return nothing()
    rect = _box(corners[:, 0], corners[:, 1]).intersect(frame)
    if not rect:
        return nothing()
    density = _DENSITY if antialias else 1
    edges = _Edges(corners - (rect.x, rect.y), density)
    rows = max(1, int(_CROSSINGS * rect.height / max(edges.count(0, rect.height), 1)))
    bands = [
        edges.fill(top, min(top + rows, rect.height), rect.width, snap=not antialias)
        for top in range(0, rect.height, rows)
    ]
    return tight(bands[0] if len(bands) == 1 else np.vstack(bands), rect.x, rect.y)


def rectangle(x0: float, y0: float, x1: float, y1: float, frame: Rect, *, antialias: bool = True) -> Area:
    """The rectangle between two opposite corners, within ``frame``.

    Exact: a pixel at the border is covered by the share that lies inside; without ``antialias`` it is inside when its
    centre is. No width or height is an empty area; NaN and infinity are a ``BadParameter``.
    """
    (x0, y0), (x1, y1) = _finite([(x0, y0), (x1, y1)])
    if not antialias:
        x0, y0, x1, y1 = (math.ceil(value - 0.5) for value in (x0, y0, x1, y1))
    rect = _box((x0, x1), (y0, y1)).intersect(frame)
    if not rect:
        return nothing()
    across, down = _shares(x0, x1, rect.x, rect.width), _shares(y0, y1, rect.y, rect.height)
    plane = np.empty((rect.height, rect.width), np.uint8)
    plane[:] = np.rint(255 * across)
    for row in np.flatnonzero(down < 1):
        plane[row] = np.rint(255 * across * down[row])
    return tight(plane, rect.x, rect.y)


def ellipse(x0: float, y0: float, x1: float, y1: float, frame: Rect, *, antialias: bool = True) -> Area:
    """The ellipse inscribed in the rectangle between two opposite corners, within ``frame``.

    With ``antialias`` the coverage of a pixel is its area inside, to about 1/128; without, a pixel is inside when its
    centre is. No width or height is an empty area; NaN and infinity are a ``BadParameter``.
    """
    (x0, y0), (x1, y1) = _finite([(x0, y0), (x1, y1)])
    rect = _box((x0, x1), (y0, y1)).intersect(frame)
    if not rect or min(abs(x1 - x0), abs(y1 - y0)) < _THIN:
        return nothing()
    density = _ELLIPSE_DENSITY if antialias else 1
    lines = np.arange(rect.height * density)
    rise = ((lines + 0.5) / density + rect.y - (y0 + y1) / 2) / (abs(y1 - y0) / 2)
    half = abs(x1 - x0) / 2 * np.sqrt(np.maximum(1 - rise * rise, 0))
    middle = (x0 + x1) / 2 - rect.x
    starts, ends = (_units(x, rect.width, snap=not antialias) for x in (middle - half, middle + half))
    return tight(covered(lines, starts, ends, (rect.height, rect.width), density), rect.x, rect.y)


class _Edges:
    """The sides of a polygon, cut by scanlines."""

    def __init__(self, corners: Double, density: int) -> None:
        following = np.roll(corners, -1, axis=0)
        # Heights in scanlines, counted so that scanline i lies at exactly i.
        self._from, self._to = (side[:, 1] * density - 0.5 for side in (corners, following))
        self._x, self._run = corners[:, 0], following[:, 0] - corners[:, 0]
        self._density = density

    def count(self, top: int, bottom: int) -> int:
        """How often the sides cross scanlines of these rows."""
        first, last = self._span(top, bottom)
        return int((last - first).sum())

    def fill(self, top: int, bottom: int, width: int, *, snap: bool) -> Plane:
        """Coverage of the rows from ``top`` to before ``bottom``."""
        first, last = self._span(top, bottom)
        counts = last - first
        side = np.repeat(np.arange(len(counts)), counts)
        line = np.arange(len(side)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        rise = self._to[side] - self._from[side]
        x = self._x[side] + (line - self._from[side]) * self._run[side] / rise
        lines, starts, ends = _inside(line - top * self._density, _units(x, width, snap=snap), rise > 0, width)
        return covered(lines, starts, ends, (bottom - top, width), self._density)

    def _span(self, top: int, bottom: int) -> tuple[Integers, Integers]:
        """First scanline each side crosses, and the first beyond it. Half open, so that a corner counts once."""
        limits = (top * self._density, bottom * self._density)
        low, high = np.minimum(self._from, self._to), np.maximum(self._from, self._to)
        first, last = (np.clip(np.ceil(end), *limits).astype(np.int64) for end in (low, high))
        return first, last


def _inside(line: Integers, x: Integers, down: Flags, width: int) -> tuple[Integers, Integers, Integers]:
    """Spans between crossings where the winding number is not 0: their lines, starts and ends."""
    stride = width * UNIT + 1
    order = np.sort((line * stride + x) * 2 + down)  # one number for each crossing sorts faster than three
    step = (order & 1) * 2 - 1
    after = np.cumsum(step)  # every scanline is entered as often as it is left, so one sum serves them all
    order >>= 1
    begins, ends = order[(after == step)], order[after == 0]
    lines = begins // stride
    return lines, begins - lines * stride, ends - lines * stride


def _units(x: Double, width: int, *, snap: bool) -> Integers:
    """Columns in 1/256 px, within the row; with ``snap`` moved to pixel borders so that centres decide."""
    if snap:
        return np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64) * UNIT
    return np.rint(np.clip(x, 0, width) * UNIT).astype(np.int64)


def _shares(start: float, end: float, first: int, count: int) -> Double:
    """How much of each of ``count`` pixels from ``first`` lies between ``start`` and ``end``, 0 to 1."""
    start, end = min(start, end), max(start, end)
    left = np.arange(first, first + count, dtype=np.float64)
    shares: Double = np.maximum(np.minimum(left + 1, end) - np.maximum(left, start), 0)
    return shares


def _box(xs: Iterable[float], ys: Iterable[float]) -> Rect:
    xs, ys = list(xs), list(ys)
    x, y = math.floor(min(xs)), math.floor(min(ys))
    return Rect(x, y, math.ceil(max(xs)) - x, math.ceil(max(ys)) - y)


def _finite(points: Sequence[tuple[float, float]] | Double) -> Double:
    try:
        array = np.asarray(points, np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise BadParameter("A point must be two numbers.") from error
    if not np.isfinite(array).all():
        raise BadParameter("A point must be two finite numbers.")
    return np.clip(array, -_FAR, _FAR)
