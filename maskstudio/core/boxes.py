"""Boxes of ISO files (AVIF, HEIF, JPEG 2000), as far as they say what colours are. Knows nothing of pixels."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MOST = 4096  # boxes looked at in one place
_ICC = (b"prof", b"rICC")


@dataclass(frozen=True)
class BoxedColours:
    """What a file says of its main picture: an ICC profile, code points (H.273), bits a channel, brightest light."""

    icc: bytes = b""
    nclx: tuple[int, int, int, bool] | None = None  # primaries, transfer, matrix, full range
    depth: int = 8
    brightest: int = 0  # cd/m2, 0 where it is not said


def is_iso(data: bytes) -> bool:
    """Whether ``data`` begins as AVIF, HEIF and films do."""
    return data[4:8] == b"ftyp"


def brands(data: bytes) -> tuple[bytes, ...]:
    """What the file says it can be read as, the most important first."""
    if not is_iso(data):
        return ()
    length = min(struct.unpack(">I", data[:4])[0], len(data), 512)
    return tuple(data[at : at + 4] for at in (8, *range(16, length - 3, 4)))


def read_colours(data: bytes) -> BoxedColours:
    """The colours of the primary item of an AVIF or HEIF file."""
    view = memoryview(data)
    meta = _first(view, b"meta")
    if meta is None or len(meta) < 4:
        return BoxedColours()
    inner = meta[4:]
    main, properties = _primary(_first(inner, b"pitm")), _first(inner, b"iprp")
    held = _first(properties, b"ipco") if properties is not None else None
    if held is None or properties is None:
        return BoxedColours()
    every = [(kind, body) for kind, body in _boxes(held)]
    chosen = _associated(_first(properties, b"ipma"), main)
    return _said([every[index - 1] for index in chosen if 0 < index <= len(every)])


def jp2_icc(data: bytes) -> bytes:
    """The ICC profile of a JPEG 2000 file; b"" where there is none."""
    header = _first(memoryview(data), b"jp2h")
    for kind, body in _boxes(header) if header is not None else ():
        if kind == b"colr" and len(body) > 3 and body[0] in (2, 3):  # a restricted or any profile
            return bytes(body[3:])
    return b""


def _said(properties: list[tuple[bytes, memoryview]]) -> BoxedColours:
    """What these properties say of colours; the last of a kind counts."""
    icc, nclx, depth, brightest = b"", None, 8, 0
    for kind, body in properties:
        if kind == b"colr" and bytes(body[:4]) in _ICC:
            icc = bytes(body[4:])
        elif kind == b"colr" and bytes(body[:4]) == b"nclx" and len(body) >= 11:
            primaries, transfer, matrix = struct.unpack_from(">HHH", body, 4)
            nclx = (primaries, transfer, matrix, bool(body[10] & 0x80))
        elif kind == b"pixi" and len(body) >= 6:
            depth = max(body[5 : 5 + body[4]], default=8)
        elif kind == b"clli" and len(body) >= 4:
            (brightest,) = struct.unpack_from(">H", body)
    return BoxedColours(icc, nclx, depth, brightest)


def _primary(pitm: memoryview | None) -> int:
    if pitm is None or len(pitm) < 8:
        return int.from_bytes(pitm[4:6], "big") if pitm is not None else 0
    return int.from_bytes(pitm[4:8] if pitm[0] else pitm[4:6], "big")


def _associated(ipma: memoryview | None, item: int) -> list[int]:
    """The numbers of the properties of an item (ISO 23008-12, 9.3.1)."""
    if ipma is None or len(ipma) < 8:
        return []
    wide, long = 4 if ipma[0] else 2, 2 if ipma[3] & 1 else 1
    at = 8
    for _ in range(min(int.from_bytes(ipma[4:8], "big"), _MOST)):
        if at + wide >= len(ipma):
            return []
        number, count = int.from_bytes(ipma[at : at + wide], "big"), ipma[at + wide]
        at += wide + 1
        if number == item:
            places = [ipma[at + long * place : at + long * place + long] for place in range(count)]
            return [int.from_bytes(place, "big") & (0x7FFF if long == 2 else 0x7F) for place in places]
        at += long * count
    return []


def _first(view: memoryview | None, wanted: bytes) -> memoryview | None:
    return next((body for kind, body in _boxes(view) if kind == wanted), None) if view is not None else None


def _boxes(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and body of each box in ``view``; stops at the first that does not fit."""
    at = 0
    for _ in range(_MOST):
        if at + 8 > len(view):
            return
        length, kind, head = int.from_bytes(view[at : at + 4], "big"), bytes(view[at + 4 : at + 8]), 8
        if length == 1:
            length, head = int.from_bytes(view[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = len(view) - at
        if length < head or at + length > len(view):
            return
        yield kind, view[at + head : at + length]
        at += length
