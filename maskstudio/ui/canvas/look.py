"""Where a view looks, in terms that fit any image, so that a lock can carry it from photo to photo."""

from dataclasses import dataclass, replace
from typing import Self

from maskstudio.core.arrays import Point
from maskstudio.ui.canvas.transform import LARGEST, SMALLEST, Size


@dataclass(frozen=True, slots=True)
class Look:
    """A view of some image.

    scale     device pixels per image pixel
    x, y      the point in the middle of the window: 0 is the left (upper) border of the image, 1 the right (lower)
    angle     degrees by which the view is turned clockwise
    mirrored  whether left and right are exchanged
    fitted    whether it shows all of the image, whatever its size
    """

    scale: float
    x: float = 0.5
    y: float = 0.5
    angle: float = 0.0
    mirrored: bool = False
    fitted: bool = False

    @classmethod
    def at(cls, image: Size, scale: float, centre: Point) -> Self:
        """An upright look at a point of an image of this size."""
        return cls(scale, centre[0] / image[0], centre[1] / image[1])

    def turned(self, angle: float, *, mirrored: bool, fitted: bool) -> Self:
        """The same look turned and mirrored."""
        return replace(self, angle=angle, mirrored=mirrored, fitted=fitted)

    def centre(self, image: Size) -> Point:
        """The point in the middle of the window, in pixels of an image of this size."""
        return self.x * image[0], self.y * image[1]

    @property
    def allowed_scale(self) -> float:
        """The scale, brought into the range that views allow."""
        return min(max(self.scale, SMALLEST), LARGEST)
