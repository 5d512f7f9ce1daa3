"""What a user points at, and what answers: the words between the Select tool, the command line and every selector.

Coordinates are x, y in px from the top left corner of the image as it is shown, masks have the image's size.
"""

from dataclasses import dataclass
from typing import Protocol

from maskstudio.core.arrays import Point
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token


@dataclass(frozen=True, slots=True)
class Scribble:
    """A stroke drawn roughly over something: its points in px, in order, and the radius of the pen in px."""

    points: tuple[Point, ...]
    radius: float = 1.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything the user has pointed at so far.

    ``include`` and ``exclude`` are clicks on the subject and outside it, in the order they were made. ``box`` is left,
    top, right, bottom in px around the subject. ``outline`` is a rough lasso around it, at least three corners, closed
    by itself. ``scribbles`` and ``erasures`` are strokes over the subject and over what does not belong to it.
    ``earlier`` is a mask to correct: nothing of it changes but the parts that clicks and strokes mend.
    """

    include: tuple[Point, ...] = ()
    exclude: tuple[Point, ...] = ()
    box: tuple[float, float, float, float] | None = None
    outline: tuple[Point, ...] = ()
    scribbles: tuple[Scribble, ...] = ()
    erasures: tuple[Scribble, ...] = ()
    earlier: Mask | None = None

    @property
    def positive(self) -> bool:
        """Whether it says where the subject is, or, of an earlier mask, which parts are wrong."""
        if self.earlier is not None:
            return bool(self.points)
        return bool(self.include or self.box or self.outline or self.scribbles)

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point of it that must lie in the image."""
        drawn = [point for stroke in (*self.scribbles, *self.erasures) for point in stroke.points]
        return (*self.include, *self.exclude, *drawn)


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One answer to a prompt: a mask of the image's size, 0 outside and 255 inside, and its certainty, 0..1."""

    mask: Mask
    score: float


class Selector(Protocol):
    """One image, prepared once for many prompts. Called from one thread at a time."""

    def predict(self, prompt: Prompt, token: Token) -> list[Candidate]:
        """What ``prompt`` points at: at most three candidates, best first; empty if nothing was found.

        ``Local`` has checked that the prompt says where the subject is, that its points lie in the image, and that an
        earlier mask has the image's size. Raises ``Cancelled`` through ``token``.
        """
        ...

    def preview(self, x: float, y: float) -> Mask | None:
        """A quick guess at what a click at x, y would select, for the pointer that hovers there; None without one.

        Takes at most some 60 ms whatever the image's size.
        """
        ...
