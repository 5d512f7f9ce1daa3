"""Document: an image and its layers, frozen. Every change makes a new one that shares whatever stayed the same."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import ColourTile, Flags, Index, Plane, Real
from maskstudio.core.doubt import greatest
from maskstudio.core.geometry import Rect, bounds
from maskstudio.core.image import Image
from maskstudio.core.layer import Detection, Layer, Origin, Refinement, Region, colour_of
from maskstudio.core.lazy import lazy
from maskstudio.core.mask import Mask, grid, within
from maskstudio.core.ops import CombineMode, combine_tiles
from maskstudio.core.tile import Tile, flat

__all__ = ["Change", "Detection", "Document", "Layer", "Origin", "Refinement", "Region", "compare"]

Parts = tuple[tuple[Mask, CombineMode], ...]  # what is combined, from bottom to top


class Combination(NamedTuple):
    """Masks that were combined, and what came of it."""

    parts: Parts
    alpha: Mask


@dataclass(frozen=True, eq=False)
class Document:
    """An image, its layers from bottom to top, and the id of the active one.

    While ``solo`` names a layer, that one alone counts.
    """

    image: Image
    layers: tuple[Layer, ...] = ()
    active: int | None = None
    next_id: int = field(default=1)
    solo: int | None = None
    # That of the document this one was made from, so that only what differs is combined anew.
    known: Combination | None = field(default=None, repr=False)

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

    def called(self, layer: Layer) -> str:
        """What a sentence calls a layer: its name, and its number on the photo where others have that name too."""
        number = next((at for at, each in enumerate(self.layers, start=1) if each.id == layer.id), 0)
        shared = sum(each.name == layer.name for each in self.layers) > 1
        return f"{layer.name} (number {number})" if shared and number else layer.name

    @property
    def shown(self) -> list[Layer]:
        """The layers that count, from bottom to top."""
        if self.solo is not None:
            return [layer for layer in self.layers if layer.id == self.solo]
        return [layer for layer in self.layers if layer.visible]

    @property
    def alpha(self) -> Mask:
        """The layers that count combined from bottom to top, each in its mode; a layer in solo as it is."""
        return self.combination.alpha

    @property
    def doubtful(self) -> bool:
        """Whether a second model differed anywhere from what a layer that counts was found as."""
        return any(layer.source and layer.source.doubt and layer.source.doubt.tiles for layer in self.shown)

    @lazy
    def doubt(self) -> Mask | None:
        """By how much second opinions differ, 0..255, of all layers that count; None where there are none."""
        return greatest([layer.doubt for layer in self.shown if layer.doubt is not None])

    @property
    def kept_alpha(self) -> Mask | None:
        """``alpha`` if it has been combined already, or None; combines nothing."""
        kept = Document.combination.kept(self)
        return kept.alpha if kept is not None else None

    @lazy
    def combination(self) -> Combination:
        """What counts, and how it comes out combined; takes the place of ``known``."""
        parts: Parts = tuple((layer.alpha, "add" if self.solo else layer.mode) for layer in self.shown)
        combined = Combination(parts, _combined(parts, self.size, self.known))
        object.__setattr__(self, "known", None)
        return combined

    def changed(self, **fields: Any) -> "Document":
        """The document with other values in these fields; what was combined already is not combined again."""
        return replace(self, known=Document.combination.kept(self) or self.known, **fields)

    def forget(self) -> None:
        """Let go what can be combined again, for a document that only history holds."""
        Document.combination.forget(self)

    def recall(self, shown: "Document") -> None:
        """Make ready to follow ``shown``: what both have in common is not combined again."""
        kept = Document.combination.kept(shown)
        if kept is not None and shown.image is self.image and Document.combination.kept(self) is None:
            object.__setattr__(self, "known", kept)

    def add(self, layers: list[Layer], *, activate: bool = True, at: int | None = None) -> "Document":
        """The document with ``layers`` on top, or at position ``at`` from the bottom, with ids and colours given."""
        numbered = [
            layer.changed(id=number, colour=colour_of(number)) for number, layer in enumerate(layers, self.next_id)
        ]
        active = numbered[0].id if numbered and activate else self.active
        at = len(self.layers) if at is None else at
        whole = (*self.layers[:at], *numbered, *self.layers[at:])
        return self.changed(layers=whole, active=active, next_id=self.next_id + len(numbered))

    def put(self, layer: Layer) -> "Document":
        """The document with the layer of that id replaced. Raises KeyError where there is none."""
        if self.layer(layer.id) is None:
            raise KeyError(layer.id)
        return self.changed(layers=tuple(layer if old.id == layer.id else old for old in self.layers))

    def remove(self, layer_id: int) -> "Document":
        """The document without that layer; the one below it becomes active, or the one above. Raises KeyError."""
        ids = [layer.id for layer in self.layers]
        if layer_id not in ids:
            raise KeyError(layer_id)
        at = ids.index(layer_id)
        left = ids[:at] + ids[at + 1 :]
        active = self.active if self.active != layer_id else (left[max(at - 1, 0)] if left else None)
        rest = tuple(layer for layer in self.layers if layer.id != layer_id)
        return self.changed(layers=rest, active=active, solo=None if self.solo == layer_id else self.solo)

    def move(self, layer_id: int, to: int) -> "Document":
        """The document with that layer at position ``to``, counted from the bottom. Raises KeyError."""
        rest = [layer for layer in self.layers if layer.id != layer_id]
        moved = self.layer(layer_id)
        if moved is None:
            raise KeyError(layer_id)
        rest.insert(max(0, min(to, len(rest))), moved)
        return self.changed(layers=tuple(rest))

    def colours(self, rect: Rect) -> npt.NDArray[Any]:
        """Colours of the cut-out in ``rect`` (within the frame): the image's own, decontaminated along refined edges.

        Shape (rect.height, rect.width, 3), the image's type. Without decontamination it is a view of the image. What is
        opaque in the end keeps the image's own, also along the edge of a layer that lies over another.
        """
        source = self.image.pixels[rect.slices()]
        clean = [layer for layer in self.shown if (layer.mode == "add" or self.solo) and any(_amounts(layer))]
        out = source
        for layer in clean:
            if layer.refinement is None:
                continue
            for index, box in grid(*self.size, rect):
                tile = layer.refinement.colours.get(index)
                if tile is None:
                    continue
                out = source.copy() if out is source else out
                opaque = self.alpha.tile(index) == 255
                _blend(out, tile, layer.alpha.tile(index), opaque, _amount(layer, index), box, rect)
        return out


def _amounts(layer: Layer) -> tuple[float, ...]:
    """Shares of decontaminated colour: the layer's own, then those of its regions."""
    return (layer.amount, *(region.amount for region in layer.regions))


def _amount(layer: Layer, index: Index) -> float | Real:
    """The share of decontaminated colour in a tile: one for all pixels, or one for each (H, W)."""
    amount: float | Real = layer.amount
    for region in layer.regions:
        area = region.area.held(index)
        if area.value == 255:
            amount = region.amount
        elif area.value != 0:
            share = area.pixels.astype(np.float32) / np.float32(255)
            amount = np.float32(amount) * (1 - share) + np.float32(region.amount) * share
    return amount


def _blend(
    out: npt.NDArray[Any],
    tile: ColourTile,
    alpha: Plane,
    opaque: Flags,
    amount: float | Real,
    box: Rect,
    rect: Rect,
) -> None:
    """Mix ``tile`` into ``out`` by ``amount`` where the layer's alpha is soft; solid pixels keep the source, and
    so do those that are ``opaque`` in the end.
    """
    part = box.intersect(rect)
    here, there = within(part, rect), within(part, box)
    soft = (alpha[there] > 0) & (alpha[there] < 255) & ~opaque[there]
    old, new = out[here][soft], tile[there][soft]
    if not isinstance(amount, float | int):
        amount = amount[there][soft][:, None]
    elif amount == 1:
        out[here][soft] = new
        return
    out[here][soft] = np.rint(old + (new.astype(np.float32) - old) * amount).astype(out.dtype)


def _areas(layer: Layer) -> tuple[int, ...]:
    return tuple(id(region.area) for region in layer.regions)


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
    return Change(area, alpha=bool(area), layers=_outline(old) != _outline(new), image=False)


def _outline(document: Document) -> tuple[object, ...]:
    return document.layers, document.active, document.solo


def _colour_area(old: Document, new: Document) -> Rect:
    """Where decontaminated colours may differ. Layers that are the same objects in both are not looked into."""
    before, after = ({layer.id: layer for layer in document.shown} for document in (old, new))
    touched = [key for key in before.keys() | after.keys() if before.get(key) is not after.get(key)]
    pairs = [(before.get(key), after.get(key)) for key in touched]
    differing = [pair for pair in pairs if _coloured(pair[0]) != _coloured(pair[1])]
    solved = [layer.refinement for pair in differing for layer in pair if layer is not None and layer.refinement]
    return bounds(new.alpha.rect(index) for each in solved for index in each.colours)


def _coloured(layer: Layer | None) -> tuple[object, ...]:
    """What the colours along the edge of a layer come from."""
    return () if layer is None else (layer.refinement, _amounts(layer), _areas(layer), layer.mode)


def _combined(parts: Parts, size: tuple[int, int], known: Combination | None) -> Mask:
    """The parts combined from bottom to top, tile by tile, taking over from ``known`` whatever did not change."""
    if not parts:
        return Mask(*size)
    if len(parts) == 1 and parts[0][1] == "add":
        return parts[0][0]
    if known is None:
        every = set().union(*(mask.tiles.keys() for mask, _ in parts))
        return Mask(*size).with_tiles({index: _stack(parts, index) for index in every})
    before, alpha = known
    if [mode for _, mode in before] == [mode for _, mode in parts]:
        pairs = zip(before, parts, strict=True)
        differing = {index for (old, _), (new, _) in pairs if new is not old for index in new.changed(old)}
        if not differing:
            return alpha
    else:
        differing = set(alpha.tiles.keys()).union(*(mask.tiles.keys() for mask, _ in parts))
    return alpha.with_tiles({index: _same(alpha.held(index), _stack(parts, index)) for index in differing})


def _stack(parts: Parts, index: Index) -> Tile:
    """One tile of the parts combined; nothing lies below the lowest."""
    below = flat(0, *parts[0][0].held(index).shape)
    for mask, mode in parts:
        below = combine_tiles(below, mask.held(index), mode)
    return below


def _same(old: Tile, new: Tile) -> Tile:
    """The old tile where the new one has the same pixels, so that it does not count as a change."""
    if old is new or old.value is not None or new.value is not None:
        return new
    if old.is_deep or new.is_deep:
        return old if np.array_equal(old.deep, new.deep) else new
    return old if np.array_equal(old.pixels, new.pixels) else new
