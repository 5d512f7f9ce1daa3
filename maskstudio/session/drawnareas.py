"""What becomes of an area between the hand that draws it and the mask it joins: snapped to the photo, and feathered."""

from maskstudio.core.adjust import feathered
from maskstudio.core.area import Area, tight
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.snapping import snapped


def prepared(area: Area, image: Image, token: Token, *, snap: int, feather: int) -> Area:
    """``area`` of ``image`` snapped within ``snap`` px and then feathered over ``feather`` px, each unless it is 0.

    Raises ``Cancelled`` through ``token``.
    """
    if snap:
        area = _snapped(area, image, snap, token)
    rect, plane = area
    return feathered(plane, rect, feather, Rect(0, 0, *image.size)) if feather and rect else area


def _snapped(area: Area, image: Image, width: int, token: Token) -> Area:
    """A rough area drawn around something, with its edge where ``image`` has one within ``width`` px, 1 and more."""
    rect, plane = area
    if not rect:
        return area
    found = snapped(image, Mask(*image.size).put(plane, rect.x, rect.y), width, token.step)
    reach = rect.grow(width + 1).intersect(found.frame)
    return tight(found.array(reach), reach.x, reach.y)
