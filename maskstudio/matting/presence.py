"""Where something stands before a known background, and how much of that background is seen through it.

Works on cells; knows nothing of full size, solvers or trimap widths in px.
"""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Flags, Plane, Real
from maskstudio.core.callbacks import Check
from maskstudio.core.cv import cv2
from maskstudio.matting.candidates import matching
from maskstudio.matting.spill import plain
from maskstudio.matting.spread import spread

# By how much a colour in 0..1 has to leave the background's own surroundings: at least and at most.
_TIGHT, _LOOSE = 0.015, 0.06
# Pieces and holes below this share of the frame are chance.
_SPECK, _HOLE = 0.0004, 0.004
# Pieces below this share of the largest are chance as well.
_LESSER = 0.02
# A background's texture is missing where less than this share of it is left.
_MISSING = 0.5
# What follows the background's texture less than this is something else.
_FOLLOWS = 0.4
# Beside the edge so much of the frame's longer side is unknown, outside and inside.
_OUTER, _INNER = 0.016, 0.011
# The window, in cells, in which what is seen is compared with the background's texture, the least contrast that takes,
# and how exact the answer has to be.
_WINDOW, _TEXTURE, _EXACT = 15, 0.015, 0.12
# Neighbouring cells are so alike that only one in so many counts.
_ALIKE = 6
# So much of what is seen has to follow from the background alone, and by how much a veil's colour varies.
_EVEN, _VEIL = 0.5, np.float32(0.1)
# Seen through to more than this means see-through.
_CLEAR = 0.15


@dataclass(frozen=True)
class Presence:
    """What stands before a background, on cells (h, w).

    trimap       255 surely solid, 0 surely nothing, 128 unknown
    through      how much of the background is seen through what stands there, 0..1
    translucent  0..1, how surely it is see-through throughout rather than solid with a soft edge
    subject      its colour, (h, w, 3), carried on to all cells
    own          by how much that varies nearby
    hidden       whether what is seen there is not the background's texture, be it of the same colour
    """

    trimap: Plane
    through: Real
    translucent: Real
    subject: Real
    own: Real
    hidden: Flags


def present(image: Real, back: Real, seen: Flags, around: Flags | None, *, moved: bool, check: Check) -> Presence:
    """What ``image`` (h, w, 3) shows before ``back``, both in 0..1 and in one exposure.

    ``seen`` (h, w) is where the background is known, ``around`` roughly where the subject is, if that is known. A
    background that was ``moved`` is not exact at its own edges. ``check`` is called now and then and may raise.
    """
    differs = _differing(image, back, seen, around)
    check()
    body = _body(differs)
    hidden = _unlike(image, back)
    through, open_, even = _seen_through(image, back, body)
    translucent = open_ * even
    check()
    longer = max(body.shape)
    # What looks like the background within the body may be a gap between hairs: solid is what lies away from it.
    inside, outside = (
        cv2.distanceTransform(flags.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for flags in (body & ((differs > 0) | (hidden & moved)), ~body)
    )
    trimap = np.full(body.shape, 128, np.uint8)
    trimap[(inside > _depth(inside, _INNER * longer)) & (open_ < 0.25)] = 255
    trimap[(outside > max(_OUTER * longer, 2)) | ~seen] = 0
    if not body.any():
        trimap[:] = 0
    solid = (trimap == 255).astype(np.float32)
    home = plain(image, solid)
    check()
    fore, own = matching(image, back, solid > 0, trimap == 128, (home[..., :3], home[..., 3]))
    check()
    veil = _veil(image, back, through, body & (translucent > 0.5))
    share = translucent if solid.any() else np.ones_like(translucent)
    subject = fore + share[..., None] * (veil - fore)
    return Presence(trimap, through, translucent, subject, own + share * (_VEIL - own), hidden)


def _depth(inside: Real, wanted: float) -> Real:
    """How deep a cell has to lie to be solid for sure: as wanted, or in thin parts 60 % of their own depth."""
    reach = 2 * round(wanted) + 1
    deepest = cv2.dilate(np.minimum(inside, np.float32(2 * wanted)), np.ones((reach, reach), np.uint8))
    depth: Real = np.maximum(np.minimum(np.float32(wanted), np.float32(0.6) * deepest), np.float32(1.5))
    return depth


def _differing(image: Real, back: Real, seen: Flags, around: Flags | None) -> Plane:
    """1 where the image is not what the background looks like there or right beside."""
    small = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(back, small), cv2.dilate(back, small)
    beyond = cv2.blur(np.maximum(np.maximum(low - image, image - high), 0).max(axis=2), (3, 3))
    usable = seen if around is None else seen & ~around
    calm = beyond[usable & (beyond < _LOOSE)]
    tolerance = min(max(4 * float(calm.mean()) if calm.size else 0.0, _TIGHT), _LOOSE)
    differs = ((beyond > tolerance) | (_hidden(image, back) > 0)) & seen
    told: Flags = differs if around is None else differs & around
    return told.view(np.uint8)


def _hidden(image: Real, back: Real) -> Plane:
    """1 where the background's texture is missing: something even stands before it, be it of the same colour."""
    strength, back_strength = (
        np.sqrt(np.maximum(cv2.blur(plane * plane, (9, 9)) - cv2.blur(plane, (9, 9)) ** 2, 0).mean(axis=2))
        for plane in (image, back)
    )
    missing = (strength < _MISSING * back_strength) & (back_strength > _TEXTURE)
    hidden: Plane = cv2.morphologyEx(missing.view(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return hidden


def _unlike(image: Real, back: Real) -> Flags:
    """Whether the background has a texture that the image does not follow."""
    image, back = (cv2.blur(plane.mean(axis=2), (3, 3)) for plane in (image, back))
    window = (11, 11)
    mean, back_mean = cv2.blur(image, window), cv2.blur(back, window)
    variance, back_variance = cv2.blur(image * image, window) - mean**2, cv2.blur(back * back, window) - back_mean**2
    together = cv2.blur(image * back, window) - mean * back_mean
    alike = together / np.sqrt(np.maximum(variance * back_variance, np.float32(1e-12)))
    unlike: Flags = (alike < _FOLLOWS) & (back_variance > (_TEXTURE / 2) ** 2)
    return unlike


def _body(differs: Plane) -> Flags:
    """What differs, without specks, small holes closed."""
    body = _larger(cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), _SPECK)
    return ~_larger((~body).view(np.uint8), _HOLE)


def _larger(flags: Plane, share: float) -> Flags:
    """The pieces that are larger than a share of the frame and not tiny beside the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flags, connectivity=4)
    area = stats[:, cv2.CC_STAT_AREA]
    area[0] = 0
    kept = area > max(share * flags.size, _LESSER * int(area.max()))
    larger: Flags = kept[labels] if count > 1 else np.zeros(flags.shape, np.bool_)
    return larger


def _seen_through(image: Real, back: Real, body: Flags) -> tuple[Real, Real, Real]:
    """How much of the background's texture is left in the image within ``body``, whether that is much around there,
    and whether it is left evenly, as through glass, rather than between hairs; each (h, w) in 0..1.

    Where the subject is even, ``I = (1 - alpha) B + alpha F`` is a line, and its slope is ``1 - alpha``: the regression
    of Wexler, Fitzgibbon, Zisserman, "Bayesian estimation of layers from multiple images", ECCV 2002, for one image
    of a known background.
    """
    window = (_WINDOW, _WINDOW)
    mean, back_mean = cv2.blur(image, window), cv2.blur(back, window)
    variance = (cv2.blur(back * back, window) - back_mean**2).sum(axis=2)
    together = (cv2.blur(image * back, window) - mean * back_mean).sum(axis=2)
    spread_out = (cv2.blur(image * image, window) - mean**2).sum(axis=2)
    slope = together / np.maximum(variance, np.float32(1e-6))
    rest = np.maximum(spread_out - slope**2 * variance, 0)
    stray = np.sqrt(rest / np.maximum(variance, np.float32(1e-6)) / (_WINDOW**2 / _ALIKE))
    exact = np.clip(1 - stray / _EXACT, 0, 1) * (variance > 3 * _TEXTURE**2) * body
    if not exact.any():
        return np.zeros_like(slope), np.zeros_like(slope), np.zeros_like(slope)
    through = spread(np.clip(slope, 0, 1)[..., None], exact.astype(np.float32))[..., 0]
    inner = cv2.erode(body.view(np.uint8), np.ones((_WINDOW // 2, _WINDOW // 2), np.uint8)).astype(np.float32)
    area = (4 * _WINDOW + 1,) * 2
    lined_up = np.clip(1 - rest / np.maximum(spread_out, np.float32(1e-6)), 0, 1)
    sure = exact.astype(np.float32) * inner
    typical, even = (
        cv2.blur(plane * sure, area) / np.maximum(cv2.blur(sure, area), np.float32(1e-3))
        for plane in (through, lined_up)
    )
    return through, np.clip((typical - _CLEAR) / _CLEAR + 0.5, 0, 1), np.clip((even - _EVEN) / 0.2, 0, 1)


def _veil(image: Real, back: Real, through: Real, where: Flags) -> Real:
    """The colour of what is seen through, carried on to all cells."""
    alpha = 1 - cv2.blur(through, (5, 5))
    mean, back_mean = cv2.blur(image, (5, 5)), cv2.blur(back, (5, 5))
    own = (mean - (1 - alpha[..., None]) * back_mean) / np.maximum(alpha, np.float32(0.1))[..., None]
    colour: Real = cv2.blur(spread(np.clip(own, 0, 1), where * np.clip(alpha, 0, 1) ** 2), (9, 9))
    return colour
