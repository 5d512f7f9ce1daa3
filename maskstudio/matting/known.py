"""Alpha of a subject before a known background, at full size. Knows nothing of how the two were brought together."""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.matting.backdrop import Backdrop
from maskstudio.matting.coarse import enlarged, unit
from maskstudio.matting.presence import Presence
from maskstudio.matting.refine import solve_alpha
from maskstudio.matting.triangulation import settled, strips

# What the variation of the subject's colour weighs against the noise, and what alpha of the solver is off by.
_OWN, _PRIOR = 3, 0.12
# In a window of so many px, what is as near to the background as that many per cent of the clear pixels is clear.
_CALM, _CALM_MOVED, _USUAL = 5, 11, 85
# Where in a window of so many px this share looks like the background, it may be seen through gaps.
_GAPS, _OPEN = 9, 0.12
# Colours may leave 0..1 by so many times the noise.
_STRAY = 3.0


@dataclass(frozen=True)
class KnownScene:
    """A picture (H, W, 3) and what it shows where nothing stands in the way; cells are of ``side`` px.

    ``moved`` where the background had to be shifted, so that its edges are not exact.
    """

    image: Pixels
    behind: Backdrop
    side: int
    moved: bool

    def covered(self, alpha: Real, rows: slice) -> Real:
        """What the subject adds to the picture, alpha times its colour, (n, W, 3)."""
        return unit(self.image[rows]) - (1 - alpha[..., None]) * self.behind.rows(rows)


def solved(scene: KnownScene, there: Presence, token: Token) -> Real:
    """Alpha (H, W) in 0..1.

    A solver that knows nothing of the background gives a first alpha, or where the subject is see-through all over, its
    texture does. Where the colours of subject and background lie apart, alpha is then read off the line between
    them, each weighed by how far off it may be; and alpha is never so small that the subject's colour would have to be
    one that does not exist. Both are the known-background case of Chuang, Curless, Salesin, Szeliski, "A Bayesian
    approach to digital matting", CVPR 2001.
    """
    shape = scene.image.shape[:2]
    trimap = _at_full_size(there.trimap, scene)
    noise = _noise(scene, trimap)
    _clear(scene, trimap, _at_full_size(there.hidden.view(np.uint8), scene), token.part(0.0, 0.1))
    if (trimap == 255).any():
        alpha = solve_alpha(scene.image, trimap, token=token.part(0.1, 0.7))
    else:
        alpha = (trimap == 128).astype(np.float32)
    told = np.dstack([there.translucent, there.through, there.own])
    for rows in strips(shape, token.part(0.7, 0.95)):
        unknown = (trimap[rows] > 0) & (trimap[rows] < 255)
        if unknown.any():
            first = alpha[rows]
            better = _read_off(scene, there.subject, told, first, noise, rows)
            first[unknown] = better[unknown]
    return settled(alpha, 2 * noise, token.part(0.95, 1.0))


def _noise(scene: KnownScene, trimap: Plane) -> float:
    """How far the picture strays from the background where nothing stands before it, in 0..1."""
    apart = []
    for top in range(0, len(trimap), 97):
        rows = slice(top, top + 1)
        clear = trimap[rows] == 0
        apart.append((unit(scene.image[rows]) - scene.behind.rows(rows))[clear])
    values = np.abs(np.concatenate(apart))
    return max(float(np.median(values)) / 0.6745 if values.size else 0.0, 0.004)


def _at_full_size(cells: Plane, scene: KnownScene) -> Plane:
    wide = cv2.resize(cells, None, fx=scene.side, fy=scene.side, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(wide[: scene.image.shape[0], : scene.image.shape[1]])


def _clear(scene: KnownScene, trimap: Plane, hidden: Plane, token: Token) -> None:
    """Takes what looks like the background throughout a small window for it, unless it does not follow its texture, and
    what looks like it in places for unknown; in place.
    """
    apart = np.empty(trimap.shape, np.uint8)
    for rows in strips(trimap.shape, token):
        apart[rows] = np.rint(np.minimum(_apart(scene, rows) * 1020, 255))
    # A background that had to be shifted is compared loosely, so it takes more to be sure of it.
    window, allowed = (_CALM_MOVED, cv2.inRange(hidden, 0, 0)) if scene.moved else (_CALM, np.full_like(hidden, 255))
    gaps = cv2.bitwise_and(_usual(apart, trimap), allowed)
    token.check()
    gappy = cv2.inRange(cv2.blur(gaps, (_GAPS, _GAPS)), 255 * _OPEN, 255)
    token.check()
    apart = cv2.blur(apart, (window, window))
    token.check()
    alike = cv2.bitwise_and(_usual(apart, trimap), allowed)
    token.check()
    trimap[cv2.bitwise_and(gappy, cv2.inRange(trimap, 255, 255)) > 0] = 128
    token.check()
    trimap[cv2.bitwise_and(alike, cv2.inRange(trimap, 1, 254)) > 0] = 0


def _usual(apart: Plane, trimap: Plane) -> Plane:
    """255 where ``apart`` is what it is in most of the surely clear pixels."""
    step = max(1, round((apart.size / 200_000) ** 0.5))
    sure = apart[::step, ::step][trimap[::step, ::step] == 0]
    if not sure.size:
        return np.zeros_like(apart)
    usual: Plane = cv2.inRange(apart, 0, float(np.percentile(sure, _USUAL)))
    return usual


def _apart(scene: KnownScene, rows: slice) -> Real:
    """How far the picture is from what the background looks like at a pixel, or around it if it had to be moved."""
    image, back = unit(scene.image[rows]), scene.behind.rows(rows)
    if not scene.moved:
        straight: Real = np.abs(image - back).max(axis=2)
        return straight
    small = np.ones((3, 3), np.uint8)
    beyond: Real = np.maximum(np.maximum(cv2.erode(back, small) - image, image - cv2.dilate(back, small)), 0).max(
        axis=2
    )
    return beyond


def _read_off(scene: KnownScene, subject: Real, told: Real, first: Real, noise: float, rows: slice) -> Real:
    """Alpha of some rows from the known background, ``first`` where that does not tell."""
    width = first.shape[1]
    image, back = unit(scene.image[rows]), scene.behind.rows(rows)
    fore = enlarged(subject, scene.side, rows, width)
    veiled, through, own = np.moveaxis(enlarged(told, scene.side, rows, width), -1, 0)
    doubt = noise * noise * np.ones_like(first)
    if scene.moved:
        small = np.ones((3, 3), np.uint8)
        doubt += (((cv2.dilate(back, small) - cv2.erode(back, small)) / 4) ** 2).mean(axis=2)
    way = fore - back
    square = np.maximum((way * way).sum(axis=2), np.float32(1e-5))
    line = np.clip(((image - back) * way).sum(axis=2) / square, 0, 1)
    before = first + veiled * ((1 - through) - first)
    # How far off each may be: the line by noise and by the subject's own variation where it covers.
    error = (doubt + _OWN * (line * own) ** 2) / square
    weight = _PRIOR**2 / (_PRIOR**2 + error)
    alpha = before + weight * (line - before)
    bounded: Real = np.maximum(alpha, _least(image, back, np.float32(_STRAY) * np.sqrt(doubt)))
    return bounded


def _least(image: Real, back: Real, stray: Real) -> Real:
    """The smallest alpha for which the subject's colour lies in 0..1."""
    apart = image - back
    apart = np.sign(apart) * np.maximum(np.abs(apart) - stray[..., None], 0)
    room = np.where(apart > 0, 1 - back, back)
    least: Real = np.clip(np.abs(apart) / np.maximum(room, np.float32(1e-3)), 0, 1).max(axis=2)
    return least
