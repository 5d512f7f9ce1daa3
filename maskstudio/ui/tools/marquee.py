"""Rectangle and ellipse: drawn from corner to corner, on whole pixels."""

import math
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPolygonF

from maskstudio.core.area import Area
from maskstudio.core.arrays import Point
from maskstudio.core.shapes import ellipse, rectangle
from maskstudio.params.tools import AreaParams
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.area import AreaTool
from maskstudio.ui.tools.axis import squared
from maskstudio.ui.tools.base import Bench, M, alt_held, said
from maskstudio.ui.tools.overlay_lines import beside, label, label_area, outline

_SIDES = 96  # of the polygon an ellipse is drawn with


class MarqueeTool(AreaTool[AreaParams]):
    """A box from corner to corner. Pressed after the start, Shift makes it square, Alt centres it, Space moves it."""

    kind = AreaParams
    bar = ("how", "snap", "feather", "antialias")
    shape: ClassVar[Callable[..., Area]]  # the pixels of a box

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._start: Point | None = None
        self._at: Point = (0.0, 0.0)
        self._modifiers = M.NoModifier
        self._moving = False
        self._shown = QRectF()

    @property
    def busy(self) -> bool:
        """Whether one is being drawn."""
        return self._start is not None

    @property
    def undoes(self) -> str:
        """What is being drawn."""
        return self.label.lower() if self.busy else ""

    def press(self, at: Pointer) -> None:
        """Begin in a corner."""
        self.begin(at)
        self._start = self._at = (at.x, at.y)
        self._modifiers, self._moving = M.NoModifier, False

    def move(self, at: Pointer) -> None:
        """Move the other corner, or, with Space, the whole box."""
        if self._start is None:
            return
        if self._moving:
            x, y = self._start
            self._start = x + at.x - self._at[0], y + at.y - self._at[1]
        self._at = at.x, at.y
        self._modifiers = self.fresh(at.modifiers)
        self._outdate()

    def release(self, at: Pointer) -> None:
        """Select it."""
        self.move(at)
        if self._start is None or self.bench.document is None:
            return
        x0, y0, x1, y1 = self._box()
        frame, antialias = self.bench.document.frame, self.params.antialias
        self.cancel()
        shape = self.shape
        self.fold(lambda _: shape(x0, y0, x1, y1, frame, antialias=antialias), abs((x1 - x0) * (y1 - y0)), self.label)

    def cancel(self) -> bool:
        """Forget it."""
        had, self._start = self.busy, None
        self._outdate()
        return had

    def held(self, modifiers: M) -> None:
        """Follow Shift and Alt while the pointer rests."""
        super().held(modifiers)
        if self.busy:
            self._modifiers = self.fresh(modifiers)
            self._outdate()

    def wants(self, event: QKeyEvent) -> bool:
        """Space, while one is being drawn."""
        return self.busy and event.key() == Qt.Key.Key_Space

    def key(self, event: QKeyEvent) -> bool:
        """Move the box while Space is held."""
        if self.wants(event):
            self._moving = True
            return True
        return False

    def key_up(self, event: QKeyEvent) -> bool:
        """Stop moving the box."""
        if not self._moving or event.key() != Qt.Key.Key_Space:
            return False
        self._moving = self._moving and event.isAutoRepeat()
        return True

    def focus_lost(self) -> None:
        """Let Space go, since its release may arrive elsewhere."""
        self._moving = False

    def view_changed(self) -> None:
        """Follow the view."""
        self._outdate()

    def paint(self, painter: QPainter) -> None:
        """Its outline, and its size beside the pointer."""
        if self._start is not None:
            outline(painter, self._outline())
            label(painter, beside(self.place(*self._at)), self._size(), self.canvas)

    def corners(self, x0: float, y0: float, x1: float, y1: float) -> list[Point]:
        """Its outline in image points, closed."""
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]

    @property
    def label(self) -> str:
        """What the step is called."""
        return said("Rectangle")

    def _box(self) -> tuple[float, float, float, float]:
        """Two opposite corners in whole image pixels."""
        x0, y0 = self._start or self._at
        x1, y1 = self._at
        if self._modifiers & M.ShiftModifier:
            x1, y1 = squared(x0, y0, x1, y1)
        if alt_held(self._modifiers):
            x0, y0 = 2 * x0 - x1, 2 * y0 - y1
        return round(x0), round(y0), round(x1), round(y1)

    def _size(self) -> str:
        x0, y0, x1, y1 = self._box()
        return f"{abs(x1 - x0):.0f} × {abs(y1 - y0):.0f} px"

    def _outline(self) -> QPolygonF:
        return QPolygonF([self.place(*corner) for corner in self.corners(*self._box())])

    def _outdate(self) -> None:
        here = QRectF()
        if self._start is not None:
            here = self._outline().boundingRect().adjusted(-3, -3, 3, 3)
            here = here.united(label_area(beside(self.place(*self._at)), self._size(), self.canvas))
        if here.united(self._shown).isValid():
            self.canvas.update_over(here.united(self._shown))
        self._shown = here


class RectangleTool(MarqueeTool):
    """A rectangle."""

    name = "rectangle"
    shape = staticmethod(rectangle)

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag a rectangle. Then Shift makes it square, Alt draws from the centre, Space moves it.")


class EllipseTool(MarqueeTool):
    """An ellipse in the box that is drawn."""

    name = "ellipse"
    shape = staticmethod(ellipse)

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag an ellipse. Then Shift makes it a circle, Alt draws from the centre, Space moves it.")

    @property
    def label(self) -> str:
        """What the step is called."""
        return said("Ellipse")

    def corners(self, x0: float, y0: float, x1: float, y1: float) -> list[Point]:
        """Its outline in image points, closed."""
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        angles = [2 * math.pi * side / _SIDES for side in range(_SIDES + 1)]
        return [(x + (x1 - x0) / 2 * math.cos(angle), y + (y1 - y0) / 2 * math.sin(angle)) for angle in angles]
