"""The brush over the image: a ring of its true size in two tones, so that it shows on anything. In device pixels."""

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

Rings = tuple[float, float | None, float]  # radius, radius of the inner ring, device pixels per logical pixel

_DARK, _LIGHT = QColor(0, 0, 0, 170), QColor(255, 255, 255, 230)
_FAINT = 0.55  # opacity of the inner ring
_SMALLEST = 3.0  # logical pixels of radius; below, a cross shows where the brush is
_ARM = 2.5, 7.0  # logical pixels from the middle where the arms of the cross begin and end
_WHOLE = 400.0  # device pixels of radius up to which the ring's square is repainted: quicker than a ragged clip
_SEGMENTS = 16  # pieces that a larger ring is repainted in


class Outline:
    """The ring's place and its painting. ``place`` returns what to repaint, which is only the ring itself."""

    def __init__(self) -> None:
        self._centre: QPoint | None = None
        self._shape: Rings = (0.0, None, 1.0)
        self._picture: QPixmap | None = None  # picture of the ring, kept while it is small
        self.areas: list[QRect] = []  # device pixels the ring covers

    def place(self, centre: QPointF | None, radius: float, inner: float | None, ratio: float) -> list[QRect]:
        """Move the ring to ``centre`` (None takes it away); returns the areas to repaint: where it was and where it is.

        ``radius`` and ``inner``, that of a second ring, are in device pixels; ``ratio`` is device per logical pixel.
        """
        at, shape = (None if centre is None else centre.toPoint()), (radius, inner, ratio)
        if (at, shape) == (self._centre, self._shape):
            return []
        if shape != self._shape:
            self._picture = None
        self._centre, self._shape = at, shape
        before, self.areas = self.areas, self._covered()
        return before + self.areas

    def paint(self, painter: QPainter) -> None:
        """Draw the ring on a painter whose units are device pixels."""
        if self._centre is None:
            return
        if self._shape[0] > _WHOLE:
            painter.save()
            _paint(painter, QPointF(self._centre), self._shape)
            painter.restore()
            return
        area = self.areas[0]
        if self._picture is None:
            self._picture = QPixmap(area.size())
            self._picture.fill(Qt.GlobalColor.transparent)
            own = QPainter(self._picture)
            _paint(own, QPointF(self._centre - area.topLeft()), self._shape)
            own.end()
        painter.drawPixmap(area.topLeft(), self._picture)

    def _covered(self) -> list[QRect]:
        """The device pixels the ring covers: one square for a small ring, a chain of rectangles for a large one."""
        if self._centre is None:
            return []
        radius, _, ratio = self._shape
        spare = 2 * ratio + 1
        if radius <= _WHOLE:
            reach = max(radius, _ARM[1] * ratio) + spare
            return [_around(self._centre, -reach, -reach, reach, reach)]
        areas = []
        for index in range(_SEGMENTS):
            ends = [2 * math.pi * (index + end) / _SEGMENTS for end in (0, 1)]
            xs, ys = [radius * math.cos(end) for end in ends], [radius * math.sin(end) for end in ends]
            areas.append(_around(self._centre, min(xs) - spare, min(ys) - spare, max(xs) + spare, max(ys) + spare))
        return areas


def _paint(painter: QPainter, centre: QPointF, shape: Rings) -> None:
    """Draw the ring at ``centre`` (device pixels), a cross where it is too small, and the inner ring faintly."""
    radius, inner, ratio = shape
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if radius < _SMALLEST * ratio:
        _paint_cross(painter, centre, ratio)
        return
    _paint_ring(painter, centre, radius, ratio)
    if inner is not None and inner > 1:
        painter.setOpacity(_FAINT)
        _paint_ring(painter, centre, inner, ratio)


def _paint_ring(painter: QPainter, centre: QPointF, radius: float, ratio: float) -> None:
    """Draw a dark and a light line; the edge of the brush runs between them."""
    for colour, at in ((_DARK, radius + ratio / 2), (_LIGHT, max(radius - ratio / 2, ratio / 2))):
        painter.setPen(QPen(colour, ratio))
        painter.drawEllipse(centre, at, at)


def _paint_cross(painter: QPainter, centre: QPointF, ratio: float) -> None:
    start, stop = (length * ratio for length in _ARM)
    for colour, width in ((_DARK, 3.0), (_LIGHT, 1.0)):
        painter.setPen(QPen(colour, width * ratio))
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QPointF(x, y)
            painter.drawLine(centre + way * start, centre + way * stop)


def _around(centre: QPoint, left: float, top: float, right: float, bottom: float) -> QRect:
    """The whole pixels around a rectangle given relative to ``centre``."""
    return QRectF(centre.x() + left, centre.y() + top, right - left, bottom - top).toAlignedRect()
