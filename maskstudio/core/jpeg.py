"""Pixels of a JPEG: the whole picture without a second copy of it in memory, or sooner a quarter of its sides."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import PIL.Image

from maskstudio.core.arrays import Bytes
from maskstudio.core.cv import cv2

QUARTER = 4
"""How many times smaller a quarter is each way; its sides are rounded up, as libjpeg does."""

_WORTH_IT = 16_000_000  # pixels; a smaller picture is there in the blink of an eye
_OPEN_FILES = ("/proc/self/fd", "/dev/fd")  # where the system names open files by their number
_MARK = np.array([5, 250, 7], np.uint8)


def is_plain(image: PIL.Image.Image) -> bool:
    """Whether OpenCV can decode it: a JPEG of grey or RGB (CMYK needs a profile's help)."""
    return image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB")


def whole(data: bytes, image: PIL.Image.Image) -> Bytes:
    """Decodes the picture: uint8, (H, W) grey or (H, W, 3) RGB, not turned; ``image`` is the opened header."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), _colours(image) | cv2.IMREAD_IGNORE_ORIENTATION)
    return np.asarray(image).astype(np.uint8) if decoded is None else decoded


def quarter(data: bytes, image: PIL.Image.Image) -> Bytes | None:
    """Decodes the picture at a quarter of its sides, (h, w) or (h, w, 3); None where that would not be much quicker.

    The decoder leaves out the work for the pixels left out; a progressive file has to be decoded to its end for that.
    """
    if image.width * image.height < _WORTH_IT or "progressive" in image.info:
        return None
    colours = cv2.IMREAD_REDUCED_GRAYSCALE_4 if image.mode == "L" else cv2.IMREAD_REDUCED_COLOR_4
    reduced = cv2.imdecode(np.frombuffer(data, np.uint8), colours | cv2.IMREAD_IGNORE_ORIENTATION)
    if reduced is None or reduced.shape[:2] != (-(-image.height // QUARTER), -(-image.width // QUARTER)):
        return None
    pixels: Bytes = reduced
    if pixels.ndim == 3:
        cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return pixels


def _colours(image: PIL.Image.Image) -> int:
    return cv2.IMREAD_GRAYSCALE if image.mode == "L" else cv2.IMREAD_COLOR_RGB


def in_place(path: Path, image: PIL.Image.Image) -> Bytes | None:
    """Decodes as ``whole``, (H, W) or (H, W, 3), from the file into the array itself; None if that did not succeed.

    ``imdecode`` returns a copy of what it made: twice the memory. ``imread`` makes none, but takes nothing but a text
    for a path, and one that is no UTF-8 kills the process; so Python opens the file, and ``imread`` gets the name that
    the system has for what is open. It does not tell whether it succeeded, so the last row is marked beforehand. What
    it cannot do (an older OpenCV, a system without such names, a broken file) is left to ``whole``.
    """
    shape = (image.height, image.width) if image.mode == "L" else (image.height, image.width, 3)
    pixels: Bytes = np.empty(shape, np.uint8)
    mark = np.resize(_MARK, pixels[-1].shape)
    pixels[-1] = mark
    try:
        with path.open("rb") as file:
            cv2.imread(_name(file), pixels, _colours(image) | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, OSError, TypeError, ValueError):
        return None
    return None if np.array_equal(pixels[-1], mark) else pixels


def _name(file: BinaryIO) -> str:
    """What the system calls a file that is open here: plain letters, whatever its own name."""
    folder = next((folder for folder in _OPEN_FILES if Path(folder).is_dir()), None)
    if folder is None:
        raise OSError("this system has no names for open files")
    return f"{folder}/{file.fileno()}"
