"""Which of two sides nearby colours fit better, and in which two directions the colours of a picture differ most."""

import numpy as np

from maskstudio.core.arrays import Flags, Plane, Real
from maskstudio.core.cv import cv2

_NOISE = 9.0  # variance of Lab, as OpenCV scales it, that a colour has at least
_NATS = 4.0  # evidence of one pixel is limited to this
_WEIGHT = 4.0  # of a nat, where the border between two alike pixels costs 50


def evidence(lab: Real, inside: Flags, outside: Flags, side: int) -> Real:
    """How much better each colour (h, w, 3) fits those ``inside`` (h, w) in a window of ``side`` px than those outside.

    Lab as OpenCV scales it to 8 bits. The evidence, float32 (h, w), is as ``selection.gridcut`` takes it.
    """
    nats = (_likely(lab, inside, side) - _likely(lab, outside, side)).clip(-_NATS, _NATS)
    found: Real = nats * np.float32(_WEIGHT)
    return found


def _likely(lab: Real, where: Flags, side: int) -> Real:
    """Log-likelihood (h, w) of each colour among those of ``where`` in a window, in nats, less a constant."""
    shares = where.astype(np.float32)
    if not where.any():
        return np.zeros_like(shares)
    mean, spread = lab[where].mean(axis=0), lab[where].var(axis=0)
    count = cv2.blur(shares, (side, side))[..., None] + np.float32(1e-3)
    mine = cv2.blur(lab * shares[..., None], (side, side)) + np.float32(1e-3) * mean
    squares = cv2.blur(lab * lab * shares[..., None], (side, side)) + np.float32(1e-3) * (spread + mean * mean)
    middle = mine / count
    variance = np.maximum(squares / count - middle * middle, 0) + np.float32(_NOISE)
    found: Real = -0.5 * ((lab - middle) ** 2 / variance + np.log(variance)).sum(axis=2)
    return found


def looks(lab: Real) -> Plane:
    """The two directions in which the colours (h, w, 3) differ most, uint8 (h, w, 2)."""
    flat = lab.reshape(-1, 3)
    mean = flat.mean(axis=0)
    off = (flat - mean).astype(np.float64)
    axes = np.linalg.eigh(off.T @ off)[1][:, :0:-1]  # not their covariance, which a single pixel has none of
    found: Plane = np.clip(np.rint((lab - mean) @ axes.astype(np.float32) + 128), 0, 255).astype(np.uint8)
    return found
