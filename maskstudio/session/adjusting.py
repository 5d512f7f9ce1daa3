"""Verbs that adjust a finished mask live: its edge, its islands and holes, its position and size."""

from dataclasses import replace

from maskstudio.core import cleanup
from maskstudio.core.adjustmask import adjusted_mask
from maskstudio.core.arrays import Matrix
from maskstudio.core.cleanup import LooseParts
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer, Refinement
from maskstudio.core.mask import Mask
from maskstudio.core.warpmask import needs_draft, transformed_codes, transformed_mask, transformed_paint
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Token
from maskstudio.params.local import AdjustParams, CleanParams
from maskstudio.params.tools import SnapParams
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.live import LayerFields, Live, Stepping, Wish
from maskstudio.session.overruling import overruled

RunKind = str  # "adjust", "clean", "feather", "snap" or "transform"


class AdjustingVerbs:
    """Each adjustment is a run on the active layer: call the verb with every value of a slider, and all calls are one
    step.

    ``keep_run`` ends a run; the next value then starts from its result. Any other change also ends the run. ``live``
    carries the runs out.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.live = Live(desk)
        self._asked: dict[str, AdjustParams | CleanParams] = {}  # by the key of the run
        self._parts: tuple[Mask, LooseParts] | None = None  # the last mask whose parts were found
        self._hopeless: Mask | None = None  # the last mask whose parts could not be found

    # The edge

    @property
    def adjust_params(self) -> AdjustParams:
        """The edge controls of the active layer, or newer ones that a job is still applying."""
        layer = self._desk.active
        if layer is None:
            return AdjustParams()
        asked = self._asked.get(_key("adjust", layer)) if self.live.coming(_key("adjust", layer)) else None
        return asked if isinstance(asked, AdjustParams) else layer.edge

    def adjust_edge(self, params: AdjustParams) -> None:
        """Set the edge controls of the active layer, live.

        They stay editable afterwards; later strokes lie above their result.
        """
        layer = self._desk.active
        if layer is None or params == self.adjust_params:
            return
        key = _key("adjust", layer)
        self._asked[key] = params
        start = self.live.start_of(key, layer.id)
        if self.live.runs(key) and start is not None and start.edge == params:
            self.live.drop(key)
            return
        image = self._desk.required().image

        def work(before: Layer, step: Stepping) -> LayerFields:
            return _controlled(image, before, params, step)

        self.live.run(Wish(layer.id, "Adjust edge", key, work, absolute=True))

    def feather(self, radius: int) -> None:
        """Fade the edge of the active layer over ``radius`` px inwards and outwards, as a step of its own."""
        layer = self._desk.active
        if layer is None or not radius:
            return
        self.keep_run("feather")
        key, params = _key("feather", layer), AdjustParams(feather=radius)

        def work(before: Layer, step: Stepping) -> LayerFields:
            return overruling(before, adjusted_mask(before.alpha, params, step=step))

        self.live.run(Wish(layer.id, "Feather", key, work))
        self.live.keep(key)

    def snap(self, params: SnapParams) -> None:
        """Pull the edge of the active layer to the photo's edges within ``params.width`` px, as a step of its own."""
        layer = self._desk.active
        if layer is None:
            return
        self.keep_run("snap")
        key, image = _key("snap", layer), self._desk.required().image

        def work(before: Layer, step: Stepping) -> LayerFields:
            from maskstudio.selection.snapping import snapped

            return overruling(before, snapped(image, before.alpha, params.width, step))

        self.live.run(Wish(layer.id, "Snap to edge", key, work))
        self.live.keep(key)

    # Islands and holes

    @property
    def clean_params(self) -> CleanParams:
        """The parameters of the current cleaning run on the active layer; both sizes are 0 if there is no such run."""
        asked = self._asked_for("clean")
        return asked if isinstance(asked, CleanParams) else CleanParams()

    @property
    def parts(self) -> LooseParts | None:
        """The islands and holes of the active layer before the current run; None until ``find_parts`` has found
        them.
        """
        start, known = self._clean_start(), self._parts
        return known[1] if start is not None and known is not None and known[0] is start.alpha else None

    def find_parts(self) -> None:
        """Find the islands and holes of the active layer before the run, on a thread, for ``parts``."""
        start = self._clean_start()
        if start is None or self.parts is not None or start.alpha is self._hopeless:
            return
        mask = start.alpha

        def done(parts: LooseParts) -> None:
            self._parts = mask, parts
            self._desk.changed()

        def work(token: Token) -> LooseParts:
            return cleanup.parts(mask.array(), check=token.check)

        def failed(error: MaskStudioError) -> None:
            self._hopeless = mask
            self._desk.failed(error)

        lane = f"layer {start.id} parts"
        self._desk.runner.start("Find islands and holes", work, done, lane=lane, failed=failed, quiet=True)

    def forget_parts(self) -> None:
        """Release the islands and holes that were found: they hold a copy of the mask."""
        self._parts = None

    def clean(self, params: CleanParams) -> None:
        """Remove the islands and fill the holes below these sizes, in the layer as it was before the run."""
        layer = self._desk.active
        if layer is None or params == self.clean_params:
            return
        key = _key("clean", layer)
        self._asked[key] = params
        if params == CleanParams():
            self.live.drop(key)
            return

        def work(before: Layer, step: Stepping) -> LayerFields:
            known = self._parts
            if known is None or known[0] is not before.alpha:
                known = before.alpha, cleanup.parts(before.alpha.array(), check=lambda: step(0.3))
            step(0.6)
            plane = known[1].cleaned(params.min_island, params.min_hole)
            return overruling(before, before.alpha.put(plane, 0, 0))

        self.live.run(Wish(layer.id, "Clean islands and holes", key, work))

    # Place and size

    def transform(self, matrix: Matrix) -> None:
        """Transform mask and paint of the active layer, as they were before the run.

        ``matrix`` is (2, 3) and maps image points to image points, in px. Parameters stay live; a refined edge is
        solved again when the run is kept.
        """
        layer = self._desk.active
        if layer is None:
            return

        def draft(before: Layer, step: Stepping) -> LayerFields:
            return _transformed(before, matrix, step, draft=True)

        def work(before: Layer, step: Stepping) -> LayerFields:
            return _transformed(before, matrix, step)

        key = _key("transform", layer)
        if needs_draft(layer.mask):
            self.live.run(Wish(layer.id, "Transform mask", key, draft, work))
        else:
            self.live.run(Wish(layer.id, "Transform mask", key, work))

    # Runs

    def keep_run(self, kind: RunKind) -> None:
        """End the active layer's run of this kind and keep its result."""
        if layer := self._desk.active:
            self.live.keep(_key(kind, layer))

    def drop_run(self, kind: RunKind) -> None:
        """End the active layer's run of this kind and undo it."""
        if layer := self._desk.active:
            self.live.drop(_key(kind, layer))

    def in_run(self, kind: RunKind) -> bool:
        """Whether a run of this kind on the active layer is the last step, or will be once its job ends."""
        layer = self._desk.active
        return layer is not None and self.live.runs(_key(kind, layer))

    def _asked_for(self, kind: RunKind) -> AdjustParams | CleanParams | None:
        layer = self._desk.active
        return self._asked.get(_key(kind, layer)) if layer is not None and self.in_run(kind) else None

    def _clean_start(self) -> Layer | None:
        layer = self._desk.active
        return self.live.start_of(_key("clean", layer), layer.id) if layer is not None else None


def overruling(layer: Layer, target: Mask) -> LayerFields:
    """The fields of ``layer`` with paint laid so that its alpha equals ``target``."""
    return {"retouch" if layer.refinement else "paint": overruled(layer, target)}


def _controlled(image: Image, before: Layer, params: AdjustParams, step: Stepping) -> LayerFields:
    """The fields of the layer with other edge controls.

    A shifted edge is a draft; what is unsolved is solved afterwards.
    """
    from maskstudio.matting.edge import finished

    wished, draft = before.changed(edge=params), params.shift_edge != 0
    solved = before.refinement
    if solved is None and not before.wants_edge:
        solved = Refinement(before.base, {})
    if solved is None or not wished.wants_edge:
        return {"edge": params, "refinement": None}
    return {"edge": params, "refinement": finished(image, wished, solved, step, draft=draft)}


def _transformed(before: Layer, matrix: Matrix, step: Stepping, *, draft: bool = False) -> LayerFields:
    """The fields of the layer with mask and paint transformed and the mask shaped again; its edge becomes unsolved."""
    step(0.1)
    mask = transformed_mask(before.mask, matrix, draft=draft)
    step(0.4)
    shaped = mask
    if before.shaped is not before.mask:
        shaped = operations.shaped(mask, before.params, before.source, Token())
    step(0.7)
    fields: dict[str, object] = {"measured": None}
    if before.hints is not None:
        fields["hints"] = transformed_codes(before.hints, matrix, draft=draft)
    fields["regions"] = tuple(
        replace(region, area=transformed_mask(region.area, matrix, draft=draft)) for region in before.regions
    )
    paints = {"paint": before.paint, "retouch": before.retouch}
    fields |= {name: transformed_paint(paint, matrix, draft=draft) if paint else None for name, paint in paints.items()}
    fields |= {"mask": mask, "shaped": shaped, "refinement": None, "source": None}
    _ = before.changed(**fields).alpha  # computed here, off the window's thread; the paint caches it
    return fields


def _key(kind: RunKind, layer: Layer) -> str:
    return f"{kind} {layer.id}"
