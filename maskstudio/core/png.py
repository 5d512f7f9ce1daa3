"""A PNG writer that uses every core and never holds the whole picture: rows in, pieces of the file out.

The rows are cut into stripes; each is filtered and deflated on its own thread (zlib and numpy let go of the interpreter
lock) and the pieces join into one zlib stream, as each ends on a byte with a sync flush and is primed with the 32 KiB
that precede it. Knows nothing of images, masks or files.
"""

import os
import struct
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskstudio.core import pngfilter
from maskstudio.core.callbacks import Progress
from maskstudio.core.pooled import handed

Compression = Literal["fast", "smallest"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_STRIPE = 1 << 20  # bytes of rows a stripe: enough to make joins cheap, small enough to stay in the cache
_WINDOW = 1 << 15  # bytes that deflate can look back
_SAMPLE = 1 << 19  # bytes tried before choosing how to write,
_BANDS = 16  # from so many places


@dataclass(frozen=True)
class Raster:
    """A picture to write. ``rows(start, stop)``, called from any thread, gives uint8 or uint16 (N, width, channels)."""

    width: int
    height: int
    channels: int
    depth: int
    rows: Callable[[int, int], NDArray[np.uint8] | NDArray[np.uint16]]

    @property
    def pixel(self) -> int:
        """Bytes a pixel."""
        return self.channels * self.depth // 8

    def bytes(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Rows as PNG stores them before filtering: uint8 (N, width * pixel), high byte first."""
        rows = np.ascontiguousarray(self.rows(start, stop))
        if self.depth == 16:
            rows = rows.astype(">u2")
        return rows.view(np.uint8).reshape(stop - start, self.width * self.pixel)


@dataclass(frozen=True)
class _Way:
    """How to compress: a deflate level and strategy, and one filter for all rows or the best for each (None)."""

    level: int
    strategy: int
    filter: int | None


_FAST = [_Way(1, how, kind) for how in (zlib.Z_RLE, zlib.Z_DEFAULT_STRATEGY) for kind in pngfilter.ALL]
_SMALLEST = [
    _Way(9, how, kind) for how in (zlib.Z_FILTERED, zlib.Z_DEFAULT_STRATEGY) for kind in (None, pngfilter.NONE)
]


def raster_of(array: NDArray[np.uint8] | NDArray[np.uint16]) -> Raster:
    """An array in memory, (H, W) or (H, W, 1 to 4), as a Raster."""
    solid = array[..., None] if array.ndim == 2 else array
    height, width, channels = solid.shape
    return Raster(width, height, channels, 8 * array.dtype.itemsize, lambda start, stop: solid[start:stop])


Chunk = tuple[bytes, bytes]
"""The name of a chunk and what is in it."""


def png_pieces(
    raster: Raster,
    *,
    about: Sequence[Chunk] = (),
    compression: Compression = "fast",
    step: Progress | None = None,
) -> Generator[bytes]:
    """The bytes of a PNG file, in order. ``step`` is called from this thread with 0..1 and may raise to stop.

    ``about`` are chunks that say something of the picture, in the order in which they are to come before it.
    """
    colour = _COLOUR_TYPES[raster.channels]
    yield SIGNATURE
    yield _chunk(b"IHDR", struct.pack(">IIBBBBB", raster.width, raster.height, raster.depth, colour, 0, 0, 0))
    for kind, body in about:
        yield _chunk(kind, body)
    way = _best(_SMALLEST if compression == "smallest" else _FAST, raster)
    yield _chunk(b"IDAT", b"\x78\x01")
    check = 1
    for piece, piece_check, length in _deflated(raster, way, step):
        check = adler32_combine(check, piece_check, length)
        yield _chunk(b"IDAT", piece)
    yield _chunk(b"IDAT", b"\x03\x00" + struct.pack(">I", check))  # an empty last block, then the checksum
    yield _chunk(b"IEND", b"")


def adler32_combine(first: int, second: int, length: int) -> int:
    """Adler-32 (RFC 1950) of two joined byte strings from those of each and the length of the second."""
    base = 65521
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % base
    high = ((first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)) % base
    return high << 16 | low


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))))


def _deflated(raster: Raster, way: _Way, step: Progress | None) -> Iterator[tuple[bytes, int, int]]:
    """Each stripe as (raw deflate bytes, Adler-32 and length of what went in), in order, a few stripes ahead."""
    tall = max(1, _STRIPE // (raster.width * raster.pixel + 1))
    starts = deque(range(0, raster.height, tall))
    stripes = len(starts)
    workers = os.cpu_count() or 1
    pending: deque[Future[tuple[bytes, int, int]]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="png") as pool:
        try:
            while starts or pending:
                while starts and len(pending) < 2 * workers:
                    start = starts.popleft()
                    pending.append(handed(pool, _stripe, raster, way, start, min(start + tall, raster.height)))
                yield pending.popleft().result()
                if step is not None:
                    step(1 - (len(starts) + len(pending)) / stripes)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _stripe(raster: Raster, way: _Way, start: int, stop: int) -> tuple[bytes, int, int]:
    back = -(-_WINDOW // (raster.width * raster.pixel + 1)) if way.level > 1 else 0  # rows that fill the window
    first = max(0, start - back)
    filtered = _filtered(raster, way, first, stop)
    lead, body = filtered[: start - first].tobytes()[-_WINDOW:], filtered[start - first :].tobytes()
    if lead:
        packer = zlib.compressobj(way.level, zlib.DEFLATED, -15, 9, way.strategy, lead)
    else:
        packer = zlib.compressobj(way.level, zlib.DEFLATED, -15, 9, way.strategy)
    return packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH), zlib.adler32(body), len(body)


def _filtered(raster: Raster, way: _Way, start: int, stop: int) -> NDArray[np.uint8]:
    """Rows ready to deflate: uint8 (N, 1 + bytes a row), the filter's number first."""
    with_above = raster.bytes(max(0, start - 1), stop)
    rows = with_above[1:] if start else with_above
    above = with_above[0] if start else np.zeros(rows.shape[1], np.uint8)
    out = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
    if way.filter is not None:
        out[:, 0] = way.filter
        out[:, 1:] = pngfilter.filter_rows(rows, above, raster.pixel, way.filter)
        return out
    least = np.full(len(rows), np.iinfo(np.int64).max)
    for kind in pngfilter.ALL:
        candidate = pngfilter.filter_rows(rows, above, raster.pixel, kind)
        costs = pngfilter.cost(candidate)
        better = costs < least
        out[better, 0], out[better, 1:] = kind, candidate[better]
        least = np.minimum(least, costs)
    return out


def _best(ways: list[_Way], raster: Raster) -> _Way:
    """The way that makes a sample of the picture smallest: graphics, photos and noise differ."""
    row = raster.width * raster.pixel + 1
    tall = min(max(2, _SAMPLE // _BANDS // row), raster.height)
    starts = sorted({(2 * i + 1) * (raster.height - tall) // (2 * _BANDS) for i in range(_BANDS)})

    def size(way: _Way) -> int:
        packer = zlib.compressobj(way.level, zlib.DEFLATED, -15, 9, way.strategy)
        parts = [packer.compress(_filtered(raster, way, start, start + tall).tobytes()) for start in starts]
        return sum(map(len, parts)) + len(packer.flush())

    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="png") as pool:
        sizes = [each.result() for each in [handed(pool, size, way) for way in ways]]
    return ways[sizes.index(min(sizes))]
