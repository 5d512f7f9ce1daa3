"""Eyedropper: shows the mask's coverage under the pointer; a click makes it what the brush paints."""

from collections.abc import Callable
from math import floor

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from maskstudio.figures import percent
from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, M, Tool, said
from maskstudio.ui.tools.cursors import dropper
from maskstudio.ui.tools.overlay_lines import beside, label, label_area


class EyedropperTool(Tool[Params]):
    """``taken(share)`` is called with the coverage that was clicked, 0..1."""

    name = "eyedropper"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.taken: Callable[[float], object] = lambda _share: None
        self._at: QPointF | None = None
        self._alpha: int | None = None
        self._took = False  # whether the number shown was clicked
        self._shown = QRectF()

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Shows the coverage under the pointer; a click makes it what the brush paints.")

    def leave(self) -> None:
        """Take the number away."""
        super().leave()
        self.pointer_left()

    def press(self, at: Pointer) -> None:
        """Take the coverage under the pointer."""
        self.move(at)
        if self._alpha is not None:
            self.taken(round(self._alpha / 255, 2))
            self._took = True
            self._outdate()

    def move(self, at: Pointer) -> None:
        """Show the coverage under the pointer."""
        document = self.bench.document
        x, y = floor(at.x), floor(at.y)
        self._took = False
        self._alpha = document.alpha[x, y] if document is not None and document.frame.holds(x, y) else None
        self._at = self.place(at.x, at.y)
        self._outdate()

    def pointer_left(self) -> None:
        """Stop showing a number."""
        self._at = self._alpha = None
        self._outdate()

    def show_cursor(self, modifiers: M) -> None:
        """An eyedropper."""
        self.canvas.set_tool_cursor(dropper(self.canvas.devicePixelRatioF()))

    def paint(self, painter: QPainter) -> None:
        """Draw the number beside the pointer."""
        if self._at is not None and self._alpha is not None:
            label(painter, beside(self._at) + QPointF(8, 8), self._text(self._alpha), self.canvas, large=True)

    def _text(self, alpha: int) -> str:
        share = percent(alpha / 255)
        return said("The brush paints {}").format(share) if self._took else share

    def _outdate(self) -> None:
        here = QRectF()
        if self._at is not None and self._alpha is not None:
            here = label_area(beside(self._at) + QPointF(8, 8), self._text(self._alpha), self.canvas, large=True)
        if here.united(self._shown).isValid():
            self.canvas.update_over(here.united(self._shown))
        self._shown = here
