"""Resizing a brush by dragging: sideways its size, upwards its hardness, as the first movement decides."""

from dataclasses import replace
from typing import Generic, TypeVar

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from maskstudio.core.brush import rim
from maskstudio.figures import percent
from maskstudio.params.local import BrushParams
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.overlay_lines import label, label_area

B = TypeVar("B", bound=BrushParams)

_UNDECIDED = 4  # logical pixels
_FULL = 200  # logical pixels upwards from softest to hardest


class Resize(Generic[B]):
    """One drag, from where it began. The outline stays there and also shows the solid core.

    The rim of a ``hard`` brush stays as it is.
    """

    def __init__(self, canvas: Canvas, at: Pointer, before: B, *, hard: bool = False) -> None:
        self.before = before
        self._hard = hard
        self._canvas = canvas
        self._image = QPointF(at.x, at.y)
        self._start = canvas.view.from_image(self._image)
        self._sideways = hard
        self.moved = False  # whether it was more than a click
        canvas.ring.hold(self._image)
        self._outdate(before)

    def to(self, at: Pointer) -> B:
        """The brush for a pointer at this place."""
        moved = self._canvas.view.from_image(QPointF(at.x, at.y)) - self._start
        if not self.moved and max(abs(moved.x()), abs(moved.y())) >= _UNDECIDED:
            self.moved = True
            self._sideways = self._hard or abs(moved.x()) >= abs(moved.y())
        if not self.moved:
            return self.before
        if self._sideways:
            zoom = self._canvas.view.scale / self._canvas.devicePixelRatioF()
            size = self.before.size + 2 * moved.x() / zoom
            changed = replace(self.before, size=min(max(round(size, 1 if size < 10 else 0), 1.0), 5000.0))
        else:
            hardness = self.before.hardness - moved.y() / _FULL
            changed = replace(self.before, hardness=min(max(round(hardness, 2), 0.0), 1.0))
        self._outdate(changed)
        return changed

    def inner(self, params: B) -> float | None:
        """Diameter of the solid core, image px; None where there is no rim around it."""
        return None if self._hard else 2 * rim(params.size, params.hardness)[0]

    def end(self) -> None:
        """Let the outline follow the pointer again."""
        self._canvas.ring.hold(None)
        self._outdate(self.before)

    def paint(self, painter: QPainter, params: B) -> None:
        """The numbers, in the middle of the outline."""
        label(painter, self._start, self._text(params), self._canvas)

    def _text(self, params: B) -> str:
        size = f"{params.size:g} px"
        return size if self._hard else f"{size}  {percent(params.hardness)}"

    def _outdate(self, params: B) -> None:
        self._canvas.update_over(label_area(self._start, self._text(params), self._canvas).adjusted(-40, 0, 40, 0))
