"""Alpha and colours of one subject before two known backgrounds. Knows nothing of how they became known.

Smith and Blinn, "Blue screen matting", SIGGRAPH 1996, theorem 4: two pictures of three channels over-determine alpha.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Pixels, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.matting.backdrop import Backdrop
from maskstudio.matting.coarse import unit

# Pixels worked on at once.
_PIXELS = 1 << 18
# Below this squared distance two backgrounds tell nothing.
_LEAST = np.float32(1e-4)


@dataclass(frozen=True)
class Shots:
    """Two pictures (H, W, 3) of one subject; ``gain`` (3,) brings the second to the exposure of the first."""

    first: Pixels
    second: Pixels
    gain: Real
    behind: tuple[Backdrop, Backdrop]


def strips(shape: tuple[int, ...], token: Token) -> Iterator[slice]:
    """Rows of a picture (H, W, …), so few at a time that cancelling is quick."""
    height, count = shape[0], max(1, _PIXELS // shape[1])
    for top in range(0, height, count):
        token.step(top / height)
        yield slice(top, min(top + count, height))


def triangulated(shots: Shots, token: Token) -> Real:
    """Alpha (H, W), as it comes: noise may take it beyond 0..1 a little."""
    alpha = np.empty(shots.first.shape[:2], np.float32)
    for rows in strips(alpha.shape, token):
        first, second, back, other_back = _there(shots, rows)
        way = back - other_back
        length = np.maximum((way * way).sum(axis=2), _LEAST)
        alpha[rows] = 1 - ((first - second) * way).sum(axis=2) / length
    return alpha


def residual(shots: Shots, alpha: Real, rows: slice) -> Real:
    """By how much the two pictures contradict ``alpha`` (n, W) in these rows, in 0..1."""
    first, second, back, other_back = _there(shots, rows)
    miss = (first - second) - (1 - alpha[..., None]) * (back - other_back)
    worst: Real = np.abs(miss).max(axis=2)
    return worst


def covered(shots: Shots, alpha: Real, rows: slice) -> Real:
    """What the subject adds to either picture, alpha times its colour, (n, W, 3)."""
    first, second, back, other_back = _there(shots, rows)
    clear = 1 - alpha[..., None]
    return np.float32(0.5) * ((first - clear * back) + (second - clear * other_back))


def settled(alpha: Real, noise: float, token: Token) -> Real:
    """Brings ``alpha`` (H, W) into 0..1, and makes clear or solid what differs from that by noise alone.

    A single pixel may stray by four times the ``noise``, a neighbourhood of seven by seven only by half of it.
    """
    calm = np.empty_like(alpha)
    for rows in strips(alpha.shape, token):
        top = max(rows.start - 3, 0)
        here = alpha[top : rows.stop + 3]
        mean = cv2.blur(here, (7, 7), borderType=cv2.BORDER_REPLICATE)
        found = np.clip(here, 0, 1)
        for value in (0.0, 1.0):
            found[(np.abs(mean - value) < 0.5 * noise + 1e-4) & (np.abs(here - value) < 4 * noise + 1e-3)] = value
        calm[rows] = found[rows.start - top :][: rows.stop - rows.start]
    return calm


def _there(shots: Shots, rows: slice) -> tuple[Real, Real, Real, Real]:
    back, other_back = (behind.rows(rows) for behind in shots.behind)
    return unit(shots.first[rows]), unit(shots.second[rows]) * shots.gain, back, other_back
