"""Which pixels of which reduced size belong on which device pixels. Knows nothing of what they show."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QRegion

from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE
from maskstudio.ui.canvas.transform import ViewTransform


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a view: of the pixels ``rect`` of a pyramid level, ``source`` fills the device pixels ``target``.

    ``source`` is relative to the corner of ``rect`` and may begin and end between pixels.
    """

    rect: Rect
    source: QRectF
    target: QRect


class Tiling:
    """A view cut into pieces. Its ``level`` is the smallest one with at least as many pixels as the screen shows."""

    def __init__(self, view: ViewTransform) -> None:
        self.level = max(math.floor(math.log2(1 / view.scale)), 0)
        self.origin = QPoint(*view.origin)
        self.shown = qrect(view.shown)
        self._ratio = view.scale * 2**self.level  # device pixels per pixel of the level
        self._frame = Rect(0, 0, *(-(-side >> self.level) for side in view.image))

    def part(self, target: QRect) -> Part:
        """The piece for these device pixels, which must lie within the image. Where pixels are averaged the source may
        reach into neighbouring tiles; that makes pieces meet without a seam.
        """
        ratio = self._ratio
        x, y = (target.x() - self.origin.x()) / ratio, (target.y() - self.origin.y()) / ratio
        right, bottom = x + target.width() / ratio, y + target.height() / ratio
        left, top = math.floor(x), math.floor(y)
        rect = Rect(left, top, math.ceil(right) - left, math.ceil(bottom) - top).intersect(self._frame)
        return Part(rect, QRectF(x - left, y - top, right - x, bottom - y), target)

    def parts(self, region: QRegion) -> Iterator[Part]:
        """Pieces within one tile each that cover ``region``: each device pixel goes with the tile under its centre."""
        for rect in rects(region & self.shown):
            for y, bottom in self._spans(rect.y(), rect.bottom() + 1, self.origin.y(), self._frame.height):
                for x, right in self._spans(rect.x(), rect.right() + 1, self.origin.x(), self._frame.width):
                    yield self.part(QRect(x, y, right - x, bottom - y))

    def joined(self, parts: list[Part]) -> Iterator[Part]:
        """The same device pixels in as few pieces as possible: Qt paints a large one faster, on all its threads."""
        return (self.part(rect) for rect in rects(covered(parts)))

    def _spans(self, start: int, stop: int, origin: int, length: int) -> list[tuple[int, int]]:
        """``start`` to ``stop`` (device pixels) cut where a tile of the level begins."""
        first = math.floor((start - origin + 0.5) / self._ratio / TILE)
        last = min(math.floor((stop - 1 - origin + 0.5) / self._ratio), length - 1) // TILE
        cuts = (math.ceil(tile * TILE * self._ratio - 0.5) + origin for tile in range(first + 1, last + 1))
        edges = [start, *(cut for cut in cuts if start < cut < stop), stop]
        return list(pairwise(edges))


def qrect(rect: Rect) -> QRect:
    """The same rectangle in Qt's terms."""
    return QRect(rect.x, rect.y, rect.width, rect.height)


def rects(region: QRegion) -> Iterator[QRect]:
    """The rectangles a region is made of."""
    yield from region  # type: ignore[misc]  # iterable, but its stub does not say so


def covered(parts: list[Part]) -> QRegion:
    """The device pixels of all ``parts``."""
    region = QRegion()
    for part in parts:
        region += part.target
    return region
