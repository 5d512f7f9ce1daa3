"""What a stroke of hints does to the trimap shown, while it is being made."""

from dataclasses import replace

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.stroke import Stroke
from maskstudio.params.local import BrushParams
from maskstudio.session.hintcodes import HINT_BACKGROUND, HINT_FOREGROUND, HINT_UNKNOWN
from maskstudio.ui.canvas.canvas import Canvas

_SHOWN = {HINT_UNKNOWN: 128, HINT_FOREGROUND: 255, HINT_BACKGROUND: 0}  # values in a trimap


class HintTrace:
    """Paints into the trimap of the canvas, if there is one, until the final one is drawn.

    Where hints are removed, the nearer side of the mask shows until then.
    """

    def __init__(self, canvas: Canvas, layer: Layer, params: BrushParams, code: int) -> None:
        self._canvas, self._base, self._value = canvas, layer.base, _SHOWN.get(code)
        self._before = canvas.contents.trimap
        hard = replace(params, hardness=1.0, opacity=1.0, flow=1.0, pressure_opacity=False)
        self._stroke = Stroke(Mask(*layer.mask.size), None, hard, 255)

    def to(self, x: float, y: float, pressure: float) -> None:
        """Continue the stroke to this point (image px)."""
        self._show(self._stroke.to(x, y, pressure))

    def end(self) -> None:
        """Catch up with the last point."""
        self._show(self._stroke.end())

    def drop(self) -> None:
        """Show the trimap as it was before the stroke."""
        self._canvas.contents.set_trimap(self._before)

    def _show(self, rect: Rect) -> None:
        trimap = self._canvas.contents.trimap
        if trimap is None or not rect:
            return
        plane, painted = trimap.array(rect), self._stroke.alpha(rect) >= 128
        plane[painted] = self._said(rect)[painted]
        self._canvas.contents.set_trimap(trimap.put(plane, rect.x, rect.y), rect)

    def _said(self, rect: Rect) -> Plane:
        if self._value is not None:
            return np.full((rect.height, rect.width), self._value, np.uint8)
        return np.where(self._base.array(rect) >= 128, np.uint8(255), np.uint8(0))
