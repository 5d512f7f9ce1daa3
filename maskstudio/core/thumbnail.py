"""A small picture of a document, for lists and file managers: the photo, dimmed where the mask leaves it out."""

from contextlib import closing

import numpy as np

from maskstudio.core.arrays import Pixels8, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document
from maskstudio.core.image import to_8bit
from maskstudio.core.mask import Mask, grid
from maskstudio.core.png import png_pieces, raster_of

SIDE = 256
_DIMMED = 0.35


def thumbnail(document: Document, side: int = SIDE) -> Pixels8:
    """RGB uint8 (H, W, 3) with the longer side of at most ``side`` px."""
    width, height = document.size
    scale = min(side / max(width, height), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    source = document.image.quarter if document.image.large else document.image.pixels
    small = to_8bit(cv2.resize(source, size, interpolation=cv2.INTER_AREA) if source.shape[1::-1] != size else source)
    if not document.layers:
        return small
    alpha = sampled(document.alpha, *size)[..., None] / np.float32(255)
    dimmed: Pixels8 = np.rint(small * (_DIMMED + (1 - _DIMMED) * alpha)).astype(np.uint8)
    return dimmed


def thumbnail_png(document: Document, side: int = SIDE) -> bytes:
    """The same as a PNG file."""
    with closing(png_pieces(raster_of(thumbnail(document, side)))) as pieces:
        return b"".join(pieces)


def sampled(mask: Mask, width: int, height: int) -> Plane:
    """Single pixels of a mask, spread evenly: uint8 (height, width). Never makes the whole plane."""
    rows = np.minimum((np.arange(height) + 0.5) * mask.height / height, mask.height - 1).astype(int)
    columns = np.minimum((np.arange(width) + 0.5) * mask.width / width, mask.width - 1).astype(int)
    out = np.zeros((height, width), np.uint8)
    for index, box in grid(mask.width, mask.height, mask.frame):
        top, bottom = np.searchsorted(rows, [box.y, box.bottom])
        left, right = np.searchsorted(columns, [box.x, box.right])
        if top < bottom and left < right and mask.flat_value(index) != 0:
            tile = mask.tile(index)
            out[top:bottom, left:right] = tile[np.ix_(rows[top:bottom] - box.y, columns[left:right] - box.x)]
    return out
