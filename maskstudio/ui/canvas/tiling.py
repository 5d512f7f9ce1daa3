"""Which pixels of which reduced size are shown on which device pixels."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QRegion

from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import TILE
from maskstudio.ui.canvas.transform import ViewTransform

AROUND = 256  # device pixels around the viewport that are made ahead
_ENOUGH = 1.06  # a level with up to 6 % fewer pixels each way looks as sharp, for a quarter of the work


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a view: of the pixels ``rect`` of a pyramid level, ``source`` fills the device pixels ``target``.

    ``source`` is relative to the corner of ``rect`` and may begin and end between pixels.
    """

    rect: Rect
    source: QRectF
    target: QRect


class Tiling:
    """A view cut into pieces.

    Its ``level`` is the smallest one with about as many pixels as the screen shows, and no finer than ``finest``.
    """

    def __init__(self, view: ViewTransform, finest: int = 0) -> None:
        self.level = max(math.floor(math.log2(_ENOUGH / view.scale)), finest)
        self.origin = QPoint(*view.origin)
        self.shown = qrect(view.shown)
        self._ratio = view.scale * 2**self.level  # device pixels per pixel of the level
        self._image = view.image
        self.finest = finest
        self._frame = Rect(0, 0, *(-(-side >> self.level) for side in view.image))

    def part(self, target: QRect) -> Part:
        """The piece for these device pixels, which must lie within the image.

        Where pixels are averaged, the source may reach into neighbouring tiles, so that pieces meet without a seam.
        """
        ratio = self._ratio
        x, y = (target.x() - self.origin.x()) / ratio, (target.y() - self.origin.y()) / ratio
        right, bottom = x + target.width() / ratio, y + target.height() / ratio
        left, top = math.floor(x), math.floor(y)
        rect = Rect(left, top, math.ceil(right) - left, math.ceil(bottom) - top).intersect(self._frame)
        return Part(rect, QRectF(x - left, y - top, right - x, bottom - y), target)

    def beside(self, level: int, target: QRect) -> Rect:
        """The pixels of another level that these device pixels show; empty where they are not on the image."""
        target &= self.shown
        if target.isEmpty():
            return EMPTY
        rect, by = self.part(target).rect, level - self.level
        if by > 0:
            right, bottom = -(-rect.right >> by), -(-rect.bottom >> by)
            return Rect(rect.x >> by, rect.y >> by, right - (rect.x >> by), bottom - (rect.y >> by))
        factor = 1 << -by
        below = Rect(rect.x * factor, rect.y * factor, rect.width * factor, rect.height * factor)
        return below.intersect(Rect(0, 0, *(-(-side >> level) for side in self._image)))

    def parts(self, region: QRegion) -> Iterator[Part]:
        """Pieces within one tile each that cover ``region``; a device pixel belongs to the tile under its centre."""
        for rect in rects(region & self.shown):
            for y, bottom in self._spans(rect.y(), rect.bottom() + 1, self.origin.y(), self._frame.height):
                for x, right in self._spans(rect.x(), rect.right() + 1, self.origin.x(), self._frame.width):
                    yield self.part(QRect(x, y, right - x, bottom - y))

    def bands(self, rect: QRect, area: int) -> Iterator[Part]:
        """Pieces as wide as ``rect`` (device pixels within the image) and of about ``area`` pixels each."""
        count = max(round(rect.width() * rect.height() / area), 1)
        edges = [rect.top() + rect.height() * index // count for index in range(count + 1)]
        for y, bottom in pairwise(edges):
            if bottom > y:
                yield self.part(QRect(rect.x(), y, rect.width(), bottom - y))

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


def ahead(tiling: Tiling, viewport: tuple[int, int]) -> Iterator[tuple[int, Rect]]:
    """The pixels of levels that may be shown next, the nearest first.

    They lie around the viewport (for a pan), in it (zooming in), and twice as far (zooming out).
    """
    width, height = viewport
    whole, level = QRect(0, 0, width, height), tiling.level
    wanted = [(level, whole.adjusted(-AROUND, -AROUND, AROUND, AROUND))]
    if level > tiling.finest:
        wanted.append((level - 1, whole))
    wanted.append((level + 1, whole.adjusted(-width // 2, -height // 2, width // 2, height // 2)))
    for at, target in wanted:
        rect = tiling.beside(at, target)
        if rect:
            yield at, rect


def qrect(rect: Rect) -> QRect:
    """The rectangle as a ``QRect``."""
    return QRect(rect.x, rect.y, rect.width, rect.height)


def rect_of(rect: QRect) -> Rect:
    """The rectangle as a ``Rect``."""
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())


def rects(region: QRegion) -> Iterator[QRect]:
    """The rectangles that make up a region."""
    yield from region  # type: ignore[misc]  # iterable, but its stub does not say so


def covered(parts: list[Part]) -> QRegion:
    """The device pixels of all ``parts``."""
    region = QRegion()
    for part in parts:
        region += part.target
    return region
