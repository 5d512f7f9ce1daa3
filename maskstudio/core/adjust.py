"""Adjusting a finished mask: smooth, feather, contrast, shift edge. Flat parts are left alone, so edges alone cost."""

from collections.abc import Callable

import numpy as np

from maskstudio.core import blur
from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.ops import apply_mask_params
from maskstudio.core.tile import Plane
from maskstudio.errors import BadMask, BadParameter
from maskstudio.params import AdjustParams

Check = Callable[[], None]

_CELL = 512  # px worked on at a time, at least


def _go_on() -> None:
    pass


def adjusted(plane: Plane, params: AdjustParams, *, check: Check = _go_on) -> Plane:
    """``plane`` (uint8, (H, W)) smoothed, feathered, given contrast and moved, in this order. A new array."""
    out = plane.copy()
    if params.smooth:
        out = smooth(out, params.smooth, check=check)
    if params.feather:
        out = feather(out, params.feather, check=check)
    if params.contrast:
        out = contrast(out, params.contrast)
    if params.shift_edge:
        out = shift_edge(out, params.shift_edge, check=check)
    return out


def reach(params: AdjustParams) -> int:
    """How far, in px, ``adjusted`` can carry what a pixel holds."""
    spread = sum(blur.reach(radius / 2) for radius in (params.smooth, params.feather) if radius)
    return spread + abs(params.shift_edge)


def smooth(plane: Plane, radius: float, *, check: Check = _go_on) -> Plane:
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


def feather(plane: Plane, radius: float, *, check: Check = _go_on) -> Plane:
    """The edge faded over ``radius`` px inwards and outwards: a Gaussian of half that.

    The frame's border is no edge.
    """
    return _in_cells(plane, radius, lambda window: _bytes(blur.blurred(window.astype(np.float32), radius / 2)), check)


def contrast(plane: Plane, amount: float) -> Plane:
    """Values moved away from 50 %: ``amount`` 0 leaves them, 1 makes all below 128 nothing and the others full."""
    _need_plane(plane)
    if not 0 <= amount <= 1:
        raise BadParameter(f"Contrast must be from 0 to 1, not {amount!r}.")
    steep = min(1 / max(1 - amount, 1e-3), 1000)
    table = np.clip((np.arange(256) - 127.5) * steep + 127.5, 0, 255).round().astype(np.uint8)
    out: Plane = cv2.LUT(plane, table)
    return out


def shift_edge(plane: Plane, pixels: int, *, check: Check = _go_on) -> Plane:
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


def _in_cells(plane: Plane, radius: float, work: Callable[[Plane], Plane], check: Check) -> Plane:
    """``work`` wherever a blur of half of ``radius`` finds more than one value; a copy of ``plane`` elsewhere.

    Cells and what is read around them are aligned to the blur's reduction, so that no seams show.
    """
    _need_plane(plane)
    _need_radius(radius)
    out = plane.copy()
    if not radius:
        return out
    factor = blur.reduction(radius / 2)
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


def _bytes(values: blur.Values) -> Plane:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _need_plane(plane: Plane) -> None:
    if plane.ndim != 2 or plane.dtype != np.uint8:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {plane.dtype} of shape {plane.shape}.")


def _need_radius(radius: float) -> None:
    if not (np.isfinite(radius) and radius >= 0):
        raise BadParameter(f"A radius must be 0 or more, not {radius!r}.")
