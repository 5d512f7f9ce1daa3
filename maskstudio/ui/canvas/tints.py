"""Tables from a plane's value to a pixel laid over the photo, and brushes of stripes and checkerboards."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from maskstudio.core.arrays import Colour
from maskstudio.ui.canvas.pixels import OPAQUE
from maskstudio.ui.canvas.style import Side

Table = npt.NDArray[np.uint32]  # of 256 premultiplied pixels

SOFTEST, HARDEST = 13, 242  # alpha from 5 to 95 %
_DARK = 0.3  # share of the colour that dark stripes keep
_DIMMED = 0.6  # share of the photo's light that stays under marked pixels


@lru_cache(maxsize=8)
def overlay(colour: Colour, opacity: float, side: Side) -> Table:
    """For each alpha 0..255, the overlay's pixel."""
    alpha = np.arange(256)
    return tinted(colour, (255 - alpha if side == "outside" else alpha) * opacity)


@lru_cache(maxsize=8)
def marking(colour: Colour) -> Table:
    """For each share of soft pixels, 0..255, the mark's pixel; a thin soft line stays visible at small scales."""
    return tinted(colour, 255 * np.sqrt(np.arange(256) / 255))


@lru_cache(maxsize=1)
def softness() -> npt.NDArray[np.uint8]:
    """For each alpha 0..255: 255 if it counts as soft, else 0."""
    alpha = np.arange(256)
    return np.where((alpha >= SOFTEST) & (alpha <= HARDEST), 255, 0).astype(np.uint8)


@lru_cache(maxsize=1)
def dimming() -> Table:
    """For each grey 0..255, a darker opaque one."""
    grey = np.rint(np.arange(256) * _DIMMED).astype(np.uint8)
    return np.stack([grey, grey, grey, np.full(256, 255, np.uint8)], axis=1).view(np.uint32)[:, 0]


def solid(table: Table, value: int) -> QColor:
    """The colour of one value in a table, not premultiplied."""
    blue, green, red, alpha = (int(channel) for channel in table[value : value + 1].view(np.uint8))
    whole = max(alpha, 1)
    return QColor(red * 255 // whole, green * 255 // whole, blue * 255 // whole, alpha)


@lru_cache(maxsize=8)
def stripes(colour: Colour, width: int) -> QBrush:
    """Diagonal stripes at 45° in a colour and in a darker one."""
    size = 2 * width
    rows, columns = np.mgrid[:size, :size]
    dark = (rows + columns) // width % 2 == 1
    shades = (_opaque(colour), _opaque(tuple(round(value * _DARK) for value in colour)))
    pixels = np.where(dark, shades[1], shades[0]).astype(np.uint32)
    return QBrush(QImage(pixels.tobytes(), size, size, 4 * size, OPAQUE).copy())


@lru_cache(maxsize=8)
def checker(square: int) -> QBrush:
    """A checkerboard of light and slightly darker squares."""
    light, dark = (QColor(grey, grey, grey) for grey in (255, 204))
    board = QImage(2 * square, 2 * square, OPAQUE)
    board.fill(light)
    painter = QPainter(board)
    painter.fillRect(square, 0, square, square, dark)
    painter.fillRect(0, square, square, square, dark)
    painter.end()
    return QBrush(board)


def _opaque(colour: tuple[int, ...]) -> int:
    red, green, blue = colour
    return 0xFF000000 | red << 16 | green << 8 | blue


def tinted(colour: Colour, cover: npt.NDArray[np.floating]) -> Table:
    """Premultiplied pixels of a colour, as opaque as each ``cover``, 0..255."""
    channels = [np.rint(cover), *(np.rint(value * cover / 255) for value in colour)]
    pixels = np.stack(channels[::-1], axis=1).astype(np.uint8)
    return pixels.view(np.uint32)[:, 0]
