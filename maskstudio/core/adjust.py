"""Adjusting a finished mask: smooth, feather, contrast, shift edge, solid core. Flat parts are left alone, so edges
alone cost.
"""

from collections.abc import Callable

import numpy as np

from maskstudio.core import blur
from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Plane, Real
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.ops import apply_mask_params
from maskstudio.core.solidcore import solidified
from maskstudio.errors import BadMask, BadParameter
from maskstudio.params.local import AdjustParams

_CELL = 512  # px worked on at a time, at least
# Fading outwards: how far the edge is moved, and the Gaussian around it, as shares of the radius.
_GROWN, _FADED = 0.55, 0.22


def adjusted(plane: Plane, params: AdjustParams, *, base: Plane | None = None, check: Check = go_on) -> Plane:
    """``plane`` (uint8, (H, W)) smoothed, feathered, given contrast, moved and made solid inside, in this order.

    ``base`` (uint8, (H, W)) is the mask that says what lies inside, for the solid core: ``plane`` itself by default.
    A new array. Raises ``BadMask`` for planes of another kind or of different sizes.
    """
    out = plane.copy()
    if params.smooth:
        out = smooth(out, params.smooth, check=check)
    if params.feather:
        out = (fade_out if params.outer_only else feather)(out, params.feather, check=check)
    if params.contrast:
        out = contrast(out, params.contrast)
    if params.shift_edge:
        out = shift_edge(out, params.shift_edge, check=check)
    if params.solid_core:
        check()
        out = solidified(out, plane if base is None else base, params.solid_core)
    return out


def reach(params: AdjustParams) -> int:
    """How far, in px, ``adjusted`` can carry what a pixel holds.

    A solid core carries nothing: it only asks how deep inside the base a pixel lies.
    """
    spread = sum(blur.reach(radius / 2) for radius in (params.smooth, params.feather) if radius)
    return spread + abs(params.shift_edge)


def smooth(plane: Plane, radius: float, *, check: Check = go_on) -> Plane:
    """Bumps and stairs up to about ``radius`` px rounded off; a straight edge stays where it is and as soft as it is.

    A Gaussian of half the radius, then as much contrast around 50 % as brings the edge back to its width before,
    which is measured around each pixel: across a ramp w px wide, alpha * (1 - alpha) adds up to w / 6, the slope to 1.
    """

    def work(window: Plane) -> Plane:
        sigma = radius / 2
        alpha = window.astype(np.float32) * np.float32(1 / 255)
        slope = cv2.magnitude(cv2.Sobel(alpha, -1, 1, 0, scale=1 / 8), cv2.Sobel(alpha, -1, 0, 1, scale=1 / 8))
        edges = blur.blurred(slope, sigma)
        width = 6 * blur.blurred(alpha * (1 - alpha), sigma) / np.maximum(edges, np.float32(1e-6))
        np.maximum(width, 1, out=width)
        steep = np.sqrt(1 + np.float32(2 * np.pi * sigma * sigma) / (width * width))
        return _bytes(((blur.blurred(alpha, sigma) - np.float32(0.5)) * steep + np.float32(0.5)) * 255)

    return _in_cells(plane, radius, work, check)


def feather(plane: Plane, radius: float, *, check: Check = go_on) -> Plane:
    """The edge faded over ``radius`` px inwards and outwards: a Gaussian of half that.

    The frame's border is no edge.
    """
    return _in_cells(plane, radius, lambda window: _bytes(blur.blurred(window.astype(np.float32), radius / 2)), check)


def fade_out(plane: Plane, radius: float, *, check: Check = go_on) -> Plane:
    """The edge faded over ``radius`` px outwards only; no value gets smaller, and even parts stay as they are.

    The greatest value within half the radius, blurred by a Gaussian less than half as wide: where the edge was it is
    still full, and at the radius next to nothing, also around corners and thin parts. Wide ones are computed on the
    greatest values of blocks. The frame's border is no edge.
    """
    factor = blur.reduction(radius / 4)
    # A block counts as full where any of its pixels is, so it reaches half a block too far on average.
    disc = _disc(max(round((_GROWN * radius - (factor - 1) / 2) / factor), 1))
    sigma = max(_FADED * radius / factor, 0.5)

    def work(window: Plane) -> Plane:
        height, width = window.shape
        spread = cv2.dilate(_greatest(window, factor), disc).astype(np.float32)
        faded = blur.blurred(spread, sigma)
        size = (faded.shape[1] * factor, faded.shape[0] * factor)
        faded = cv2.resize(faded, size, interpolation=cv2.INTER_LINEAR)
        brighter: Plane = cv2.max(window, _bytes(faded[:height, :width]))
        return brighter

    return _in_cells(plane, radius, work, check, factor)


def _greatest(plane: Plane, side: int) -> Plane:
    """The greatest value in each block of ``side`` px; the last ones repeat the plane's border."""
    if side == 1:
        return plane
    padded = cv2.copyMakeBorder(plane, 0, -plane.shape[0] % side, 0, -plane.shape[1] % side, cv2.BORDER_REPLICATE)
    block: Plane = cv2.dilate(padded, np.ones((side, side), np.uint8))
    greatest: Plane = np.ascontiguousarray(block[side // 2 :: side, side // 2 :: side])
    return greatest


def _disc(radius: int) -> Plane:
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc: Plane = (rows * rows + columns * columns <= radius * radius).astype(np.uint8)
    return disc


def contrast(plane: Plane, amount: float) -> Plane:
    """Values moved away from 50 %: ``amount`` 0 leaves them, 1 makes all below 128 nothing and the others full."""
    _need_plane(plane)
    if not 0 <= amount <= 1:
        raise BadParameter(f"Contrast must be from 0 to 1, not {amount!r}.")
    steep = min(1 / max(1 - amount, 1e-3), 1000)
    table = np.clip((np.arange(256) - 127.5) * steep + 127.5, 0, 255).round().astype(np.uint8)
    out: Plane = cv2.LUT(plane, table)
    return out


def shift_edge(plane: Plane, pixels: int, *, check: Check = go_on) -> Plane:
    """The edge moved outwards by ``pixels`` (inwards below zero), by Euclidean distance, and kept as soft as it is.

    ``maskPadding`` for a finished mask: see ``ops.apply_mask_params``.
    """
    return apply_mask_params(plane, pixels, 0, check=check)


def feathered(plane: Plane, rect: Rect, radius: float, frame: Rect) -> Area:
    """An area (coverage ``plane`` at ``rect``, nothing around it) with its edge faded; it grows within ``frame``.

    Where the area touches the frame's border it stays full there.
    """
    _need_radius(radius)
    around = rect.grow(blur.reach(radius / 2)).intersect(frame) if rect else rect
    if not around:
        return nothing()
    wide = np.zeros((around.height, around.width), np.uint8)
    part = rect.intersect(frame)
    inside = plane[Rect(part.x - rect.x, part.y - rect.y, part.width, part.height).slices()]
    wide[Rect(part.x - around.x, part.y - around.y, part.width, part.height).slices()] = inside
    return tight(feather(wide, radius), around.x, around.y)


def _in_cells(plane: Plane, radius: float, work: Callable[[Plane], Plane], check: Check, grain: int = 0) -> Plane:
    """``work`` wherever a blur of half of ``radius`` finds more than one value; a copy of ``plane`` elsewhere.

    Cells and what is read around them are aligned to the blur's reduction, or to blocks of ``grain`` px, so that no
    seams show.
    """
    _need_plane(plane)
    _need_radius(radius)
    out = plane.copy()
    if not radius:
        return out
    factor = grain or blur.reduction(radius / 2)
    halo = _up(blur.reach(radius / 2), factor)
    side = _up(max(_CELL, 2 * halo), factor)
    frame = Rect(0, 0, plane.shape[1], plane.shape[0])
    for y in range(0, frame.height, side):
        for x in range(0, frame.width, side):
            cell = Rect(x, y, side, side).intersect(frame)
            around = cell.grow(halo).intersect(frame)
            window = np.ascontiguousarray(plane[around.slices()])
            low, high, _, _ = cv2.minMaxLoc(window)
            if low == high:
                continue
            check()
            inner = Rect(cell.x - around.x, cell.y - around.y, cell.width, cell.height)
            out[cell.slices()] = work(window)[inner.slices()]
    return out


def _up(length: int, step: int) -> int:
    return -(-length // step) * step


def _bytes(values: Real) -> Plane:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _need_plane(plane: Plane) -> None:
    if plane.ndim != 2 or plane.dtype != np.uint8:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {plane.dtype} of shape {plane.shape}.")


def _need_radius(radius: float) -> None:
    if not (np.isfinite(radius) and radius >= 0):
        raise BadParameter(f"A radius must be 0 or more, not {radius!r}.")
