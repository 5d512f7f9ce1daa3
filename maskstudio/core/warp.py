"""Moving, turning and scaling a mask."""

import math

import numpy as np
import numpy.typing as npt

from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Index, Matrix, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask, grid
from maskstudio.core.tile import TILE, Tile, flat, frozen
from maskstudio.errors import BadParameter

_FINEST = 6  # times; slants beyond that leave next to nothing to see
_DRAWN = 100_000_000  # px drawn at most for it
_WHOLE = 1e-6  # numbers this close to whole ones are meant to be whole: the cosine of a right angle is not quite 0


def moved(mask: Mask, dx: int, dy: int) -> Mask:
    """``mask`` shifted by whole pixels, right and down; what leaves the plane is gone, what comes in is 0.

    Its cost follows the mask's bounds. Flat tiles stay shared, and at whole tiles of distance all are.
    """
    if not dx and not dy:
        return mask
    target = Rect(mask.bounds.x + dx, mask.bounds.y + dy, mask.bounds.width, mask.bounds.height)
    tiles: dict[Index, Tile] = {}
    for index, box in grid(mask.width, mask.height, target):
        tile = _shifted(mask, Rect(box.x - dx, box.y - dy, box.width, box.height))
        if tile.value != 0:
            tiles[index] = tile
    return Mask(mask.width, mask.height, tiles)


def _shifted(mask: Mask, source: Rect) -> Tile:
    """The pixels of ``source`` as a tile; outside the plane they are 0."""
    inside = source.x >= 0 and source.y >= 0 and source.right <= mask.width and source.bottom <= mask.height
    columns = range(max(source.x, 0) // TILE, (min(source.right, mask.width) - 1) // TILE + 1)
    rows = range(max(source.y, 0) // TILE, (min(source.bottom, mask.height) - 1) // TILE + 1)
    indices = [(column, row) for row in rows for column in columns]
    if inside and len(indices) == 1:
        only = mask.held(indices[0])
        if only.shape == (source.height, source.width):
            return only
    values = {mask.flat_value(index) for index in indices} | ({0} if not inside else set())
    if len(values) == 1 and None not in values:
        return flat(int(values.pop() or 0), source.height, source.width)
    return frozen(mask.array(source), owned=True)


def transformed(plane: Plane, rect: Rect, matrix: npt.ArrayLike, frame: Rect) -> Area:
    """Coverage ``plane`` at ``rect`` (nothing around it) under an affine map, within ``frame``.

    ``matrix``: 2 x 3, takes image points (the corner of pixel (0, 0) is (0, 0), its centre (0.5, 0.5)) to image points.
    Right angles, mirrors and whole shifts are exact. Otherwise cubic interpolation, after averaging where it shrinks
    to less than half. A map that flattens the plane is an empty area; NaN, infinity and another shape are a
    ``BadParameter``.
    """
    forth = _matrix(matrix)
    if not rect or abs(np.linalg.det(forth[:, :2])) < 1e-9:
        return nothing()
    target = _target(rect, forth)
    exact = _exact(plane, forth, target)
    if exact is not None:
        part = target.intersect(frame)
        inside = Rect(part.x - target.x, part.y - target.y, part.width, part.height)
        return tight(np.ascontiguousarray(exact[inside.slices()]), part.x, part.y)
    target = target.grow(2).intersect(frame)
    if not target:
        return nothing()
    work, here = _reduced(plane, rect, forth)
    # What a slant still squeezes is drawn larger and averaged too.
    fine = _times(here, target)
    # Between pixel corners and pixel centres lies half a pixel, in the source as in the target.
    shift = fine * (here[:, :2] @ (0.5, 0.5) + here[:, 2] - (target.x, target.y)) - 0.5
    centres = np.column_stack([fine * here[:, :2], shift])
    out = cv2.warpAffine(work, centres, (fine * target.width, fine * target.height), flags=cv2.INTER_CUBIC)
    if fine > 1:
        out = cv2.resize(out, (target.width, target.height), interpolation=cv2.INTER_AREA)
    return tight(out, target.x, target.y)


def _times(forth: Matrix, target: Rect) -> int:
    """How many times larger to draw so that neighbouring pixels stay at least half a pixel apart; 1 as a rule."""
    closest = float(np.linalg.svd(forth[:, :2], compute_uv=False)[-1])
    return max(1, min(math.ceil(0.5 / closest), _FINEST, math.isqrt(_DRAWN // target.area)))


def _matrix(matrix: npt.ArrayLike) -> Matrix:
    try:
        forth = np.array(matrix, np.float64)
    except (TypeError, ValueError) as error:
        raise BadParameter("A transform must be two rows of three numbers.") from error
    if forth.shape != (2, 3) or not np.isfinite(forth).all():
        raise BadParameter("A transform must be two rows of three finite numbers.")
    near = np.rint(forth)
    return np.where(np.abs(forth - near) < _WHOLE, near, forth)


def _target(rect: Rect, forth: Matrix) -> Rect:
    corners = [(x, y) for x in (rect.x, rect.right) for y in (rect.y, rect.bottom)]
    points = np.array(corners, np.float64) @ forth[:, :2].T + forth[:, 2]
    points = np.clip(points, -1e9, 1e9)
    left, top = np.floor(points.min(axis=0) + _WHOLE)
    right, bottom = np.ceil(points.max(axis=0) - _WHOLE)
    return Rect(int(left), int(top), int(right - left), int(bottom - top))


def _exact(plane: Plane, forth: Matrix, target: Rect) -> Plane | None:
    """The plane turned by right angles or mirrored, if that is all the map does to it."""
    linear = forth[:, :2]
    if not ((np.abs(linear).sum(axis=0) == 1).all() and np.isin(linear, (-1, 0, 1)).all() and (forth % 1 == 0).all()):
        return None
    if linear[0, 0] == 0:
        plane = plane.T
    across, down = int(linear[0].sum()), int(linear[1].sum())
    plane = plane[::down, ::across]
    assert plane.shape == (target.height, target.width)
    return plane


def _reduced(plane: Plane, rect: Rect, forth: Matrix) -> tuple[Plane, Matrix]:
    """The plane averaged down as far as the map shrinks each of its sides; the map from its points to the image's."""
    here = np.column_stack([forth[:, :2], forth[:, :2] @ (rect.x, rect.y) + forth[:, 2]])
    across, down = (max(1, int(1 / length)) for length in np.hypot(*forth[:, :2]))
    if across == down == 1:
        return plane, here
    width, height = -(-rect.width // across), -(-rect.height // down)
    right, bottom = width * across - rect.width, height * down - rect.height
    padded = cv2.copyMakeBorder(plane, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=0)
    small: Plane = cv2.resize(padded, (width, height), interpolation=cv2.INTER_AREA)
    return small, here @ np.diag([across, down, 1.0])
