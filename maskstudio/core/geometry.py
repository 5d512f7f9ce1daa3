"""Rectangles of whole pixels. Knows nothing of images."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Rect:
    """Pixels ``x <= column < x + width`` and ``y <= row < y + height``; empty when either side is 0 or less."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column beyond the rectangle."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row beyond the rectangle."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Number of pixels."""
        return max(self.width, 0) * max(self.height, 0)

    def __bool__(self) -> bool:
        return self.width > 0 and self.height > 0

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it; its right and lower edge do not belong to it."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def intersect(self, other: "Rect") -> "Rect":
        """The pixels in both; an empty rectangle where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Rect(x, y, max(width, 0), max(height, 0))

    def unite(self, other: "Rect") -> "Rect":
        """The smallest rectangle holding both; an empty one counts for nothing."""
        if not self:
            return other
        if not other:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def grow(self, pixels: int) -> "Rect":
        """The rectangle widened by ``pixels`` on every side (narrowed when negative)."""
        return Rect(self.x - pixels, self.y - pixels, self.width + 2 * pixels, self.height + 2 * pixels)

    def slices(self) -> tuple[slice, slice]:
        """Row and column slices, for ``array[rect.slices()]``."""
        return slice(self.y, self.bottom), slice(self.x, self.right)


EMPTY = Rect(0, 0, 0, 0)
_STEP = 256


def margin(reach: int) -> int:
    """``reach`` px rounded up to a multiple of 256.

    Distance transforms work within this much of what they measure, so that small and middling radii cost the same.
    """
    return -(-reach // _STEP) * _STEP


def bounds(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle holding all of ``rects``."""
    whole = EMPTY
    for rect in rects:
        whole = whole.unite(rect)
    return whole
