"""Rotate view: dragging turns the view about the middle of the window; the photo stays as it is."""

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, M, Tool, said
from maskstudio.ui.tools.overlay_lines import label, label_area

_STEP = 15  # degrees, with Shift


class RotateTool(Tool[Params]):
    """Turns the view. Esc while dragging goes back; Esc at rest sets the view upright."""

    name = "rotate"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._grip: float | None = None  # the pointer's direction less the view's angle, degrees
        self._before = 0.0

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag to turn the view, with Shift in steps of 15°. Esc sets it upright.")

    @property
    def busy(self) -> bool:
        """Whether the view is turned or being turned, so that Esc does something."""
        return self._grip is not None

    @property
    def undoes(self) -> str:
        """Nothing: a change of the view is no step of the history."""
        return ""

    def press(self, at: Pointer) -> None:
        """Take hold."""
        self._before = self.canvas.view.angle
        self._grip = self._direction(at) - self._before
        self._outdate()

    def move(self, at: Pointer) -> None:
        """Turn by the angle the pointer has moved around the middle."""
        if self._grip is None:
            return
        angle = self._direction(at) - self._grip
        if at.modifiers & M.ShiftModifier:
            angle = round(angle / _STEP) * _STEP
        self.canvas.view.rotate_to(angle % 360)

    def release(self, at: Pointer) -> None:
        """Let go."""
        self.finish()

    def finish(self) -> None:
        """Stay as turned."""
        self._grip = None
        self._outdate()

    def cancel(self) -> bool:
        """Back to before the drag, or upright."""
        if self._grip is not None:
            self._grip = None
            self.canvas.view.rotate_to(self._before)
            self._outdate()
            return True
        if self.canvas.view.angle:
            self.canvas.view.reset_rotation()
            return True
        return False

    def paint(self, painter: QPainter) -> None:
        """The angle, in the middle, while turning."""
        if self._grip is not None:
            label(painter, self._middle, self._text, self.canvas)

    @property
    def _middle(self) -> QPointF:
        return QRectF(self.canvas.rect()).center()

    @property
    def _text(self) -> str:
        return f"{round(self.canvas.view.angle, 1) % 360:g}°"

    def _direction(self, at: Pointer) -> float:
        way = self.place(at.x, at.y) - self._middle
        return math.degrees(math.atan2(way.y(), way.x()))

    def _outdate(self) -> None:
        self.canvas.update_over(label_area(self._middle, "000.0°", self.canvas))
