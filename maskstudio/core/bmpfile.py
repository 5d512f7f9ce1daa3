"""Colours in the header of a BMP file, versions 4 and 5. Knows nothing of pixels."""

import struct

from maskstudio.core.colourtags import ColourTag
from maskstudio.core.transfer import SRGB, power

_HEADER = 14
_SPACE, _ENDS, _GAMMA, _PROFILE = _HEADER + 56, _HEADER + 60, _HEADER + 96, _HEADER + 112
_OLD, _NEW = 108, 124  # sizes of the headers that say anything


def bmp_colours(data: bytes) -> tuple[ColourTag | None, bytes | None]:
    """The tag its numbers stand for, and the profile embedded in it; None for either that is not there."""
    size = int.from_bytes(data[_HEADER : _HEADER + 4], "little")
    if size < _OLD or len(data) < _HEADER + size:
        return None, None
    space = data[_SPACE : _SPACE + 4]
    if space == b"DEBM" and size >= _NEW:
        start, length = struct.unpack_from("<II", data, _PROFILE)
        return None, data[_HEADER + start : _HEADER + start + length]
    return (_calibrated(data), None) if space == bytes(4) else (None, None)


def _calibrated(data: bytes) -> ColourTag | None:
    """The tag of the end points and gamma in the header (BITMAPV4HEADER); None where they make no sense."""
    ends = [value / 2**30 for value in struct.unpack_from("<9i", data, _ENDS)]
    colours = [ends[at : at + 3] for at in (0, 3, 6)]
    sums = [*colours, [sum(axis) for axis in zip(*colours, strict=True)]]
    if min(sum(colour) for colour in sums) <= 0:
        return None
    red, green, blue, white = ((x / (x + y + z), y / (x + y + z)) for x, y, z in sums)
    gamma = struct.unpack_from("<3I", data, _GAMMA)[1] / 65536
    if not 0.1 <= gamma <= 10:
        return None
    return ColourTag((red, green, blue, white), SRGB if abs(gamma - 2.2) < 0.01 else power(gamma))
