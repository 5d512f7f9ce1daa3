"""Encoded pictures for tests of reading: by Pillow, and by hand."""

import io
import struct
import zlib

import numpy as np
import PIL.Image

RGB = np.random.default_rng(0).integers(0, 256, (7, 11, 3), np.uint8)


def saved(array, format="PNG", **options):  # noqa: A002
    buffer = io.BytesIO()
    image = array if isinstance(array, PIL.Image.Image) else PIL.Image.fromarray(array)
    image.save(buffer, format, **options)
    return buffer.getvalue()


def by_pillow(path):
    return PIL.Image.open(io.BytesIO(path.read_bytes()))


def plain_png(colour, array, *extra):
    """A PNG put together by hand, an answer that no library had a part in. ``extra``: more (name, body) chunks."""
    height, width = array.shape[:2]
    depth = array.dtype.itemsize * 8
    rows = array.astype(">u2" if depth == 16 else np.uint8).reshape(height, -1).view(np.uint8)
    body = zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes())
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)), *extra, (b"IDAT", body)]
    chunks.append((b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
