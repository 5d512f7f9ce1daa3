"""Values known in some places carried to all others, coarse to fine. Knows nothing of alpha, bands or colours."""

import numpy as np

from maskstudio.core.arrays import Real
from maskstudio.core.cv import cv2

_LEAST = np.float32(1e-6)


def spread(values: Real, weight: Real) -> Real:
    """``values`` (H, W, n), n up to 4, where ``weight`` (H, W), in 0..1, is 1; elsewhere a smooth continuation of them.

    The nearer the known values, the more they count and the finer the detail taken over; with none known the answer
    is 0. Push and pull over a pyramid: Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996.
    """
    levels = [(values.reshape(*weight.shape, -1), weight[..., None])]
    while max(levels[-1][0].shape[:2]) > 1:
        levels.append(_pushed(*levels[-1]))
    means, known = levels.pop()
    filled = means * (known > 0)
    for means, known in reversed(levels):
        height, width = means.shape[:2]
        wide = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR).reshape(means.shape)
        filled = wide + known * (means - wide)
    return filled.reshape(values.shape)


def _pushed(means: Real, known: Real) -> tuple[Real, Real]:
    """The level of half the size. What knows one value in four counts as known."""
    share = _halved(known)
    mean = _halved(means * known) / np.maximum(share, _LEAST)
    return mean.astype(np.float32, copy=False), np.minimum(np.float32(4) * share, np.float32(1))


def _halved(plane: Real) -> Real:
    height, width = plane.shape[:2]
    half: Real = cv2.resize(plane, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return half.reshape(*half.shape[:2], -1)
