"""Area: a piece of coverage and where it lies. What lasso, wand, fill and transform hand over."""

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect

# Pixels of the image, and their coverage as uint8 of the rectangle's shape; an empty rectangle with 0 x 0 values.
Area = tuple[Rect, Plane]


def nothing() -> Area:
    """The area without a pixel."""
    return EMPTY, np.zeros((0, 0), np.uint8)


def tight(plane: Plane, x: int, y: int) -> Area:
    """``plane``, whose corner lies at (``x``, ``y``), cut to the smallest rectangle of its values above 0. A view."""
    if not plane.size:
        return nothing()
    left, top, width, height = cv2.boundingRect(plane)
    if not width:
        return nothing()
    return Rect(x + left, y + top, width, height), plane[top : top + height, left : left + width]
