"""The ring of the brush around the pointer: its size in image pixels, and where it is held while it is resized."""

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter, QRegion

from maskstudio.ui.canvas.outline import Outline
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.strokes import Strokes
from maskstudio.ui.canvas.viewport import Viewport


class Ring:
    """Follows the pointer of ``strokes``; ``place`` brings it there."""

    def __init__(self, view: Viewport, strokes: Strokes, repaints: Repaints) -> None:
        """Show no ring."""
        self._view, self._strokes, self._repaints = view, strokes, repaints
        self._outline = Outline()
        self._size: tuple[float, float | None] | None = None  # diameters in image pixels
        self._held: QPointF | None = None

    def show(self, diameter: float | None, inner: float | None = None) -> None:
        """Draw a ring of ``diameter`` image pixels around the pointer (None: no ring), and one of ``inner`` in it."""
        self._size = None if diameter is None else (diameter, inner)
        self.place()

    def hold(self, at: QPointF | None) -> None:
        """Keep the ring at an image point, as while it is resized by dragging; None lets it follow the pointer."""
        self._held = at
        self.place()

    def place(self) -> None:
        """Put the ring at the pointer, or where it is held, and repaint where it was and where it is."""
        view = self._view
        at = self._strokes.at if self._held is None else view.from_image(self._held)
        if self._size is None or at is None or view.transform is None:
            areas = self._outline.place(None, 0.0, None, 1.0)
        else:
            diameter, inner = self._size
            half = view.scale / 2
            inside = None if inner is None else inner * half
            areas = self._outline.place(QPointF(*view.device(at)), diameter * half, inside, view.ratio)
        for area in areas:
            if area.intersects(QRect(0, 0, *view.turn.window)):
                self._repaints.window(area)

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """Draw the ring where it meets ``region``; units are device pixels."""
        if any(region.intersects(area) for area in self._outline.areas):
            self._outline.paint(painter)
