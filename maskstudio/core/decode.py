"""Bytes of an image file to planes of pixels, by the decoder that gets each kind right.

OpenCV decodes JPEG, PNG and 16-bit TIFF (fast, keeps 16 bits), Pillow the rest; the size is checked before either.
"""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from maskstudio.core import jpeg
from maskstudio.core.cv import cv2
from maskstudio.core.image import Pixels, to_8bit
from maskstudio.core.pngfile import PngFile, read_chunks
from maskstudio.core.profile import grey_profile_as_rgb, profile_space, to_srgb
from maskstudio.core.quiet import beside, quiet
from maskstudio.errors import BadImage, MaskStudioError, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "PSD")
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"8BPS", b"BM")
_ORIENTATION = 0x0112
_BITS, _PLANAR, _EXTRA_SAMPLES = 258, 284, 338  # TIFF tags
_SEPARATE, _ASSOCIATED = 2, 1  # their values that matter
_DAMAGED = ("premature end", "Premature end", "bad Huffman code")


@dataclass(frozen=True)
class Planes:
    """What a file holds: ``colour`` (H, W) grey or (H, W, 3) RGB, ``alpha`` (H, W) of the same depth or None."""

    colour: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    notes: tuple[str, ...] = ()


def decode_jpeg(path: Path, limit: int | None) -> Planes | None:
    """As ``decode``, of a JPEG without anything wrong with it, straight from its file: of bytes and pixels there is no
    second copy at any time. None for any other file, which ``decode`` must look at. Raises TooLarge.
    """
    with quiet() as said:
        try:
            with PIL.Image.open(path, formats=("JPEG",)) as image:
                if not jpeg.is_plain(image):
                    return None
                _check_size(image, path.name, limit)
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


def decode_quarter(data: bytes, name: str, limit: int | None) -> tuple[tuple[int, int], Planes] | None:
    """The picture in ``data`` at a quarter of its sides, upright, and its full (width, height); for a first look.

    None where it would not come much sooner than the whole, and wherever ``decode`` would have something to say. May
    run beside it.
    """
    with beside():
        try:
            image = _open(data, name, None)
            _check_size(image, name, limit)
            pixels = jpeg.quarter(data, image) if jpeg.is_plain(image) else None
            if pixels is None:
                return None
            orientation = _orientation(image, None)
            size = (image.height, image.width) if orientation in _SIDEWAYS else image.size
            return size, _finished(Planes(pixels), image, orientation)
        except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes, and who reads the whole says so
            return None


def _decode(data: bytes, name: str, limit: int | None) -> Planes:
    png = read_chunks(data)
    image = _open(data, name, png)
    _check_size(image, name, limit)
    orientation = 1 if image.format == "TIFF" else _orientation(image, png)  # both decoders turn a TIFF themselves
    if png and png.colour != 3:
        planes = _png(png)
    elif jpeg.is_plain(image):
        planes = Planes(jpeg.whole(data, image))
    elif image.format == "TIFF" and image.mode in ("RGB", "RGBA", "RGBX") and _bits(image) == 16:
        planes = _tiff16(data, image)
    else:
        planes = _pillow(image, name)
    planes = replace(planes, notes=(*_frames_note(image), *planes.notes))
    return _finished(planes, image, orientation)


def _open(data: bytes, name: str, png: PngFile | None) -> PIL.Image.Image:
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
        if data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis"):
            raise BadImage(
                f"{name} is a HEIC photo or a film, which cannot be opened; save it as JPEG first."
            ) from error
        if data.startswith(_SIGNATURES) or data[4:8] == b"ftyp":
            raise
        raise BadImage(f"{name} is not an image, or of a kind that cannot be opened.") from error


def _check_size(image: PIL.Image.Image, name: str, limit: int | None) -> None:
    pixels = image.width * image.height
    if pixels <= 0 or max(image.size) >= 1 << 31:
        raise BadImage(f"{name} is damaged and cannot be opened: it claims an impossible size.")
    if limit is not None and pixels > limit:
        raise TooLarge(
            f"{name} is {image.width} by {image.height} pixels ({pixels / 1e6:,.0f} million; it would take about "
            f"{pixels * 4 / 1e9:,.1f} GB of memory to open), above the limit of {limit / 1e6:,.0f} million; "
            "if you trust it, open it with --allow-huge."
        )


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


def _bits(image: PIL.Image.Image) -> int:
    return int(max(getattr(image, "tag_v2", {}).get(_BITS, (8,))))


def _tiff16(data: bytes, image: PIL.Image.Image) -> Planes:
    tags = getattr(image, "tag_v2", {})
    if tags.get(_PLANAR) == _SEPARATE:  # OpenCV mixes up channels stored one after another; Pillow keeps 8 bits
        planes = _pillow(image, "")
        return replace(planes, notes=("Its 16-bit colours were read as 8-bit ones.",))
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise ValueError("libtiff refused it")
    if stored.ndim != 3 or stored.dtype != np.uint16:
        raise ValueError(f"libtiff made {stored.dtype} {stored.shape} of it")
    if stored.shape[2] == 3 or image.mode == "RGBX":
        return Planes(cv2.cvtColor(np.ascontiguousarray(stored[..., :3]), cv2.COLOR_BGR2RGB))
    colour, alpha = cv2.cvtColor(stored, cv2.COLOR_BGRA2RGB), cv2.extractChannel(stored, 3)
    if _ASSOCIATED in tags.get(_EXTRA_SAMPLES, ()):
        colour = _straight(colour, alpha)
    return Planes(colour, alpha)


def _straight(colour: NDArray[np.uint16], alpha: NDArray[np.uint16]) -> NDArray[np.uint16]:
    scale = np.divide(65535.0, alpha, out=np.zeros(alpha.shape, np.float32), where=alpha > 0)
    return np.minimum(np.rint(colour * scale[..., None]), 65535).astype(np.uint16)


def _pillow(image: PIL.Image.Image, name: str) -> Planes:
    image.load()
    if image.mode.startswith("I;16"):
        return Planes(np.asarray(image).astype(np.uint16))
    if image.mode in ("I", "F"):
        return Planes(_numbers(np.asarray(image), name))
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


def _numbers(values: NDArray[np.generic], name: str) -> NDArray[np.uint16]:
    """32-bit grey: whole numbers as they are, fractions from 0..1, where 16 bits can hold them."""
    most = 1 if values.dtype.kind == "f" else 65535
    numbers = values.astype(np.float64)
    if not (np.isfinite(numbers).all() and numbers.min() >= 0 and numbers.max() <= most):
        raise BadImage(f"{name} holds 32-bit values outside 0 to {most}, which cannot be shown as a picture.")
    return np.rint(numbers * (65535 / most)).astype(np.uint16)


def _frames_note(image: PIL.Image.Image) -> tuple[str, ...]:
    if image.format in ("MPO", "PSD", "JPEG"):  # previews, gain maps and layers are not frames to choose from
        return ()
    try:
        frames = int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - a broken later frame must not cost the user the first
        return ()
    return (f"Only the first of {frames} frames was opened.",) if frames > 1 else ()


def _with_profile(planes: Planes, image: PIL.Image.Image) -> Planes:
    icc = image.info.get("icc_profile")
    if not icc or image.mode in ("CMYK", "LAB"):
        return planes
    space = profile_space(icc)
    if space == "GRAY" and planes.colour.ndim == 2:
        icc = grey_profile_as_rgb(icc)
        space = "RGB" if icc else ""
    if space == "RGB":
        return replace(planes, icc=icc)
    what = f"is for {space} colours" if space else "is damaged"
    return replace(planes, notes=(*planes.notes, f"The colour profile {what} and was ignored; sRGB is assumed."))


def _damaged(said: str) -> bool:
    """Whether a decoder complained; others (Qt, on its thread) may have said something at the same time."""
    return any(word in said for word in _DAMAGED)


def _finished(planes: Planes, image: PIL.Image.Image, orientation: int) -> Planes:
    return _upright(_with_profile(planes, image), orientation)


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

    return replace(planes, colour=turn(planes.colour), alpha=None if planes.alpha is None else turn(planes.alpha))


def alpha8(planes: Planes) -> NDArray[np.uint8] | None:
    """The alpha plane at 8 bits; None where there is none or it is opaque everywhere."""
    if planes.alpha is None:
        return None
    alpha = to_8bit(planes.alpha)
    return None if int(alpha.min()) == 255 else alpha
