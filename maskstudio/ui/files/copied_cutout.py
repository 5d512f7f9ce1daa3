"""A copied cut-out in the formats other programs take; none contains the pixels that were cut away."""

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QImageWriter, QPainter

from maskstudio.session.clipboard import Cutout
from maskstudio.ui.files.file_urls import url_of

PLACE = "application/x-maskstudio-place"  # place of the cut-out on its photo; only maskstudio reads it
# Formats without transparency; Qt adds the names after the first of each kind by itself.
_FLAT = {b"JPEG": ("image/jpeg", "image/jpg", "image/jfif"), b"BMP": ("image/bmp",)}
_QUALITY = 95
_WHITE = 0x00FFFFFF  # transparent white, as ARGB


class Parcel(NamedTuple):
    """The parts of a copied cut-out.

    ``image`` is the bitmap, white wherever it is fully transparent; ``flat`` are the bytes of the formats without
    transparency, on white. Both are empty for a cut-out beyond Qt's limit, which is offered as PNG and file only.
    """

    cutout: Cutout
    image: QImage
    flat: dict[bytes, QByteArray]

    @classmethod
    def of(cls, cutout: Cutout) -> "Parcel":
        """Unpack the PNG and lay it on white; any thread may call it."""
        held = QBuffer()
        held.setData(QByteArray(cutout.png))  # from bytes: Qt cannot open a file whose name is not UTF-8
        held.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(held, QByteArray(b"PNG"))
        size = reader.size()
        if 4 * size.width() * size.height() >= QImageReader.allocationLimit() << 20:
            return cls(cutout, QImage(), {})
        read = reader.read()
        if read.colorSpace().isValid():  # bitmaps carry no profile
            read.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
        image = _bare(read.convertToFormat(QImage.Format.Format_ARGB32))
        white = _on_white(image)
        return cls(cutout, image, {kind: _encoded(white, kind) for kind in _FLAT})

    def mime(self) -> QMimeData:
        """The mime data for the clipboard: PNG with the place of the cut-out, a bitmap, formats on white, and a file.

        The bitmap has straight alpha (Windows makes a DIBv5 of it). The formats without transparency are added here,
        since Qt would make them by dropping the alpha.
        """
        mime = QMimeData()
        mime.setData("image/png", QByteArray(self.cutout.png))
        mime.setData(PLACE, QByteArray(self.cutout.place.packed()))
        if not self.image.isNull():
            mime.setImageData(self.image)
        for kind, data in self.flat.items():
            for name in _FLAT[kind]:
                mime.setData(name, data)  # the same bytes, shared
        mime.setUrls([url_of(self.cutout.path)])
        return mime


def _bare(image: QImage) -> QImage:
    """``image`` (ARGB32) with white in fully transparent pixels, for programs that ignore alpha."""
    pixels = np.frombuffer(image.bits(), np.uint32)
    pixels[pixels >> 24 == 0] = _WHITE
    return image


def _on_white(image: QImage) -> QImage:
    white = QImage(image.size(), QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    painter = QPainter(white)
    painter.drawImage(0, 0, image)
    painter.end()
    return white


def _encoded(image: QImage, kind: bytes) -> QByteArray:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(kind))
    writer.setQuality(_QUALITY)
    writer.write(image)
    return held
