"""Half sizes of a plane, built tile by tile when somebody looks there. Knows neither Qt nor what the plane shows."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE, Index, grid

Array = npt.NDArray[np.uint8]
MIXED = -1  # a tile that is not of one value
LIMIT = 256 << 20


class _Level:
    """One size of the plane. The array takes memory only where it was written, as systems give pages on first touch."""

    def __init__(self, width: int, height: int, channels: int) -> None:
        self.frame = Rect(0, 0, width, height)
        self.channels = channels
        self.forget()

    def forget(self) -> None:
        """Give all memory back."""
        frame, channels = self.frame, self.channels
        shape = (frame.height, frame.width) if channels == 1 else (frame.height, frame.width, channels)
        self.array: Array = np.empty(shape, np.uint8)
        tiles = (-(-frame.height // TILE), -(-frame.width // TILE))
        self.built = np.zeros(tiles, np.bool_)
        self.value = np.full(tiles, MIXED, np.int16)

    @property
    def nbytes(self) -> int:
        """Bytes written, about."""
        return int(np.count_nonzero(self.built)) * TILE * TILE * self.channels

    def put(self, index: Index, box: Rect, pixels: Array) -> None:
        """Store the pixels of a tile."""
        at = index[1], index[0]
        self.array[box.slices()] = pixels
        self.built[at] = True
        if self.channels == 1:
            first = pixels[0, 0]
            self.value[at] = first if (pixels == first).all() else MIXED


class Pyramid:
    """A ``width`` x ``height`` plane of uint8 with ``channels``, and its halves: pixel (x, y) of level n averages the
    square of 2**n pixels at (x, y) * 2**n; at the right and lower border the last pixels are repeated.

    ``read(rect)`` gives the pixels of the plane itself, (rect.height, rect.width[, channels]).
    """

    def __init__(self, width: int, height: int, channels: int, read: Callable[[Rect], Array]) -> None:
        self._size = width, height
        self._channels = channels
        self._read = read
        self._levels: dict[int, _Level] = {}
        self.builds = 0  # tiles built so far, for tests and tuning

    def frame(self, level: int) -> Rect:
        """All pixels of a level."""
        return self._level(level).frame

    def ensure(self, level: int, rect: Rect, deadline: float) -> bool:
        """Build the tiles missing in ``rect`` until ``perf_counter()`` passes ``deadline``; whether all are there."""
        store = self._level(level)
        if store.built[_tiles(rect)].all():
            return True
        missing = [tile for tile in grid(store.frame.width, store.frame.height, rect) if not store.built[tile[0][::-1]]]
        return all(self._build(level, index, box, deadline) for index, box in missing)

    def view(self, level: int, rect: Rect) -> Array:
        """The pixels of ``rect``, which was ensured; a view, good until the next change."""
        return self._level(level).array[rect.slices()]

    def flat(self, level: int, rect: Rect) -> int | None:
        """The one value of the pixels in ``rect`` (of a plane of one channel), or None where they differ.

        Looked up if ``rect`` lies in one tile; else the pixels decide, since it may only graze a neighbour.
        """
        store = self._level(level)
        values = store.value[_tiles(rect)]
        if values.size == 1:
            value = int(values[0, 0])
            return None if value == MIXED else value
        pixels = store.array[rect.slices()]
        first = pixels[0, 0]
        return int(first) if (pixels == first).all() else None

    def invalidate(self, rect: Rect) -> None:
        """Forget what was made of these pixels of the plane; the stored ones stay readable until built again."""
        for level, store in self._levels.items():
            part = shrunk(rect, level).intersect(store.frame)
            if part:
                store.built[_tiles(part)] = False

    def trim(self) -> None:
        """Give back levels that have grown beyond the limit. Call it while no view is in use."""
        for store in self._levels.values():
            if store.nbytes > LIMIT:
                store.forget()

    def _level(self, level: int) -> _Level:
        if level not in self._levels:
            width, height = (-(-side >> level) for side in self._size)  # rounded up
            self._levels[level] = _Level(width, height, self._channels)
        return self._levels[level]

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

    def _pixels(self, level: int, box: Rect) -> Array:
        if level == 0:
            return self._read(box)
        below = self._below(level, box)
        return _halved(self._read(below) if level == 1 else self.view(level - 1, below))


def shrunk(rect: Rect, level: int) -> Rect:
    """The pixels of a level that any pixel of ``rect`` went into."""
    x, y = rect.x >> level, rect.y >> level
    return Rect(x, y, -(-rect.right >> level) - x, -(-rect.bottom >> level) - y)


def _halved(pixels: Array) -> Array:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    half: Array = cv2.resize(pixels, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return half


def _tiles(rect: Rect) -> tuple[slice, slice]:
    return (
        slice(rect.y // TILE, (rect.bottom - 1) // TILE + 1),
        slice(rect.x // TILE, (rect.right - 1) // TILE + 1),
    )
