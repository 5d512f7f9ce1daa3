"""Bytes of an image file to planes of pixels, by the decoder that gets each kind right.

OpenCV decodes JPEG, PNG and 16-bit TIFF (fast, keeps 16 bits), Pillow the rest; the size is checked before either.
"""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image

from maskstudio.core import deep, heif, jpeg, raw
from maskstudio.core.arrays import Pixels
from maskstudio.core.boxes import read_colours
from maskstudio.core.cv import cv2
from maskstudio.core.described import colours_of
from maskstudio.core.formats import is_film, is_heif, is_raw
from maskstudio.core.metadata import metadata_of
from maskstudio.core.planes import Planes, check_size
from maskstudio.core.pngfile import PngFile, read_chunks
from maskstudio.core.profile import to_srgb
from maskstudio.core.quiet import beside, quiet
from maskstudio.errors import BadImage, MaskStudioError, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "PSD")
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"8BPS", b"BM")
_ORIENTATION = 0x0112
_DAMAGED = ("premature end", "Premature end", "bad Huffman code")


def decode_jpeg(path: Path, limit: int | None) -> Planes | None:
    """As ``decode``, of a JPEG without anything wrong with it, straight from its file: of bytes and pixels there is no
    second copy at any time. None for any other file, which ``decode`` must look at. Raises TooLarge.
    """
    with quiet() as said:
        try:
            with PIL.Image.open(path, formats=("JPEG",)) as image:
                if not jpeg.is_plain(image):
                    return None
                check_size(*image.size, path.name, limit)
                pixels = jpeg.in_place(path, image)
                if pixels is None or _damaged(said()):
                    return None
                return _finished(Planes(pixels), image, _orientation(image, None))
        except TooLarge:
            raise
        except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes; decode finds the words for it
            return None


def decode(data: bytes, name: str, limit: int | None) -> Planes:
    """The first picture in ``data``, upright. ``limit`` is in pixels; None for no limit.

    Raises BadImage or TooLarge, one sentence that begins with ``name``; nothing else whatever the bytes.
    """
    with quiet() as said:
        try:
            planes = _decode(data, name, limit)
        except MaskStudioError:
            raise
        except MemoryError as error:
            raise TooLarge(f"{name} needs more memory than this computer can give.") from error
        except Exception as error:  # decoders raise anything on hostile bytes, and this is their boundary
            raise BadImage(f"{name} is damaged or incomplete and cannot be opened.") from error
        if _damaged(said()):
            note = f"{name} is damaged: parts of the picture may be missing or wrong."
            planes = replace(planes, notes=(*planes.notes, note))
    return planes


def peeked_size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header says, before any turning; None where it says nothing we know."""
    with quiet():
        try:
            return PIL.Image.open(io.BytesIO(data), formats=FORMATS).size
        except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
            return None


def decode_quarter(data: bytes, name: str, limit: int | None) -> tuple[tuple[int, int], Planes] | None:
    """The picture in ``data`` at a quarter of its sides, upright, and its full (width, height); for a first look.

    None where it would not come much sooner than the whole, and wherever ``decode`` would have something to say. May
    run beside it.
    """
    with beside():
        try:
            image = _open(data, name, None)
            check_size(*image.size, name, limit)
            pixels = jpeg.quarter(data, image) if jpeg.is_plain(image) else None
            if pixels is None:
                return None
            orientation = _orientation(image, None)
            size = (image.height, image.width) if orientation in _SIDEWAYS else image.size
            return size, _finished(Planes(pixels), image, orientation)
        except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes, and who reads the whole says so
            return None


def _decode(data: bytes, name: str, limit: int | None) -> Planes:
    """As ``decode``, but raises whatever a decoder raises."""
    png = read_chunks(data)
    if png is None and is_raw(data, name):
        return raw.develop(data, name, limit)
    if png is None and (special := _unknown_to_pillow(data, name, limit)):
        about, planes = special
        return _finished(planes, about, 1, data)  # both decoders turn the picture themselves
    image = _open(data, name, png)
    check_size(*image.size, name, limit)
    orientation = 1 if image.format == "TIFF" else _orientation(image, png)  # both decoders turn a TIFF themselves
    if png and png.colour != 3:
        planes = _png(png)
    elif jpeg.is_plain(image):
        planes = Planes(jpeg.whole(data, image))
    elif image.format == "TIFF" and image.mode in ("RGB", "RGBA", "RGBX") and deep.bits(image) == 16:
        planes = deep.tiff16(data, image) or _cut_to_8(image, name)
    elif image.format == "AVIF" and (depth := read_colours(data).depth) in (10, 12):
        planes = deep.avif(data, depth)
    else:
        planes = _pillow(image, name)
    planes = replace(planes, notes=(*_frames_note(image), *planes.notes))
    return _finished(planes, image, orientation, data, png)


def _unknown_to_pillow(data: bytes, name: str, limit: int | None) -> tuple[PIL.Image.Image, Planes] | None:
    """What Pillow would know beside the pixels, and the pixels, of files that others decode; None for all others."""
    if is_heif(data):
        return heif.decode_heif(data, name, limit)
    return deep.wide_tiff(data, name, limit)


def _open(data: bytes, name: str, png: PngFile | None) -> PIL.Image.Image:
    """The header as Pillow reads it; raises BadImage where the bytes are no picture it knows."""
    formats = [*FORMATS, "TGA"] if name.lower().endswith(".tga") else FORMATS  # TGA has no signature to go by
    try:
        return PIL.Image.open(io.BytesIO(data), formats=formats)
    except ValueError:
        if png is None:
            raise
        return PIL.Image.open(io.BytesIO(png.bare))  # a text or profile too large to unpack must not cost the picture
    except PIL.UnidentifiedImageError as error:
        if not data:
            raise BadImage(f"{name} is empty.") from error
        if is_film(data):
            raise BadImage(f"{name} is a film, not a photo.") from error
        if data.startswith(_SIGNATURES) or data[4:8] == b"ftyp":
            raise
        raise BadImage(f"{name} is not an image, or of a kind that cannot be opened.") from error


def _orientation(image: PIL.Image.Image, png: PngFile | None) -> int:
    if png and png.exif:
        image.info.setdefault("exif", b"Exif\0\0" + png.exif)
    try:
        # the base class: PNG's own version would decode the whole picture to look for late chunks
        found = PIL.Image.Image.getexif(image).get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the user the picture
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _png(png: PngFile) -> Planes:
    """The planes of a PNG by OpenCV, at the file's own depth."""
    stored = cv2.imdecode(np.frombuffer(png.bare, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise ValueError("libpng refused it")
    grey = png.colour in (0, 4)
    if stored.ndim == 3 and stored.shape[2] == 4:
        colour, alpha = cv2.cvtColor(stored, cv2.COLOR_BGRA2RGB), cv2.extractChannel(stored, 3)
    else:
        colour, alpha = (stored if grey else cv2.cvtColor(stored, cv2.COLOR_BGR2RGB, dst=stored)), None
    if grey and colour.ndim == 3:
        colour = cv2.extractChannel(colour, 0)
    return Planes(colour, _keyed_alpha(colour, png) if png.key else alpha)


def _keyed_alpha(colour: Pixels, png: PngFile) -> Pixels:
    key = [value * 255 // ((1 << png.depth) - 1) if png.depth < 8 else value for value in png.key]
    same = colour == np.array(key if colour.ndim == 3 else key[0])
    hidden = same.all(axis=2) if same.ndim == 3 else same
    full = np.uint16(65535) if png.depth == 16 else np.uint8(255)
    alpha: Pixels = ~hidden * full
    return alpha


def _cut_to_8(image: PIL.Image.Image, name: str) -> Planes:
    return replace(_pillow(image, name), notes=("Its 16-bit colours were read as 8-bit ones.",))


def _pillow(image: PIL.Image.Image, name: str) -> Planes:
    """The planes of any other picture by Pillow: CMYK and Lab in sRGB, palettes resolved, grey as (H, W)."""
    image.load()
    if image.mode.startswith("I;16"):
        return Planes(np.asarray(image).astype(np.uint16))
    if image.mode in ("I", "F"):
        return Planes(deep.numbers(np.asarray(image), name))
    if image.mode in ("CMYK", "LAB"):
        how = (
            ""
            if image.info.get("icc_profile") or image.mode == "LAB"
            else ", approximately, as it has no colour profile"
        )
        colour = np.asarray(to_srgb(image, image.info.get("icc_profile")))
        return Planes(
            colour,
            notes=(
                f"The {image.mode.title() if image.mode == 'LAB' else 'CMYK'} colours were converted to sRGB{how}.",
            ),
        )
    grey = image.mode in ("1", "L", "LA", "La")
    see_through = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    wide = np.asarray(image.convert("RGBA" if see_through else "L" if grey else "RGB"))
    if not see_through:
        return Planes(wide)
    colour = cv2.extractChannel(wide, 0) if grey else cv2.cvtColor(wide, cv2.COLOR_RGBA2RGB)
    return Planes(colour, cv2.extractChannel(wide, 3))


def _frames_note(image: PIL.Image.Image) -> tuple[str, ...]:
    if image.format in ("MPO", "PSD", "JPEG"):  # previews, gain maps and layers are not frames to choose from
        return ()
    try:
        frames = int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - a broken later frame must not cost the user the first
        return ()
    return (f"Only the first of {frames} frames was opened.",) if frames > 1 else ()


def _with_profile(planes: Planes, image: PIL.Image.Image, data: bytes, png: PngFile | None) -> Planes:
    if image.mode in ("CMYK", "LAB"):
        return planes
    colours = colours_of(image, data, png, grey=planes.colour.ndim == 2)
    return replace(planes, icc=colours.icc, cicp=colours.cicp, notes=(*planes.notes, *colours.notes))


def _damaged(said: str) -> bool:
    """Whether a decoder complained; others (Qt, on its thread) may have said something at the same time."""
    return any(word in said for word in _DAMAGED)


def _finished(
    planes: Planes, image: PIL.Image.Image, orientation: int, data: bytes = b"", png: PngFile | None = None
) -> Planes:
    planes = replace(_with_profile(planes, image, data, png), metadata=metadata_of(image, data, png))
    return _upright(planes, orientation)


_TURNS = {2: (False, 1), 3: (False, -1), 4: (False, 0), 5: (True, None), 6: (True, 1), 7: (True, -1), 8: (True, 0)}
_SIDEWAYS = (5, 6, 7, 8)


def _upright(planes: Planes, orientation: int) -> Planes:
    """Undo the EXIF orientation (TIFF 6.0, tag 274): a transposition, then a flip."""
    if orientation == 1:
        return planes
    transposed, flip = _TURNS[orientation]

    def turn(plane: Pixels) -> Pixels:
        plane = cv2.transpose(plane) if transposed else plane
        own = transposed or plane.flags.writeable
        return plane if flip is None else cv2.flip(plane, flip, dst=plane if own else None)

    metadata = planes.metadata.turned if transposed else planes.metadata
    alpha = None if planes.alpha is None else turn(planes.alpha)
    return replace(planes, colour=turn(planes.colour), alpha=alpha, metadata=metadata)
