"""How alpha follows colour in the windows of a small image, as a linear map that is never written down.

Every product with it is a handful of box filters, so a few steps towards a solution cost milliseconds. Wider windows
than the solver's carry farther in one step, and blur more. Knows no trimap.
"""

import numpy as np

from maskstudio.core.arrays import Double, Real
from maskstudio.core.cv import cv2

Coefficients = tuple[Real, Real, Real, Real]

# Windows reach this far, in cells; colour variance (colours in 0..1) up to which one says nothing.
_REACH, _FLAT = 2, 3e-6
_WINDOW = (2 * _REACH + 1) ** 2

_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class WideWindows:
    """The matting Laplacian of an image with windows of 5 x 5 px.

    In each window alpha is a linear function of colour; the map tells how far each cell is from what its windows say.
    He, Sun, Tang, "Fast matting using large kernel matting Laplacian matrices", CVPR 2010.
    """

    def __init__(self, pixels: Real) -> None:
        """``pixels`` (h, w, 3) in 0..1."""
        self._colours = [np.ascontiguousarray(plane) - np.float32(0.5) for plane in cv2.split(pixels)]
        self._share: Real = np.reciprocal(_summed(np.ones(pixels.shape[:2], np.float32)))
        self._mean = [_summed(plane) * self._share for plane in self._colours]
        self._inverse = _inverted([self._covariance(i, j) for i, j in _PAIRS])
        self.count: Real = np.reciprocal(self._share * np.float32(_WINDOW))

    def _covariance(self, i: int, j: int) -> Double:
        product = _summed(self._colours[i] * self._colours[j]) * self._share - self._mean[i] * self._mean[j]
        return product.astype(np.float64) + (_FLAT if i == j else 0)

    def _slopes(self, alpha: Real) -> Coefficients:
        """Slopes (red, green, blue) and offset, (h, w) each, of alpha over colour in the window around each cell."""
        mean = _summed(alpha) * self._share
        along = [
            _summed(colour * alpha) * self._share - middle * mean
            for colour, middle in zip(self._colours, self._mean, strict=True)
        ]
        xx, xy, xz, yy, yz, zz = self._inverse
        red = xx * along[0] + xy * along[1] + xz * along[2]
        green = xy * along[0] + yy * along[1] + yz * along[2]
        blue = xz * along[0] + yz * along[1] + zz * along[2]
        return red, green, blue, mean - (red * self._mean[0] + green * self._mean[1] + blue * self._mean[2])

    def __call__(self, alpha: Real) -> Real:
        """The Laplacian times ``alpha`` (h, w), in units of a whole window."""
        red, green, blue, offset = (_summed(plane) for plane in self._slopes(alpha))
        said = red * self._colours[0] + green * self._colours[1] + blue * self._colours[2] + offset
        apart: Real = self.count * alpha - said * np.float32(1 / _WINDOW)
        return apart

    def fitted(self, alpha: Real) -> Coefficients:
        """Slopes and offset, (h, w) each, of alpha over colour less 0.5 that give each cell its ``alpha`` (h, w)."""
        red, green, blue, _ = (_summed(plane) * self._share for plane in self._slopes(alpha))
        offset = alpha - (red * self._colours[0] + green * self._colours[1] + blue * self._colours[2])
        return red, green, blue, offset


def _summed(plane: Real) -> Real:
    """Sums over windows, which count nothing beyond the border: so the map stays symmetric."""
    side = 2 * _REACH + 1
    total: Real = cv2.boxFilter(plane, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return total


def _inverted(upper: list[Double]) -> list[Real]:
    """The inverse of symmetric 3 x 3 matrices, each given as its upper triangle in the order of ``_PAIRS``."""
    xx, xy, xz, yy, yz, zz = upper
    first, second, third = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    scale = 1 / (xx * first + xy * second + xz * third)
    minors = (first, second, third, xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy)
    return [(minor * scale).astype(np.float32) for minor in minors]


def stepped(windows: WideWindows, weight: Real, pull: Real, start: Real, steps: int) -> Real:
    """Alpha (h, w) after so many steps of conjugate gradients from ``start``, in 0..1 or a little beyond.

    ``weight``, above 0 where windows alone do not decide, holds it to ``pull / weight``; both are (h, w).
    """
    scale: Real = np.reciprocal(weight + windows.count)
    alpha = start
    rest = pull - windows(alpha) - weight * alpha
    step = scale * rest
    left = float(np.vdot(rest, step))
    for _ in range(steps):
        change = windows(step) + weight * step
        length = np.float32(left / max(float(np.vdot(step, change)), 1e-20))
        alpha = alpha + length * step
        rest = rest - length * change
        away = scale * rest
        before, left = left, float(np.vdot(rest, away))
        step = away + np.float32(left / max(before, 1e-20)) * step
    return alpha
