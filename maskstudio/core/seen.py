"""What can be seen of a photo that is see-through in places.

Colours under full transparency are whatever some program left there: noise, black, an old background. Every tool that
reads colours reads them through here, so that transparent is one thing of its own wherever it is.
"""

import numpy as np

from maskstudio.core.arrays import Pixels, Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_8bit

BLACK, WHITE = 0, 255


def laid_on(pixels: Pixels, alpha: Plane | None, grey: int) -> Plane:
    """RGB (H, W, 3) at 8 bits over a plain backdrop of that ``grey``; opaque pixels are as they are.

    ``alpha`` (H, W) is None for pixels that are opaque throughout.
    """
    colours = to_8bit(pixels)
    if alpha is None:
        return colours
    share = alpha[..., None].astype(np.uint16)
    mixed = colours * share + (np.uint16(255) - share) * np.uint16(grey)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)


def visible(image: Image, rect: Rect | None = None) -> Plane:
    """RGB (h, w, 3) of the pixels in ``rect``, all by default, at 8 bits and on white: what a model is shown."""
    rows = (rect or Rect(0, 0, *image.size)).slices()
    return laid_on(image.pixels[rows], None if image.alpha is None else image.alpha[rows], WHITE)


def told_apart(pixels: Pixels, alpha: Plane | None) -> Plane:
    """RGB (H, W, 3) at 8 bits with what is see-through black or white, whichever what is there differs from more."""
    if alpha is None:
        return to_8bit(pixels)
    weight = max(int(alpha.sum(dtype=np.int64)), 1)
    bright = float((laid_on(pixels, alpha, BLACK).mean(axis=2)).sum()) * 255 / weight
    return laid_on(pixels, alpha, BLACK if bright > 127 else WHITE)


def mean_colour(image: Image, rect: Rect) -> tuple[int, int, int] | None:
    """The mean of what can be seen in ``rect``, 8-bit RGB; None where nothing can."""
    colours = to_8bit(image.pixels[rect.slices()]).reshape(-1, 3).astype(np.float64)
    shares = np.ones(len(colours)) if image.alpha is None else image.alpha[rect.slices()].ravel().astype(np.float64)
    if not shares.any():
        return None
    red, green, blue = np.rint(np.average(colours, axis=0, weights=shares)).astype(int).tolist()
    return red, green, blue
