"""What is left of an old background's colour in a foreground. Knows nothing of how colours were estimated."""

import numpy as np

from maskstudio.core.arrays import Coverage, Pixels, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.matting.coarse import averaged, side_for, unit
from maskstudio.matting.spread import spread

_MOST_CELLS = 200_000
# How far from the band, in cells, the background is looked at.
_NEAR = 6
# Steps a channel is divided into when the commonest colour is looked for, and how near to it a colour counts, in 0..1.
_STEPS, _ALIKE = 16, 0.12
# So many standard deviations are the subject's own variation.
_OWN = np.float32(2)
# Colours closer to each other than this, in 0..1, cannot be told apart.
_APART = np.float32(0.06)
_GREY = (128, 128, 128)


def sampled(image: Pixels, alpha: Coverage) -> tuple[int, int, int]:
    """The commonest colour of the clear pixels right along the edge of ``alpha``, 8-bit RGB.

    ``image`` is (H, W, 3) of 8 or 16 bits, ``alpha`` (H, W) float32 in 0..1 or uint8. Where nothing is clear it is a
    mid grey; where nothing is covered the commonest colour of all.
    """
    box = Rect(*cv2.boundingRect((alpha > 0).view(np.uint8))) or Rect(0, 0, alpha.shape[1], alpha.shape[0])
    side = side_for(box.area, _MOST_CELLS)
    around = box.grow(_NEAR * side).intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0])).slices()
    coverage = unit(averaged((alpha[around] > 0).view(np.uint8) * np.uint8(255), side))
    covered = (coverage > 0).view(np.uint8)
    near = cv2.dilate(covered, np.ones((2 * _NEAR + 1,) * 2, np.uint8)) > 0 if covered.any() else covered == 0
    colours = unit(averaged(image[around], side))[near & (covered == 0)]
    if not colours.size:
        return _GREY
    red, green, blue = np.rint(_commonest(colours) * 255).astype(int).tolist()
    return red, green, blue


def _commonest(colours: Real) -> Real:
    """The middle of the densest heap of ``colours`` (n, 3) in 0..1."""
    bins = np.minimum((colours * _STEPS).astype(np.int64), _STEPS - 1)
    flat = (bins[:, 0] * _STEPS + bins[:, 1]) * _STEPS + bins[:, 2]
    counts = np.bincount(flat, minlength=_STEPS**3).astype(np.float32).reshape((_STEPS,) * 3)
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if axis == other else (0, 0) for other in range(3)])
        counts = sum(np.take(padded, range(start, start + _STEPS), axis=axis) for start in range(3))  # type: ignore[assignment]
    place = np.array(np.unravel_index(int(counts.argmax()), counts.shape), np.float32)
    centre = (place + 0.5) / _STEPS
    for _ in range(3):
        alike = np.abs(colours - centre).max(axis=1) <= _ALIKE
        centre = colours[alike].mean(axis=0) if alike.any() else centre
    return centre.astype(np.float32)


def plain(image: Real, solid: Real) -> Real:
    """The colour of the solid pixels carried to all others, and how much they vary there: (H, W, 4).

    ``image`` is (H, W, 3) in 0..1, ``solid`` (H, W) the share of solid pixels. Two standard deviations count.
    """
    moments = np.concatenate([image, (image * image).sum(axis=2, keepdims=True)], axis=2)
    window = (9, 9)
    weight = cv2.blur(solid, window, borderType=cv2.BORDER_REPLICATE)
    means = cv2.blur(moments * solid[..., None], window, borderType=cv2.BORDER_REPLICATE)
    means /= np.maximum(weight, np.float32(1e-6))[..., None]
    known = np.minimum(weight * 9, 1)
    carried = spread(means, known)
    variance = carried[..., 3] - (carried[..., :3] ** 2).sum(axis=2)
    carried[..., 3] = _OWN * np.sqrt(np.maximum(variance, 0) / 3)
    return carried


def lean(colours: Real, towards: Real, home: Real) -> Real:
    """How far ``colours`` (..., 3) lie on the way from ``home`` ``towards`` the old background: (...), 1 is there.

    Where the way is too short to tell it is 0.
    """
    way = towards - home
    square = (way * way).sum(axis=-1)
    along = ((colours - home) * way).sum(axis=-1)
    share: Real = along / np.maximum(square, _APART**2) * (square > _APART**2)
    return share


def despilled(colours: Real, spill: Real, home: Real, own: Real) -> Real:
    """``colours`` (n, 3) without what leans from ``home`` (n, 3) towards ``spill`` (3,) by more than ``own`` (n,)."""
    way = spill - home
    length = np.maximum(np.sqrt((way * way).sum(axis=-1)), _APART)
    excess = np.clip(lean(colours, spill, home) - own / length, 0, 1)
    cleaned: Real = np.clip(colours - excess[:, None] * way, 0, 1)
    return cleaned
