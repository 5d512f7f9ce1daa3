"""The solid core: nothing deep inside a mask goes see-through. Knows no solver and no photo."""

from collections.abc import Iterator

import numpy as np

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.callbacks import Progress
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE, Mask, grid
from maskstudio.errors import BadMask

# px over which what is see-through goes over into what is solid, on the shallow side.
_FADE = 2.0


def solidified(plane: Plane, base: Plane, depth: int) -> Plane:
    """``plane`` (uint8, (H, W)) with 255 wherever ``base`` (the same) is deeper than ``depth`` px. A new array.

    A pixel is inside where ``base`` is 128 or more, and as deep as its centre from the nearest centre outside; the
    frame's border is no edge. Over the 2 px before that depth values rise towards 255, so no step shows. What lies
    outside of ``base``, holes among it, stays as it is. Raises ``BadMask`` for planes that do not fit.
    """
    if plane.ndim != 2 or plane.dtype != np.uint8 or base.dtype != np.uint8 or plane.shape != base.shape:
        raise BadMask(
            f"A mask and its base must be 8-bit planes of one size, not {plane.dtype} of shape {plane.shape} "
            f"and {base.dtype} of shape {base.shape}."
        )
    if not plane.size:
        return plane.copy()
    inside = cv2.threshold(base, 127, 255, cv2.THRESH_BINARY)[1]
    count = cv2.countNonZero(inside)
    if count == inside.size:
        return np.full_like(plane, 255)
    if not count:
        return plane.copy()
    deep = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Squared distances are whole numbers: the least one beyond the depth is 1 more than its square.
    share = np.clip(1 + (deep - np.float32(np.sqrt(depth * depth + 1.0) - 1e-3)) / np.float32(_FADE), 0, 1)
    share[inside == 0] = 0
    solid: Plane = np.rint(plane + (255 - plane) * share).astype(np.uint8)
    return solid


def solidified_mask(mask: Mask, base: Mask, depth: int, step: Progress) -> Mask:
    """``solidified`` for tiled masks of one size; tiles it leaves alone stay the same objects.

    ``step`` is called with the share done, 0..1, and may raise to stop.
    """
    if mask.size != base.size:
        raise BadMask(f"A base of {base.width} x {base.height} px does not fit a mask of {mask.width} x {mask.height}.")
    halo = depth + 2
    side = max(TILE, -(-2 * halo // TILE) * TILE)
    cells = list(_cells(mask, base, side))
    changes: dict[Index, Plane] = {}
    for number, cell in enumerate(cells):
        step(number / len(cells))
        around = cell.grow(halo).intersect(mask.frame)
        out = solidified(mask.array(around), base.array(around), depth)
        for index, box in grid(mask.width, mask.height, cell):
            there = out[Rect(box.x - around.x, box.y - around.y, box.width, box.height).slices()]
            if (there != mask.tile(index)).any():
                changes[index] = there.copy()
    return mask.with_tiles(changes)


def _cells(mask: Mask, base: Mask, side: int) -> Iterator[Rect]:
    """The squares of ``side`` px, whole tiles, where something inside ``base`` is not full."""
    for y in range(0, mask.height, side):
        for x in range(0, mask.width, side):
            cell = Rect(x, y, side, side).intersect(mask.frame)
            if any(_open(mask.flat_value(index), base.flat_value(index)) for index, _ in grid(*mask.size, cell)):
                yield cell


def _open(value: int | None, inside: int | None) -> bool:
    return value != 255 and (inside is None or inside >= 128)
