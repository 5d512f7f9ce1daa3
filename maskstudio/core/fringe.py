"""What the edge of a cut-out shows of its old background: as a whole, and place by place."""

from dataclasses import dataclass

from maskstudio.core.mask import Mask


@dataclass(frozen=True)
class Spot:
    """A place x, y of the rim, and by how much it is off there on the ``backdrop`` that shows it worst: Delta E."""

    place: tuple[int, int]
    amount: float
    backdrop: tuple[int, int, int]

    def moved(self, x: int, y: int) -> "Spot":
        """The same in a frame whose corner lies so far away."""
        return Spot((self.place[0] + x, self.place[1] + y), self.amount, self.backdrop)


@dataclass(frozen=True, eq=False)
class Fringe:
    """What an edge shows on the background that is worst for it.

    ``backdrop`` is that background (8-bit RGB), ``amount`` the mean visible difference along the rim (Delta E),
    ``worst`` the place (x, y) where it is greatest, None where there is none, ``strength`` how much of it there is
    where, 0..255, ``spots`` the places that are worst each for itself, the worst first.
    """

    backdrop: tuple[int, int, int]
    amount: float
    worst: tuple[int, int] | None
    strength: Mask
    spots: tuple[Spot, ...] = ()

    @property
    def tour(self) -> tuple[Spot, ...]:
        """The places to look at, the worst first."""
        if self.spots or self.worst is None:
            return self.spots
        return (Spot(self.worst, self.amount, self.backdrop),)

    @property
    def peak(self) -> float:
        """By how much the worst place is off, on the background that shows it worst: Delta E."""
        return max([self.amount, *(spot.amount for spot in self.spots)])
