"""Verbs that shape and refine a layer: live parameters, solved on a thread, folded into the document of now."""

from typing import Any

from maskstudio import operations
from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.refinement import same_alpha
from maskstudio.jobs import Runner
from maskstudio.params import UNADJUSTED, MaskParams, RefineParams
from maskstudio.verbs.desk import Desk


class ShapingVerbs(Desk):
    """Newer values overtake older ones; results of something that has changed meanwhile are dropped or solved anew."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        # What jobs under way are working towards, by layer; it counts only as long as they are.
        self._shaping: dict[int, MaskParams] = {}
        self._solving: dict[int, tuple[RefineParams | None, bool]] = {}

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
        """Solve a layer's edge, or, where only the amount of clean colour changes, take the new choice over at once."""
        layer, lane = self._required().layer(layer_id), _refine_lane(layer_id)
        if layer is None or (self.runner.under_way(lane) and self._solving[layer_id] == (params, False)):
            return
        self.runner.cancel(lane)
        if layer.refine is None or layer.unsolved or not same_alpha(layer.refine, params):
            self._solve(layer.changed(refine=params, refinement=None))
        elif layer.refine != params:
            self._fold(layer, "Decontaminate colours", refine=params)

    def unrefine(self, layer_id: int) -> None:
        """Go back to the shaped mask."""
        self.runner.cancel(_refine_lane(layer_id))
        nothing: dict[str, Any] = dict.fromkeys(("refine", "refinement", "retouch", "hints", "measured"))
        self._edit(layer_id, "Remove refinement", edge=UNADJUSTED, regions=(), **nothing)

    def refine_params(self, layer: Layer) -> RefineParams | None:
        """How the layer's edge is solved, or how it is just about to be; None for not at all."""
        if self.runner.under_way(_refine_lane(layer.id)):
            params, amend = self._solving[layer.id]
            return layer.refine if amend else params
        return layer.refine

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
        """Solve what is not solved of an edge, as it is being asked for just now or was before."""
        under_way = self.runner.under_way(_refine_lane(layer.id))
        params, amend = self._solving[layer.id] if under_way else (None, True)
        if not amend and (layer.refinement is None or layer.unsolved):
            self._solve(layer.changed(refine=params, refinement=None))
        elif layer.unsolved:
            self._solve(layer, amend=True)

    def _solve(self, layer: Layer, *, amend: bool = False) -> None:
        """Solve ``layer``, which is as it is wished to be. To ``amend`` is to bring what was wished for before."""
        image = self._required().image
        self._solving[layer.id] = (layer.refine, amend)

        def solved_in(document: Document, solved: Layer) -> Document:
            """The document with the edge in its layer, if that still wants the edge that was solved."""
            now = document.layer(layer.id)
            wished = now if amend else now and now.changed(refine=layer.refine)
            if now is None or wished is None or not wished.same_wish(layer) or (amend and not now.unsolved):
                return document
            return document.put(wished.changed(refinement=solved.refinement))

        def done(solved: Layer) -> None:
            document = self._required()
            if amend and self.history:  # every step that waits for this edge gets it
                self.history.amend(lambda old: solved_in(old, solved))
                self.changed()
            elif (whole := solved_in(document, solved)) is not document:
                self.commit(whole, "Refine edge", merge=f"refine {layer.id}")
            now = self._required().layer(layer.id)
            if now is not None and now.refinement is solved.refinement:
                self._solve_again(now)  # its controls may be others by now

        self._start(
            "Refine edge",
            lambda token: operations.refine(image, layer, token),
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
