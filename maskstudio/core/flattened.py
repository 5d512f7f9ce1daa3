"""How a document looks to other programs: the photo as the lowest layer, each mask above it as a veil of its colour."""

from collections.abc import Generator
from contextlib import closing

import numpy as np

from maskstudio.core.arrays import Bytes, Colour, Plane
from maskstudio.core.callbacks import Progress
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.image import to_8bit
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.png import Raster, png_pieces, raster_of
from maskstudio.core.pngabout import chunks_of
from maskstudio.core.stack import Sheet, Stack
from maskstudio.core.thumbnail import SIDE, sampled

PHOTO = "data/photo.png"
VEIL = 0.5  # opacity of a mask over the photo


def stack_of(document: Document) -> Stack:
    """The layers as others see them."""
    shown = document.shown
    sheets = [
        Sheet(
            layer.name,
            veil_name(number),
            *_place(layer.alpha),
            opacity=VEIL,
            visible=layer in shown,
            selected=layer.id == document.active,
        )
        for number, layer in enumerate(document.layers)
    ]
    photo = Sheet(document.image.name, PHOTO)
    return Stack(*document.size, sheets=[*reversed(sheets), photo])


def veil_name(number: int) -> str:
    """Where the veil of the layer with this number, from the bottom, lies in the file."""
    return f"data/mask{number:03}.png"


def photo_pieces(document: Document, step: Progress | None) -> Generator[bytes]:
    """The photo at 8 bits a channel, as PNG."""
    pixels = document.image.pixels
    raster = Raster(*document.size, 3, 8, lambda start, stop: to_8bit(pixels[start:stop]))
    return png_pieces(raster, about=chunks_of(document.image, "all"), step=step)


def merged_pieces(document: Document, step: Progress | None) -> Generator[bytes]:
    """Everything visible on top of each other, as PNG."""
    image = document.image
    veils = [(layer.alpha, layer.colour) for layer in document.shown]

    def rows(start: int, stop: int) -> Bytes:
        out = to_8bit(image.pixels[start:stop]).copy()
        for alpha, colour in veils:
            area = alpha.bounds.intersect(Rect(0, start, image.width, stop - start))
            if area:
                _veil(out[area.y - start : area.bottom - start, area.x : area.right], alpha.array(area), colour)
        return out

    return png_pieces(Raster(*document.size, 3, 8, rows), about=chunks_of(image, "copyright"), step=step)


def veil_pieces(layer: Layer) -> Generator[bytes]:
    """A mask as PNG: its colour, with the coverage as alpha; only where there is any."""
    area, alpha = layer.alpha.bounds or Rect(0, 0, 1, 1), layer.alpha

    def rows(start: int, stop: int) -> Bytes:
        out = np.empty((stop - start, area.width, 4), np.uint8)
        out[..., :3] = layer.colour
        out[..., 3] = alpha.array(Rect(area.x, area.y + start, area.width, stop - start))
        return out

    return png_pieces(Raster(area.width, area.height, 4, 8, rows))


def thumbnail_png(document: Document) -> bytes:
    """The merged picture at 256 px at most, as OpenRaster asks for."""
    width, height = document.size
    scale = min(SIDE / max(width, height), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    source = document.image.quarter if document.image.large else document.image.pixels
    small = to_8bit(cv2.resize(source, size, interpolation=cv2.INTER_AREA)).copy()
    for layer in document.shown:
        _veil(small, sampled(layer.alpha, *size), layer.colour)
    with closing(png_pieces(raster_of(small))) as pieces:
        return b"".join(pieces)


def _veil(pixels: Bytes, alpha: Plane, colour: Colour) -> None:
    """Lay the veil over ``pixels`` (H, W, 3), in place."""
    amount = (alpha * np.float32(VEIL / 255))[..., None]
    pixels[:] = np.rint(pixels + (np.array(colour, np.float32) - pixels) * amount)


def _place(alpha: Mask) -> tuple[int, int]:
    bounds = alpha.bounds
    return (bounds.x, bounds.y) if bounds else (0, 0)
