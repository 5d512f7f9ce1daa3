"""Two opinions on one subject: where they differ is doubt. Knows no model."""

from dataclasses import replace

from maskstudio.core.cv import cv2
from maskstudio.core.doubt import share
from maskstudio.core.layer import Detection, box_around
from maskstudio.core.mask import Mask, grid

_STRANGERS = 0.5  # share in doubt above which two opinions are not of one thing


def doubted(first: Detection, second: Detection) -> Detection:
    """``first`` with the mean of both masks, and their difference as its doubt. Both are of one image.

    Where one says in and the other out, the mean is neither, so that matting solves it from the photo: on seven photos
    with a true alpha that halves the error of the first alone. Where the two overlap by less than half, they are of
    different things, or one is blind, as a model of people is before a car: the mask stays the first one's then.
    """
    mask, other = first.mask, second.mask
    apart = [
        index for index, _ in grid(mask.width, mask.height, mask.frame) if mask.held(index) is not other.held(index)
    ]
    differences = {index: cv2.absdiff(mask.tile(index), other.tile(index)) for index in apart}
    found = replace(first, doubt=Mask(*mask.size).with_tiles(differences))
    if (share_in_doubt(found) or 0.0) > _STRANGERS:
        return found
    means = {
        index: mask.tile(index) // 2 + other.tile(index) // 2 + (mask.tile(index) & other.tile(index) & 1)
        for index in apart
    }
    mixed = mask.with_tiles(means)
    return replace(found, mask=mixed, box=box_around(mixed))


def share_in_doubt(found: Detection) -> float | None:
    """Which share of what either opinion takes for the subject only one of them does, 0..1: 1 less their overlap (IoU).

    None without a second opinion; 0 where both found nothing.
    """
    return None if found.doubt is None else share(found.doubt, found.mask)
