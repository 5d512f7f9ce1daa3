"""Where the masks of two documents of one size differ, over a grey photo.

Pixels of the first mask alone have one colour, those of the second alone another.
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
_OUT, _IN = 0.35, 0.75  # share of the light of the grey photo that stays: outside both masks, and inside both
SAME: Colour = (0x80, 0x80, 0x80)  # stands for those greys in a legend


class Difference(Scene):
    """A scene that shows ``here`` against ``there`` and looks the same in every style."""

    def __init__(
        self, here: Document, there: Document, display: bytes | None = None, beside: Scene | None = None
    ) -> None:
        super().__init__(here, display, beside)
        self.there = there
        self._seen = Pyramid(*here.size, 4, self._read)

    def replace(self, document: Document) -> list[Rect]:
        """Show another state of the first document."""
        changed = super().replace(document)
        self._seen.refresh(changed)
        return changed

    def trim(self) -> None:
        """Give back memory beyond the limits."""
        super().trim()
        self._seen.trim()

    def catch_up(self, style: Style, deadline: float) -> bool:
        """Take in what changed, as far as ``deadline`` allows; returns whether that was all."""
        return self._seen.catch_up(deadline)

    def prepare(self, style: Style, level: int, rect: Rect, deadline: float) -> bool:
        """Make what painting ``rect`` of a level needs; False if ``deadline`` passed before all of it was there."""
        return self._seen.ensure(level, rect, deadline)

    def paint(self, painter: QPainter, style: Style, tiling: Tiling, parts: list[Part]) -> None:
        """Paint ``parts``, which are prepared; opaque."""
        for part in tiling.joined(parts):
            draw(painter, part, self._seen.view(tiling.level, part.rect), OPAQUE)

    def _read(self, rect: Rect) -> Bytes:
        """The marked pixels of ``rect`` at full size; reducing these lets thin differences fade, not cancel out."""
        grey = cv2.cvtColor(self.photo.read(rect), cv2.COLOR_BGRA2GRAY)
        return marked(grey, self.read_alpha(rect), self.there.alpha.array(rect))


def marked(grey: Bytes, here: Bytes, there: Bytes) -> Bytes:
    """BGRA pixels of (height, width): ``grey`` dimmed, less where both alphas are high.

    Over it lies the colour of the larger alpha, as strong as the alphas differ.
    """
    both = np.minimum(here, there) / np.float32(255)
    more = (here.astype(np.float32) - there) / np.float32(255)
    strength = np.abs(more)[..., None]
    colour = np.where(more[..., None] > 0, *(np.array(colour[::-1], np.float32) for colour in (HERE, THERE)))
    under = (grey * (_OUT + (_IN - _OUT) * both))[..., None]
    made = np.full((*grey.shape, 4), 255, np.uint8)
    made[..., :3] = np.rint(under * (1 - strength) + colour * strength)
    return made
