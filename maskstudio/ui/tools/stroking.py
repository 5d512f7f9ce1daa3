"""The base of all brushes: outline, strokes, straight lines, size."""

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QPainter, QWheelEvent

from maskstudio.core.geometry import Rect
from maskstudio.params.local import BrushParams
from maskstudio.session.laying import How
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.keys.presets import SIZED_BY_SHIFT
from maskstudio.ui.tools.axis import Axis
from maskstudio.ui.tools.base import Bench, M, Right, Tool, said
from maskstudio.ui.tools.cursors import cross, sign
from maskstudio.ui.tools.resize import Resize

B = TypeVar("B", bound=BrushParams)

# Up to each size, px, the step of the keys, px.
_STEPS = ((10, 1), (20, 2), (50, 5), (100, 10), (200, 20), (500, 50), (1000, 100), (5000, 250))
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Stroking(Tool[B]):
    """A round brush. Alt or the right button does the opposite of what the tool does by itself."""

    right: ClassVar[Right] = "act"
    hard: ClassVar[bool] = False  # whether its rim is always hard

    def __init__(self, bench: Bench) -> None:
        """Make a brush with no stroke under way."""
        super().__init__(bench)
        self._stroke: object | None = None  # the session's stroke
        self._resize: Resize[B] | None = None
        self._clicked: Pointer | None = None  # where a Shift press began to resize, while it may still be a click
        self._axis: Axis | None = None
        self._at = (0.0, 0.0)  # the last point of the stroke
        self._last: tuple[float, float] | None = None  # where the last stroke ended, for a straight line from there
        self._turned = False  # whether the other end of a pen was seen last
        self._flipped: bool | None = None  # whether the stroke under way does the opposite
        self._held = M.NoModifier

    # What the kinds of brushes define

    @property
    def adding(self) -> bool:
        """Whether it adds by itself; its opposite then removes."""
        return True

    @abstractmethod
    def _open(self, *, adds: bool) -> object | None:
        """Begin a stroke in the session; None where there can be none."""

    @property
    @abstractmethod
    def _opened(self) -> object | None:
        """The session's stroke under way."""

    @abstractmethod
    def _paint(self, x: float, y: float, pressure: float) -> Rect:
        """Paint on to this point (image px); returns the pixels that may have changed."""

    # The outline

    def enter(self) -> None:
        """Show the outline."""
        super().enter()
        self._last = None
        self.changed()

    def leave(self) -> None:
        """Take the outline away."""
        super().leave()
        self.canvas.ring.show(None)

    def changed(self) -> None:
        """Draw the outline at its size."""
        if self._precise and self._resize is None:
            self.canvas.ring.show(None)
        else:
            self.canvas.ring.show(self.used.size, self._resize.inner(self.params) if self._resize else None)

    def show_cursor(self, modifiers: M) -> None:
        """Show the outline as the cursor, or a cross if the user wants to see the exact point.

        A sign stands beside it while a held key makes the brush do the opposite.
        """
        self._held = modifiers
        opposite = self.opposite(modifiers) if self._flipped is None else self._flipped
        how = self._sign(opposite=opposite) if self._resize is None else None
        if how is not None:
            drawn = cross if self._precise else sign
            self.canvas.set_tool_cursor(drawn(how, self.canvas.devicePixelRatioF()))
        else:
            shape = Qt.CursorShape.CrossCursor if self._precise else Qt.CursorShape.BlankCursor
            self.canvas.set_tool_cursor(QCursor(shape))

    def _sign(self, *, opposite: bool) -> How | None:
        """The sign beside the outline."""
        return ("subtract" if self.adding else "add") if opposite else None

    def _sizes(self, modifiers: M) -> bool:
        """Whether a drag with these modifiers sizes the brush, which depends on the set of keys."""
        shift = modifiers & ~(M.KeypadModifier | M.GroupSwitchModifier) == M.ShiftModifier
        return shift and not self.bench.opposite and self.bench.settings.preset in SIZED_BY_SHIFT

    @property
    def _sizing_hint(self) -> str:
        """The part of the hint on straight lines and sizes."""
        if self.bench.settings.preset in SIZED_BY_SHIFT:
            return said("Shift and a click draws straight, Shift and a drag resizes.")
        return said("Shift draws straight, Alt+right-drag resizes.")

    @property
    def _precise(self) -> bool:
        return self.bench.settings.precise_cursor != self.bench.precise

    @property
    def used(self) -> BrushParams:
        """The parameters a stroke is made with."""
        return self.params

    # Strokes

    def press(self, at: Pointer) -> None:
        """Begin a stroke or a resize."""
        self._turn(at)
        by_shift = at.button == _LEFT and self._sizes(at.modifiers)
        if by_shift or (at.button == _RIGHT and at.modifiers & M.AltModifier):
            self._clicked = at if by_shift else None
            self._resize = Resize(self.canvas, at, self.params, hard=self.hard)
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
        """End the stroke or the resize; a Shift click draws a straight line from the end of the last stroke."""
        if self._stroke is not None:
            self._go(at)
        elif self._resize is not None and self._clicked is not None and not self._resize.moved:
            clicked = self._clicked
            self._end_resize()
            self._begin(clicked)
        self.finish()

    def finish(self) -> None:
        """Keep what was painted."""
        self._end_resize()
        if self._stroke is None:
            return
        self._catch_up()
        if self._under_way:
            self._last = self._at
        self._forget()
        self.session.end_stroke()
        self.canvas.contents.set_live(None)

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
        self.canvas.contents.set_live(None)
        return True

    @property
    def busy(self) -> bool:
        """Whether a stroke or resizing is under way."""
        return self._stroke is not None or self._resize is not None

    @property
    def undoes(self) -> str:
        """The stroke, or the size it is being given."""
        if self._resize is not None:
            return said("brush size")
        return said("stroke") if self._stroke is not None else ""

    @property
    def _under_way(self) -> bool:
        """Whether the session still has this stroke, which an undo, for example, ends."""
        return self._stroke is not None and self._opened is self._stroke

    def _begin(self, at: Pointer) -> None:
        """Open a stroke at ``at`` and show it live; with Shift it starts with a line from the last one's end."""
        tilde = self.bench.opposite
        flipped = at.button == _RIGHT or self.opposite(at.modifiers)
        self._stroke = self._open(adds=(self.adding and not at.eraser) != flipped)
        if self._stroke is None:
            return
        self._show_live()
        self._axis, self._flipped = None, flipped
        self.show_cursor(at.modifiers)
        if at.modifiers & M.ShiftModifier and not tilde and self._last is not None:
            self._lay(*self._last, self._pressure(at))
        self._lay(at.x, at.y, self._pressure(at))

    def _go(self, at: Pointer) -> None:
        """Paint on to ``at``, held to an axis by Shift; if the session has ended the stroke, forget it."""
        if not self._under_way:
            self._forget()
            self.canvas.contents.set_live(None)
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
        """Forget the stroke, which is over."""
        self._stroke = self._axis = self._flipped = None
        self.show_cursor(self._held)

    def _lay(self, x: float, y: float, pressure: float) -> None:
        self._at = x, y
        rect = self._paint(x, y, pressure)
        if rect:
            self.canvas.contents.touch(rect)

    def _show_live(self) -> None:
        """Have the canvas show the stroke while it lasts."""
        self.canvas.contents.set_live(self.session.painting.live_alpha)

    def _catch_up(self) -> None:
        """Paint samples that wait, before the stroke ends."""

    def _turn(self, at: Pointer) -> None:
        if at.eraser != self._turned:
            self._turned = at.eraser
            self.changed()

    def _pressure(self, at: Pointer) -> float:
        gamma = self.bench.settings.pressure_gamma
        return at.pressure if gamma == 1 else at.pressure**gamma

    # Size

    def _end_resize(self) -> None:
        if self._resize is not None:
            self._resize.end()
            self._resize = self._clicked = None
            self.changed()

    def wheel(self, event: QWheelEvent) -> bool:
        """Change the size with Alt and the wheel; during a stroke do nothing."""
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

    def paint(self, painter: QPainter) -> None:
        """The numbers while resizing."""
        if self._resize is not None:
            self._resize.paint(painter, self.params)
