"""Conversions between numpy and Qt: images on array memory, screen colours, premultiplied pixels."""

import logging

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColorSpace, QColorTransform, QImage

from maskstudio.core.arrays import Bytes, Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.iccfile import without
from maskstudio.core.image import to_depth
from maskstudio.core.profile import profile_space

log = logging.getLogger(__name__)

OPAQUE = QImage.Format.Format_RGB32
PREMULTIPLIED = QImage.Format.Format_ARGB32_Premultiplied


def qimage(pixels: npt.NDArray[np.generic], form: QImage.Format) -> QImage:
    """A QImage on the memory of ``pixels``, whose rows may lie apart; the caller keeps the array while it is in use.

    ``pixels`` has four bytes a pixel: (H, W, 4) uint8 or (H, W) uint32.
    """
    height, width = pixels.shape[:2]
    stride = pixels.strides[0]
    flat = np.lib.stride_tricks.as_strided(
        pixels.view(np.uint8), ((height - 1) * stride + width * 4,), (1,), writeable=False
    )
    return QImage(flat.data, width, height, stride, form)


class ScreenColours:
    """Turns an image's own colours into what the screen is sent: 8 bits, as Qt stores them (B, G, R, x).

    ``icc`` is the profile of the image, ``display`` that of the screen; None stands for sRGB.
    """

    def __init__(self, icc: bytes | None, display: bytes | None = None) -> None:
        self._transform = _transform(_space(icc, "this image"), _space(display, "the screen"))

    @property
    def rearranges(self) -> bool:
        """Whether 8-bit colours keep their values and only change their order."""
        return self._transform is None

    def __call__(self, pixels: Pixels) -> Bytes:
        """Convert RGB ``pixels`` of 8 or 16 bits, (H, W, 3), to uint8 (H, W, 4) with 255 in the last channel."""
        screen: Bytes = cv2.cvtColor(to_depth(pixels, 8), cv2.COLOR_RGB2BGRA)
        if self._transform is None:
            return screen
        image = QImage(screen.data, screen.shape[1], screen.shape[0], screen.strides[0], OPAQUE)
        image.applyColorTransform(self._transform)
        return np.array(image.constBits(), np.uint8).reshape(screen.shape)


def premultiplied(screen: Bytes, alpha: Bytes) -> Bytes:
    """Screen colours (H, W, 4) times ``alpha`` (H, W), for painting once over a background only."""
    out: Bytes = cv2.multiply(screen, cv2.merge([alpha] * 4), scale=1 / 255)
    return out


def _space(icc: bytes | None, whose: str) -> QColorSpace:
    """The colour space of a profile; sRGB without one, or if Qt cannot read it."""
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if not icc or profile_space(icc) != "RGB":
        return srgb
    space = QColorSpace.fromIccProfile(without(icc, b"cicp"))  # cicp announces HDR, which Qt does not tone-map
    if not space.isValid() or space.colorModel() != QColorSpace.ColorModel.Rgb:
        log.info("The profile of %s cannot be used; sRGB is taken in its place.", whose)
        return srgb
    return space


def _transform(source: QColorSpace, target: QColorSpace) -> QColorTransform | None:
    """The transform from one space to the other, None if they are alike."""
    if not target.isValidTarget():
        target = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    transform = source.transformationToColorSpace(target)
    return None if transform.isIdentity() else transform
