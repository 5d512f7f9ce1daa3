"""The matting Laplacian of a small image without a matrix, and a short solve with it. Knows nothing of trimaps.

Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008. Its product with an alpha is
what the alpha misses of its own local linear fits (He, Sun, Tang, "Fast matting using large kernel matting Laplacian
matrices", CVPR 2010), which box filters give.
"""

import numpy as np

from maskstudio.core.arrays import Alpha, Colours, Double, Real
from maskstudio.core.callbacks import Check
from maskstudio.core.cv import cv2


class Windows:
    """The 3 x 3 windows of ``colours``, (h, w, 3) in 0..1, how they vary, and what follows for an alpha.

    ``flat`` is the variance of colour below which a window says nothing of how alpha follows colour.
    """

    def __init__(self, colours: Colours, flat: float) -> None:
        # The operator does not change with a shift of all colours; smaller numbers round less.
        middle = np.array(cv2.mean(colours)[:3], np.float32)
        self._colours = np.ascontiguousarray((colours - middle).transpose(2, 0, 1))
        self._mean = np.stack([_box(plane) for plane in self._colours])
        self._inverse = _inverse(self._colours, flat)
        self._whole = np.zeros(colours.shape[:2], np.float32)
        self._whole[1:-1, 1:-1] = 1
        self._count = _spread(self._whole)

    def slopes(self, alpha: Alpha) -> tuple[Real, Alpha]:
        """How ``alpha`` (h, w) follows colour in the window around each pixel, (3, h, w), and its mean there, (h, w).

        Windows that reach beyond the image repeat its border.
        """
        mean = _box(alpha)
        along = np.stack([_box(plane) for plane in self._colours * alpha])
        along -= self._mean * mean
        xx, xy, xz, yy, yz, zz = self._inverse
        x, y, z = along
        return np.stack([xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z]), mean

    def missed(self, alpha: Alpha) -> Real:
        """The Laplacian times ``alpha`` (h, w), over 9: what the fits of its windows leave of each pixel's alpha.

        Only windows wholly inside of the image count.
        """
        slopes, mean = self.slopes(alpha)
        slopes *= self._whole
        fit = _spread(mean * self._whole - np.einsum("ijk,ijk->jk", slopes, self._mean))
        for plane, slope in zip(self._colours, slopes, strict=True):
            fit += plane * _spread(slope)
        left: Real = self._count * alpha - fit
        return left


def settle(
    windows: Windows,
    alpha: Alpha,
    free: Real,
    pull: tuple[Alpha, Real, float],
    steps: int,
    check: Check,
) -> Alpha:
    """``alpha`` (h, w) after a few steps of conjugate gradients on its ``free`` pixels (1, others 0).

    ``pull`` is a target, its weight, both (h, w), and the weight of the alpha given, all against a Laplacian whose
    rows weigh up to 1. ``check`` is called before every step.
    """
    target, trust, stay = pull
    hold = trust + np.float32(stay)
    solved = alpha.copy()
    residual = (trust * (target - alpha) - windows.missed(alpha)) * free
    direction = residual
    square = _dot(residual, residual)
    for _ in range(steps):
        if square < 1e-9:
            break
        check()
        ahead = (windows.missed(direction) + hold * direction) * free
        length = np.float32(square / max(_dot(direction, ahead), 1e-30))
        solved += length * direction
        residual = residual - length * ahead
        before, square = square, _dot(residual, residual)
        direction = residual + np.float32(square / before) * direction
    return solved


def _dot(one: Real, other: Real) -> float:
    return float(np.vdot(one, other))


def _box(plane: Real) -> Real:
    means: Real = cv2.blur(plane, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return means


def _spread(plane: Real) -> Real:
    """What the windows around each pixel hand to it: nothing comes from beyond the image."""
    sums: Real = cv2.blur(plane, (3, 3), borderType=cv2.BORDER_CONSTANT)
    return sums


def _inverse(colours: Colours, flat: float) -> Real:
    """The upper triangle (6, h, w) of each window's inverse covariance of colours."""
    wide = colours.astype(np.float64)
    mean = [cv2.blur(plane, (3, 3), borderType=cv2.BORDER_REPLICATE) for plane in wide]

    def variance(i: int, j: int) -> Double:
        product = cv2.blur(wide[i] * wide[j], (3, 3), borderType=cv2.BORDER_REPLICATE)
        spread: Double = product - mean[i] * mean[j] + (flat if i == j else 0)
        return spread

    xx, xy, xz, yy, yz, zz = (variance(i, j) for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)))
    cofactors = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy]
    scale = 1 / (xx * cofactors[0] + xy * cofactors[1] + xz * cofactors[2])
    cofactors += [xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy]
    return np.stack([(part * scale).astype(np.float32) for part in cofactors])
