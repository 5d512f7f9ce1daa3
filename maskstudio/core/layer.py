"""Layer: one object of a document, frozen: its mask, parameters, refinement and paint, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.lazy import lazy
from maskstudio.core.mask import Index, Mask
from maskstudio.core.ops import Mode
from maskstudio.core.paint import Paint
from maskstudio.params import UNSHAPED, MaskParams, RefineParams

ColourTile = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Colour = tuple[int, int, int]

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

    ``refine`` holds the parameters of a wanted refinement, None when none is wanted; ``refinement`` is None until it is
    solved. ``paint`` lies under the refinement, ``retouch`` over it; without a refinement there is ``paint`` alone.
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
    inverted: bool = False
    paint: Paint | None = None
    retouch: Paint | None = None
    colour: Colour = COLOURS[0]
    origin: Origin | None = None

    @lazy
    def recipe(self) -> Mask:
        """What the parameters alone give: the shaped mask, inverted where that is asked for."""
        return self.shaped.inverse if self.inverted else self.shaped

    @lazy
    def base(self) -> Mask:
        """What a refinement is solved for: the recipe with the paint made before it."""
        return self.paint.over(self.recipe) if self.paint else self.recipe

    @lazy
    def alpha(self) -> Mask:
        """What the layer contributes: refined and retouched where that is solved, otherwise the painted mask."""
        if self.refinement is None:
            return self.base
        return self.retouch.over(self.refinement.alpha) if self.retouch else self.refinement.alpha

    @property
    def amount(self) -> float:
        """Share of decontaminated colour, 0..1."""
        if self.refine is None or not self.refine.color_decontamination:
            return 0.0
        return self.refine.decontamination_amount

    @property
    def brushed(self) -> Mask:
        """What lies directly under the paint that a stroke of now goes to."""
        return self.refinement.alpha if self.refinement else self.recipe

    @property
    def brush_paint(self) -> Paint | None:
        """The paint that a stroke of now goes to: over the refinement where there is one."""
        return self.retouch if self.refinement else self.paint

    def with_brush_paint(self, paint: Paint | None) -> "Layer":
        """The layer with the paint that ``brush_paint`` gave replaced."""
        return self.changed(retouch=paint) if self.refinement else self.changed(paint=paint)

    def changed(self, **fields: Any) -> "Layer":
        """The layer with other values in these fields; masks made of what stayed the same stay the same objects."""
        made = {item: fields.get(item, getattr(self, item)) for item in self.__dataclass_fields__}
        layer = Layer(**made)
        for name, needs in _MADE_OF:
            if name in self.__dict__ and not any(need in fields for need in needs):
                layer.__dict__[name] = self.__dict__[name]
        return layer

    def same_base(self, other: "Layer") -> bool:
        """Whether a refinement of one is a refinement of the other."""
        return self.shaped is other.shaped and self.paint is other.paint and self.inverted == other.inverted


_MADE_OF = (
    ("recipe", ("shaped", "inverted")),
    ("base", ("shaped", "inverted", "paint")),
    ("alpha", ("shaped", "inverted", "paint", "refinement", "retouch")),
)
