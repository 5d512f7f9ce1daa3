"""The cheapest cut between two sides of a small picture, from evidence at each pixel and edges between pixels.

Boykov and Jolly, "Interactive graph cuts for optimal boundary and region segmentation" (2001). The flow is OpenCV's,
from its GrabCut with both colour models held fixed: the first channel carries the evidence, and one Gaussian for each
side makes the difference of their costs linear in it. The other two channels, whose spread is the same on both sides,
are what edges are seen in.
"""

import numpy as np

from maskstudio.core.arrays import Flags, Plane, Real
from maskstudio.core.cv import cv2

_COMPONENTS, _LENGTH = 5, 65  # of OpenCV's colour models: weights, means, covariances
_VAST = 1e6  # a variance that makes a channel count for nothing in the evidence
_MIDDLE = 127.5


def cut(evidence: Real, looks: Plane, one: Flags, other: Flags, *, spread: float = 48.0) -> Flags:
    """Which pixels belong to the one side.

    ``evidence`` float32 (H, W): what it costs to say "other" where it is positive, and "one" where it is negative; a
    pair of alike neighbours on different sides costs 50. ``looks`` uint8 (H, W, 2): what edges are seen in. ``one`` and
    ``other`` bool (H, W): pixels whose side is known. ``spread``: levels over which the evidence itself makes edges.
    """
    height, width = evidence.shape
    if height < 2 or width < 2:
        return one | ((evidence > 0) & ~other)
    reach = max(float(np.abs(evidence).max()), 1e-3)
    coded = np.clip(np.rint(_MIDDLE + evidence * (spread / reach)), 0, 255).astype(np.uint8)
    shown = cv2.merge([coded, looks[..., 0], looks[..., 1]])
    # With means m ± s and variance v the costs differ by 2 s (value - m) / v: at the full reach by 2 s² / v = reach.
    variance = 2 * spread * spread / reach
    labels = np.where(evidence > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[one], labels[other] = cv2.GC_FGD, cv2.GC_BGD
    low, high = _model(_MIDDLE - spread, variance), _model(_MIDDLE + spread, variance)
    cv2.grabCut(shown, labels, None, low, high, 1, cv2.GC_EVAL_FREEZE_MODEL)
    return (labels & 1) > 0


def _model(mean: float, variance: float) -> np.ndarray:
    """A colour model of OpenCV's with one Gaussian."""
    model = np.zeros((1, _LENGTH), np.float64)
    model[0, 0] = 1.0
    model[0, _COMPONENTS : _COMPONENTS + 3] = mean, _MIDDLE, _MIDDLE
    model[0, 4 * _COMPONENTS : 4 * _COMPONENTS + 9] = np.diag([variance, _VAST, _VAST]).ravel()
    return model
