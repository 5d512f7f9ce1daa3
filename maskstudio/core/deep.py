"""Pictures of more than 8 bits a channel, which Pillow cuts to 8: TIFF and AVIF by OpenCV, numbers by arithmetic."""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from maskstudio.core.arrays import DeepPlane, Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.planes import Planes, check_size
from maskstudio.core.tiff import read_tiff
from maskstudio.errors import BadImage

# TIFF tags, and those of their values that matter
_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _SAMPLES, _PLANAR = 256, 257, 258, 262, 277, 284
_EXTRA_SAMPLES, _SAMPLE_FORMAT, _ICC = 338, 339, 34675
_RGB, _SEPARATE, _ASSOCIATED, _WHOLE, _FRACTION = 2, 2, 1, 1, 3


def bits(image: PIL.Image.Image) -> int:
    """Bits a channel of a TIFF."""
    return int(max(getattr(image, "tag_v2", {}).get(_BITS, (8,))))


def tiff16(data: bytes, image: PIL.Image.Image) -> Planes | None:
    """A TIFF of 16-bit colours; None where OpenCV would mix up channels that are stored one after another."""
    tags = getattr(image, "tag_v2", {})
    if tags.get(_PLANAR) == _SEPARATE:
        return None
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


def _straight(colour: NDArray[np.uint16], alpha: NDArray[np.uint16]) -> DeepPlane:
    scale = np.divide(65535.0, alpha, out=np.zeros(alpha.shape, np.float32), where=alpha > 0)
    return np.minimum(np.rint(colour * scale[..., None]), 65535).astype(np.uint16)


def wide_tiff(data: bytes, name: str, limit: int | None) -> tuple[PIL.Image.Image, Planes] | None:
    """A TIFF of 32-bit colours, which Pillow does not know: what it would know beside the pixels, and the pixels.

    None for any other file. Raises BadImage where the numbers are of a kind that cannot be read, and TooLarge.
    """
    tiff = read_tiff(data)
    main = tiff.directory(tiff.first) if tiff else None
    if main is None or main.number(_SAMPLES) < 3 or main.number(_PHOTOMETRIC, _RGB) not in (1, _RGB):
        return None
    bits, kind = int(main.number(_BITS, 8)), int(main.number(_SAMPLE_FORMAT, _WHOLE))
    if bits <= 16 and kind == _WHOLE:
        return None
    check_size(int(main.number(_WIDTH)), int(main.number(_HEIGHT)), name, limit)
    if kind != _FRACTION or bits not in (32, 64) or main.number(_PLANAR) == _SEPARATE:
        what = {_WHOLE: "whole numbers", _FRACTION: "fractions"}.get(kind, "numbers of a kind")
        raise BadImage(
            f"{name} holds colours as {bits}-bit {what}, which cannot be opened; save it with 16 bits first."
        )
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.ndim != 3 or stored.dtype.kind != "f":
        raise ValueError("libtiff refused it")
    wide = numbers(stored, name)
    about = PIL.Image.new("L", (1, 1))
    about.format = "TIFF"
    about.info = {"icc_profile": main.entries[_ICC].raw} if _ICC in main.entries else {}
    if wide.shape[2] == 3:
        return about, Planes(cv2.cvtColor(wide, cv2.COLOR_BGR2RGB))
    return about, Planes(cv2.cvtColor(wide, cv2.COLOR_BGRA2RGB), cv2.extractChannel(wide, 3))


def avif(data: bytes, depth: int) -> Planes:
    """An AVIF of 10 or 12 bits, spread over 16."""
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16:
        raise ValueError("libavif refused it")
    wide: Pixels = (stored << np.uint16(16 - depth)) | (stored >> np.uint16(2 * depth - 16))
    if wide.ndim == 2:
        return Planes(wide)
    if wide.shape[2] == 3:
        return Planes(cv2.cvtColor(wide, cv2.COLOR_BGR2RGB))
    return Planes(cv2.cvtColor(wide, cv2.COLOR_BGRA2RGB), cv2.extractChannel(wide, 3))


def numbers(values: NDArray[np.generic], name: str) -> DeepPlane:
    """Turns 32-bit grey, (H, W), into 16 bits: whole numbers stay as they are, fractions of 0..1 fill the range.

    Raises BadImage for values that 16 bits cannot hold.
    """
    most = 1 if values.dtype.kind == "f" else 65535
    wide = values.astype(np.float64)
    if not (np.isfinite(wide).all() and wide.min() >= 0 and wide.max() <= most):
        raise BadImage(f"{name} holds 32-bit values outside 0 to {most}, which cannot be shown as a picture.")
    return np.rint(wide * (65535 / most)).astype(np.uint16)
