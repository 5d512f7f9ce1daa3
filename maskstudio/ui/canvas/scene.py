"""What a document looks like: paints parts of it in a view mode. Knows no widget, no window, no event."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, compare
from maskstudio.core.geometry import Rect, bounds
from maskstudio.core.mask import TILE
from maskstudio.ui.canvas.pixels import OPAQUE, PREMULTIPLIED, ScreenColours, premultiplied, qimage
from maskstudio.ui.canvas.pyramid import Array, Pyramid
from maskstudio.ui.canvas.tiling import Part, Tiling

Mode = Literal["overlay", "black", "white", "checker", "mask", "image"]
Side = Literal["outside", "inside"]
MODES: tuple[Mode, ...] = get_args(Mode)

_CHECKER = 255, 204  # the two greys of the checkerboard


@dataclass(frozen=True, slots=True)
class Style:
    """How to show a document. ``opacity`` is 0..1; ``side`` is where the overlay lies; ``square`` in device pixels."""

    mode: Mode = "overlay"
    colour: tuple[int, int, int] = (255, 64, 64)
    opacity: float = 0.5
    side: Side = "outside"
    square: int = 8


class Scene:
    """A document ready to be painted. It keeps reduced copies of what was looked at, and forgets only what changes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._screen = ScreenColours(document.image.icc)
        self._photo = Pyramid(*document.size, 4, self._read_photo)
        self._alpha = Pyramid(*document.size, 1, lambda rect: self.document.alpha.array(rect))
        self._cut = Pyramid(*document.size, 4, self._read_cut)

    @property
    def builds(self) -> int:
        """How many tiles of any kind have been made so far."""
        return self._photo.builds + self._alpha.builds + self._cut.builds

    def replace(self, document: Document) -> list[Rect]:
        """Show another state of the same image; gives the image pixels that may look different now."""
        changed = _changed(self.document, document)
        self.document = document
        for rect in changed:
            self._alpha.invalidate(rect)
            self._cut.invalidate(rect)
        return changed

    def trim(self) -> None:
        """Give back memory beyond the limits."""
        for pyramid in (self._photo, self._alpha, self._cut):
            pyramid.trim()

    def prepare(self, style: Style, level: int, rect: Rect, deadline: float) -> bool:
        """Make what painting these pixels of a level needs; False if ``deadline`` passed before it was all there."""
        if style.mode == "image":
            return self._photo.ensure(level, rect, deadline)
        if not self._alpha.ensure(level, rect, deadline):
            return False
        if style.mode == "mask":
            return True
        flat = None if style.mode == "overlay" else self._alpha.flat(level, rect)
        if flat == 0:
            return True
        needed = self._cut if flat != 255 and style.mode != "overlay" else self._photo
        return needed.ensure(level, rect, deadline)

    def paint(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``parts``, which are prepared; opaque."""
        if style.mode == "image":
            self._paint_photo(painter, tiling, parts)
        elif style.mode == "mask":
            self._paint_mask(painter, tiling, parts)
        elif style.mode == "overlay":
            self._paint_photo(painter, tiling, parts)
            self._paint_tint(painter, style, tiling, parts)
        else:
            self._paint_cut(painter, style, tiling, parts)

    def _paint_photo(self, painter: QPainter, tiling: Tiling, parts: list[Part]) -> None:
        for part in tiling.joined(parts):
            _draw(painter, part, self._photo.view(tiling.level, part.rect), OPAQUE)

    def _paint_mask(self, painter: QPainter, tiling: Tiling, parts: list[Part]) -> None:
        for value, alike in self._by_alpha(tiling.level, parts).items():
            for part in tiling.joined(alike):
                if value is not None:
                    painter.fillRect(part.target, QColor(value, value, value))
                else:
                    grey = cv2.cvtColor(self._alpha.view(tiling.level, part.rect), cv2.COLOR_GRAY2BGRA)
                    _draw(painter, part, grey, OPAQUE)

    def _paint_tint(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        tints = _tints(style.colour, style.opacity, style.side)
        for value, alike in self._by_alpha(tiling.level, parts).items():
            if value is not None and not tints[value]:
                continue
            for part in tiling.joined(alike):
                if value is not None:
                    painter.fillRect(part.target, QColor(*style.colour, int(tints[value]) >> 24))
                else:
                    _draw(painter, part, np.take(tints, self._alpha.view(tiling.level, part.rect)), PREMULTIPLIED)

    def _paint_cut(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Colours times alpha over the background.

        Reduced sizes hold the average of the product, not the product of averages, so that a cut-out seen from afar
        has no fringe that it does not have up close.
        """
        groups = self._by_alpha(tiling.level, parts)
        self._paint_photo(painter, tiling, groups.pop(255, []))
        painter.setBrushOrigin(tiling.origin)
        for value, alike in groups.items():
            for part in tiling.joined(alike):
                painter.fillRect(part.target, _background(style))
                if value != 0:
                    _draw(painter, part, self._cut.view(tiling.level, part.rect), PREMULTIPLIED)

    def _by_alpha(self, level: int, parts: list[Part]) -> dict[int | None, list[Part]]:
        """The parts by the one alpha they have; those of several values under None."""
        groups: dict[int | None, list[Part]] = {}
        for part in parts:
            groups.setdefault(self._alpha.flat(level, part.rect), []).append(part)
        return groups

    def _read_photo(self, rect: Rect) -> Array:
        return self._screen(self.document.image.pixels[rect.slices()])

    def _read_cut(self, rect: Rect) -> Array:
        colours = self.document.colours(rect)
        return premultiplied(self._screen(colours), self.document.alpha.array(rect))


def _changed(old: Document, new: Document) -> list[Rect]:
    """The image pixels that may differ: tile by tile where that says more than one rectangle around them all."""
    area = compare(old, new).area
    if area.area <= TILE * TILE:
        return [area]
    tiles = [new.alpha.rect(index) for index in new.alpha.changed(old.alpha)]
    return tiles if bounds(tiles) == area else [area]


def _draw(painter: QPainter, part: Part, pixels: npt.NDArray[np.generic], form: QImage.Format) -> None:
    painter.drawImage(QRectF(part.target), qimage(pixels, form), part.source)


@lru_cache(maxsize=8)
def _tints(colour: tuple[int, int, int], opacity: float, side: Side) -> npt.NDArray[np.uint32]:
    """For each alpha, the overlay as one premultiplied pixel."""
    alpha = np.arange(256)
    cover = (255 - alpha if side == "outside" else alpha) * opacity
    channels = [np.rint(cover), *(np.rint(value * cover / 255) for value in colour)]
    pixels = np.stack(channels[::-1], axis=1).astype(np.uint8)
    return pixels.view(np.uint32)[:, 0]


@lru_cache(maxsize=8)
def _background(style: Style) -> QBrush:
    if style.mode != "checker":
        return QBrush(QColor(style.mode))
    square = style.square
    light, dark = (QColor(grey, grey, grey) for grey in _CHECKER)
    board = QImage(2 * square, 2 * square, OPAQUE)
    board.fill(light)
    painter = QPainter(board)
    painter.fillRect(square, 0, square, square, dark)
    painter.fillRect(0, square, square, square, dark)
    painter.end()
    return QBrush(board)
