"""Two opinions on one subject: where they differ is doubt. Knows no model."""

from dataclasses import replace

import numpy as np

from maskstudio.core.cv import cv2
from maskstudio.core.layer import Detection
from maskstudio.core.mask import Mask, grid


def doubted(first: Detection, second: Detection) -> Detection:
    """``first`` with the difference to ``second`` as its doubt. Both are of one image.

    The mask stays the first one's: a mean of both would be half see-through wherever one of them is blind, such as a
    model of people before a car.
    """
    tiles = {}
    mask, other = first.mask, second.mask
    for index, _ in grid(mask.width, mask.height, mask.frame):
        if mask.held(index) is not other.held(index):
            tiles[index] = cv2.absdiff(mask.tile(index), other.tile(index))
    return replace(first, doubt=Mask(*mask.size).with_tiles(tiles))


def share_in_doubt(found: Detection) -> float | None:
    """Which share of what either opinion takes for the subject only one of them does, 0..1: 1 less their overlap (IoU).

    None without a second opinion; 0 where both found nothing.
    """
    if found.doubt is None:
        return None
    differs = either = 0
    for index, _ in grid(found.mask.width, found.mask.height, found.mask.frame):
        doubt = found.doubt.tile(index) > 127
        differs += int(np.count_nonzero(doubt))
        either += int(np.count_nonzero(doubt | (found.mask.tile(index) > 127)))
    return differs / either if either else 0.0
