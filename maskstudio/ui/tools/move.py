"""Move: drags the active layer's mask by whole pixels; the arrow keys go by one, with Shift by ten."""

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QPainter

from maskstudio.core.layer import Layer
from maskstudio.jobs import Token
from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.axis import Axis
from maskstudio.ui.tools.base import ARROWS, Bench, M, Tool, said
from maskstudio.ui.tools.overlay_lines import beside, label, label_area
from maskstudio.ui.tools.tint import Tint

_FAST = 10
_LEFT = Qt.MouseButton.LeftButton


class MoveTool(Tool[Params]):
    """Shows the moving mask as a tint; letting the button or key go applies the move as one step."""

    name = "move"
    picks: ClassVar[bool] = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._layer: Layer | None = None  # what moves
        self._start: tuple[float, float] | None = None  # where the pointer grabbed it; None while keys move it
        self._axis: Axis | None = None
        self._by = (0, 0)
        self._at = QPointF()
        self._tint: Tint | None = None
        self._shown = QRectF()

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag to move the active layer's mask. Arrow keys move it by 1 px, with Shift by 10.")

    @property
    def busy(self) -> bool:
        """Whether something moves."""
        return self._layer is not None

    @property
    def undoes(self) -> str:
        """The move."""
        return said("move") if self.busy else ""

    def press(self, at: Pointer) -> None:
        """Take hold of the mask."""
        if at.button == _LEFT and self._take():
            self._start, self._at = (at.x, at.y), self.place(at.x, at.y)

    def move(self, at: Pointer) -> None:
        """Move the mask, with Shift only horizontally or vertically."""
        if self._start is None:
            return
        x, y, self._at = at.x, at.y, self.place(at.x, at.y)
        if at.modifiers & M.ShiftModifier:
            self._axis = self._axis or Axis(*self._start)
            x, y = self._axis.held(x, y, self.zoom())
        else:
            self._axis = None
        self._by = round(x - self._start[0]), round(y - self._start[1])
        self._outdate()

    def release(self, at: Pointer) -> None:
        """Apply the move."""
        self.move(at)
        self.finish()

    def finish(self) -> None:
        """Apply the move."""
        layer, by = self._layer, self._by
        self._forget()
        if layer is not None and by != (0, 0):
            self.session.layers.move_pixels(layer.id, *by)

    def cancel(self) -> bool:
        """Drop the move."""
        had = self.busy
        self._forget()
        return had

    def wants(self, event: QKeyEvent) -> bool:
        """The arrow keys, where there is something to move."""
        known = Qt.Key(event.key()) in ARROWS
        held = event.modifiers() & ~(M.ShiftModifier | M.KeypadModifier)
        return known and not held and self._start is None and self.session.active is not None

    def key(self, event: QKeyEvent) -> bool:
        """Move by a pixel, or by ten with Shift."""
        if not self.wants(event):
            return False
        if self._layer is None and not self._take():
            return True
        dx, dy = ARROWS[Qt.Key(event.key())]
        step = _FAST if event.modifiers() & M.ShiftModifier else 1
        self._by = self._by[0] + dx * step, self._by[1] + dy * step
        self._at = QRectF(self.canvas.rect()).center()
        self._outdate()
        return True

    def key_up(self, event: QKeyEvent) -> bool:
        """Apply the move made by keys."""
        if self._layer is None or self._start is not None or Qt.Key(event.key()) not in ARROWS:
            return False
        if not event.isAutoRepeat():
            self.finish()
        return True

    def focus_lost(self) -> None:
        """Apply a move made by keys, whose release may not arrive."""
        if self._start is None:
            self.finish()

    def view_changed(self) -> None:
        """Follow the view."""
        if self.busy:
            self.canvas.update()

    def show_cursor(self, modifiers: M) -> None:
        """Four arrows."""
        self.canvas.set_tool_cursor(QCursor(Qt.CursorShape.SizeAllCursor))

    def paint(self, painter: QPainter) -> None:
        """Draw the mask where it would go."""
        if self._layer is None or self._by == (0, 0):
            return
        if self._tint is not None:
            self._tint.paint(painter, self.canvas, self._by)
        label(painter, beside(self._at), self._text(), self.canvas)

    def _take(self) -> bool:
        """Take hold of the active layer, if it shows."""
        layer, document = self.session.active, self.bench.document
        if layer is None or document is None:
            self.session.told(said("There is no layer to move yet."))
            return False
        if layer not in document.shown:
            self.session.told(said("{} is hidden; show it to move it.").format(document.called(layer)))
            return False
        self._layer, self._by, scale = layer, (0, 0), self.canvas.view.scale

        def work(_token: Token) -> Tint:
            rect = layer.alpha.bounds
            return Tint.of((rect, layer.alpha.array(rect)), scale)

        def done(tint: Tint) -> None:
            if self._layer is layer:
                self._tint = tint
                self._outdate()

        self.session.runner.start(said("Move mask"), work, done, lane="tool move", quiet=True)
        return True

    def _forget(self) -> None:
        self._layer = self._start = self._axis = self._tint = None
        self._by = (0, 0)
        self._outdate()

    def _text(self) -> str:
        return f"{self._by[0]:+d}, {self._by[1]:+d} px"

    def _outdate(self) -> None:
        here = QRectF()
        if self._layer is not None:
            here = label_area(beside(self._at), self._text(), self.canvas)
            if self._tint is not None:
                here = here.united(self._tint.place(self.canvas, self._by))
        self.canvas.update_over(here.united(self._shown))
        self._shown = here
