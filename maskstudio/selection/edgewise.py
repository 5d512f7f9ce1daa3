"""An answer in a small picture, carried to the photo's own size along its edges.

Guided upsampling, as in ``matting.enlarge``, but tile by tile: only pixels near the edge are computed, so its cost
follows the length of the edge and not the size of the photo.
"""

from collections.abc import Callable

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask, flat, frozen, grid, within
from maskstudio.matting.guided import averaged, slopes
from maskstudio.selection.closer import View

_RADIUS = 2  # px of the small picture on either side of a window's middle
_FLAT = 4e-4  # variance of colour, in 0..1, that says nothing of an edge
_ROUND = 0.8  # px of the small picture, sigma: rounds the corners of superpixels
_BAND = 0.08  # of the rounded mask, 0..1: what differs from 0 and 1 by more is the edge
_Painting = Callable[
    [Rect, Real, Real], Plane
]  # a part of the photo, and where its columns and rows lie in the picture
_AT_ONCE = 1 << 14  # pixels read from the small picture at a time; OpenCV takes 2^15 in a row


def full_size(photo: Pixels8, view: View, inside: Flags, *, follow: bool = True) -> Mask:
    """A mask of the photo (H, W, 3) from what is ``inside`` the picture of a look at it (h, w).

    Without ``follow`` the edge is plainly enlarged.
    """
    level: Real = cv2.GaussianBlur(np.asarray(inside, np.float32), (0, 0), _ROUND)
    steep = max(1 / max(view.zoom), 1.0)
    paint = _followed(photo, view, level, steep) if follow else _enlarged(view, level, steep)
    across, down = (_places(size, zoom, side) for size, zoom, side in (
        (view.rect.width, view.zoom[0], level.shape[1]), (view.rect.height, view.zoom[1], level.shape[0]),
    ))  # fmt: skip
    tiles = {}
    for index, box in grid(photo.shape[1], photo.shape[0], view.rect):
        part = box.intersect(view.rect)
        x, y = part.x - view.rect.x, part.y - view.rect.y
        columns, rows = across[x : x + part.width], down[y : y + part.height]
        value = _one(level[_reach(rows, level.shape[0]), _reach(columns, level.shape[1])])
        if value is not None and (part == box or not value):
            tile = flat(value, box.height, box.width)
        else:
            pixels = np.zeros((box.height, box.width), np.uint8)
            pixels[within(part, box)] = paint(part, columns, rows) if value is None else value
            tile = frozen(pixels, owned=True)
        if tile.value != 0:
            tiles[index] = tile
    return Mask(photo.shape[1], photo.shape[0], tiles)


def _places(count: int, zoom: float, size: int) -> Real:
    """Where the pixels of a side of what is looked at lie on the side of the small picture."""
    places: Real = np.clip((np.arange(count) + 0.5) * zoom - 0.5, 0, size - 1).astype(np.float32)
    return places


def _reach(places: Real, size: int) -> slice:
    """What is read of a side of the small picture for some places."""
    return slice(int(places[0]), min(int(places[-1]) + 2, size))


def _one(level: Real) -> int | None:
    """0 or 255 where a part is wholly outside or inside, else None."""
    low, high = float(level.min()), float(level.max())
    return 0 if high <= _BAND else 255 if low >= 1 - _BAND else None


def _enlarged(view: View, level: Real, steep: float) -> _Painting:
    """Paints tiles with the level between the pixels of the small picture, made as steep as an edge."""
    small = np.rint(level * 255).astype(np.uint8)
    table = np.rint(np.clip((np.arange(256) / 255 - 0.5) * steep + 0.5, 0, 1) * 255).astype(np.uint8)
    (wide, high) = view.zoom

    def paint(part: Rect, _columns: Real, _rows: Real) -> Plane:
        """The pixels of a part of the photo."""
        at = (part.x - view.rect.x + 0.5) * wide - 0.5, (part.y - view.rect.y + 0.5) * high - 0.5
        matrix = np.array([[wide, 0, at[0]], [0, high, at[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = part.width, part.height
        plain = cv2.warpAffine(small, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        enlarged: Plane = cv2.LUT(plain, table)
        return enlarged

    return paint


def _followed(photo: Pixels8, view: View, level: Real, steep: float) -> _Painting:
    """Paints tiles with what the slopes of the small picture make of the photo's own colours, near the edge."""
    edge = (level > _BAND) & (level < 1 - _BAND)
    colours = (view.terrain.regions.rgb / np.float32(255)).astype(np.float32)
    slope = averaged(slopes(colours, level, edge, _RADIUS, _FLAT), _RADIUS)
    plain = level - (slope * colours).sum(axis=2)
    model, hard = np.dstack([slope / 255, plain]), np.where(level > 0.5, np.uint8(255), np.uint8(0))

    def paint(part: Rect, columns: Real, rows: Real) -> Plane:
        """The pixels of a part of the photo."""
        near_x, near_y = np.rint(columns).astype(np.intp), np.rint(rows).astype(np.intp)
        out: Plane = np.ascontiguousarray(hard[near_y].take(near_x, axis=1))
        every = np.stack(edge[near_y].take(near_x, axis=1).nonzero())
        for start in range(0, every.shape[1], _AT_ONCE):
            down, across = every[:, start : start + _AT_ONCE]
            read = cv2.remap(model, columns[across][None], rows[down][None], cv2.INTER_LINEAR)[0]
            own = photo[part.slices()][down, across]
            alpha = np.einsum("nc,nc->n", read[:, :3], own) + read[:, 3]
            out[down, across] = np.rint(np.clip((alpha - 0.5) * steep + 0.5, 0, 1) * 255)
        return out

    return paint
