"""Verbs on layers: select, show, order, name, copy, merge, move."""

from dataclasses import replace

from maskstudio.core.arrays import Colour
from maskstudio.core.document import Document, Layer, Origin
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode, combine
from maskstudio.core.warp import moved
from maskstudio.jobs import Token
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entered
from maskstudio.session.naming import copied, new_name


class LayerVerbs:
    """Each verb is a step of its own, except for selecting the active layer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def activate(self, layer_id: int) -> None:
        """Make a layer the active one, on which panels act. This is not a step: the result does not change."""
        document = self._desk.required()
        if document.active != layer_id and document.layer(layer_id) and self._desk.history:
            chosen = document.changed(active=layer_id)
            self._desk.history.seal()
            self._desk.history.amend(lambda old: chosen if old is document else old)
            self._desk.changed()

    def set_visible(self, layer_id: int, visible: bool) -> None:
        """Show or hide a layer; a hidden layer is not part of the result."""
        self._edit(layer_id, "Show layer" if visible else "Hide layer", visible=visible)

    def set_solo(self, layer_id: int | None) -> None:
        """Make one layer the only one in the result, or all visible layers again (None)."""
        document = self._desk.required()
        if document.solo != layer_id and (layer_id is None or document.layer(layer_id)):
            self._desk.commit(document.changed(solo=layer_id), "Show all layers" if layer_id is None else "Solo layer")

    def set_mode(self, layer_id: int, mode: CombineMode) -> None:
        """Set whether a layer is added to, subtracted from, intersected with or excluded from the layers below."""
        self._edit(layer_id, f"{mode.capitalize()} layer", mode=mode)

    def set_colour(self, layer_id: int, colour: Colour) -> None:
        """Set the colour that marks a layer; red, green, blue, 0..255. Consecutive calls are one step."""
        self._edit(layer_id, "Colour layer", f"colour {layer_id}", colour=colour)

    def rename(self, layer_id: int, name: str) -> None:
        """Rename a layer; an empty name changes nothing."""
        if name.strip():
            self._edit(layer_id, "Rename layer", name=name.strip())

    def delete(self, layer_id: int) -> None:
        """Remove a layer."""
        document = self._desk.required()
        layer = document.layer(layer_id)
        if layer is None:
            return

        def change(document: Document, _token: Token) -> Document:
            return document.remove(layer_id) if document.layer(layer_id) is not None else document

        if self._desk.turns.waiting:
            self._desk.in_turn("Delete layer", change)
            return
        in_hand, entered = self._desk.busy_with(layer), Entered(document, self._desk.values_coming())
        self._desk.runner.cancel(f"layer {layer_id} ")
        self._desk.change("Delete layer", change)
        if in_hand and entered.changes:
            self._complete(entered, layer_id)

    def _complete(self, entered: Entered, layer_id: int) -> None:
        """Add what was entered for a deleted layer to the step before the deletion, so that undo brings it back too."""
        history = self._desk.history
        assert history is not None

        def made(whole: Document) -> None:
            kept = whole.layer(layer_id)
            if kept is not None:
                history.amend(lambda old: old.put(kept) if old is entered.document else old)
                self._desk.changed()

        name = entered.document.image.name
        self._desk.runner.start(f"Finish {name}", entered.made, made, lane=f"deleted {layer_id}", quiet=True)

    def move(self, layer_id: int, to: int) -> None:
        """Move a layer to position ``to``, counted from the bottom."""
        document = self._desk.required()
        if document.layer(layer_id):
            self._desk.commit(document.move(layer_id, to), "Move layer")

    def add(self, mask: Mask | None = None, *, name: str = "", how: str = "hand") -> int:
        """Add a layer on top and make it active; returns its id.

        ``mask`` has the size of the document; without one it is empty.
        """
        document = self._desk.required()
        mask = Mask(*document.size) if mask is None else mask
        layer = Layer(
            id=0, name=name or new_name(document), mask=mask, shaped=mask, origin=self._desk.origin(how),
        )  # fmt: skip
        self._desk.commit(document.add([layer]), "New layer")
        return document.next_id

    def duplicate(self, layer_id: int) -> None:
        """Put a copy of a layer directly above it."""
        origin = self._desk.origin("duplicate")

        def change(document: Document, _token: Token) -> Document:
            layer = document.layer(layer_id)
            if layer is None:
                return document
            copy = layer.changed(name=copied(layer.name, document), origin=origin)
            return document.add([copy], at=document.layers.index(layer) + 1)

        self._desk.in_turn("Duplicate layer", change)

    def merge_down(self, layer_id: int) -> None:
        """Combine a layer with the one below it, in its mode, into one mask without parameters."""
        pair = _pair(self._desk.required(), layer_id)
        if pair is None:
            return
        if not _mergeable(*pair):
            self._desk.told("Only two visible layers merge, and the lower one must be one that adds.")
            return
        origin = self._desk.origin("merge", params={"of": [each.name for each in pair]})

        def change(document: Document, _token: Token) -> Document:
            pair = _pair(document, layer_id)
            return _merged(document, *pair, origin) if pair is not None and _mergeable(*pair) else document

        self._desk.in_turn("Merge layers", change, whole=True)

    def move_pixels(self, layer_id: int, dx: int, dy: int) -> None:
        """Move a layer's mask and paint by whole pixels; its parameters stay live and a refined edge is solved
        again.
        """
        if (dx, dy) == (0, 0):
            return

        def change(document: Document, _token: Token) -> Document:
            layer = document.layer(layer_id)
            return document if layer is None else document.put(_placed(layer, dx, dy))

        self._desk.in_turn("Move mask", change)

    # Within

    def _edit(self, layer_id: int, label: str, merge: str = "", **fields: object) -> None:
        document = self._desk.required()
        layer = document.layer(layer_id)
        if layer is not None and any(getattr(layer, name) != value for name, value in fields.items()):
            self._desk.commit(document.put(layer.changed(**fields)), label, merge)


def _pair(document: Document, layer_id: int) -> tuple[Layer, Layer] | None:
    """The layer below ``layer_id``, and that layer; None if there are not two."""
    layer = document.layer(layer_id)
    at = document.layers.index(layer) if layer else 0
    return (document.layers[at - 1], layer) if layer is not None and at else None


def _mergeable(below: Layer, layer: Layer) -> bool:
    return below.mode == "add" and below.visible and layer.visible


def _merged(document: Document, below: Layer, layer: Layer, origin: Origin) -> Document:
    mask = combine(below.alpha, layer.alpha, layer.mode)
    whole = Layer(id=below.id, name=below.name, mask=mask, shaped=mask, colour=below.colour, origin=origin)
    return document.remove(layer.id).put(whole).changed(active=below.id)


def _placed(layer: Layer, dx: int, dy: int) -> Layer:
    """The layer with mask, paint, hints and regions moved by whole pixels; its edge becomes unsolved."""
    mask = moved(layer.mask, dx, dy)
    return layer.changed(
        mask=mask,
        shaped=mask if layer.shaped is layer.mask else moved(layer.shaped, dx, dy),
        paint=layer.paint.transformed(lambda plane: moved(plane, dx, dy)) if layer.paint else None,
        retouch=layer.retouch.transformed(lambda plane: moved(plane, dx, dy)) if layer.retouch else None,
        hints=moved(layer.hints, dx, dy) if layer.hints else None,
        regions=tuple(replace(region, area=moved(region.area, dx, dy)) for region in layer.regions),
        measured=None,
        refinement=None,
        source=None,
    )
