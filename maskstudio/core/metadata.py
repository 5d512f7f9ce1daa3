"""Metadata: what came with a photo beside its pixels, as it came. Knows how to find it in each kind of file.

It is a stranger's: sizes are bounded here, and ``exif``, ``xmp`` and ``iptc`` read it without believing it.
"""

import math
import struct
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from maskstudio.core.iptc import photoshop_resources
from maskstudio.core.pngfile import PngFile
from maskstudio.core.tiff import Directory, read_tiff
from maskstudio.core.xmpextension import extended

if TYPE_CHECKING:
    import PIL.Image

Resolution = tuple[float, float]
"""Pixels per metre, across and down."""

INCH = 0.0254
TEXTS = ("Title", "Author", "Description", "Copyright", "Creation Time", "Software", "Disclaimer", "Source", "Comment")
"""The keywords PNG lays down for texts (11.3.3.2)."""

_MOST = 4 << 20  # bytes of one kind of metadata
_LONGEST = 8192  # letters of a text
_XMP_TEXT = "XML:com.adobe.xmp"
_RAW, _RAW_KINDS = "Raw profile type ", ("exif", "app1", "iptc", "8bim", "xmp")
_X, _Y, _UNIT, _XMP, _IPTC, _PHOTOSHOP, _ORIENTATION = 282, 283, 296, 700, 33723, 34377, 274  # TIFF tags
_SIDEWAYS = (5, 6, 7, 8)
_IPTC_RESOURCE, _XMP_RESOURCE, _RESOLUTION_RESOURCE = 0x0404, 0x0424, 0x03ED


@dataclass(frozen=True)
class Metadata:
    """EXIF as a TIFF structure, an XMP packet, IPTC records (IIM), texts of a PNG; each empty where there is none."""

    resolution: Resolution | None = None
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def turned(self) -> "Metadata":
        """That of the picture turned by a quarter."""
        return self if self.resolution is None else replace(self, resolution=self.resolution[::-1])


NOTHING = Metadata()


def metadata_of(image: "PIL.Image.Image", data: bytes, png: PngFile | None) -> Metadata:
    """The metadata of the opened ``image``; ``data`` is its file, of a JPEG b"" will do. Never raises."""
    try:
        found = _of_png(png) if png is not None else _of_tiff(data) if image.format == "TIFF" else _of_info(image)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the user the picture
        return NOTHING
    exif, xmp, iptc = (value if len(value) <= _MOST else b"" for value in (found.exif, found.xmp, found.iptc))
    return replace(found, exif=exif, xmp=xmp, iptc=iptc)


def metadata_of_file(data: bytes) -> Metadata:
    """The metadata of a file that is built as a TIFF is, such as most cameras' raw files. Never raises."""
    try:
        return _of_tiff(data)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the user the picture
        return NOTHING


def _of_info(image: "PIL.Image.Image") -> Metadata:
    """The metadata that Pillow found while it read the header."""
    info = image.info
    exif, xmp = _bytes(info.get("exif")), _bytes(info.get("xmp"))
    resources = info.get("photoshop") or {}
    if image.format == "PSD":
        resources = {number: body for number, _, body in getattr(image, "resources", [])}
        xmp = _bytes(resources.get(_XMP_RESOURCE))
    if image.format in ("JPEG", "MPO"):
        xmp = extended(xmp, getattr(image, "applist", []))
    iptc = _bytes(resources.get(_IPTC_RESOURCE))
    return Metadata(_resolution(image, exif, resources), _bare(exif), xmp, iptc)


def _resolution(image: "PIL.Image.Image", exif: bytes, resources: dict[int, object]) -> Resolution | None:
    """From JFIF, else from Photoshop's resource, else from EXIF; Pillow's own answer makes up 72 dpi."""
    info = image.info
    if info.get("jfif_unit") in (1, 2):
        across, down = info["jfif_density"]
        return _metric(across, down, INCH if info["jfif_unit"] == 1 else 0.01)
    told = resources.get(_RESOLUTION_RESOURCE)
    if isinstance(told, dict):
        return _metric(told.get("XResolution", 0), told.get("YResolution", 0), INCH)
    if isinstance(told, bytes) and len(told) >= 16:
        across, down = struct.unpack_from(">I4xI", told)
        return _metric(across / 65536, down / 65536, INCH)
    tiff = read_tiff(exif)
    if tiff is not None and (found := _of_directory(tiff.directory(tiff.first))):
        return found
    if "dpi" not in info or image.format not in ("BMP", "JPEG2000"):
        return None
    across, down = info["dpi"]
    return _metric(across, down, INCH)


def _of_tiff(data: bytes) -> Metadata:
    """The metadata in the first directory of a TIFF."""
    tiff = read_tiff(data)
    if tiff is None:
        return NOTHING
    main = tiff.directory(tiff.first)
    raw = {tag: entry.raw for tag, entry in main.entries.items() if tag in (_XMP, _IPTC, _PHOTOSHOP)}
    iptc = raw.get(_IPTC, b"") or photoshop_resources(raw.get(_PHOTOSHOP, b"")).get(_IPTC_RESOURCE, b"")
    from maskstudio.core.exif import read_exif, write_exif

    exif, resolution = read_exif(data), _of_directory(main)
    if resolution is not None and int(main.number(_ORIENTATION, 1)) in _SIDEWAYS:  # its decoders turn the pixels
        resolution = resolution[::-1]
    return Metadata(resolution, write_exif(exif) if exif else b"", raw.get(_XMP, b""), iptc)


def _of_directory(main: Directory) -> Resolution | None:
    unit = {2: INCH, 3: 0.01}.get(int(main.number(_UNIT, 2)))
    across = main.number(_X)
    return _metric(across, main.number(_Y, across), unit) if unit else None


def _of_png(png: PngFile) -> Metadata:
    """The metadata in a PNG's chunks: eXIf and the texts, also those that ImageMagick writes."""
    texts: dict[str, str] = {}
    raw: dict[str, bytes] = {}
    xmp = b""
    for kind, body in png.texts:
        name, value = _text(kind, body)
        if name == _XMP_TEXT:
            xmp = xmp or value
        elif (profile := name.removeprefix(_RAW).lower()) in _RAW_KINDS and profile not in raw:
            raw[profile] = _unhexed(value)
        elif name in TEXTS and value:
            texts.setdefault(name, value.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")[:_LONGEST])
    app1 = raw.get("app1", b"")
    exif = png.chunks.get(b"eXIf") or raw.get("exif") or (app1 if app1.startswith(b"Exif") else b"")
    iptc = raw.get("iptc", b"") or raw.get("8bim", b"")
    iptc = photoshop_resources(iptc).get(_IPTC_RESOURCE, b"") if iptc[:4] == b"8BIM" else iptc
    body = png.chunks.get(b"pHYs", b"")
    across, down, unit = struct.unpack(">IIB", body) if len(body) == 9 else (0, 0, 0)
    resolution = _metric(across, down, 1) if unit == 1 else None
    return Metadata(resolution, _bare(exif), xmp or raw.get("xmp", b""), iptc, tuple(texts.items()))


def _text(kind: bytes, body: bytes) -> tuple[str, bytes]:
    """Keyword and text of a chunk, inflated no further than is bearable."""
    name, _, rest = body.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"zTXt":
        rest = rest[1:]
    elif kind == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, 2 * _MOST)
        except zlib.error:
            rest = b""
    return name.decode("latin-1"), rest


def _unhexed(value: bytes) -> bytes:
    """What ImageMagick and others put into a text: a name, a length, and bytes as hexadecimal numbers."""
    lines = value.strip().split(b"\n", 2)
    try:
        return bytes.fromhex(lines[2].decode("ascii")) if len(lines) == 3 else b""
    except ValueError:
        return b""


def _metric(across: float, down: float, unit: float) -> Resolution | None:
    values = float(across) / unit, float(down) / unit
    return values if all(math.isfinite(value) and 1 <= value < 1e8 for value in values) else None


def _bare(exif: bytes) -> bytes:
    return exif.removeprefix(b"Exif\0\0")


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace") if isinstance(value, str) else b""
