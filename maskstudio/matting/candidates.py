"""The subject's colour at unknown places before a known background, picked among solid colours nearby.

As in He, Rhemann, Rother, Tang, Sun, "A global sampling method for alpha matting", CVPR 2011, with the background given
rather than sampled.
"""

import numpy as np
from scipy.spatial import KDTree

from maskstudio.core.arrays import Flags, Indices, Real
from maskstudio.core.cv import cv2

# Solid cells this close to unknown ones are worth trying; one in every square of these sides, and so many of each.
_DEPTH = 30
_SPACINGS, _FROM_EACH = (2, 8, 24), 6
# What a colour distance of 1 weighs against a sample that is once more as far as the nearest one.
_COLOUR_WEIGHT = 60.0
# What a colour that explains all may still be off by.
_LEAST_OFF = np.float32(0.03)
_BATCH = 1 << 14


def matching(image: Real, back: Real, solid: Flags, unknown: Flags, otherwise: tuple[Real, Real]) -> tuple[Real, Real]:
    """The subject's colour (h, w, 3) and by how much it may be off (h, w), where ``unknown``; ``otherwise`` elsewhere.

    ``image`` and ``back`` are (h, w, 3) in 0..1. A colour is good if the picture lies on the line from the background
    to it, and if it is found close by.
    """
    fore, off = (plane.copy() for plane in otherwise)
    places, samples = np.flatnonzero(unknown), _samples(solid, unknown)
    if not places.size or not samples:
        return fore, off
    width = image.shape[1]
    colours = image.reshape(-1, 3)
    near = [_nearest(tier, places, width) for tier in samples]
    index = np.concatenate([found for found, _ in near], axis=1)
    far = np.concatenate([distance for _, distance in near], axis=1)
    far /= np.maximum(far[:, :1], 1)
    for start in range(0, places.size, _BATCH):
        part = slice(start, start + _BATCH)
        here = places[part]
        chosen, miss = _best(colours[here], back.reshape(-1, 3)[here], colours[index[part]], far[part])
        fore.reshape(-1, 3)[here], off.reshape(-1)[here] = chosen, miss
    sure = np.exp(-((off / _LEAST_OFF) ** 2) / 4).astype(np.float32) * unknown
    weight = np.maximum(sure, np.float32(1e-3)) * (unknown | solid)
    smooth = _blurred(fore, weight)
    fore = np.where(unknown[..., None], smooth, fore)
    stray = np.sqrt(np.maximum(_blurred(fore * fore, weight) - _blurred(fore, weight) ** 2, 0).mean(axis=2))
    return fore, np.where(unknown, np.sqrt(_LEAST_OFF**2 + off**2 + stray**2), off).astype(np.float32)


def _samples(solid: Flags, unknown: Flags) -> list[Indices]:
    """Flat indices of the solid cells near the unknown ones, thinned more and more."""
    distance = cv2.distanceTransform((~unknown).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    found = np.flatnonzero(solid & (distance < _DEPTH))
    if not found.size:
        found = np.flatnonzero(solid)
    if not found.size:
        return []
    found = np.random.default_rng(1).permutation(found)
    row, column = np.divmod(found, solid.shape[1])
    tiers = []
    for spacing in _SPACINGS:
        square = row // spacing * (solid.shape[1] // spacing + 1) + column // spacing
        tiers.append(found[np.unique(square, return_index=True)[1]])
    return tiers


def _nearest(samples: Indices, places: Indices, width: int) -> tuple[Indices, Real]:
    """Flat indices and distances of the samples nearest to each place, (n, k)."""
    ranks = np.arange(1, min(_FROM_EACH, samples.size) + 1)
    tree = KDTree(np.stack(np.divmod(samples, width), axis=1))
    distance, index = tree.query(np.stack(np.divmod(places, width), axis=1), k=ranks, eps=0.5)
    return samples[index], distance.astype(np.float32)


def _best(here: Real, back: Real, fore: Real, far: Real) -> tuple[Real, Real]:
    """Of ``fore`` (n, k, 3) the colours that explain ``here`` over ``back`` best, and what these miss by, (n,)."""
    way = fore - back[:, None]
    apart = (here - back)[:, None]
    share = np.clip((apart * way).sum(axis=2) / np.maximum((way * way).sum(axis=2), 1e-5), 0, 1)
    miss = np.sqrt(((apart - share[..., None] * way) ** 2).sum(axis=2))
    best = (_COLOUR_WEIGHT * miss + far).argmin(axis=1)
    rows = np.arange(len(here))
    return fore[rows, best], miss[rows, best]


def _blurred(colours: Real, weight: Real) -> Real:
    total = cv2.blur(weight, (5, 5))[..., None]
    blurred: Real = cv2.blur(colours * weight[..., None], (5, 5)) / np.maximum(total, np.float32(1e-6))
    return blurred
