"""Clean foreground colours in the band of an alpha, where the background shines through. Knows nothing of trimaps."""

from math import ceil, log2, sqrt

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadImage, BadMask
from maskstudio.matting.cells import averaged, unit
from maskstudio.matting.pyramid import colours_behind, explain

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Coverage = npt.NDArray[np.float32] | npt.NDArray[np.uint8]
Colours = npt.NDArray[np.float32]

# Above so many pixels colours are estimated on cells of 2, 4, … px first, and finished at full size in the band only.
_MOST_CELLS = 600_000
# Solid cells around the band that are looked at.
_CONTEXT = 16
# Band pixels finished at once.
_BATCH = 1 << 17


def estimate(image: Samples, alpha: Coverage) -> Samples:
    """The colours of ``image`` (H, W, 3), RGB of 8 or 16 bits, without the background that shines through at its edge.

    ``alpha`` (H, W) is float32 in 0..1 or uint8. Only pixels strictly between clear and solid change; the others keep
    their values to the bit. Same shape and type as ``image``. Raises ``BadImage`` or ``BadMask`` for a wrong shape,
    type or range.

    Every pixel is explained as ``alpha * F + (1 - alpha) * B`` with smooth F and B, coarse to fine, after Germer,
    Uelwer, Conrad, Harmeling, "Fast multi-level foreground estimation", ICPR 2020, and Forte, "Approximate fast
    foreground colour estimation", ICIP 2021.
    """
    _validate(image, alpha)
    clean = image.copy()
    band = _band(alpha)
    box = Rect(*cv2.boundingRect(band))
    if not box:
        return clean
    side = 2 ** max(0, ceil(log2(sqrt(box.area / _MOST_CELLS))))
    frame = box.grow(_CONTEXT * side).intersect(Rect(0, 0, band.shape[1], band.shape[0]))
    around = frame.slices()
    image, alpha = image[around], alpha[around]
    fore, back = colours_behind(unit(averaged(image, side)), unit(averaged(alpha, side)))
    _finish(clean[around], image, alpha, np.flatnonzero(band[around]), (fore, back, side))
    return clean


def _validate(image: npt.NDArray[np.generic], alpha: npt.NDArray[np.generic]) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise BadImage(f"Cleaning colours needs an RGB image of 8 or 16 bits, not {image.dtype} of {image.shape}.")
    if alpha.shape != image.shape[:2] or alpha.dtype not in (np.float32, np.uint8):
        raise BadMask(f"An alpha must have the image's size {image.shape[:2]}, not {alpha.dtype} of {alpha.shape}.")
    if alpha.dtype == np.float32 and not (alpha.min() >= 0 and alpha.max() <= 1):
        raise BadMask("An alpha of real numbers must lie in 0 to 1.")


def _band(alpha: Coverage) -> npt.NDArray[np.uint8]:
    """255 where ``alpha`` is neither clear nor solid."""
    if alpha.dtype == np.uint8:
        band: npt.NDArray[np.uint8] = cv2.inRange(alpha, 1, 254)
        return band
    return ((alpha > 0) & (alpha < 1)).view(np.uint8) * np.uint8(255)


def _finish(
    clean: Samples,
    image: Samples,
    alpha: Coverage,
    pixels: npt.NDArray[np.int64],
    behind: tuple[Colours, Colours, int],
) -> None:
    """Writes the foreground of ``pixels`` (flat indices) into ``clean``; ``behind`` is F, B and the side of a cell."""
    fore, back, side = behind
    peak = np.iinfo(image.dtype).max
    for start in range(0, pixels.size, _BATCH):
        rows, columns = np.divmod(pixels[start : start + _BATCH], image.shape[1])
        here_fore, here_back = (_at(plane, rows, columns, side) for plane in (fore, back))
        here = unit(alpha[rows, columns])[:, None]
        colours, _ = explain(unit(image[rows, columns]), here, here_fore, here_back)
        clean[rows, columns] = np.rint(colours * peak).astype(image.dtype)


def _at(plane: Colours, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], side: int) -> Colours:
    """The values of ``plane``, one a cell, at full-size pixels: bilinear between the centres of cells, (n, 3)."""
    if side == 1:
        picked: Colours = plane[rows, columns]
        return picked
    x, y = (((places + 0.5) / side - 0.5).astype(np.float32) for places in (columns, rows))
    enlarged: Colours = cv2.remap(plane, _page(x), _page(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return enlarged.reshape(-1, 3)[: len(rows)]


def _page(places: Colours) -> Colours:
    """A list folded into rows of 256, because OpenCV does not take one longer than 32,767."""
    return np.pad(places, (0, -places.size % 256), mode="edge").reshape(-1, 256)
