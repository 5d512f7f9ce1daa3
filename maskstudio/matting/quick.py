"""A rough alpha of a small image in a few milliseconds: known colours around, windows, and a few steps.

Colours are in 0..1 throughout. Knows nothing of full-size pixels but how to reduce them.
"""

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Flags, Pixels, Real, SameArray
from maskstudio.core.cv import cv2
from maskstudio.errors import BadImage, BadMask
from maskstudio.matting.coarse import unit
from maskstudio.matting.quickwindows import WideWindows, stepped

# Weights of known pixels, of a colour guess that is sure, and of the mask; a window's is 1.
_PIN, _GUESS, _LEAST = 4.0, 0.03, 3e-3
# Known colours are averaged over boxes that reach this far, in cells, besides the nearest one of each side.
_AROUND = (5, 20)
# Colours in 0..1 that a good pair misses by, and that its two sides lie apart.
_MISS, _APART = 10 / 255, 30 / 255


def check_sizes(image: npt.NDArray[np.generic], plane: npt.NDArray[np.generic], name: str) -> None:
    """Raise ``BadImage`` or ``BadMask`` unless ``image`` is (H, W, 3) of 8 or 16 bits and ``plane`` (H, W) of 8.

    The solver's own check loads SciPy, which a preview is not worth.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise BadImage(f"Refining needs an RGB image of 8 or 16 bits, not {image.dtype} of shape {image.shape}.")
    if plane.shape != image.shape[:2] or plane.dtype != np.uint8:
        raise BadMask(
            f"The {name} must be 8-bit and of the image's size {image.shape[:2]}, not {plane.dtype} of {plane.shape}."
        )


def quick_alpha(pixels: Real, windows: WideWindows, fore: Real, back: Real, mask: Real, *, steps: int = 12) -> Real:
    """Alpha (h, w) of ``pixels`` (h, w, 3), about 0..1 but not clipped.

    ``windows`` are those of ``pixels``; ``fore`` and ``back`` (h, w) the shares of known pixels of each cell. ``mask``
    (h, w) counts little: what is asked for is where it is wrong. Where colours say nothing it decides. More ``steps``
    are slower, and beyond some 12 hardly nearer.
    """
    guess, trust = mask.copy(), np.full(fore.shape, _GUESS, np.float32)
    wanted = (fore < 1) & (back < 1)
    if fore.any() and back.any():
        told, sure = by_colour(pixels, fore, back, wanted)
        trust[wanted] = _GUESS * sure + _LEAST
        guess[wanted] = (_GUESS * sure * told + _LEAST * mask[wanted]) / trust[wanted]
    trust *= wanted
    start = np.where(wanted, guess, fore)
    return stepped(windows, _PIN * (fore + back) + trust, _PIN * fore + trust * guess, start, steps)


def reduced(plane: Pixels, side: int, size: tuple[int, int]) -> Real:
    """Averages as ``averaged`` does, into real numbers in 0..1: (h, w) or (h, w, n)."""
    return unit(averaged(plane, side, size))


def averaged(plane: SameArray, side: int, size: tuple[int, int]) -> SameArray:
    """Averages (H, W) or (H, W, n) over ``size`` (across, down) cells of ``side`` px; the last repeat the border."""
    below, beside = size[1] * side - plane.shape[0], size[0] * side - plane.shape[1]
    if below or beside:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    means: SameArray = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return means


def by_colour(pixels: Real, fore: Real, back: Real, wanted: Flags) -> tuple[Real, Real]:
    """Alpha and confidence, both 0..1, of the ``wanted`` cells, from the pair of known colours that explains each best.

    ``pixels`` (h, w, 3), ``fore`` and ``back`` (h, w), the shares of known pixels.
    """
    here = pixels[wanted]
    best, alpha = np.full(len(here), -1, np.float32), np.zeros(len(here), np.float32)
    fores, backs = ([colour - here for colour in _candidates(pixels, known, wanted)] for known in (fore, back))
    backs_square = [_dot(colour, colour) for colour in backs]
    for one in fores:
        fore_square = _dot(one, one)
        for other, back_square in zip(backs, backs_square, strict=True):
            product = _dot(one, other)
            apart = np.maximum(fore_square + back_square - 2 * product, np.float32(1e-6))
            share = np.clip((back_square - product) / apart, 0, 1)
            rest = 1 - share
            miss = share * share * fore_square + rest * rest * back_square + 2 * share * rest * product
            sure = np.exp(miss * np.float32(-1 / _MISS**2)) * np.minimum(apart * np.float32(1 / _APART**2), 1)
            better = sure > best
            best, alpha = np.where(better, sure, best), np.where(better, share, alpha)
    return alpha, best


def _dot(one: Real, other: Real) -> Real:
    product: Real = np.einsum("ij,ij->i", one, other)
    return product


def _candidates(pixels: Real, known: Real, wanted: Flags) -> list[Real]:
    """Colours (n, 3) of one side for each of the wanted cells: means of what is known around it, and the nearest."""
    held = cv2.merge([*cv2.split(pixels * known[..., None]), known])
    whole = held.reshape(-1, 4).sum(axis=0, dtype=np.float64)
    usual = (whole[:3] / whole[3]).astype(np.float32)
    found = []
    for reach in _AROUND:
        around = held
        for _ in range(2):
            around = cv2.boxFilter(around, -1, (2 * reach + 1,) * 2, borderType=cv2.BORDER_CONSTANT)
        part = around[wanted]
        found.append((part[:, :3] + np.float32(1e-5) * usual) / (part[:, 3:] + np.float32(1e-5)))
    whole_cells = np.less(known, known.max()).view(np.uint8)
    _, label = cv2.distanceTransformWithLabels(whole_cells, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    places = np.flatnonzero(whole_cells == 0)
    owner = np.zeros(label.max() + 1, np.int64)
    owner[label.ravel()[places]] = places
    found.append(pixels.reshape(-1, 3)[owner[label[wanted]]])
    return found
