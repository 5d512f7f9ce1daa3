"""Adjusting a tiled mask: only where it has an edge, so that a step of a slider costs what the edge is long."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from maskstudio.core import blur
from maskstudio.core.adjust import adjusted, reach
from maskstudio.core.arrays import Index, Plane
from maskstudio.core.callbacks import Progress, go_on
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE, Mask, grid
from maskstudio.core.solidcore import solidified_mask
from maskstudio.params.local import AdjustParams

# Moving a soft edge asks how far its level sets lie apart: this many px are looked at besides the way it is moved.
# Where a ramp is wider, the outcome differs by a few levels of 255 at most.
_RAMP = 64
_DISC = 16  # px, radius of the largest disc that grey dilation is quick with


def adjusted_mask(
    mask: Mask, params: AdjustParams, *, base: Mask | None = None, draft: bool = False, step: Progress = go_on
) -> Mask:
    """``adjust.adjusted`` for a tiled mask; tiles it leaves alone stay the same objects.

    ``base`` says what lies inside, for the solid core: ``mask`` itself by default. ``step`` is called with the share
    done, 0..1, before each part of the work, and may raise to stop. A ``draft`` takes a shift from grey dilation, in a
    fraction of the time; its edge is up to half a pixel off, and less smooth.
    """
    depth, params = params.solid_core, replace(params, solid_core=0)
    share = 0.5 if depth else 1.0
    out = _along_edges(mask, params, lambda done: step(share * done), draft=draft)
    if depth:
        out = solidified_mask(out, mask if base is None else base, depth, lambda done: step(share + (1 - share) * done))
    return out


def _along_edges(mask: Mask, params: AdjustParams, step: Progress, *, draft: bool) -> Mask:
    """All but the solid core."""
    if params in (AdjustParams(), AdjustParams(outer_only=True)):
        return mask
    halo, grain = reach(params) if draft else _halo(params), _grain(params)
    side = max(TILE, -(-2 * halo // TILE) * TILE)
    cells = list(_cells(mask, side, halo))
    changes: dict[Index, Plane] = {}
    for number, cell in enumerate(cells):
        step(number / len(cells))
        around = _aligned(cell.grow(halo), grain).intersect(mask.frame)
        out = _drafted(mask.array(around), params) if draft else adjusted(mask.array(around), params)
        for index, box in grid(mask.width, mask.height, cell):
            there = Rect(box.x - around.x, box.y - around.y, box.width, box.height)
            changes[index] = out[there.slices()]
    return _with(mask, changes)


def _cells(mask: Mask, side: int, halo: int) -> Iterator[Rect]:
    """The squares of ``side`` px, whole tiles, whose surroundings are neither all nothing nor all full."""
    for y in range(0, mask.height, side):
        for x in range(0, mask.width, side):
            cell = Rect(x, y, side, side).intersect(mask.frame)
            values = {mask.flat_value(index) for index, _ in grid(mask.width, mask.height, cell.grow(halo))}
            if values not in ({0}, {255}):
                yield cell


def _drafted(plane: Plane, params: AdjustParams) -> Plane:
    """``adjusted`` with the maximum, or minimum, under discs for the shift: one after another where it is far."""
    out = adjusted(plane, replace(params, shift_edge=0))
    change = cv2.dilate if params.shift_edge > 0 else cv2.erode
    left = abs(params.shift_edge)
    while left:
        radius = min(left, _DISC)
        rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
        disc = (rows * rows + columns * columns <= radius * radius).astype(np.uint8)
        out = change(out, disc, borderType=cv2.BORDER_REPLICATE)
        left -= radius
    return out


def _halo(params: AdjustParams) -> int:
    return reach(params) + (2 + _RAMP + 2 * params.feather if params.shift_edge else 0)


def _grain(params: AdjustParams) -> int:
    """Blurs work on a plane reduced by these; windows begin at whole blocks of all of them, so no seams show."""
    feather = params.feather / 2 if params.outer_only else params.feather
    return math.lcm(blur.reduction(params.smooth / 2), blur.reduction(feather / 2))


def _aligned(rect: Rect, grain: int) -> Rect:
    left, top = rect.x // grain * grain, rect.y // grain * grain
    return Rect(left, top, rect.right - left, rect.bottom - top)


def _with(mask: Mask, changes: dict[Index, Plane]) -> Mask:
    """``mask`` with the tiles that came out different."""
    fresh = {index: plane.copy() for index, plane in changes.items() if (plane != mask.tile(index)).any()}
    return mask.with_tiles(fresh)
