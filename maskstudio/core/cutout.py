"""The cut-out: source colours, cleaned colours and an alpha put together as straight RGBA, a few rows at a time.

Pixels of full alpha are the image's own, bit for bit, whatever else is asked. Knows nothing of files.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskstudio.core.arrays import Flags, Opacity, Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image, to_depth
from maskstudio.core.png import Raster
from maskstudio.errors import BadMask, BadParameter

Hidden = Literal["keep", "bleed", "clear"]
Selected = slice | tuple[NDArray[np.intp], ...]


def cutout_raster(
    image: Image, alpha: Opacity, *, colours: Pixels | None = None, depth: int | None = None, hidden: Hidden = "keep"
) -> Raster:
    """The RGBA picture of ``image`` under ``alpha``.

    alpha    (H, W): uint8, uint16 or float32 of 0..1
    colours  clean RGB like ``image.pixels``, used where alpha is neither full nor zero
    depth    8 or 16 bits a channel; None for the image's own
    hidden   colours where alpha is 0: "keep" the image's, "bleed" the nearest visible ones outwards, "clear" to black
    """
    depth = depth or image.depth
    _check(image, alpha, colours, depth, hidden)
    full = (1 << depth) - 1
    nearest = _nearest_visible(alpha, depth) if hidden == "bleed" else None

    def clean(at: Selected, opacity: Pixels) -> Pixels:
        """Colours at an index into the rows and columns of the image, by the opacity found there."""
        source = to_depth(image.pixels[at], depth)
        if colours is None:
            return source
        part = (opacity > 0) & (opacity < full)
        mixed: Pixels = np.where(part[..., None], to_depth(colours[at], depth), source) if part.any() else source
        return mixed

    def rows(start: int, stop: int) -> Pixels:
        """The rows from ``start`` to before ``stop`` as straight RGBA, (n, W, 4)."""
        opacity = alpha_to_depth(alpha[start:stop], depth)
        rgb = clean(slice(start, stop), opacity)
        if hidden != "keep":
            rgb = cv2.bitwise_and(rgb, rgb, mask=(opacity > 0).view(np.uint8))
        if nearest is not None and (gone := opacity == 0).any():
            at = np.divmod(nearest(start, stop, gone), image.width)
            rgb[gone] = clean(at, alpha_to_depth(alpha[at], depth))
        out: Pixels = np.empty((*opacity.shape, 4), opacity.dtype)
        cv2.mixChannels([rgb, opacity], [out], [0, 0, 1, 1, 2, 2, 3, 3])
        return out

    return Raster(image.width, image.height, 4, depth, rows)


def alpha_to_depth(alpha: Opacity, depth: int) -> Pixels:
    """Alpha as uint8 or uint16: rounded to the nearest step; floats are 0..1, clipped, and NaN counts as 0."""
    if alpha.dtype.kind != "f":
        return to_depth(alpha, depth)  # type: ignore[arg-type]
    scaled = np.nan_to_num(alpha, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1) * ((1 << depth) - 1)
    rounded: Pixels = np.rint(scaled).astype(np.uint8 if depth == 8 else np.uint16)
    return rounded


def _check(image: Image, alpha: Opacity, colours: Pixels | None, depth: int, hidden: str) -> None:
    if alpha.shape != image.pixels.shape[:2]:
        size = " by ".join(map(str, alpha.shape[::-1]))
        raise BadMask(f"The mask is {size} pixels, but {image.name} is {image.width} by {image.height}.")
    if alpha.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        raise BadMask(f"A mask of {alpha.dtype} values cannot be exported.")
    if colours is not None and (colours.shape != image.pixels.shape or colours.dtype != image.pixels.dtype):
        raise BadMask(f"The cleaned colours do not have the size and depth of {image.name}.")
    if depth not in (8, 16) or hidden not in ("keep", "bleed", "clear"):
        raise BadParameter(f"A cut-out cannot be written with depth {depth} and hidden colours {hidden}.")


def _nearest_visible(alpha: Opacity, depth: int) -> Callable[[int, int, Flags], NDArray[np.int32]] | None:
    """For rows and a selection in them, the flat indices of the nearest pixels whose alpha is not 0; None if all are.

    One pass over the picture whatever the distance: Borgefors' chamfer distance with labels, as OpenCV has it.
    """
    gone = (alpha_to_depth(alpha, depth) == 0).view(np.uint8)
    visible = np.flatnonzero(gone.ravel() == 0).astype(np.int32)
    if not visible.size:
        return None
    _, labels = cv2.distanceTransformWithLabels(gone, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    index = np.zeros(int(labels.max()) + 1, np.int32)
    index[labels.ravel()[visible]] = visible
    return lambda start, stop, selection: index[labels[start:stop][selection]]
