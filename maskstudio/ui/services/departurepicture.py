"""A picture of the photo in which the part that would be sent is bright and the rest dim."""

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import to_8bit
from maskstudio.core.mask_samples import DocumentSamples
from maskstudio.figures import percent
from maskstudio.ui.widgets import theme

_SIDE = 300  # px
_FINE = 2  # samples per pixel of the picture, each way, for fine screens
_DIM = QColor(0, 0, 0, 175)
_TINT = (77, 139, 255)  # the colour of the mask that is sent along
_COVER = 130  # of 255, at full coverage


class DeparturePicture(QWidget):
    """A small picture of ``document``; ``layer`` is the one whose mask is sent along, None for none."""

    def __init__(self, document: Document, layer: Layer | None) -> None:
        super().__init__()
        self.setObjectName("departurePicture")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._frame, self._area = document.frame, document.frame
        step = max(1, math.ceil(max(document.size) / (_SIDE * _FINE)))
        self._photo = _opaque(to_8bit(document.image.pixels[::step, ::step]))
        self._mask: QImage | None = None
        if layer is not None:
            self._mask = _tinted(DocumentSamples(document.size, step).alpha([(layer, "add")]))

    def show_area(self, area: Rect) -> None:
        """Show these pixels of the photo as the part that is sent."""
        self._area = area
        share = area.area / self._frame.area
        self.setAccessibleName(self.tr("{} of the photo would leave this machine.").format(percent(share)))
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo and the mask, darken what is not sent, and draw a line around what is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self.width() / self._frame.width, self.height() / self._frame.height)
        width, height = self._frame.width * scale, self._frame.height * scale
        photo = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        leaves = QRectF(
            photo.left() + self._area.x * scale, photo.top() + self._area.y * scale,
            self._area.width * scale, self._area.height * scale,
        )  # fmt: skip
        painter.drawImage(photo, self._photo)
        painter.setClipRect(leaves)
        if self._mask is not None:
            painter.drawImage(photo, self._mask)
        painter.setClipping(False)
        for strip in _around(photo, leaves):
            painter.fillRect(strip, _DIM)
        painter.setPen(QPen(QColor(theme.tokens().accent_text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(leaves.adjusted(0.75, 0.75, -0.75, -0.75))
        painter.end()


def _around(whole: QRectF, hole: QRectF) -> list[QRectF]:
    """``whole`` without ``hole``, as four strips."""
    return [
        QRectF(whole.left(), whole.top(), whole.width(), hole.top() - whole.top()),
        QRectF(whole.left(), hole.bottom(), whole.width(), whole.bottom() - hole.bottom()),
        QRectF(whole.left(), hole.top(), hole.left() - whole.left(), hole.height()),
        QRectF(hole.right(), hole.top(), whole.right() - hole.right(), hole.height()),
    ]


def _opaque(pixels: np.ndarray) -> QImage:
    data = np.ascontiguousarray(pixels)
    height, width = data.shape[:2]
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _tinted(alpha: np.ndarray) -> QImage:
    height, width = alpha.shape
    data = np.empty((height, width, 4), np.uint8)
    data[..., :3] = _TINT
    data[..., 3] = alpha.astype(np.uint16) * _COVER // 255
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
