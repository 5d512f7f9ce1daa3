"""A mask that was made for a smaller copy of the photo, carried to the photo's own size along its edges.

Guided upsampling: within a window of the small copy alpha changes with colour in a linear way (He, Sun and Tang,
"Guided image filtering", PAMI 2013; slopes enlarged as in He and Sun, "Fast guided filter", 2015). Here the slopes only
add what the small copy could not hold: the detail by which the photo differs from its own plain enlargement. So where
colour says nothing the mask is plainly enlarged, and never bent towards the model.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Integers, Plane, Real
from maskstudio.core.callbacks import Check
from maskstudio.core.cv import cv2
from maskstudio.errors import BadMask
from maskstudio.matting.guided import slopes

_RADIUS = 1  # px of the small copy on either side of a window's middle
_FLAT = 3e-4  # variance of colour, in 0..1, that says nothing of an edge
_MARGIN = 3  # px of the small copy around all edges: the window, and what is read between pixels
_ROWS = 256  # of the photo at a time


def enlarged(photo: Plane, mask: Plane, *, check: Check = lambda: None) -> Plane:
    """``mask`` (uint8, (h, w)) at the size of ``photo`` (uint8 RGB, (H, W, 3)); as it is where the sizes agree.

    Only pixels near an edge of the mask follow the photo; what is 0 or 255 all around stays so. Raises BadMask for a
    mask larger than the photo.
    """
    height, width = photo.shape[:2]
    if mask.shape == (height, width):
        return mask
    if mask.shape[0] > height or mask.shape[1] > width:
        raise BadMask("A mask can only be carried to a larger photo.")
    out: Plane = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
    edge = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, window), window)
    if not edge.any():
        return out
    part, rows, columns = _around(edge, (height, width))
    reduced = cv2.resize(photo, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_AREA)
    colours, level = _unit(reduced[part]), _unit(mask[part])
    small = np.concatenate((slopes(colours, level, edge[part] > 0, _RADIUS, _FLAT), colours, level[..., None]), axis=2)
    across = _places(np.arange(columns.start, columns.stop), width, mask.shape[1], part[1].start)
    for top in range(rows.start, rows.stop, _ROWS):
        check()
        some = slice(top, min(top + _ROWS, rows.stop))
        down = _places(np.arange(some.start, some.stop), height, mask.shape[0], part[0].start)
        near = _sampled(edge[part], across, down, cv2.INTER_NEAREST) > 0
        if near.any():
            slope, plain, alpha = np.split(_sampled(small, across, down, cv2.INTER_LINEAR), (3, 6), axis=2)
            detail = _unit(photo[some, columns]) - plain
            alpha = alpha[..., 0] + np.einsum("hwc,hwc->hw", slope, detail)
            found = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
            np.copyto(out[some, columns], found, where=near)
    return out


def _around(edge: Plane, size: tuple[int, int]) -> tuple[tuple[slice, slice], slice, slice]:
    """The part of the small copy that holds all of ``edge``, and the rows and columns of ``size`` that it becomes."""
    left, top, wide, high = cv2.boundingRect(edge)
    height, width = edge.shape
    part = (
        slice(max(top - _MARGIN, 0), min(top + high + _MARGIN, height)),
        slice(max(left - _MARGIN, 0), min(left + wide + _MARGIN, width)),
    )
    rows = slice(top * size[0] // height, -(-(top + high) * size[0] // height))
    columns = slice(left * size[1] // width, -(-(left + wide) * size[1] // width))
    return part, rows, columns


def _unit(plane: npt.NDArray[Any]) -> Real:
    return plane.astype(np.float32) / np.float32(255)


def _places(pixels: Integers, whole: int, small: int, start: int) -> Real:
    """Where pixels of a side of ``whole`` px lie on one of ``small`` px, counted from ``start``."""
    return ((pixels + 0.5) * small / whole - 0.5 - start).astype(np.float32)


def _sampled(plane: npt.NDArray[Any], across: Real, down: Real, how: int) -> npt.NDArray[Any]:
    """``plane`` at a grid of places."""
    x, y = np.meshgrid(across, down)
    found: npt.NDArray[Any] = cv2.remap(plane, x, y, how, borderMode=cv2.BORDER_REPLICATE)
    return found
