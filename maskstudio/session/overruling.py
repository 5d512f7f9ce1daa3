"""Paint that makes a layer look as wanted, whatever lies below it."""

from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint, Shown
from maskstudio.session.mending import differing


def overruled(layer: Layer, target: Mask) -> Paint:
    """The paint of ``layer`` that a stroke goes to, with more laid wherever its alpha differs from ``target``."""
    paint, alpha, under = layer.brush_paint or Paint.none(*target.size), layer.alpha, layer.brushed
    values, covers = differing(paint, alpha, target)
    return paint.replaced(values, covers, {index: Shown(under.held(index), target.held(index)) for index in values})
