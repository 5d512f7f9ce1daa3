"""The worst places of a rim, one by one. Knows nothing of how bad a place is."""

import numpy as np

from maskstudio.core.arrays import Real
from maskstudio.core.cv import cv2

# Cells between two spots at least, also as a share of the longer side; how many are told, and from which Delta E on.
_APART, _APART_SHARE, _MOST, _SEEN = 12, 0.03, 30, 2.0


def peaks(amounts: Real) -> list[tuple[int, int, float]]:
    """Row, column and value of the greatest ``amounts`` (h, w), Delta E, the greatest first, none close to another.

    Below 2, which the eye does not see, only the very first is given.
    """
    left = amounts.copy()
    found: list[tuple[int, int, float]] = []
    reach = max(_APART, round(_APART_SHARE * max(left.shape)))
    while len(found) < _MOST:
        row, column = (int(place) for place in np.unravel_index(int(left.argmax()), left.shape))
        amount = float(left[row, column])
        if amount <= 0 or (found and amount < _SEEN):
            break
        found.append((row, column, amount))
        cv2.circle(left, (column, row), reach, 0.0, -1)
    return found
