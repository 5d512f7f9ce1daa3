"""Turning and scaling tiled masks, and the paint on them."""

import math

import numpy as np

from maskstudio.core.area import Area
from maskstudio.core.arrays import Matrix, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.core.paint import Paint
from maskstudio.core.warp import transformed

_DRAFT = 2_000_000  # px that a draft is computed from


def transformed_mask(mask: Mask, matrix: Matrix, *, draft: bool = False) -> Mask:
    """``mask`` under an affine map: 2 x 3, image points to image points, see ``warp.transformed``. What leaves the
    plane is gone, what comes in is 0. A ``draft`` of a large mask is computed at a fraction of its size.
    """
    source = mask.bounds
    times = math.ceil(math.sqrt(source.area / _DRAFT)) if draft and source else 1
    if times > 1:
        where, plane = _coarse(mask, source, matrix, times)
    else:
        where, plane = transformed(mask.array(source), source, matrix, mask.frame)
    empty = Mask(*mask.size)
    return empty.put(plane, where.x, where.y) if where else empty


def transformed_codes(mask: Mask, matrix: Matrix, *, draft: bool = False) -> Mask:
    """``mask`` under the map, where its values are no amounts but names of things, which do not mix."""
    codes = {int(code) for tile in mask.tiles.values() for code in np.unique(tile.pixels)} - {0}
    out = Mask(*mask.size)
    for code in sorted(codes):
        where = {index: np.where(tile.pixels == code, np.uint8(255), np.uint8(0)) for index, tile in mask.tiles.items()}
        there = transformed_mask(Mask(*mask.size).with_tiles(where), matrix, draft=draft)
        out = out.with_tiles(
            {
                index: np.where(tile.pixels >= 128, np.uint8(code), out.tile(index))
                for index, tile in there.tiles.items()
            }
        )
    return out


def transformed_paint(paint: Paint, matrix: Matrix, *, draft: bool = False) -> Paint:
    """Both planes under the map. Cubic interpolation may lift value above cover, which paint does not allow."""
    cover = transformed_mask(paint.cover, matrix, draft=draft)
    return Paint(combine(transformed_mask(paint.value, matrix, draft=draft), cover, "intersect"), cover)


def needs_draft(mask: Mask) -> bool:
    """Whether a draft is quicker. Looks at tiles only."""
    return len(mask.tiles) * 65536 > _DRAFT


def _coarse(mask: Mask, source: Rect, matrix: Matrix, times: int) -> Area:
    """The map of the mask reduced ``times`` times, brought back to its size."""
    x, y = source.x // times, source.y // times
    width, height = -(-source.right // times) - x, -(-source.bottom // times) - y
    aligned = Rect(x * times, y * times, width * times, height * times)
    small: Plane = cv2.resize(mask.array(aligned), (width, height), interpolation=cv2.INTER_AREA)
    here = np.array(matrix, np.float64)
    here[:, 2] /= times
    frame = Rect(0, 0, -(-mask.width // times), -(-mask.height // times))
    where, plane = transformed(small, Rect(x, y, width, height), here, frame)
    if not where:
        return where, plane
    size = where.width * times, where.height * times
    large: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR)
    return Rect(where.x * times, where.y * times, *size), large
