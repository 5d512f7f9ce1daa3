"""The doubt of a document over its photo, and the greys below it. Nothing is made before it is shown."""

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Bytes
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.draw import draw
from maskstudio.ui.canvas.photo import Photo
from maskstudio.ui.canvas.pixels import OPAQUE
from maskstudio.ui.canvas.pyramid import Pyramid, merged
from maskstudio.ui.canvas.tiling import Part, Tiling

_OUT, _IN = 0.3, 0.6  # share of the light of the grey photo that stays outside and inside the mask: darker than marks
_FAINT = 26  # below it two models agree: no two give the same value along an edge


class DoubtPlane:
    """The doubt of the document on show; ``planes`` is empty until it is shown first."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.planes: tuple[Pyramid, ...] = ()

    @property
    def plane(self) -> Pyramid:
        """The doubt, 0 to 255, made from now on."""
        if not self.planes:
            self.planes = (Pyramid(*self._document.size, 1, self._read),)
        return self.planes[0]

    def replace(self, document: Document) -> list[Rect]:
        """Show another state of the document; returns the pixels where the doubt may be another."""
        before, self._document = self._document, document
        if not self.planes:
            return []
        empty = Mask(*document.size)
        old, new = before.doubt or empty, document.doubt or empty
        changed = merged(new.rect(index) for index in new.changed(old))
        self.planes[0].refresh(changed)
        return changed

    def paint_ground(self, painter: QPainter, tiling: Tiling, parts: list[Part], photo: Photo, alpha: Pyramid) -> None:
        """Paint the photo in greys, darker outside the mask."""
        for part in tiling.joined(parts):
            grey = cv2.cvtColor(photo.view(tiling.level, part.rect), cv2.COLOR_BGRA2GRAY)
            light = cv2.LUT(alpha.view(tiling.level, part.rect), _light())
            dim = cv2.multiply(grey, light, scale=1 / 255)
            draw(painter, part, cv2.cvtColor(dim, cv2.COLOR_GRAY2BGRA), OPAQUE)

    def _read(self, rect: Rect) -> Bytes:
        """The doubt in ``rect`` at full size, (rect.height, rect.width), 0 where it is faint."""
        doubt = self._document.doubt
        if doubt is None:
            return np.zeros((rect.height, rect.width), np.uint8)
        found: Bytes = cv2.threshold(doubt.array(rect), _FAINT - 1, 255, cv2.THRESH_TOZERO)[1]
        return found


@lru_cache(maxsize=1)
def _light() -> Bytes:
    """For each alpha, the share of light that stays, 0..255."""
    return np.rint(np.linspace(_OUT, _IN, 256) * 255).astype(np.uint8)
