"""Directions that Shift holds a movement to. Knows no Qt."""

import math

_UNDECIDED = 4  # logical pixels of movement before a direction is chosen


class Axis:
    """A horizontal or vertical line through a point; the first clear movement chooses which."""

    def __init__(self, x: float, y: float) -> None:
        self._x, self._y = x, y
        self._level: bool | None = None

    def held(self, x: float, y: float, zoom: float) -> tuple[float, float]:
        """The point of the line nearest to (``x``, ``y``), image px; ``zoom`` is logical pixels per image pixel."""
        dx, dy = abs(x - self._x), abs(y - self._y)
        if self._level is None:
            if max(dx, dy) * zoom < _UNDECIDED:
                return self._x, self._y
            self._level = dx >= dy
        return (x, self._y) if self._level else (self._x, y)


def to_45(x0: float, y0: float, x: float, y: float) -> tuple[float, float]:
    """The point nearest to (``x``, ``y``) on a line from (``x0``, ``y0``) at a multiple of 45°."""
    angle = round(math.atan2(y - y0, x - x0) / (math.pi / 4)) * (math.pi / 4)
    way = (x - x0) * math.cos(angle) + (y - y0) * math.sin(angle)
    return x0 + way * math.cos(angle), y0 + way * math.sin(angle)


def squared(x0: float, y0: float, x: float, y: float) -> tuple[float, float]:
    """The corner opposite (``x0``, ``y0``) of the square with the longer side's length."""
    side = max(abs(x - x0), abs(y - y0))
    return x0 + math.copysign(side, x - x0), y0 + math.copysign(side, y - y0)
