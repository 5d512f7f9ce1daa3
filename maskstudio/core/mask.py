"""Mask: one 8-bit coverage plane as immutable 256-px tiles. Knows no image, no file, no Qt.

Tiles are read-only arrays, shared between masks; a tile of one value is one shared object; an absent tile is all zero.
So a copy is a dict copy, and "what changed" is an identity test per tile.
"""

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from maskstudio.core.geometry import Rect, bounds
from maskstudio.errors import BadMask

TILE = 256
Plane = npt.NDArray[np.uint8]
Index = tuple[int, int]


# Flat tiles in use. One that nobody holds any more is forgotten, so that those in use are always the only ones.
_flats: WeakValueDictionary[tuple[int, int, int], Plane] = WeakValueDictionary()
_making = threading.Lock()


def flat(value: int, height: int, width: int) -> Plane:
    """The one shared read-only tile of this size whose pixels all have this value."""
    key = (value, height, width)
    with _making:
        tile = _flats.get(key)
        if tile is None:
            tile = np.full((height, width), value, np.uint8)
            tile.flags.writeable = False
            _flats[key] = tile
        return tile


def grid(width: int, height: int, rect: Rect) -> Iterator[tuple[Index, Rect]]:
    """Index (column, row) and pixel rectangle of every tile of a ``width`` x ``height`` plane that meets ``rect``."""
    frame = Rect(0, 0, width, height)
    rect = rect.intersect(frame)
    if not rect:
        return
    for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1):
            yield (column, row), Rect(column * TILE, row * TILE, TILE, TILE).intersect(frame)


class Mask:
    """Coverage of ``width`` x ``height`` pixels: 0 out, 255 in."""

    def __init__(self, width: int, height: int, tiles: Mapping[Index, Plane] | None = None) -> None:
        """``tiles`` are read-only arrays of the tile's exact size; the caller gives them up."""
        self.width = width
        self.height = height
        self.tiles: Mapping[Index, Plane] = MappingProxyType(dict(tiles or {}))

    @classmethod
    def from_array(cls, array: npt.NDArray[Any]) -> "Mask":
        """A mask from a uint8 array of shape (height, width); the array is copied."""
        if array.ndim != 2 or array.dtype != np.uint8:
            raise BadMask(f"A mask must be one plane of 8-bit values, not {array.dtype} of shape {array.shape}.")
        height, width = array.shape
        return cls(width, height).put(array, 0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def frame(self) -> Rect:
        """The whole plane."""
        return Rect(0, 0, self.width, self.height)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the distinct tiles held, flat ones not counted."""
        return sum(tile.nbytes for tile in self.tiles.values() if not is_flat(tile))

    def tile(self, index: Index) -> Plane:
        """The read-only tile at (column, row)."""
        found = self.tiles.get(index)
        if found is not None:
            return found
        box = Rect(index[0] * TILE, index[1] * TILE, TILE, TILE).intersect(self.frame)
        return flat(0, box.height, box.width)

    def array(self, rect: Rect | None = None) -> Plane:
        """A new contiguous array of the pixels in ``rect`` (all by default); outside the plane it is 0."""
        rect = self.frame if rect is None else rect
        out = np.zeros((max(rect.height, 0), max(rect.width, 0)), np.uint8)
        for index, box in grid(self.width, self.height, rect):
            tile = self.tiles.get(index)
            if tile is None:
                continue
            part = box.intersect(rect)
            out[_within(part, rect)] = tile[_within(part, box)]
        return out

    def put(self, array: npt.NDArray[Any], x: int, y: int) -> "Mask":
        """A mask with ``array`` (uint8, clipped to the plane) written at column ``x``, row ``y``.

        Tiles that come out equal stay the same objects, so nothing downstream sees a change there.
        """
        target = Rect(x, y, array.shape[1], array.shape[0])
        tiles = dict(self.tiles)
        for index, box in grid(self.width, self.height, target):
            part = box.intersect(target)
            source = array[_within(part, target)]
            old = self.tile(index)
            if np.array_equal(old[_within(part, box)], source):
                continue
            new = frozen(source if part == box else _patched(old, source, part, box))
            tiles[index] = new
            if new is flat(0, *new.shape):
                del tiles[index]
        return Mask(self.width, self.height, tiles)

    def changed(self, other: "Mask") -> list[Index]:
        """Indices of the tiles that are not the same objects in both, even if their pixels should be equal."""
        if self.size != other.size:
            return [index for index, _ in grid(self.width, self.height, self.frame)]
        if self is other:
            return []
        indices = self.tiles.keys() | other.tiles.keys()
        return sorted(index for index in indices if self.tiles.get(index) is not other.tiles.get(index))

    @cached_property
    def bounds(self) -> Rect:
        """The smallest rectangle holding every pixel above 0."""
        return bounds(self._used(index, tile) for index, tile in self.tiles.items())

    def rect(self, index: Index) -> Rect:
        """The pixels of the tile at (column, row)."""
        return Rect(index[0] * TILE, index[1] * TILE, TILE, TILE).intersect(self.frame)

    def __getitem__(self, point: tuple[int, int]) -> int:
        """Coverage at (column, row) of a pixel; 0 outside."""
        x, y = point
        if not (0 <= x < self.width and 0 <= y < self.height):
            return 0
        tile = self.tiles.get((x // TILE, y // TILE))
        return 0 if tile is None else int(tile[y % TILE, x % TILE])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask) or self.size != other.size:
            return NotImplemented if not isinstance(other, Mask) else False
        return all(np.array_equal(self.tile(index), other.tile(index)) for index in self.changed(other))

    __hash__ = None  # type: ignore[assignment]  # compared by value, kept by identity

    def _used(self, index: Index, tile: Plane) -> Rect:
        box = self.rect(index)
        if is_flat(tile):
            return box
        columns, rows = np.flatnonzero(tile.any(axis=0)), np.flatnonzero(tile.any(axis=1))
        if not len(columns):
            return Rect(0, 0, 0, 0)
        left, top = int(columns[0]), int(rows[0])
        return Rect(box.x + left, box.y + top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def is_flat(tile: Plane) -> bool:
    """Whether this is one of the shared tiles of a single value (an identity test, not a look at the pixels)."""
    return tile is _flats.get((int(tile[0, 0]), *tile.shape))


def frozen(tile: npt.NDArray[Any]) -> Plane:
    """A read-only tile of these pixels: the shared one if they are all equal, otherwise a copy."""
    first = tile[0, 0]
    if (tile == first).all():
        return flat(int(first), *tile.shape)
    copy: Plane = np.array(tile, np.uint8, order="C")
    copy.flags.writeable = False
    return copy


def _within(part: Rect, whole: Rect) -> tuple[slice, slice]:
    return Rect(part.x - whole.x, part.y - whole.y, part.width, part.height).slices()


def _patched(old: Plane, source: npt.NDArray[Any], part: Rect, box: Rect) -> Plane:
    new = old.copy()
    new[_within(part, box)] = source
    return new
