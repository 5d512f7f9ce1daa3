"""An answer in a small picture, carried to the photo's own size along its edges.

Guided upsampling, as in ``matting.enlarge``, but tile by tile: only pixels near the edge are computed, so its cost
follows the length of the edge and not the size of the photo.
"""

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask, flat, frozen, grid, within
from maskstudio.selection.closer import View

_RADIUS = 2  # px of the small picture on either side of a window's middle
_FLAT = 4e-4  # variance of colour, in 0..1, that says nothing of an edge
_ROUND = 0.8  # px of the small picture, sigma: rounds the corners of superpixels
_WIDTH = 2.5  # px of the photo that the edge is wide at the end, or of the small picture if that is more
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def full_size(photo: Pixels8, view: View, inside: Flags, *, follow: bool = True) -> Mask:
    """A mask of the photo (H, W, 3) from what is ``inside`` the picture of a look at it (h, w).

    Without ``follow`` the edge is plainly enlarged.
    """
    level: Real = cv2.GaussianBlur(np.asarray(inside, np.float32), (0, 0), _ROUND)
    edge = ((level > 0.02) & (level < 0.98)).view(np.uint8)
    colours = (view.terrain.regions.rgb / np.float32(255)).astype(np.float32)
    slopes = _slopes(colours, level, edge > 0) if follow else np.zeros_like(colours)
    plain = level - np.einsum("hwc,hwc->hw", slopes, colours)
    model = np.dstack([slopes, plain])
    steep = max(2.5 / _WIDTH / max(view.zoom), 1.0)
    frame = Rect(0, 0, photo.shape[1], photo.shape[0])
    tiles = {}
    for index, box in grid(frame.width, frame.height, view.rect):
        part = box.intersect(view.rect)
        across, down = (_places(*span) for span in (
            (part.x, part.width, view.rect.x, view.zoom[0]), (part.y, part.height, view.rect.y, view.zoom[1]),
        ))  # fmt: skip
        rows, columns = (_reach(each, size) for each, size in zip((down, across), level.shape, strict=True))
        value = _one(level[rows, columns])
        if value is not None and (part == box or not value):
            tile = flat(value, box.height, box.width)
        else:
            pixels = np.zeros((box.height, box.width), np.uint8)
            pixels[within(part, box)] = (
                _edge(photo[part.slices()], edge, level, model, (across, down), steep) if value is None else value
            )
            tile = frozen(pixels, owned=True)
        if tile.value != 0:
            tiles[index] = tile
    return Mask(frame.width, frame.height, tiles)


def _places(start: int, count: int, origin: int, zoom: float) -> Real:
    """Where pixels of the photo lie in the small picture."""
    return ((np.arange(start, start + count) + 0.5 - origin) * zoom - 0.5).astype(np.float32)


def _reach(places: Real, size: int) -> slice:
    """What is read of a side of the small picture for some places."""
    return slice(max(int(np.floor(places[0])), 0), min(int(np.ceil(places[-1])) + 1, size))


def _one(level: Real) -> int | None:
    """0 or 255 where a part is wholly outside or inside, else None."""
    low, high = float(level.min()), float(level.max())
    return 0 if high < 0.02 else 255 if low > 0.98 else None


def _edge(photo: Pixels8, edge: Plane, level: Real, model: Real, places: tuple[Real, Real], steep: float) -> Plane:
    """The pixels of a tile (H, W, 3) that holds an edge."""
    size = photo.shape[1], photo.shape[0]
    near = [
        np.clip(np.rint(each).astype(np.intp), 0, side - 1)
        for each, side in zip(places, level.shape[::-1], strict=True)
    ]
    out: Plane = np.where(level[np.ix_(near[1], near[0])] > 0.5, np.uint8(255), np.uint8(0))
    here = np.flatnonzero(edge[np.ix_(near[1], near[0])])
    if not len(here):
        return out
    rows, columns = here // size[0], here % size[0]
    x, y = places[0][columns][None], places[1][rows][None]
    read = cv2.remap(model, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
    colours = photo.reshape(-1, 3)[here] if photo.flags.c_contiguous else photo[rows, columns]
    alpha = (read[:, :3] * colours).sum(axis=1) * np.float32(1 / 255) + read[:, 3]
    out.reshape(-1)[here] = np.rint(np.clip((alpha - 0.5) * steep + 0.5, 0, 1) * 255).astype(np.uint8)
    return out


def _slopes(colours: Real, level: Real, where: Flags) -> Real:
    """By how much the mask changes with each colour around the pixels ``where``, (h, w, 3); 0 elsewhere."""
    mean, height = _mean(colours), _mean(level)
    covariance = np.empty((np.count_nonzero(where), 3, 3), np.float32)
    for one, other in _PAIRS:
        value = _mean(colours[..., one] * colours[..., other])[where] - (mean[..., one] * mean[..., other])[where]
        covariance[:, one, other] = covariance[:, other, one] = value
    covariance += _FLAT * np.eye(3, dtype=np.float32)
    along = _mean(colours * level[..., None])[where] - mean[where] * height[where, None]
    slopes = np.zeros_like(colours)
    slopes[where] = np.linalg.solve(covariance, along[..., None])[..., 0]
    return _mean(slopes)


def _mean(plane: Real) -> Real:
    side = 2 * _RADIUS + 1
    found: Real = cv2.blur(np.ascontiguousarray(plane), (side, side), borderType=cv2.BORDER_REPLICATE)
    return found
