"""What was clicked stays in, and what was excluded stays out, to the pixel."""

import numpy as np

from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.selection.signs import Sign

_REACH = 1.5  # px of the small picture around a sign that are made what it says, where they are not


def honoured(mask: Mask, signs: tuple[Sign, ...], pixel: float) -> Mask:
    """The mask with 255 at every sign inside and 0 at every sign outside; ``pixel`` is the size of a px of the small
    picture in px of the photo.

    A sign that the mask contradicts gets a small disc, up to half way to the nearest sign of the other kind.
    """
    certain = [(place, sign.added) for sign in signs if sign.certain for place in sign.places]
    for place, added in certain:
        x, y = min(max(int(place[0]), 0), mask.width - 1), min(max(int(place[1]), 0), mask.height - 1)
        if mask[x, y] == (255 if added else 0):
            continue
        others = [np.hypot(other[0] - place[0], other[1] - place[1]) for other, kind in certain if kind != added]
        reach = min(_REACH * pixel, *(each / 2 for each in others)) if others else _REACH * pixel
        side = int(reach)
        box = Rect(x - side, y - side, 2 * side + 1, 2 * side + 1).intersect(mask.frame)
        down, across = np.ogrid[box.y : box.bottom, box.x : box.right]
        plane = mask.array(box)
        plane[(across - x) ** 2 + (down - y) ** 2 <= reach**2] = 255 if added else 0
        plane[y - box.y, x - box.x] = 255 if added else 0
        mask = mask.put(plane, box.x, box.y)
    return mask
