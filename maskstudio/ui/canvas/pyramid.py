"""Half sizes of a plane, built tile by tile when they are asked for. Knows neither Qt nor what the plane shows."""

import math
import mmap
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from maskstudio.core.arrays import Bytes, Index
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE, grid

MIXED = -1  # a tile of several values
UNKNOWN = -2  # not looked up yet
LIMIT = 256 << 20
_REFRESHED = 64  # changed rectangles, and their pixels in all, that are patched; beyond that, whole tiles are made anew
_REFRESHED_AREA = 12 << 20
_PATCH = 1 << 20  # pixels patched between two checks of the deadline
_ROWS = 16  # rows; patches are cut at multiples of this
_SMALL = 1 << 20  # bytes


class _Level:
    """One size of the plane. The array takes memory only where it is written: pages come on first touch."""

    def __init__(self, width: int, height: int, channels: int) -> None:
        self.frame = Rect(0, 0, width, height)
        self.channels = channels
        self.forget()

    def forget(self) -> None:
        """Give all memory back."""
        frame, channels = self.frame, self.channels
        shape = (frame.height, frame.width) if channels == 1 else (frame.height, frame.width, channels)
        self.array: Bytes = _pages(frame.height * frame.width * channels).reshape(shape)
        tiles = (-(-frame.height // TILE), -(-frame.width // TILE))
        self.built = np.zeros(tiles, np.bool_)
        self.value = np.full(tiles, UNKNOWN, np.int16)

    @property
    def nbytes(self) -> int:
        """Approximate number of bytes written."""
        return int(np.count_nonzero(self.built)) * TILE * TILE * self.channels

    def put(self, index: Index, box: Rect, pixels: Bytes) -> None:
        """Store the pixels of a tile."""
        self.array[box.slices()] = pixels
        self.built[index[1], index[0]] = True
        self.value[index[1], index[0]] = UNKNOWN

    def patch(self, part: Rect, pixels: Bytes) -> None:
        """Store pixels of tiles that may or may not be built."""
        self.array[part.slices()] = pixels
        self.value[_tiles(part)] = UNKNOWN

    def flat(self, column: int, row: int) -> int | None:
        """The one value of a tile, None if its pixels differ; worked out at the first call."""
        value = int(self.value[row, column])
        if value == UNKNOWN:
            x, y = column * TILE, row * TILE
            found = _one_value(self.array[y : y + TILE, x : x + TILE])
            value = self.value[row, column] = MIXED if found is None else found
        return None if value == MIXED else value


class Pyramid:
    """A ``width`` x ``height`` plane of uint8 with ``channels``, and its half sizes.

    Pixel (x, y) of level n averages the square of 2**n pixels a side at (x, y) * 2**n; at the right and lower border
    the last pixels are repeated.

    ``read(rect)`` gives the pixels of the plane itself, (rect.height, rect.width[, channels]).
    """

    def __init__(self, width: int, height: int, channels: int, read: Callable[[Rect], Bytes]) -> None:
        self._size = width, height
        self._channels = channels
        self._read = read
        self._levels: dict[int, _Level] = {}
        self._changed: list[Rect] = []
        self.builds = 0  # tiles built so far, for tests and tuning

    def frame(self, level: int) -> Rect:
        """All pixels of a level."""
        return self._level(level).frame

    def ensure(self, level: int, rect: Rect, deadline: float) -> bool:
        """Build the tiles missing in ``rect`` until ``deadline`` (``perf_counter``); returns whether all are there."""
        if self._changed and not self.catch_up(deadline):
            return False
        store = self._level(level)
        if store.built[_tiles(rect)].all():
            return True
        missing = [tile for tile in grid(store.frame.width, store.frame.height, rect) if not store.built[tile[0][::-1]]]
        return all(self._build(level, index, box, deadline) for index, box in missing)

    def view(self, level: int, rect: Rect) -> Bytes:
        """The pixels of ``rect``, which was ensured, as a view that is valid until the next change."""
        return self._level(level).array[rect.slices()]

    def flat(self, level: int, rect: Rect) -> int | None:
        """The one value of the pixels in ``rect`` (of a plane of one channel), or None where they differ.

        Within one tile the tile's value is looked up; across tiles the pixels of ``rect`` decide.
        """
        store = self._level(level)
        x, y = rect.x // TILE, rect.y // TILE
        if (rect.right - 1) // TILE == x and (rect.bottom - 1) // TILE == y:
            return store.flat(x, y)
        return _one_value(store.array[rect.slices()])

    def patch(self, rect: Rect) -> None:
        """Read these changed pixels of the plane and average down just the pixels made of them, at every size."""
        rect = rect.intersect(Rect(0, 0, *self._size))
        if rect:
            patch = _Patch(self._read, rect, self._size)
            for level in sorted(self._levels):
                self._patch_level(level, patch)

    def refresh(self, rects: Iterable[Rect]) -> None:
        """Patch these pixels when they are next asked for; where very much has changed, ``invalidate`` them."""
        if not self._levels:
            return
        self._changed += (band for rect in rects for band in _bands(rect))
        if len(self._changed) > _REFRESHED or sum(rect.area for rect in self._changed) > _REFRESHED_AREA:
            changed, self._changed = self._changed, []
            for rect in changed:
                self.invalidate(rect)

    def catch_up(self, deadline: float = math.inf) -> bool:
        """Do what ``refresh`` put off: some of it, then more until ``deadline``; returns whether that was all."""
        while self._changed:
            self.patch(self._changed.pop())
            if time.perf_counter() >= deadline:
                break
        return not self._changed

    def invalidate(self, rect: Rect) -> None:
        """Mark all tiles made of these pixels as not built; their stored pixels stay readable until built again."""
        for level, store in self._levels.items():
            part = shrunk(rect, level).intersect(store.frame)
            if part:
                store.built[_tiles(part)] = False

    def trim(self) -> None:
        """Free the levels that have grown beyond the limit; call it while no view is in use."""
        for store in self._levels.values():
            if store.nbytes > LIMIT:
                store.forget()

    def _level(self, level: int) -> _Level:
        if level not in self._levels:
            width, height = (-(-side >> level) for side in self._size)  # rounded up
            self._levels[level] = _Level(width, height, self._channels)
        return self._levels[level]

    def _patch_level(self, level: int, patch: "_Patch") -> None:
        """Bring what is built of a level up to date with the changed pixels; what is not built stays so."""
        store = self._levels[level]
        part = shrunk(patch.rect, level).intersect(store.frame)
        if not store.built[_tiles(part)].any():
            return
        if level < 2:
            store.patch(part, patch.pixels(level, part))
        elif self._has(level - 1, self._below(level, part)):
            store.patch(part, self._pixels(level, part))
        else:
            for index, box in grid(store.frame.width, store.frame.height, part):
                self._patch_tile(level, index, box.intersect(part))

    def _patch_tile(self, level: int, index: Index, part: Rect) -> None:
        """Patch one tile if the tiles it is made of are there; otherwise mark it as not built."""
        store = self._levels[level]
        if self._has(level - 1, self._below(level, part)):
            store.patch(part, self._pixels(level, part))
        else:
            store.built[index[1], index[0]] = False

    def _has(self, level: int, rect: Rect) -> bool:
        return level in self._levels and bool(self._levels[level].built[_tiles(rect)].all())

    def _build(self, level: int, index: Index, box: Rect, deadline: float) -> bool:
        """Build one tile, and first the smaller ones it is made of; level 1 is made from the plane itself."""
        if level > 1 and not self.ensure(level - 1, self._below(level, box), deadline):
            return False
        if time.perf_counter() >= deadline:
            return False
        self._level(level).put(index, box, self._pixels(level, box))
        self.builds += 1
        return True

    def _below(self, level: int, box: Rect) -> Rect:
        return Rect(2 * box.x, 2 * box.y, 2 * box.width, 2 * box.height).intersect(self.frame(level - 1))

    def _pixels(self, level: int, box: Rect) -> Bytes:
        if level == 0:
            return self._read(box)
        below = self._below(level, box)
        return _halved(self._read(below) if level == 1 else self.view(level - 1, below))


class _Patch:
    """Changed pixels of the plane, read once for levels 0 and 1, which are made from the plane itself."""

    def __init__(self, read: Callable[[Rect], Bytes], rect: Rect, size: tuple[int, int]) -> None:
        self.rect = rect
        x, y = rect.x & ~1, rect.y & ~1
        self._even = Rect(x, y, (rect.right - x + 1) & ~1, (rect.bottom - y + 1) & ~1).intersect(Rect(0, 0, *size))
        self._read = read
        self._pixels: Bytes | None = None

    def pixels(self, level: int, part: Rect) -> Bytes:
        """The pixels of level 0 or 1 that are made of the changed ones."""
        if self._pixels is None:
            self._pixels = self._read(self._even)
        if level == 1:
            return _halved(self._pixels)
        return self._pixels[Rect(part.x - self._even.x, part.y - self._even.y, part.width, part.height).slices()]


def shrunk(rect: Rect, level: int) -> Rect:
    """The pixels of a level that are made of any pixel of ``rect``."""
    x, y = rect.x >> level, rect.y >> level
    return Rect(x, y, -(-rect.right >> level) - x, -(-rect.bottom >> level) - y)


def _bands(rect: Rect) -> Iterator[Rect]:
    """The same pixels in pieces that take about a millisecond each."""
    height = max(_PATCH // max(rect.width, 1) & -_ROWS, _ROWS)
    for y in range(rect.y, rect.bottom, height):
        yield Rect(rect.x, y, rect.width, min(height, rect.bottom - y))


def _pages(size: int) -> Bytes:
    """Bytes that take memory page by page as they are written.

    NumPy asks for huge pages for its own large arrays. A tile, which lies in many rows, would then take six times its
    size, and writing its first pixel 30 ms.
    """
    return np.frombuffer(mmap.mmap(-1, size), np.uint8) if size > _SMALL else np.empty(size, np.uint8)


def merged(rects: Iterable[Rect]) -> list[Rect]:
    """The same pixels in fewer rectangles: neighbours in a row of equal height are joined."""
    out: list[Rect] = []
    for rect in sorted(rects, key=lambda rect: (rect.y, rect.x)):
        last = out[-1] if out else None
        if last and (last.y, last.height, last.right) == (rect.y, rect.height, rect.x):
            out[-1] = Rect(last.x, last.y, last.width + rect.width, last.height)
        else:
            out.append(rect)
    return out


def _one_value(pixels: Bytes) -> int | None:
    """The value that all of (H, W) ``pixels`` have, or None."""
    first = pixels[0, 0]
    if first != pixels[-1, -1] or first != pixels[len(pixels) // 2, pixels.shape[1] // 2]:
        return None  # three pixels rule out most cases
    return int(first) if (pixels == first).all() else None


def _halved(pixels: Bytes) -> Bytes:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    half: Bytes = cv2.resize(pixels, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return half


def _tiles(rect: Rect) -> tuple[slice, slice]:
    return (
        slice(rect.y // TILE, (rect.bottom - 1) // TILE + 1),
        slice(rect.x // TILE, (rect.right - 1) // TILE + 1),
    )
