"""An image and its trimap reduced to square cells of pixels, and alpha carried back from cells to pixels.

Carrying is guided upsampling: within a window alpha is a linear function of colour, so its coefficients, which vary
slowly, are enlarged instead of alpha itself, and applied to the full-size colours (He and Sun, "Fast guided filter",
2015). Knows nothing of how alpha was solved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Plane = npt.NDArray[np.uint8]
Colours = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Values = TypeVar("Values", bound=npt.NDArray[Any])

# Rows and columns of full-size pixels worked on at once: keeps what is made of them small, and cancelling quick.
_BLOCK = 256
# Colour variance (colours in 0..1) up to which a window says nothing about how alpha follows colour.
_FLAT = 1e-5
# The upper triangle of a covariance of colours.
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


@dataclass(frozen=True)
class Cells:
    """``frame`` of an image in cells of ``side`` px; the last row and column of cells may be partly outside of it.

    ``colours`` is (h, w, 3) in 0..1; ``foreground`` and ``background`` are (h, w), the shares of known pixels.
    """

    frame: Rect
    side: int
    colours: Colours
    foreground: Colours
    background: Colours


def reduce(image: Samples, trimap: Plane, frame: Rect, side: int, step: Callable[[float], None]) -> Cells:
    """Averages ``frame`` of ``image`` (H, W, 3) and ``trimap`` (H, W) over cells of ``side`` px."""
    width, height = -(-frame.width // side), -(-frame.height // side)
    cells = Cells(
        frame,
        side,
        np.empty((height, width, 3), np.float32),
        np.empty((height, width), np.float32),
        np.empty((height, width), np.float32),
    )
    rows = max(1, _BLOCK // side)
    for top in range(0, height, rows):
        step(top / height)
        bottom = min(top + rows, height)
        strip = Rect(frame.x, frame.y + top * side, frame.width, (bottom - top) * side).intersect(frame).slices()
        cells.colours[top:bottom] = averaged(unit(image[strip]), side)
        cells.foreground[top:bottom] = _share(trimap[strip] == 255, side)
        cells.background[top:bottom] = _share(trimap[strip] == 0, side)
    return cells


def _share(flags: Flags, side: int) -> Colours:
    """How much of each cell is flagged; exactly 1 where all of it is, which a plain mean misses for some sides."""
    count: Colours = np.rint(averaged(flags.astype(np.float32), side) * np.float32(side**2))
    return count / np.float32(side**2)


def unit(values: npt.NDArray[Any]) -> Colours:
    """Whole numbers as real ones in 0..1; real ones as they are."""
    if values.dtype == np.float32:
        return values
    return values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)


def averaged(plane: Values, side: int) -> Values:
    """Means over cells of ``side`` px; a cell that reaches beyond ``plane`` repeats its last row or column."""
    if side == 1:
        return plane
    height, width = plane.shape[:2]
    below, beside = -height % side, -width % side
    if below or beside:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    size = (plane.shape[1] // side, plane.shape[0] // side)
    means: Values = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return means


def carry(
    cells: Cells, solved: Colours, image: Samples, trimap: Plane, out: Colours, step: Callable[[float], None]
) -> None:
    """Writes the alpha of the unknown pixels into ``out`` (H, W); ``solved`` (h, w) is the alpha of the cells."""
    model = _model(cells, solved)
    blocks = [
        Rect(x, y, _BLOCK, _BLOCK).intersect(cells.frame)
        for y in range(cells.frame.y, cells.frame.bottom, _BLOCK)
        for x in range(cells.frame.x, cells.frame.right, _BLOCK)
    ]
    for number, block in enumerate(blocks):
        step(number / len(blocks))
        known = trimap[block.slices()]
        unknown = (known > 0) & (known < 255)
        if unknown.any():
            here = _enlarged(model, cells, block)
            alpha = (here[..., :3] * unit(image[block.slices()])).sum(axis=2) + here[..., 3]
            out[block.slices()][unknown] = np.clip(alpha[unknown], 0, 1)


def _model(cells: Cells, alpha: Colours) -> Colours:
    """Slopes and offset (h, w, 4) of alpha over colour, such that every cell of the band gets its own ``alpha``."""
    if cells.side == 1:
        return np.dstack([np.zeros_like(cells.colours), alpha])
    band = ((cells.foreground < 1) & (cells.background < 1)).view(np.uint8)
    slopes = _slopes(cells.colours, alpha, cv2.dilate(band, np.ones((7, 7), np.uint8)) > 0)
    return np.dstack([slopes, alpha - (slopes * cells.colours).sum(axis=2)])


def _slopes(colours: Colours, alpha: Colours, near: Flags) -> Colours:
    """How alpha follows colour around each cell: (h, w, 3), the mean over the 3 x 3 windows that hold the cell.

    Only the windows around the cells ``near`` are looked at.
    """
    mean = _box(colours)[near].astype(np.float64)
    covariance = np.empty((len(mean), 3, 3))
    for i, j in _PAIRS:
        product = _box(colours[..., i] * colours[..., j])[near]
        covariance[:, i, j] = covariance[:, j, i] = product - mean[:, i] * mean[:, j]
    along = _box(colours * alpha[..., None])[near] - mean * _box(alpha)[near][:, None]
    slopes = np.zeros_like(colours)
    slopes[near] = np.linalg.solve(covariance + _FLAT * np.eye(3), along[..., None])[..., 0]
    return _box(slopes)


def _box(plane: Colours) -> Colours:
    means: Colours = cv2.blur(plane, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return means


def _enlarged(model: Colours, cells: Cells, block: Rect) -> Colours:
    """The part of ``model`` (h, w, 4) under ``block``, one value a pixel, bilinear between the centres of cells."""
    scale = 1 / cells.side
    place = np.array(
        [
            [scale, 0, (block.x - cells.frame.x + 0.5) * scale - 0.5],
            [0, scale, (block.y - cells.frame.y + 0.5) * scale - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    enlarged: Colours = cv2.warpAffine(
        model, place, (block.width, block.height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return enlarged
