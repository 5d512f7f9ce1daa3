"""What becomes of an area between the hand that draws it and the mask it joins: snapped to the photo, and feathered."""

from maskstudio.core.adjust import feathered
from maskstudio.core.area import Area, tight
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.params.spec import Params
from maskstudio.selection.snapping import snapped


def prepared(area: Area, image: Image, params: Params, token: Token) -> Area:
    """``area`` of ``image`` as a tool's parameters ``snap`` and ``feather``, both in px, have it, where there are such.

    Raises ``Cancelled`` through ``token``.
    """
    snap, feather = getattr(params, "snap", 0), getattr(params, "feather", 0)
    if snap:
        area = snapped_area(area, image, snap, token)
    rect, plane = area
    return feathered(plane, rect, feather, Rect(0, 0, *image.size)) if feather and rect else area


def snapped_area(area: Area, image: Image, width: int, token: Token) -> Area:
    """A rough area drawn around something, with its edge where ``image`` has one within ``width`` px, 1 and more.

    Raises ``Cancelled`` through ``token``.
    """
    rect, plane = area
    if not rect:
        return area
    found = snapped(image, Mask(*image.size).put(plane, rect.x, rect.y), width, token.step)
    reach = rect.grow(width + 1).intersect(found.frame)
    return tight(found.array(reach), reach.x, reach.y)
