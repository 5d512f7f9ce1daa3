"""The chunks of a PNG file, just enough to decode it safely. Knows nothing of pixels."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_TOLD = (b"tRNS", b"eXIf", b"cICP", b"sRGB", b"gAMA", b"cHRM", b"cLLI", b"pHYs")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_MOST_TEXTS = 64
_LONGEST = 8 << 20  # bytes of a chunk that says something beside the pixels


@dataclass(frozen=True)
class PngFile:
    """What the decoder must know; ``bare`` is the same picture without any chunk that pixels do not need."""

    depth: int
    colour: int  # 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA
    key: tuple[int, ...]  # the one colour declared transparent (tRNS), as stored
    exif: bytes
    bare: bytes
    chunks: Mapping[bytes, bytes]  # bodies of the small ones, by name
    texts: tuple[tuple[bytes, bytes], ...]  # names and bodies of those that hold text


def read_chunks(data: bytes) -> PngFile | None:
    """Walk the chunks of ``data``; None if it does not begin as a PNG. Damage is left to the decoder to find."""
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        return None
    depth, colour = chunks[0][1][8], chunks[0][1][9]
    small = [(kind, body) for kind, body, _ in chunks if len(body) <= _LONGEST]
    named = {kind: bytes(body) for kind, body in reversed(small) if kind in _TOLD}
    texts = [(kind, bytes(body)) for kind, body in small if kind in _TEXTS]
    key = named.get(b"tRNS", b"")
    return PngFile(
        depth=depth,
        colour=colour,
        key=struct.unpack(f">{len(key) // 2}H", key[: len(key) // 2 * 2]) if colour in (0, 2) else (),
        exif=named.get(b"eXIf", b""),
        bare=b"".join([SIGNATURE, *(whole for kind, _, whole in chunks if kind in _NEEDED)]),
        chunks=named,
        texts=tuple(texts[:_MOST_TEXTS]),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Kind, body and all bytes of each chunk, as far as lengths fit."""
    view, at = memoryview(data), len(SIGNATURE)
    if data[:at] != SIGNATURE:
        return
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):  # decoders have been seen to set aside the 2 GB that a broken length promises
            return
        yield bytes(view[at + 4 : at + 8]), view[at + 8 : end - 4], view[at:end]
        at = end
