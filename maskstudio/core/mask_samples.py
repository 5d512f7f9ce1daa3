"""Masks seen from afar: every so-manieth pixel, kept up to date tile by tile, so that small pictures cost next to
nothing however large the mask is.
"""

import numpy as np

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.core.mask import TILE, Mask, grid
from maskstudio.core.ops import CombineMode, combine_planes
from maskstudio.core.paint import Paint, cover_pixels


class Samples:
    """Every ``step``-th pixel each way of ``area`` (within the frame) of a mask, beginning with its first."""

    def __init__(self, area: Rect, step: int) -> None:
        self.area = area
        self.step = step
        self.plane: Plane = np.zeros((-(-area.height // step), -(-area.width // step)), np.uint8)
        self.mask: Mask | None = None

    def follow(self, mask: Mask) -> Plane:
        """The samples of ``mask``; only tiles that are not those of the last mask are looked at. Do not change it."""
        if mask is not self.mask:
            for index in self._within(mask) if self.mask is None else mask.changed(self.mask):
                self._take(mask, index)
            self.mask = mask
        return self.plane

    def _within(self, mask: Mask) -> list[Index]:
        """The tiles that hold anything in the area."""
        return [index for index, _ in grid(mask.width, mask.height, self.area) if index in mask.tiles]

    def _take(self, mask: Mask, index: Index) -> None:
        """Read the samples that lie in one tile anew."""
        tile, area, step = mask.held(index), self.area, self.step
        rows, row = _hits(index[1] * TILE, tile.shape[0], area.y, area.bottom, step)
        columns, column = _hits(index[0] * TILE, tile.shape[1], area.x, area.right, step)
        here = self.plane[row : row + len(rows), column : column + len(columns)]
        if here.size:
            here[...] = (
                tile.pixels[rows.start :: step, columns.start :: step][: len(rows), : len(columns)]
                if (tile.value is None)
                else tile.value
            )


def _hits(start: int, length: int, low: int, high: int, step: int) -> tuple[range, int]:
    """Which pixels of a tile's side are sampled, and which sample the first of them is."""
    first = max(0, -(-(start - low) // step))
    begin = low + first * step - start
    return range(begin, max(begin, min(length, high - start)), step), first


class DocumentSamples:
    """The alpha of documents from afar, made from the planes of their layers: nothing of full size is computed.

    Documents that share tiles, as those of a history do, cost what differs between them.
    """

    def __init__(self, size: tuple[int, int], step: int) -> None:
        self._area = Rect(0, 0, *size)
        self._step = step
        self._kept: dict[tuple[int, str], Samples] = {}

    def alpha(self, layers: list[tuple[Layer, CombineMode]]) -> Plane:
        """``layers``, each with its mode, combined from bottom to top; uint8."""
        below = np.zeros_like(Samples(self._area, self._step).plane)
        for layer, mode in layers:
            below = combine_planes(below, self._layer(layer), mode)
        return below

    def _layer(self, layer: Layer) -> Plane:
        if layer.refinement is not None:
            return self._painted(layer, "retouch", self._of(layer, "refined", layer.refinement.alpha), layer.retouch)
        shaped = self._of(layer, "shaped", layer.shaped)
        return self._painted(layer, "paint", 255 - shaped if layer.inverted else shaped, layer.paint)

    def _painted(self, layer: Layer, name: str, base: Plane, paint: Paint | None) -> Plane:
        if paint is None:
            return base
        value = self._of(layer, f"{name} value", paint.value)
        return cover_pixels(base, value, self._of(layer, f"{name} cover", paint.cover))

    def _of(self, layer: Layer, name: str, mask: Mask) -> Plane:
        key = layer.id, name
        if key not in self._kept:
            self._kept[key] = Samples(self._area, self._step)
        return self._kept[key].follow(mask)
