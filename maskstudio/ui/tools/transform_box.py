"""The geometry of a free transform: a box with handles that is scaled, turned and moved. Knows no widget."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Point
from maskstudio.core.geometry import Rect

Grip = tuple[int, int] | str  # a handle by its side (-1, 0 or 1 each way), "inside" or "outside"
HANDLES: tuple[tuple[int, int], ...] = ((-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0))
_TURN = 15  # degrees of the steps a turn is held to
_LEAST = 0.005  # least share of the first size, so that a box never becomes a line


@dataclass(frozen=True)
class TransformBox:
    """``rect`` (image px) scaled by ``scale`` about its middle, turned by ``angle`` degrees (clockwise, as seen), and
    moved by ``shift`` px.
    """

    rect: Rect
    scale: Point = (1.0, 1.0)
    angle: float = 0.0
    shift: Point = (0.0, 0.0)

    @property
    def still(self) -> bool:
        """Whether everything stays where it was."""
        return (self.scale, self.angle % 360, self.shift) == ((1.0, 1.0), 0.0, (0.0, 0.0))

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """2 x 3, image points to image points."""
        linear = self._turn @ np.diag(self.scale)
        middle = self._middle
        return np.column_stack([linear, middle + self.shift - linear @ middle])

    def place(self, side: Point) -> Point:
        """The image point of a point of the box; (-1, -1) is its upper left corner, (0, 0) its middle."""
        x, y = self._turn @ (self._half * self.scale * side) + self._middle + self.shift
        return float(x), float(y)

    def grip(self, point: Point, reach: float) -> Grip:
        """What a press at ``point`` grabs: a handle within ``reach`` px, the inside, or the outside."""
        near = min(HANDLES, key=lambda side: math.dist(self.place(side), point))
        if math.dist(self.place(near), point) <= reach:
            return near
        across, down = np.abs(self._local(point)) / np.maximum(self._half * np.abs(self.scale), 1e-9)
        return "inside" if across <= 1 and down <= 1 else "outside"

    def dragged(
        self, grip: Grip, start: Point, to: Point, *, held: bool = False, centred: bool = False
    ) -> "TransformBox":
        """The box after a drag from ``start`` to ``to``.

        ``held`` keeps proportions, moves horizontally or vertically, and turns in steps of 15 degrees. ``centred``
        scales about the middle instead of the opposite handle.
        """
        if grip == "inside":
            return self._moved(start, to, held=held)
        if grip == "outside":
            return self._turned(start, to, held=held)
        assert not isinstance(grip, str)
        return self._scaled(grip, start, to, held=held, centred=centred)

    @property
    def _middle(self) -> npt.NDArray[np.float64]:
        return np.array([self.rect.x + self.rect.width / 2, self.rect.y + self.rect.height / 2])

    @property
    def _half(self) -> npt.NDArray[np.float64]:
        return np.array([self.rect.width / 2, self.rect.height / 2])

    @property
    def _turn(self) -> npt.NDArray[np.float64]:
        sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
        return np.array([[cosine, -sine], [sine, cosine]])

    def _local(self, point: Point) -> npt.NDArray[np.float64]:
        """The vector from the middle of the box to a point, along its sides."""
        local: npt.NDArray[np.float64] = self._turn.T @ (np.array(point) - self._middle - self.shift)
        return local

    def _moved(self, start: Point, to: Point, *, held: bool) -> "TransformBox":
        dx, dy = round(to[0] - start[0]), round(to[1] - start[1])  # whole pixels, which are exact
        if held:
            dx, dy = (dx, 0) if abs(dx) >= abs(dy) else (0, dy)
        return replace(self, shift=(self.shift[0] + dx, self.shift[1] + dy))

    def _turned(self, start: Point, to: Point, *, held: bool) -> "TransformBox":
        x, y = self.place((0, 0))
        before, now = math.atan2(start[1] - y, start[0] - x), math.atan2(to[1] - y, to[0] - x)
        angle = self.angle + math.degrees(now - before)
        angle = round(angle / _TURN) * _TURN if held else round(angle, 1)
        return replace(self, angle=(angle + 180) % 360 - 180)

    def _scaled(self, side: tuple[int, int], start: Point, to: Point, *, held: bool, centred: bool) -> "TransformBox":
        """The box with its handle ``side`` dragged; the handle across, or the middle if ``centred``, stays."""
        sides = np.array(side, np.float64)
        full = self._half * self.scale * sides  # from the middle to the handle
        fixed = np.zeros(2) if centred else -full
        reached = full + self._local(to) - self._local(start)
        share = np.ones(2)
        moving = (sides != 0) & (np.abs(full - fixed) > 1e-9)
        share[moving] = (reached - fixed)[moving] / (full - fixed)[moving]
        least = _LEAST / np.abs(self.scale)
        if held:
            way = full - fixed
            share[:] = float((reached - fixed) @ way) / max(float(way @ way), 1e-9)
            least[:] = least.max()
        share = np.where(np.abs(share) < least, np.copysign(least, share), share)
        middle = self._turn @ (fixed * (1 - share))  # the fixed point stays where it was
        scale = np.array(self.scale) * share
        shift = np.array(self.shift) + middle
        return replace(self, scale=(float(scale[0]), float(scale[1])), shift=(float(shift[0]), float(shift[1])))
