"""The look of a document: paints parts of it in a style. Knows no widget, no window, no event."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from maskstudio.core.arrays import Bytes, Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, compare
from maskstudio.core.geometry import Rect, bounds
from maskstudio.core.mask import TILE
from maskstudio.ui.canvas import tints
from maskstudio.ui.canvas.band import BandOverlay
from maskstudio.ui.canvas.doubtplane import DoubtPlane
from maskstudio.ui.canvas.draw import draw, draw_mapped
from maskstudio.ui.canvas.photo import Photo, finest
from maskstudio.ui.canvas.pixels import OPAQUE, PREMULTIPLIED, ScreenColours, premultiplied
from maskstudio.ui.canvas.pyramid import Pyramid, merged
from maskstudio.ui.canvas.style import CUTS, MODES, PHOTOS, PLANES, Mode, Side, Style
from maskstudio.ui.canvas.tiling import Part, Tiling

__all__ = ["MODES", "Mode", "Scene", "Side", "Style"]


class Scene:
    """A document ready to be painted. It keeps the reduced copies it has made, and remakes only what changes.

    ``read_alpha`` gives the alpha of a rectangle of the image, the stroke's while one is live. ``photo`` is the pyramid
    of the image alone, ``of_alpha`` are those made from the alpha; ``band`` is the trimap that may lie over it.
    """

    def __init__(self, document: Document, display: bytes | None = None, beside: "Scene | None" = None) -> None:
        """Make a scene for a screen with the ICC profile ``display``; None stands for sRGB.

        With ``beside``, a scene of another state of the same image, it shares the photo and the trimap.
        """
        self.document = document
        self.read_alpha: Callable[[Rect], Bytes] = self.document_alpha
        self._screen = ScreenColours(document.image.icc, display)
        twin = beside if beside is not None and beside.document.image is document.image else None
        self.photo: Photo = twin.photo if twin else Photo(document.image, self._screen)
        self.finest = finest(document.image)
        self._alpha = Pyramid(*document.size, 1, lambda rect: self.read_alpha(rect))
        self._cut = Pyramid(*document.size, 4, lambda rect: self._read_cut(self.document.colours(rect), rect))
        self._raw = Pyramid(*document.size, 4, lambda rect: self._read_cut(document.image.pixels[rect.slices()], rect))
        self._soft = Pyramid(*document.size, 1, lambda rect: tints.softness()[self.read_alpha(rect)])
        self.of_alpha = self._alpha, self._cut, self._raw, self._soft
        self._doubt = DoubtPlane(document)
        self.band: BandOverlay = twin.band if twin else BandOverlay(document.size)

    @property
    def builds(self) -> int:
        """How many tiles of any kind have been made so far."""
        return sum(pyramid.builds for pyramid in self._all)

    @property
    def _all(self) -> tuple[Pyramid, ...]:
        return self.photo, *self.of_alpha, *self.band.planes, *self._doubt.planes

    def document_alpha(self, rect: Rect) -> Bytes:
        """The alpha of the document without a live stroke, (rect.height, rect.width)."""
        return self.document.alpha.array(rect)

    def replace(self, document: Document) -> list[Rect]:
        """Show another state of the same image; returns the image pixels that may look different."""
        changed = _changed(self.document, document)
        self.document = document
        for pyramid in self.of_alpha:
            pyramid.refresh(changed)
        return [*changed, *self._doubt.replace(document)]

    def trim(self) -> None:
        """Free memory beyond the limits."""
        for pyramid in self._all:
            pyramid.trim()

    def catch_up(self, style: Style, deadline: float) -> bool:
        """Take in changes of the alpha, as far as ``deadline`` allows; returns whether that was all."""
        if not style.of_alpha:
            return True
        planes: tuple[Pyramid, ...] = (self._soft,) if style.mode == "soft" else (self._alpha,)
        if style.mode in CUTS or style.mode == "onion":
            planes = self._alpha, self._cut_of(style)
        elif style.mode == "doubt":
            planes = self._alpha, self._doubt.plane
        return all(plane.catch_up(deadline) for plane in planes)

    def prepare(self, style: Style, level: int, rect: Rect, deadline: float) -> bool:
        """Make what painting ``rect`` of a level needs; False if ``deadline`` passed before all of it was there."""
        if self._banded(style) and not self.band.ensure(level, rect, deadline):
            return False
        return all(pyramid.ensure(level, rect, deadline) for pyramid in self._needed(style, level, rect, deadline))

    def _needed(self, style: Style, level: int, rect: Rect, deadline: float) -> tuple[Pyramid, ...]:
        """The pyramids that painting ``rect`` of a level in this style reads; alpha alone decides in flat places."""
        if style.mode in PHOTOS:
            return (self.photo,)
        if style.mode == "mask":
            return (self._alpha,)
        if style.mode == "soft":
            return self._soft, self.photo
        if style.mode == "doubt":
            return self._doubt.plane, self._alpha, self.photo
        if style.mode == "overlay" or not self._alpha.ensure(level, rect, deadline):
            return self._alpha, self.photo
        flat = self._alpha.flat(level, rect)
        photo = (self.photo,) if flat == 255 or style.mode == "onion" else ()
        return photo if flat in (0, 255) else (*photo, self._cut_of(style))

    def coverage(self, level: int, rect: Rect, deadline: float) -> Bytes | int | None:
        """The alpha of ``rect`` of a level, or its one value; None if ``deadline`` passed before it was there."""
        if not self._alpha.ensure(level, rect, deadline):
            return None
        flat = self._alpha.flat(level, rect)
        return self._alpha.view(level, rect) if flat is None else flat

    def paint(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``parts``, which are prepared; opaque."""
        painter.setBrushOrigin(tiling.origin)
        self._paint_mode(painter, style, tiling, parts)
        if self._banded(style):
            self.band.paint(painter, tiling, parts, style)

    def _banded(self, style: Style) -> bool:
        return self.band.shown and not style.bare and style.mode not in PLANES

    def _cut_of(self, style: Style) -> Pyramid:
        return self._raw if style.raw else self._cut

    def _paint_mode(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``parts`` in the mode of the style, without a trimap."""
        if style.mode == "mask":
            self._paint_mask(painter, tiling, parts)
        elif style.mode == "soft":
            self._paint_soft(painter, style, tiling, parts)
        elif style.mode == "doubt":
            self._doubt.paint_ground(painter, tiling, parts, self.photo, self._alpha)
            self._lay(painter, self._doubt.plane, tints.marking(style.soft), tiling, parts)
        elif style.mode in CUTS:
            self._paint_cut(painter, style, tiling, parts)
        elif style.mode == "onion":
            self._paint_cut(painter, style, tiling, parts)
            painter.setOpacity(style.onion)
            self._paint_photo(painter, tiling, parts)
            painter.setOpacity(1.0)
        else:
            self._paint_photo(painter, tiling, parts)
            if style.mode == "overlay":
                self._paint_overlay(painter, style, tiling, parts)

    def _paint_photo(self, painter: QPainter, tiling: Tiling, parts: list[Part]) -> None:
        for part in tiling.joined(parts):
            draw(painter, part, self.photo.view(tiling.level, part.rect), OPAQUE)

    def _paint_mask(self, painter: QPainter, tiling: Tiling, parts: list[Part]) -> None:
        for value, alike in self._by_value(self._alpha, tiling.level, parts).items():
            for part in tiling.joined(alike):
                if value is not None:
                    painter.fillRect(part.target, QColor(value, value, value))
                else:
                    grey = cv2.cvtColor(self._alpha.view(tiling.level, part.rect), cv2.COLOR_GRAY2BGRA)
                    draw(painter, part, grey, OPAQUE)

    def _paint_overlay(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        table = tints.overlay(style.colour, style.opacity, style.side)
        if style.hatched:
            self._paint_hatched(painter, style, tiling, parts, table)
        else:
            self._lay(painter, self._alpha, table, tiling, parts)

    def _paint_soft(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint the photo in dim greys, with half-transparent pixels marked."""
        for part in tiling.joined(parts):
            grey = cv2.cvtColor(self.photo.view(tiling.level, part.rect), cv2.COLOR_BGRA2GRAY)
            draw_mapped(painter, part, grey, tints.dimming(), OPAQUE)
        self._lay(painter, self._soft, tints.marking(style.soft), tiling, parts)

    def _lay(self, painter: QPainter, plane: Pyramid, table: tints.Table, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``table``, applied to a plane, over what is there."""
        for value, alike in self._by_value(plane, tiling.level, parts).items():
            if value is not None and not table[value]:
                continue
            for part in tiling.joined(alike):
                if value is not None:
                    painter.fillRect(part.target, tints.solid(table, value))
                else:
                    draw_mapped(painter, part, plane.view(tiling.level, part.rect), table, PREMULTIPLIED)

    def _paint_hatched(
        self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part], table: tints.Table
    ) -> None:
        """Paint stripes, whose width does not follow the zoom, over what is there, as strong as the overlay."""
        stripes = tints.stripes(style.colour, style.square)
        for value, alike in self._by_value(self._alpha, tiling.level, parts).items():
            for part in tiling.joined(alike):
                if value is not None:
                    painter.setOpacity(int(table[value] >> 24) / 255)
                    painter.fillRect(part.target, stripes)
                    painter.setOpacity(1.0)
                else:
                    cover = np.take(table, self._alpha.view(tiling.level, part.rect))
                    painter.drawImage(part.target, _cut_out(stripes, tiling, part, cover))

    def _paint_cut(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint colours times alpha over the background.

        Reduced sizes hold the average of the product, not the product of averages, so that a small cut-out has no
        fringe that it lacks at full size.
        """
        groups, cut = self._by_value(self._alpha, tiling.level, parts), self._cut_of(style)
        self._paint_photo(painter, tiling, groups.pop(255, []))
        for value, alike in groups.items():
            for part in tiling.joined(alike):
                _paint_background(painter, style, tiling, part.target)
                if value != 0:
                    draw(painter, part, cut.view(tiling.level, part.rect), PREMULTIPLIED)

    def _by_value(self, plane: Pyramid, level: int, parts: list[Part]) -> dict[int | None, list[Part]]:
        """The parts grouped by their one value in a plane; those with several values under None."""
        groups: dict[int | None, list[Part]] = {}
        for part in parts:
            groups.setdefault(plane.flat(level, part.rect), []).append(part)
        return groups

    def _read_cut(self, colours: Pixels, rect: Rect) -> Bytes:
        return premultiplied(self._screen(colours), self.read_alpha(rect))


def _changed(old: Document, new: Document) -> list[Rect]:
    """The image pixels that may differ: rows of tiles, or one rectangle around them if rows tell no more."""
    area = compare(old, new).area
    if area.area <= TILE * TILE:
        return [area]
    rows = merged(new.alpha.rect(index) for index in new.alpha.changed(old.alpha))
    return rows if bounds(rows) == area else [area]


def _paint_background(painter: QPainter, style: Style, tiling: Tiling, target: QRect) -> None:
    if style.mode == "picture" and style.picture is not None:
        style.picture.paint(painter, tiling, target)
    else:
        painter.fillRect(target, _background(style))


def _background(style: Style) -> QBrush:
    if style.mode in ("colour", "worst"):
        return QBrush(QColor(*(style.backdrop if style.mode == "colour" else style.worst)))
    if style.mode in ("black", "white"):
        return QBrush(QColor(style.mode))
    return tints.checker(style.square)


def _cut_out(brush: QBrush, tiling: Tiling, part: Part, cover: tints.Table) -> QImage:
    """A part filled with ``brush``, as opaque as ``cover`` (premultiplied pixels of the part)."""
    made = QImage(part.target.size(), PREMULTIPLIED)
    painter = QPainter(made)
    painter.setBrushOrigin(tiling.origin - part.target.topLeft())
    painter.fillRect(made.rect(), brush)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, part.source.width() > part.target.width())
    local = Part(part.rect, part.source, QRect(0, 0, part.target.width(), part.target.height()))
    draw(painter, local, cover, PREMULTIPLIED)
    painter.end()
    return made
