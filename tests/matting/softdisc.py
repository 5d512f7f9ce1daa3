"""A made-up photo whose alpha, foreground and background are known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask

FORE, BACK = np.array([210, 60, 50.0]), np.array([40, 120, 170.0])


@dataclass(frozen=True)
class Scene:
    """``image`` is ``alpha`` (float, (H, W)) of red noise over blue noise; ``layer`` has the alpha cut at half."""

    image: Image
    alpha: npt.NDArray[np.float64]
    layer: Layer


def soft_disc(
    width: int = 700, height: int = 600, radius: float = 180, soft: float = 14, *, deep: bool = False
) -> Scene:
    """A disc in the middle whose rim fades over ``soft`` px, 16 bits a channel if ``deep``."""
    rows, columns = np.mgrid[:height, :width]
    distance = np.hypot(columns - width / 2, rows - height / 2)
    alpha = np.clip((radius - distance) / soft + 0.5, 0, 1)
    random = np.random.default_rng(3)
    fore, back = (colour + random.normal(0, 2, (height, width, 3)) for colour in (FORE, BACK))
    mixed = alpha[..., None] * fore + (1 - alpha[..., None]) * back
    top, kind = (257, np.uint16) if deep else (1, np.uint8)
    pixels = np.rint(np.clip(mixed, 0, 255) * top).astype(kind)
    pixels.flags.writeable = False
    image = Image(pixels=pixels, icc=None, name="disc.png", path=None, grey=False, notes=())
    mask = Mask.from_array(np.where(alpha >= 0.5, 255, 0).astype(np.uint8))
    return Scene(image, alpha, Layer(id=1, name="disc", mask=mask, shaped=mask))
