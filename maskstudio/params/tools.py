"""Parameters of tools that have no meaning outside the window."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params.local import BrushParams, GradientParams, SelectParams, WandParams
from maskstudio.params.spec import Params, Rule, param

_HOW = (
    "how",
    "Mode",
    "Replaces the mask, is added, is taken away, leaves only what both have, or only what one of them has.",
)
_HOWS = (("replace", "Replace"), ("add", "Add"), ("subtract", "Subtract"), ("intersect", "Intersect"),
         ("xor", "Exclude overlap"))  # fmt: skip

_SAMPLED = Rule(lambda params: bool(params.what == "samples"), "it belongs to samples")


@dataclass(frozen=True)
class PaintParams(BrushParams):
    """A brush, and the value it paints."""

    coverage: float = param(
        1.0, "coverage", "Coverage",
        "What the brush paints: at 100 % it puts pixels fully into the mask. The eyedropper sets it.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip


@dataclass(frozen=True)
class HintParams(BrushParams):
    """A brush that marks pixels as unknown or sure. Its rim is always hard: a pixel is one or the other."""

    title: ClassVar[str] = "Refine edge brush"

    erase: bool = param(
        False, "erase", "Erase",
        "Takes refinement away where you paint, in place of adding it; with Alt or the right button it is the other "
        "way round.",
    )  # fmt: skip


@dataclass(frozen=True)
class TrimapParams(HintParams):
    """A hint brush, and the code it paints."""

    title: ClassVar[str] = "Trimap brush"

    what: Literal["unknown", "foreground", "background"] = param(
        "unknown", "what", "Paint",
        "What you paint over is solved from the photo, or is surely in, or is surely out.",
        choices=(("unknown", "Unknown"), ("foreground", "Foreground"), ("background", "Background")),
    )  # fmt: skip


@dataclass(frozen=True)
class QuickParams(BrushParams):
    """A brush that follows edges. Its rim is always hard: it says where to look, not what is painted."""

    title: ClassVar[str] = "Quick Selection"

    enhance: bool = param(
        True, "autoEnhance", "Auto-enhance edge",
        "Lets the edge follow the photo's own pixels, where it would be drawn smooth.",
    )  # fmt: skip


@dataclass(frozen=True)
class AreaParams(SelectParams):
    """A drawn area, and how it is joined to the mask."""

    how: Literal["replace", "add", "subtract", "intersect", "xor"] = param("add", *_HOW, choices=_HOWS)
    snap: int = param(
        0, "snap", "Snap within",
        "How far the outline you draw may move to the edge of the thing inside it; at 0 it stays as drawn.",
        between=(0, 250), soft=(0, 100), unit="px",
    )  # fmt: skip


@dataclass(frozen=True)
class ColourParams(WandParams):
    """The magic wand, and how its selection is joined to the mask."""

    how: Literal["replace", "add", "subtract", "intersect", "xor"] = param("add", *_HOW, choices=_HOWS)


@dataclass(frozen=True)
class PointParams(Params):
    """What a drag means to the Select tool, and what becomes of what it selects."""

    title: ClassVar[str] = "Select"

    how: Literal["layer", "replace", "add", "subtract", "intersect", "xor", "mend"] = param(
        "layer", "how", "Result",
        "What becomes of the selection: a new layer, a change of the active layer's mask, or a repair that leaves the "
        "rest of that mask as it is.",
        choices=(("layer", "New layer"), *_HOWS, ("mend", "Repair")),
    )  # fmt: skip
    drag: Literal["box", "outline", "scribble"] = param(
        "box", "drag", "Drag",
        "What dragging does: a box or a rough lasso goes around the subject, a scribble goes over it.",
        choices=(("box", "Box"), ("outline", "Lasso"), ("scribble", "Scribble")),
    )  # fmt: skip
    model: str = param("", "model", "Model", "What finds the outline of the things you point at.")
    preview: bool = param(
        True, "preview", "Preview under the pointer",
        "Shows what a click would select where the pointer rests.",
    )  # fmt: skip


@dataclass(frozen=True)
class SnapParams(Params):
    """How far an edge may move to where the photo has one."""

    title: ClassVar[str] = "Snap to Edge"

    width: int = param(
        16, "snapWidth", "Snap within",
        "How far the edge of the mask may move to reach an edge of the photo.",
        between=(1, 250), soft=(1, 60), unit="px",
    )  # fmt: skip


@dataclass(frozen=True)
class ColourRangeParams(Params):
    """Which colours or tones of the whole photo are selected, and what becomes of that."""

    title: ClassVar[str] = "Colour Range"
    rules: ClassVar[Mapping[str, Rule]] = {
        "sample_size": _SAMPLED,
        "localized": _SAMPLED,
        "reach": Rule(lambda params: bool(params.localized and params.what == "samples"), "it belongs to localized"),
    }

    how: Literal["replace", "add", "subtract", "intersect", "xor"] = param("replace", *_HOW, choices=_HOWS)
    what: Literal["samples", "skin", "highlights", "midtones", "shadows"] = param(
        "samples", "what", "Select",
        "The colours you click, the tones of skin, or what is bright, of middle brightness, or dark.",
        choices=(("samples", "Samples"), ("skin", "Skin"), ("highlights", "Highlights"), ("midtones", "Midtones"),
                 ("shadows", "Shadows")),
    )  # fmt: skip
    fuzziness: int = param(
        40, "fuzziness", "Fuzziness",
        "How far from the chosen colours or tones the selection reaches; it fades towards there.",
        between=(0, 200),
    )  # fmt: skip
    inverted: bool = param(False, "inverted", "Invert", "Selects everything else.")
    localized: bool = param(
        False, "localized", "Localized",
        "A colour counts only near the place where you clicked it.",
    )  # fmt: skip
    reach: int = param(
        25, "reach", "Range",
        "How far from the click a colour still counts, as a share of the photo's diagonal; it fades towards there.",
        between=(1, 100), unit="%",
    )  # fmt: skip
    sample_size: Literal["1", "3", "5"] = param(
        "3", "sampleSize", "Sample",
        "A colour is the average of this many pixels around the click, which evens out grain.",
        choices=(("1", "Point"), ("3", "3 × 3"), ("5", "5 × 5")),
    )  # fmt: skip
    preview: Literal["tint", "grey", "black", "white", "none"] = param(
        "tint", "preview", "Preview",
        "How the selection is shown: as a tint, as grey levels, cut out on black or on white, or not at all.",
        choices=(("tint", "Tint"), ("grey", "Grey"), ("black", "Black"), ("white", "White"), ("none", "None")),
    )  # fmt: skip


@dataclass(frozen=True)
class RampParams(GradientParams):
    """A gradient, and how it is joined to the mask."""

    how: Literal["replace", "add", "subtract", "intersect", "xor"] = param("replace", *_HOW, choices=_HOWS)


@dataclass(frozen=True)
class FillParams(Params):
    """What a click fills."""

    title: ClassVar[str] = "Fill"

    what: Literal["region", "hole"] = param(
        "region", "what", "Fill",
        "Region fills whatever the mask leaves out around the click; hole only what the mask encloses.",
        choices=(("region", "Region"), ("hole", "Hole")),
    )  # fmt: skip
