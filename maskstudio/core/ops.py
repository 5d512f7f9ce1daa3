"""Operations on masks: padding, blur, combining. Pure functions; what they cost does not grow with a radius."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from maskstudio.core.arrays import Distances, Plane
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect, margin
from maskstudio.core.mask import Mask
from maskstudio.core.tile import Tile, deep_tile, flat, frozen
from maskstudio.errors import BadMask

CombineMode = Literal["add", "subtract", "intersect", "xor"]


# A soft mask is treated as a stack of these level sets, from the core outwards.
_SOFT_LEVELS = (255, 170, 85, 1)
# Rows worked on at a time: what they need stays in the processor's cache.
_STRIPE = 128


def apply_mask_params(mask: Plane, padding: int, blur: int, *, check: Check = go_on) -> Plane:
    """``mask`` (uint8, (H, W)) grown by ``padding`` px, then faded outwards over ``blur`` px. Same shape and type.

    Padding moves the edge by Euclidean distance between pixel centres: a pixel is inside when one of the mask lies
    within ``padding``; below zero, when none of the outside lies within ``-padding``. The frame's border is no edge.
    Blur leaves the inside at 255 and falls linearly from there: ``255 * (1 - d / blur)`` at distance ``d``, 0 from
    ``blur`` px on. These are the semantics of Runware's ``maskPadding`` and ``maskBlur``. Exact for masks of 0 and 255;
    a soft mask is handled as a stack of level sets, and never gets smaller by growing nor larger by shrinking.
    ``check`` is called between the steps and may raise to stop.
    Distances: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions" (2012), as in OpenCV.
    """
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {mask.dtype} of shape {mask.shape}.")
    if padding == 0 and blur == 0:
        return mask.copy()
    reach = _reach(mask, padding, blur)
    out = mask.copy()
    if reach:
        out[reach.slices()] = _shape(np.ascontiguousarray(mask[reach.slices()]), padding, blur, check)
    return out


def shape_mask(mask: Mask, padding: int, blur: int, *, check: Check = go_on) -> Mask:
    """``apply_mask_params`` for a tiled mask; tiles it leaves alone stay the same objects."""
    if padding == 0 and blur == 0:
        return mask
    around = mask.bounds.grow(_margin(padding, blur)).intersect(mask.frame)
    if not around:
        return mask
    return mask.put(apply_mask_params(mask.array(around), padding, blur, check=check), around.x, around.y)


def combine(below: Mask, above: Mask, mode: CombineMode) -> Mask:
    """``above`` added to, subtracted from or intersected with ``below``, or what only one of them has (xor: the greater
    of what each has that the other has not), tile by tile; both have one size.
    """
    if below.size != above.size:
        raise BadMask(
            f"A mask of {above.width} x {above.height} px does not fit one of {below.width} x {below.height}."
        )
    tiles = {}
    for index in below.tiles.keys() | above.tiles.keys():
        tile = combine_tiles(below.held(index), above.held(index), mode)
        if tile.value != 0:
            tiles[index] = tile
    return Mask(below.width, below.height, tiles)


def combine_tiles(below: Tile, above: Tile, mode: CombineMode) -> Tile:
    """``combine`` for one tile. Where a flat tile decides, the result is one of the two, or a shared flat one."""
    return _MERGES[mode](below, above)


def combine_planes(below: Plane, above: Plane, mode: CombineMode) -> Plane:
    """``combine`` for arrays of one shape, uint8."""
    if mode == "add":
        added: Plane = cv2.max(below, above)
        return added
    if mode == "xor":
        either: Plane = cv2.max(cv2.min(below, cv2.bitwise_not(above)), cv2.min(above, cv2.bitwise_not(below)))
        return either
    left: Plane = cv2.min(below, above if mode == "intersect" else cv2.bitwise_not(above))
    return left


def _margin(padding: int, blur: int) -> int:
    return margin(abs(padding) + blur + 2)


def _reach(mask: Plane, padding: int, blur: int) -> Rect:
    """What can change: the surroundings of the mask's pixels (for shrinking, they lie within the mask's own box)."""
    height, width = mask.shape
    x, y, box_width, box_height = cv2.boundingRect(mask)
    if not box_width:
        return Rect(0, 0, 0, 0)
    return Rect(x, y, box_width, box_height).grow(_margin(padding, blur)).intersect(Rect(0, 0, width, height))


def _shape(mask: Plane, padding: int, blur: int, check: Check) -> Plane:
    spread = _spread_hard if _is_hard(mask) else _spread_soft
    if padding < 0:
        mask = cv2.bitwise_not(spread(cv2.bitwise_not(mask), -padding, 0, check))
        padding = 0
    return spread(mask, padding, blur, check) if padding or blur else mask


def _is_hard(mask: Plane) -> bool:
    solid = cv2.threshold(mask, 254, 255, cv2.THRESH_BINARY)[1]
    return bool(cv2.countNonZero(solid) == cv2.countNonZero(mask))


def _distance(mask: Plane, level: int) -> Distances:
    """Distance in px of every pixel to the nearest one of at least ``level``; a huge number where there is none."""
    outside = cv2.threshold(mask, level - 1, 255, cv2.THRESH_BINARY_INV)[1]
    if cv2.countNonZero(outside) == outside.size:
        return np.full(mask.shape, np.float32(1e9))
    distance: Distances = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance


def _spread_hard(mask: Plane, radius: int, blur: int, check: Check) -> Plane:
    """Grown by ``radius``, then faded over ``blur``: each by a distance transform of its own, which is exact."""
    if radius:
        # Squared distances are whole numbers, so half a unit above radius squared separates them beyond rounding.
        limit = np.float32(np.sqrt(radius * radius + 0.5))
        mask = np.less_equal(_distance(mask, 255), limit).view(np.uint8)
        np.multiply(mask, 255, out=mask)
    check()
    if not blur:
        return mask
    cone = _distance(mask, 255)
    np.multiply(cone, np.float32(-255.0 / blur), out=cone)
    np.maximum(np.add(cone, np.float32(255), out=cone), 0, out=cone)
    faded: Plane = cv2.convertScaleAbs(cone)
    return faded


def _spread_soft(mask: Plane, radius: int, blur: int, check: Check) -> Plane:
    """The same for a stack of level sets, from one distance transform each.

    Between two levels the value follows their distances, so an anti-aliased edge stays anti-aliased.
    """
    out = mask.copy()
    above: Distances | None = None
    for level, following in zip(_SOFT_LEVELS, (255, *_SOFT_LEVELS), strict=False):
        check()
        distance = _distance(mask, level)
        for top in range(0, len(mask), _STRIPE):
            rows = slice(top, top + _STRIPE)
            gap = np.maximum(above[rows] - distance[rows], 1) if above is not None else np.float32(1)
            beyond = distance[rows] - np.float32(radius)
            within = level + (following - level) * np.minimum(-beyond / gap, 1)
            outside = level - beyond * np.float32(255 / blur) if blur else np.float32(0)
            value = np.maximum(np.where(beyond <= 0, within, outside), 0)
            np.maximum(out[rows], np.rint(value).astype(np.uint8), out=out[rows])
        above = distance
    return out


def _added(below: Tile, above: Tile) -> Tile:
    return _merged(below, above, np.maximum, absorbing=255)


def _intersected(below: Tile, above: Tile) -> Tile:
    return _merged(below, above, np.minimum, absorbing=0)


def _subtracted(below: Tile, above: Tile) -> Tile:
    if above.value is not None:
        return _intersected(below, flat(255 - above.value, *above.shape))
    return below if below.value == 0 else _intersected(below, above.inverse)


def _excluded(below: Tile, above: Tile) -> Tile:
    return _added(_subtracted(below, above), _subtracted(above, below))


def _merged(below: Tile, above: Tile, merge: Callable[..., Any], *, absorbing: int) -> Tile:
    """Flat tiles decide without touching a pixel and keep the other tile's identity."""
    if absorbing in (below.value, above.value):
        return flat(absorbing, *below.shape)
    if above.value == 255 - absorbing:
        return below
    if below.value == 255 - absorbing:
        return above
    if below.is_deep or above.is_deep:
        return deep_tile(merge(below.deep, above.deep))
    return frozen(merge(below.pixels, above.pixels), owned=True)


_MERGES = {"add": _added, "subtract": _subtracted, "intersect": _intersected, "xor": _excluded}
