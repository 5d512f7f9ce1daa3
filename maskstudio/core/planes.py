"""Planes: what a decoder makes of a file, before it becomes an Image and its mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskstudio.core.image import Pixels, to_8bit
from maskstudio.core.metadata import NOTHING, Metadata


@dataclass(frozen=True)
class Planes:
    """What a file holds: ``colour`` (H, W) grey or (H, W, 3) RGB, ``alpha`` (H, W) of the same depth or None."""

    colour: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    notes: tuple[str, ...] = ()
    cicp: bytes = b""
    metadata: Metadata = NOTHING


def alpha8(planes: Planes) -> NDArray[np.uint8] | None:
    """The alpha plane at 8 bits; None where there is none or it is opaque everywhere."""
    if planes.alpha is None:
        return None
    alpha = to_8bit(planes.alpha)
    return None if int(alpha.min()) == 255 else alpha
