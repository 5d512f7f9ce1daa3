"""A first look at an image that is still being decoded: its size, and its pixels at a quarter of its sides."""

from dataclasses import dataclass
from functools import cached_property

from maskstudio.core.arrays import Pixels
from maskstudio.core.image import Image


@dataclass(frozen=True, eq=False)
class Preview(Image):
    """Stands in for the image of ``full`` (width, height) on screen, and for nothing else.

    Its ``pixels`` are the ``quarter`` of that image, within a level or so of the averages of four by four pixels. Of a
    turned photo whose sides are no multiples of four they may lie up to three image pixels aside.
    """

    full: tuple[int, int] = (1, 1)

    @property
    def width(self) -> int:
        """Columns of the image it stands for."""
        return self.full[0]

    @property
    def height(self) -> int:
        """Rows of the image it stands for."""
        return self.full[1]

    @cached_property
    def quarter(self) -> Pixels:
        """The pixels there are."""
        return self.pixels
