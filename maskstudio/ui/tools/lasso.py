"""Freehand lasso: the outlined area is selected when the button is let go."""

from PySide6.QtGui import QPainter

from maskstudio.params.tools import AreaParams
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.area import AreaTool
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.overlay_lines import clip_of
from maskstudio.ui.tools.trace import Trace


class LassoTool(AreaTool[AreaParams]):
    """A line of one drag, closed at its end."""

    name = "lasso"
    kind = AreaParams
    bar = ("how", "snap", "feather", "antialias")

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._trace: Trace | None = None

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said(
            "Draw around what you want. Shift adds, Alt or the right button subtracts, both together intersect."
        )

    @property
    def busy(self) -> bool:
        """Whether a line is being drawn."""
        return self._trace is not None

    @property
    def undoes(self) -> str:
        """The line."""
        return said("line") if self.busy else ""

    def press(self, at: Pointer) -> None:
        """Begin the line."""
        self.begin(at)
        self._trace = Trace(self.canvas)
        self._trace.add(at.x, at.y)

    def move(self, at: Pointer) -> None:
        """Go on."""
        if self._trace is not None and (at.x, at.y) != self._trace.points[-1]:
            self._trace.add(at.x, at.y)

    def release(self, at: Pointer) -> None:
        """Close the line, and select what is inside."""
        trace = self._trace
        self.move(at)
        self.cancel()
        if trace is not None:
            self.fold_inside(trace.points, said("Lasso"))

    def cancel(self) -> bool:
        """Forget the line."""
        trace, self._trace = self._trace, None
        if trace is not None:
            self.canvas.update_over(trace.box)
        return trace is not None

    def view_changed(self) -> None:
        """Follow the view."""
        if self._trace is not None:
            self._trace.project()

    def paint(self, painter: QPainter) -> None:
        """The line so far."""
        if self._trace is not None:
            self._trace.paint(painter, clip_of(painter, self.canvas))
