"""The backgrounds of a picture: photographed, or carried on from the clear surroundings. Knows nothing of alpha."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from maskstudio.core.arrays import Double, Flags, Pixels, Real
from maskstudio.core.cv import cv2
from maskstudio.matting.coarse import enlarged, unit
from maskstudio.matting.spread import spread

# The share of the frame, from its border inwards, that is taken for background at first.
_RING = 0.04
# How far from its background, in 0..1, a clear colour may be: at most, and at least whatever the noise.
_LOOSE, _TIGHT = 0.06, 0.012
_ROUNDS = 8


class Backdrop(Protocol):
    """A background that can be asked for some of its rows."""

    def rows(self, rows: slice) -> Real:
        """The background (n, W, 3) in 0..1 at full size."""
        ...


@dataclass(frozen=True)
class Pictured:
    """A photographed background, (H, W, 3), brought to another exposure by ``gain`` and ``shift``, (3,) each."""

    pixels: Pixels
    gain: Real
    shift: Real

    def rows(self, rows: slice) -> Real:
        """The background (n, W, 3) in 0..1."""
        seen: Real = np.clip(unit(self.pixels[rows]) * self.gain + self.shift, 0, 1)
        return seen


@dataclass(frozen=True)
class Smooth:
    """A background without detail, (h, w, 3) on cells of ``side`` px, for a picture ``width`` px wide."""

    cells: Real
    side: int
    width: int

    def rows(self, rows: slice) -> Real:
        """The background (n, W, 3) in 0..1."""
        return enlarged(self.cells, self.side, rows, self.width)


def surroundings(first: Real, second: Real, seen: Flags) -> tuple[Real, Real, Flags]:
    """The two smooth backgrounds behind two pictures of one subject, and where nothing lies before them.

    ``first`` and ``second`` are (h, w, 3) in 0..1, ``seen`` (h, w) what both show. The border of the frame is mostly
    background; from there on whatever goes on smoothly in both pictures is taken for it.
    """
    both = np.concatenate([first, second], axis=2)
    terms, ring = _terms(seen.shape), _ring(seen)
    clear, loose = ring, 2 * _LOOSE
    for number in range(_ROUNDS):
        fitted = _fitted(both, terms, clear)
        apart = cv2.blur(np.abs(both - fitted).max(axis=2), (3, 3))
        loose = max(0.7 * loose, _tolerance(apart, clear & (apart < _LOOSE)))
        clear = (apart < loose) & (ring if number < _ROUNDS // 2 else seen)
    for _ in range(2):
        smooth = fitted + _carried(both - fitted, clear)
        apart = cv2.blur(np.abs(both - smooth).max(axis=2), (3, 3))
        fits = (apart < _tolerance(apart, clear)) & clear
        clear = cv2.erode(fits.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.ascontiguousarray(smooth[..., :3]), np.ascontiguousarray(smooth[..., 3:]), clear


def _tolerance(apart: Real, clear: Flags) -> float:
    """How far from its background a clear colour may be, by how far most of them are."""
    typical = float(np.median(apart[clear])) if clear.any() else _LOOSE
    return min(max(3 * typical, _TIGHT), _LOOSE)


def _ring(seen: Flags) -> Flags:
    """What is seen within a strip along the border of the frame."""
    depth = max(1, round(_RING * min(seen.shape)))
    inside = np.zeros_like(seen)
    inside[depth:-depth, depth:-depth] = True
    ring: Flags = seen & ~inside
    return ring


def _terms(shape: tuple[int, ...]) -> Double:
    """What light does on a card: a polynomial of the second degree over the frame, (h, w, 6)."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _fitted(both: Real, terms: Double, where: Flags) -> Real:
    """The polynomial nearest to ``both`` where told, by the sum of absolute distances, everywhere."""
    step = max(1, int(where.sum()) // 8000)
    known, values = terms[where][::step], both[where][::step].astype(np.float64)
    if len(known) < 12:
        return np.broadcast_to(np.median(both.reshape(-1, both.shape[2]), axis=0), both.shape).astype(np.float32)
    weight = np.ones(len(known))
    for _ in range(12):
        scaled = known * weight[:, None]
        solved = np.linalg.solve(known.T @ scaled + 1e-9 * np.eye(6), scaled.T @ values)
        weight = 1 / np.maximum(np.abs(values - known @ solved).max(axis=1), 1e-3)
    return (terms @ solved).astype(np.float32)


def _carried(rest: Real, clear: Flags) -> Real:
    """What a polynomial leaves of the background, smoothed where it is clear and carried on where it is not."""
    weight = clear.astype(np.float32)
    share = cv2.blur(weight, (5, 5))
    mean = np.dstack([cv2.blur(rest[..., channel] * weight, (5, 5)) for channel in range(rest.shape[2])])
    mean /= np.maximum(share, np.float32(1e-6))[..., None]
    known = (share > 0.3).astype(np.float32)
    return np.dstack([spread(np.ascontiguousarray(mean[..., three : three + 3]), known) for three in (0, 3)])
