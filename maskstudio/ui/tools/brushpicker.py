"""The picture of the brush in use; a click offers a few ready-made ones."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton

from maskstudio.core.arrays import Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.stroke import Stroke
from maskstudio.params.local import BrushParams
from maskstudio.params.tools import PaintParams
from maskstudio.ui.tools.base import said
from maskstudio.ui.widgets import theme

_SIZE = (44, 24)  # px
_LARGEST = 22.0  # px in the picture of the largest brush; larger ones look the same
PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Hard round", {"size": 60.0, "hardness": 1.0, "opacity": 1.0, "flow": 1.0}),
    ("Soft round", {"size": 120.0, "hardness": 0.0, "opacity": 1.0, "flow": 1.0}),
    ("Fine detail", {"size": 8.0, "hardness": 0.9, "opacity": 1.0, "flow": 1.0}),
    ("Hair", {"size": 16.0, "hardness": 0.3, "opacity": 0.6, "flow": 0.5}),
    ("Airbrush", {"size": 250.0, "hardness": 0.0, "opacity": 1.0, "flow": 0.1}),
    ("Large solid", {"size": 400.0, "hardness": 0.95, "opacity": 1.0, "flow": 1.0}),
)


class BrushPicker(QToolButton):
    """The button. ``take(params)`` is called with the chosen brush; parameters it does not name stay."""

    def __init__(self, take: Callable[[PaintParams], object]) -> None:
        super().__init__()
        self.setObjectName("brushPicker")
        self.setAccessibleName(self.tr("Ready-made brushes"))
        self.setToolTip(self.tr("Ready-made brushes"))
        self.setIconSize(QSize(*_SIZE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._take = take
        self._params = PaintParams()
        self.clicked.connect(self.open)

    def show_params(self, params: PaintParams) -> None:
        """Show this brush."""
        self._params = params
        self.setIcon(QIcon(picture(params, self.devicePixelRatioF())))

    def open(self) -> None:
        """Offer the ready-made ones."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, values in PRESETS:
            params = replace(self._params, **values)
            sign = QIcon(picture(params, self.devicePixelRatioF()))
            menu.addAction(sign, f"{said(name)}  {params.size:g} px", partial(self._take, params))
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))


def picture(params: BrushParams, ratio: float = 1.0) -> QPixmap:
    """A short stroke of this brush in the theme's colour of text, as large as there is room for."""
    width, height = round(_SIZE[0] * ratio), round(_SIZE[1] * ratio)
    alpha = _stroke(params, width, height, ratio)
    colour = QColor(theme.tokens().text)
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = (colour.blue(), colour.green(), colour.red())
    pixels[..., 3] = alpha
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _stroke(params: BrushParams, width: int, height: int, ratio: float) -> Plane:
    shown = min(max(params.size / 3, 2.0), _LARGEST) * ratio
    plain = BrushParams(size=shown, hardness=params.hardness, opacity=params.opacity, flow=params.flow, smoothing=0.0)
    stroke = Stroke(Mask(width, height), None, plain, 255)
    start, middle = shown / 2 + 1, height / 2
    stroke.line(start, middle, max(width - start, start), middle)
    return stroke.alpha(Rect(0, 0, width, height))
