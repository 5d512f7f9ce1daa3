"""A picture behind a cut-out. It covers the image, and zooming and panning move it with the image."""

import math

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Bytes
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.ui.canvas.pixels import OPAQUE, ScreenColours, qimage
from maskstudio.ui.canvas.tiling import Tiling

LONGEST = 4096  # px that a picture's longer side is reduced to


class Picture:
    """The pixels of a picture for the screen, with reduced sizes made as they are needed."""

    def __init__(self, pixels: Bytes) -> None:
        """``pixels`` are screen colours, (H, W, 4) as ``ScreenColours`` gives them; taken over."""
        self._halves = [pixels]

    @classmethod
    def of(cls, image: Image, display: bytes | None = None) -> "Picture":
        """The picture of an opened image, in the colours of a screen with the profile ``display`` (sRGB without)."""
        pixels, longer = image.rgb8(), max(image.size)
        if longer > LONGEST:
            width, height = (max(round(side * LONGEST / longer), 1) for side in image.size)
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        return cls(ScreenColours(image.icc, display)(pixels))

    def paint(self, painter: QPainter, tiling: Tiling, target: QRect) -> None:
        """Paint the part behind ``target``: scaled to cover the image, cropped equally on both sides."""
        height, width = self._halves[0].shape[:2]
        room = tiling.shown
        scale = max(room.width() / width, room.height() / height)
        level = max(math.floor(math.log2(1 / scale)), 0)
        whole = QRectF(0, 0, width * scale, height * scale)
        spare = QPointF(whole.width() - room.width(), whole.height() - room.height()) / 2
        whole.moveTopLeft(QPointF(room.topLeft()) - spare)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.setClipRect(target)
        painter.drawImage(whole, qimage(self._half(level), OPAQUE))
        painter.restore()

    def _half(self, level: int) -> Bytes:
        while len(self._halves) <= level:
            below = self._halves[-1]
            if min(below.shape[:2]) < 2:
                break
            self._halves.append(_halved(below))
        return self._halves[min(level, len(self._halves) - 1)]


def _halved(pixels: Bytes) -> Bytes:
    height, width = (side // 2 for side in pixels.shape[:2])
    half: Bytes = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return half
