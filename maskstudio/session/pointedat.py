"""What the user has pointed at in a photo, gesture by gesture, and the prompt they make together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from maskstudio.core.arrays import Box, Point
from maskstudio.core.mask import Mask
from maskstudio.selection.prompt import Prompt, Scribble

GestureKind = Literal["include", "exclude", "box", "outline", "scribble", "erasure"]

_NEGATIVE: tuple[GestureKind, ...] = ("exclude", "erasure")
_FRAMES: tuple[GestureKind, ...] = ("box", "outline")


@dataclass(frozen=True)
class Gesture:
    """One click, box, rough lasso or stroke: its points in px, in order; two opposite corners for a box.

    ``radius`` is that of the pen of a stroke, in px.
    """

    kind: GestureKind
    points: tuple[Point, ...]
    radius: float = 1.0

    @property
    def negative(self) -> bool:
        """Whether it says what does not belong to the subject."""
        return self.kind in _NEGATIVE

    @property
    def frames(self) -> bool:
        """Whether it goes around the subject; there is one such gesture at a time."""
        return self.kind in _FRAMES

    @property
    def corner(self) -> Point:
        """Where its mark is shown: its first point, or the left top corner of a box."""
        if self.kind == "box":
            left, top, _right, _bottom = box_of(self.points)
            return left, top
        return self.points[0]


def joined(gestures: tuple[Gesture, ...], new: Gesture) -> tuple[Gesture, ...]:
    """``gestures`` with one more; a box or lasso takes the place of the one before."""
    return (*(each for each in gestures if not (new.frames and each.frames)), new)


def without(gestures: tuple[Gesture, ...], gone: Gesture) -> tuple[Gesture, ...]:
    """``gestures`` without this very one."""
    return tuple(each for each in gestures if each is not gone)


def prompt_of(gestures: Iterable[Gesture], earlier: Mask | None = None) -> Prompt:
    """The prompt that the gestures make, to correct ``earlier`` if it is given."""
    every = tuple(gestures)
    box = next((box_of(each.points) for each in every if each.kind == "box"), None)
    return Prompt(
        include=tuple(each.points[0] for each in every if each.kind == "include"),
        exclude=tuple(each.points[0] for each in every if each.kind == "exclude"),
        box=box,
        outline=next((each.points for each in every if each.kind == "outline"), ()),
        scribbles=tuple(Scribble(each.points, each.radius) for each in every if each.kind == "scribble"),
        erasures=tuple(Scribble(each.points, each.radius) for each in every if each.kind == "erasure"),
        earlier=earlier,
    )


def box_of(points: Iterable[Point]) -> Box:
    """Left, top, right and bottom of the points, in px."""
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def recorded(prompt: Prompt) -> dict[str, object]:
    """What a prompt points at, for the provenance of a layer: JSON types, px rounded to a tenth."""
    return {
        "include": _rounded(prompt.include),
        "exclude": _rounded(prompt.exclude),
        "box": [round(edge, 1) for edge in prompt.box] if prompt.box else None,
        "outline": _rounded(prompt.outline),
        "scribbles": [_rounded(stroke.points) for stroke in prompt.scribbles],
        "erasures": [_rounded(stroke.points) for stroke in prompt.erasures],
    }


def _rounded(points: Iterable[Point]) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in points]
