"""Connected parts of what is set in a plane."""

from typing import Literal

import numpy as np

from maskstudio.core.arrays import Flags
from maskstudio.core.cv import cv2


def joined(flags: Flags, to: Flags, neighbours: Literal[4, 8]) -> Flags:
    """The parts of ``flags`` that hold a pixel of ``to``; bool (H, W) all. With 8 ``neighbours`` corners join."""
    found = to & flags
    if found.any():
        count, labels = cv2.connectedComponents(flags.astype(np.uint8), connectivity=neighbours)
        reached = labels[found]
        if (reached == reached[0]).all():
            found = labels == reached[0]  # one part, as most often: quicker than to look every pixel up
        else:
            wanted = np.zeros(count, np.bool_)
            wanted[reached] = True
            found = wanted[labels]
    return found
