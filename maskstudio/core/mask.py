"""Mask: one 8-bit coverage plane as immutable 256-px tiles. Knows no image, no file, no Qt.

Where its values came with 16 bits, or were solved with them, they are held beside the 8 (see ``Tile``), for exports.

Tiles are shared between masks; a tile of one value is one shared object; an absent tile is all zero.
So a copy is a dict copy, and "what changed" is an identity test per tile.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import DeepPlane, Index, Plane
from maskstudio.core.geometry import Rect, bounds
from maskstudio.core.lazy import lazy
from maskstudio.core.tile import TILE, Tile, carried, deep_tile, flat, flat_value, frozen
from maskstudio.errors import BadMask

__all__ = ["TILE", "Mask", "Tile", "flat", "frozen", "grid", "within"]


def grid(width: int, height: int, rect: Rect) -> Iterator[tuple[Index, Rect]]:
    """Index (column, row) and pixel rectangle of every tile of a ``width`` x ``height`` plane that meets ``rect``."""
    rect = rect.intersect(Rect(0, 0, width, height))
    if not rect:
        return
    columns = range(rect.x // TILE, (rect.right - 1) // TILE + 1)
    for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
        y = row * TILE
        tall = min(TILE, height - y)
        for column in columns:
            x = column * TILE
            yield (column, row), Rect(x, y, min(TILE, width - x), tall)


class Mask:
    """Coverage of ``width`` x ``height`` pixels: 0 out, 255 in."""

    def __init__(self, width: int, height: int, tiles: Mapping[Index, Tile] | None = None) -> None:
        """``tiles`` by (column, row), each of its exact size."""
        self.width = width
        self.height = height
        self.tiles: Mapping[Index, Tile] = MappingProxyType(dict(tiles or {}))

    @classmethod
    def from_array(cls, array: npt.NDArray[Any]) -> "Mask":
        """A mask from a uint8 or uint16 array of shape (height, width); the array is copied."""
        if array.ndim != 2 or array.dtype not in (np.uint8, np.uint16):
            raise BadMask(f"A mask must be one plane of 8- or 16-bit values, not {array.dtype} of shape {array.shape}.")
        height, width = array.shape
        return cls(width, height).put(array, 0, 0)

    @classmethod
    def filled(cls, width: int, height: int, value: int) -> "Mask":
        """A mask of one value, 0..255, throughout."""
        columns, rows = -(-width // TILE), -(-height // TILE)
        if not value or not columns or not rows:
            return cls(width, height)
        edge_x, edge_y = width - (columns - 1) * TILE, height - (rows - 1) * TILE
        inner, right = flat(value, TILE, TILE), flat(value, TILE, edge_x)
        bottom, corner = flat(value, edge_y, TILE), flat(value, edge_y, edge_x)
        tiles = {
            (column, row): (inner if column < columns - 1 else right)
            if row < rows - 1
            else (bottom if column < columns - 1 else corner)
            for row in range(rows)
            for column in range(columns)
        }
        return cls(width, height, tiles)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def frame(self) -> Rect:
        """The whole plane."""
        return Rect(0, 0, self.width, self.height)

    @property
    def nbytes(self) -> int:
        """Bytes of the tiles held, flat ones not counted."""
        return sum(tile.nbytes for tile in self.tiles.values())

    def held(self, index: Index) -> Tile:
        """The tile at (column, row): the shared zero one where none is stored."""
        found = self.tiles.get(index)
        if found is not None:
            return found
        box = self.rect(index)
        return flat(0, box.height, box.width)

    def tile(self, index: Index) -> Plane:
        """The read-only pixels of the tile at (column, row)."""
        return self.held(index).pixels

    def flat_value(self, index: Index) -> int | None:
        """The one value of a flat tile, 0 for an absent one; None for a tile of several values."""
        found = self.tiles.get(index)
        return 0 if found is None else found.value

    def array(self, rect: Rect | None = None) -> Plane:
        """A new contiguous array of the pixels in ``rect`` (all by default); outside the plane it is 0."""
        rect = self.frame if rect is None else rect
        out = np.zeros((max(rect.height, 0), max(rect.width, 0)), np.uint8)
        for index, box in grid(self.width, self.height, rect):
            tile = self.tiles.get(index)
            if tile is None:
                continue
            part = box.intersect(rect)
            here = within(part, rect)
            if tile.value is not None:
                out[here] = tile.value
            else:
                out[here] = tile.pixels[within(part, box)]
        return out

    def deep_array(self, rect: Rect | None = None) -> DeepPlane:
        """The pixels in ``rect`` as ``array`` gives them, in 16 bits: those that are held, and 257 times the others."""
        rect = self.frame if rect is None else rect
        out = np.zeros((max(rect.height, 0), max(rect.width, 0)), np.uint16)
        for index, box in grid(self.width, self.height, rect):
            tile = self.tiles.get(index)
            if tile is not None:
                part = box.intersect(rect)
                deep = np.uint16(tile.value * 257) if tile.value is not None else tile.deep[within(part, box)]
                out[within(part, rect)] = deep
        return out

    def put(self, array: npt.NDArray[Any], x: int, y: int) -> "Mask":
        """A mask with ``array``, uint8 or uint16 (H, W), clipped to the plane, written at column ``x``, row ``y``.

        Tiles that come out equal stay the same objects, so nothing downstream sees a change there.
        """
        target = Rect(x, y, array.shape[1], array.shape[0])
        tiles = dict(self.tiles)
        for index, box in grid(self.width, self.height, target):
            part = box.intersect(target)
            old = self.held(index)
            new = _patched(old, array[within(part, target)], part, box)
            if new is old:
                continue
            if new.value == 0:
                tiles.pop(index, None)
            else:
                tiles[index] = new
        return Mask(self.width, self.height, tiles)

    def with_tiles(self, changes: Mapping[Index, Plane | Tile]) -> "Mask":
        """A mask with whole tiles replaced. Arrays (uint8, contiguous, of the tile's size) are taken over."""
        tiles = dict(self.tiles)
        for index, change in changes.items():
            tile = change if isinstance(change, Tile) else frozen(change, owned=True)
            if tile.value == 0:
                tiles.pop(index, None)
            else:
                tiles[index] = tile
        return Mask(self.width, self.height, tiles)

    @lazy
    def inverse(self) -> "Mask":
        """255 less every value. One object for each mask, so that what is made of it stays comparable."""
        tiles = dict(Mask.filled(self.width, self.height, 255).tiles)
        for index, tile in self.tiles.items():
            if tile.value == 255:
                del tiles[index]
            else:
                tiles[index] = tile.inverse
        return Mask(self.width, self.height, tiles)

    def changed(self, other: "Mask") -> list[Index]:
        """Indices of the tiles that are not the same objects in both, even if their pixels should be equal."""
        if self.size != other.size:
            return [index for index, _ in grid(self.width, self.height, self.frame)]
        if self is other:
            return []
        indices = self.tiles.keys() | other.tiles.keys()
        return sorted(index for index in indices if self.tiles.get(index) is not other.tiles.get(index))

    @lazy
    def bounds(self) -> Rect:
        """The smallest rectangle holding every pixel above 0."""
        return bounds(self._used(index, tile) for index, tile in self.tiles.items())

    @lazy
    def share(self) -> float:
        """The share of the plane that is covered, 0..1; what is half covered counts half."""
        area = self.width * self.height
        return sum(map(_covered, self.tiles.values())) / (255 * area) if area else 0.0

    def rect(self, index: Index) -> Rect:
        """The pixels of the tile at (column, row)."""
        return Rect(index[0] * TILE, index[1] * TILE, TILE, TILE).intersect(self.frame)

    def __getitem__(self, point: tuple[int, int]) -> int:
        """Coverage at (column, row) of a pixel; 0 outside."""
        x, y = point
        if not (0 <= x < self.width and 0 <= y < self.height):
            return 0
        tile = self.tiles.get((x // TILE, y // TILE))
        return 0 if tile is None else int(tile.pixels[y % TILE, x % TILE])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask) or self.size != other.size:
            return NotImplemented if not isinstance(other, Mask) else False
        return all(np.array_equal(self.tile(index), other.tile(index)) for index in self.changed(other))

    __hash__ = None  # type: ignore[assignment]  # compared by value, kept by identity

    def _used(self, index: Index, tile: Tile) -> Rect:
        box = self.rect(index)
        if tile.value is not None:
            return box
        pixels = tile.pixels
        columns, rows = np.flatnonzero(pixels.any(axis=0)), np.flatnonzero(pixels.any(axis=1))
        if not len(columns):
            return Rect(0, 0, 0, 0)
        left, top = int(columns[0]), int(rows[0])
        return Rect(box.x + left, box.y + top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def _covered(tile: Tile) -> int:
    """The sum of a tile's values."""
    if tile.value is not None:
        return tile.value * tile.shape[0] * tile.shape[1]
    return int(tile.pixels.sum(dtype=np.int64))


def within(part: Rect, whole: Rect) -> tuple[slice, slice]:
    """Row and column slices of ``part`` in an array of ``whole``."""
    return Rect(part.x - whole.x, part.y - whole.y, part.width, part.height).slices()


def _patched(old: Tile, source: npt.NDArray[Any], part: Rect, box: Rect) -> Tile:
    """The tile with ``source`` in its ``part``; the old one where it has these pixels already."""
    if source.dtype == np.uint16:
        return _deeply_patched(old, source, part, box)
    value = flat_value(source)
    if part == box and value is not None:
        return flat(value, box.height, box.width)
    if value is not None and value == old.value:
        return old
    here = old.pixels[within(part, box)]
    if (value is None or old.value is None) and np.array_equal(here, source):
        return old
    if part == box:
        return carried(Tile(np.array(source, np.uint8, order="C")), old)
    new = old.pixels.copy()
    new[within(part, box)] = source
    return carried(frozen(new, owned=True), old)


def _deeply_patched(old: Tile, source: DeepPlane, part: Rect, box: Rect) -> Tile:
    if part == box:
        new = deep_tile(np.ascontiguousarray(source))
    else:
        values = old.deep.copy()
        values[within(part, box)] = source
        new = deep_tile(values)
    if new.value is not None:
        return new
    return old if old.value is None and np.array_equal(new.deep, old.deep) else new
