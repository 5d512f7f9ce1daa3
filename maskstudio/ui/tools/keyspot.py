"""A place that the arrow keys move over the photo, for pointing without a mouse."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath

from maskstudio.core.arrays import Point
from maskstudio.ui.tools.base import ARROWS, Bench, M
from maskstudio.ui.tools.overlay_lines import outline

_STEP, _FAST = 4, 40  # logical pixels
_ARM, _GAP = 12.0, 4.0  # logical pixels of the cross


class KeySpot:
    """A cross that appears in the middle of the view with the first arrow key. ``fresh`` until it is clicked with."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._canvas = bench, bench.canvas
        self.at: Point | None = None  # image px
        self.fresh = False

    @staticmethod
    def moves(event: QKeyEvent) -> bool:
        """Whether this key moves it."""
        return Qt.Key(event.key()) in ARROWS and not event.modifiers() & ~(M.ShiftModifier | M.KeypadModifier)

    def move(self, event: QKeyEvent) -> None:
        """Go a step in the view, with Shift ten; it stays within the photo and the view."""
        document = self._bench.document
        if document is None:
            return
        here = (
            QPointF(self._canvas.rect().center())
            if self.at is None
            else self._canvas.view.from_image(QPointF(*self.at))
        )
        across, down = ARROWS[Qt.Key(event.key())]
        step = 0 if self.at is None else _FAST if event.modifiers() & M.ShiftModifier else _STEP
        room = QRectF(self._canvas.rect())
        x = min(max(here.x() + across * step, room.left()), room.right())
        y = min(max(here.y() + down * step, room.top()), room.bottom())
        there = self._canvas.view.to_image(QPointF(x, y))
        width, height = document.size
        self.at = min(max(there.x(), 0.0), width - 1.0), min(max(there.y(), 0.0), height - 1.0)
        self.fresh = True
        self._canvas.update()

    def hide(self) -> bool:
        """Show it no more; returns whether it was shown."""
        had, self.at, self.fresh = self.at is not None, None, False
        if had:
            self._canvas.update()
        return had

    def paint(self, painter: QPainter) -> None:
        """Draw the cross."""
        if self.at is None:
            return
        middle = self._canvas.view.from_image(QPointF(*self.at))
        cross = QPainterPath()
        for across, down in ARROWS.values():
            cross.moveTo(middle + QPointF(across * _GAP, down * _GAP))
            cross.lineTo(middle + QPointF(across * _ARM, down * _ARM))
        outline(painter, cross)
