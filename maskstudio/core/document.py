"""Document: an image and its layers, frozen. Every change makes a new one that shares whatever stayed the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.geometry import Rect, bounds
from maskstudio.core.image import Image
from maskstudio.core.mask import Index, Mask, Plane, grid
from maskstudio.core.ops import Mode, combine
from maskstudio.params import UNSHAPED, MaskParams, RefineParams

ColourTile = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Detection:
    """One object as a provider returned it.

    ``score`` is 0..1, or None where the provider gives none; ``box`` is left, top, right, bottom in px of the document;
    ``mask`` is raw and of document size; ``done`` names parameters the provider has already applied to it; ``stand_in``
    names the model that ran in place of ``model``, where another one did.
    """

    label: str
    score: float | None
    box: tuple[float, float, float, float]
    mask: Mask
    model: str = ""
    provider: str = "local"
    done: frozenset[str] = frozenset()
    stand_in: str = ""


@dataclass(frozen=True, eq=False)
class Refinement:
    """What a refine job found: alpha, and clean colours for the tiles that have an edge in them (the image's type)."""

    alpha: Mask
    colours: Mapping[Index, ColourTile]

    @property
    def nbytes(self) -> int:
        """Bytes of alpha and colours."""
        return self.alpha.nbytes + sum(tile.nbytes for tile in self.colours.values())


@dataclass(frozen=True, eq=False)
class Layer:
    """One object of a document. ``shaped`` is always ``mask`` with ``params`` applied; ``refinement`` belongs to it.

    ``refine`` holds the parameters of a wanted refinement, None when none is wanted; ``refinement`` is None until it is
    solved.
    """

    id: int
    name: str
    mask: Mask
    shaped: Mask
    params: MaskParams = UNSHAPED
    source: Detection | None = None
    refine: RefineParams | None = None
    refinement: Refinement | None = None
    visible: bool = True
    mode: Mode = "add"

    @property
    def alpha(self) -> Mask:
        """What the layer contributes: refined where that is solved, otherwise the shaped mask."""
        return self.shaped if self.refinement is None else self.refinement.alpha

    @property
    def amount(self) -> float:
        """Share of decontaminated colour, 0..1."""
        if self.refine is None or not self.refine.color_decontamination:
            return 0.0
        return self.refine.decontamination_amount


@dataclass(frozen=True, eq=False)
class Document:
    """An image, its layers from bottom to top, and the id of the active one."""

    image: Image
    layers: tuple[Layer, ...] = ()
    active: int | None = None
    next_id: int = field(default=1)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.image.width, self.image.height

    @property
    def frame(self) -> Rect:
        """The whole image."""
        return Rect(0, 0, *self.size)

    def layer(self, layer_id: int | None) -> Layer | None:
        """The layer of this id, or None."""
        return next((layer for layer in self.layers if layer.id == layer_id), None)

    @cached_property
    def alpha(self) -> Mask:
        """Visible layers combined from bottom to top, each in its mode."""
        shown = [layer for layer in self.layers if layer.visible]
        return reduce(lambda below, layer: combine(below, layer.alpha, layer.mode), shown, Mask(*self.size))

    def add(self, layers: list[Layer], *, activate: bool = True) -> "Document":
        """The document with ``layers`` on top; their ids are given here."""
        numbered = [replace(layer, id=self.next_id + offset) for offset, layer in enumerate(layers)]
        active = numbered[0].id if numbered and activate else self.active
        return replace(self, layers=(*self.layers, *numbered), active=active, next_id=self.next_id + len(numbered))

    def put(self, layer: Layer) -> "Document":
        """The document with the layer of that id replaced."""
        return replace(self, layers=tuple(layer if old.id == layer.id else old for old in self.layers))

    def remove(self, layer_id: int) -> "Document":
        """The document without that layer; the one below it becomes active, or the one above."""
        ids = [layer.id for layer in self.layers]
        at = ids.index(layer_id)
        left = ids[:at] + ids[at + 1 :]
        active = self.active if self.active != layer_id else (left[max(at - 1, 0)] if left else None)
        return replace(self, layers=tuple(layer for layer in self.layers if layer.id != layer_id), active=active)

    def move(self, layer_id: int, to: int) -> "Document":
        """The document with that layer at position ``to``, counted from the bottom."""
        rest = [layer for layer in self.layers if layer.id != layer_id]
        moved = next(layer for layer in self.layers if layer.id == layer_id)
        rest.insert(max(0, min(to, len(rest))), moved)
        return replace(self, layers=tuple(rest))

    def colours(self, rect: Rect) -> npt.NDArray[Any]:
        """Colours of the cut-out in ``rect`` (within the frame): the image's own, decontaminated along refined edges.

        Shape (rect.height, rect.width, 3), the image's type. Without decontamination it is a view of the image.
        """
        source = self.image.pixels[rect.slices()]
        clean = [layer for layer in self.layers if layer.visible and layer.mode == "add" and layer.amount > 0]
        out = source
        for layer in clean:
            if layer.refinement is None:
                continue
            for index, box in grid(*self.size, rect):
                tile = layer.refinement.colours.get(index)
                if tile is None:
                    continue
                out = source.copy() if out is source else out
                _blend(out, tile, layer.refinement.alpha.tile(index), layer.amount, box, rect)
        return out


def _blend(out: npt.NDArray[Any], tile: ColourTile, alpha: Plane, amount: float, box: Rect, rect: Rect) -> None:
    """Mix ``tile`` into ``out`` by ``amount`` where the layer's alpha is soft; solid pixels keep the source exactly."""
    part = box.intersect(rect)
    here = Rect(part.x - rect.x, part.y - rect.y, part.width, part.height).slices()
    there = Rect(part.x - box.x, part.y - box.y, part.width, part.height).slices()
    soft = (alpha[there] > 0) & (alpha[there] < 255)
    old = out[here][soft]
    mixed = old + (tile[there][soft].astype(np.float32) - old) * amount if amount < 1 else tile[there][soft]
    out[here][soft] = np.rint(mixed).astype(out.dtype)


@dataclass(frozen=True)
class Change:
    """What differs between two documents."""

    area: Rect
    alpha: bool
    layers: bool
    image: bool


def compare(old: Document | None, new: Document | None) -> Change:
    """What a view of ``old`` must redo to show ``new``. Found by identity: free where nothing changed."""
    if old is None or new is None or old.image is not new.image:
        frame = new.frame if new is not None else Rect(0, 0, 0, 0)
        return Change(frame, alpha=True, layers=True, image=True)
    area = bounds(new.alpha.rect(index) for index in new.alpha.changed(old.alpha))
    area = area.unite(_colour_area(old, new))
    return Change(area, alpha=bool(area), layers=old.layers != new.layers or old.active != new.active, image=False)


def _colour_area(old: Document, new: Document) -> Rect:
    """Where decontaminated colours may differ."""
    before = {layer.id: (layer.refinement, layer.amount, layer.visible, layer.mode) for layer in old.layers}
    after = {layer.id: (layer.refinement, layer.amount, layer.visible, layer.mode) for layer in new.layers}
    touched = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    tiles = [state[0].colours for key in touched for state in (before.get(key), after.get(key)) if state and state[0]]
    return bounds(new.alpha.rect(index) for colours in tiles for index in colours)
