"""What verbs of different kinds share without knowing each other: the stroke in hand, and who solves edges."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Layer
from maskstudio.core.geometry import Rect
from maskstudio.session.entered import Entering


class Showing(Protocol):
    """A stroke that tells how the layer it is painted on looks while it lasts."""

    def alpha(self, rect: Rect) -> Plane:
        """Alpha uint8 (rect.height, rect.width) of the layer in ``rect`` (image px)."""


@dataclass(frozen=True, eq=False)
class InHand:
    """A stroke under way, of whichever brush: the layer it is painted on, as it was when it began, and what makes the
    stroke one step.
    """

    layer: Layer
    stroke: Showing
    end: Callable[[], None]


class Solver(Protocol):
    """Who solves edges. What a layer wants of its edge is in the layer; who changes that asks for it here."""

    def solve_again(self, layer: Layer) -> None:
        """Solve what is not solved of an edge, as it is being asked for just now or was before."""

    def solving(self) -> tuple[Entering, ...]:
        """What the document wants already and jobs are solving, so that nobody else has to."""

    def wished(self, layer: Layer) -> Layer:
        """The layer with the way its edge is just about to be solved."""


class Unsolved:
    """On a desk with nobody who solves edges, they stay as they are."""

    def solve_again(self, layer: Layer) -> None:
        """Solve nothing."""

    def solving(self) -> tuple[Entering, ...]:
        """Nothing is being solved."""
        return ()

    def wished(self, layer: Layer) -> Layer:
        """The layer as it is."""
        return layer
