"""Frames: pieces of data in a row, each with its kind, length and checksum, so that a torn end or a bad sector is seen.

A frame is four bytes of mark and kind, the length of the payload, a CRC-32 of all that, and the payload. Numbers are
little-endian. Knows nothing of what is inside.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MARK = b"mj\xf7"
_HEAD = struct.Struct("<3scII")
_LOOK = 1 << 16  # bytes read at a time while looking for the next mark
MOST = 1 << 28
"""Bytes a payload may have."""


@dataclass(frozen=True, slots=True)
class FileFrame:
    """One frame. ``kind`` is a single letter; an empty one stands for damage that was skipped."""

    kind: bytes
    payload: bytes = b""


def framed(kind: bytes, payload: bytes) -> bytes:
    """The bytes of a frame."""
    if len(payload) > MOST:
        raise ValueError("too much for one frame")
    return _HEAD.pack(_MARK, kind, len(payload), _check(kind, payload)) + payload


def read_frames(file: BinaryIO) -> Iterator[FileFrame]:
    """The frames of a file in order. Damage in their midst gives one frame without a kind; a torn end just ends."""
    while True:
        start = file.tell()
        frame = _frame(file)
        if frame is not None:
            yield frame
            continue
        if not _found(file, start + 1):
            return
        yield FileFrame(b"")


def whole_frames(data: bytes) -> Iterator[FileFrame]:
    """The frames that ``data`` consists of; ``ValueError`` where it is anything else."""
    at = 0
    while at < len(data):
        if at + _HEAD.size > len(data):
            raise ValueError("a torn frame")
        mark, kind, length, check = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        payload = data[at : at + length]
        if mark != _MARK or len(payload) < length or _check(kind, payload) != check:
            raise ValueError("a damaged frame")
        at += length
        yield FileFrame(kind, payload)


def read_kinds(file: BinaryIO, wanted: bytes) -> Iterator[FileFrame]:
    """As ``read_frames``, for those of the ``wanted`` kinds; the payloads of others are neither read nor checked."""
    end = file.seek(0, 2)
    file.seek(0)
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        mark, kind, length, _ = _HEAD.unpack(head)
        start = file.tell()
        if mark == _MARK and kind not in wanted and start + length <= end:
            file.seek(length, 1)
            continue
        file.seek(start - _HEAD.size)
        frame = _frame(file)
        if frame is not None:
            yield frame
        elif not _found(file, start - _HEAD.size + 1):
            return


def _check(kind: bytes, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(kind + struct.pack("<I", len(payload))))


def _frame(file: BinaryIO) -> FileFrame | None:
    """The frame that begins here; None where there is none or it is damaged."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    mark, kind, length, check = _HEAD.unpack(head)
    if mark != _MARK or length > MOST:
        return None
    payload = file.read(length)
    if len(payload) < length or _check(kind, payload) != check:
        return None
    return FileFrame(kind, payload)


def _found(file: BinaryIO, start: int) -> bool:
    """Stand at the next mark from ``start`` on, if there is one."""
    kept = b""
    file.seek(start)
    while chunk := file.read(_LOOK):
        at = (kept + chunk).find(_MARK)
        if at >= 0:
            file.seek(start - len(kept) + at)
            return True
        start += len(chunk)
        kept = (kept + chunk)[-(len(_MARK) - 1) :]
    return False
