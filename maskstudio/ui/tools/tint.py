"""Coverage that is not in the mask yet, shown as colour over the photo with a line around it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPolygonF, QTransform

from maskstudio.core.area import Area
from maskstudio.core.arrays import Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.ui.canvas.canvas import Canvas

_LARGEST = 4_000_000  # pixels of the picture
Bgr = tuple[int, int, int]  # blue, green, red: Qt's order in memory
ACCENT: Bgr = (224, 112, 51)  # the theme's
TAKEN: Bgr = (60, 60, 225)  # what is taken away
_STRENGTH = 0.45
_INNER, _OUTER = (255, 255, 255, 255), (0, 0, 0, 200)  # lines inside and outside the edge
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Tint:
    """A picture of coverage, and the image pixels it shows."""

    rect: Rect
    pixels: npt.NDArray[np.uint8]  # (h, w, 4), blue, green, red, alpha; premultiplied

    @classmethod
    def of(cls, area: Area, scale: float) -> "Tint":
        """The tint of an area, for ``scale`` device pixels per image pixel; call it on a thread for large areas."""
        rect, plane = area
        if not rect:
            return cls(EMPTY, np.zeros((0, 0, 4), np.uint8))
        factor = min(scale, 1.0, (_LARGEST / rect.area) ** 0.5)
        small = plane
        if factor < 1:
            size = max(1, round(rect.width * factor)), max(1, round(rect.height * factor))
            small = cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_AREA)
        return cls(rect, _coloured(small, ACCENT))

    @classmethod
    def plain(cls, rect: Rect, plane: Plane) -> "Tint":
        """The tint of coverage of any size, stretched over ``rect``, without a line around it."""
        return cls(rect, _coloured(plane, ACCENT, lined=False))

    @classmethod
    def stretched(cls, rect: Rect, plane: Plane, colour: Bgr = ACCENT) -> "Tint":
        """The tint of coverage of any size, stretched over ``rect``, with a line around it."""
        return cls(rect, _coloured(plane, colour)) if rect else cls(EMPTY, np.zeros((0, 0, 4), np.uint8))

    def paint(self, painter: QPainter, canvas: Canvas, by: tuple[float, float] = (0, 0)) -> None:
        """Draw the tint in its place, or moved by image pixels."""
        if not self.rect:
            return
        height, width = self.pixels.shape[:2]
        image = QImage(self.pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.save()
        painter.setTransform(self._transform(canvas, width, height, by), combine=True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, canvas.view.scale < 2)
        painter.drawImage(QPointF(0, 0), image)
        painter.restore()

    def place(self, canvas: Canvas, by: tuple[float, float] = (0, 0)) -> QRectF:
        """The area it covers, in logical pixels of the canvas."""
        if not self.rect:
            return QRectF()
        x, y = self.rect.x + by[0], self.rect.y + by[1]
        corners = ((x, y), (x + self.rect.width, y), (x + self.rect.width, y + self.rect.height),
                   (x, y + self.rect.height))  # fmt: skip
        places = [canvas.view.from_image(QPointF(*corner)) for corner in corners]
        return QPolygonF(places).boundingRect().adjusted(-2, -2, 2, 2)

    def _transform(self, canvas: Canvas, width: int, height: int, by: tuple[float, float]) -> QTransform:
        """The transform from the picture to the canvas, turned and mirrored like the view."""
        x, y = self.rect.x + by[0], self.rect.y + by[1]
        start = canvas.view.from_image(QPointF(x, y))
        across = (canvas.view.from_image(QPointF(x + self.rect.width, y)) - start) / width
        down = (canvas.view.from_image(QPointF(x, y + self.rect.height)) - start) / height
        return QTransform(across.x(), across.y(), down.x(), down.y(), start.x(), start.y())


def _coloured(plane: Plane, colour: Bgr, *, lined: bool = True) -> npt.NDArray[np.uint8]:
    """Premultiplied (h, w, 4) colours of the coverage (h, w), with a line along the edge at 50 % if ``lined``."""
    channels = [cv2.convertScaleAbs(plane, alpha=_STRENGTH * value / 255) for value in (*colour, 255)]
    out: npt.NDArray[np.uint8] = cv2.merge(channels)
    if not lined:
        return out
    bordered = cv2.copyMakeBorder(plane, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.threshold(bordered, 127, 255, cv2.THRESH_BINARY)[1]
    for change, line in ((cv2.dilate, _OUTER), (cv2.erode, _INNER)):
        out[(change(inside, _NEIGHBOURS) != inside)[1:-1, 1:-1]] = line
    return out
