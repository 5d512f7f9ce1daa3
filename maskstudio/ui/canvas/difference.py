"""Where the masks of two documents of one size differ: in one colour what only the first holds, in another what only
the second does, over a grey photo.
"""

import numpy as np
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Bytes, Colour
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.draw import draw
from maskstudio.ui.canvas.pixels import OPAQUE
from maskstudio.ui.canvas.pyramid import Pyramid
from maskstudio.ui.canvas.scene import Scene
from maskstudio.ui.canvas.style import Style
from maskstudio.ui.canvas.tiling import Part, Tiling

# Orange and blue are told apart with every kind of colour vision, and neither is a grey.
HERE: Colour = (0xFF, 0x9F, 0x0A)
THERE: Colour = (0x2F, 0xA8, 0xFF)
_OUT, _IN = 0.35, 0.75  # of the light of the grey photo: where neither mask holds a pixel, and where both do
SAME: Colour = (0x80, 0x80, 0x80)  # stands for those greys in a legend


class Difference(Scene):
    """``here`` against ``there``, whatever the way of looking. It is painted like any scene."""

    def __init__(
        self, here: Document, there: Document, display: bytes | None = None, beside: Scene | None = None
    ) -> None:
        super().__init__(here, display, beside)
        self.there = there
        self._seen = Pyramid(*here.size, 4, self._read)

    def replace(self, document: Document) -> list[Rect]:
        """Compare another state of the first document."""
        changed = super().replace(document)
        self._seen.refresh(changed)
        return changed

    def trim(self) -> None:
        """Give back memory beyond the limits."""
        super().trim()
        self._seen.trim()

    def catch_up(self, style: Style, deadline: float) -> bool:
        """Take in what changed, as far as ``deadline`` allows; whether that was all."""
        return self._seen.catch_up(deadline)

    def prepare(self, style: Style, level: int, rect: Rect, deadline: float) -> bool:
        """Make what painting these pixels of a level needs; False if ``deadline`` passed before it was all there."""
        return self._seen.ensure(level, rect, deadline)

    def paint(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``parts``, which are prepared; opaque."""
        for part in tiling.joined(parts):
            draw(painter, part, self._seen.view(tiling.level, part.rect), OPAQUE)

    def _read(self, rect: Rect) -> Bytes:
        """The pixels of ``rect`` at full size, so that from afar thin differences fade but do not cancel out."""
        grey = cv2.cvtColor(self.photo.read(rect), cv2.COLOR_BGRA2GRAY)
        return marked(grey, self.read_alpha(rect), self.there.alpha.array(rect))


def marked(grey: Bytes, here: Bytes, there: Bytes) -> Bytes:
    """BGRA pixels of (height, width): ``grey`` dimmed, less where both alphas are high, and the colour of the larger
    alpha over it, as strong as they differ.
    """
    both = np.minimum(here, there) / np.float32(255)
    more = (here.astype(np.float32) - there) / np.float32(255)
    strength = np.abs(more)[..., None]
    colour = np.where(more[..., None] > 0, *(np.array(colour[::-1], np.float32) for colour in (HERE, THERE)))
    under = (grey * (_OUT + (_IN - _OUT) * both))[..., None]
    made = np.full((*grey.shape, 4), 255, np.uint8)
    made[..., :3] = np.rint(under * (1 - strength) + colour * strength)
    return made
