"""What is known of a small picture before anybody clicks: its superpixels, how they look, and how they hang together.

Computed once for a photo and once for each closer look at a part of it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maskstudio.core.arrays import Flags, Indices, Labels, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.selection.superpixels import superpixels

STEP = 6  # px, the side of a superpixel
_PALETTE = 48  # colours that stand for all
_NEAR = 6.0  # Lab units: how far a colour counts for its neighbours in the palette
_TEXTURE, _WIDE = 3.0, 6.0  # px, sigmas of the windows for texture and for the colour around
_KMEANS = (3, 8, 0.5)  # OpenCV's criteria: at most 8 rounds, or moves below half a unit


@dataclass(frozen=True, eq=False)
class Borders:
    """Pairs of superpixels that touch: ``first`` and ``second`` (M,), the ``length`` of their common border in px, and
    how much they differ there (``contrast``, Lab units).
    """

    first: Indices
    second: Indices
    length: Real
    contrast: Real


@dataclass(frozen=True, eq=False)
class Regions:
    """N superpixels of a picture ``rgb`` (h, w, 3).

    labels  the superpixel of each pixel, counted from 0
    size    pixels of each (N,)
    lab     mean colour in CIE Lab (N, 3), ``around`` the same of a wider window, ``texture`` (N,) the spread of L
    place   mean x and y in px (N, 2)
    frame   px of each at the picture's edge (N,)
    shades  its shares of the colours of a palette (N, K), each row with the sum 1
    deep    more descriptors, (N, F), of unit root mean square; F may be 0
    """

    rgb: Pixels8
    labels: Labels
    size: Real
    lab: Real
    around: Real
    texture: Real
    place: Real
    frame: Real
    shades: Real
    borders: Borders
    deep: Real

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.size)

    @property
    def diagonal(self) -> float:
        """Length of the picture's diagonal in px."""
        return float(np.hypot(*self.labels.shape))

    def at(self, x: float, y: float) -> int:
        """The superpixel at x, y in px of the picture, or the one nearest to it."""
        height, width = self.labels.shape
        return int(self.labels[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)])

    def mean(self, plane: Any) -> Real:
        """The mean of a plane (h, w) in each superpixel, float32 (N,)."""
        total = np.bincount(self.labels.ravel(), np.asarray(plane, np.float32).ravel(), self.count)
        return (total / self.size).astype(np.float32)

    @cached_property
    def to_edge(self) -> Real:
        """Distance of each from the picture's edge, in diagonals (N,)."""
        height, width = self.labels.shape
        x, y = self.place.T
        away: Real = (np.minimum.reduce([x, y, width - 1 - x, height - 1 - y]) / self.diagonal).astype(np.float32)
        return away

    @cached_property
    def to_middle(self) -> Real:
        """Distance of each from the picture's middle, in diagonals (N,)."""
        height, width = self.labels.shape
        away: Real = (np.hypot(*(self.place - (width / 2, height / 2)).T) / self.diagonal).astype(np.float32)
        return away


def regions_of(rgb: Pixels8, maps: tuple[Real, ...] = ()) -> Regions:
    """The superpixels of a small picture (h, w, 3).

    ``maps`` are float32 (H, W, C) of any size, each stretched over the whole picture: what a network saw in it.
    """
    lab8 = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    labels = superpixels(lab8, STEP)
    flat = labels.ravel()
    size = np.bincount(flat).astype(np.float32)

    def mean(plane: Real) -> Real:
        found: Real = (np.bincount(flat, plane.ravel(), len(size)) / size).astype(np.float32)
        return found

    def means(planes: Real) -> Real:
        return np.stack([mean(planes[..., each]) for each in range(planes.shape[2])], axis=1)

    colours = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light = np.ascontiguousarray(colours[..., 0])
    level = cv2.GaussianBlur(light, (0, 0), _TEXTURE)
    spread = cv2.GaussianBlur(light * light, (0, 0), _TEXTURE) - level * level
    down, across = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    lab, around = means(colours), means(cv2.GaussianBlur(colours, (0, 0), _WIDE))
    place = np.stack([mean(across), mean(down)], axis=1)
    sides = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return Regions(
        rgb, labels, size, lab, around, mean(np.sqrt(np.maximum(spread, 0))), place,
        np.bincount(sides, minlength=len(size)).astype(np.float32), _shades(lab),
        _borders(labels, colours, lab, around), _described(place, rgb.shape, maps),
    )  # fmt: skip


def _shades(lab: Real) -> Real:
    """How much of each colour of a palette is in colours (N, 3): (N, K)."""
    cv2.setRNGSeed(0)  # the same photo gives the same answer
    count = min(_PALETTE, len(lab))
    palette = cv2.kmeans(lab, count, None, _KMEANS, 1, cv2.KMEANS_PP_CENTERS)[2]
    far = ((lab[:, None] - palette[None]) ** 2).sum(axis=2)
    share = np.exp((far.min(axis=1, keepdims=True) - far) / (2 * _NEAR**2))
    shades: Real = (share / share.sum(axis=1, keepdims=True)).astype(np.float32)
    return shades


def _borders(labels: Labels, colours: Real, lab: Real, around: Real) -> Borders:
    """Who signs whom. The contrast mixes the step from mean to mean, the slope at the border itself, and the step
    between wider surroundings, which texture does not have.
    """
    smooth = cv2.GaussianBlur(colours, (0, 0), 1)
    slope = np.zeros(labels.shape, np.float32)
    for each in range(3):
        channel = np.ascontiguousarray(smooth[..., each])
        slope += cv2.Sobel(channel, -1, 1, 0, scale=1 / 8) ** 2 + cv2.Sobel(channel, -1, 0, 1, scale=1 / 8) ** 2
    slope = np.sqrt(slope)
    pairs, slopes = [], []
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        apart: Flags = labels[one] != labels[other]
        here, there = labels[one][apart].astype(np.int64), labels[other][apart].astype(np.int64)
        pairs.append(np.minimum(here, there) * len(lab) + np.maximum(here, there))
        slopes.append((slope[one][apart] + slope[other][apart]) / 2)
    keys, which, length = np.unique(np.concatenate(pairs), return_inverse=True, return_counts=True)
    first, second = keys // len(lab), keys % len(lab)
    steep = np.bincount(which, np.concatenate(slopes), len(keys)) / np.maximum(length, 1)
    step, wide = (np.sqrt(((each[first] - each[second]) ** 2).sum(axis=1)) for each in (lab, around))
    contrast = 0.5 * step + 1.05 * steep + 0.7 * wide
    return Borders(first, second, length.astype(np.float32), contrast.astype(np.float32))


def _described(place: Real, shape: tuple[int, ...], maps: tuple[Real, ...]) -> Real:
    """What every map shows in the middle of each superpixel, each map scaled to unit root mean square: (N, F)."""
    found = [np.zeros((len(place), 0), np.float32)]
    for each in maps:
        unit = each / max(float(np.sqrt((each * each).mean())), 1e-6)
        scale = each.shape[1] / shape[1], each.shape[0] / shape[0]
        x, y = ((place[:, axis] + 0.5) * scale[axis] - 0.5 for axis in (0, 1))
        found.append(_sampled(unit, x, y))
    return np.concatenate(found, axis=1)


def _sampled(plane: Real, x: Real, y: Real) -> Real:
    """A map (h, w, C) at places between its cells, (N, C)."""
    height, width = plane.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(np.int64), max(width - 2, 0)), np.minimum(y.astype(np.int64), max(height - 2, 0))
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left)[:, None], (y - top)[:, None]
    upper = plane[top, left] * (1 - across) + plane[top, right] * across
    lower = plane[below, left] * (1 - across) + plane[below, right] * across
    found: Real = (upper * (1 - down) + lower * down).astype(np.float32)
    return found
