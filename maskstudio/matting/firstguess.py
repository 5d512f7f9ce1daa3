"""A first guess of alpha from known colours nearby. Knows nothing of the matting Laplacian.

Every unknown pixel is explained by the best pair of a known foreground and a known background colour around it, in
the spirit of He, Rhemann, Rother, Tang, Sun, "A global sampling method for alpha matting", CVPR 2011, and of Gastal
and Oliveira, "Shared sampling for real-time alpha matting", Eurographics 2010.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from maskstudio.core.arrays import Colours, Distances, Flags, Indices, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.matting.workthrough import work_through

# Known pixels this close to the unknown ones are worth sampling, in px.
_DEPTH = 24
# One sample in every square of these sides in px, and so many of the nearest of each are tried: close and distant ones.
_SPACINGS = (3, 16, 64)
_FROM_EACH = 5
# What a colour distance of 1 weighs against a sample that is once more as far as the nearest one.
_COLOUR_WEIGHT = 100.0
# Colours in 0..1 that a good pair misses by, and that its two sides lie apart.
_MISS, _APART = 10 / 255, 30 / 255
_BATCH = 1 << 11
# Pixels agree with their neighbours over these distances in turn (Gaussian sigma, px), as shared sampling does.
_AROUND = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Guess:
    """What explains the unknown pixels, in the order of ``np.flatnonzero``.

    Alpha and how much it is worth, both (n,) in 0..1, and the two colours it was made from, both (n, 3).
    """

    alpha: Real
    confidence: Real
    foreground: Colours
    background: Colours


@dataclass(frozen=True)
class _Candidates:
    """For every unknown pixel the flat indices of samples, and how far they are, the nearest being 1 px away or 1."""

    pixels: Indices
    farness: Real


@dataclass(frozen=True)
class _Tier:
    """Samples as flat indices, and their places to search."""

    samples: Indices
    tree: KDTree


def guess(image: Colours, foreground: Flags, background: Flags, unknown: Flags, token: Token) -> Guess:
    """Alpha of the ``unknown`` pixels from the colours of the ``foreground`` and ``background`` ones.

    ``image`` is (H, W, 3) in 0..1, the flags are (H, W); neither side may be empty.
    """
    pixels = np.flatnonzero(unknown)
    distance = cv2.distanceTransform((~unknown).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    places = _places(pixels, unknown.shape[1])
    token.check()
    fore, back = (_tiers(known, distance, token) for known in (foreground, background))
    colours = image.reshape(-1, 3)
    found = Guess(*(np.empty((pixels.size, *rest), np.float32) for rest in ((), (), (3,), (3,))))

    def explore(part: slice) -> None:
        here = colours[pixels[part], None]
        fronts, backs = _candidates(fore, places[part]), _candidates(back, places[part])
        farness = fronts.farness[:, :, None] + backs.farness[:, None, :]
        first, second = _best_pair(colours[fronts.pixels] - here, colours[backs.pixels] - here, farness)
        found.foreground[part] = colours[np.take_along_axis(fronts.pixels, first, axis=1)[:, 0]]
        found.background[part] = colours[np.take_along_axis(backs.pixels, second, axis=1)[:, 0]]

    work_through(explore, [slice(start, start + _BATCH) for start in range(0, pixels.size, _BATCH)], token)
    found.alpha[:], found.confidence[:] = explain(colours[pixels], found.foreground, found.background)
    for sigma in _AROUND:
        token.check()
        found = _agreed(found, colours[pixels], pixels, unknown.shape, sigma)
    return found


def _agreed(found: Guess, here: Colours, pixels: Indices, shape: tuple[int, ...], sigma: float) -> Guess:
    """Each pixel takes over what its neighbours' pairs come to on average, where that explains it better.

    A colour counts by how sure its pixel is of it, and by how much of it shows there.
    """
    weights = np.stack([found.alpha, 1 - found.alpha], axis=1) * found.confidence[:, None] + np.float32(1e-4)
    sums = np.zeros((2, shape[0] * shape[1], 4), np.float32)
    for plane, colours, weight in zip(sums, (found.foreground, found.background), weights.T, strict=True):
        plane[pixels] = np.concatenate([colours * weight[:, None], weight[:, None]], axis=1)
    spread = [cv2.GaussianBlur(plane.reshape(*shape, 4), (0, 0), sigma).reshape(-1, 4)[pixels] for plane in sums]
    foreground, background = (each[:, :3] / each[:, 3:] for each in spread)
    alpha, confidence = explain(here, foreground, background)
    better = confidence > found.confidence
    return Guess(
        np.where(better, alpha, found.alpha),
        np.where(better, confidence, found.confidence),
        np.where(better[:, None], foreground, found.foreground),
        np.where(better[:, None], background, found.background),
    )


def explain(colours: Colours, foreground: Colours, background: Colours) -> tuple[Real, Real]:
    """Alpha and confidence, both (...) in 0..1, of ``colours`` between two others; all are (..., 3) in 0..1."""
    across, here = foreground - background, colours - background
    apart = _dot(across, across)
    alpha: Real = np.clip(_dot(here, across) / np.maximum(apart, np.float32(1e-6)), 0, 1)
    here -= alpha[..., None] * across
    trust: Real = np.exp(_dot(here, here) * np.float32(-1 / _MISS**2))
    trust *= np.minimum(apart * np.float32(1 / _APART**2), 1)
    return alpha, trust


def _dot(one: Colours, other: Colours) -> Real:
    products: Real = np.einsum("...i,...i->...", one, other)
    return products


def _tiers(known: Flags, distance: Distances, token: Token) -> list[_Tier]:
    """Samples of the ``known`` pixels near the unknown ones, dense ones and sparse ones."""
    near = known & (distance <= _DEPTH)
    pixels = np.flatnonzero(near if near.any() else known)
    # Shuffled, so that a square's sample is any of its pixels and not always its first; the seed keeps results alike.
    pixels = np.random.default_rng(1).permutation(pixels)
    tiers = []
    for spacing in _SPACINGS:
        token.check()
        samples = _thinned(pixels, known.shape[1], spacing)
        tiers.append(_Tier(samples, KDTree(_places(samples, known.shape[1]))))
    return tiers


def _candidates(tiers: list[_Tier], places: Real) -> _Candidates:
    """Samples around each of the ``places`` (n, 2): some close by, some from farther away."""
    found = []
    for tier in tiers:
        ranks = np.arange(1, min(_FROM_EACH, tier.samples.size) + 1)
        distance, index = tier.tree.query(places, k=ranks, eps=0.5)
        found.append((tier.samples[index], distance.astype(np.float32)))
    farness = np.concatenate([far for _, far in found], axis=1)
    return _Candidates(np.concatenate([index for index, _ in found], axis=1), farness / np.maximum(farness[:, :1], 1))


def _places(pixels: Indices, width: int) -> Real:
    return np.stack(np.divmod(pixels, width), axis=1).astype(np.float32)


def _thinned(pixels: Indices, width: int, spacing: int) -> Indices:
    """The first of ``pixels`` in every square of ``spacing`` px."""
    row, column = np.divmod(pixels, width)
    square = row // spacing * (width // spacing + 1) + column // spacing
    chosen: Indices = pixels[np.unique(square, return_index=True)[1]]
    return chosen


def _best_pair(fore: Colours, back: Colours, farness: Real) -> tuple[Indices, Indices]:
    """Which of n pixels' candidates (n, f, 3) and (n, b, 3), given relative to the pixel's colour, explain it best.

    Of all pairs it is the one that best weighs the colour it misses against its ``farness`` (n, f, b). Two (n, 1).
    """
    fore_square, back_square = (fore**2).sum(axis=2)[:, :, None], (back**2).sum(axis=2)[:, None, :]
    product = fore @ back.transpose(0, 2, 1)
    apart = np.maximum(fore_square + back_square - 2 * product, 1e-6)
    alpha = np.clip((back_square - product) / apart, 0, 1)
    # The squared length of alpha * F + (1 - alpha) * B, of which only scalar products are needed.
    miss = alpha**2 * fore_square + (1 - alpha) ** 2 * back_square + 2 * alpha * (1 - alpha) * product
    cost = _COLOUR_WEIGHT * np.sqrt(np.maximum(miss, 0)) + farness
    best = cost.reshape(len(cost), -1).argmin(axis=1)[:, None]
    first, second = np.divmod(best, back.shape[1])
    return first, second
