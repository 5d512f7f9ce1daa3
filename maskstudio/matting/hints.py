"""Hints: what is painted into a trimap by hand, as a plane of codes. The refine brush lays them."""

import numpy as np

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.mask import Mask, Tile
from maskstudio.matting.trimap import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN

__all__ = ["HINT_BACKGROUND", "HINT_FOREGROUND", "HINT_MASK", "HINT_UNKNOWN", "from_trimap", "hinted", "swapped"]

# Values of a painted trimap this close to black and white are meant to be sure.
_NEAR = 5


def hinted(hints: Mask | None, cover: Mask, code: int) -> Mask:
    """``hints`` with ``code`` wherever ``cover`` is at least half; 0 takes hints away."""
    hints = Mask(*cover.size) if hints is None else hints
    tiles: dict[Index, Plane | Tile] = {}
    for index, tile in cover.tiles.items():
        tiles[index] = np.where(tile.pixels >= 128, np.uint8(code), hints.tile(index))
    return hints.with_tiles(tiles)


def swapped(hints: Mask) -> Mask:
    """The hints that fit the inverse of the mask they were made for."""
    table = np.arange(256, dtype=np.uint8)
    table[[HINT_BACKGROUND, HINT_FOREGROUND]] = HINT_FOREGROUND, HINT_BACKGROUND
    return hints.with_tiles({index: table[tile.pixels] for index, tile in hints.tiles.items()})


def from_trimap(trimap: Plane) -> Mask:
    """Hints that say of every pixel what ``trimap`` (uint8, (H, W)) says: white is in, black is out, grey unknown."""
    codes = np.full(trimap.shape, HINT_UNKNOWN, np.uint8)
    codes[trimap <= _NEAR] = HINT_BACKGROUND
    codes[trimap >= 255 - _NEAR] = HINT_FOREGROUND
    return Mask.from_array(codes)
