"""The pyramid of a photo. A large photo comes with a quarter size, so the sizes between need not be made first."""

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
    """A pyramid of ``image`` in screen colours. Levels 2 and 3 of a large image are made from its quarter size.

    Full-size pixels are not kept if ``screen`` only rearranges channels: that takes no longer than reading them from
    memory would, and saves four bytes for each pixel seen.
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
        """Build as any pyramid does; at full size nothing has to be built."""
        return (level == 0 and self._direct) or super().ensure(level, rect, deadline)

    def view(self, level: int, rect: Rect) -> Bytes:
        """The pixels of ``rect``, which was ensured; at full size they may be made for this call."""
        return self._read(rect) if level == 0 and self._direct else super().view(level, rect)

    def _pixels(self, level: int, box: Rect) -> Bytes:
        if level == 1 and self._direct:  # averaged first: a quarter of the pixels to rearrange, same result
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
    """The finest level an image has: the quarter size while it is still being decoded."""
    return QUARTER if isinstance(image, Preview) else 0


def sharpens(old: Image, new: Image) -> bool:
    """Whether ``old`` is the preview of ``new``."""
    return isinstance(old, Preview) and (old.path, old.size) == (new.path, new.size)
