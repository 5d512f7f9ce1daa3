"""Clean foreground colours in the band of an alpha, where the background shines through. Knows nothing of trimaps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Colours, Coverage, Indices, Pixels, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadImage, BadMask, BadParameter
from maskstudio.jobs import Token
from maskstudio.matting.coarse import at, averaged, side_for, unit
from maskstudio.matting.smoothcolours import colours_behind, explain, explain_fore
from maskstudio.matting.spill import despilled, plain

# Above so many pixels colours are estimated on cells of 2, 4, … px first, and finished at full size in the band only.
_MOST_CELLS = 600_000
# Solid cells around the band that are looked at.
_CONTEXT = 16
# Band pixels finished at once.
_BATCH = 1 << 16


@dataclass(frozen=True)
class _Behind:
    """What lies behind the picture, on cells of ``side`` px, each (h, w, n).

    ``home`` is what the solid parts look like and vary by; it and ``spill`` are there where a spill is taken out.
    """

    fore: Colours
    back: Colours
    side: int
    spill: Colours | None = None
    home: Colours | None = None


def estimate(
    image: Pixels,
    alpha: Coverage,
    *,
    spill: tuple[int, int, int] | None = None,
    reach: int = 0,
    token: Token | None = None,
) -> Pixels:
    """The colours of ``image`` (H, W, 3), RGB of 8 or 16 bits, without the background that shines through at its edge.

    ``alpha`` (H, W) is float32 in 0..1 or uint8. Pixels strictly between clear and solid change, and clear ones within
    ``reach`` px of what is not clear, which get the foreground's colour carried on; all others keep their values to
    the bit. ``spill`` is the colour of the old background, RGB in 0..255: with it the background is held at that colour
    instead of being found, and what still leans towards it more than the solid pixels nearby do is taken out. Same
    shape and type as ``image``. Raises ``BadImage``, ``BadMask`` or ``BadParameter`` for a wrong shape, type or range,
    and ``Cancelled`` through ``token``.

    Every pixel is explained as ``alpha * F + (1 - alpha) * B`` with smooth F and B, coarse to fine, after Germer,
    Uelwer, Conrad, Harmeling, "Fast multi-level foreground estimation", ICPR 2020, and Forte, "Approximate fast
    foreground colour estimation", ICIP 2021.
    """
    _validate(image, alpha, spill, reach)
    token = token or Token()
    token.step(0.0)
    clean = image.copy()
    wanted = _wanted(alpha, reach)
    box = Rect(*cv2.boundingRect(wanted))
    if not box:
        return clean
    side = side_for(box.area, _MOST_CELLS)
    around = box.grow(_CONTEXT * side).intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0])).slices()
    image, alpha = image[around], alpha[around]
    token.step(0.1)
    behind = _behind(image, alpha, side, spill, token)
    _finish(clean[around], image, alpha, np.flatnonzero(wanted[around]), behind, token.part(0.6, 1.0))
    return clean


def _validate(
    image: npt.NDArray[np.generic],
    alpha: npt.NDArray[np.generic],
    spill: tuple[int, int, int] | None,
    reach: int,
) -> None:
    """Raises what ``estimate`` raises for a wrong shape, type or range."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise BadImage(f"Cleaning colours needs an RGB image of 8 or 16 bits, not {image.dtype} of {image.shape}.")
    if alpha.shape != image.shape[:2] or alpha.dtype not in (np.float32, np.uint8):
        raise BadMask(f"An alpha must have the image's size {image.shape[:2]}, not {alpha.dtype} of {alpha.shape}.")
    if alpha.dtype == np.float32 and not (alpha.min() >= 0 and alpha.max() <= 1):
        raise BadMask("An alpha of real numbers must lie in 0 to 1.")
    if spill is not None and not (len(spill) == 3 and all(0 <= value <= 255 for value in spill)):
        raise BadParameter(f"A spill colour must be three values in 0 to 255, not {spill}.")
    if reach < 0:
        raise BadParameter(f"The reach of clean colours must be 0 px or more, not {reach}.")


def _wanted(alpha: Coverage, reach: int) -> Plane:
    """255 where colours are to be estimated: neither clear nor solid, or clear but close to what is not."""
    if alpha.dtype == np.uint8:
        band: Plane = cv2.inRange(alpha, 1, 254)
    else:
        band = ((alpha > 0) & (alpha < 1)).view(np.uint8) * np.uint8(255)
    if reach:
        clear = (alpha == 0).view(np.uint8)
        box = Rect(*cv2.boundingRect(1 - clear)).grow(reach + 1).intersect(Rect(0, 0, *alpha.shape[::-1]))
        if box:
            beyond = np.ascontiguousarray(clear[box.slices()])
            distance = cv2.distanceTransform(beyond, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            band[box.slices()][(beyond > 0) & (distance <= reach)] = 255
    return band


def _behind(image: Pixels, alpha: Coverage, side: int, spill: tuple[int, int, int] | None, token: Token) -> _Behind:
    """The colours on either side of the edge, on cells of ``side`` px."""
    colours, coverage = unit(averaged(image, side)), unit(averaged(alpha, side))
    token.step(0.2)
    held = None if spill is None else np.array(spill, np.float32) / np.float32(255)
    fore, back = colours_behind(colours, coverage, token.check, held)
    token.step(0.55)
    if held is None:
        return _Behind(fore, back, side)
    solid = (coverage == 1).astype(np.float32)
    home = plain(colours, solid if solid.any() else coverage**4)
    token.step(0.6)
    return _Behind(fore, back, side, held, home)


def _finish(clean: Pixels, image: Pixels, alpha: Coverage, pixels: Indices, behind: _Behind, token: Token) -> None:
    """Writes the foreground of ``pixels`` (flat indices) into ``clean``."""
    peak = np.iinfo(image.dtype).max
    for start in range(0, pixels.size, _BATCH):
        token.step(start / pixels.size)
        rows, columns = np.divmod(pixels[start : start + _BATCH], image.shape[1])
        here, coverage = unit(image[rows, columns]), unit(alpha[rows, columns])[:, None]
        fore, back = (at(plane, rows, columns, behind.side) for plane in (behind.fore, behind.back))
        if behind.spill is None or behind.home is None:
            colours, _ = explain(here, coverage, fore, back)
        else:
            home = at(behind.home, rows, columns, behind.side)
            colours = despilled(explain_fore(here, coverage, fore, back), behind.spill, home[:, :3], home[:, 3])
        clean[rows, columns] = np.rint(colours * peak).astype(image.dtype)
