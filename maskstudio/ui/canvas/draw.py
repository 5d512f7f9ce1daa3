"""The one way pixels of a level come to the screen."""

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
    """Paint what ``table`` makes of ``values`` (H, W) of ``part.rect``; between pixels the table should be straight."""
    if part.source.width() <= part.target.width():
        draw(painter, part, cv2.LUT(values, table.view(np.int32)), form)
    else:
        image = qimage(cv2.LUT(reduced(part, values), table.view(np.int32)), form)
        painter.drawImage(part.target.topLeft(), image)


def reduced(part: Part, values: Bytes) -> Bytes:
    """The values at the centres of the device pixels, bilinear between those of the level.

    One plane is reduced in a third of the time that four take, and there is less for the table to do. Positions count
    in 1/32 of a pixel, where Qt's smoothing counts in 1/256.
    """
    target, source = part.target, part.source
    across, down = source.width() / target.width(), source.height() / target.height()
    way = np.array([[across, 0, source.x() + across / 2 - 0.5], [0, down, source.y() + down / 2 - 0.5]])
    size = target.width(), target.height()
    out: Bytes = cv2.warpAffine(values, way, size, flags=_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out
