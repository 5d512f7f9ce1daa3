"""Planes reduced to square cells of pixels, and their values at full-size pixels again. Knows nothing of alpha."""

from math import ceil, log2, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Indices, Real, SameArray
from maskstudio.core.cv import cv2


def side_for(area: int, most: int) -> int:
    """The side of cells in px, a power of 2, that turns ``area`` px into ``most`` cells or less."""
    return int(2 ** max(0, ceil(log2(sqrt(max(area, 1) / most)))))


def unit(values: npt.NDArray[Any]) -> Real:
    """Turns whole numbers of any shape into real ones in 0..1; gives float32 as it is. (H, W) stays (H, W)."""
    if values.dtype == np.float32:
        return values
    return values.astype(np.float32) * np.float32(1 / np.iinfo(values.dtype).max)


def averaged(plane: SameArray, side: int) -> SameArray:
    """Averages (H, W) or (H, W, n) over cells of ``side`` px; a cell that reaches beyond repeats the border."""
    if side == 1:
        return plane
    height, width = plane.shape[:2]
    below, beside = -height % side, -width % side
    if below or beside:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    size = (plane.shape[1] // side, plane.shape[0] // side)
    means: SameArray = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return means


def at(plane: Real, rows: Indices, columns: Indices, side: int) -> Real:
    """The values of ``plane`` (h, w, n up to 4), one a cell, at full-size pixels: bilinear between centres, (m, n)."""
    depth = plane.shape[2]
    if side == 1:
        picked: Real = plane[rows, columns]
        return picked
    x, y = (((places + 0.5) / side - 0.5).astype(np.float32) for places in (columns, rows))
    found: Real = cv2.remap(plane, _page(x), _page(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found.reshape(-1, depth)[: len(rows)]


def _page(places: Real) -> Real:
    """A list folded into rows of 256, because OpenCV does not take one longer than 32,767."""
    return np.pad(places, (0, -places.size % 256), mode="edge").reshape(-1, 256)


def enlarged(plane: Real, side: int, rows: slice, width: int) -> Real:
    """Some full-size ``rows``, ``width`` wide, of ``plane`` (h, w, n), one value a cell: bilinear between centres."""
    count = rows.stop - rows.start
    if side == 1:
        return plane[rows, :width]
    scale = 1 / side
    place = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, (rows.start + 0.5) * scale - 0.5]])
    wide: Real = cv2.warpAffine(
        plane, place, (width, count), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return wide.reshape(count, width, *plane.shape[2:])
