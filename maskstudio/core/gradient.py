"""Gradient: coverage that falls evenly from one point to another."""

from typing import Literal

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadParameter

# Rows made at a time: what they need stays in the processor's cache.
_STRIPE = 64
_SHORTEST = 1e-3  # px; a line below this has no direction
_FAR = 1e7  # px; beyond this no photo lies


def gradient(
    start: tuple[float, float],
    end: tuple[float, float],
    rect: Rect,
    shape: Literal["linear", "radial"] = "linear",
    *,
    check: Check = go_on,
) -> Plane:
    """Coverage of the pixels in ``rect``: 255 at ``start``, 0 at ``end``, even in between; measured at their centres.

    Linear: along the line, 255 before its start and 0 beyond its end. Radial: with the distance from the start.
    A line without length covers nothing. NaN and infinity are a ``BadParameter``.
    """
    if not np.isfinite([*start, *end]).all():
        raise BadParameter("A point must be two finite numbers.")
    out = np.zeros((max(rect.height, 0), max(rect.width, 0)), np.uint8)
    start, end = ((float(np.clip(x, -_FAR, _FAR)), float(np.clip(y, -_FAR, _FAR))) for x, y in (start, end))
    run, rise = end[0] - start[0], end[1] - start[1]
    length = float(np.hypot(run, rise))
    if length < _SHORTEST or not rect:
        return out
    # Distances in units of the line, so that float32 is fine enough wherever the points lie.
    x = ((np.arange(rect.x, rect.right) + 0.5 - start[0]) / length).astype(np.float32)
    y = ((np.arange(rect.y, rect.bottom) + 0.5 - start[1]) / length).astype(np.float32)[:, None]
    if shape == "linear":
        x, y = x * np.float32(run / length), y * np.float32(rise / length)
    for top in range(0, rect.height, _STRIPE):
        check()
        rows = slice(top, top + _STRIPE)
        far = x + y[rows] if shape == "linear" else np.sqrt(x * x + y[rows] * y[rows])
        out[rows] = np.rint(255 - 255 * np.clip(far, 0, 1))
    return out
