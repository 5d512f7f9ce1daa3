"""Where the image sits in the viewport: scale, centre, and the mappings between them. Knows no Qt.

The viewport is measured in device pixels, so a scale of 1 shows one image pixel on one device pixel of any screen.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from maskstudio.core.arrays import Point
from maskstudio.core.geometry import Rect

Size = tuple[int, int]

STEPS = tuple(
    percent / 100
    for percent in (1, 2, 3, 4, 6, 8, 12, 16, 25, 100 / 3, 50, 200 / 3, 100, 200, 300, 400, 600, 800, 1200, 1600, 3200)
)
SMALLEST, LARGEST = STEPS[0], STEPS[-1]
# Device pixels of the image that stay in the viewport, however far it is panned.
KEPT = 32


def next_step(scale: float, direction: int) -> float:
    """The nearest round scale above (``direction`` > 0) or below ``scale``; the outermost one if there is no other."""
    if direction > 0:
        return STEPS[min(bisect_right(STEPS, scale * 1.001), len(STEPS) - 1)]
    return STEPS[max(bisect_left(STEPS, scale / 1.001) - 1, 0)]


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """The mapping of an ``image`` (pixels) into a ``viewport`` (device pixels).

    ``scale`` is device pixels per image pixel; ``centre`` is the image point in the middle of the viewport. ``sight``
    is the size about the middle of the viewport that surely shows, None if all of it does.
    """

    image: Size
    viewport: Size
    scale: float = 1.0
    centre: Point = (0.0, 0.0)
    sight: Size | None = None

    def to_view(self, point: Point) -> Point:
        """The viewport position of an image point, not rounded."""
        return (
            (point[0] - self.centre[0]) * self.scale + self.viewport[0] / 2,
            (point[1] - self.centre[1]) * self.scale + self.viewport[1] / 2,
        )

    def to_image(self, point: Point) -> Point:
        """The image point at a viewport position; the inverse of ``to_view``."""
        return (
            (point[0] - self.viewport[0] / 2) / self.scale + self.centre[0],
            (point[1] - self.viewport[1] / 2) / self.scale + self.centre[1],
        )

    @property
    def origin(self) -> tuple[int, int]:
        """The device pixel where the image's top left corner is drawn: whole, so that panning only moves pixels."""
        x, y = self.to_view((0.0, 0.0))
        return math.floor(x + 0.5), math.floor(y + 0.5)

    def edge(self, position: float, offset: int) -> int:
        """The first device pixel whose centre lies at or beyond image coordinate ``position``."""
        return math.ceil(position * self.scale - 0.5) + offset

    @property
    def shown(self) -> Rect:
        """The device pixels that the image covers, inside the viewport or not; at least one."""
        left, top = self.origin
        width, height = self.edge(self.image[0], 0), self.edge(self.image[1], 0)
        return Rect(left, top, max(width, 1), max(height, 1))

    def pixel_at(self, point: Point) -> tuple[int, int]:
        """Column and row of the image pixel drawn on the device pixel under ``point``; may lie outside the image."""
        left, top = self.origin
        return (
            math.floor((math.floor(point[0]) + 0.5 - left) / self.scale),
            math.floor((math.floor(point[1]) + 0.5 - top) / self.scale),
        )

    def covering(self, rect: Rect) -> Rect:
        """The device pixels that show any part of ``rect`` (image pixels), with one to spare for smoothing."""
        left, top = self.origin
        x, y = math.floor(rect.x * self.scale) + left - 1, math.floor(rect.y * self.scale) + top - 1
        right, bottom = math.ceil(rect.right * self.scale) + left + 1, math.ceil(rect.bottom * self.scale) + top + 1
        return Rect(x, y, right - x, bottom - y)

    def panned(self, dx: float, dy: float) -> "ViewTransform":
        """The view after moving the image by ``dx`` and ``dy`` device pixels, but never out of sight."""
        x, y = self.centre
        return self._drawn_to((x - dx / self.scale, y - dy / self.scale))

    def zoomed(self, scale: float, anchor: Point) -> "ViewTransform":
        """The view at another scale, with the image point at viewport position ``anchor`` staying there.

        This holds for any anchor on the image; about an anchor beside it the image is kept in sight instead.
        """
        scale = min(max(scale, SMALLEST), LARGEST)
        return replace(self, scale=scale).placed(self.to_image(anchor), anchor)

    def placed(self, point: Point, anchor: Point) -> "ViewTransform":
        """The view at the same scale with image point ``point`` at the visible viewport position ``anchor``.

        For a point outside the image, a piece of the image is kept in sight instead.
        """
        dx, dy = anchor[0] - self.viewport[0] / 2, anchor[1] - self.viewport[1] / 2
        view = replace(self, centre=(point[0] - dx / self.scale, point[1] - dy / self.scale))
        on_image = all(0 <= value <= side for value, side in zip(point, self.image, strict=True))
        return view if on_image else view.clamped()

    def resized(self, viewport: Size, sight: Size | None = None) -> "ViewTransform":
        """The view in another viewport, with the same image point in its middle."""
        return replace(self, viewport=viewport, sight=sight).clamped()

    def fitted(self, margin: float = 0, window: Size | None = None, extent: Point | None = None) -> "ViewTransform":
        """The view of the whole image, centred, ``margin`` device pixels from the border; enlarged by whole factors.

        In a turned view, ``window`` is the room there is and ``extent`` the size of the turned image, device pixels.
        """
        room = [max(side - 2 * margin, 1) for side in window or self.viewport]
        scale = min(side / length for side, length in zip(room, extent or self.image, strict=True))
        scale = min(max(math.floor(scale) if scale > 1 else scale, SMALLEST), LARGEST)
        return replace(self, scale=scale, centre=(self.image[0] / 2, self.image[1] / 2))

    def clamped(self) -> "ViewTransform":
        """The nearest transform that keeps a piece of the image in sight."""
        return replace(self, centre=(self._kept(0), self._kept(1)))

    def _drawn_to(self, wanted: Point) -> "ViewTransform":
        """Centred at ``wanted``, or as near as keeps a piece of the image in sight; a view further out may stay."""
        x, y = (
            min(max(wanted[axis], min(low, self.centre[axis])), max(high, self.centre[axis]))
            for axis, (low, high) in enumerate((self._range(0), self._range(1)))
        )
        return replace(self, centre=(x, y))

    def _kept(self, axis: int) -> float:
        low, high = self._range(axis)
        return min(max(self.centre[axis], low), high)

    def _range(self, axis: int) -> Point:
        """The range of the centre along an axis (image pixels) that keeps a piece of the image in sight."""
        length, half = self.image[axis], (self.sight or self.viewport)[axis] / 2 / self.scale
        piece = min(KEPT / self.scale, length, 2 * half)
        return piece - half, length - piece + half
