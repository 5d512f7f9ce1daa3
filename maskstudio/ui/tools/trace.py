"""A line being drawn over the image, kept in image points and painted in pieces."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from maskstudio.core.arrays import Point
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.tools.overlay_lines import outline

_NEAR = 1.5  # least logical pixels between two corners on the screen
_PIECE = 48  # corners


@dataclass
class _Piece:
    """Part of the line: its corners on the screen, and how long the line before it is."""

    corners: QPolygonF
    before: float


class Trace:
    """The line. Every point is kept; the screen shows those it can tell apart."""

    def __init__(self, canvas: Canvas) -> None:
        self.points: list[Point] = []
        self._canvas = canvas
        self._pieces: list[_Piece] = []
        self._length = 0.0

    def add(self, x: float, y: float) -> None:
        """Add an image point, and repaint just the new piece."""
        self.points.append((x, y))
        self._show(x, y)

    def drop(self) -> None:
        """Take the last point back."""
        self.points.pop()
        self.project()

    def project(self) -> None:
        """Compute the places on the screen again, after the view has moved."""
        self._pieces, self._length = [], 0.0
        for point in self.points:
            self._show(*point)
        self._canvas.update()

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Draw the pieces that show in ``clip``, logical pixels."""
        for piece in self._pieces:
            if piece.corners.boundingRect().adjusted(-2, -2, 2, 2).intersects(clip):
                outline(painter, piece.corners, piece.before)

    @property
    def box(self) -> QRectF:
        """The area it covers on the screen, logical pixels."""
        whole = QRectF()
        for piece in self._pieces:
            whole = whole.united(piece.corners.boundingRect())
        return whole.adjusted(-4, -4, 4, 4)

    def _show(self, x: float, y: float) -> None:
        """Append the point to the pieces on the screen, unless it is too near to the last, and repaint there."""
        at = self._canvas.view.from_image(QPointF(x, y))
        last = self._pieces[-1].corners.last() if self._pieces else None
        if last is None:
            self._pieces.append(_Piece(QPolygonF([at]), 0.0))
            return
        way = math.hypot(at.x() - last.x(), at.y() - last.y())
        if way < _NEAR:
            return
        if self._pieces[-1].corners.size() >= _PIECE:
            self._pieces.append(_Piece(QPolygonF([last]), self._length))
        self._pieces[-1].corners.append(at)
        self._length += way
        self._canvas.update_over(QRectF(last, at).normalized().adjusted(-3, -3, 3, 3))
