"""IPTC: records of the Information Interchange Model (IIM 4.2), and the resources of Photoshop that hold them."""

import struct
from collections.abc import Iterable, Iterator

Record = tuple[int, int, bytes]  # number of the record, number of the dataset, value

CREATOR, CREDIT, COPYRIGHT = 80, 110, 116
"""Datasets of record 2."""

_MOST = 4096  # of records and of resources
_UTF8 = b"\x1b%G"
_PREVIEWS = (200, 201, 202)  # a small picture of the photo as it was before it was cut


def records(data: bytes) -> list[Record]:
    """The records in ``data``, as far as they make sense; without previews, and without what lies beyond record 2."""
    return [each for each in _walked(data) if each[0] <= 2 and not (each[0] == 2 and each[1] in _PREVIEWS)]


def texts(found: Iterable[Record], dataset: int) -> list[str]:
    """The values of a dataset of record 2 as text."""
    found = list(found)
    named = any((record, number) == (1, 90) and value == _UTF8 for record, number, value in found)
    return [_decoded(value, named) for record, number, value in found if (record, number) == (2, dataset)]


def joined(found: Iterable[Record]) -> bytes:
    """The records as bytes again."""
    parts = [struct.pack(">BBBH", 0x1C, record, number, len(value)) + value for record, number, value in found]
    return b"".join(parts)


def as_resource(iptc: bytes) -> bytes:
    """IPTC as Photoshop wraps it."""
    return struct.pack(">4sHHI", b"8BIM", 0x0404, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)


def photoshop_resources(data: bytes) -> dict[int, bytes]:
    """The resources in a block of Photoshop's, by number."""
    found: dict[int, bytes] = {}
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data) and len(found) < _MOST:
        number, named = struct.unpack_from(">HB", data, at + 4)
        at += 6 + (named + 2) // 2 * 2
        if at + 4 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, at)
        found.setdefault(number, data[at + 4 : at + 4 + length])
        at += 4 + length + length % 2
    return found


def _walked(data: bytes) -> Iterator[Record]:
    """The records in ``data`` one after another; stops at the first that does not fit."""
    at = 0
    for _ in range(_MOST):
        if at + 5 > len(data) or data[at] != 0x1C:
            return
        record, number, length = struct.unpack_from(">BBH", data, at + 1)
        at += 5
        if length & 0x8000 or at + length > len(data):  # values of more than 32 KiB are none to keep
            return
        yield record, number, data[at : at + length]
        at += length


def _decoded(value: bytes, named: bool) -> str:
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("utf-8" if named else "latin-1", "replace").strip("\0 ")
