"""Shelf: planes of masks as frames. A tile is written once, and a plane as what differs from an earlier one.

T  a tile: number, height, width, its pixels packed by zlib
F  what a tile has beyond 8 bits: its number, and how far its 16-bit values lie from the pixels, packed by zlib
P  a plane: number, base (a plane or none), width, height, and for each tile that differs column, row and what is there
C  a tile of colours: number, height, width, bytes a value, whether packed, and the values (red, green, blue)
K  a set of colours: number, and for each tile column, row and which
"""

import struct
import weakref
import zlib
from collections.abc import Callable
from typing import Protocol

import numpy as np

from maskstudio.core.arrays import ColourTile, Index
from maskstudio.core.callbacks import Check
from maskstudio.core.fileframes import framed
from maskstudio.core.layer import Refinement
from maskstudio.core.mask import Mask
from maskstudio.core.tile import Tile

TILE_HEAD = struct.Struct("<IHH")
PLANE_HEAD = struct.Struct("<IIII")
COLOUR_HEAD = struct.Struct("<IHHBB")
ENTRY = struct.Struct("<HHI")
NONE = 0xFFFFFFFF
FLAT = 0xFFFF0000  # and above: a tile of one value
_CHAIN = 64  # planes that may lean on one another, so that damage to one does not spread for ever


class Numbers:
    """A number for each object, by its identity, as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[object], int]] = {}
        self._next = 0

    def of(self, thing: object) -> int | None:
        """The number of ``thing``, or None if it has none yet."""
        known = self._known.get(id(thing))
        return known[1] if known is not None and known[0]() is thing else None

    def give(self, thing: object) -> int:
        """A new number for ``thing``."""
        key, number = id(thing), self._next
        self._next += 1

        def forget(gone: weakref.ref[object]) -> None:
            if (known := self._known.get(key)) is not None and known[0] is gone:
                del self._known[key]

        self._known[key] = (weakref.ref(thing, forget), number)
        return number


class Keeping(Protocol):
    """Where a record puts its planes."""

    def mask(self, mask: Mask, role: object) -> int:
        """Keep a mask; gives its number. Masks of one ``role`` are likely to be much alike."""

    def colours(self, refinement: Refinement) -> int:
        """Keep the colours of a refinement; gives the number of the set."""


class ShelfWriter:
    """Writes the frames of planes through ``write``; ``breathe`` is called between them."""

    def __init__(
        self, write: Callable[[bytes], object], *, pack_colours: bool = True, breathe: Check = lambda: None
    ) -> None:
        self._write = write
        self._pack_colours = pack_colours
        self._breathe = breathe
        self._masks, self._tiles = Numbers(), Numbers()
        self._sets, self._colours = Numbers(), Numbers()
        self._latest: dict[object, tuple[weakref.ref[Mask], int, int]] = {}  # by role: mask, number, length of chain

    def mask(self, mask: Mask, role: object) -> int:
        """Keep a mask; gives its number. It is written as what differs from the latest one of its ``role``."""
        number = self._masks.of(mask)
        if number is None:
            base, base_number, chain = self._base(mask, role)
            entries = [ENTRY.pack(*index, self._tile(mask.tiles.get(index))) for index in mask.changed(base)]
            number = self._masks.give(mask)
            head = PLANE_HEAD.pack(number, base_number, mask.width, mask.height)
            self._write(framed(b"P", head + b"".join(entries)))
            self._latest[role] = (weakref.ref(mask), number, chain + 1)
        return number

    def colours(self, refinement: Refinement) -> int:
        """Keep the colours of a refinement; gives the number of the set."""
        number = self._sets.of(refinement)
        if number is None:
            entries = [ENTRY.pack(*index, self._colour(tile)) for index, tile in _by_place(refinement)]
            number = self._sets.give(refinement)
            self._write(framed(b"K", struct.pack("<I", number) + b"".join(entries)))
        return number

    def _base(self, mask: Mask, role: object) -> tuple[Mask, int, int]:
        known, number, chain = self._latest.get(role, (None, NONE, 0))
        base = known() if known is not None else None
        if base is None or base.size != mask.size or chain >= _CHAIN:
            return Mask(*mask.size), NONE, 0
        return base, number, chain

    def _tile(self, tile: Tile | None) -> int:
        """The number of a tile, which is written if it is new; that of a flat one says its value."""
        if tile is None or tile.value is not None:
            return FLAT + (0 if tile is None or tile.value is None else tile.value)
        number = self._tiles.of(tile)
        if number is None:
            packed = tile.packed()
            number = self._tiles.give(tile)
            self._write(framed(b"T", TILE_HEAD.pack(number, *tile.shape) + packed))
            if (deep := tile.deep_packed()) is not None:
                self._write(framed(b"F", struct.pack("<I", number) + deep))
            self._breathe()
        return number

    def _colour(self, tile: ColourTile) -> int:
        number = self._colours.of(tile)
        if number is None:
            raw = np.ascontiguousarray(tile, tile.dtype.newbyteorder("<")).tobytes()
            number = self._colours.give(tile)
            head = COLOUR_HEAD.pack(number, *tile.shape[:2], tile.dtype.itemsize, int(self._pack_colours))
            self._write(framed(b"C", head + (zlib.compress(raw, 1) if self._pack_colours else raw)))
            self._breathe()
        return number


def _by_place(refinement: Refinement) -> list[tuple[Index, ColourTile]]:
    return sorted(refinement.colours.items(), key=lambda item: item[0])
