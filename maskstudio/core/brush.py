"""Brush: what one dab covers, and where the dabs of a stroke lie. Pure arithmetic; ``stroke.py`` does the painting.

Coordinates are image px: pixel (0, 0) is the square from 0 to 1, its centre lies at 0.5.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from maskstudio.core.arrays import Bounds, Index, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE
from maskstudio.params.local import BrushParams

_CACHED = 512  # px: kernels up to this diameter are kept (1 MiB each); larger dabs are computed tile by tile
_SMALL = 64
_FINE = 32  # px of falloff from which on a shift by half a pixel cannot be seen


@lru_cache(maxsize=1024)
def rim(diameter: float, hardness: float) -> tuple[float, float]:
    """Radii in px between which a dab fades: solid up to the first, nothing from the second on.

    The fade is never narrower than a pixel, so that a hard brush has an anti-aliased rim.
    """
    radius = diameter / 2
    inner = max(min(radius * hardness, radius - 0.5), 0.0)
    return inner, max(radius, inner + 1)


def cover(box: Bounds, x: float, y: float, rims: tuple[float, float]) -> Real:
    """Coverage 0..1 (float32, (h, w)) of the pixels of ``box`` by a dab around (``x``, ``y``).

    With u falling from 1 to 0 between the two ``rims``: ``u`` itself where the fade is an anti-aliased rim
    (up to 2 px), otherwise ``u² (3 - 2u)``.
    """
    left, top, right, bottom = box
    inner, outer = rims
    columns = (np.arange(left, right) + (0.5 - x)).astype(np.float32)
    rows = (np.arange(top, bottom) + (0.5 - y)).astype(np.float32)
    u: Real = np.add.outer(rows * rows, columns * columns)
    width = outer - inner
    cv2.sqrt(u, dst=u)
    np.multiply(u, np.float32(-1 / width), out=u)
    np.add(u, np.float32(outer / width), out=u)
    np.clip(u, 0, 1, out=u)
    if width <= 2:
        return u
    smooth: Real = np.multiply(u, np.float32(-2))
    smooth += np.float32(3)
    smooth *= u
    smooth *= u
    return smooth


def _reached(x: float, y: float, outer: float) -> Bounds:
    """The pixels whose centres are nearer than ``outer``, in either direction alone."""
    left, top = math.floor(x - outer - 0.5) + 1, math.floor(y - outer - 0.5) + 1
    return left, top, math.ceil(x + outer - 0.5), math.ceil(y + outer - 0.5)


def _kernel(diameter: float, hardness: float, flow: float, x: float, y: float) -> tuple[Real, Bounds]:
    """What a dab at (``x``, ``y``) leaves free, and the pixels that is about."""
    rims = rim(diameter, hardness)
    box = _reached(x, y, rims[1])
    kernel = _kept(cover(box, x, y, rims), flow)
    kernel.flags.writeable = False  # every dab of this kind shares it
    return kernel, box


def _kept(covered: Real, flow: float) -> Real:
    np.multiply(covered, np.float32(-flow), out=covered)
    return np.add(covered, np.float32(1), out=covered)


_small_kernel = lru_cache(maxsize=1024)(_kernel)
_large_kernel = lru_cache(maxsize=48)(_kernel)


class Dab(NamedTuple):
    """One print of the brush: centre and diameter in px, and the most it may put down, 0..1."""

    x: float
    y: float
    diameter: float
    ceiling: float = 1.0


class Stamp:
    """A dab on the pixel grid. ``box`` holds the pixels it reaches, also those outside the frame."""

    __slots__ = ("_flow", "_kernel", "_rims", "_x", "_y", "box", "ceiling")

    def __init__(self, dab: Dab, hardness: float, flow: float) -> None:
        """``hardness`` and ``flow`` are shares, 0..1."""
        x, y, diameter, self.ceiling = dab
        self._flow = flow
        self._kernel: Real | None = None
        self._rims = inner, outer = rim(diameter, hardness)
        if diameter > _CACHED:
            self._x, self._y, self.box = x, y, _reached(x, y, outer)
            return
        column, row, dx, dy = _placed(x, y, fine=outer - inner < _FINE)
        make = _small_kernel if diameter <= _SMALL else _large_kernel
        self._kernel, (left, top, right, bottom) = make(diameter, hardness, flow, dx, dy)
        self._x, self._y = column + dx, row + dy
        self.box = left + column, top + row, right + column, bottom + row

    def keep(self, box: Bounds) -> Real | np.float32:
        """What the dab leaves free of ``box``, which lies within its own: 1 - flow * coverage, (h, w), read-only."""
        left, top, right, bottom = box
        if self._kernel is not None:
            if box == self.box:
                return self._kernel
            x, y = self.box[0], self.box[1]
            return self._kernel[top - y : bottom - y, left - x : right - x]
        if math.hypot(*self._farthest(box)) <= self._rims[0]:
            return np.float32(1 - self._flow)
        return _kept(cover(box, self._x, self._y, self._rims), self._flow)

    def tiles(self, frame: Rect) -> Iterator[tuple[Index, Bounds]]:
        """Index of every tile it reaches, and which of the tile's pixels (in px of the image)."""
        left, top, right, bottom = self.box
        left, top = max(left, frame.x), max(top, frame.y)
        right, bottom = min(right, frame.right), min(bottom, frame.bottom)
        if left >= right or top >= bottom:
            return
        columns = range(left // TILE, (right - 1) // TILE + 1)
        rows = range(top // TILE, (bottom - 1) // TILE + 1)
        if len(columns) == len(rows) == 1:
            yield (columns[0], rows[0]), (left, top, right, bottom)
            return
        for row in rows:
            y, y_end = max(top, row * TILE), min(bottom, row * TILE + TILE)
            for column in columns:
                part = max(left, column * TILE), y, min(right, column * TILE + TILE), y_end
                if self._meets(part):
                    yield (column, row), part

    def _meets(self, box: Bounds) -> bool:
        """Whether the circle, not only its box, reaches one of these pixels."""
        dx = max(box[0] + 0.5 - self._x, 0.0, self._x - box[2] + 0.5)
        dy = max(box[1] + 0.5 - self._y, 0.0, self._y - box[3] + 0.5)
        return dx * dx + dy * dy < self._rims[1] ** 2

    def _farthest(self, box: Bounds) -> tuple[float, float]:
        return max(self._x - box[0], box[2] - self._x), max(self._y - box[1], box[3] - self._y)


def _placed(x: float, y: float, *, fine: bool) -> tuple[int, int, float, float]:
    """Pixel and place within it: to a quarter of a pixel, or its centre where that is good enough."""
    if not fine:
        return math.floor(x), math.floor(y), 0.5, 0.5
    x, y = math.floor(x * 4 + 0.5) / 4, math.floor(y * 4 + 0.5) / 4
    column, row = math.floor(x), math.floor(y)
    return column, row, x - column, y - row


class Brush:
    """Parameters as a stroke needs them: what a pressure (0..1) makes of a dab."""

    def __init__(self, params: BrushParams) -> None:
        self.params = params
        self.reach = math.ceil(rim(params.size, params.hardness)[1]) + 1  # px; no dab reaches farther

    def dab(self, x: float, y: float, pressure: float) -> Dab:
        """The dab at (``x``, ``y``)."""
        force = pressure**self.params.pressure_curve
        return Dab(x, y, self._diameter(force), force if self.params.pressure_opacity else 1.0)

    def step(self, dab: Dab) -> float:
        """Distance in px from a dab to the next; never so small that one could not tell two of them apart."""
        return max(dab.diameter * self.params.spacing, 0.5)

    def stamp(self, dab: Dab) -> Stamp:
        """The dab on the pixel grid."""
        return Stamp(dab, self.params.hardness, self.params.flow)

    def _diameter(self, force: float) -> float:
        """In steps too small to see, a quarter of a pixel or 1 %, so that kernels come back."""
        if not self.params.pressure_size or force >= 1:
            return self.params.size
        wanted = max(self.params.size * force, 1.0)
        if wanted < 25:
            return round(wanted * 4) / 4
        return min(25 * 1.01 ** round(math.log(wanted / 25, 1.01)), self.params.size)


def lay_on(free: Real, keep: Real | np.float32, ceiling: float) -> None:
    """Put a dab on ``free`` (float32, (h, w), 1 where nothing has been put yet, 0 where it is full), in place.

    With s = 1 - free and d = flow * coverage = 1 - keep: ``s' = max(s, s + d (ceiling - s))``. So what a stroke has put
    down builds up to the ceiling of its dabs, and a lighter dab takes nothing away.
    """
    multiply = np.multiply if isinstance(keep, np.float32) else cv2.multiply  # OpenCV is quicker on parts of tiles
    if ceiling >= 1:
        multiply(free, keep, free)
        return
    floor = np.float32(1 - ceiling)
    lowered = np.subtract(free, floor)
    multiply(lowered, keep, lowered)
    np.add(lowered, floor, out=lowered)
    cv2.min(free, lowered, free)
