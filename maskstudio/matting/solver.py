"""Conjugate gradients that can be watched and stopped. Knows nothing of matting."""

from math import log

import numpy as np
from scipy import sparse

from maskstudio.core.arrays import Real
from maskstudio.core.callbacks import Progress

_MOST_STEPS = 500


def conjugate_gradients(
    matrix: sparse.csr_array, right: Real, start: Real, step: Progress, tolerance: float = 1e-4
) -> Real:
    """Solves ``matrix @ x = right``, both (n,), from ``start`` on until the residual is ``tolerance`` of ``right``.

    ``matrix`` is symmetric and positive definite. ``step`` hears the fraction done before every multiplication. Stops
    after 500 of them with what there is. Hestenes and Stiefel 1952, preconditioned by the diagonal.
    """
    x = start.astype(np.float32)
    inverse = 1 / matrix.diagonal()
    residual = right - matrix @ x
    goal = tolerance * float(np.linalg.norm(right)) + 1e-12
    first = last = float(np.linalg.norm(residual))
    direction = scaled = inverse * residual
    slope = float(residual @ scaled)
    for _ in range(_MOST_STEPS):
        if last <= goal:
            break
        step(log(first / last) / log(first / goal) if last < first else 0.0)
        ahead = matrix @ direction
        length = slope / float(direction @ ahead)
        x += length * direction
        residual -= length * ahead
        scaled = inverse * residual
        before, slope = slope, float(residual @ scaled)
        direction = scaled + (slope / before) * direction
        last = float(np.linalg.norm(residual))
    return x
