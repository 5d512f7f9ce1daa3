"""What a JPEG says in XMP beyond its packet, which ends at 64 KB: put together from its segments, and into the packet.

It is a stranger's, like all of it: what is not whole, or not what the packet names, is as good as not there.
"""

import struct
from collections.abc import Iterable

from maskstudio.core import xmp

_MARK = b"http://ns.adobe.com/xmp/extension/\0"
_HEAD = struct.Struct(">32sII")  # the name of all of it, its length, and where this piece of it begins
_MOST = 8 << 20  # bytes, pictures within and all


def extended(packet: bytes, segments: Iterable[tuple[str, bytes]]) -> bytes:
    """The packet with what the segments ("APP1", bytes) add to it; the packet as it is where they add nothing."""
    name, whole = b"", 0
    pieces: dict[int, bytes] = {}
    for kind, body in segments:
        if kind != "APP1" or not body.startswith(_MARK) or len(body) < len(_MARK) + _HEAD.size:
            continue
        name = name or xmp.text_of(packet, xmp.EXTENSION).encode("ascii", "replace")
        named, length, at = _HEAD.unpack_from(body, len(_MARK))
        if named != name or length > _MOST or whole not in (0, length):
            continue
        whole = length
        pieces.setdefault(at, body[len(_MARK) + _HEAD.size :])
    data = _in_a_row(pieces)
    return xmp.joined(packet, data) if whole and len(data) == whole else packet


def _in_a_row(pieces: dict[int, bytes]) -> bytes:
    """All of it; b"" where a piece is missing or lies over another."""
    data = bytearray()
    for at in sorted(pieces):
        if at != len(data):
            return b""
        data += pieces[at]
    return bytes(data)
