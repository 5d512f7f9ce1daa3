"""A thing in front of a plain backdrop: paper, a wall, a table, with light that falls off and soft shadows.

The backdrop is a smooth surface of colour that explains most of the frame's border. A soft shadow on it is the same
colour, darker, without an edge of its own; whatever else does not fit the surface is the thing.
"""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Colours, Double, Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.subject.cutting import reaching_border, recut

_FITS = 8.0  # CIE Lab units within which a colour is the backdrop's
_ROUNDS = 6
_RING = 0.03  # share of the frame, from its border inwards, that is looked at first
_REACH = 25  # px over which what the surface leaves is smoothed
_DARKEST, _BRIGHTEST = 0.35, 1.08  # how much of its light a shadow leaves, and what glare adds
_SOFT = 7.0  # levels per px; a shadow has no steeper slope
_TINT = 1 / 8  # levels that a shadow may be off for each unit of chroma of the backdrop: other light falls into it
_AROUND = 9  # px
_CUTS = 5


@dataclass(frozen=True, eq=False)
class Paper:
    """The surface (h, w, 3) in Lab, where it is clear (h, w), and the share of the border that it explains, 0..1."""

    surface: Real
    clear: Flags
    share: float


def backdrop(lab: Real) -> Paper:
    """The smooth surface behind a picture (h, w, 3) in Lab: a polynomial, and what it leaves, smoothed."""
    terms, ring = _terms(lab.shape), _ring(lab.shape)
    clear, apart = ring, np.zeros(lab.shape[:2], np.float32)
    surface = lab
    for number in range(_ROUNDS):
        surface = _fitted(lab, terms, clear)
        apart = np.abs(cv2.blur(lab - surface, (3, 3))).max(axis=2)
        near = apart < max(_FITS * (1.5 - 0.15 * number), 3.0)
        found = near & ring if number < 2 else reaching_border(near)
        clear = found if found.sum() > 50 else ring
    share = float((apart < _FITS)[ring].mean())
    return Paper(surface + _smoothed(lab - surface, clear), clear, share)


def cut(rgb: Pixels8, lab: Real, behind: Paper) -> Flags:
    """What stands before the backdrop, (h, w), in a picture ``rgb`` (h, w, 3), also given in ``lab``."""
    off = lab - behind.surface
    apart = np.linalg.norm(off, axis=2)
    noise = float(np.median(apart[behind.clear]))
    fits = apart < max(4 * noise, 5.0)
    plain = reaching_border(behind.clear | fits | _shadow(rgb, behind.surface, noise))
    thing = cv2.morphologyEx((~fits & ~plain).view(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    if not thing.any():
        rest: Flags = ~fits
        return rest
    near = cv2.dilate(thing.view(np.uint8), np.ones((_AROUND, _AROUND), np.uint8)) > 0
    flat = np.clip(off * np.array([1.5, 2, 2], np.float32) + 128, 0, 255).astype(np.uint8)
    return recut(flat, thing, ~near, _CUTS)


def _shadow(rgb: Pixels8, surface: Real, noise: float) -> Flags:
    """Where the backdrop may lie in a soft shadow: its colour but for the light, and no slope of an edge."""
    lit = np.clip(cv2.cvtColor(surface, cv2.COLOR_LAB2RGB) * 255, 1, 255)
    colours = rgb.astype(np.float32)
    light = (colours * lit).sum(axis=2) / (lit * lit).sum(axis=2)
    explained = np.clip(light, _DARKEST, _BRIGHTEST)[..., None] * lit
    apart = np.linalg.norm(colours - explained, axis=2)
    grey = cv2.GaussianBlur(colours, (0, 0), 1.0).mean(axis=2)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    allowed = np.maximum(6 + _TINT * np.hypot(surface[..., 1], surface[..., 2]), 3 * noise)
    soft: Flags = (apart < allowed) & (light < 1) & (light > 0.4) & (slope < _SOFT)
    return soft


def _terms(shape: tuple[int, ...]) -> Double:
    """What light does on a card: a polynomial of the second degree over the frame, (h, w, 6)."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in shape[:2]), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _ring(shape: tuple[int, ...]) -> Flags:
    depth = max(2, round(_RING * min(shape[:2])))
    ring = np.ones(shape[:2], bool)
    ring[depth:-depth, depth:-depth] = False
    return ring


def _fitted(lab: Real, terms: Double, where: Flags) -> Real:
    """The polynomial nearest to ``lab`` where told, by the sum of absolute distances, everywhere."""
    places = np.flatnonzero(where)
    places = places[:: max(1, places.size // 6000)]
    known, values = terms.reshape(-1, 6)[places], lab.reshape(-1, 3)[places].astype(np.float64)
    weight = np.ones(len(known))
    surface = lab
    for _ in range(12):
        scaled = known * weight[:, None]
        solved = np.linalg.solve(known.T @ scaled + 1e-6 * np.eye(6), scaled.T @ values)
        weight = 1 / np.maximum(np.abs(values - known @ solved).max(axis=1), 1.0)
        surface = terms @ solved
    return surface.astype(np.float32)


def _smoothed(rest: Colours, clear: Flags) -> Real:
    """What the polynomial leaves of the backdrop, smoothed where it is clear and fading out where it is not."""
    weight = clear.astype(np.float32)
    known = cv2.GaussianBlur(weight, (0, 0), _REACH) + np.float32(1e-4)
    mean: Real = cv2.GaussianBlur(rest * weight[..., None], (0, 0), _REACH) / known[..., None]
    return mean
