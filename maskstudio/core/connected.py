"""Connected parts of what is set in a plane."""

from typing import Literal

import numpy as np

from maskstudio.core.arrays import Flags
from maskstudio.core.cv import cv2


def joined(flags: Flags, to: Flags, neighbours: Literal[4, 8]) -> Flags:
    """The parts of ``flags`` that hold a pixel of ``to``; bool (H, W) all. With 8 ``neighbours`` corners join."""
    labels = cv2.connectedComponents(flags.astype(np.uint8), connectivity=neighbours)[1]
    wanted = np.unique(labels[to & flags])
    found: Flags = np.isin(labels, wanted) if len(wanted) > 1 else labels == (wanted[0] if len(wanted) else -1)
    return found
