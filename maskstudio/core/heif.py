"""HEIC and HEIF photos, decoded by libheif with all the bits they have."""

import numpy as np
import PIL.Image

from maskstudio.core.arrays import Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.planes import Planes, check_size


def decode_heif(data: bytes, name: str, limit: int | None) -> tuple[PIL.Image.Image, Planes]:
    """What Pillow would know of the file beside its pixels, and the pixels of its main picture, upright.

    Raises TooLarge before anything is decoded, and whatever libheif raises on hostile bytes.
    """
    import pillow_heif

    opened = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    width, height = opened.size
    check_size(width, height, name, limit)
    about = PIL.Image.new("L", (1, 1))
    about.format = "HEIF"
    wanted = ("exif", "xmp", "icc_profile")
    about.info = {key: value for key, value in opened.info.items() if key in wanted and value}
    return about, _planes(np.asarray(opened), opened.info.get("bit_depth", 8))


def _planes(stored: Pixels, bits: int) -> Planes:
    if stored.dtype == np.uint16:  # libheif leaves the lowest bits empty
        stored = stored.astype(np.uint16) | (stored >> np.uint16(bits)).astype(np.uint16)
    if stored.ndim == 2 or stored.shape[2] == 3:
        return Planes(stored if stored.flags.c_contiguous else stored.copy())
    if stored.shape[2] == 2:
        return Planes(cv2.extractChannel(stored, 0), cv2.extractChannel(stored, 1))
    return Planes(cv2.cvtColor(stored, cv2.COLOR_RGBA2RGB), cv2.extractChannel(stored, 3))
