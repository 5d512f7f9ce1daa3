"""Tile: 256 x 256 pixels of a mask, never changed once made. What it is kept as may change: pixels, packed bytes, both.

Coverage is 8 bits. A tile whose pixels came with more, or were solved with more, holds the 16-bit values beside them.

"Changed" compares the identity of tiles, which stays the same however they are kept. History packs the tiles that only
far steps hold, and unpacks those of near steps.
"""

import threading
import zlib
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import DeepPlane, Plane, Shape
from maskstudio.core.cv import cv2
from maskstudio.core.depth import to_8bit

TILE = 256

_LEVEL = 1  # of zlib: masks shrink to a few per cent at any level, and this one is quick


class Tile:
    """Coverage of a tile's pixels. ``value`` is the one value of a flat tile, which is shared; None for all others."""

    __slots__ = ("__weakref__", "_deep", "_deep_packed", "_dense", "_packed", "_pixels", "shape", "value")

    def __init__(self, pixels: Plane, value: int | None = None, deep: DeepPlane | None = None) -> None:
        """``pixels`` is taken over and made read-only. Use ``frozen`` to find out whether it is flat.

        ``deep`` are 16-bit values of which ``pixels`` are the rounded ones, where there are such; taken over too.
        """
        pixels.flags.writeable = False
        if deep is not None:
            deep.flags.writeable = False
        self._deep = deep
        self._deep_packed: bytes | None = None
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
    def is_deep(self) -> bool:
        """Whether it holds more than 8 bits."""
        return self._deep is not None or self._deep_packed is not None

    @property
    def deep(self) -> DeepPlane:
        """The coverage as 16-bit values, (H, W): those it holds, or else what its 8 bits stand for."""
        while True:
            deep, packed = self._deep, self._deep_packed
            if deep is not None:
                return deep
            if packed is not None:
                return _deepened(packed, self.pixels)
            if not self.is_deep:
                return self.pixels.astype(np.uint16) * np.uint16(257)

    @property
    def inverse(self) -> "Tile":
        """The tile of 255 less every value."""
        if self.value is not None:
            return flat(255 - self.value, *self.shape)
        return Tile(cv2.bitwise_not(self.pixels), deep=65535 - self.deep if self.is_deep else None)

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
        deep, deep_packed = self._deep, self._deep_packed
        held = [plane.nbytes for plane in (pixels, deep) if plane is not None]
        return sum(held) + sum(len(data) for data in (packed, deep_packed) if data is not None)

    @property
    def is_small(self) -> bool:
        """Whether packing it would bring nothing: it is packed already, or packing did not pay, or it is flat."""
        small = self._pixels is None or self._dense
        return self.value is not None or (small and self._deep is None)

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

    def deep_packed(self) -> bytes | None:
        """What ``deep`` holds beyond the pixels, compressed and kept; None where it holds nothing more."""
        if self._deep_packed is None and (deep := self._deep) is not None:
            self._deep_packed = _shallowed(deep, self.pixels)
        return self._deep_packed

    def pack(self) -> None:
        """Keep the packed bytes only, where they take less than the pixels do."""
        if self.is_deep:
            self.deep_packed()
            self._deep = None
        if self.value is None and self._pixels is not None and self.packed() is self._packed:
            self._pixels = None

    def unpack(self) -> None:
        """Keep the pixels, for a tile that is going to be looked at.

        The packed bytes stay as well: another thread may be about to let go of the pixels because of them.
        """
        if self._pixels is None:
            self._pixels = self.pixels
        if self._deep is None and self.is_deep:
            self._deep = self.deep

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

    def deepened(self, packed: bytes) -> "Tile":
        """This tile with what ``deep_packed`` gave; ``ValueError`` where that does not fit."""
        return Tile(self.pixels.copy(), deep=_deepened(packed, self.pixels))


def deep_tile(values: DeepPlane) -> Tile:
    """A tile of these 16-bit values (uint16, contiguous, copied); one of 8 bits where those say it all."""
    pixels = to_8bit(values)
    if not (values % np.uint16(257)).any():
        return frozen(pixels, owned=True)
    return Tile(pixels, deep=values.copy())


def carried(tile: Tile, below: Tile) -> Tile:
    """``tile``, which was made of ``below`` at 8 bits, with the 16-bit values of those pixels that stayed the same."""
    if not below.is_deep or tile is below or tile.is_deep:
        return tile
    pixels = tile.pixels
    same = pixels == below.pixels
    if not same.any():
        return tile
    return deep_tile(np.where(same, below.deep, pixels.astype(np.uint16) * np.uint16(257)))


def _shallowed(deep: DeepPlane, pixels: Plane) -> bytes:
    """How far the 16-bit values lie from what the pixels stand for: 0..256 from 128 below on, low bytes, then high."""
    rest = (deep.astype(np.int32) - pixels.astype(np.int32) * 257 + 128).astype("<u2").view(np.uint8).reshape(-1, 2)
    return zlib.compress(rest[:, 0].tobytes() + rest[:, 1].tobytes(), _LEVEL)


def _deepened(packed: bytes, pixels: Plane) -> DeepPlane:
    """The 16-bit values that ``_shallowed`` packed; raises ``ValueError`` where they do not fit the pixels."""
    size = 2 * pixels.size
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError("damaged tile") from error
    if len(raw) != size:
        raise ValueError("a tile of the wrong size")
    low, high = np.frombuffer(raw, np.uint8).reshape(2, *pixels.shape).astype(np.int32)
    values = pixels.astype(np.int32) * 257 + low + 256 * high - 128
    if values.min() < 0 or values.max() > 65535 or (to_8bit(values.astype(np.uint16)) != pixels).any():
        raise ValueError("values that are not those of the pixels")
    deep: DeepPlane = values.astype(np.uint16)
    return deep


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
    """A tile of these pixels, uint8 (H, W): the shared one if they are all equal, otherwise a copy.

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
