"""Clean colours kept tile by tile, where they differ from the photo's own."""

from collections.abc import Mapping

import numpy as np

from maskstudio.core.arrays import ColourTile, Index
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask, grid, within

Tiles = Mapping[Index, ColourTile]


def laid_out(tiles: Tiles, image: Image, around: Rect) -> ColourTile:
    """The colours (H, W, 3) of the pixels ``around``, the photo's where there is no tile. A new array."""
    out = image.pixels[around.slices()].copy()
    for index, box in grid(image.width, image.height, around):
        if (tile := tiles.get(index)) is not None:
            inside = box.intersect(around)
            out[within(inside, around)] = tile[within(inside, box)]
    return out


def laid_colours(below: Tiles, image: Image, clean: ColourTile, around: Rect, *, area: Mask | None = None) -> Tiles:
    """``below`` with ``clean``, the colours of the pixels ``around`` (H, W, 3), over it.

    Only where ``area`` is at least half. A tile that is not there stands for the photo.
    """
    tiles = dict(below)
    for index, box in grid(image.width, image.height, around):
        inside = around.intersect(box)
        photo, old = image.pixels[box.slices()], below.get(index)
        now = photo if old is None else old
        new = clean[within(inside, around)]
        if area is not None:
            chosen = area.tile(index)[within(inside, box)] >= 128
            new = np.where(chosen[..., None], new, now[within(inside, box)])
        if np.array_equal(new, now[within(inside, box)]):
            continue
        tile = now.copy()
        tile[within(inside, box)] = new
        tile.flags.writeable = False
        tiles[index] = tile
    return tiles
