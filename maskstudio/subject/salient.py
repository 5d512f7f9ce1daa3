"""What stands out from the frame's border, in a photo with any ground.

Zhang, Sclaroff, Lin, Shen, Price, Mech, "Minimum barrier salient object detection at 80 fps", ICCV 2015, in Lab, with a
preference for the middle; then GrabCut.
"""

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.subject.cutting import recut

_SWEEPS = 3
_MIDDLE = 0.72  # width of the preference for the middle, of half the frame
_STRIP = 0.06  # share of the frame whose colours are each side's own
_CUTS = 5
_NEVER = 0.35  # below this share of the threshold nothing belongs to the thing


def cut(rgb: Pixels8) -> Flags:
    """The thing that stands out of a picture (h, w, 3): (h, w)."""
    levels = np.rint(saliency(rgb) * 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    return recut(rgb, levels > threshold, levels < _NEVER * threshold, _CUTS)


def saliency(rgb: Pixels8) -> Real:
    """How much each pixel of a picture (h, w, 3) stands out from the frame's border, float32 (h, w) in 0..1."""
    lab = cv2.cvtColor(cv2.bilateralFilter(rgb, 5, 30, 5).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    barrier = _barriers(lab)
    barrier = np.minimum(barrier / max(float(np.percentile(barrier, 99.5)), 1.0), 1)
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in lab.shape[:2]), indexing="ij")
    middle = np.exp(-(x * x + y * y) / (2 * _MIDDLE**2)).astype(np.float32)
    return _stretched(cv2.GaussianBlur((barrier + _stretched(_unlike_sides(lab))) * middle, (0, 0), 2))


def _barriers(lab: Real) -> Real:
    """The least span of colours on any way from the border to each pixel, in raster sweeps, (h, w)."""
    height, width = lab.shape[:2]
    least = np.full((height, width), np.inf, np.float32)
    least[0] = least[-1] = least[:, 0] = least[:, -1] = 0
    high, low = lab.copy(), lab.copy()
    upright = least, high, low, lab
    lying = least.T, *(each.transpose(1, 0, 2) for each in (high, low, lab))
    for _ in range(_SWEEPS):
        for planes, length in ((upright, height), (lying, width)):
            _sweep(planes, range(1, length), -1)
        for planes, length in ((upright, height), (lying, width)):
            _sweep(planes, range(length - 2, -1, -1), 1)
    return least


def _sweep(planes: tuple[Real, ...], rows: range, back: int) -> None:
    """Carry barriers from each row to the next one; changes (h, w) and the two (h, w, 3) of the way's span."""
    least, high, low, lab = planes
    for row in rows:
        top, bottom = np.maximum(high[row + back], lab[row]), np.minimum(low[row + back], lab[row])
        span = (top - bottom).sum(axis=1)
        lower = span < least[row]
        least[row][lower] = span[lower]
        high[row][lower], low[row][lower] = top[lower], bottom[lower]


def _unlike_sides(lab: Real) -> Real:
    """How unlike the colours of the frame's four sides each pixel is, but for the side it is least like, (h, w)."""
    depth = max(3, round(_STRIP * min(lab.shape[:2])))
    apart = []
    for side in (lab[:depth], lab[-depth:], lab[:, :depth], lab[:, -depth:]):
        colours = side.reshape(-1, 3)
        inverse = np.linalg.inv(np.cov(colours.T) + 4 * np.eye(3)).astype(np.float32)
        off = lab - colours.mean(axis=0)
        distance = np.sqrt(np.einsum("ijk,kl,ijl->ij", off, inverse, off, optimize=True))
        apart.append(distance / max(float(distance.max()), 1e-6))
    sides: Real = np.sum(apart, axis=0) - np.max(apart, axis=0)
    return sides


def _stretched(plane: Real) -> Real:
    """Values (h, w) brought to 0..1."""
    low, high = float(plane.min()), float(plane.max())
    spread: Real = (plane - low) / max(high - low, 1e-6)
    return spread
