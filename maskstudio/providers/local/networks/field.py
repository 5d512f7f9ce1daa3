"""Turns coarse fields of a network into masks with a sharp, smooth edge at the size of the image. Knows no network."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.providers.local.shapes import around, covered, painted, to_bytes


@dataclass(frozen=True)
class ScalarField:
    """A coarse field over an image: ``values`` (h, w), positive inside.

    ``scale`` and ``offset`` (x, y) map image px to grid px: column ``(x + 0.5) * scale[0] + offset[0]``, with the same
    half-pixel convention in the grid.
    """

    values: Real
    scale: tuple[float, float]
    offset: tuple[float, float]

    def mask(self, width: int, height: int, box: Box) -> Mask:
        """Where the field is positive inside ``box``, with an edge one pixel wide at the size of the image."""
        return painted(width, height, around(box), lambda tile: self._tile(tile, box))

    def _tile(self, tile: Rect, box: Box) -> Plane | int:
        inside = around(box).intersect(tile)
        if not inside:
            return 0
        out = np.zeros((tile.height, tile.width), np.uint8)
        part = Rect(inside.x - tile.x, inside.y - tile.y, inside.width, inside.height).slices()
        out[part] = to_bytes(self._coverage(inside) * _inside(inside, box))
        return out

    def _coverage(self, rect: Rect) -> Real | float:
        """1 inside, 0 outside, and along the zero line the distance to it, value / |gradient|, to first order."""
        wider = rect.grow(1)  # for the gradient
        rows, above = self._taps(wider.y, wider.height, 1)
        columns, before = self._taps(wider.x, wider.width, 0)
        support = self.values[above, before]
        low, high = float(support.min()), float(support.max())
        margin = _OVERSHOOT * (high - low)
        if low - margin > 0 or high + margin < 0:
            return float(low > 0)
        value = product(rows, product(support, columns, turned=True))
        down = (value[2:, 1:-1] - value[:-2, 1:-1]) / 2
        across = (value[1:-1, 2:] - value[1:-1, :-2]) / 2
        slope = np.sqrt(down * down + across * across)
        clear: Real = np.clip(0.5 + value[1:-1, 1:-1] / np.maximum(slope, 1e-9), 0, 1)
        return clear

    def _taps(self, start: int, count: int, axis: int) -> tuple[Real, slice]:
        """Interpolation along an axis as a matrix (count, m), and the m values of the grid it is applied to."""
        at = (np.arange(start, start + count, dtype=np.float64) + 0.5) * self.scale[axis] + self.offset[axis] - 0.5
        base = np.floor(at).astype(np.intp)
        first, last = np.clip([base[0] - 1, base[-1] + 2], 0, self.values.shape[1 - axis] - 1)
        taps = np.zeros((count, last - first + 1), np.float32)
        line = np.arange(count)
        for neighbour in (-1, 0, 1, 2):  # beyond the ends the outermost values repeat
            taps[line, np.clip(base + neighbour, first, last) - first] += _kernel(at - base - neighbour)
        return taps, slice(first, last + 1)


def product(left: Real, right: Real, *, turned: bool = False) -> Real:
    """The matrix product (n, m) of ``left`` (n, f) and ``right`` (f, m), or (m, f) if ``turned``, which transposes it.

    Uses OpenCV: NumPy's starts a pool of threads that competes with torch's for the cores (measured: 9 ms instead of
    0.2).
    """
    result: Real = cv2.gemm(np.ascontiguousarray(left), right, 1.0, None, 0.0, flags=cv2.GEMM_2_T if turned else 0)
    return result


_OVERSHOOT = 0.15  # Mitchell's kernel in two directions leaves the range of its support by at most this share


def _kernel(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The cubic of Mitchell and Netravali (1988, B = C = 1/3) at -2..2.

    Smooth where linear interpolation shows the facets of the grid, and without the swelling of sharper cubics.
    """
    d = np.abs(x)
    near, far = (21 * d - 36) * d**2 + 16, ((-7 * d + 36) * d - 60) * d + 32
    return np.where(d < 1, near, far) / 18


def _inside(rect: Rect, box: Box) -> Real:
    rows = covered(rect.y, rect.height, box[1], box[3])
    columns = covered(rect.x, rect.width, box[0], box[2])
    both: Real = np.outer(rows, columns)
    return both
