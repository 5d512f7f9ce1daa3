"""Small pictures of layers: the photo around a layer, seen through its alpha. Cheap enough to follow a slider."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap

from maskstudio.core.document import Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.mask import TILE, Mask, Plane

_OVERSAMPLED = 2  # samples a pixel of the picture, each way
_AROUND = 0.08  # of the layer's size, shown around it


class Thumbnails:
    """Pictures of ``side`` px, kept for each layer as long as its alpha is the same object."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._kept: dict[int, tuple[Image, Mask, float, QPixmap]] = {}

    def of(self, layer: Layer, image: Image, ratio: float) -> QPixmap:
        """The picture of a layer at a device pixel ratio."""
        kept = self._kept.get(layer.id)
        if kept is not None and kept[0] is image and kept[1] is layer.alpha and kept[2] == ratio:
            return kept[3]
        pixmap = QPixmap.fromImage(picture(image, layer.alpha, round(self._side * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        self._kept[layer.id] = image, layer.alpha, ratio, pixmap
        return pixmap


def picture(image: Image, alpha: Mask, side: int) -> QImage:
    """``side`` x ``side`` px: the part of ``image`` that ``alpha`` covers, with that alpha, centred."""
    area = _area(alpha)
    step = max(1, math.ceil(max(area.width, area.height) / (side * _OVERSAMPLED)))
    plane = sampled(alpha, area, step)
    rgb = to_8bit(image.pixels[area.slices()][::step, ::step])
    rgba = np.ascontiguousarray(np.dstack([rgb, plane]))
    height, width = plane.shape
    whole = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    smooth = Qt.TransformationMode.SmoothTransformation
    fitted = whole.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    left, top = (side - fitted.width()) // 2, (side - fitted.height()) // 2
    return fitted.copy(-left, -top, side, side)


def sampled(mask: Mask, area: Rect, step: int) -> Plane:
    """Every ``step``-th pixel each way of ``area``, which lies within the mask, beginning with its first; uint8."""
    out: npt.NDArray[np.uint8] = np.zeros((-(-area.height // step), -(-area.width // step)), np.uint8)
    for index, tile in mask.tiles.items():
        rows, row = _hits(index[1] * TILE, tile.shape[0], area.y, area.bottom, step)
        columns, column = _hits(index[0] * TILE, tile.shape[1], area.x, area.right, step)
        part = tile[rows, columns]
        out[row : row + part.shape[0], column : column + part.shape[1]] = part
    return out


def _hits(start: int, length: int, low: int, high: int, step: int) -> tuple[slice, int]:
    """Which pixels of a tile's side are sampled, and which sample the first of them is."""
    first = max(0, -(-(start - low) // step))
    begin = low + first * step - start
    return slice(begin, max(begin, min(length, high - start)), step), first


def _area(alpha: Mask) -> Rect:
    """The layer's bounds with a little around them; the whole frame where it is empty."""
    bounds = alpha.bounds
    if not bounds:
        return alpha.frame
    around = round(max(bounds.width, bounds.height) * _AROUND)
    wide = Rect(bounds.x - around, bounds.y - around, bounds.width + 2 * around, bounds.height + 2 * around)
    return wide.intersect(alpha.frame)
