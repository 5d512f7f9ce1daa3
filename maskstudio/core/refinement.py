"""What refining an edge is made of: painted hints, regions with parameters of their own, and what came out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from maskstudio.core.arrays import ColourTile, Index
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.params.local import UNADJUSTED, AdjustParams, RefineParams


@dataclass(frozen=True, eq=False)
class Refinement:
    """What a refine job found.

    solved   alpha as the solver gave it, before the edge controls
    alpha    ``solved`` under the edge controls: what shows
    colours  clean colours (the image's type) for the tiles that have an edge in them
    edges    the controls ``alpha`` was made with: the layer's, then those of its regions
    reach    how far, in px, clean colours go on beyond what is soft in ``solved``
    awaited  which pixels show a preview until they are solved: above 0; None for none
    """

    solved: Mask
    colours: Mapping[Index, ColourTile]
    alpha: Mask = None  # type: ignore[assignment]  # ``solved`` where none is given
    edges: tuple[AdjustParams, ...] = (UNADJUSTED,)
    reach: int = 0
    awaited: Mask | None = None

    def __post_init__(self) -> None:
        if self.alpha is None:
            object.__setattr__(self, "alpha", self.solved)

    @property
    def nbytes(self) -> int:
        """Bytes of alpha and colours."""
        return self.alpha.nbytes + self.solved.nbytes + sum(tile.nbytes for tile in self.colours.values())

    @property
    def pending(self) -> Rect:
        """The box of what is awaited."""
        return EMPTY if self.awaited is None else self.awaited.bounds

    def awaiting(self, area: Mask) -> "Refinement":
        """The same with these pixels to be solved too."""
        return replace(self, awaited=area if self.awaited is None else combine(self.awaited, area, "add"))


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a layer whose edge is refined in a way of its own. ``area`` says where, softly if it is soft."""

    id: int
    name: str
    area: Mask
    refine: RefineParams = field(default_factory=RefineParams)
    edge: AdjustParams = field(default_factory=AdjustParams)

    @property
    def amount(self) -> float:
        """Share of decontaminated colour, 0..1."""
        return amount_of(self.refine)


def amount_of(refine: RefineParams | None) -> float:
    """Share of decontaminated colour, 0..1."""
    return refine.decontamination_amount if refine is not None and refine.color_decontamination else 0.0


def same_alpha(one: RefineParams | None, other: RefineParams | None) -> bool:
    """Whether two ways of refining differ in how much colour is replaced at most."""
    return _solving(one) == _solving(other)


def _solving(refine: RefineParams | None) -> RefineParams | None:
    return refine and replace(refine, color_decontamination=True, decontamination_amount=1.0)
