"""Verbs that paint: live strokes, areas, and whole layers. All of them change the layer's paint."""

from collections.abc import Callable

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine_planes
from maskstudio.core.paint import Paint
from maskstudio.core.stroke import Stroke
from maskstudio.jobs import Token
from maskstudio.matting.hints import swapped
from maskstudio.params.local import BrushParams
from maskstudio.session import laying
from maskstudio.session.desk import Desk
from maskstudio.session.hooks import InHand
from maskstudio.session.laying import How


class PaintingVerbs:
    """A stroke is live while it lasts and is committed as one step at its end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # Strokes

    @property
    def stroke(self) -> Stroke | None:
        """The paint stroke under way; None if there is none."""
        hand = self._desk.in_hand
        return hand.stroke if hand is not None and isinstance(hand.stroke, Stroke) else None

    def begin_stroke(self, params: BrushParams, value: int) -> Stroke | None:
        """Begin to paint ``value`` (0..255) on the active layer, or on a new one if there is none.

        Returns None, and tells the user why, if that layer is hidden.
        """
        self._desk.end_stroke()
        layer = laying.paintable(self._desk)
        if layer is None:
            return None
        stroke = Stroke(layer.brushed, layer.brush_paint, params, value)
        self._desk.in_hand = InHand(layer, stroke, lambda: self._end(layer, stroke))
        return stroke

    def stroke_to(self, x: float, y: float, pressure: float = 1.0) -> Rect:
        """Continue the stroke to a point (image px), with a pressure in 0..1; returns the image pixels that may have
        changed.
        """
        stroke = self.stroke
        if stroke is None:
            return EMPTY
        rect = stroke.to(x, y, pressure)
        self._desk.stroked(stroke)
        return rect

    def live_alpha(self, rect: Rect) -> Plane:
        """The document's alpha in ``rect`` (image px within the frame) with the stroke under way, of any brush.

        Returns uint8 (rect.height, rect.width).
        """
        document, hand = self._desk.required(), self._desk.in_hand
        if hand is None:
            return document.alpha.array(rect)
        layer, mine = hand.layer, hand.stroke.alpha(rect)
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

    # Areas

    def select(self, amount: Plane, x: int, y: int, how: How, label: str) -> None:
        """Replace, add to, subtract from or intersect the active layer with an area of coverage.

        ``amount`` is uint8 (H, W) with its corner at column ``x``, row ``y``; what lies outside the frame is left out.
        """
        laying.lay_area(self._desk, amount, x, y, how, label)

    def fill(self) -> None:
        """Select everything in the active layer."""
        everything = Mask.filled(*self._desk.required().size, 255)
        self._repaint(Paint(everything, everything), "Select all")

    def clear(self) -> None:
        """Select nothing in the active layer."""
        size = self._desk.required().size
        self._repaint(Paint(Mask(*size), Mask.filled(*size, 255)), "Clear mask")

    def reset_paint(self) -> None:
        """Remove strokes and inversion from the active layer: what the model found and the parameters give remains."""
        self._desk.end_stroke()
        self._replace("Reset to recipe", _reset)

    def invert(self) -> None:
        """Exchange inside and outside of the active layer; parameters stay live."""
        self._desk.end_stroke()  # this may change the layer, or add one
        self._replace("Invert mask", _inverted)

    # Within

    def _end(self, layer: Layer, stroke: Stroke) -> None:
        """Commit a stroke on ``layer`` as one step."""
        self._desk.ending(stroke.end())
        if stroke.dirty:
            layer, stroke = self._caught_up(layer, stroke)
            label = "Paint" if stroke.value else "Erase"
            laying.lay(self._desk, layer, stroke.finish(), label, live=True)
        self._desk.cancel_stroke()

    def _caught_up(self, layer: Layer, stroke: Stroke) -> tuple[Layer, Stroke]:
        """The stroke painted again on the current layer, if a job has changed the paint below it in the meantime."""
        now = self._desk.required().layer(layer.id)
        moved_on = now is not None and now.brush_paint is not layer.brush_paint
        if now is None or not moved_on or bool(now.refinement) != bool(layer.refinement):
            return layer, stroke
        return now, Stroke(now.brushed, now.brush_paint, stroke.params, stroke.value).follow(stroke.samples)

    def _repaint(self, paint: Paint, label: str) -> None:
        self._desk.end_stroke()
        layer = laying.paintable(self._desk)
        if layer is not None:
            laying.lay_in_turn(self._desk, layer, lambda _now: paint, label)

    def _replace(self, label: str, replaced: Callable[[Layer], Layer]) -> None:
        """Replace the active layer by what ``replaced`` makes of it, in its turn."""
        layer = self._desk.active
        if layer is None:
            return

        def change(document: Document, _token: Token) -> Document:
            now = document.layer(layer.id)
            made = now and replaced(now)
            return document if made is None or made is now else document.put(made)

        self._desk.in_turn(label, change)


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
