"""A rough plane carried to full size along the edges of the photo, by the colour guided filter.

He, Sun, Tang, "Guided image filtering", PAMI 2013; its coefficients are computed on a small picture and interpolated.
Others who carry a mask along colours start from its ``slopes``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect

_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


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
    colours, border = rgb.astype(np.float32) / np.float32(255), cv2.BORDER_REFLECT
    slope = slopes(colours, rough, np.ones(rough.shape, np.bool_), radius, epsilon, border=border)
    shift = averaged(rough, radius, border=border) - (slope * averaged(colours, radius, border=border)).sum(-1)
    return Linear(averaged(np.dstack([slope, shift]), radius, border=border))


def slopes(
    colours: Real, rough: Real, where: Flags, radius: int, epsilon: float, *, border: int = cv2.BORDER_REPLICATE
) -> Real:
    """By how much ``rough`` (h, w) changes with each colour around the pixels ``where``, (h, w, 3); 0 elsewhere.

    A window reaches ``radius`` px on either side of its middle, beyond the frame as ``border`` says. ``epsilon`` is the
    variance of colour, in 0..1, that says nothing of an edge.
    """
    mean, level = averaged(colours, radius, border=border), averaged(rough, radius, border=border)
    covariance = np.empty((np.count_nonzero(where), 3, 3), np.float32)
    for one, other in _PAIRS:
        both = averaged(colours[..., one] * colours[..., other], radius, border=border)
        covariance[:, one, other] = covariance[:, other, one] = both[where] - (mean[..., one] * mean[..., other])[where]
    covariance += epsilon * np.eye(3, dtype=np.float32)
    common = averaged(colours * rough[..., None], radius, border=border)[where] - mean[where] * level[where, None]
    found = np.zeros_like(colours)
    found[where] = np.linalg.solve(covariance, common[..., None])[..., 0]
    return found


def averaged(plane: npt.NDArray[np.floating], radius: int, *, border: int = cv2.BORDER_REPLICATE) -> Real:
    """The mean over a window of ``radius`` px on either side of each pixel, of each plane: (h, w) or (h, w, C)."""
    side = 2 * radius + 1
    found: Real = cv2.blur(np.ascontiguousarray(plane), (side, side), borderType=border)
    return found
