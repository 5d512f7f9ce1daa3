"""Independent pixel work for the test servers: Pillow, NumPy and SciPy, never the code under test.

The "models" are deterministic and easy to compute a second time in a test:

- The *subject* is every pixel whose luma, (299 R + 587 G + 114 B + 500) // 1000, is above 127.
- `objects`: 8-connected components of the subject, the largest first; score = its pixels / pixels of the largest.
- `padded`, `blurred`: Euclidean distances (scipy.ndimage.distance_transform_edt), hard steps, a linear fade outside.
- `removed`: alpha of background removal; `filled` lays the cut-out over a colour.
- `soft_alpha`: luma where luma is 64–191, else the hard subject. `reddened`: soft pixels become pure red.
- `refined`: luma of the photo, but 0 beyond 16 px from the given mask, so that both inputs matter.
- `thirds`: the rows of a mask's box in three bands, top to bottom.

Masks are boolean (h, w) or uint8 (h, w) with 0 out, 255 in; photos uint8 (h, w, 3).
"""

import io
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

Pixels = NDArray[np.uint8]
Flags = NDArray[np.bool_]

KINDS = {"PNG": "image/png", "JPG": "image/jpeg", "WEBP": "image/webp"}
EIGHT = np.ones((3, 3), dtype=int)
SMALLEST = 16  # pixels of the smallest component that a mask keeps in post-processing
NEAR = 16.0  # px around the given mask within which a refined alpha may be anything but 0


@dataclass(frozen=True)
class Found:
    """One object: score 0–1, box (x_min, y_min, x_max, y_max) with exclusive maxima, mask bool (h, w)."""

    score: float
    box: tuple[int, int, int, int]
    mask: Flags


def decode(data: bytes, mode: str = "RGB") -> Pixels:
    """Pixels of an encoded picture, upright; (h, w, 3), or (h, w) with ``mode`` "L". ValueError if it is none."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return np.array(ImageOps.exif_transpose(picture).convert(mode))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("These bytes are no picture.") from error


def encode(pixels: Pixels, kind: str = "PNG", quality: int = 95) -> bytes:
    """Bytes of grey, RGB or RGBA pixels as "PNG", "JPG" or "WEBP". JPG leaves an alpha plane out."""
    if kind == "JPG" and pixels.ndim == 3:
        pixels = pixels[:, :, :3]
    out = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if kind == "PNG":
        picture.save(out, "PNG", compress_level=1)
    else:
        picture.save(out, {"JPG": "JPEG", "WEBP": "WEBP"}[kind], quality=quality)
    return out.getvalue()


def luma(photo: Pixels) -> Pixels:
    """Rec. 601 brightness, rounded; 0–255 (h, w)."""
    red, green, blue = (photo[:, :, channel].astype(np.int32) for channel in range(3))
    return ((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(np.uint8)


def subject(photo: Pixels) -> Flags:
    """Bright pixels."""
    return luma(photo) > 127


def as_mask(flags: Flags) -> Pixels:
    """0 and 255."""
    return np.where(flags, 255, 0).astype(np.uint8)


def objects(flags: Flags, above: float = -1.0, limit: int = 20) -> list[Found]:
    """At most ``limit`` components with a score above ``above``, best first, the upper left one first among equals."""
    labels, count = ndimage.label(flags, structure=EIGHT)
    if not count:
        return []
    sizes = np.bincount(labels.ravel())[1:]
    order = np.argsort(-sizes, kind="stable")[:limit]
    boxes = ndimage.find_objects(labels)
    found = []
    for index in order:
        score = float(sizes[index] / sizes[order[0]])
        rows, columns = boxes[index]
        if score > above:
            box = (int(columns.start), int(rows.start), int(columns.stop), int(rows.stop))
            found.append(Found(score, box, labels == index + 1))
    return found


def padded(flags: Flags, pixels: int) -> Flags:
    """Grown (positive) or shrunk (negative) by whole pixels of Euclidean distance. The picture's border is no edge."""
    if pixels == 0 or flags.all() or not flags.any():
        return flags
    if pixels > 0:
        return np.asarray(ndimage.distance_transform_edt(~flags) <= pixels)
    return np.asarray(ndimage.distance_transform_edt(flags) > -pixels)


def blurred(flags: Flags, pixels: int) -> Pixels:
    """255 inside; outside 255 × (1 - distance / pixels), rounded half up, 0 from there on."""
    if pixels == 0 or flags.all() or not flags.any():
        return as_mask(flags)
    fade = np.clip(1.0 - ndimage.distance_transform_edt(~flags) / pixels, 0.0, 1.0)
    return np.floor(255.0 * fade + 0.5).astype(np.uint8)


def detected(photo: Pixels, confidence: float, most: int, padding: int, blur: int) -> tuple[Pixels, list[Found]]:
    """Runware's imageMasking: the mask and the detections it is made of (their boxes are those before padding)."""
    found = objects(subject(photo), confidence, most)
    union = np.zeros(photo.shape[:2], dtype=bool)
    for one in found:
        union |= one.mask
    return blurred(padded(union, padding), blur), found


def without_specks(flags: Flags) -> Flags:
    """Without components of fewer than 16 pixels."""
    labels, _ = ndimage.label(flags, structure=EIGHT)
    keep = np.bincount(labels.ravel()) >= SMALLEST
    keep[0] = False
    return np.asarray(keep[labels])


def removed(photo: Pixels, clean: bool = False, band: tuple[int, int] | None = None) -> Pixels:
    """Alpha of background removal: the subject, without specks if ``clean``; luma where it lies within ``band``."""
    flags = subject(photo)
    hard = as_mask(without_specks(flags) if clean else flags)
    if band is None:
        return hard
    grey = luma(photo)
    return np.where((grey >= band[0]) & (grey <= band[1]), grey, hard)


def filled(photo: Pixels, alpha: Pixels, rgba: tuple[int, int, int, int] = (255, 255, 255, 0)) -> Pixels:
    """The cut-out over a colour, straight RGBA. Where nothing of the subject is left, exactly that colour stays."""
    over = alpha.astype(np.float64)[:, :, None] / 255.0
    under = (1.0 - over) * rgba[3] / 255.0
    total = over + under
    colour = (photo * over + np.array(rgba[:3], dtype=np.float64) * under) / np.where(total == 0.0, 1.0, total)
    out = np.dstack([np.floor(colour + 0.5), np.floor(total * 255.0 + 0.5)]).astype(np.uint8)
    out[alpha == 0] = rgba
    return out


def soft_alpha(photo: Pixels) -> Pixels:
    """The subject, but luma itself where luma is 64–191."""
    return removed(photo, band=(64, 191))


def reddened(photo: Pixels, alpha: Pixels) -> Pixels:
    """RGBA whose half transparent pixels are pure red, so that a test sees whose colours it has."""
    out = np.dstack([photo, alpha])
    out[(alpha > 0) & (alpha < 255), :3] = (255, 0, 0)
    return out


def refined(photo: Pixels, mask: Pixels) -> Pixels:
    """Alpha of a refined mask: luma of the photo within 16 px of any pixel of the mask that is not 0, else 0."""
    if not mask.any():
        return np.zeros_like(mask)
    near = ndimage.distance_transform_edt(mask == 0) <= NEAR
    return np.where(near, luma(photo), 0).astype(np.uint8)


def box_of(flags: Flags) -> tuple[int, int, int, int]:
    """x_min, y_min, x_max, y_max (exclusive); zeros for an empty mask."""
    if not flags.any():
        return (0, 0, 0, 0)
    rows, columns = np.flatnonzero(flags.any(axis=1)), np.flatnonzero(flags.any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def thirds(flags: Flags, parts: int = 3) -> list[Flags]:
    """A mask in bands of rows, top to bottom, cut at ``top + height * n // parts`` of its box."""
    _, top, _, bottom = box_of(flags)
    cuts = [top + (bottom - top) * n // parts for n in range(parts + 1)]
    rows = np.arange(flags.shape[0])[:, None]
    return [flags & (rows >= start) & (rows < end) for start, end in pairwise(cuts)]


def at_most(data: bytes, longest: int) -> bytes:
    """The picture with its longer side at most ``longest`` px, aspect kept; the same bytes where it fits."""
    with Image.open(io.BytesIO(data)) as stored:
        if max(stored.size) <= longest:
            return data
        picture = ImageOps.exif_transpose(stored)
        scale = longest / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        out = io.BytesIO()
        picture.resize(size, Image.Resampling.BILINEAR).save(out, "PNG", compress_level=1)
    return out.getvalue()


def spoiled(data: bytes, kind: str) -> bytes:
    """An encoded result that went wrong: "not-image", "wrong-size", "scaled" (half as large) or "bomb"."""
    if kind == "not-image":
        return b"\x00GIF? PNG? Neither." * 8
    if kind == "bomb":
        return _bomb(60000)
    with Image.open(io.BytesIO(data)) as picture:
        width, height = picture.size
        size = (max(1, width // 2), max(1, height // 2)) if kind == "scaled" else (width + 32, max(1, height // 2))
        out = io.BytesIO()
        picture.resize(size).save(out, picture.format)
    return out.getvalue()


def _bomb(side: int) -> bytes:
    """A PNG that declares side × side pixels and holds next to none."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 65536)) + chunk(b"IEND", b"")
