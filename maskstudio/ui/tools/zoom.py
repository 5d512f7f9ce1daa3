"""Zoom: a click zooms in a step, with Alt out; a sideways drag zooms smoothly."""

from PySide6.QtCore import QPointF, Qt

from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.transform import next_step
from maskstudio.ui.tools.base import Bench, M, Tool, alt_held, said
from maskstudio.ui.tools.cursors import glass

_CLICK = 4  # logical pixels
_DOUBLE = 120  # logical pixels of drag that double the scale
_LEFT = Qt.MouseButton.LeftButton


class ZoomTool(Tool[Params]):
    """Zooms about the pressed image point."""

    name = "zoom"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._anchor: QPointF | None = None  # in logical pixels
        self._before = 1.0
        self._dragged = False

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Click to see closer, Alt+click from further away; drag sideways to zoom smoothly.")

    @property
    def busy(self) -> bool:
        """Whether a button is down."""
        return self._anchor is not None

    @property
    def undoes(self) -> str:
        """Nothing: a change of the view is no step of the history."""
        return ""

    def press(self, at: Pointer) -> None:
        """Remember the pressed point, which stays in place."""
        if at.button == _LEFT:
            self._anchor, self._before, self._dragged = self.place(at.x, at.y), self.canvas.view.scale, False

    def move(self, at: Pointer) -> None:
        """Zoom by the distance dragged."""
        if self._anchor is None:
            return
        way = self.place(at.x, at.y).x() - self._anchor.x()
        self._dragged = self._dragged or abs(way) > _CLICK
        if self._dragged:
            self.canvas.view.zoom_to(self._before * 2 ** (way / _DOUBLE), self._anchor)

    def release(self, at: Pointer) -> None:
        """Without a drag, go a step."""
        if self._anchor is not None and not self._dragged:
            out = alt_held(at.modifiers)
            self.canvas.view.zoom_to(next_step(self.canvas.view.scale, -1 if out else 1), self._anchor)
        self._anchor = None

    def finish(self) -> None:
        """Keep the present scale."""
        self._anchor = None

    def cancel(self) -> bool:
        """Restore the scale before the drag."""
        anchor, self._anchor = self._anchor, None
        if anchor is not None and self._dragged:
            self.canvas.view.zoom_to(self._before, anchor)
        return anchor is not None

    def show_cursor(self, modifiers: M) -> None:
        """A glass with a plus or a minus."""
        self.canvas.set_tool_cursor(glass(-1 if alt_held(modifiers) else 1, self.canvas.devicePixelRatioF()))
