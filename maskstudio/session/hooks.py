"""What verbs of different kinds share without knowing each other: the stroke in hand, and the solver of edges."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Layer
from maskstudio.core.geometry import Rect
from maskstudio.session.entered import Entering


class Showing(Protocol):
    """A stroke that shows, while it lasts, how the layer below it looks."""

    def alpha(self, rect: Rect) -> Plane:
        """Alpha uint8 (rect.height, rect.width) of the layer in ``rect`` (image px)."""


@dataclass(frozen=True, eq=False)
class InHand:
    """A stroke under way, of any brush: the layer it is painted on, as it was when the stroke began, and ``end``, which
    commits the stroke as one step.
    """

    layer: Layer
    stroke: Showing
    end: Callable[[], None]


class Solver(Protocol):
    """Solves edges. The wanted edge is stored in the layer; verbs that change it call ``solve_again``."""

    def solve_again(self, layer: Layer) -> None:
        """Solve the unsolved part of a layer's edge, with newer parameters if a job is already applying some."""

    def solving(self) -> tuple[Entering, ...]:
        """The changes that the document already wants and that jobs are solving."""

    def wished(self, layer: Layer) -> Layer:
        """The layer with the refine parameters that a job is applying, if there are any."""


class Unsolved:
    """The solver of a desk without one: edges stay as they are."""

    def solve_again(self, layer: Layer) -> None:
        """Solve nothing."""

    def solving(self) -> tuple[Entering, ...]:
        """Nothing is being solved."""
        return ()

    def wished(self, layer: Layer) -> Layer:
        """The layer as it is."""
        return layer
