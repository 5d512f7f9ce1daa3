"""Layer: one object of a document, frozen: its mask, parameters, refinement and paint, and where it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np

from maskstudio.core.arrays import Alpha, Box, Colour
from maskstudio.core.doubt import undecided
from maskstudio.core.lazy import carry, declared, lazy, made_of
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode
from maskstudio.core.paint import Paint
from maskstudio.core.refinement import Refinement, Region, amount_of, same_alpha
from maskstudio.params.local import UNADJUSTED, UNSHAPED, AdjustParams, MaskParams, RefineParams

__all__ = ["COLOURS", "Detection", "Found", "Layer", "Origin", "Refinement", "Region", "Subject"]

Help = Literal["click", "box", "model"]


# Told apart by people who see few hues as well (Okabe and Ito, 2008), without the black.
COLOURS: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)


@dataclass(frozen=True, eq=False)
class Detection:
    """One object as a provider returned it.

    ``score`` is 0..1, or None where the provider gives none; ``box`` is left, top, right, bottom in px of the document;
    ``mask`` is raw and of document size; ``done`` names parameters the provider has already applied to it; ``stand_in``
    names the model that ran in place of ``model``, where another one did; ``said`` is what a service said of it under
    its own names, such as its cost: texts, numbers, and objects of those; ``doubt`` is by how much a second opinion
    differs at each pixel, 0..255, None where there is none.
    """

    label: str
    score: float | None
    box: Box
    mask: Mask
    model: str = ""
    provider: str = "local"
    done: frozenset[str] = frozenset()
    stand_in: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    doubt: Mask | None = None


@dataclass(frozen=True, eq=False)
class Subject(Detection):
    """The one thing, or the group of things, that a photo is of.

    ``score`` is the confidence, 0..1: the measured chance that the mask is right but for its edge. ``model`` is what
    was asked for and ``stand_in`` the model that answered, where "auto" was asked for. ``way`` says in one sentence
    how it was found. ``sure`` is whether the confidence lies above the line under which masks are often wrong; if not,
    ``helps`` names what would settle it: a click on the subject, a box around it, another model.
    """

    way: str = ""
    sure: bool = True
    helps: tuple[Help, ...] = ()

    @classmethod
    def of(cls, found: Detection, *, way: str, sure: bool, helps: tuple[Help, ...]) -> "Subject":
        """What was found, as the subject of its photo."""
        facts = {each.name: getattr(found, each.name) for each in fields(Detection)}
        return cls(**facts, way=way, sure=sure, helps=helps)

    @property
    def confidence(self) -> float:
        """The score; 1 for a model that gives none."""
        return 1.0 if self.score is None else self.score

    @property
    def used(self) -> str:
        """The name of the model that answered."""
        return self.stand_in or self.model

    @property
    def alpha(self) -> Alpha:
        """The mask as opacity, float32 (H, W) in 0..1; a new array at each call."""
        opacity: Alpha = self.mask.deep_array().astype(np.float32) / np.float32(65535)
        return opacity


def box_around(mask: Mask) -> Box:
    """The box of a find: around what is more than half in, or around all of it where nothing is.

    What a model leaves at a few levels here and there is no part of what it found. Empty for an empty mask.
    """
    held = {index: np.where(mask.tile(index) > 127, np.uint8(255), np.uint8(0)) for index in mask.tiles}
    edges = Mask(*mask.size).with_tiles(held).bounds or mask.bounds
    return float(edges.x), float(edges.y), float(edges.right), float(edges.bottom)


def colour_of(number: int) -> Colour:
    """The colour that marks the layer of this id until the user chooses another."""
    return COLOURS[(number - 1) % len(COLOURS)]


@dataclass(frozen=True)
class Found:
    """What a layer was when a model or a service found it, of all that people change on it and that is never empty."""

    name: str
    params: MaskParams
    refine: RefineParams | None
    edge: AdjustParams = UNADJUSTED


@dataclass(frozen=True)
class Origin:
    """Where a layer came from.

    how      what made it: "detect", "remove background", "import", "hand", "duplicate", "merge" …
    model    the model that ran, if one did, and ``version``, the library or weights it ran with
    params   the parameters of that run, under their wire names
    who      the name of the person at the machine
    when     local time with offset, ISO 8601, to the second
    """

    how: str
    model: str = ""
    version: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    when: str = ""


@dataclass(frozen=True, eq=False)
class Layer:
    """One object of a document. ``shaped`` is always ``mask`` with ``params`` applied; ``refinement`` belongs to it.

    What is wanted of the edge: ``refine``, how a band along it is solved, None for no band; ``edge``, the controls of
    the solved edge as a whole; ``hints``, a plane of what was painted into the trimap (``matting.trimap``);
    ``regions`` that have parameters of their own, the last one on top; ``measured``, what was found from a second
    photo and takes the place of the band. ``refinement`` is None until all that is solved. ``paint`` lies under it,
    ``retouch`` over it; without anything wanted there is ``paint`` alone.
    """

    id: int
    name: str
    mask: Mask
    shaped: Mask
    params: MaskParams = UNSHAPED
    source: Detection | None = None
    refine: RefineParams | None = None
    edge: AdjustParams = UNADJUSTED
    hints: Mask | None = None
    regions: tuple[Region, ...] = ()
    measured: Refinement | None = None
    refinement: Refinement | None = None
    visible: bool = True
    mode: CombineMode = "add"
    inverted: bool = False
    paint: Paint | None = None
    retouch: Paint | None = None
    colour: Colour = COLOURS[0]
    origin: Origin | None = None
    found: Found | None = None  # None for what no model found, and for finds made before this was kept

    @made_of("shaped", "inverted")
    def recipe(self) -> Mask:
        """What the parameters alone give: the shaped mask, inverted where that is asked for."""
        return self.shaped.inverse if self.inverted else self.shaped

    @made_of("recipe", "paint")
    def base(self) -> Mask:
        """What a refinement is solved for: the recipe with the paint made before it."""
        return self.paint.over(self.recipe) if self.paint else self.recipe

    @made_of("base", "refinement", "retouch")
    def alpha(self) -> Mask:
        """What the layer contributes: refined and retouched where that is solved, otherwise the painted mask."""
        if self.refinement is None:
            return self.base
        return self.retouch.over(self.refinement.alpha) if self.retouch else self.refinement.alpha

    @made_of("source", "paint", "retouch")
    def doubt(self) -> Mask | None:
        """By how much a second opinion differs, 0..255, where nobody has decided by paint since; None without one."""
        if self.source is None or self.source.doubt is None:
            return None
        return undecided(self.source.doubt, [paint.cover for paint in (self.paint, self.retouch) if paint])

    @property
    def amount(self) -> float:
        """Share of decontaminated colour outside of all regions, 0..1."""
        return 1.0 if self.measured is not None and self.refine is None else amount_of(self.refine)

    @property
    def band(self) -> RefineParams | None:
        """How the band along the edge is solved; None for none, as where alpha was measured."""
        return None if self.measured is not None else self.refine

    @property
    def edges(self) -> tuple[AdjustParams, ...]:
        """The controls of the edge: the layer's own, then those of its regions."""
        return (self.edge, *(region.edge for region in self.regions))

    @property
    def wants_edge(self) -> bool:
        """Whether anything is to be made of the edge beyond the painted mask."""
        wanted = self.refine is not None or self.hints is not None or bool(self.regions) or self.measured is not None
        return wanted or self.edge != UNADJUSTED or self.retouch is not None

    @property
    def unsolved(self) -> bool:
        """Whether ``refinement`` is not, or not quite, what is wanted."""
        if not self.wants_edge:
            return False
        return self.refinement is None or bool(self.refinement.pending) or self.refinement.edges != self.edges

    @property
    def brushed(self) -> Mask:
        """What lies directly under the paint that a new stroke goes to."""
        return self.refinement.alpha if self.refinement else self.recipe

    @property
    def brush_paint(self) -> Paint | None:
        """The paint that a new stroke goes to: over the refinement where there is one."""
        return self.retouch if self.refinement else self.paint

    def with_brush_paint(self, paint: Paint | None) -> "Layer":
        """The layer with the paint that ``brush_paint`` gave replaced."""
        return self.changed(retouch=paint) if self.refinement else self.changed(paint=paint)

    @property
    def worked_on(self) -> bool:
        """Whether there is work in the layer that would be lost if the same find were made anew.

        Each field is decided upon in ``WORK``. A layer that no model found, or of which is not known what it was when
        it was found, counts as work from beginning to end.
        """
        return any(worked(self) for worked in WORK.values() if worked is not None)

    def as_found(self) -> "Layer":
        """The layer as one that has just been found, and has no work in it yet."""
        return self.changed(found=Found(self.name, self.params, self.refine, self.edge))

    def changed(self, **fields: Any) -> "Layer":
        """The layer with other values in these fields; masks made of what stayed the same stay the same objects.

        Raises TypeError for what is no field.
        """
        made = {item: getattr(self, item) for item in self.__dataclass_fields__}
        layer = Layer(**{**made, **fields})
        carry(self, layer, fields)
        return layer

    @property
    def kept(self) -> list[Mask]:
        """The masks that have been made of it so far; makes none."""
        made = [value.kept(self) for value in _MASKS]
        return [mask for mask in made if mask is not None]

    def same_base(self, other: "Layer") -> bool:
        """Whether both are refined from the same painted mask."""
        return self.shaped is other.shaped and self.paint is other.paint and self.inverted == other.inverted

    def same_wish(self, other: "Layer") -> bool:
        """Whether a solution of the edge of one, before its controls, is one for the other."""
        alike = len(self.regions) == len(other.regions) and all(
            mine.area is theirs.area and same_alpha(mine.refine, theirs.refine)
            for mine, theirs in zip(self.regions, other.regions, strict=True)
        )
        given = self.hints is other.hints and self.measured is other.measured
        return alike and given and self.same_base(other) and same_alpha(self.refine, other.refine)


_MASKS: tuple[lazy[Mask], ...] = tuple(declared(Layer).values())

WORK: dict[str, Callable[[Layer], bool] | None] = {
    "id": None,
    "name": lambda layer: layer.found is not None and layer.name != layer.found.name,
    "mask": None,  # whatever moves it leaves no ``source``
    "shaped": None,  # follows from mask and params
    "params": lambda layer: layer.found is not None and layer.params != layer.found.params,
    "source": lambda layer: layer.source is None,
    "refine": lambda layer: layer.found is not None and layer.refine != layer.found.refine,
    "edge": lambda layer: layer.edge != (layer.found.edge if layer.found is not None else UNADJUSTED),
    "hints": lambda layer: layer.hints is not None,
    "regions": lambda layer: bool(layer.regions),
    "measured": None,  # services find it; whoever takes it away changes ``refine`` or ``inverted`` or moves the mask
    "refinement": None,  # follows from the rest
    "visible": None,  # looking at something else is no work, and services hide what they stand beside
    "mode": lambda layer: layer.mode != "add",
    "inverted": lambda layer: layer.inverted,
    "paint": lambda layer: layer.paint is not None,
    "retouch": lambda layer: layer.retouch is not None,
    "colour": lambda layer: layer.colour != colour_of(layer.id),
    "origin": None,
    "found": lambda layer: layer.found is None,
}
"""For every field of a layer, how to tell that somebody worked on it; None for one that is nobody's work."""
