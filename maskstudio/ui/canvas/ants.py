"""Marching ants: a line of moving dashes along the mask's edge at 50 %, drawn over the photo at the screen's own size.

Everything here is in device pixels of the upright frame. Knows the scene and the transform, but no widget; its only
clock is the one that ends a time slice.
"""

import time
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from maskstudio.core.arrays import Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect, bounds
from maskstudio.ui.canvas.scene import Scene
from maskstudio.ui.canvas.tiling import Part, Tiling, qrect, rect_of
from maskstudio.ui.canvas.transform import ViewTransform

DASH = 4  # dots of a dash; as many follow in the other colour
_CELL = 64  # device pixels drawn at once
_FEW = 6  # cells a side that one search covers
_IN = 128  # alpha (0..255) from which a pixel counts as inside
_BLACK, _WHITE = 0xFF000000, 0xFFFFFFFF

Cell = tuple[int, int]  # column and row of a cell, counted from the image's corner


class Ants:
    """The edge of the mask in a view. Cells that were searched are kept until the mask changes in them."""

    def __init__(self) -> None:
        self._cells: dict[Cell, QImage | None] = {}  # the dashes in each; None where there are none
        self._key: tuple[float, int, tuple[int, int]] | None = None
        self._view: ViewTransform | None = None
        self._region: QRegion | None = None  # of all cells, from the image's corner
        self._phase = 0
        self.complete = True  # whether the last painting searched all cells it needed
        self.searches = 0  # areas searched so far, for tests and tuning

    def step(self) -> None:
        """March on by one dot."""
        self._phase = (self._phase + 1) % (2 * DASH)

    def forget(self) -> None:
        """Forget every cell that was searched."""
        self._cells.clear()
        self._region = None

    def outdate(self, rect: Rect) -> None:
        """Forget the cells that show ``rect`` (image pixels), where the mask has changed."""
        if self._view is None:
            return
        area, (left, top) = self._view.covering(rect).grow(2), self._view.origin
        for index in _indices(area, left, top):
            self._cells.pop(index, None)
        self._region = None

    def paint(
        self, painter: QPainter, scene: Scene, view: ViewTransform, dot: int, region: QRegion, deadline: float
    ) -> None:
        """Draw the dashes in ``region``, ``dot`` device pixels wide; cells not found by ``deadline`` are left out."""
        self._look(view, dot)
        left, top = view.origin
        wanted = _indices(rect_of(region.boundingRect() & qrect(view.shown)), left, top)
        self._search(scene, view, [index for index in wanted if index not in self._cells], dot, deadline)
        colours = self._colours()
        for index in wanted:
            image = self._cells.get(index)
            place = QRect(left + index[0] * _CELL, top + index[1] * _CELL, _CELL, _CELL)
            if image is not None and region.intersects(place):
                image.setColorTable(colours)
                painter.drawImage(place.topLeft(), image)

    def region(self, view: ViewTransform) -> QRegion:
        """The device pixels of the dashes found in this view."""
        if self._region is None:
            made = QRegion()
            for (column, row), image in self._cells.items():
                if image is not None:
                    made += QRect(column * _CELL, row * _CELL, _CELL, _CELL)
            self._region = made
        return self._region.translated(*view.origin) & QRect(0, 0, *view.viewport)

    def _look(self, view: ViewTransform, dot: int) -> None:
        key = (view.scale, dot, view.image)
        room = (view.viewport[0] // _CELL + 2) * (view.viewport[1] // _CELL + 2)
        if key != self._key or len(self._cells) > 4 * room:  # another size, or panned far
            self.forget()
        self._key, self._view = key, view

    def _search(self, scene: Scene, view: ViewTransform, missing: list[Cell], dot: int, deadline: float) -> None:
        """Find the edge in the cells not searched yet, as many as ``deadline`` allows."""
        self.complete = True
        for area in _areas(missing):
            found = _find(scene, view, area, dot, deadline) if time.perf_counter() < deadline else None
            if found is None:
                self.complete = False
                return
            self._cells.update(found)
            self._region = None
            self.searches += 1

    def _colours(self) -> list[int]:
        """0 is nothing; from 1, the dots of a dash of each colour, moved on by the phase."""
        order = [(number + self._phase) % (2 * DASH) < DASH for number in range(2 * DASH)]
        return [0, *(_BLACK if dark else _WHITE for dark in order)]


def edge(inside: Plane, width: int) -> Plane:
    """255 on the ``width`` pixels of ``inside`` (0 or 255) that border on what is not; the same shape."""
    kernel = np.ones((2 * width + 1, 2 * width + 1), np.uint8) if width > 1 else _CROSS
    core: Plane = cv2.erode(inside, kernel, borderType=cv2.BORDER_REPLICATE)
    line: Plane = cv2.bitwise_xor(inside, core)
    return line


_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def _indices(area: Rect, left: int, top: int) -> list[Cell]:
    """The cells that meet ``area``, for an image whose corner is at ``left``, ``top``."""
    if not area:
        return []
    columns = range((area.x - left) // _CELL, (area.right - 1 - left) // _CELL + 1)
    rows = range((area.y - top) // _CELL, (area.bottom - 1 - top) // _CELL + 1)
    return [(column, row) for row in rows for column in columns]


def _areas(cells: list[Cell]) -> list[Rect]:
    """Rectangles of cells to search at once: one around all if it is small, else one in each square of a few."""
    whole = bounds(Rect(column, row, 1, 1) for column, row in cells)
    if whole.area <= _FEW * _FEW:
        return [whole] if cells else []
    squares: dict[Cell, Rect] = {}
    for column, row in cells:
        key = column // _FEW, row // _FEW
        squares[key] = squares.get(key, EMPTY).unite(Rect(column, row, 1, 1))
    return list(squares.values())


def _find(scene: Scene, view: ViewTransform, area: Rect, dot: int, deadline: float) -> dict[Cell, QImage | None] | None:
    """Look for the edge in an area of cells; None if ``deadline`` passed before the alpha was there."""
    rect = Rect(area.x * _CELL, area.y * _CELL, area.width * _CELL, area.height * _CELL)
    around = dot + 2  # neighbours that decide about the outermost pixels, and that smoothing needs
    inside = _inside(scene, view, rect.grow(around), deadline)
    if inside is None:
        return None
    found: dict[Cell, QImage | None] = dict.fromkeys(
        (area.x + column, area.y + row) for row in range(area.height) for column in range(area.width)
    )
    if inside.size > 1:
        line = edge(inside, dot)[around:-around, around:-around]
        used = line.reshape(area.height, _CELL, area.width, _CELL).any(axis=(1, 3))
        for row, column in np.argwhere(used).tolist():
            part = line[row * _CELL : (row + 1) * _CELL, column * _CELL : (column + 1) * _CELL]
            found[area.x + column, area.y + row] = _dashes(part, rect.x + rect.y + (row + column) * _CELL, dot)
    return found


def _dashes(line: Plane, start: int, dot: int) -> QImage:
    dots = cv2.bitwise_and(line, _numbers(start % (2 * DASH * dot), dot))
    return QImage(dots.tobytes(), _CELL, _CELL, _CELL, QImage.Format.Format_Indexed8).copy()


@lru_cache(maxsize=64)
def _numbers(start: int, dot: int) -> Plane:
    """For each pixel of a cell, the number of its dot in the dashes, from 1; dashes run along the diagonal."""
    along = np.arange(_CELL)[:, None] + np.arange(_CELL) + start
    return (along // dot % (2 * DASH) + 1).astype(np.uint8)


def _inside(scene: Scene, view: ViewTransform, rect: Rect, deadline: float) -> Plane | None:
    """255 where a device pixel (counted from the image's corner) is in the mask, 0 elsewhere and outside the image.

    An area of one value gives a single pixel; None if ``deadline`` passed before the alpha was there.
    """
    tiling = Tiling(view)
    shown = Rect(0, 0, tiling.shown.width(), tiling.shown.height()).intersect(rect)
    out = np.zeros((rect.height, rect.width), np.uint8)
    if not shown:
        return out[:1, :1]
    part = tiling.part(QRect(shown.x, shown.y, shown.width, shown.height).translated(tiling.origin))
    alpha = scene.coverage(tiling.level, part.rect, deadline)
    if alpha is None:
        return None
    here = out[Rect(shown.x - rect.x, shown.y - rect.y, shown.width, shown.height).slices()]
    if isinstance(alpha, int):
        here[:] = 255 if alpha >= _IN else 0
        return out[:1, :1] if alpha < _IN or shown == rect else out
    sampled = _sampled(alpha, part, view.scale * 2**tiling.level)
    here[:] = cv2.threshold(sampled, _IN - 1, 255, cv2.THRESH_BINARY)[1]  # compare() takes one pixel for a number
    return out


def _sampled(alpha: Plane, part: Part, ratio: float) -> Plane:
    """The alpha at every device pixel of a part, sampled as the picture below is: square pixels when enlarged."""
    width, height = part.target.width(), part.target.height()
    left, top = part.source.x(), part.source.y()
    if ratio >= 1:
        columns = np.clip(((np.arange(width) + 0.5) / ratio + left).astype(int), 0, alpha.shape[1] - 1)
        rows = np.clip(((np.arange(height) + 0.5) / ratio + top).astype(int), 0, alpha.shape[0] - 1)
        squares: Plane = alpha[rows][:, columns]
        return squares
    matrix = np.array([[1 / ratio, 0, left + 0.5 / ratio - 0.5], [0, 1 / ratio, top + 0.5 / ratio - 0.5]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    smooth: Plane = cv2.warpAffine(alpha, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return smooth
