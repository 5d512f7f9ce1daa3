"""Magnetic lasso: the path between two points that follows the edges of the photo.

Mortensen and Barrett, "Intelligent scissors for image composition" (1995), as in OpenCV.
"""

import math
from typing import Any

import numpy as np

from maskstudio.core.arrays import Pixels, Plane, Point
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.seen import told_apart
from maskstudio.errors import BadParameter

_SIDE = 448  # working pixels: what can be armed within a tenth of a second
_LEAST = 8  # below this many either way there is no edge to follow
_CANNY = (32, 100)  # thresholds of the edges that count
_GRADIENT = 200  # gradients above this are all equally good edges


class Scissors:
    """Paths in one photo. ``anchor`` looks around a point; ``path`` then is quick enough for every move."""

    def __init__(self, pixels: Pixels, alpha: Plane | None = None) -> None:
        """``pixels``: RGB, uint8 or uint16, (H, W, 3); ``alpha`` (H, W), where they are see-through in places: what is
        transparent has an edge of its own and none within. Neither is copied or changed.
        """
        self._pixels, self._alpha = pixels, alpha
        self._frame = Rect(0, 0, pixels.shape[1], pixels.shape[0])
        self._anchor: Point | None = None
        self._step = 1
        self._window = self._frame
        self._size = (0, 0)
        self._tool: Any = None  # OpenCV's, armed for the window; None where there is too little to follow

    def anchor(self, x: float, y: float, step: int = 1) -> None:
        """Start paths at this image point. A point outside the photo counts as the nearest one inside.

        ``step``: image px for each working pixel, 1 or more. The window reaches about 224 of those to each side, so a
        view of half the size wants 2. NaN and infinity are a ``BadParameter``.
        """
        self._anchor = _finite(x, y)
        self._step = max(1, int(step))
        side = _SIDE * self._step
        near = self._inside(self._anchor)
        self._window = Rect(
            _placed(int(near[0]) - side // 2, side, self._frame.width),
            _placed(int(near[1]) - side // 2, side, self._frame.height),
            side,
            side,
        ).intersect(self._frame)
        self._arm()

    def path(self, x: float, y: float) -> list[Point]:
        """Image points from the anchor to (``x``, ``y``), both included; empty before there is an anchor.

        Beyond the window the path follows edges to its border and goes straight from there; farther out than the
        window is wide it is one straight line. NaN and infinity are a ``BadParameter``.
        """
        end = _finite(x, y)
        if self._anchor is None:
            return []
        far = Rect(*self._window_centre(), 1, 1).grow(max(self._window.width, self._window.height))
        if self._tool is None or not (far.x <= end[0] <= far.right and far.y <= end[1] <= far.bottom):
            return [self._anchor, end]
        contour = self._tool.getContour(self._working(end)).reshape(-1, 2)
        middle = (contour[1:-1] + 0.5) * self._step + (self._window.x, self._window.y)
        path = [self._anchor, *((float(column), float(row)) for column, row in middle)]
        if not self._holds(end):
            path.append(self._nearest(end))
        return [*path, end]

    def _arm(self) -> None:
        """Prepares paths from the anchor; none where the window is too small for edges."""
        work = self._reduced()
        if min(work.shape[:2]) < _LEAST:
            self._tool = None
            return
        tool = cv2.segmentation.IntelligentScissorsMB()
        tool.setEdgeFeatureCannyParameters(*_CANNY)
        tool.setGradientMagnitudeMaxLimit(_GRADIENT)
        tool.applyImage(work)
        self._size = (work.shape[1], work.shape[0])
        tool.buildMap(self._working(self._anchor or (0, 0)))
        self._tool = tool

    def _reduced(self) -> Plane:
        rows = self._window.slices()
        part = np.ascontiguousarray(told_apart(self._pixels[rows], None if self._alpha is None else self._alpha[rows]))
        if self._step == 1:
            return part
        size = (max(1, self._window.width // self._step), max(1, self._window.height // self._step))
        small: Plane = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return small

    def _working(self, point: Point) -> tuple[int, int]:
        """The working pixel a point lies in, the nearest one for a point outside the window."""
        x, y = ((point[0] - self._window.x) / self._step, (point[1] - self._window.y) / self._step)
        return (
            min(max(math.floor(x), 0), self._size[0] - 1),
            min(max(math.floor(y), 0), self._size[1] - 1),
        )

    def _window_centre(self) -> tuple[int, int]:
        return self._window.x + self._window.width // 2, self._window.y + self._window.height // 2

    def _holds(self, point: Point) -> bool:
        return self._nearest(point) == point

    def _nearest(self, point: Point) -> Point:
        return _clamped(point, self._window)

    def _inside(self, point: Point) -> Point:
        return _clamped(point, Rect(0, 0, self._frame.width - 1, self._frame.height - 1))


def _clamped(point: Point, rect: Rect) -> Point:
    return min(max(point[0], rect.x), rect.right), min(max(point[1], rect.y), rect.bottom)


def _placed(first: int, side: int, length: int) -> int:
    """Where a window of ``side`` begins so that it lies inside 0 … ``length``, as far as it fits."""
    return max(0, min(first, length - side))


def _finite(x: float, y: float) -> Point:
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadParameter("A point must be two finite numbers.")
    return float(x), float(y)
