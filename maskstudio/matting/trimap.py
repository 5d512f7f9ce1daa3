"""Trimaps from masks: 255 sure foreground, 128 unknown, 0 sure background. Knows nothing of images or solvers.

Everything is measured by exact distance transforms around the edge: what it costs follows that, and hardly the radius.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Distances, Flags, Plane
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.connected import joined
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.errors import BadMask, BadParameter

FOREGROUND, UNKNOWN, BACKGROUND = 255, 128, 0

# What is painted over a trimap by hand; 0 is nothing.
HINT_BACKGROUND, HINT_UNKNOWN, HINT_FOREGROUND, HINT_MASK = 1, 2, 3, 4

# A part is sure beyond this share of its own depth, where it is deeper than this many px but not as deep as the band.
_CORE, _THIN = 0.6, 2.5
# px worked on at a time, at least: only parts that the band runs through cost, and they stay in the processor's cache.
_PART = 256


def from_mask(mask: Plane, band_width: int) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)), unknown within ``band_width`` px of its 50 % contour on either side.

    The contour runs between pixels; a pixel is as far from it as its centre from the nearest centre beyond, so a width
    of 1 takes one row of pixels on each side, and of 0 none. Soft pixels (neither 0 nor 255) that touch the band, also
    through other soft pixels, are unknown as well; elsewhere the nearer side counts. The frame's border is no edge.
    A part or gap too thin to reach beyond the band keeps its core as sure.
    Raises ``BadMask`` for anything but one 8-bit plane and ``BadParameter`` for a width below 0.
    """
    band = measured(mask, band_width)
    return drawn(mask, band.box, band.near)


@dataclass(frozen=True)
class Band:
    """What lies around the contour of a mask: ``near`` says which pixels of ``box`` are not sure, ``depth`` how far
    in px each is from the other side.
    """

    box: Rect
    near: Flags
    depth: Distances


def measured(mask: Plane, band_width: int, check: Check = go_on) -> Band:
    """The band of ``from_mask``, without what soft pixels add to it. ``check`` is called between parts of the work."""
    _validate(mask)
    if band_width < 0:
        raise BadParameter(f"The band width must be 0 px or more, not {band_width}.")
    inside = cv2.inRange(mask, 128, 255)
    near, depth = np.zeros(mask.shape, np.bool_), np.zeros(mask.shape, np.float32)
    frame = Rect(0, 0, mask.shape[1], mask.shape[0])
    box, block = EMPTY, _block(band_width)
    # How far the depths that decide on a pixel lie, and beyond that, what decides on them.
    halo = _up(2 * band_width + block + 1, block)
    for part in _edged(inside, max(_PART, 6 * halo), block, band_width + 1, halo):
        check()
        around = part.grow(halo).intersect(frame)
        window = np.ascontiguousarray(inside[around.slices()])
        here = Rect(part.x - around.x, part.y - around.y, part.width, part.height)
        inner, outer = _depth(window), _depth(cv2.bitwise_not(window))
        near[part.slices()] = ~(_sure(inner, band_width, here) | _sure(outer, band_width, here))
        np.add(inner[here.slices()], outer[here.slices()], out=depth[part.slices()])
        box = box.unite(part)
    return Band(box, near[box.slices()], depth[box.slices()])


def _edged(inside: Plane, side: int, block: int, reach: int, halo: int) -> list[Rect]:
    """The parts of the frame with an edge within ``reach`` px, or one around all edges where that is less work."""
    frame = Rect(0, 0, inside.shape[1], inside.shape[0])
    found = []
    for part in _parts(frame, side, block):
        low, high, _, _ = cv2.minMaxLoc(inside[part.grow(reach).intersect(frame).slices()])
        found += [part] if low != high else []
    edge = Rect(*cv2.boundingRect(cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))))
    near = edge.grow(reach).intersect(frame)
    left, top = near.x // block * block, near.y // block * block
    whole = Rect(left, top, near.right - left, near.bottom - top)
    seen = sum(part.grow(halo).intersect(frame).area for part in found)
    return [whole] if found and whole.grow(halo).intersect(frame).area < seen else found


def _parts(frame: Rect, side: int, block: int) -> Iterator[Rect]:
    """Equal parts of the frame that are about ``side`` px wide and high and begin at whole blocks."""
    across, down = (_up(-(-length // max(1, round(length / side))), block) for length in (frame.width, frame.height))
    for y in range(0, frame.height, down):
        for x in range(0, frame.width, across):
            yield Rect(x, y, across, down).intersect(frame)


def drawn(mask: Plane, box: Rect, near: Flags) -> Plane:
    """The trimap of ``mask`` (H, W), unknown where ``near`` (h, w) says so in ``box``, and at soft pixels beside."""
    trimap: Plane = cv2.inRange(mask, 128, 255)
    unknown = np.zeros(mask.shape, np.bool_)
    unknown[box.slices()] = near
    trimap[unknown] = UNKNOWN
    trimap[_soft_beside(mask, unknown)] = UNKNOWN
    return trimap


def from_thresholds(mask: Plane, foreground: int = 240, background: int = 10, erode: int = 10) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)) as remote background removal makes it.

    Values above ``foreground`` are sure foreground, values below ``background`` sure background, both less the pixels
    within ``erode`` px of anything else (a part too thin for that keeps its core); the frame's border is nothing else.
    Raises ``BadMask`` for anything but one 8-bit plane and ``BadParameter`` for values outside 0..255 or ``erode``
    below 0.
    """
    _validate(mask)
    for name, value in (("foreground threshold", foreground), ("background threshold", background)):
        if not 0 <= value <= 255:
            raise BadParameter(f"The {name} must lie in 0 to 255, not {value}.")
    if erode < 0:
        raise BadParameter(f"The erosion must be 0 px or more, not {erode}.")
    sure = cv2.inRange(mask, foreground + 1, 255) if foreground < 255 else np.zeros_like(mask)
    empty = cv2.inRange(mask, 0, background - 1) if background else np.zeros_like(mask)
    trimap = np.full_like(mask, UNKNOWN)
    frame = Rect(0, 0, mask.shape[1], mask.shape[0])
    for side, value in ((empty, BACKGROUND), (sure, FOREGROUND)):
        trimap[_sure(_depth(side), erode, frame) if cv2.countNonZero(side) < side.size else side > 0] = value
    return trimap


def overlaid(trimap: Plane, hint: Plane, base: Plane) -> Plane:
    """``trimap`` (uint8, (H, W)) with what was painted over it by hand. A new array.

    ``hint`` (uint8, (H, W)) holds one of the ``HINT`` values where something was painted: sure background, unknown,
    sure foreground, or as the mask ``base`` (uint8, (H, W)) is, which makes its nearer side sure. Any other value
    leaves the trimap. Raises ``BadMask`` for planes that are not 8-bit, or not of one size.
    """
    for plane in (trimap, hint, base):
        _validate(plane)
    if not trimap.shape == hint.shape == base.shape:
        raise BadMask(f"Trimap, hints and mask must have one size, not {trimap.shape}, {hint.shape} and {base.shape}.")
    out = trimap.copy()
    for value, outcome in (
        (HINT_BACKGROUND, BACKGROUND),
        (HINT_UNKNOWN, UNKNOWN),
        (HINT_FOREGROUND, FOREGROUND),
    ):
        out[hint == value] = outcome
    kept = hint == HINT_MASK
    out[kept] = np.where(base[kept] >= 128, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
    return out


def _validate(mask: Plane) -> None:
    if mask.ndim != 2 or mask.dtype != np.uint8 or not mask.size:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {mask.dtype} of shape {mask.shape}.")


def _depth(marked: Plane) -> Distances:
    """How far, in px, each marked pixel (255) is from the nearest other one; 0 elsewhere."""
    depth: Distances = cv2.distanceTransform(marked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return depth


def _sure(depth: Distances, reach: int, here: Rect) -> Flags:
    """Of the pixels ``here`` those deeper than ``reach`` px in their part, and cores of parts too thin to have some.

    Without its core a thin arm or gap would be all unknown, and nothing would tell the solver what it looks like.
    """
    around, deep = _deepest_around(depth, reach, here), depth[here.slices()]
    sure: Flags = (deep > _CORE * around) & (around > _THIN) & (around <= reach)
    sure |= deep > reach
    return sure


def _block(reach: int) -> int:
    """Side in px of the blocks that depths are compared in; parts begin at whole ones, so no seams show."""
    return max(1, reach // 8)


def _up(length: int, step: int) -> int:
    return -(-length // step) * step


def _deepest_around(depth: Distances, reach: int, here: Rect) -> Distances:
    """The greatest depth within about ``reach`` px of each pixel ``here``, which begins at a whole block.

    It is told by blocks whose side grows with the reach, so the cost does not; and is at most 1 px more than the reach.
    """
    side = _block(reach)
    height, width = depth.shape
    padded = cv2.copyMakeBorder(depth, 0, -height % side, 0, -width % side, cv2.BORDER_CONSTANT, value=0)
    rows = padded.reshape(padded.shape[0] // side, side, -1).max(axis=1)  # along rows first: they lie in one piece
    blocks = rows.reshape(len(rows), -1, side).max(axis=2)
    window = np.ones((2 * -(-reach // side) + 1,) * 2, np.uint8)
    spread = cv2.dilate(np.minimum(blocks, np.float32(reach + 1)), window)
    across, down = -(-here.width // side), -(-here.height // side)
    part = spread[here.y // side :, here.x // side :][:down, :across]
    full: Distances = cv2.resize(part, (across * side, down * side), interpolation=cv2.INTER_NEAREST)
    return full[: here.height, : here.width]


def _soft_beside(mask: Plane, near: Flags) -> Flags:
    """The soft pixels of ``mask`` in one piece with ``near``."""
    found = cv2.inRange(mask, 1, 254)
    soft: Flags = found > 0
    if not cv2.countNonZero(found) or not (soft & ~near).any():
        return soft
    beside: Flags = soft & joined(soft | near, near, 8)
    return beside
