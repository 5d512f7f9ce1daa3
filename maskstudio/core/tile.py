"""Tile: 256 x 256 pixels of a mask, never changed once made. What it is kept as may change: pixels, packed bytes, both.

Whoever holds a tile holds its identity; that is what "changed" compares. History packs tiles nobody looks at, and
unpacks those somebody is about to look at.
"""

import threading
import zlib
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2

TILE = 256
Plane = npt.NDArray[np.uint8]
Shape = tuple[int, int]

_LEVEL = 1  # of zlib: masks shrink to a few per cent at any level, and this one is quick


class Tile:
    """Coverage of a tile's pixels. ``value`` is the one value of a flat tile, which is shared; None for all others."""

    __slots__ = ("__weakref__", "_dense", "_packed", "_pixels", "shape", "value")

    def __init__(self, pixels: Plane, value: int | None = None) -> None:
        """``pixels`` is taken over and made read-only. Use ``frozen`` to find out whether it is flat."""
        pixels.flags.writeable = False
        self.shape: Shape = (pixels.shape[0], pixels.shape[1])
        self.value = value
        self._pixels: Plane | None = pixels
        self._packed: bytes | None = None  # once there, it stays
        self._dense = False  # packing was tried and did not pay

    @property
    def pixels(self) -> Plane:
        """The read-only pixels, uint8 of ``shape``. A packed tile stays packed: a glance must not cost memory."""
        while True:  # a second look is needed only if another thread changes how the tile is kept, just now
            pixels, packed = self._pixels, self._packed
            if pixels is not None:
                return pixels
            if packed is not None:
                return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(self.shape)

    @property
    def is_packed(self) -> bool:
        """Whether only packed bytes are kept."""
        return self._pixels is None

    @property
    def nbytes(self) -> int:
        """Bytes this tile takes as it is kept now; a flat one is shared and counts nothing."""
        if self.value is not None:
            return 0
        pixels, packed = self._pixels, self._packed
        return (pixels.nbytes if pixels is not None else 0) + (len(packed) if packed is not None else 0)

    @property
    def is_small(self) -> bool:
        """Whether packing it would bring nothing: it is packed already, or packing did not pay, or it is flat."""
        return self.value is not None or self._pixels is None or self._dense

    def packed(self) -> bytes:
        """The pixels, row by row, compressed with zlib; kept where that is smaller, so that the second call is free."""
        packed = self._packed
        if packed is None:
            raw = self.pixels.tobytes()
            packed = zlib.compress(raw, _LEVEL)
            self._dense = len(packed) >= len(raw)
            if self.value is None and not self._dense:
                self._packed = packed
        return packed

    def pack(self) -> None:
        """Keep the packed bytes only, where they take less than the pixels do."""
        if not self.is_small and self.packed() is self._packed:
            self._pixels = None

    def unpack(self) -> None:
        """Keep the pixels, for a tile that is going to be looked at.

        The packed bytes stay as well: another thread may be about to let go of the pixels because of them.
        """
        if self._pixels is None:
            self._pixels = self.pixels

    @classmethod
    def unpacked(cls, packed: bytes, shape: Shape) -> "Tile":
        """The tile that ``packed`` bytes of a trusted source stand for; ``ValueError`` where they do not fit ``shape``.

        Never inflates more than the tile's own size, so that hostile bytes cannot fill the memory.
        """
        size = shape[0] * shape[1]
        stream = zlib.decompressobj()
        try:
            raw = stream.decompress(packed, size + 1)
        except zlib.error as error:
            raise ValueError("damaged tile") from error
        if len(raw) != size or not stream.eof or stream.unused_data:
            raise ValueError("a tile of the wrong size")
        tile = frozen(np.frombuffer(raw, np.uint8).reshape(shape), owned=True)
        if tile.value is None:
            tile._dense = len(packed) >= size  # noqa: SLF001 - one of us
            tile._packed = None if tile._dense else packed  # noqa: SLF001 - packing it again is free
        return tile


# Flat tiles in use. One that nobody holds any more is forgotten, so that those in use are always the only ones.
_flats: WeakValueDictionary[tuple[int, int, int], Tile] = WeakValueDictionary()
_making = threading.Lock()


def flat(value: int, height: int, width: int) -> Tile:
    """The one shared tile of this size whose pixels all have this value."""
    key = (value, height, width)
    with _making:
        tile = _flats.get(key)
        if tile is None:
            tile = Tile(np.full((height, width), value, np.uint8), value)
            _flats[key] = tile
        return tile


def frozen(pixels: npt.NDArray[Any], *, owned: bool = False) -> Tile:
    """A tile of these pixels: the shared one if they are all equal, otherwise a copy.

    An ``owned`` array (uint8, contiguous) is taken over instead of copied.
    """
    value = flat_value(pixels)
    if value is not None:
        return flat(value, *pixels.shape)
    return Tile(pixels if owned else np.array(pixels, np.uint8, order="C"))


def flat_value(pixels: npt.NDArray[Any]) -> int | None:
    """The one value of all these pixels (uint8, (H, W), not empty), or None. About 2 µs for a tile."""
    first = pixels[0, 0]
    if first != pixels[-1, -1] or first != pixels[-1, 0]:
        return None
    low, high, _, _ = cv2.minMaxLoc(pixels)
    return int(first) if low == high else None
