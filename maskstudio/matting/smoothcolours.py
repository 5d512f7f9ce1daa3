"""The smooth foreground and background colours behind an image, coarse to fine. Knows nothing of bands or full size."""

from collections.abc import Iterator

import numpy as np

from maskstudio.core.arrays import Alpha, Colours, Real
from maskstudio.core.callbacks import Check
from maskstudio.core.cv import cv2

# Pixels that are nearly solid tell most about the foreground: alpha to this power is what their colour weighs.
_PURITY = 12
_FAINT = np.float32(1e-6)
# What the coarser level weighs, and what the mean of a pixel's neighbours weighs, against a solid pixel.
_COARSER = np.float32(0.15)
_NEIGHBOURS = np.float32(0.02)
_ROUNDS = 5
# How far colours may stay from explaining the image, against leaving what their neighbours say.
_SLACK = np.float32(0.01)


def colours_behind(image: Colours, alpha: Alpha, check: Check, held: Colours | None = None) -> tuple[Colours, Colours]:
    """Foreground and background, (H, W, 3) in 0..1, such that ``alpha * F + (1 - alpha) * B`` is about ``image``.

    ``image`` is (H, W, 3), ``alpha`` (H, W), both in 0..1. Where one of the two cannot be seen it is extended from
    where it can. ``held`` (3,) is the background where that is plain. ``check`` is called often and may raise.
    """
    levels = list(_levels(image, alpha))
    fore, back = (mean for mean, _ in levels[-1][2:])
    for here, coverage, (fore_mean, fore_weight), (back_mean, back_weight) in reversed(levels):
        fore = _merged(fore_mean, fore_weight, fore)
        back = _merged(back_mean, back_weight, back) if held is None else np.broadcast_to(held, fore.shape)
        for _ in range(_ROUNDS):
            check()
            fore = _smoothed(fore, fore_weight)
            if held is not None:
                fore = explain_fore(here, coverage, fore, back)
                continue
            back = _smoothed(back, back_weight)
            check()
            fore, back = explain(here, coverage, fore, back)
    return fore, np.ascontiguousarray(back)


def explain(image: Colours, alpha: Real, fore: Colours, back: Colours) -> tuple[Colours, Colours]:
    """``fore`` and ``back`` moved as little as needed to explain ``image``; all (..., 3), ``alpha`` (..., 1)."""
    clear = 1 - alpha
    share = (image - alpha * fore - clear * back) / (alpha * alpha + clear * clear + _SLACK)
    return np.clip(fore + alpha * share, 0, 1), np.clip(back + clear * share, 0, 1)


def explain_fore(image: Colours, alpha: Real, fore: Colours, back: Colours) -> Colours:
    """Moves ``fore`` as little as is needed to explain ``image`` over a fixed ``back``.

    All are (..., 3) in 0..1, ``alpha`` (..., 1).
    """
    share = (image - alpha * fore - (1 - alpha) * back) / (alpha * alpha + _SLACK)
    moved: Colours = np.clip(fore + alpha * share, 0, 1)
    return moved


Sides = tuple[Colours, Real]  # mean colour and weight of one side


def _levels(image: Colours, alpha: Real) -> Iterator[tuple[Colours, Real, Sides, Sides]]:
    """From fine to coarse, each half the size: image, alpha, and the mean colour and weight of either side."""
    alpha = alpha[..., None]
    fore: Real
    back: Real
    fore, back = (np.maximum(share**_PURITY, _FAINT) for share in (alpha, 1 - alpha))
    planes: list[Real] = [image, alpha, image * fore, fore, image * back, back]
    while True:
        image, alpha, fore_sum, fore, back_sum, back = planes
        yield image, alpha, (fore_sum / fore, fore), (back_sum / back, back)
        if max(image.shape[:2]) == 1:
            return
        planes = [_halved(plane) for plane in planes]


def _halved(plane: Real) -> Real:
    height, width = plane.shape[:2]
    halved: Real = cv2.resize(plane, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return halved.reshape(*halved.shape[:2], -1)


def _merged(mean: Colours, weight: Real, coarser: Colours) -> Colours:
    """What this level knows, filled up from the coarser one where it knows little."""
    height, width = mean.shape[:2]
    wide = cv2.resize(coarser, (width, height), interpolation=cv2.INTER_LINEAR)
    pull = _COARSER * (1 - weight)
    merged: Colours = (weight * mean + pull * wide) / (weight + pull)
    return merged


def _smoothed(colours: Colours, weight: Real) -> Colours:
    """Each pixel drawn to the mean of its neighbours, which count by how well they are known."""
    known = weight + _NEIGHBOURS
    total, sums = (cv2.blur(plane, (3, 3), borderType=cv2.BORDER_REPLICATE) for plane in (known, colours * known))
    smoothed: Colours = (weight * colours + _NEIGHBOURS * sums / total[..., None]) / known
    return smoothed
