"""What the tools add to the vocabulary: parameters that mean nothing outside the window."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params import BrushParams, GradientParams, SelectParams, WandParams
from maskstudio.spec import Params, param

_HOW = (
    "how",
    "Mode",
    "What the area does to the mask: replaces it, is added, is taken away, or leaves only what both have.",
)
_HOWS = (("replace", "Replace"), ("add", "Add"), ("subtract", "Subtract"), ("intersect", "Intersect"))


@dataclass(frozen=True)
class PaintParams(BrushParams):
    """A brush, and what it paints."""

    coverage: float = param(
        1.0, "coverage", "Coverage",
        "What the brush paints: at 100 % it puts pixels fully into the mask. The eyedropper sets it.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip


@dataclass(frozen=True)
class AreaParams(SelectParams):
    """A drawn area, and how it joins the mask."""

    how: Literal["replace", "add", "subtract", "intersect"] = param("add", *_HOW, choices=_HOWS)


@dataclass(frozen=True)
class ColourParams(WandParams):
    """The magic wand, and how what it selects joins the mask."""

    how: Literal["replace", "add", "subtract", "intersect"] = param("add", *_HOW, choices=_HOWS)


@dataclass(frozen=True)
class RampParams(GradientParams):
    """A gradient, and how it joins the mask."""

    how: Literal["replace", "add", "subtract", "intersect"] = param("replace", *_HOW, choices=_HOWS)


@dataclass(frozen=True)
class FillParams(Params):
    """What a click fills."""

    title: ClassVar[str] = "Fill"

    what: Literal["region", "hole"] = param(
        "region", "what", "Fill",
        "Region fills whatever the mask leaves out around the click; hole only what the mask encloses.",
        choices=(("region", "Region"), ("hole", "Hole")),
    )  # fmt: skip
