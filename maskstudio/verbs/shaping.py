"""Verbs that shape and refine a layer: live parameters, solved on a thread, folded into the document of now."""

from maskstudio import operations
from maskstudio.core.document import Document, Layer, Refinement
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.jobs import Runner
from maskstudio.params import MaskParams, RefineParams
from maskstudio.verbs.desk import Desk


class ShapingVerbs(Desk):
    """Newer values overtake older ones; results of something that has changed meanwhile are dropped or solved anew."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        # What jobs under way are working towards, by layer; it counts only as long as they are.
        self._shaping: dict[int, MaskParams] = {}
        self._solving: dict[int, tuple[RefineParams, bool]] = {}

    def mask_params(self, layer: Layer) -> MaskParams:
        """The layer's mask parameters, or the newer ones that are just being applied."""
        return self._shaping[layer.id] if self.runner.under_way(_shape_lane(layer.id)) else layer.params

    def set_mask_params(self, layer_id: int, params: MaskParams) -> None:
        """Shape a layer anew. Live: a newer call overtakes an older one, and a run of calls is one step."""
        layer = self._required().layer(layer_id)
        if layer is None or self.mask_params(layer) == params:
            return
        if layer.params == params:  # back to what is there, before the job for something else has ended
            self.runner.cancel(_shape_lane(layer_id))
            return
        self._shaping[layer_id] = params

        def done(shaped: Mask) -> None:
            self._fold(layer, "Shape mask", params=params, shaped=shaped, refinement=None)

        self._start(
            "Shape mask",
            lambda token: operations.shaped(layer.mask, params, layer.source, token),
            done,
            lane=_shape_lane(layer_id),
        )

    def refine(self, layer_id: int, params: RefineParams) -> None:
        """Solve a layer's edge, or, where only its colours are concerned, take the new choice over at once."""
        layer, lane = self._required().layer(layer_id), _refine_lane(layer_id)
        if layer is None or (self.runner.under_way(lane) and self._solving[layer_id][0] == params):
            return
        self.runner.cancel(lane)
        if not (layer.refine and layer.refinement and _same_alpha(layer.refine, params)):
            self._solve(layer, params)
        elif layer.refine != params:
            self._fold(layer, "Decontaminate colours", refine=params)

    def unrefine(self, layer_id: int) -> None:
        """Go back to the shaped mask."""
        self.runner.cancel(_refine_lane(layer_id))
        self._edit(layer_id, "Remove refinement", refine=None, refinement=None, retouch=None)

    def undo(self) -> None:
        """Take the last step back."""
        self._walk(-1)

    def redo(self) -> None:
        """Bring the last undone step back."""
        self._walk(1)

    def go_to(self, position: int) -> None:
        """Stand at the step of that index in the history."""
        if self.history is not None:
            self._walk(position - self.history.position)

    def _fold(self, origin: Layer, label: str, **fields: object) -> None:
        """Take a result into the layer of now, unless it is gone or has become about another mask."""
        document = self._required()
        now = document.layer(origin.id)
        if now is None or now.mask is not origin.mask:
            return
        layer = now.changed(**fields)
        self.commit(document.put(layer), label, merge=f"{label} {origin.id}")
        self._solve_again(layer)

    def _solve_again(self, layer: Layer) -> None:
        """Solve the edge of a mask that is new, as it is being asked for just now or was before."""
        if layer.refinement:
            return
        asked = self.runner.under_way(_refine_lane(layer.id))
        params, amend = self._solving[layer.id] if asked else (layer.refine, True)
        if params is not None:
            self._solve(layer, params, amend=amend)

    def _solve(self, layer: Layer, params: RefineParams, *, amend: bool = False) -> None:
        image = self._required().image
        self._solving[layer.id] = (params, amend)

        def solved_in(document: Document, edge: Refinement | None) -> Document:
            """The document with the edge in its layer, if that still shows the mask the edge was solved for."""
            now = document.layer(layer.id)
            if now is None or not now.same_base(layer):
                return document
            if not amend:
                return document.put(now.changed(refine=params, refinement=edge))
            waits = now.refine and not now.refinement and _same_alpha(now.refine, params)
            return document.put(now.changed(refinement=edge)) if waits else document

        def done(solved: Layer) -> None:
            document = self._required()
            if amend and self.history:  # every step that waits for this edge gets it
                self.history.amend(lambda old: solved_in(old, solved.refinement))
                self.changed()
            elif (whole := solved_in(document, solved.refinement)) is not document:
                self.commit(whole, "Refine edge", merge=f"refine {layer.id}")

        self._start(
            "Refine edge",
            lambda token: operations.refine(image, layer, params, token),
            done,
            lane=_refine_lane(layer.id),
        )

    def _walk(self, by: int) -> None:
        history: History | None = self.history
        if history is None:
            return
        self.runner.cancel("layer")
        document = history.go(history.position + by)
        self.changed()
        for layer in document.layers:
            self._solve_again(layer)


def _shape_lane(layer_id: int) -> str:
    return f"layer {layer_id} shape"


def _refine_lane(layer_id: int) -> str:
    return f"layer {layer_id} refine"


def _same_alpha(one: RefineParams, other: RefineParams) -> bool:
    """Whether two refinements differ in their colours only."""
    return (one.band_width, one.solver) == (other.band_width, other.solver)
