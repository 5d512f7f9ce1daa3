"""The viewport as it was last painted, so that panning moves pixels and a change repaints only where it is.

Everything here is in device pixels. Knows the scene and the transform, no widget.
"""

import math
import time
from itertools import islice

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap, QRegion

from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.pixels import PREMULTIPLIED, qimage
from maskstudio.ui.canvas.scene import Scene, Style
from maskstudio.ui.canvas.tiling import Part, Tiling, covered, qrect, rects
from maskstudio.ui.canvas.transform import ViewTransform

_GRID = QColor(128, 128, 128, 72)
_GRID_PIXEL = 0x48242424  # the same, premultiplied
_BATCH = 4  # tiles made between two checks of the deadline
_BAND = 250_000  # device pixels painted at once where all tiles are made
_GRACE = 0.002  # seconds beyond the deadline to finish painting what is made: one long turn is quicker than two


class Frame:
    """A pixmap of the viewport that knows which of its pixels are up to date.

    ``valid`` pixels are up to date; ``_drawn`` ones may be out of date but are at the right place.
    """

    def __init__(self) -> None:
        self.pixmap = QPixmap()
        self.valid = QRegion()
        self._drawn = QRegion()
        self._view: ViewTransform | None = None
        self._past: tuple[QPixmap, ViewTransform] | None = None
        self._pace = 0.0  # recent seconds per painted device pixel
        self.painted = 0  # device pixels painted from the scene so far, for tests and tuning

    def shows(self, view: ViewTransform | None) -> bool:
        """Whether the pixmap is arranged for this view."""
        return self._view == view

    def clear(self) -> None:
        """Drop everything: no pixel is up to date, and none may be shown again."""
        self.valid, self._drawn, self._past, self._view = QRegion(), QRegion(), None, None

    def outdate(self) -> None:
        """Mark everything as out of date; it may stay visible until it is painted anew."""
        self.valid = QRegion()

    def outdate_image(self, rect: Rect) -> QRect:
        """Mark ``rect`` (image pixels) as out of date; returns the device pixels that show it."""
        if self._view is None:
            return QRect()
        area = qrect(self._view.covering(rect)).intersected(self.pixmap.rect())
        self.valid -= QRegion(area)
        return area

    def show(self, view: ViewTransform) -> None:
        """Arrange the pixmap for a view: after a pan it is moved, else begun anew with the old one as a stand-in."""
        old, self._view = self._view, view
        if old == view:
            return
        if old is None or self.pixmap.isNull() or old.image != view.image:
            self._begin(view)
        elif old.scale == view.scale and old.viewport == view.viewport:
            self._scroll(view.origin[0] - old.origin[0], view.origin[1] - old.origin[1])
        else:
            spare = self._past[0] if self._past else None
            self._past = (self.pixmap, old)
            self._begin(view, spare)

    def paint(self, scene: Scene, style: Style, surround: QColor, region: QRegion, deadline: float) -> None:
        """Bring ``region`` up to date, as far as ``deadline`` allows; ``valid`` says how far."""
        assert self._view is not None
        todo = (region & self.pixmap.rect()) - self.valid
        if todo.isEmpty():
            return
        scene.trim()
        tiling = Tiling(self._view, scene.finest)
        inside = todo & tiling.shown
        painter = QPainter(self.pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._view.scale < 1)
        self._paint_inside(painter, scene, style, tiling, inside, deadline)
        self._fill_surround(painter, todo - inside, surround)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # a stand-in shows only for a moment
        for rect in rects(inside - self._drawn):
            self._stand_in(painter, rect, surround)
        painter.end()
        self._drawn += todo

    def _paint_inside(
        self, painter: QPainter, scene: Scene, style: Style, tiling: Tiling, inside: QRegion, deadline: float
    ) -> None:
        """Paint band by band, at least one, until the next would pass the deadline."""
        if not scene.catch_up(style, deadline):
            return
        first = True
        for rect in rects(inside):
            for band in tiling.bands(rect, _BAND):
                will_take = 0.0 if first else self._pace * band.target.width() * band.target.height()
                if time.perf_counter() + will_take > deadline + _GRACE:
                    return
                self._paint_band(painter, scene, style, tiling, band, deadline)
                first = False

    def _paint_band(
        self, painter: QPainter, scene: Scene, style: Style, tiling: Tiling, band: Part, deadline: float
    ) -> None:
        """Paint a band at once if all its tiles are made, as nearly always; otherwise tile by tile."""
        if scene.prepare(style, tiling.level, band.rect, -math.inf):
            self._paint_parts(painter, scene, style, tiling, [band])
            return
        parts = tiling.parts(QRegion(band.target))
        while time.perf_counter() < deadline and (batch := list(islice(parts, _BATCH))):
            ready = [part for part in batch if scene.prepare(style, tiling.level, part.rect, deadline)]
            self._paint_parts(painter, scene, style, tiling, ready)

    def _paint_parts(self, painter: QPainter, scene: Scene, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        before, begun = self.painted, time.perf_counter()
        scene.paint(painter, style, tiling, parts)
        self._finish(painter, style, parts)
        if self.painted > before:
            self._pace = (time.perf_counter() - begun) / (self.painted - before)

    def _begin(self, view: ViewTransform, spare: QPixmap | None = None) -> None:
        size = QSize(*view.viewport)
        self.pixmap = spare if spare is not None and spare.size() == size else QPixmap(size)
        self.valid, self._drawn = QRegion(), QRegion()

    def _scroll(self, dx: int, dy: int) -> None:
        self.pixmap.scroll(dx, dy, self.pixmap.rect())
        whole = QRegion(self.pixmap.rect())
        self.valid = self.valid.translated(dx, dy) & whole
        self._drawn = self._drawn.translated(dx, dy) & whole
        self._past = None

    def _fill_surround(self, painter: QPainter, region: QRegion, surround: QColor) -> None:
        for rect in rects(region):
            painter.fillRect(rect, surround)
        self.valid += region

    def _finish(self, painter: QPainter, style: Style, ready: list[Part]) -> None:
        assert self._view is not None
        for part in ready:
            self.painted += part.target.width() * part.target.height()
            if self._view.scale >= style.grid_from:
                _draw_grid(painter, self._view, part.target)
        region = covered(ready)
        self.valid += region
        self._drawn += region

    def _stand_in(self, painter: QPainter, target: QRect, surround: QColor) -> None:
        """Show the previous view's pixels, stretched, where the right ones are not ready."""
        painter.fillRect(target, surround)
        if self._past is None or self._view is None:
            return
        pixmap, view = self._past
        corner = view.to_view(self._view.to_image((target.x(), target.y())))
        factor = view.scale / self._view.scale
        painter.drawPixmap(QRectF(target), pixmap, QRectF(*corner, target.width() * factor, target.height() * factor))


def _draw_grid(painter: QPainter, view: ViewTransform, target: QRect) -> None:
    """Draw a line on the first device pixel of every image pixel.

    Vertical lines are painted as a pattern: one by one, each would touch every row of memory, which takes longer
    than the whole picture below.
    """
    left, top = view.origin
    columns = range(*_lines(target.left() - left, target.right() - left, view.scale))
    rows = range(*_lines(target.top() - top, target.bottom() - top, view.scale))
    pattern = np.zeros((1, target.width()), np.uint32)
    pattern[0, [view.edge(column, left) - target.left() for column in columns]] = _GRID_PIXEL
    painter.setBrushOrigin(target.topLeft())
    painter.fillRect(target, QBrush(qimage(pattern, PREMULTIPLIED).copy()))
    for row in rows:
        painter.fillRect(target.left(), view.edge(row, top), target.width(), 1, _GRID)


def _lines(first: int, last: int, scale: float) -> tuple[int, int]:
    """Range of the image columns (or rows) after the first that begin on device pixels ``first`` to ``last``."""
    return max(math.floor((first - 0.5) / scale) + 1, 1), math.floor((last + 0.5) / scale) + 1
