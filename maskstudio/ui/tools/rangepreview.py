"""What Colour Range would select, computed at the size of the screen and shown in one of several ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from maskstudio.core.arrays import Bytes, Pixels, Plane
from maskstudio.core.colourrange import ColourSample, PhotoPart, colour_range
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.tools import ColourRangeParams
from maskstudio.ui.tools.tint import Tint

_LARGEST = 2_000_000  # pixels computed for a preview


@dataclass(frozen=True, eq=False)
class SeenPart:
    """The part ``rect`` of a photo, made as small as it is seen: ``pixels`` (h, w, 3), and ``alpha`` where there is
    any.
    """

    image: Image
    rect: Rect
    scale: float
    pixels: Pixels
    alpha: Plane | None

    @classmethod
    def of(cls, image: Image, rect: Rect, scale: float) -> "SeenPart":
        """What is seen of ``rect`` at ``scale`` device pixels for each of the photo's; for a thread."""
        factor = min(scale, 1.0, (_LARGEST / rect.area) ** 0.5)
        size = max(1, round(rect.width * factor)), max(1, round(rect.height * factor))
        pixels, alpha = image.pixels[rect.slices()], None if image.alpha is None else image.alpha[rect.slices()]
        if size != (rect.width, rect.height):
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            alpha = None if alpha is None else cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
        return cls(image, rect, scale, pixels, alpha)

    def shows(self, image: Image, rect: Rect, scale: float) -> bool:
        """Whether it is this part of this photo at this size."""
        return self.image is image and self.rect == rect and self.scale == scale

    def preview(self, params: ColourRangeParams, samples: Sequence[ColourSample], token: Token) -> Tint:
        """The picture of the range; for a thread."""
        shown = PhotoPart(self.rect, hypot(*self.image.size))
        found = colour_range(
            self.pixels, params, samples, alpha=self.alpha, shown=shown, step=lambda _done: token.check()
        )
        if params.preview == "tint":
            return Tint.plain(self.rect, found)
        return Tint(self.rect, _matte(found, params.preview))


def _matte(plane: Plane, preview: str) -> Bytes:
    """Premultiplied (h, w, 4): coverage as grey, or black or white where it is not."""
    if preview == "grey":
        return np.dstack([plane, plane, plane, np.full_like(plane, 255)])
    rest = cv2.bitwise_not(plane)
    paper = rest if preview == "white" else np.zeros_like(rest)
    return np.dstack([paper, paper, paper, rest])
