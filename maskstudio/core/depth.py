"""Depth: values of 8 and of 16 bits, and from one to the other."""

import numpy as np

from maskstudio.core.arrays import Bytes, Pixels


def to_depth(values: Pixels, depth: int) -> Pixels:
    """Gives the same values, of any shape, at 8 or 16 bits a channel; the array itself where it has that depth."""
    if depth == 8:
        return to_8bit(values)
    return values.astype(np.uint16) * np.uint16(257) if values.dtype == np.uint8 else values


def to_8bit(values: Pixels) -> Bytes:
    """Gives uint8 as it is and uint16 as round(v / 257), in the shape of ``values``, be it (H, W) or (H, W, C)."""
    if values.dtype == np.uint8:
        return values.view(np.uint8)
    wide = values.astype(np.uint32)
    wide += 128
    wide -= wide >> 8  # (v + 128 - ((v + 128) >> 8)) >> 8 is round(v / 257) for every 16-bit v, without a division
    wide >>= 8
    return wide.astype(np.uint8)
