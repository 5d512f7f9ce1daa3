"""An image and its trimap reduced to square cells of pixels. Knows nothing of alpha."""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Colours, Flags, Pixels, Plane, Real
from maskstudio.core.callbacks import Progress
from maskstudio.core.geometry import Rect
from maskstudio.matting.coarse import averaged, unit

# Rows and columns of full-size pixels worked on at once: keeps what is made of them small, and cancelling quick.
_BLOCK = 256


@dataclass(frozen=True)
class Cells:
    """``frame`` of an image in cells of ``side`` px; the last row and column of cells may be partly outside of it.

    ``colours`` is (h, w, 3) in 0..1; ``foreground`` and ``background`` are (h, w), the shares of known pixels.
    """

    frame: Rect
    side: int
    colours: Colours
    foreground: Real
    background: Real


def reduce(image: Pixels, trimap: Plane, frame: Rect, side: int, step: Progress) -> Cells:
    """Averages ``frame`` of ``image`` (H, W, 3) and ``trimap`` (H, W) over cells of ``side`` px."""
    width, height = -(-frame.width // side), -(-frame.height // side)
    cells = Cells(
        frame,
        side,
        np.empty((height, width, 3), np.float32),
        np.empty((height, width), np.float32),
        np.empty((height, width), np.float32),
    )
    rows = max(1, _BLOCK // side)
    for top in range(0, height, rows):
        step(top / height)
        bottom = min(top + rows, height)
        strip = Rect(frame.x, frame.y + top * side, frame.width, (bottom - top) * side).intersect(frame).slices()
        cells.colours[top:bottom] = averaged(unit(image[strip]), side)
        cells.foreground[top:bottom] = share(trimap[strip] == 255, side)
        cells.background[top:bottom] = share(trimap[strip] == 0, side)
    return cells


def share(flags: Flags, side: int) -> Real:
    """The share of each cell, (h, w) in 0..1, that ``flags`` (H, W) mark.

    Exactly 1 where all of it is marked, which a plain mean misses for some sides.
    """
    count: Real = np.rint(averaged(flags.astype(np.float32), side) * np.float32(side**2))
    return count / np.float32(side**2)
