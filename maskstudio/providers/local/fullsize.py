"""From a photo to the small picture that is looked at, and from what was found there back to the photo's full size."""

import numpy as np

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.matting.guided import guided
from maskstudio.providers.local.shapes import painted, to_bytes

_WORK = 768  # px, longer side of the picture that is looked at
_SURE = (0.3, 0.7)  # coverage that counts as surely outside and surely inside
_EPSILON = 1e-4  # variance of colours (0..1) below which a window counts as flat: 1 % contrast is an edge
_RADIUS = 6  # px of the small picture; a model's own pixels are about 3 of them


def reduced(rgb: Pixels8) -> Pixels8:
    """The photo (H, W, 3) as the small picture (h, w, 3) that is looked at."""
    height, width = rgb.shape[:2]
    zoom = min(_WORK / max(width, height), 1.0)
    size = max(round(width * zoom), 1), max(round(height * zoom), 1)
    small: Pixels8 = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return small


def shrunk(mask: Mask, small: Pixels8) -> Real:
    """The coverage (h, w) in 0..1 of a mask of the photo, at the size of its ``small`` picture (h, w, 3)."""
    size = small.shape[1], small.shape[0]
    plane: Real = cv2.resize(mask.array(), size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    return plane


def carried(rgb: Pixels8, small: Pixels8, rough: Real, token: Token) -> Mask:
    """Coverage ``rough`` (h, w) in 0..1 of the ``small`` picture as a soft mask of the photo ``rgb`` (H, W, 3).

    Its edge follows that of the photo within some px of the small picture.
    """
    height, width = rgb.shape[:2]
    zoom = small.shape[1] / width, small.shape[0] / height  # they differ in a photo that is but a line
    low, high = _SURE
    guide: Real = np.clip((rough - low) / (high - low), 0, 1)
    token.step(0.0, "Following the edges")
    line = guided(small, guide, _RADIUS, _EPSILON)
    token.step(0.4, "Following the edges")

    def paint(tile: Rect) -> Pixels8 | int:
        token.check()
        least, most = _range(guide, tile, zoom)
        return round(255 * least) if least == most else to_bytes(line.alpha(rgb, tile))

    return painted(width, height, Rect(0, 0, width, height), paint)


def _range(guide: Real, tile: Rect, zoom: tuple[float, float]) -> tuple[float, float]:
    """The least and the greatest value of ``guide`` that can affect a tile of the full picture."""
    reach = 2 * _RADIUS + 2  # twice the window: the filter averages values, then coefficients
    left, top = int(tile.x * zoom[0]) - reach, int(tile.y * zoom[1]) - reach
    right, bottom = int(tile.right * zoom[0]) + reach + 1, int(tile.bottom * zoom[1]) + reach + 1
    part = guide[max(top, 0) : bottom, max(left, 0) : right]
    return float(part.min()), float(part.max())
