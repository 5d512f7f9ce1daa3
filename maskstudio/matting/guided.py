"""A rough plane carried to full size along the edges of the photo, by the colour guided filter.

He, Sun, Tang, "Guided image filtering", PAMI 2013; its coefficients are computed on a small picture and interpolated.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect


@dataclass(frozen=True, eq=False)
class Linear:
    """alpha = a . colour + b, with coefficients (h, w, 4) of a small picture: colours 0..1 by ``a``, then ``b``."""

    coefficients: Real

    def alpha(self, rgb: Pixels8, rect: Rect) -> Real:
        """Alpha 0..1 (rect.height, rect.width) of ``rect`` in the full picture; the coefficients are interpolated."""
        height, width = rgb.shape[:2]
        zoom_x, zoom_y = self.coefficients.shape[1] / width, self.coefficients.shape[0] / height
        columns = (np.arange(rect.x, rect.right, dtype=np.float32) + 0.5) * zoom_x - 0.5
        rows = (np.arange(rect.y, rect.bottom, dtype=np.float32) + 0.5) * zoom_y - 0.5
        here = cv2.remap(
            self.coefficients, np.tile(columns, (rect.height, 1)), np.tile(rows[:, None], (1, rect.width)),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        colours = rgb[rect.slices()].astype(np.float32) / 255
        value: Real = np.einsum("ijk,ijk->ij", here[..., :3], colours) + here[..., 3]
        return np.clip(value, 0, 1)


def guided(rgb: Pixels8, rough: Real, radius: int, epsilon: float) -> Linear:
    """The colour guided filter's coefficients (He, Sun, Tang 2013) for ``rough`` (h, w) along the edges of ``rgb``."""
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: npt.NDArray[np.floating]) -> Real:
        averaged: Real = cv2.boxFilter(values, -1, window, borderType=cv2.BORDER_REFLECT)
        return averaged

    colours = rgb.astype(np.float32) / 255
    centre, level = mean(colours), mean(rough)
    common = mean(colours * rough[..., None]) - centre * level[..., None]
    spread = np.empty((*rough.shape, 3, 3), np.float32)
    for one in range(3):
        for other in range(one, 3):
            both = mean(colours[..., one] * colours[..., other]) - centre[..., one] * centre[..., other]
            spread[..., one, other] = spread[..., other, one] = both + (epsilon if one == other else 0)
    slope = np.linalg.solve(spread, common[..., None])[..., 0]
    shift = level - (slope * centre).sum(-1)
    return Linear(mean(np.dstack([slope, shift])))
