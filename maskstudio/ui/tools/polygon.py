"""Polygon lasso: clicks are corners; a double click, Enter, or a click on the first one closes it."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPolygonF

from maskstudio.core.arrays import Point
from maskstudio.params.tools import AreaParams
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.area import AreaTool
from maskstudio.ui.tools.axis import to_45
from maskstudio.ui.tools.base import BACK, ENTER, Bench, M, said
from maskstudio.ui.tools.overlay_lines import handle, outline

_NEAR = 8  # logical pixels from the first corner within which a click closes


class CornersTool(AreaTool[AreaParams]):
    """The base of polygon and magnetic lasso: corners by clicks, and a line to the pointer."""

    kind = AreaParams
    bar = ("how", "snap", "feather", "antialias")
    right = "menu"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.corners: list[Point] = []
        self._undone: list[object] = []  # what ``take_back`` returned
        self.tip: Point = (0.0, 0.0)  # where the line to the pointer ends
        self._shown = QRectF()

    @property
    def busy(self) -> bool:
        """Whether there are corners."""
        return bool(self.corners)

    @property
    def undoes(self) -> str:
        """The last corner."""
        return said("corner") if self.corners else ""

    @property
    def redoes(self) -> str:
        """The corner taken back last."""
        return said("corner") if self._undone else ""

    def undo(self) -> None:
        """Take the last corner back."""
        self._undone.append(self.take_back())
        self.outdate()

    def redo(self) -> None:
        """Put the corner back where it was."""
        self.put_back(self._undone.pop())
        self.outdate()

    def forget_undone(self) -> None:
        """No corner comes back."""
        self._undone.clear()

    def interrupt(self) -> None:
        """Keep all corners when a press gets no release."""

    def press(self, at: Pointer) -> None:
        """Put a corner, or close at the first one."""
        if not self.corners:
            self.begin(at)
        self.aim(at)
        if len(self.corners) >= 3 and self.closes:
            self.close()
            return
        self.forget_undone()
        self.put()
        self.outdate()

    def move(self, at: Pointer) -> None:
        """Lead the line to the pointer."""
        if self.corners:
            self.aim(at)
            self.outdate()

    def double_click(self, at: Pointer) -> None:
        """Close the line, whose last corner the two clicks have put."""
        self.close()

    def aim(self, at: Pointer) -> None:
        """Lead the line to the pointer."""
        self.tip = (at.x, at.y)
        if self.corners and self.fresh(at.modifiers) & M.ShiftModifier:
            self.tip = to_45(*self.corners[-1], at.x, at.y)

    def put(self) -> None:
        """Put a corner where the line ends."""
        self.corners.append(self.tip)

    def take_back(self) -> object:
        """Take the last corner back; returns what ``put_back`` needs."""
        return self.corners.pop()

    def put_back(self, corner: object) -> None:
        """Put a corner again."""
        assert isinstance(corner, tuple)
        self.corners.append(corner)

    def line(self) -> list[Point]:
        """All points of the closed line."""
        return self.corners

    def close(self) -> None:
        """Select what is inside."""
        points = list(self.line())
        self.cancel()
        self.fold_inside(points, self.label)

    @property
    def label(self) -> str:
        """What the step is called."""
        return said("Polygon lasso")

    def cancel(self) -> bool:
        """Forget all corners."""
        had = self.busy
        self.corners = []
        self.forget_undone()
        self.outdate()
        return had

    def wants(self, event: QKeyEvent) -> bool:
        """Enter and Backspace, once there are corners."""
        return self.busy and not event.modifiers() & ~M.KeypadModifier and Qt.Key(event.key()) in (*ENTER, *BACK)

    def key(self, event: QKeyEvent) -> bool:
        """Enter closes, Backspace takes the last corner back as undo does."""
        if not self.wants(event):
            return False
        if Qt.Key(event.key()) in ENTER:
            self.close()
        else:
            self.undo()
        return True

    def view_changed(self) -> None:
        """Follow the view."""
        if self.corners:
            self.canvas.update()

    def paint(self, painter: QPainter) -> None:
        """The sides so far, the line to the pointer, and the first corner to come back to."""
        if not self.corners:
            return
        outline(painter, QPolygonF([self.place(*corner) for corner in self.corners]))
        outline(painter, QLineF(self.place(*self.corners[-1]), self.place(*self.tip)))
        handle(painter, self.place(*self.corners[0]), chosen=len(self.corners) >= 3 and self.closes)

    @property
    def closes(self) -> bool:
        """Whether the pointer is at the first corner."""
        away = self.place(*self.tip) - self.place(*self.corners[0])
        return QPointF.dotProduct(away, away) <= _NEAR**2

    def extent(self) -> list[Point]:
        """Image points around what changes with the pointer."""
        return [*self.corners[-1:], self.tip]

    def outdate(self) -> None:
        """Repaint what changed: the line to the pointer before and after, and the first corner."""
        if self.corners:
            here = QPolygonF([self.place(*point) for point in self.extent()]).boundingRect()
            first = self.place(*self.corners[0])
            self.canvas.update_over(QRectF(first.x() - 6, first.y() - 6, 12, 12))
        else:
            here = QRectF()
            self.canvas.update()
        here = here.adjusted(-6, -6, 6, 6) if self.corners else here
        self.canvas.update_over(here.united(self._shown))
        self._shown = here


class PolygonTool(CornersTool):
    """Straight sides."""

    name = "polygon"

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Click from corner to corner, Shift for 45°. Enter or a double click closes, Backspace takes back.")
