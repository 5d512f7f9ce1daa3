"""ICC profile files (ICC.1:2010 and ICC.1:2022): a tag of one taken out, and a matrix profile put together."""

import struct

import numpy as np

from maskstudio.core.arrays import Double

D50 = (0.9642, 1.0, 0.8249)
"""The white of the space profiles connect to."""


def tag(icc: bytes, name: bytes) -> bytes | None:
    """The body of a tag; None where there is none."""
    (count,) = struct.unpack_from(">I", icc, 128)
    for at in range(132, min(132 + 12 * count, len(icc) - 11), 12):
        signature, offset, size = struct.unpack_from(">4sII", icc, at)
        if signature == name and size >= 12 and offset + size <= len(icc):
            return icc[offset : offset + size]
    return None


def without(icc: bytes, name: bytes) -> bytes:
    """The profile with a tag hidden from its readers."""
    (count,) = struct.unpack_from(">I", icc, 128)
    for at in range(132, min(132 + 12 * count, len(icc) - 11), 12):
        if icc[at : at + 4] == name:
            return icc[:at] + b"none" + icc[at + 4 :]
    return icc


def matrix_profile(name: str, columns: Double, curve: bytes, *, version: bytes, chad: bytes = b"") -> bytes:
    """An RGB profile for screens: the columns of ``columns`` (3, 3) are red, green and blue in XYZ of D50.

    ``curve`` is a tag for all three. ``chad`` is the tag that tells how they came to be under D50.
    """
    modern = version[0] >= 4
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    bodies = {
        b"desc": text_v4(name) if modern else text_v2(name),
        b"cprt": _COPYRIGHT_V4 if modern else _COPYRIGHT_V2,
        b"wtpt": xyz(*D50),
        **{name: xyz(*columns[:, number]) for number, name in enumerate(names)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
        **({b"chad": chad} if chad else {}),
    }
    return _assemble(bodies, version, b"RGB ")


def grey_profile(curve: bytes, *, version: bytes) -> bytes:
    """A profile of one channel, with ``curve`` a tag."""
    modern = version[0] >= 4
    bodies = {
        b"desc": text_v4("Grey") if modern else text_v2("Grey"),
        b"cprt": _COPYRIGHT_V4 if modern else _COPYRIGHT_V2,
        b"wtpt": xyz(*D50),
        b"kTRC": curve,
    }
    return _assemble(bodies, version, b"GRAY")


def parametric(*numbers: float) -> bytes:
    """A curve by its numbers: (g) for v**g, or (g, a, b, c, d) for (a v + b)**g above d and c v below."""
    kind = {1: 0, 5: 3}[len(numbers)]
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(*numbers)


def sampled(values: Double) -> bytes:
    """A curve through these values (N,) of 0..1, evenly spaced."""
    steps = np.rint(values.clip(0, 1) * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(steps)) + bytes(steps.tobytes())


def matrix_tag(matrix: Double) -> bytes:
    """A matrix (3, 3), as the tag "chad" holds one."""
    return b"sf32" + bytes(4) + _fixed(*matrix.ravel())


def text_v2(text: str) -> bytes:
    """A description in profiles of version 2."""
    return b"desc" + struct.pack(">II", 0, len(text) + 1) + text.encode() + b"\0" + bytes(78)


def text_v4(text: str) -> bytes:
    """A text in profiles of version 4."""
    return b"mluc" + struct.pack(">III4sII", 0, 1, 12, b"enUS", 2 * len(text), 28) + text.encode("utf-16-be")


def xyz(*values: float) -> bytes:
    """A colour."""
    return b"XYZ " + bytes(4) + _fixed(*values)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


_COPYRIGHT_V2, _COPYRIGHT_V4 = b"text" + bytes(4) + b"Public domain\0", text_v4("Public domain")


def _assemble(bodies: dict[bytes, bytes], version: bytes, space: bytes) -> bytes:
    """The bytes of a profile with these tags: header, table of tags, bodies."""
    table, blob, at = b"", b"", 132 + 12 * len(bodies)
    places: dict[bytes, int] = {}  # equal bodies are held once, as the standard allows
    for name, body in bodies.items():
        if body not in places:
            places[body] = at + len(blob)
            blob += body + bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, places[body], len(body))
    header = struct.pack(
        ">I4s4s4s4s4s12s4s28s", at + len(blob), b"", version, b"mntr", space, b"XYZ ", b"", b"acsp", b""
    )
    return header + xyz(*D50)[8:] + bytes(48) + struct.pack(">I", len(bodies)) + table + blob
