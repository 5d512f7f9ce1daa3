"""Brush and eraser: live strokes into the layer's paint."""

from dataclasses import replace
from typing import ClassVar

from maskstudio.core.geometry import Rect
from maskstudio.core.stroke import Stroke
from maskstudio.params.tools import PaintParams
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.stroking import Stroking


class PaintTool(Stroking[PaintParams]):
    """The base of brush and eraser."""

    kind = PaintParams
    bar = ("size", "hardness", "opacity", "flow")
    adds: ClassVar[bool] = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.turned: PaintTool | None = None  # the tool that the other end of a pen acts as

    @property
    def adding(self) -> bool:
        """Whether it paints into the mask."""
        return self.adds

    @property
    def used(self) -> PaintParams:
        """The parameters of the tool, or the eraser's under the other end of a pen."""
        return self.turned.params if self._turned and self.turned is not None else self.params

    def value(self, *, adds: bool) -> int:
        """What a stroke paints, 0..255."""
        return round(255 * self.params.coverage) if adds else 0

    def step_hardness(self, by: int) -> None:
        """Harder or softer by 25 %."""
        self.set_params(replace(self.params, hardness=min(max(self.params.hardness + by * 0.25, 0.0), 1.0)))

    def _open(self, *, adds: bool) -> Stroke | None:
        return self.session.painting.begin_stroke(self.used, self.value(adds=adds))

    @property
    def _opened(self) -> Stroke | None:
        return self.session.painting.stroke

    def _paint(self, x: float, y: float, pressure: float) -> Rect:
        return self.session.painting.stroke_to(x, y, pressure)


class BrushTool(PaintTool):
    """Paints into the mask."""

    name = "brush"
    more = ("coverage", "spacing", "smoothing", "pressure_size", "pressure_opacity", "pressure_curve")

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return f"{said('Drag to paint into the mask. Alt or the right button erases.')} {self._sizing_hint}"


class EraserTool(PaintTool):
    """Paints out of the mask."""

    name = "eraser"
    more = ("spacing", "smoothing", "pressure_size", "pressure_opacity", "pressure_curve")
    adds = False

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return f"{said('Drag to paint out of the mask. Alt or the right button adds.')} {self._sizing_hint}"
