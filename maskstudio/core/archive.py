"""A zip file from anybody: nothing in it is believed, nothing is unpacked to the disk, and no bomb goes off.

Limits are watched while inflating; what a header promises counts for nothing.
"""

import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from maskstudio.errors import BadProject

_MEMBERS = 20_000
_DIRECTORY = 8 << 20  # bytes of the list of members
_TOTAL = 8 << 30  # bytes read from one file
_HARMLESS = 32 << 20  # bytes a member may inflate to whatever its ratio
_RATIO = 100  # inflated to stored: pixels of masks reach 1000, so beyond the harmless it is a bomb
_CHUNK = 1 << 20
_END, _END64, _FIND64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


class Archive:
    """A zip file open for reading. Raises BadProject, half a sentence, for all that is wrong with it."""

    def __init__(self, file: BinaryIO) -> None:
        """Reads the list of members; raises BadProject for a list that no honest program writes."""
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
            raise BadProject("it is damaged or incomplete") from error
        self._read = 0
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._zip.infolist():
            _check(member)
            if self._members.setdefault(member.filename, member) is not member:
                raise BadProject(f"it holds {PurePosixPath(member.filename).name} twice")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a member, no more than ``most``."""
        member = self._members.get(name)
        if member is None:
            raise BadProject(f"{PurePosixPath(name).name} is missing in it")
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(member) as file:
                while piece := file.read(_CHUNK):
                    size += len(piece)
                    self._read += len(piece)
                    bomb = size > _HARMLESS and size > _RATIO * max(member.compress_size, 1)
                    if bomb or size > most or self._read > _TOTAL:
                        raise BadProject("what it holds is larger than it should be")
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise BadProject(f"{PurePosixPath(name).name} in it is damaged") from error
        return b"".join(pieces)


def _check(member: zipfile.ZipInfo) -> None:
    """Refuse what no honest program writes."""
    name = member.orig_filename
    if "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in name.split("/"):
        raise BadProject("it holds a file with a forbidden name")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadProject("it holds a link")
    if member.flag_bits & 1:
        raise BadProject("it is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadProject("it is compressed in a way that OpenRaster does not know")


def _check_directory(file: BinaryIO) -> None:
    """Refuse a list of members that would fill the memory by itself (APPNOTE 6.3, 4.3.14 to 4.3.16)."""
    end = file.seek(0, 2)
    start = max(end - 65557, 0)
    file.seek(start)
    tail = file.read(65557)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise BadProject("it is damaged or incomplete")
    members, size = struct.unpack_from("<HI", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _FIND64:
        for place in (start + at - 20 - 56, struct.unpack_from("<Q", tail, at - 12)[0]):
            if not 0 <= place < end - 56:
                continue
            file.seek(place)
            long = file.read(56)
            if long[:4] == _END64:
                members, size = (
                    max(members, *struct.unpack_from("<QQ", long, 24)),
                    struct.unpack_from("<Q", long, 40)[0],
                )
    if members > _MEMBERS or size > _DIRECTORY:
        raise BadProject("it holds more files than a project can have")


def sniff(path: Path) -> bool:
    """Whether a file begins as a zip file does; false where it cannot be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except (OSError, ValueError):
        return False
