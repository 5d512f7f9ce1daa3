"""Clicks and strokes as pixels: what a prompt says is in, and what it says is out."""

from dataclasses import dataclass, replace

import numpy as np

from maskstudio.core.arrays import Flags, Point, Shape
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.selection.prompt import Prompt


@dataclass(frozen=True)
class Touch:
    """The pixels of one click or stroke: their places in order, the pen's radius in px, and whether they are in."""

    places: tuple[tuple[int, int], ...]
    radius: float
    positive: bool

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle that holds it; it may reach beyond the image."""
        columns, rows = zip(*self.places, strict=True)
        box = Rect(min(columns), min(rows), max(columns) - min(columns) + 1, max(rows) - min(rows) + 1)
        return box.grow(int(np.ceil(self.radius)) if self.radius >= 1 else 0)

    def drawn(self, window: Rect) -> Flags:
        """Its pixels in ``window``, bool (rect.height, rect.width)."""
        plane = np.zeros((window.height, window.width), np.uint8)
        path = np.array(self.places, np.int32) - (window.x, window.y)
        width = max(round(2 * self.radius), 1) if self.radius >= 1 else 1
        if len(path) == 1 and width == 1:
            column, row = path[0]
            if 0 <= column < window.width and 0 <= row < window.height:
                plane[row, column] = 1
        else:
            cv2.polylines(plane, [path.reshape(-1, 1, 2)], False, 1, width)
        return plane > 0

    def shrunk(self, window: Rect, size: tuple[int, int]) -> Flags:
        """Its pixels in ``window`` seen at ``size``, width and height, bool (h, w); at least one px wide."""
        wide, high = size[0] / window.width, size[1] / window.height
        places = tuple((int((x - window.x) * wide), int((y - window.y) * high)) for x, y in self.places)
        return replace(self, places=places, radius=self.radius * wide).drawn(Rect(0, 0, *size))


def touches(prompt: Prompt, shape: Shape) -> tuple[Touch, ...]:
    """The clicks and strokes of ``prompt`` in an image of ``shape``; what is in comes first."""
    clicks = [((point,), 0.5, True) for point in prompt.include] + [((point,), 0.5, False) for point in prompt.exclude]
    strokes = [(each.points, each.radius, True) for each in prompt.scribbles if each.points]
    strokes += [(each.points, each.radius, False) for each in prompt.erasures if each.points]
    found = (Touch(_places(points, shape), radius, positive) for points, radius, positive in (*clicks, *strokes))
    return tuple(sorted(found, key=lambda touch: not touch.positive))


def _places(points: tuple[Point, ...], shape: Shape) -> tuple[tuple[int, int], ...]:
    """Columns and rows of the pixels at these points; a point on the far border belongs to the last pixel."""
    height, width = shape
    return tuple((min(max(int(x), 0), width - 1), min(max(int(y), 0), height - 1)) for x, y in points)
