"""TIFF structure: directories of tagged values, as in TIFF files and EXIF. Anybody's bytes, not believed.

Knows nothing of pixels. Whatever does not fit is left out; nothing raises.
"""

import struct
from dataclasses import dataclass, field

EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
"""Tags whose value is the place of another directory."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_RATIONALS = {5: "I", 10: "i"}
_MOST = 1024  # entries of a directory
_LARGEST = 4 << 20  # bytes of a value
_MOST_NUMBERS = 1 << 16


@dataclass(frozen=True)
class TiffEntry:
    """One value: its TIFF type, how many there are of it, its bytes in the order of the file, and where they lay."""

    kind: int
    count: int
    raw: bytes
    at: int = 0

    def numbers(self, order: str) -> tuple[float, ...]:
        """The values as numbers; () where they are none. Fractions by zero are left out."""
        count = min(self.count, _MOST_NUMBERS)
        if self.kind in _FORMATS:
            return struct.unpack_from(f"{order}{count}{_FORMATS[self.kind]}", self.raw)
        if self.kind in _RATIONALS:
            parts = struct.unpack_from(f"{order}{2 * count}{_RATIONALS[self.kind]}", self.raw)
            return tuple(above / below for above, below in zip(parts[::2], parts[1::2], strict=True) if below)
        return ()

    def text(self) -> str:
        """The value as text, UTF-8 or else Latin-1; "" where it is none."""
        if self.kind not in (1, 2, 7):
            return ""
        bare = self.raw.split(b"\0\0\0")[0].replace(b"\0", b"\n").strip()  # two texts in one tag are parted by a null
        try:
            return bare.decode("utf-8")
        except UnicodeDecodeError:
            return bare.decode("latin-1")


@dataclass(frozen=True)
class Directory:
    """The entries of one directory by tag, and the place of the next."""

    order: str
    entries: dict[int, TiffEntry] = field(default_factory=dict)
    following: int = 0

    def numbers(self, tag: int) -> tuple[float, ...]:
        """The numbers of a tag; () where it has none."""
        entry = self.entries.get(tag)
        return entry.numbers(self.order) if entry else ()

    def number(self, tag: int, default: float = 0) -> float:
        """The first number of a tag."""
        return next(iter(self.numbers(tag)), default)

    def text(self, tag: int) -> str:
        """The text of a tag; "" where it has none."""
        entry = self.entries.get(tag)
        return entry.text() if entry else ""


class Tiff:
    """The structure over ``data``."""

    def __init__(self, data: bytes | memoryview, order: str, first: int) -> None:
        self._data = memoryview(data)
        self.order = order
        self.first = first

    def directory(self, at: int) -> Directory:
        """The directory at a place; an empty one where there is none."""
        if not 8 <= at <= len(self._data) - 2:
            return Directory(self.order)
        (count,) = struct.unpack_from(f"{self.order}H", self._data, at)
        end = at + 2 + 12 * count
        if count > _MOST or end > len(self._data):
            return Directory(self.order)
        found: dict[int, TiffEntry] = {}
        for place in range(at + 2, end, 12):
            tag, kind, number = struct.unpack_from(f"{self.order}HHI", self._data, place)
            entry = self._entry(kind, number, place + 8)
            if entry is not None:
                found.setdefault(tag, entry)
        following = struct.unpack_from(f"{self.order}I", self._data, end)[0] if end + 4 <= len(self._data) else 0
        return Directory(self.order, found, following)

    def below(self, directory: Directory, tag: int) -> Directory:
        """The directory that a tag of another points to."""
        return self.directory(int(directory.number(tag)))

    def _entry(self, kind: int, count: int, at: int) -> TiffEntry | None:
        size = _SIZES.get(kind, 0) * count
        if not 0 < size <= _LARGEST:
            return None
        if size > 4:
            (at,) = struct.unpack_from(f"{self.order}I", self._data, at)
        if at + size > len(self._data):
            return None
        return TiffEntry(kind, count, bytes(self._data[at : at + size]), at)


def read_tiff(data: bytes | memoryview) -> Tiff | None:
    """The structure of TIFF or EXIF bytes (with or without "Exif" before them); None where they are something else."""
    if data[:6] == b"Exif\0\0":
        data = data[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]))
    if order is None or len(data) < 8:
        return None
    return Tiff(data, order, struct.unpack_from(f"{order}I", data, 4)[0])
