"""The pyramid of a photo: a large one brings its quarter with it, and the sizes between need not be made for that."""

import time

from maskstudio.core.arrays import Bytes, Index
from maskstudio.core.firstlook import Preview
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.reduced import halved
from maskstudio.ui.canvas.pixels import ScreenColours
from maskstudio.ui.canvas.pyramid import Pyramid

QUARTER = 2  # the level


class Photo(Pyramid):
    """A pyramid of ``image`` in the colours that ``screen`` makes of its own. Of a large image, levels 2 and 3 are made
    from its quarter, without those above them. At full size nothing is kept where ``screen`` only rearranges channels:
    that takes no longer than a look into memory would, and spares four bytes for each pixel seen.
    """

    def __init__(self, image: Image, screen: ScreenColours) -> None:
        super().__init__(*image.size, 4, lambda rect: screen(image.pixels[rect.slices()]))
        self._image = image
        self._screen = screen
        self._direct = image.depth == 8 and screen.rearranges and not isinstance(image, Preview)

    def read(self, rect: Rect) -> Bytes:
        """The pixels of ``rect`` at full size, made anew."""
        return self._read(rect)

    def ensure(self, level: int, rect: Rect, deadline: float) -> bool:
        """At full size everything is there; otherwise as in any pyramid."""
        return (level == 0 and self._direct) or super().ensure(level, rect, deadline)

    def view(self, level: int, rect: Rect) -> Bytes:
        """The pixels of ``rect``, which was ensured; perhaps made for this call."""
        return self._read(rect) if level == 0 and self._direct else super().view(level, rect)

    def _pixels(self, level: int, box: Rect) -> Bytes:
        if level == 1 and self._direct:  # a quarter of the pixels to rearrange, with the same outcome
            return self._screen(halved(self._image.pixels[self._below(level, box).slices()]))
        return super()._pixels(level, box)

    def _build(self, level: int, index: Index, box: Rect, deadline: float) -> bool:
        if level not in (QUARTER, QUARTER + 1) or not self._image.large:
            return super()._build(level, index, box, deadline)
        if time.perf_counter() >= deadline:
            return False
        quarter = self._image.quarter
        pixels = quarter[box.slices()] if level == QUARTER else halved(quarter[self._below(level, box).slices()])
        self._level(level).put(index, box, self._screen(pixels))
        self.builds += 1
        return True


def finest(image: Image) -> int:
    """The finest level there is of an image: of one that is still being decoded, the quarter."""
    return QUARTER if isinstance(image, Preview) else 0


def sharpens(old: Image, new: Image) -> bool:
    """Whether ``new`` is what ``old`` was a first look at."""
    return isinstance(old, Preview) and (old.path, old.size) == (new.path, new.size)
