"""Brush and eraser: live strokes into the layer's paint."""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QPainter, QWheelEvent

from maskstudio.core.stroke import Stroke
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.axis import Axis
from maskstudio.ui.tools.base import Bench, M, Right, Tool, said
from maskstudio.ui.tools.choices import PaintParams
from maskstudio.ui.tools.cursors import cross, sign
from maskstudio.ui.tools.resize import Resize

# Up to each size a step of the keys is so large, px.
_STEPS = ((10, 1), (20, 2), (50, 5), (100, 10), (200, 20), (500, 50), (1000, 100), (5000, 250))
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Painting(Tool[PaintParams]):
    """What brush and eraser have in common."""

    kind = PaintParams
    bar = ("size", "hardness", "opacity", "flow")
    right: ClassVar[Right] = "act"
    adds: ClassVar[bool] = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._stroke: Stroke | None = None
        self._resize: Resize | None = None
        self._axis: Axis | None = None
        self._at = (0.0, 0.0)  # where the stroke has come to
        self._last: tuple[float, float] | None = None  # where the last stroke ended, for a straight line from there
        self.turned: Painting | None = None  # what the other end of a pen is
        self._turned = False  # whether that end was seen last
        self._flipped: bool | None = None  # whether the stroke under way paints the opposite
        self._held = M.NoModifier

    # The outline

    def enter(self) -> None:
        """Show the outline."""
        super().enter()
        self._last = None
        self.changed()

    def leave(self) -> None:
        """Take the outline away."""
        super().leave()
        self.canvas.set_ring(None)

    def changed(self) -> None:
        """Draw the outline at its size."""
        if self._precise and self._resize is None:
            self.canvas.set_ring(None)
        else:
            self.canvas.set_ring(self.used.size, self._resize.inner(self.params) if self._resize else None)

    def show_cursor(self, modifiers: M) -> None:
        """The outline is the cursor; a cross where the user wants to see the very point. Either has a sign beside it
        while something held makes the brush paint the opposite.
        """
        self._held = modifiers
        if self._resize is None and (self._opposite(modifiers) if self._flipped is None else self._flipped):
            drawn, how = cross if self._precise else sign, "subtract" if self.adds else "add"
            self.canvas.set_tool_cursor(drawn(how, self.canvas.devicePixelRatioF()))
        else:
            shape = Qt.CursorShape.CrossCursor if self._precise else Qt.CursorShape.BlankCursor
            self.canvas.set_tool_cursor(QCursor(shape))

    def _opposite(self, modifiers: M) -> bool:
        """Whether what is held makes it paint the opposite."""
        return self.bench.opposite or bool(modifiers & (M.AltModifier | M.ControlModifier))

    @property
    def _precise(self) -> bool:
        return self.bench.settings.precise_cursor != self.bench.precise

    @property
    def used(self) -> PaintParams:
        """The parameters of the tool, or the eraser's under the other end of a pen."""
        return self.turned.params if self._turned and self.turned is not None else self.params

    # Strokes

    def press(self, at: Pointer) -> None:
        """Begin a stroke, or to resize."""
        self._turn(at)
        if at.button == _RIGHT and at.modifiers & M.AltModifier:
            self._resize = Resize(self.canvas, at, self.params)
            self.changed()
        elif at.button in {_LEFT, _RIGHT}:
            self._begin(at)

    def move(self, at: Pointer) -> None:
        """Go on."""
        if self._stroke is not None:
            self._go(at)
        elif self._resize is not None:
            self.set_params(self._resize.to(at))
        elif at.eraser != self._turned:
            self._turn(at)

    def release(self, at: Pointer) -> None:
        """End the stroke, or the resizing."""
        if self._stroke is not None:
            self._go(at)
        self.finish()

    def finish(self) -> None:
        """Keep what was painted."""
        self._end_resize()
        if self._stroke is None:
            return
        if self._under_way:
            self._last = self._at
        self._forget()
        self.session.end_stroke()
        self.canvas.set_live(None)

    def cancel(self) -> bool:
        """Drop the stroke under way, or go back to the size of before."""
        if self._resize is not None:
            before = self._resize.before
            self._end_resize()
            self.set_params(before)
            return True
        if self._stroke is None:
            return False
        self._forget()
        self.session.cancel_stroke()
        self.canvas.set_live(None)
        return True

    @property
    def busy(self) -> bool:
        """Whether a stroke or resizing is under way."""
        return self._stroke is not None or self._resize is not None

    @property
    def _under_way(self) -> bool:
        """Whether the session still has our stroke; an undo, say, ends it."""
        return self._stroke is not None and self.session.stroke is self._stroke

    def _begin(self, at: Pointer) -> None:
        tilde = self.bench.opposite
        flipped = at.button == _RIGHT or self._opposite(at.modifiers)
        value = self.value(adds=(self.adds and not at.eraser) != flipped)
        self._stroke = self.session.begin_stroke(self.used, value)
        if self._stroke is None:
            return
        self.canvas.set_live(self.session.live_alpha)
        self._axis, self._flipped = None, flipped
        self.show_cursor(at.modifiers)
        if at.modifiers & M.ShiftModifier and not tilde and self._last is not None:
            self._lay(*self._last, self._pressure(at))
        self._lay(at.x, at.y, self._pressure(at))

    def _go(self, at: Pointer) -> None:
        if not self._under_way:
            self._forget()
            self.canvas.set_live(None)
            return
        x, y = at.x, at.y
        if at.modifiers & M.ShiftModifier and not self.bench.opposite:
            self._axis = self._axis or Axis(*self._at)
            x, y = self._axis.held(x, y, self.zoom())
        else:
            self._axis = None
        if (x, y) != self._at:
            self._lay(x, y, self._pressure(at))

    def _forget(self) -> None:
        """The stroke is over."""
        self._stroke = self._axis = self._flipped = None
        self.show_cursor(self._held)

    def _lay(self, x: float, y: float, pressure: float) -> None:
        self._at = x, y
        rect = self.session.stroke_to(x, y, pressure)
        if rect:
            self.canvas.touch(rect)

    def _turn(self, at: Pointer) -> None:
        if at.eraser != self._turned:
            self._turned = at.eraser
            self.changed()

    def _pressure(self, at: Pointer) -> float:
        gamma = self.bench.settings.pressure_gamma
        return at.pressure if gamma == 1 else at.pressure**gamma

    def value(self, *, adds: bool) -> int:
        """What a stroke paints, 0..255."""
        return round(255 * self.params.coverage) if adds else 0

    # Size and strength

    def _end_resize(self) -> None:
        if self._resize is not None:
            self._resize.end()
            self._resize = None
            self.changed()

    def wheel(self, event: QWheelEvent) -> bool:
        """With Alt the wheel turns the size; during a stroke it does nothing."""
        if self.busy:
            return True
        turned = event.angleDelta().y() or event.angleDelta().x()
        if not event.modifiers() & M.AltModifier or not turned:
            return False
        self.step_size(1 if turned > 0 else -1)
        return True

    def step_size(self, by: int) -> None:
        """Larger or smaller by a step that grows with the size."""
        size = self.params.size
        step = next(step for limit, step in _STEPS if size < limit + (by < 0) or limit == _STEPS[-1][0])
        stepped = (size // step + 1) * step if by > 0 else -(-size // step) * step - step
        self.set_params(replace(self.params, size=min(max(stepped, 1.0), 5000.0)))

    def step_hardness(self, by: int) -> None:
        """Harder or softer by 25 %."""
        self.set_params(replace(self.params, hardness=min(max(self.params.hardness + by * 0.25, 0.0), 1.0)))

    def paint(self, painter: QPainter) -> None:
        """The numbers while resizing."""
        if self._resize is not None:
            self._resize.paint(painter, self.params)


class Brush(Painting):
    """Paints into the mask."""

    name = "brush"
    more = ("coverage", "spacing", "smoothing", "pressure_size", "pressure_opacity", "pressure_curve")

    @property
    def hint(self) -> str:
        """One line."""
        return said(
            "Drag to paint into the mask. Alt or the right button erases, Shift draws straight, Alt+right-drag resizes."
        )


class Eraser(Painting):
    """Paints out of the mask."""

    name = "eraser"
    more = ("spacing", "smoothing", "pressure_size", "pressure_opacity", "pressure_curve")
    adds = False

    @property
    def hint(self) -> str:
        """One line."""
        return said(
            "Drag to paint out of the mask. Alt or the right button adds, Shift draws straight, Alt+right-drag resizes."
        )
