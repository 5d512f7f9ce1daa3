"""Gradient: full coverage at the start of the drawn line, none at its end."""

from typing import ClassVar

from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Point
from maskstudio.core.geometry import Rect
from maskstudio.core.gradient import gradient
from maskstudio.params.tools import RampParams
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.area import AreaTool
from maskstudio.ui.tools.axis import to_45
from maskstudio.ui.tools.base import Bench, M, Right, said
from maskstudio.ui.tools.overlay_lines import handle, outline
from maskstudio.ui.tools.tint import Tint

_PREVIEW = 160  # px: the longer side of the picture shown while drawing
_SHORTEST = 2  # logical pixels from which a drag is a line


class GradientTool(AreaTool[RampParams]):
    """Shows a rough gradient along the line; the real one is made on a thread when the button goes up."""

    name = "gradient"
    kind = RampParams
    bar = ("how", "shape")
    right: ClassVar[Right] = "drag"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._start: Point | None = None
        self._end: Point = (0.0, 0.0)

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag a line: the mask is full at its start and fades to nothing at its end. Shift keeps 45°.")

    @property
    def busy(self) -> bool:
        """Whether a line is being drawn."""
        return self._start is not None

    @property
    def undoes(self) -> str:
        """The line."""
        return said("line") if self.busy else ""

    def press(self, at: Pointer) -> None:
        """Begin the line."""
        self.begin(at)
        self._start = self._end = (at.x, at.y)

    def move(self, at: Pointer) -> None:
        """Move the end of the line."""
        if self._start is not None:
            held = self.fresh(at.modifiers) & M.ShiftModifier
            self._end = to_45(*self._start, at.x, at.y) if held else (at.x, at.y)
            self.canvas.update()

    def release(self, at: Pointer) -> None:
        """Make the gradient, unless that was a click."""
        self.move(at)
        start, end = self._start, self._end
        self.cancel()
        if start is None or QLineF(self.place(*start), self.place(*end)).length() < _SHORTEST:
            return
        document, shape = self.bench.document, self.params.shape
        if document is not None:
            frame = document.frame
            self.fold(
                lambda token: (frame, gradient(start, end, frame, shape, check=token.check)),
                frame.area,
                said("Gradient"),
            )

    def cancel(self) -> bool:
        """Forget the line."""
        had, self._start = self.busy, None
        if had:
            self.canvas.update()
        return had

    def paint(self, painter: QPainter) -> None:
        """A rough gradient, and the line with its ends."""
        document = self.bench.document
        if self._start is None or document is None:
            return
        start, end = self.place(*self._start), self.place(*self._end)
        if QLineF(start, end).length() >= _SHORTEST:
            self._rough(document.size).paint(painter, self.canvas)
        outline(painter, QLineF(start, end))
        handle(painter, start, chosen=True)
        handle(painter, end)

    def _rough(self, size: tuple[int, int]) -> Tint:
        assert self._start is not None
        width, height = size
        factor = min(1.0, _PREVIEW / max(size))
        rect = Rect(0, 0, max(1, round(width * factor)), max(1, round(height * factor)))
        start, end = ((x * factor, y * factor) for x, y in (self._start, self._end))
        plane = gradient(start, end, rect, self.params.shape)
        return Tint.plain(Rect(0, 0, width, height), plane)
