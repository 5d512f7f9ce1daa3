"""A rough mask pulled to the photo's edges, as far as a given width and no farther.

What lies deeper inside than the width stays in, what lies farther outside stays out. Between them each pixel is judged
by the colours on both sides nearby (localized region statistics: Lankton and Tannenbaum, "Localizing region-based
active contours", 2008), and the border is the cheapest cut along the photo's edges (``selection.gridcut``).
"""

from collections.abc import Callable

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.matting.enlarge import enlarged
from maskstudio.selection.gridcut import cut
from maskstudio.selection.localcolours import evidence, looks

_LARGEST = 500_000  # pixels worked on
_FINE = 20.0  # px of the small picture that the width takes at most
_AROUND = 2.0  # widths on either side that colours are gathered in
_THIN = 0.5  # share of a part's own half thickness that is sure where it is thinner than the width
_STAYING = 8.0  # evidence for what was there, at a whole width from its edge; it decides where the photo says nothing
_ROUND = 0.7  # px of the small picture, sigma: rounds the stairs of the cut


def snapped(image: Image, mask: Mask, width: int, step: Callable[[float], object] = lambda _done: None) -> Mask:
    """``mask`` with its edge where the photo has one within ``width`` px (1 and more) of it.

    Pixels farther than that from the edge at 50 % keep their values; without an edge, or a mask, all do. ``step`` is
    called with how much is done, 0..1, and may raise to stop.
    """
    around = mask.bounds.grow(round(width * _AROUND) + 2).intersect(mask.frame)
    if not around:
        return mask
    step(0.05)
    photo, plane = visible(image, around), mask.array(around)
    zoom = min(1.0, _FINE / width, (_LARGEST / around.area) ** 0.5)
    size = max(1, round(around.width * zoom)), max(1, round(around.height * zoom))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    rough = cv2.resize(plane, size, interpolation=cv2.INTER_AREA) > 127
    step(0.2)
    inside = _cut(small, rough, max(width * zoom, 1.0))
    if inside is None:
        return mask
    step(0.6)
    soft = cv2.GaussianBlur(inside.astype(np.uint8) * 255, (0, 0), _ROUND)
    step(0.7)
    found = enlarged(photo, soft)
    near = _near(plane, width)
    return mask.put(np.where(near, found, plane), around.x, around.y)


def _cut(photo: Pixels8, rough: Flags, width: float) -> Flags | None:
    """What is inside (h, w), of a small picture (h, w, 3); None where the mask has no edge there."""
    if rough.all() or not rough.any():
        return None
    within, beyond = _distance(rough), _distance(~rough)
    certain, out = within > _depths(rough, within, width), beyond > width
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2Lab).astype(np.float32)
    side = 2 * round(width * _AROUND) + 1
    leaning = evidence(lab, certain, out, side) + _STAYING * np.clip((within - beyond) / width, -1, 1)
    return cut(leaning.astype(np.float32), looks(lab), certain, out)


def _depths(rough: Flags, within: Real, width: float) -> Real:
    """How deep a pixel must lie to be surely inside (h, w): the width, or less in a part that is thinner."""
    _, labels = cv2.connectedComponents(rough.astype(np.uint8))
    deepest = np.zeros(int(labels.max()) + 1, np.float32)
    np.maximum.at(deepest, labels.ravel(), within.ravel())
    depth: Real = np.minimum(deepest * np.float32(_THIN), np.float32(width))[labels]
    return depth


def _distance(of: Flags) -> Real:
    """Distance in px of every pixel to the nearest one that is not set; 0 there."""
    distance: Real = cv2.distanceTransform(of.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance


def _near(plane: Plane, width: int) -> Flags:
    """The pixels at most ``width`` px from the edge at 50 % of a mask (H, W)."""
    inside = plane > 127
    return (_distance(inside) <= width) & (_distance(~inside) <= width)
