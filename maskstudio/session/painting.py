"""Verbs that paint: live strokes, areas, whole-layer adjustments. All of it lands in the layer's paint."""

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine_planes
from maskstudio.core.paint import Paint
from maskstudio.core.stroke import Stroke
from maskstudio.jobs import Job, Runner, Token
from maskstudio.matting.hints import swapped
from maskstudio.params.local import BrushParams
from maskstudio.session.entered import Entered
from maskstudio.session.layers import LayerVerbs, new_name
from maskstudio.session.turns import Turn

How = Literal["replace", "add", "subtract", "intersect"]
Compute = Callable[[Plane, Token], Plane]


class Showing(Protocol):
    """What tells the alpha of the layer it is painted on while it lasts."""

    def alpha(self, rect: Rect) -> Plane:
        """Alpha (rect.height, rect.width) of the layer in ``rect``."""


class PaintingVerbs(LayerVerbs):
    """A stroke is live while it lasts and becomes one step at its end.

    ``stroked`` is called with the stroke under way after each of its samples, for a journal. Two are for a canvas:
    ``ending`` with the pixels that the end of a stroke changed, while it is still live, then ``adopting`` with the
    document it becomes, if that looks exactly as the live stroke did.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._stroke: Stroke | None = None
        self._stroked: Layer | None = None
        self.stroked: Callable[[Stroke], None] = lambda _stroke: None
        self.ending: Callable[[Rect], None] = lambda _rect: None
        self.adopting: Callable[[Document], None] = lambda _document: None

    # Strokes

    @property
    def stroke(self) -> Stroke | None:
        """The stroke under way."""
        return self._stroke

    @property
    def _showing(self) -> "Showing | None":
        """What is under way and shows on the layer being painted on."""
        return self._stroke

    def begin_stroke(self, params: BrushParams, value: int) -> Stroke | None:
        """Begin to paint ``value`` (0..255) on the active layer, or on a new one where there is none."""
        self.end_stroke()
        document = self._required()
        layer = self._paintable(document)
        if layer is None:
            return None
        self._stroked = layer
        self._stroke = Stroke(layer.brushed, layer.brush_paint, params, value)
        return self._stroke

    def stroke_to(self, x: float, y: float, pressure: float = 1.0) -> Rect:
        """Go on to this point (image px); gives the image pixels that may look different now."""
        if self._stroke is None:
            return Rect(0, 0, 0, 0)
        rect = self._stroke.to(x, y, pressure)
        self.stroked(self._stroke)
        return rect

    def live_alpha(self, rect: Rect) -> Plane:
        """The document's alpha in ``rect`` (within the frame) with the stroke under way."""
        document, layer, stroke = self._required(), self._stroked, self._showing
        if stroke is None or layer is None:
            return document.alpha.array(rect)
        mine = stroke.alpha(rect)
        shown = document.shown
        if document.layer(layer.id) is None:
            shown = [*shown, layer]
        if [other.id for other in shown] == [layer.id] and (shown[0].mode == "add" or document.solo):
            return mine
        below = np.zeros_like(mine)
        for other in shown:
            plane = mine if other.id == layer.id else other.alpha.array(rect)
            below = combine_planes(below, plane, "add" if document.solo else other.mode)
        return below

    def end_stroke(self) -> None:
        """Make the stroke one step."""
        stroke, layer = self._stroke, self._stroked
        if stroke is None or layer is None:
            return
        self.ending(stroke.end())
        if stroke.dirty:
            layer, stroke = self._caught_up(layer, stroke)
            self._lay(layer, stroke.finish(), "Paint" if stroke.value else "Erase", live=True)
        self.cancel_stroke()

    def cancel_stroke(self) -> None:
        """Forget the stroke."""
        self._stroke = self._stroked = None

    # Areas

    def select(self, amount: Plane, x: int, y: int, how: How, label: str) -> None:
        """Replace, add to, subtract from or intersect the active layer with an area of coverage.

        ``amount`` is uint8 (H, W) with its corner at column ``x``, row ``y``; what lies outside the frame is left out.
        """
        self.end_stroke()
        document = self._required()
        layer = self._paintable(document)
        if layer is None:
            return
        self._lay_in_turn(layer, lambda now: _selected(now.brush_paint, Mask(*document.size), amount, x, y, how), label)

    def fill(self) -> None:
        """Take everything in."""
        everything = Mask.filled(*self._required().size, 255)
        self._repaint(Paint(everything, everything), "Select all")

    def clear(self) -> None:
        """Leave everything out."""
        size = self._required().size
        self._repaint(Paint(Mask(*size), Mask.filled(*size, 255)), "Clear mask")

    def reset_paint(self) -> None:
        """Take strokes and inversion off the active layer: back to what the model found and the parameters give."""
        self.end_stroke()
        self._replace("Reset to recipe", _reset)

    def invert(self) -> None:
        """Exchange inside and outside of the active layer; parameters stay live below."""
        self.end_stroke()  # which may change the layer, or make one
        self._replace("Invert mask", _inverted)

    def adjust(self, label: str, compute: Compute, *, merge: str = "") -> Job | None:
        """Compute a new alpha of the active layer on a thread; where it differs, it becomes paint.

        With ``merge``, a run of calls is one step, and each starts from what was there before the first. Should the
        layer change meanwhile, the work is done again for what it has become: no stroke is ever overwritten.
        """
        self.end_stroke()
        return self._adjust(self._before(merge), self.active, label, compute, merge)

    def _adjust(self, layer: Layer | None, now: Layer | None, label: str, compute: Compute, merge: str) -> Job | None:
        """``layer`` is as it was before the run of steps with this key, ``now`` the same layer as it is."""
        if layer is None:
            return None

        def done(plane: Plane) -> None:
            document = self._required()
            current = document.layer(layer.id)
            if current is None:
                return
            if now is not None and current.alpha is not now.alpha and current.alpha.changed(now.alpha):
                self._adjust(current, current, label, compute, merge)
                return
            self._lay(current, _overruled(layer, plane), label, merge)

        return self._start(
            label,
            lambda token: compute(layer.alpha.array(), token),
            done,
            lane=f"layer {layer.id} adjust",
        )

    def entered(self) -> Entered:
        """What has been entered until now, with the stroke under way."""
        self.end_stroke()
        return super().entered()

    # Within

    def _in_hand(self, layer: Layer) -> bool:
        return super()._in_hand(layer) or (self._stroked is not None and self._stroked.id == layer.id)

    def _paintable(self, document: Document) -> Layer | None:
        """The active layer, or one to be added with the first paint; None, with a sentence, for a hidden one."""
        if not document.layers or self.active is None:
            empty = Mask(*document.size)
            return Layer(document.next_id, new_name(document), empty, empty, origin=self.origin("hand"))
        layer = self.active
        if layer not in document.shown:
            alone = document.layer(document.solo)
            self.told(
                f"Only {document.called(alone)} counts now; show all layers to paint on {document.called(layer)}."
                if alone
                else f"{document.called(layer)} is hidden; show it to paint on it."
            )
            return None
        return layer

    def _caught_up(self, layer: Layer, stroke: Stroke) -> tuple[Layer, Stroke]:
        """The stroke painted again on the layer of now, where a job has changed the paint below it meanwhile."""
        now = self._required().layer(layer.id)
        moved_on = now is not None and now.brush_paint is not layer.brush_paint
        if now is None or not moved_on or bool(now.refinement) != bool(layer.refinement):
            return layer, stroke
        return now, Stroke(now.brushed, now.brush_paint, stroke.params, stroke.value).follow(stroke.samples)

    def _lay(self, layer: Layer, paint: Paint, label: str, merge: str = "", *, live: bool = False) -> None:
        """Put ``paint``, made for ``layer``, on the layer of now, or on a new one if it was made for that."""
        document = self._required()
        now = document.layer(layer.id)
        if now is None:
            if layer.id == document.next_id:  # otherwise it was deleted meanwhile
                self._show_painted(document.add([layer.with_brush_paint(paint)]), label, merge, live=live)
            return
        fields: dict[str, object] = {"retouch": paint} if layer.refinement else {"paint": paint}
        if now.refinement and not layer.refinement:  # solved meanwhile, for a mask without this paint
            fields["refinement"] = None
        mine = self._stroked or layer  # what the live stroke shows
        same = now.brushed is mine.brushed and now.brush_paint is mine.brush_paint
        if live and not same:
            self.cancel_stroke()
        painted = now.changed(**fields)
        self._show_painted(document.put(painted), label, merge, live=live and same)
        self._solve_again(painted)

    def _show_painted(self, document: Document, label: str, merge: str, *, live: bool) -> None:
        if live:
            self.adopting(document)
            self.cancel_stroke()  # what was live is the document's now
        self.commit(document, label, merge)

    def _repaint(self, paint: Paint, label: str) -> None:
        self.end_stroke()
        layer = self._paintable(self._required())
        if layer is not None:
            self._lay_in_turn(layer, lambda _now: paint, label)

    def _lay_in_turn(self, layer: Layer, painted: Callable[[Layer], Paint], label: str) -> None:
        """Lay what ``painted`` makes of the layer of then, or of ``layer`` where that is to be added."""

        def change(document: Document, _token: Token) -> Document:
            now = document.layer(layer.id)
            if now is not None:
                return document.put(now.with_brush_paint(painted(now)))
            return document.add([layer.with_brush_paint(painted(layer))]) if layer.id == document.next_id else document

        def begin() -> None:
            now = self._required().layer(layer.id) or layer
            self._lay(now, painted(now), label)

        self._take_turn(Turn(label, change, begin))

    def _replace(self, label: str, replaced: Callable[[Layer], Layer]) -> None:
        """Put what ``replaced`` makes of the active layer in its place."""
        layer = self.active
        if layer is None:
            return

        def change(document: Document, _token: Token) -> Document:
            now = document.layer(layer.id)
            made = now and replaced(now)
            return document if made is None or made is now else document.put(made)

        self._in_turn(label, change)

    def _before(self, merge: str) -> Layer | None:
        """The active layer as it was before the run of steps with this key."""
        history, layer = self.history, self.active
        if history is None or layer is None or not merge or history.steps[history.position].merge != merge:
            return layer
        return history.steps[history.position - 1].document.layer(layer.id)

    def _walk(self, by: int) -> None:
        self.end_stroke()
        super()._walk(by)

    def _take_back(self) -> bool:
        self.end_stroke()
        return super()._take_back()


def _selected(paint: Paint | None, empty: Mask, amount: Plane, x: int, y: int, how: How) -> Paint:
    """``paint`` with an area of coverage; ``empty`` is a mask of the document's size."""
    paint = paint or Paint.none(*empty.size)
    if how in ("add", "subtract"):
        return paint.laid(amount, x, y, 255 if how == "add" else 0)
    area, everywhere = empty.put(amount, x, y), Mask.filled(*empty.size, 255)
    return Paint(area, everywhere) if how == "replace" else paint.erased(area.inverse)


def _reset(layer: Layer) -> Layer:
    """The layer without strokes and inversion."""
    if not (layer.paint or layer.retouch or layer.inverted):
        return layer
    dropped = {} if layer.paint is None and not layer.inverted else {"refinement": None}
    return layer.changed(paint=None, retouch=None, inverted=False, **dropped)


def _inverted(layer: Layer) -> Layer:
    """The layer with its inside and outside exchanged."""
    return layer.changed(
        inverted=not layer.inverted,
        paint=layer.paint.inverted() if layer.paint else None,
        retouch=layer.retouch.inverted() if layer.retouch else None,
        hints=swapped(layer.hints) if layer.hints else None,
        measured=None,
        refinement=None,
    )


def _overruled(layer: Layer, plane: Plane) -> Paint:
    """The layer's paint with ``plane`` (uint8, the document's size) put wherever it differs from the layer's alpha."""
    paint = layer.brush_paint or Paint.none(*layer.mask.size)
    target = layer.alpha.put(plane, 0, 0)
    indices = target.changed(layer.alpha)
    covers = {}
    for index in indices:
        differs = np.not_equal(target.tile(index), layer.alpha.tile(index))
        covers[index] = np.where(differs, np.uint8(255), paint.cover.tile(index))
    values = {
        index: np.where(np.not_equal(target.tile(index), layer.alpha.tile(index)), target.tile(index),
                        paint.value.tile(index))
        for index in indices
    }  # fmt: skip
    return paint.replaced(values, covers)
