"""Half and quarter sizes of a picture. Knows nothing of where it is from or shown."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskstudio.core.cv import cv2

_ROWS = 256  # at a time, so that what is halved once is still in the processor's cache when it is halved again


def halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Averages two by two pixels of (H, W[, C]); at an odd right or lower border the last ones are repeated."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    half: NDArray[Any] = cv2.resize(pixels, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return half


def quartered(pixels: NDArray[Any]) -> NDArray[Any]:
    """Halves (H, W[, C]) twice, as ``halved`` does, without memory for the whole half in between."""
    height, width = pixels.shape[:2]
    out = np.empty((-(-height // 4), -(-width // 4), *pixels.shape[2:]), pixels.dtype)
    for top in range(0, height, _ROWS):
        out[top // 4 : (top + _ROWS) // 4] = halved(halved(pixels[top : top + _ROWS]))
    return out
