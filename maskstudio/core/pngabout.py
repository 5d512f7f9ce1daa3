"""What a PNG of ours says beside its pixels, as chunks: colours, resolution, and what else the user wants kept.

Resolution goes into pHYs, EXIF into eXIf, XMP into the iTXt every reader knows. PNG has no place of its own for IPTC:
it goes into the text that ExifTool, Exiv2 and ImageMagick read it from, and its main fields into XMP for all others.
"""

import struct
import zlib
from typing import Literal

from maskstudio.core import exif as exifs
from maskstudio.core import iptc, xmp
from maskstudio.core.image import Image
from maskstudio.core.metadata import Metadata, Resolution
from maskstudio.core.png import Chunk
from maskstudio.core.profile import rgb_profile_as_grey

Keep = Literal["copyright", "all", "none"]

_IPTC_IN_XMP = {
    5: (xmp.DC, "title"), 25: (xmp.DC, "subject"), iptc.CREATOR: (xmp.DC, "creator"), 120: (xmp.DC, "description"),
    iptc.COPYRIGHT: (xmp.DC, "rights"), iptc.CREDIT: (xmp.PHOTOSHOP, "Credit"), 105: (xmp.PHOTOSHOP, "Headline"),
    115: (xmp.PHOTOSHOP, "Source"), 90: (xmp.PHOTOSHOP, "City"), 95: (xmp.PHOTOSHOP, "State"),
    101: (xmp.PHOTOSHOP, "Country"), 40: (xmp.PHOTOSHOP, "Instructions"),
}  # fmt: skip
_WHOSE = (iptc.CREATOR, iptc.COPYRIGHT, iptc.CREDIT)


def colour_chunks(image: Image, *, grey: bool = False) -> list[Chunk]:
    """What the numbers of ``image`` mean; ``grey`` for a picture of one channel."""
    chunks = [(b"cICP", image.cicp)] if image.cicp else []
    icc = rgb_profile_as_grey(image.icc) if grey and image.icc else image.icc
    if icc:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(icc, 9)))
    return chunks


def resolution_chunks(resolution: Resolution | None) -> list[Chunk]:
    """How large the picture is in the world."""
    if resolution is None:
        return []
    across, down = (round(value) for value in resolution)
    return [(b"pHYs", struct.pack(">IIB", across, down, 1))]


def chunks_of(image: Image, keep: Keep, *, grey: bool = False) -> list[Chunk]:
    """All that is to be said of ``image``: colours and resolution always, the rest as ``keep`` says.

    "copyright" names whose the photo is, and no more; "all" keeps EXIF with GPS and the maker's note, XMP and IPTC. No
    embedded picture is ever kept, and the orientation is that of the pixels, which are upright.
    """
    always = [*colour_chunks(image, grey=grey), *resolution_chunks(image.metadata.resolution)]
    return always if keep == "none" else [*always, *_told(image, keep)]


def _told(image: Image, keep: Keep) -> list[Chunk]:
    """Chunks of whose the photo is, or of all its metadata, as ``keep`` says; IPTC's main fields stand in XMP too."""
    metadata, whole = image.metadata, keep == "all"
    records = iptc.records(metadata.iptc)
    read = exifs.read_exif(metadata.exif)
    texts = dict(metadata.texts)
    owner = {
        exifs.COPYRIGHT: xmp.text_of(metadata.xmp, (xmp.DC, "rights")),
        exifs.ARTIST: xmp.text_of(metadata.xmp, (xmp.DC, "creator")),
    }
    owner[exifs.COPYRIGHT] = owner[exifs.COPYRIGHT] or _first(records, iptc.COPYRIGHT) or texts.get("Copyright", "")
    owner[exifs.ARTIST] = owner[exifs.ARTIST] or _first(records, iptc.CREATOR) or texts.get("Author", "")
    if read is not None:
        read = exifs.upright(read, *image.size) if whole else exifs.rights_only(read)
    wanted = exifs.with_rights(read, owner)
    added = {name: iptc.texts(records, number) for number, name in _IPTC_IN_XMP.items() if whole or number in _WHOSE}
    added[xmp.DC, "rights"] = added[xmp.DC, "rights"] or [wanted.text(exifs.COPYRIGHT)]
    added[xmp.DC, "creator"] = added[xmp.DC, "creator"] or [wanted.text(exifs.ARTIST)]
    packet = (xmp.all_of if whole else xmp.rights_of)(metadata.xmp, added)
    chunks: list[Chunk] = []
    if raw := exifs.write_exif(wanted):
        chunks.append((b"eXIf", raw))
    if packet:
        chunks.append((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    return [*chunks, *_texts(metadata, whole=whole), *(_iptc_chunk(records) if whole and records else [])]


def _texts(metadata: Metadata, *, whole: bool) -> list[Chunk]:
    return [
        (b"iTXt", name.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))
        for name, text in metadata.texts
        if whole or name in ("Copyright", "Author")
    ]


def _iptc_chunk(records: list[iptc.Record]) -> list[Chunk]:
    raw = iptc.as_resource(iptc.joined(records))
    text = f"\niptc\n{len(raw):8}\n{raw.hex()}\n"
    return [(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text.encode()))]


def _first(records: list[iptc.Record], number: int) -> str:
    return next(iter(iptc.texts(records, number)), "")
