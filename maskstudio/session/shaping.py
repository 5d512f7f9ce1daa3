"""Verbs that shape and refine a layer: live parameters, solved on a thread, put into the current document."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from maskstudio.core.document import Document, Layer
from maskstudio.core.mask import Mask
from maskstudio.core.refinement import same_alpha
from maskstudio.jobs import Token
from maskstudio.params.local import UNADJUSTED, MaskParams, RefineParams
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entering, SharedWork
from maskstudio.session.turns import Value


@dataclass(frozen=True, eq=False)
class _Shaping:
    """A layer that is being shaped, and the parameters for it."""

    layer: Layer
    params: MaskParams
    shaped: SharedWork[Mask]

    def put(self, document: Document, shaped: Mask) -> Document:
        """The document with the layer shaped, if the layer still has the same mask."""
        now = document.layer(self.layer.id)
        if now is None or now.mask is not self.layer.mask:
            return document
        return document.put(now.changed(params=self.params, shaped=shaped, refinement=None))

    def entered(self, document: Document, token: Token) -> Document:
        """The document with the layer shaped; the shape is computed here if it is not known yet."""
        return self.put(document, self.shaped(token))


@dataclass(frozen=True, eq=False)
class _Solving:
    """A layer with the edge wanted of it, which is being solved.

    ``amend`` says that the wish is already in the document.
    """

    layer: Layer
    amend: bool
    solved: SharedWork[Layer]

    @property
    def params(self) -> RefineParams | None:
        """The parameters it is solved with."""
        return self.layer.refine

    def put(self, document: Document, solved: Layer) -> Document:
        """The document with the solved edge in its layer, if the layer still wants that edge."""
        now = document.layer(self.layer.id)
        wished = now if self.amend else now and now.changed(refine=self.params)
        if now is None or wished is None or not wished.same_wish(self.layer) or (self.amend and not now.unsolved):
            return document
        return document.put(wished.changed(refinement=solved.refinement))

    def entered(self, document: Document, token: Token) -> Document:
        """The document with that wish, and with the edge solved if the layer still wants the same."""
        now = document.layer(self.layer.id)
        if now is None:
            return document
        wished = now if self.amend else now.changed(refine=self.params, refinement=None)
        if wished.unsolved and wished.same_wish(self.layer):
            return self.put(document, self.solved(token))
        return document.put(wished)


class ShapingVerbs:
    """Newer values replace older ones; results for something that has changed since are dropped or solved again.

    It is the ``Solver`` of its desk.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.computing.append(self._computing)
        desk.solver = self
        # What jobs compute, by layer; valid only while they are under way.
        self._shaping: dict[int, _Shaping] = {}
        self._solving: dict[int, _Solving] = {}

    def mask_params(self, layer: Layer) -> MaskParams:
        """The layer's mask parameters, or newer ones that a job is applying."""
        return self._shaping[layer.id].params if self._under_way(_shape_lane(layer.id)) else layer.params

    def set_mask_params(self, layer_id: int, params: MaskParams) -> None:
        """Shape a layer again, live: a newer call replaces an older one, and consecutive calls are one step."""
        layer = self._desk.required().layer(layer_id)
        if layer is None or self.mask_params(layer) == params:
            return
        if layer.params == params:  # back to the current value, before a job for another one has ended
            self._desk.runner.cancel(_shape_lane(layer_id))
            return
        work: SharedWork[Mask] = SharedWork(lambda token: operations.shaped(layer.mask, params, layer.source, token))
        shaping = self._shaping[layer_id] = _Shaping(layer, params, work)

        def done(shaped: Mask) -> None:
            self._drop_done()
            document = self._desk.required()
            now = document.layer(layer_id)
            if now is not None and now.mask is not layer.mask:  # it was moved since: the value is valid for it too
                self.set_mask_params(layer_id, params)
            elif now is not None:
                self._fold_in(shaping.put(document, shaped), layer, "Shape mask")

        self._desk.start("Shape mask", work, done, lane=_shape_lane(layer_id))
        again = partial(self.set_mask_params, layer_id, params)
        self._desk.enter(_shape_lane(layer_id), Value("Shape mask", f"Shape mask {layer_id}", again))

    def refine(self, layer_id: int, params: RefineParams) -> None:
        """Solve a layer's edge. If only the amount of clean colour changes, take the new value over at once."""
        layer, lane = self._desk.required().layer(layer_id), _refine_lane(layer_id)
        if layer is None:
            return
        solving = self._solving[layer_id] if self._under_way(lane) else None
        if solving is not None and solving.params == params and not solving.amend:
            return
        self._desk.runner.cancel(lane)
        if layer.refine is None or layer.unsolved or not same_alpha(layer.refine, params):
            self._solve(layer.changed(refine=params, refinement=None))
            self._desk.enter(lane, Value("Refine edge", f"refine {layer_id}", partial(self.refine, layer_id, params)))
        elif layer.refine != params:
            self._fold(layer, "Decontaminate colours", refine=params)

    def unrefine(self, layer_id: int) -> None:
        """Remove the refinement, hints and regions: the shaped mask remains."""
        self._desk.runner.cancel(_refine_lane(layer_id))
        nothing: dict[str, Any] = dict.fromkeys(("refine", "refinement", "retouch", "hints", "measured"))
        nothing |= {"edge": UNADJUSTED, "regions": ()}

        def change(document: Document, _token: Token) -> Document:
            layer = document.layer(layer_id)
            same = layer is None or all(getattr(layer, name) == value for name, value in nothing.items())
            return document if layer is None or same else document.put(layer.changed(**nothing))

        self._desk.in_turn("Remove refinement", change)

    def refine_params(self, layer: Layer) -> RefineParams | None:
        """The parameters of the layer's edge, or those a job is applying; None if it is not refined."""
        if self._under_way(_refine_lane(layer.id)):
            solving = self._solving[layer.id]
            return layer.refine if solving.amend else solving.params
        return layer.refine

    def solve_again(self, layer: Layer) -> None:
        """Solve the unsolved part of a layer's edge, with newer parameters if a job is already applying some."""
        solving = self._solving[layer.id] if self._under_way(_refine_lane(layer.id)) else None
        if solving is not None and not solving.amend and (layer.refinement is None or layer.unsolved):
            self._solve(layer.changed(refine=solving.params, refinement=None))
        elif (solving is None or solving.amend) and layer.unsolved:
            self._solve(layer, amend=True)

    def solving(self) -> tuple[Entering, ...]:
        """The changes that the document already wants and that jobs are solving."""
        return tuple(each.entered for each in self._solving_now() if each.amend)

    def wished(self, layer: Layer) -> Layer:
        """The layer with the refine parameters that a job is applying, if there are any."""
        return layer.changed(refine=self.refine_params(layer))

    # Within

    def _computing(self) -> Iterator[Entering]:
        """The values that jobs are applying."""
        yield from (each.entered for key, each in self._shaping.items() if self._under_way(_shape_lane(key)))
        yield from (each.entered for each in self._solving_now() if not each.amend)

    def _under_way(self, lane: str) -> bool:
        return self._desk.runner.under_way(lane)

    def _solving_now(self) -> list[_Solving]:
        return [each for key, each in self._solving.items() if self._under_way(_refine_lane(key))]

    def _drop_done(self) -> None:
        """Forget what jobs that have ended computed, to free the memory of their results."""
        self._shaping = {key: each for key, each in self._shaping.items() if self._under_way(_shape_lane(key))}
        self._solving = {key: each for key, each in self._solving.items() if self._under_way(_refine_lane(key))}

    def _fold(self, origin: Layer, label: str, **fields: object) -> None:
        """Change the layer in the current document, unless it is gone or has another mask now."""
        document = self._desk.required()
        now = document.layer(origin.id)
        if now is not None and now.mask is origin.mask:
            self._fold_in(document.put(now.changed(**fields)), origin, label)

    def _fold_in(self, document: Document, origin: Layer, label: str) -> None:
        self._desk.commit(document, label, merge=f"{label} {origin.id}")
        if (layer := document.layer(origin.id)) is not None:
            self.solve_again(layer)

    def _solve(self, layer: Layer, *, amend: bool = False) -> None:
        """Start solving ``layer``, which has the wanted parameters.

        ``amend`` says that they are already in the document.
        """
        image = self._desk.required().image
        work: SharedWork[Layer] = SharedWork(lambda token: operations.refine(image, layer, token))
        solving = self._solving[layer.id] = _Solving(layer, amend, work)
        if amend:
            self._desk.turns.values.pop(_refine_lane(layer.id), None)

        def done(solved: Layer) -> None:
            """Put the solved edge into the document, as a step or into every step that waits for it."""
            self._drop_done()
            document = self._desk.required()
            if amend and self._desk.history:  # put it into every step that waits for this edge
                self._desk.history.amend(lambda old: solving.put(old, solved))
                self._desk.changed()
            elif (whole := solving.put(document, solved)) is not document:
                self._desk.commit(whole, "Refine edge", merge=f"refine {layer.id}")
            now = self._desk.required().layer(layer.id)
            if now is not None and now.refinement is solved.refinement:
                self.solve_again(now)  # its controls may have changed since

        self._desk.start("Refine edge", work, done, lane=_refine_lane(layer.id))


def _shape_lane(layer_id: int) -> str:
    return f"layer {layer_id} shape"


def _refine_lane(layer_id: int) -> str:
    return f"layer {layer_id} refine"
