"""How much likelier a colour is on one side than on the other, learnt from weighted pixels of both."""

import numpy as np

from maskstudio.core.arrays import Bytes, Real

_BINS = 16  # a channel
_LEAST_SPAN = 24.0  # levels a channel is spread over at least, so that noise alone tells nothing apart
_DOUBT = 0.02 / _BINS**2  # what even an unseen colour may be


def odds(colours: Bytes, one: Real, other: Real) -> Real:
    """Natural logarithm of how much likelier each pixel's colour is on the one side, float32 (H, W).

    ``colours`` uint8 (H, W, 3), best in a space where distances are as large as they look; ``one`` and ``other``
    float32 (H, W), 0 and up: how far each pixel speaks for a side.
    """
    values = colours.reshape(-1, 3).astype(np.float32)
    low = values.min(axis=0)
    span = np.maximum(values.max(axis=0) + 1 - low, _LEAST_SPAN)
    cells = np.minimum((values - low) / span * _BINS, _BINS - 1).astype(np.int64)
    places = (cells[:, 0] * _BINS + cells[:, 1]) * _BINS + cells[:, 2]
    found = np.log((_density(places, one) + _DOUBT) / (_density(places, other) + _DOUBT))
    known: Real = found[places].reshape(colours.shape[:2]).astype(np.float32)
    return known


def _density(places: np.ndarray, weights: Real) -> Real:
    """The share of each cell, smoothed by its neighbours, float32 (n,)."""
    grid = np.bincount(places, weights.ravel(), _BINS**3).reshape((_BINS,) * 3).astype(np.float32)
    for axis in range(3):
        around = np.pad(grid, [(1, 1) if each == axis else (0, 0) for each in range(3)], mode="edge")
        before, at, after = (np.take(around, np.arange(_BINS) + shift, axis) for shift in range(3))
        grid = 0.25 * before + 0.5 * at + 0.25 * after
    flat: Real = grid.ravel() / max(float(grid.sum()), 1e-6)
    return flat
