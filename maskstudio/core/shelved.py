"""Reading what ``shelf`` has written. Every number is taken for hostile until it has been checked.

Tiles stay packed, so that a file never takes much more memory than it has bytes, until their pixels are looked at.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import ColourTile, Index
from maskstudio.core.fileframes import FileFrame
from maskstudio.core.mask import TILE, Mask
from maskstudio.core.shelf import COLOUR_HEAD, ENTRY, FLAT, NONE, PLANE_HEAD, TILE_HEAD
from maskstudio.core.tile import Tile, flat
from maskstudio.errors import BadProject

KINDS = b"TFPCK"
_DAMAGED = "a part of it is damaged"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be built: tiles named by all planes together, and bytes of colours."""

    entries: int
    colours: int

    @classmethod
    def for_size(cls, width: int, height: int) -> "Limits":
        """Far more than a document of that many px can need, far less than could harm."""
        return cls(4_000_000, max(1 << 29, 32 * width * height))


class ShelfReader:
    """Takes frames in their order and gives the planes they stand for; raises BadProject for those it cannot."""

    def __init__(self, size: tuple[int, int], depth: int, limits: Limits | None = None) -> None:
        """``size`` (width, height) and ``depth`` (bits) are those of the image; None for no limits."""
        self.size = size
        self._depth = depth
        self._limits = limits
        self._frame = Mask(*size)
        self._raw: dict[tuple[bytes, int], bytes] = {}
        self._tiles: dict[int, Tile] = {}
        self._masks: dict[int, Mask] = {}
        self._colours: dict[int, ColourTile] = {}
        self._sets: dict[int, dict[Index, ColourTile]] = {}
        self._entries = self._bytes = 0

    def take(self, frame: FileFrame) -> None:
        """Remember a frame of one of ``KINDS``."""
        if len(frame.payload) < 4:
            raise BadProject(_DAMAGED)
        (number,) = struct.unpack_from("<I", frame.payload)
        if self._raw.setdefault((frame.kind, number), frame.payload) is not frame.payload:
            raise BadProject("it holds a plane twice")

    def mask(self, number: int) -> Mask:
        """The mask of that number; the same object for each call."""
        waiting: list[int] = []
        at = number
        while at not in self._masks:
            waiting.append(at)
            base = self._plane(at)[0]
            if base == NONE:
                break
            if base >= at:
                raise BadProject(_DAMAGED)
            at = base
        for each in reversed(waiting):
            base, entries = self._plane(each)
            self._masks[each] = self._built(self._frame if base == NONE else self._masks[base], entries)
        return self._masks[number]

    def colours(self, number: int) -> Mapping[Index, ColourTile]:
        """The set of colours of that number; the same object for each call."""
        if number not in self._sets:
            entries = self._of(b"K", number)[4:]
            self._sets[number] = {index: self._colour(code, index) for index, code in self._listed(entries)}
        return self._sets[number]

    def _of(self, kind: bytes, number: int) -> bytes:
        payload = self._raw.get((kind, number))
        if payload is None:
            raise BadProject(_DAMAGED)
        return payload

    def _plane(self, number: int) -> tuple[int, bytes]:
        payload = self._of(b"P", number)
        if len(payload) < PLANE_HEAD.size:
            raise BadProject(_DAMAGED)
        _, base, width, height = PLANE_HEAD.unpack_from(payload)
        if (width, height) != self.size:
            raise BadProject("a mask in it is of another size than the picture")
        return base, payload[PLANE_HEAD.size :]

    def _built(self, base: Mask, entries: bytes) -> Mask:
        """The mask that ``entries`` make of ``base``; raises BadProject for tiles that do not fit."""
        tiles: dict[Index, Tile] = dict(base.tiles)
        for index, code in self._listed(entries):
            box = base.rect(index)
            tile = flat(code - FLAT, box.height, box.width) if code >= FLAT else self._tile(code)
            if tile.shape != (box.height, box.width):
                raise BadProject("a tile in it is of the wrong size")
            tiles[index] = tile
            if tile.value == 0:
                del tiles[index]
        self._count(len(tiles) + 64)
        return Mask(*self.size, tiles)

    def _listed(self, entries: bytes) -> Iterator[tuple[Index, int]]:
        if len(entries) % ENTRY.size:
            raise BadProject(_DAMAGED)
        width, height = self.size
        for column, row, code in ENTRY.iter_unpack(entries):
            if column * TILE >= width or row * TILE >= height or code >= FLAT + 256:
                raise BadProject(_DAMAGED)
            yield (column, row), code

    def _tile(self, number: int) -> Tile:
        """The tile of that number, made once; raises BadProject where it is damaged."""
        tile = self._tiles.get(number)
        if tile is None:
            payload = self._of(b"T", number)
            if len(payload) < TILE_HEAD.size:
                raise BadProject(_DAMAGED)
            _, height, width = TILE_HEAD.unpack_from(payload)
            if not (0 < height <= TILE and 0 < width <= TILE):
                raise BadProject("a tile in it is of the wrong size")
            try:
                tile = Tile.unpacked(payload[TILE_HEAD.size :], (height, width))
                deep = self._raw.pop((b"F", number), None)
                tile = tile if deep is None else tile.deepened(deep[4:])
            except ValueError as error:
                raise BadProject(_DAMAGED) from error
            tile.pack()
            self._tiles[number] = tile
            del self._raw[b"T", number]
        return tile

    def _colour(self, number: int, index: Index) -> ColourTile:
        tile = self._colours.get(number)
        if tile is None:
            tile = self._unpacked_colour(self._of(b"C", number))
            self._colours[number] = tile
        box = self._frame.rect(index)
        if tile.shape != (box.height, box.width, 3) or 8 * tile.dtype.itemsize != self._depth:
            raise BadProject("colours in it do not fit the picture")
        return tile

    def _unpacked_colour(self, payload: bytes) -> ColourTile:
        """The colours in ``payload``, (h, w, 3); raises BadProject where they do not fit or are too many."""
        if len(payload) < COLOUR_HEAD.size:
            raise BadProject(_DAMAGED)
        _, height, width, depth, packed = COLOUR_HEAD.unpack_from(payload)
        size = height * width * 3 * depth
        if not (0 < height <= TILE and 0 < width <= TILE and depth in (1, 2)):
            raise BadProject("colours in it do not fit the picture")
        self._bytes += size
        if self._limits is not None and self._bytes > self._limits.colours:
            raise BadProject("it holds more colours than could be of use")
        raw = payload[COLOUR_HEAD.size :]
        if packed:
            raw = _inflated(raw, size)
        if len(raw) != size:
            raise BadProject(_DAMAGED)
        return np.frombuffer(raw, "<u2" if depth == 2 else np.uint8).reshape(height, width, 3)

    def _count(self, entries: int) -> None:
        self._entries += entries
        if self._limits is not None and self._entries > self._limits.entries:
            raise BadProject("it holds more masks than could be of use")


def _inflated(raw: bytes, size: int) -> bytes:
    """At most one byte more than ``size``, whatever the stream promises."""
    try:
        return zlib.decompressobj().decompress(raw, size + 1)
    except zlib.error as error:
        raise BadProject(_DAMAGED) from error
