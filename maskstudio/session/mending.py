"""What a correction changes of a layer's paint, and nothing else; strokes made meanwhile stay on top."""

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.core.tile import Tile


def mended(layer: Layer, earlier: Mask, target: Mask) -> Paint:
    """The paint of ``layer`` with ``target`` laid on it wherever that differs from ``earlier``.

    ``earlier`` is what was corrected and ``target`` what came of it, both of the layer's size.
    """
    paint = layer.brush_paint or Paint.none(*target.size)
    return paint.replaced(*differing(paint, earlier, target))


def differing(paint: Paint, earlier: Mask, target: Mask) -> tuple[dict[Index, Plane], dict[Index, Plane]]:
    """Values and covers of the tiles of ``paint`` in which ``target`` is laid on it wherever it is not ``earlier``."""
    values: dict[Index, Plane] = {}
    covers: dict[Index, Plane] = {}
    for index in target.changed(earlier):
        wanted = target.tile(index)
        differs = cv2.compare(wanted, earlier.tile(index), cv2.CMP_NE)
        if cv2.countNonZero(differs):
            value = paint.value.tile(index).copy()
            cv2.copyTo(wanted, differs, value)
            values[index], covers[index] = value, cv2.max(differs, paint.cover.tile(index))
    return values, covers


def with_newer(made: Paint, before: Paint | None, now: Paint | None) -> Paint:
    """``made`` with what ``now`` has and ``before`` had not: strokes laid while ``made`` was being worked out."""
    if now is before or now is None:
        return made
    before = before or Paint.none(*now.size)
    values: dict[Index, Plane | Tile] = {}
    covers: dict[Index, Plane | Tile] = {}
    for index in {*now.value.changed(before.value), *now.cover.changed(before.cover)}:
        newer = cv2.bitwise_or(
            cv2.compare(now.value.tile(index), before.value.tile(index), cv2.CMP_NE),
            cv2.compare(now.cover.tile(index), before.cover.tile(index), cv2.CMP_NE),
        )
        value, cover = made.value.tile(index).copy(), made.cover.tile(index).copy()
        cv2.copyTo(now.value.tile(index), newer, value)
        cv2.copyTo(now.cover.tile(index), newer, cover)
        values[index], covers[index] = value, cover
    return made.replaced(values, covers)
