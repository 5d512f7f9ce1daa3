"""Colour range: what of a whole photo has some colours, the tones of skin, or a brightness, and how nearly."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Colour, Pixels, Pixels8, Plane, Point, Real, Shape
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.image import to_8bit
from maskstudio.params.tools import ColourRangeParams

# Rows worked on at a time: what they need stays in the processor's cache, and a cancel is heard in between.
_STRIPE = 128
# Lightness counts half: shade and light change it on one material, while hue stays.
_WEIGHTS = (0.5, 1.0, 1.0)
_SHARPER = 4  # where a colour is taken away, its border is this many times as narrow as the fuzziness
# Cr and Cb of skin of every complexion (Chai and Ngan, "Face segmentation using skin-color map", 1999).
_RED, _BLUE = (133, 173), (77, 127)
_FLUSHED, _PALE = 0.3, 2.0  # weights of what is redder, as lips are, and of what is less red, as paper and metal are
_SKIN_FADE = 4  # of fuzziness make one level of Cr or Cb
_DARK = 40  # luma below which hues say nothing
_TONES = {"shadows": (0, 64), "midtones": (96, 159), "highlights": (191, 255)}  # of L, 0..255, that count fully


@dataclass(frozen=True)
class ColourSample:
    """A colour clicked at ``at``, px in the photo; with ``less`` it is taken away from the selection."""

    colour: Colour
    at: Point
    less: bool = False


@dataclass(frozen=True)
class PhotoPart:
    """A picture of any size of the part ``rect`` of a photo whose diagonal is ``diagonal`` px long."""

    rect: Rect
    diagonal: float


def colour_range(
    pixels: Pixels,
    params: ColourRangeParams,
    samples: Sequence[ColourSample] = (),
    *,
    alpha: Plane | None = None,
    shown: PhotoPart | None = None,
    step: Callable[[float], object] = lambda _done: None,
) -> Plane:
    """How fully each pixel belongs to the range: uint8 (H, W), 255 wholly.

    A sampled colour counts fully up to half the fuzziness, in units of CIE Lab as OpenCV scales it to 8 bits with
    lightness halved, and falls to 0 at the whole. Of two samples the nearer in colour decides, so a colour taken away
    takes only what is more like it than like those wanted; without one that is wanted nothing is selected. Tones count
    fully within their third of lightness (shadows to 64, midtones 96 to 159, highlights from 191, of 255) and fade over
    the fuzziness. What is see-through is selected no more than ``alpha`` (H, W) says, inverted or not. ``shown`` says
    which part of the photo ``pixels`` are; without it they are all of it, at its own size. ``step`` is called with how
    much is done, 0..1, and may raise to stop.
    """
    height, width = pixels.shape[:2]
    shown = shown or PhotoPart(Rect(0, 0, width, height), math.hypot(width, height))
    out = np.empty((height, width), np.uint8)
    for top in range(0, height, _STRIPE):
        step(top / height)
        rows = slice(top, min(top + _STRIPE, height))
        part = np.ascontiguousarray(to_8bit(pixels[rows]))
        if params.what == "samples":
            found = _sampled(part, params, samples, _Places(shown, (height, width), rows))
        elif params.what == "skin":
            found = _skin(part, params.fuzziness)
        else:
            found = _toned(part, *_TONES[params.what], params.fuzziness)
        if params.inverted:
            found = 1 - found
        out[rows] = np.rint(found * 255)
        if alpha is not None:
            out[rows] = cv2.min(out[rows], np.ascontiguousarray(alpha[rows]))
    return out


def _sampled(part: Pixels8, params: ColourRangeParams, samples: Sequence[ColourSample], places: "_Places") -> Real:
    """0..1 (h, w) for some rows."""
    lab, reach = cv2.cvtColor(part, cv2.COLOR_RGB2Lab), max(params.fuzziness, 1)
    wanted = np.zeros(part.shape[:2], np.float32)
    near, away = np.full_like(wanted, 1e6), np.full_like(wanted, 1e6)
    for sample in samples:
        apart = _apart(lab, sample.colour)
        if sample.less:
            away = np.minimum(away, apart)
            continue
        near = np.minimum(near, apart)
        level = np.clip(2 - apart * (2 / reach), 0, 1)
        if params.localized:
            level *= places.near(sample.at, params.reach)
        wanted = np.maximum(wanted, level)
    if any(sample.less for sample in samples):
        wanted *= np.clip(0.5 + (away - near) * (_SHARPER / reach), 0, 1)
    return wanted


def _apart(lab: Pixels8, colour: Colour) -> Real:
    """How far each pixel (h, w, 3) is from a colour, in weighted units of Lab."""
    seed = cv2.cvtColor(np.array([[colour]], np.uint8), cv2.COLOR_RGB2Lab)[0, 0].astype(np.float32)
    levels = np.arange(256, dtype=np.float32)
    table = np.stack([((levels - at) * weight) ** 2 for at, weight in zip(seed, _WEIGHTS, strict=True)], axis=1)
    squares = cv2.LUT(lab, table.reshape(1, 256, 3).astype(np.float32))
    apart: Real = cv2.sqrt(cv2.transform(squares, np.ones((1, 3), np.float32)))
    return apart


def _skin(part: Pixels8, fuzziness: int) -> Real:
    """0..1 (h, w): within the hues of skin, or near them."""
    luma, red, blue = cv2.split(cv2.cvtColor(part, cv2.COLOR_RGB2YCrCb))
    beyond = np.hypot(_beyond(red, *_RED, _PALE, _FLUSHED), _beyond(blue, *_BLUE))
    fade = np.float32(max(fuzziness / _SKIN_FADE, 1))
    found: Real = np.clip(1 - beyond / fade, 0, 1) * np.clip(luma / np.float32(_DARK), 0, 1)
    return found


def _toned(part: Pixels8, low: int, high: int, fuzziness: int) -> Real:
    """0..1 (h, w): of a lightness from ``low`` to ``high``, or near it."""
    light = np.ascontiguousarray(cv2.cvtColor(part, cv2.COLOR_RGB2Lab)[..., 0])
    found: Real = np.clip(1 - _beyond(light, low, high) / np.float32(max(fuzziness, 1)), 0, 1)
    return found


def _beyond(plane: Plane, low: int, high: int, below: float = 1, above: float = 1) -> Real:
    """How far each value is from the range, times a weight for each side of it."""
    levels = np.arange(256, dtype=np.float32)
    found: Real = cv2.LUT(
        plane, np.maximum(np.maximum((low - levels) * np.float32(below), (levels - high) * np.float32(above)), 0)
    )
    return found


class _Places:
    """Where in the photo the pixels of some ``rows`` lie, of a picture (H, W) of what is ``shown`` of it."""

    def __init__(self, shown: PhotoPart, size: Shape, rows: slice) -> None:
        rect, self._diagonal = shown.rect, shown.diagonal
        self._x = rect.x + (np.arange(size[1], dtype=np.float32) + 0.5) * np.float32(rect.width / size[1])
        down = np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5
        self._y = rect.y + down * np.float32(rect.height / size[0])

    def near(self, at: Point, percent: int) -> Real:
        """1 up to half of ``percent`` of the diagonal from there, falling to 0 at the whole: (h, w)."""
        reach = np.float32(percent / 100 * self._diagonal)
        away = np.sqrt((self._x - np.float32(at[0])) ** 2 + ((self._y - np.float32(at[1])) ** 2)[:, None])
        level: Real = np.clip(2 - away * (2 / reach), 0, 1).astype(np.float32)
        return level
