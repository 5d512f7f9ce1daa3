"""A first guess of alpha from known colours nearby. Knows nothing of the matting Laplacian.

Every unknown pixel is explained by the best pair of a known foreground and a known background colour around it, in
the spirit of He, Rhemann, Rother, Tang, Sun, "A global sampling method for alpha matting", CVPR 2011, and of Gastal
and Oliveira, "Shared sampling for real-time alpha matting", Eurographics 2010.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from maskstudio.core.cv import cv2

Colours = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

# Known pixels this close to the unknown ones are worth sampling, in px.
_DEPTH = 24
# One sample in every square of these sides in px, and so many of the nearest of each are tried: close and distant ones.
_SPACINGS = (3, 16, 64)
_FROM_EACH = 5
# What a colour distance of 1 weighs against a sample that is once more as far as the nearest one.
_COLOUR_WEIGHT = 100.0
# Colours in 0..1 that a good pair misses by, and that its two sides lie apart.
_MISS, _APART = 10 / 255, 30 / 255
_BATCH = 1 << 13


@dataclass(frozen=True)
class Guess:
    """Alpha and how much it is worth, both (n,) in 0..1, for the unknown pixels in the order of ``np.flatnonzero``."""

    alpha: Colours
    confidence: Colours


@dataclass(frozen=True)
class _Candidates:
    """For every unknown pixel the flat indices of samples, and how far they are, the nearest being 1 px away or 1."""

    pixels: Indices
    farness: Colours


def guess(image: Colours, foreground: Flags, background: Flags, unknown: Flags, step: Callable[[float], None]) -> Guess:
    """Alpha of the ``unknown`` pixels from the colours of the ``foreground`` and ``background`` ones.

    ``image`` is (H, W, 3) in 0..1, the flags are (H, W); neither side may be empty. ``step`` hears the fraction done.
    """
    pixels = np.flatnonzero(unknown)
    distance = cv2.distanceTransform((~unknown).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    fore, back = (_candidates(known, distance, pixels) for known in (foreground, background))
    colours = image.reshape(-1, 3)
    found = Guess(np.empty(pixels.size, np.float32), np.empty(pixels.size, np.float32))
    for start in range(0, pixels.size, _BATCH):
        step(start / pixels.size)
        part = slice(start, start + _BATCH)
        here = colours[pixels[part], None]
        found.alpha[part], found.confidence[part] = _best_pair(
            colours[fore.pixels[part]] - here,
            colours[back.pixels[part]] - here,
            fore.farness[part, :, None] + back.farness[part, None, :],
        )
    return found


def _candidates(known: Flags, distance: Colours, unknown: Indices) -> _Candidates:
    """Samples of the ``known`` pixels around each of the ``unknown`` ones: some close by, some from farther away."""
    near = known & (distance <= _DEPTH)
    pixels = np.flatnonzero(near if near.any() else known)
    # Shuffled, so that a square's sample is any of its pixels and not always its first; the seed keeps results alike.
    pixels = np.random.default_rng(1).permutation(pixels)
    width = known.shape[1]
    at = _places(unknown, width)
    tiers = [_nearest(_thinned(pixels, width, spacing), width, at) for spacing in _SPACINGS]
    farness = np.concatenate([far for _, far in tiers], axis=1)
    return _Candidates(np.concatenate([index for index, _ in tiers], axis=1), farness / np.maximum(farness[:, :1], 1))


def _places(pixels: Indices, width: int) -> Colours:
    return np.stack(np.divmod(pixels, width), axis=1).astype(np.float32)


def _thinned(pixels: Indices, width: int, spacing: int) -> Indices:
    """The first of ``pixels`` in every square of ``spacing`` px."""
    row, column = np.divmod(pixels, width)
    square = row // spacing * (width // spacing + 1) + column // spacing
    chosen: Indices = pixels[np.unique(square, return_index=True)[1]]
    return chosen


def _nearest(samples: Indices, width: int, at: Colours) -> tuple[Indices, Colours]:
    """Flat indices and distances of the samples nearest to each place, (n, k)."""
    ranks = np.arange(1, min(_FROM_EACH, samples.size) + 1)
    distance, index = KDTree(_places(samples, width)).query(at, k=ranks, eps=0.5)
    return samples[index], distance.astype(np.float32)


def _best_pair(fore: Colours, back: Colours, farness: Colours) -> tuple[Colours, Colours]:
    """Alpha and confidence of n pixels from candidates (n, f, 3) and (n, b, 3), given relative to the pixel's colour.

    Of all pairs it is the one that best weighs the colour it misses against its ``farness`` (n, f, b).
    """
    fore_square, back_square = (fore**2).sum(axis=2)[:, :, None], (back**2).sum(axis=2)[:, None, :]
    product = fore @ back.transpose(0, 2, 1)
    apart = np.maximum(fore_square + back_square - 2 * product, 1e-6)
    alpha = np.clip((back_square - product) / apart, 0, 1)
    # The squared length of alpha * F + (1 - alpha) * B, of which only scalar products are needed.
    miss = alpha**2 * fore_square + (1 - alpha) ** 2 * back_square + 2 * alpha * (1 - alpha) * product
    cost = _COLOUR_WEIGHT * np.sqrt(np.maximum(miss, 0)) + farness
    best = cost.reshape(len(cost), -1).argmin(axis=1)[:, None]
    alpha, miss, apart = (
        np.take_along_axis(plane.reshape(len(cost), -1), best, axis=1)[:, 0] for plane in (alpha, miss, apart)
    )
    return alpha, np.exp(-miss / _MISS**2) * np.minimum(apart / _APART**2, 1)
