"""The turn of the upright frame in the window: mirrored and rotated about its middle. Knows no Qt and no image."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from maskstudio.core.arrays import Point
from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.transform import Size

_QUARTERS: dict[float, Point] = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}


@dataclass(frozen=True)
class ViewTurn:
    """A ``window`` (device pixels) that shows an upright frame, mirrored left to right and turned.

    It is mirrored if ``mirrored``, then turned clockwise by ``angle`` degrees (0 up to 360), both about the middle.

    Without a turn, frame and window have the same pixels; otherwise the frame is just large enough to fill the window.
    At quarter turns pixels lie exactly on pixels.
    """

    window: Size
    angle: float = 0.0
    mirrored: bool = False

    @property
    def upright(self) -> bool:
        """Whether the view is neither turned nor mirrored, so that frame and window are the same."""
        return self.angle == 0.0 and not self.mirrored

    @property
    def square(self) -> bool:
        """Whether every pixel of the frame lies exactly on a pixel of the window."""
        return self.angle in _QUARTERS

    @cached_property
    def frame(self) -> Size:
        """Size of the upright frame in device pixels."""
        width, height = self.window
        if self.square:
            return (width, height) if self.angle in (0.0, 180.0) else (height, width)
        cos, sin = (abs(part) for part in self._direction)
        return math.ceil(width * cos + height * sin) + 2, math.ceil(width * sin + height * cos) + 2

    @cached_property
    def sight(self) -> Size | None:
        """Size about the middle of the frame that is surely in the window, None if all of it is."""
        if self.square:
            return None
        side = max(int(min(self.window) * math.sqrt(0.5)), 1)
        return side, side

    @cached_property
    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """From frame to window: ``x' = a x + b y + e`` and ``y' = c x + d y + f``, as (a, b, c, d, e, f)."""
        cos, sin = self._direction
        flip = -1.0 if self.mirrored else 1.0
        a, b, c, d = cos * flip, -sin, sin * flip, cos
        x, y = self.frame[0] / 2, self.frame[1] / 2
        return a, b, c, d, self.window[0] / 2 - a * x - b * y, self.window[1] / 2 - c * x - d * y

    def to_window(self, point: Point) -> Point:
        """The window position of a frame position."""
        if self.upright:
            return point
        a, b, c, d, e, f = self.matrix
        return a * point[0] + b * point[1] + e, c * point[0] + d * point[1] + f

    def to_frame(self, point: Point) -> Point:
        """The frame position at a window position; the inverse of ``to_window``."""
        if self.upright:
            return point
        return self.vector_to_frame((point[0] - self.matrix[4], point[1] - self.matrix[5]))

    def vector_to_frame(self, vector: Point) -> Point:
        """The movement in the frame that equals this movement in the window."""
        a, b, c, d, _, _ = self.matrix  # the axes have length 1, so that the transposed matrix is the inverse
        return a * vector[0] + c * vector[1], b * vector[0] + d * vector[1]

    def rect_to_window(self, rect: Rect) -> Rect:
        """The whole window pixels that show any part of these frame pixels, with one to spare where they are askew."""
        return rect if self.upright else self._around(rect, self.to_window)

    def rect_to_frame(self, rect: Rect) -> Rect:
        """The whole frame pixels that these window pixels show, with one to spare where they are askew."""
        return rect if self.upright else self._around(rect, self.to_frame)

    def spread(self, size: Point) -> Point:
        """Width and height in the window of an upright rectangle of this ``size`` in the frame."""
        cos, sin = (abs(part) for part in self._direction)
        return size[0] * cos + size[1] * sin, size[0] * sin + size[1] * cos

    @cached_property
    def _direction(self) -> Point:
        """Cosine and sine of the angle, exact at quarter turns."""
        radians = math.radians(self.angle)
        return _QUARTERS.get(self.angle, (math.cos(radians), math.sin(radians)))

    def _around(self, rect: Rect, way: Callable[[Point], Point]) -> Rect:
        corners = [way((x, y)) for x in (rect.x, rect.right) for y in (rect.y, rect.bottom)]
        spare = 0 if self.square else 1
        x, y = (math.floor(min(corner[axis] for corner in corners)) - spare for axis in (0, 1))
        right, bottom = (math.ceil(max(corner[axis] for corner in corners)) + spare for axis in (0, 1))
        return Rect(x, y, right - x, bottom - y)


def normal(angle: float) -> float:
    """The angle brought into 0 up to 360 degrees; one very near a quarter turn becomes exactly that."""
    angle %= 360.0
    nearest = round(angle / 90) * 90.0
    return nearest % 360.0 if abs(angle - nearest) < 1e-6 else angle
