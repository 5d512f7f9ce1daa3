"""EXIF: read as directories of entries, what may not go on taken out, and written again from nothing.

Written anew, no byte of a thumbnail or of anything else left out can stay behind. Knows nothing of pixels.
"""

import struct
from dataclasses import dataclass, replace

from maskstudio.core.tiff import EXIF_IFD, GPS_IFD, INTEROP_IFD, TiffEntry, read_tiff

Entries = dict[int, TiffEntry]

COPYRIGHT, ARTIST = 0x8298, 0x013B
_ORIENTATION, _MAKER_NOTE, _WIDTH, _HEIGHT = 0x0112, 0x927C, 0xA002, 0xA003
_OF_THE_FILE = {
    *range(254, 270), 273, *range(277, 282), 284, *range(288, 294), 297, 301, *range(317, 348), *range(512, 533), 559,
    700, 33421, 33422, 33723, 34377, 34675, EXIF_IFD, GPS_IFD, 37724,
}  # fmt: skip
"""Tags of the main directory that tell of the file it was in and not of the photo; XMP and others come apart."""

_FIRST_OF_DNG = 50706  # from here on
_JPEG = b"\xff\xd8\xff"
_MOST = 4 << 20  # bytes
_NEAR = 1 << 16


@dataclass(frozen=True)
class Exif:
    """The directories: of the photo, how it was taken, where, and how its files belong together."""

    order: str
    main: Entries
    details: Entries
    place: Entries
    interop: Entries

    def text(self, tag: int) -> str:
        """The text of a tag of the main directory."""
        entry = self.main.get(tag)
        return entry.text() if entry else ""


def read_exif(data: bytes) -> Exif | None:
    """What EXIF bytes, or those of a TIFF file, tell of the photo; None where they are neither."""
    tiff = read_tiff(data)
    if tiff is None:
        return None
    main = tiff.directory(tiff.first)
    details = tiff.below(main, EXIF_IFD)
    place, interop = tiff.below(main, GPS_IFD), tiff.below(details, INTEROP_IFD)
    about = {tag: entry for tag, entry in main.entries.items() if _of_the_photo(tag) and not _pictured(entry)}
    told = {tag: entry for tag, entry in details.entries.items() if tag != INTEROP_IFD and not _pictured(entry)}
    return Exif(tiff.order, about, told, dict(place.entries), dict(interop.entries))


def rights_only(exif: Exif) -> Exif:
    """Whose photo it is, and nothing else."""
    return Exif(exif.order, {tag: exif.main[tag] for tag in (COPYRIGHT, ARTIST) if tag in exif.main}, {}, {}, {})


def upright(exif: Exif, width: int, height: int) -> Exif:
    """What holds for the picture once its pixels are upright and it is of this size."""
    main, details = dict(exif.main), dict(exif.details)
    if _ORIENTATION in main:
        main[_ORIENTATION] = TiffEntry(3, 1, struct.pack(f"{exif.order}H", 1))
    for tag, side in ((_WIDTH, width), (_HEIGHT, height)):
        if tag in details:
            details[tag] = TiffEntry(4, 1, struct.pack(f"{exif.order}I", side))
    return replace(exif, main=main, details=details)


def with_rights(exif: Exif | None, rights: dict[int, str]) -> Exif:
    """The same, with texts in ``rights`` where it has none under these tags."""
    exif = exif or Exif(">", {}, {}, {}, {})
    added = {tag: _ascii(text) for tag, text in rights.items() if text and not exif.text(tag)}
    return replace(exif, main=exif.main | added)


def write_exif(exif: Exif) -> bytes:
    """A TIFF structure that holds it; b"" where there is nothing to hold.

    A maker's note stays where it was, as its places are counted from the beginning.
    """
    if not (exif.main or exif.details or exif.place):
        return b""
    out = bytearray((b"II*\0" if exif.order == "<" else b"MM\0*") + bytes(4))
    note = exif.details.get(_MAKER_NOTE)
    kept: dict[int, int] = {}
    if note is not None and len(note.raw) > 4 and 8 <= note.at <= _NEAR:
        out += bytes(note.at - len(out)) + note.raw
        kept[id(note)] = note.at
    main, details = dict(exif.main), dict(exif.details)
    if exif.interop:
        details[INTEROP_IFD] = _pointer(exif.order, _put(out, exif.order, exif.interop, kept))
    if details:
        main[EXIF_IFD] = _pointer(exif.order, _put(out, exif.order, details, kept))
    if exif.place:
        main[GPS_IFD] = _pointer(exif.order, _put(out, exif.order, exif.place, kept))
    struct.pack_into(f"{exif.order}I", out, 4, _put(out, exif.order, main, kept))
    return bytes(out) if len(out) <= _MOST else b""


def _put(out: bytearray, order: str, entries: Entries, kept: dict[int, int]) -> int:
    """Append a directory with its values; gives its place. ``kept`` are the places of values that lie there already."""
    values: dict[int, bytes] = {}
    for tag, entry in sorted(entries.items()):
        if len(entry.raw) <= 4:
            values[tag] = entry.raw.ljust(4, b"\0")
            continue
        at = kept.get(id(entry))
        if at is None:
            out += bytes(len(out) % 2)
            at = len(out)
            out += entry.raw
        values[tag] = struct.pack(f"{order}I", at)
    out += bytes(len(out) % 2)
    start = len(out)
    out += struct.pack(f"{order}H", len(values))
    for tag, value in values.items():
        out += struct.pack(f"{order}HHI", tag, entries[tag].kind, entries[tag].count) + value
    out += bytes(4)  # no directory follows: the next one would be the thumbnail's
    return start


def _pointer(order: str, at: int) -> TiffEntry:
    return TiffEntry(4, 1, struct.pack(f"{order}I", at))


def _ascii(text: str) -> TiffEntry:
    raw = text.encode("utf-8", "replace") + b"\0"  # EXIF says ASCII; every reader of today takes UTF-8
    return TiffEntry(2, len(raw), raw)


def _of_the_photo(tag: int) -> bool:
    return tag not in _OF_THE_FILE and tag < _FIRST_OF_DNG


def _pictured(entry: TiffEntry) -> bool:
    """Whether a value holds a picture, as makers' notes do: it would show the photo as it was before it was cut."""
    return _JPEG in entry.raw
