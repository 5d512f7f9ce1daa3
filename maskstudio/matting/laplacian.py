"""The matting Laplacian of the unknown pixels of a trimap. Knows nothing of scales, priors or solvers.

Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008: alpha is taken for a linear
function of the colour within each 3 x 3 window.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maskstudio.core.arrays import Alpha, Colours, Double, Flags, Indices, Real
from maskstudio.core.callbacks import Progress
from maskstudio.core.cv import cv2

# Variance of colour below which a window counts as flat; colours lie in 0..1.
EPSILON = 1e-7
_SIDE = (-1, 0, 1)
_WINDOW = [(dy, dx) for dy in _SIDE for dx in _SIDE]
# Windows worked on at once: what the 9 x 9 affinities of one batch take stays below 3 MB.
_BATCH = 1 << 12


@dataclass(frozen=True)
class System:
    """``matrix @ alpha = pull`` for the alphas of the unknown pixels, in the order of ``np.flatnonzero(unknown)``.

    ``pull`` is what the known foreground adds.
    """

    matrix: sparse.csr_array
    pull: Real


def assemble(image: Colours, alpha: Alpha, unknown: Flags, step: Progress = lambda _: None) -> System:
    """The closed-form system of the ``unknown`` pixels; the others keep their ``alpha``.

    ``image`` is (H, W, 3) in 0..1, ``alpha`` and ``unknown`` are (H, W), frames narrower than 3 px have no windows.
    ``step`` hears the fraction done.
    """
    height, width = unknown.shape
    row_of = np.full(height * width, -1, np.int32)
    pixels = np.flatnonzero(unknown)
    row_of[pixels] = np.arange(pixels.size, dtype=np.int32)
    stencil = np.zeros((25, pixels.size), np.float32)
    centres = _centres(unknown)
    for start in range(0, centres.size, _BATCH):
        step(0.7 * start / centres.size)
        _add_windows(stencil, image.reshape(-1, 3), row_of, centres[start : start + _BATCH], width)
    return _system(stencil, pixels, row_of, alpha.ravel(), (height, width), lambda done: step(0.7 + 0.3 * done))


def _centres(unknown: Flags) -> Indices:
    """Flat indices of the windows' centres: those with an unknown pixel in their window, and a whole window."""
    touched = cv2.dilate(unknown.view(np.uint8), np.ones((3, 3), np.uint8))
    touched[[0, -1]] = 0
    touched[:, [0, -1]] = 0
    return np.flatnonzero(touched)


def _add_windows(stencil: Real, colours: Colours, row_of: npt.NDArray[np.int32], centres: Indices, width: int) -> None:
    """Adds the affinities of a batch of windows. For one pair of places in the window, every pixel occurs once at most,
    so plain indexed addition is enough.
    """
    places = centres[:, None] + np.array([dy * width + dx for dy, dx in _WINDOW])
    affinity = _affinities(colours[places].astype(np.float64))
    rows = row_of[places]
    for i, (yi, xi) in enumerate(_WINDOW):
        inside = np.flatnonzero(rows[:, i] >= 0)
        at = rows[inside, i]
        for j, (yj, xj) in enumerate(_WINDOW):
            entry = -affinity[inside, i, j] if i != j else 1 - affinity[inside, i, i]
            stencil[(yj - yi + 2) * 5 + xj - xi + 2, at] += entry


def _affinities(window: Double) -> Double:
    """How much one pixel's alpha follows from another's in the same window: (n, 9, 3) colours to (n, 9, 9)."""
    spread = window - window.mean(axis=1, keepdims=True)
    covariance = spread.transpose(0, 2, 1) @ spread / 9 + EPSILON / 9 * np.eye(3)
    affinity: Double = (1 + spread @ np.linalg.inv(covariance) @ spread.transpose(0, 2, 1)) / 9
    return affinity


def _system(
    stencil: Real,
    pixels: Indices,
    row_of: npt.NDArray[np.int32],
    alpha: Alpha,
    shape: tuple[int, int],
    step: Progress,
) -> System:
    """Splits the stencils into the unknown pixels' matrix and what the known ones pull."""
    height, width = shape
    offsets = np.array([dy * width + dx for dy in range(-2, 3) for dx in range(-2, 3)])
    pull = np.zeros(pixels.size, np.float32)
    values, columns, counts = [], [], []
    for start in range(0, pixels.size, _BATCH):
        step(start / pixels.size)
        part = stencil[:, start : start + _BATCH].T
        # A stencil never reaches outside of the frame with a value: clipping only keeps the indices legal.
        neighbours = np.clip(pixels[start : start + _BATCH, None] + offsets, 0, height * width - 1)
        rows = row_of[neighbours]
        pull[start : start + _BATCH] = -np.where(rows < 0, part * alpha[neighbours], 0.0).sum(axis=1)
        held = (rows >= 0) & (part != 0)
        values.append(part[held])
        columns.append(rows[held])
        counts.append(held.sum(axis=1))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int32)
    parts = (np.concatenate(values), np.concatenate(columns), starts)
    return System(sparse.csr_array(parts, shape=(pixels.size, pixels.size)), pull)
