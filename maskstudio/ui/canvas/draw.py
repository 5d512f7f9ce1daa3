"""Painting pixels of a pyramid level on the screen; all painting goes through here."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from maskstudio.core.arrays import Bytes
from maskstudio.core.cv import cv2
from maskstudio.ui.canvas.pixels import qimage
from maskstudio.ui.canvas.tiling import Part
from maskstudio.ui.canvas.tints import Table

_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def draw(painter: QPainter, part: Part, pixels: npt.NDArray[np.generic], form: QImage.Format) -> None:
    """Paint ``pixels`` of ``part.rect``, four bytes each, where the part belongs."""
    image = qimage(pixels, form)
    if part.source.size() == QSizeF(part.target.size()):
        painter.drawImage(part.target.topLeft(), image)
    else:
        painter.drawImage(QRectF(part.target), image, part.source)


def draw_mapped(painter: QPainter, part: Part, values: Bytes, table: Table, form: QImage.Format) -> None:
    """Paint ``table`` applied to ``values`` (H, W) of ``part.rect``; the table should be close to linear."""
    if part.source.width() <= part.target.width():
        draw(painter, part, cv2.LUT(values, table.view(np.int32)), form)
    else:
        image = qimage(cv2.LUT(reduced(part, values), table.view(np.int32)), form)
        painter.drawImage(part.target.topLeft(), image)


def reduced(part: Part, values: Bytes) -> Bytes:
    """The values at the centres of the device pixels, bilinear between those of the level.

    Reducing one plane before the table takes a third of the time that reducing four channels after it takes.
    Positions are rounded to 1/32 of a pixel; Qt's smoothing rounds to 1/256.
    """
    target, source = part.target, part.source
    across, down = source.width() / target.width(), source.height() / target.height()
    way = np.array([[across, 0, source.x() + across / 2 - 0.5], [0, down, source.y() + down / 2 - 0.5]])
    size = target.width(), target.height()
    out: Bytes = cv2.warpAffine(values, way, size, flags=_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out
