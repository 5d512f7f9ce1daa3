"""Lays paint on a layer, now or in its turn: shared by strokes, areas and imported pictures."""

from collections.abc import Callable
from typing import Literal

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Document, Layer
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.core.paint import Paint
from maskstudio.jobs import Token
from maskstudio.session.desk import Desk
from maskstudio.session.mending import with_newer
from maskstudio.session.naming import new_name
from maskstudio.session.overruling import overruled
from maskstudio.session.turns import Turn

How = Literal["replace", "add", "subtract", "intersect", "xor"]


def paintable(desk: Desk, chosen: Layer | None = None) -> Layer | None:
    """The active layer, or the ``chosen`` one as it is now, or a new one that is added with the first paint.

    None, with a sentence, if it is hidden.
    """
    document, layer = desk.required(), desk.active
    if chosen is not None:
        layer = document.layer(chosen.id) or layer
    if not document.layers or layer is None:
        empty = Mask(*document.size)
        return Layer(document.next_id, new_name(document), empty, empty, origin=desk.origin("hand"))
    if layer not in document.shown:
        alone = document.layer(document.solo)
        desk.told(
            f"Only {document.called(alone)} counts now; show all layers to paint on {document.called(layer)}."
            if alone
            else f"{document.called(layer)} is hidden; show it to paint on it."
        )
        return None
    return layer


def lay(desk: Desk, layer: Layer, paint: Paint, label: str, *, live: bool = False) -> None:
    """Put ``paint``, made for ``layer``, on the current state of that layer, or on ``layer`` as a new one.

    ``live`` says that it is the paint of the stroke in hand, which is already shown.
    """
    document = desk.required()
    now = document.layer(layer.id)
    if now is None:
        if layer.id == document.next_id:  # otherwise the layer was deleted in the meantime
            _show(desk, document.add([layer.with_brush_paint(paint)]), label, live=live)
        return
    fields: dict[str, object] = {"retouch": paint} if layer.refinement else {"paint": paint}
    if now.refinement and not layer.refinement:  # its edge was solved in the meantime, without this paint
        fields["refinement"] = None
    mine = desk.in_hand.layer if desk.in_hand is not None else layer  # what the live stroke shows
    same = now.brushed is mine.brushed and now.brush_paint is mine.brush_paint
    if live and not same:
        desk.cancel_stroke()
    painted = now.changed(**fields)
    _show(desk, document.put(painted), label, live=live and same)
    desk.solver.solve_again(painted)


def lay_in_turn(desk: Desk, layer: Layer, painted: Callable[[Layer], Paint], label: str) -> None:
    """Lay the paint that ``painted`` makes of the layer when the turn comes, or of ``layer`` if it is added then."""

    def change(document: Document, _token: Token) -> Document:
        now = document.layer(layer.id)
        if now is not None:
            return document.put(now.with_brush_paint(painted(now)))
        return document.add([layer.with_brush_paint(painted(layer))]) if layer.id == document.next_id else document

    def begin() -> None:
        now = desk.required().layer(layer.id) or layer
        lay(desk, now, painted(now), label)

    desk.take_turn(Turn(label, change, begin))


def lay_area(desk: Desk, amount: Plane, x: int, y: int, how: How, label: str) -> None:
    """Replace, add to, subtract from or intersect the active layer with an area, or leave what only one has (xor).

    ``amount`` is uint8 (H, W) with its corner at column ``x``, row ``y``; what lies outside the frame is left out.
    """
    desk.end_stroke()
    layer, size = paintable(desk), desk.required().size
    if layer is not None:
        lay_in_turn(desk, layer, lambda now: _joined(now, Mask(*size), amount, x, y, how), label)


def lay_mask(desk: Desk, area: Mask, how: How, label: str, *, since: Layer | None = None) -> None:
    """Do the same with an area that is a mask of the document's size, at no cost where it is of one value.

    ``since`` is the layer it was meant for, as it was then: strokes made on it since stay on top.
    """
    desk.end_stroke()
    layer = paintable(desk, since)

    def painted(now: Layer) -> Paint:
        made = _joined_mask(now, area, how)
        if since is None or since.id != now.id:
            return made
        return with_newer(made, since.brush_paint, now.brush_paint)

    if layer is not None:
        lay_in_turn(desk, layer, painted, label)


def _show(desk: Desk, document: Document, label: str, *, live: bool) -> None:
    if live:
        desk.adopting(document)
        desk.cancel_stroke()  # the live paint is now in the document
    desk.commit(document, label)


def _joined(now: Layer, empty: Mask, amount: Plane, x: int, y: int, how: How) -> Paint:
    """The paint of a layer joined with an area of coverage; ``empty`` is a mask of the document's size."""
    if how in ("add", "subtract"):
        return (now.brush_paint or Paint.none(*empty.size)).laid(amount, x, y, 255 if how == "add" else 0)
    return _joined_mask(now, empty.put(amount, x, y), how)


def _joined_mask(now: Layer, area: Mask, how: How) -> Paint:
    """The paint of a layer joined with an area of coverage of the layer's size."""
    paint = now.brush_paint or Paint.none(*area.size)
    if how in ("add", "subtract"):
        return paint.laid_mask(area, 255 if how == "add" else 0)
    if how == "xor":
        return overruled(now, combine(now.alpha, area, "xor"))
    everywhere = Mask.filled(*area.size, 255)
    return Paint(area, everywhere) if how == "replace" else paint.erased(area.inverse)
