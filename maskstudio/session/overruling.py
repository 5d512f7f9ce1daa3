"""Paint that makes a layer look as wanted, whatever lies below it."""

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint, Shown


def overruled(layer: Layer, target: Mask) -> Paint:
    """The paint of ``layer`` that a stroke goes to, with more laid wherever its alpha differs from ``target``."""
    paint, alpha, under = layer.brush_paint or Paint.none(*target.size), layer.alpha, layer.brushed
    values: dict[Index, Plane] = {}
    covers: dict[Index, Plane] = {}
    shown: dict[Index, Shown] = {}
    for index in target.changed(alpha):
        wanted = target.tile(index)
        differs = cv2.compare(wanted, alpha.tile(index), cv2.CMP_NE)
        value = paint.value.tile(index).copy()
        cv2.copyTo(wanted, differs, value)
        values[index], covers[index] = value, cv2.max(differs, paint.cover.tile(index))
        shown[index] = Shown(under.held(index), target.held(index))
    return paint.replaced(values, covers, shown)
