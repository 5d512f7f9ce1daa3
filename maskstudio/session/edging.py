"""Verbs of the refine brush: strokes into the trimap, and regions that are refined in a way of their own."""

from dataclasses import replace
from typing import Any

from maskstudio.core.document import Document, Layer, Region
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode, combine
from maskstudio.core.refinement import Refinement, same_alpha
from maskstudio.jobs import Runner
from maskstudio.matting.edgestroke import EdgeStroke
from maskstudio.matting.hints import HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import AdjustParams, BrushParams, RefineParams
from maskstudio.session.painting import PaintingVerbs, Showing

_LABELS = {0: "Erase hints", HINT_UNKNOWN: "Refine edge here", HINT_MASK: "Erase refinement"}


class EdgingVerbs(PaintingVerbs):
    """What is brushed shows a quick answer at once; the true one, solved in the background for the part that was
    painted alone, takes its place. Everything stays editable: hints and regions are kept with the layer.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._edge_stroke: EdgeStroke | None = None

    # The refine brush

    @property
    def edge_stroke(self) -> EdgeStroke | None:
        """The stroke of the refine brush under way."""
        return self._edge_stroke

    @property
    def _showing(self) -> Showing | None:
        return self._edge_stroke or super()._showing

    def begin_edge_stroke(self, params: BrushParams, code: int, region: int | None = None) -> EdgeStroke | None:
        """Begin to paint hints (``matting.hints``) on the active layer; ``region`` is the one they join.

        None, with a sentence, where there is no layer to refine.
        """
        self.end_stroke()
        document = self._required()
        if not document.layers or self.active is None:
            self.told("There is no mask to refine yet; find the subject or paint one first.")
            return None
        layer = self._paintable(document)
        if layer is None:
            return None
        self._stroked = layer
        self._edge_stroke = EdgeStroke(document.image, layer, params, code, region)
        return self._edge_stroke

    def edge_stroke_to(self, x: float, y: float, pressure: float = 1.0, *, preview: bool = True) -> Rect:
        """Go on to this point (image px); gives the image pixels that may look different now. Without a ``preview``
        what is painted shows once it is solved, for when there is no time.
        """
        return EMPTY if self._edge_stroke is None else self._edge_stroke.to(x, y, pressure, preview=preview)

    def end_stroke(self) -> None:
        """Make the stroke under way, of whichever brush, one step."""
        stroke, painted_on = self._edge_stroke, self._stroked
        if stroke is None or painted_on is None:
            super().end_stroke()
            return
        self.ending(stroke.end())
        self.cancel_stroke()
        now = self._required().layer(painted_on.id)
        if not stroke.area or now is None:
            return
        if now.alpha is not painted_on.alpha or now.hints is not painted_on.hints:  # a job has ended meanwhile
            stroke = stroke.again(now)
        self._keep_hints(now, stroke)

    def cancel_stroke(self) -> None:
        """Forget the stroke under way."""
        self._edge_stroke = None
        super().cancel_stroke()

    def _keep_hints(self, layer: Layer, stroke: EdgeStroke) -> None:
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

    def clear_hints(self, layer_id: int) -> None:
        """Take everything that was painted into the trimap away."""
        layer = self._required().layer(layer_id)
        if layer is not None and layer.hints is not None:
            self._commit_edge(layer.changed(hints=None, refinement=_awaiting(layer, layer.hints)), "Clear trimap")

    def take_trimap(self, layer_id: int, hints: Mask, label: str = "Import trimap") -> None:
        """Let ``hints`` say of every pixel what is sure and what is not."""
        layer = self._required().layer(layer_id)
        if layer is not None:
            self._commit_edge(layer.changed(hints=hints, refinement=None), label)

    # Regions

    def add_region(self, layer_id: int, name: str = "", area: Mask | None = None, **params: Any) -> int | None:
        """Add a region, empty or where ``area`` says, with ``refine`` and ``edge`` as the layer's; gives its id."""
        layer = self._required().layer(layer_id)
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
        """Refine a region in another way. A run of calls is one step."""
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
        """Give a region a name."""
        layer, region = self._region(layer_id, region_id)
        if layer is not None and region is not None and name.strip() and name.strip() != region.name:
            self._put_region(layer, replace(region, name=name.strip()), "Rename region", "", layer.refinement)

    def delete_region(self, layer_id: int, region_id: int) -> None:
        """Remove a region; what it held is refined as the layer is."""
        layer, region = self._region(layer_id, region_id)
        if layer is not None and region is not None:
            rest = tuple(each for each in layer.regions if each.id != region_id)
            waiting = _awaiting(layer, region.area)
            self._commit_edge(layer.changed(regions=rest, refinement=waiting), "Delete region")

    def _region(self, layer_id: int, region_id: int) -> tuple[Layer | None, Region | None]:
        layer = self._required().layer(layer_id)
        found = next((each for each in layer.regions if each.id == region_id), None) if layer else None
        return layer, found

    def _put_region(self, layer: Layer, region: Region, label: str, merge: str, solved: Refinement | None) -> None:
        regions = tuple(region if each.id == region.id else each for each in layer.regions)
        self._commit_edge(layer.changed(regions=regions, refinement=solved), label, merge)

    # Within

    def _commit_edge(self, layer: Layer, label: str, merge: str = "") -> None:
        """Keep a layer whose edge is wanted in another way, and solve what that takes."""
        self.end_stroke()
        document: Document = self._required()
        if not layer.wants_edge:
            layer = layer.changed(refinement=None)
        self.commit(document.put(layer), label, merge)
        self._solve_again(layer)


def _awaiting(layer: Layer, area: Mask) -> Refinement | None:
    """The layer's refinement with ``area`` to be solved too; one of the plain mask where there was none to wait for."""
    known = layer.refinement
    if known is None:
        return None if layer.wants_edge else Refinement(layer.base, {}, edges=layer.edges).awaiting(area)
    return known.awaiting(area)
