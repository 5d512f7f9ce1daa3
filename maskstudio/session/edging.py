"""Verbs of the refine brush: strokes into the trimap, and regions that are refined with parameters of their own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from maskstudio.core.cv import cv2
from maskstudio.core.document import Layer, Region
from maskstudio.core.files import read_mask
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode, combine
from maskstudio.core.refinement import Refinement, amount_of, same_alpha
from maskstudio.jobs import Job, Token
from maskstudio.matting.edgestroke import EdgeStroke
from maskstudio.matting.hints import HINT_MASK, HINT_UNKNOWN, from_trimap
from maskstudio.params.local import AdjustParams, BrushParams, RefineParams
from maskstudio.session.desk import Desk
from maskstudio.session.hooks import InHand
from maskstudio.session.laying import paintable

_LABELS = {0: "Erase hints", HINT_UNKNOWN: "Refine edge here", HINT_MASK: "Erase refinement"}
# A fix covers the soft pixels and this many px around them.
_AROUND = 3


class EdgingVerbs:
    """A stroke shows a quick preview at once; the exact edge is solved in the background, for the painted part only,
    and replaces it. Everything stays editable: hints and regions are stored with the layer.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # The refine brush

    @property
    def stroke(self) -> EdgeStroke | None:
        """The refine brush's stroke under way; None if there is none."""
        hand = self._desk.in_hand
        return hand.stroke if hand is not None and isinstance(hand.stroke, EdgeStroke) else None

    def begin_stroke(self, params: BrushParams, code: int, region: int | None = None) -> EdgeStroke | None:
        """Begin to paint hints (``code``, see ``matting.hints``) on the active layer, and in the region with this id.

        Returns None, and tells the user why, if there is no layer to refine.
        """
        self._desk.end_stroke()
        document = self._desk.required()
        if not document.layers or self._desk.active is None:
            self._desk.told("There is no mask to refine yet; find the subject or paint one first.")
            return None
        layer = paintable(self._desk)
        if layer is None:
            return None
        stroke = EdgeStroke(document.image, layer, params, code, region)
        self._desk.in_hand = InHand(layer, stroke, lambda: self._end(layer, stroke))
        return stroke

    def stroke_to(self, x: float, y: float, pressure: float = 1.0, *, preview: bool = True) -> Rect:
        """Continue the stroke to a point (image px), with a pressure in 0..1; returns the image pixels that may have
        changed.

        Without ``preview``, the painted part shows only after it is solved; this saves time.
        """
        stroke = self.stroke
        return EMPTY if stroke is None else stroke.to(x, y, pressure, preview=preview)

    def clear_hints(self, layer_id: int) -> None:
        """Remove all hints that were painted into the layer's trimap."""
        layer = self._desk.required().layer(layer_id)
        if layer is not None and layer.hints is not None:
            self._commit_edge(layer.changed(hints=None, refinement=_awaiting(layer, layer.hints)), "Clear trimap")

    def take_trimap(self, layer_id: int, hints: Mask, label: str = "Import trimap") -> None:
        """Replace the layer's hints with ``hints``, codes of ``matting.hints`` for every pixel."""
        layer = self._desk.required().layer(layer_id)
        if layer is not None:
            self._commit_edge(layer.changed(hints=hints, refinement=None), label)

    def import_trimap(self, layer_id: int, path: Path, *, resize: bool = False) -> Job:
        """Read a trimap from a file: white is surely inside, black surely outside, and any grey is solved.

        ``resize`` allows a picture of another size. Errors of reading go to ``failed``.
        """
        size, label = self._desk.required().size, f"Import {path.name}"
        return self._desk.start(
            label,
            lambda _token: from_trimap(read_mask(path, size, allow_resize=resize)),
            lambda hints: self.take_trimap(layer_id, hints, label),
            lane=f"import {path}",
        )

    # Regions

    def add_region(self, layer_id: int, name: str = "", area: Mask | None = None, **params: Any) -> int | None:
        """Add a region, empty or covering ``area``; returns its id, or None if the layer is gone.

        ``refine`` and ``edge`` are those of the layer unless ``params`` give others.
        """
        layer = self._desk.required().layer(layer_id)
        if layer is None:
            return None
        number = max((region.id for region in layer.regions), default=0) + 1
        made = Region(
            number,
            name or f"Region {number}",
            area or Mask(*layer.mask.size),
            layer.refine or RefineParams(),
            layer.edge,
        )
        made = replace(made, **params)
        waiting = _awaiting(layer, made.area)
        self._commit_edge(layer.changed(regions=(*layer.regions, made), refinement=waiting), "New region")
        return number

    def set_region(
        self, layer_id: int, region_id: int, *, refine: RefineParams | None = None, edge: AdjustParams | None = None
    ) -> None:
        """Change how a region is refined. Consecutive calls are one step."""
        layer, old = self._region(layer_id, region_id)
        if layer is None or old is None:
            return
        new = replace(old, refine=refine or old.refine, edge=edge or old.edge)
        if (new.refine, new.edge) == (old.refine, old.edge):
            return
        solved = layer.refinement
        if not same_alpha(new.refine, old.refine):
            solved = _awaiting(layer, new.area)
        self._put_region(layer, new, "Change region", f"region {layer_id} {region_id}", solved)

    def rename_region(self, layer_id: int, region_id: int, name: str) -> None:
        """Rename a region; an empty name changes nothing."""
        layer, region = self._region(layer_id, region_id)
        if layer is not None and region is not None and name.strip() and name.strip() != region.name:
            self._put_region(layer, replace(region, name=name.strip()), "Rename region", "", layer.refinement)

    def delete_region(self, layer_id: int, region_id: int) -> None:
        """Remove a region; its pixels are then refined as the rest of the layer."""
        layer, region = self._region(layer_id, region_id)
        if layer is not None and region is not None:
            rest = tuple(each for each in layer.regions if each.id != region_id)
            waiting = _awaiting(layer, region.area)
            self._commit_edge(layer.changed(regions=rest, refinement=waiting), "Delete region")

    def fix_fringe(self, rect: Rect | None = None) -> None:
        """Clean the active layer's edge in ``rect`` (image px; by default everywhere), as a new region that can be
        edited.

        Its colours are cleaned; if they already are, or if there are regions, the edge is also moved inwards by a pixel
        or more.
        """
        entered, active = self._desk.entered(), self._desk.active
        if active is None:
            return
        around = rect or active.mask.frame
        if self._desk.settled:
            self._fix(active, _soft_within(active, around))
            return

        def work(token: Token) -> tuple[Layer, Mask]:
            layer = entered.whole(token).layer(active.id)
            assert layer is not None
            return layer, _soft_within(layer, around)

        self._desk.start("Fix the fringe", work, lambda found: self._fix(*found), lane=f"layer {active.id} fix")

    def _fix(self, layer: Layer, area: Mask) -> None:
        """Add the region that cleans ``area``; ``layer`` is the layer with everything that was entered."""
        now = self._desk.required().layer(layer.id)
        if now is None:
            return
        if not area.tiles:
            self._desk.told("There is no soft edge in view to fix.")
            return
        refine, edge, regions = layer.refine or RefineParams(), layer.edge, len(now.regions)
        clean = replace(refine, color_decontamination=True, decontamination_amount=1.0)
        if amount_of(layer.refine) == 1.0 or regions:
            edge = replace(edge, shift_edge=max(edge.shift_edge - 1 - regions, -100))
        self.add_region(layer.id, f"Fringe {regions + 1}", area, refine=clean, edge=edge)

    # Within

    def _end(self, painted_on: Layer, stroke: EdgeStroke) -> None:
        """Commit a stroke as one step."""
        self._desk.ending(stroke.end())
        self._desk.cancel_stroke()
        now = self._desk.required().layer(painted_on.id)
        if not stroke.area or now is None:
            return
        if now.alpha is not painted_on.alpha or now.hints is not painted_on.hints:  # a job has changed it since
            stroke = stroke.again(now)
        self._keep_hints(now, stroke)

    def _keep_hints(self, layer: Layer, stroke: EdgeStroke) -> None:
        """Commit the hints of a stroke, the change of its region, and the preview of the edge."""
        cover = stroke.cover
        regions = layer.regions
        if stroke.region is not None:
            how: CombineMode = "subtract" if stroke.code in (0, HINT_MASK) else "add"
            regions = tuple(
                replace(each, area=combine(each.area, cover, how)) if each.id == stroke.region else each
                for each in regions
            )
        hinted = layer.changed(
            hints=stroke.hints(),
            regions=regions,
            refinement=stroke.refinement(),
            retouch=layer.retouch.lifted(cover) if layer.retouch else None,
        )
        self._commit_edge(hinted, _LABELS.get(stroke.code, "Paint trimap"))

    def _region(self, layer_id: int, region_id: int) -> tuple[Layer | None, Region | None]:
        layer = self._desk.required().layer(layer_id)
        found = next((each for each in layer.regions if each.id == region_id), None) if layer else None
        return layer, found

    def _put_region(self, layer: Layer, region: Region, label: str, merge: str, solved: Refinement | None) -> None:
        regions = tuple(region if each.id == region.id else each for each in layer.regions)
        self._commit_edge(layer.changed(regions=regions, refinement=solved), label, merge)

    def _commit_edge(self, layer: Layer, label: str, merge: str = "") -> None:
        """Commit a layer whose wanted edge has changed, and start solving it."""
        self._desk.end_stroke()
        document = self._desk.required()
        if not layer.wants_edge:
            layer = layer.changed(refinement=None)
        self._desk.commit(document.put(layer), label, merge)
        self._desk.solver.solve_again(layer)


def _awaiting(layer: Layer, area: Mask) -> Refinement | None:
    """The layer's refinement with ``area`` marked as unsolved; if it has none and wants none, one made from the plain
    mask.
    """
    known = layer.refinement
    if known is None:
        return None if layer.wants_edge else Refinement(layer.base, {}, edges=layer.edges).awaiting(area)
    return known.awaiting(area)


def _soft_within(layer: Layer, rect: Rect) -> Mask:
    """A mask that is 255 at the layer's soft pixels in ``rect`` and within ``_AROUND`` px of them."""
    around = rect.intersect(layer.mask.frame).intersect(layer.alpha.bounds)
    empty = Mask(*layer.mask.size)
    if not around:
        return empty
    soft = cv2.inRange(layer.alpha.array(around), 1, 254)
    if not soft.any():
        return empty
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _AROUND + 1,) * 2)
    return empty.put(cv2.dilate(soft, disc), around.x, around.y)
