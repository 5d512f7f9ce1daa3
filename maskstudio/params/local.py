"""Parameters of work on this machine. Every parameter is declared once, in a module of this package.

A value has three forms: in code (``mask_padding``, a field), on the wire (``maskPadding``, the name that services use,
also that of form fields and recipe keys) and shown ("Padding", "px"). Forms, command-line options, recipes and project
files are made from these declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params.spec import Params, Rule, param

_MATTED = Rule(lambda params: bool(params.alpha_matting), "it belongs to alphaMatting")
_CLEANED = Rule(lambda params: bool(params.color_decontamination), "it belongs to colorDecontamination")
_FEATHERED = Rule(lambda params: bool(params.feather > 0), "it belongs to feather")


@dataclass(frozen=True)
class DetectParams(Params):
    """Which model finds objects, and, beside ``KeepParams``, which of its finds are kept.

    Confidence and number also choose among what was found before (``core.finds``); model and box shape ask anew.
    """

    title: ClassVar[str] = "Detect"

    model: str = param("mediapipe_face_full", "model", "Model", "What looks for the subject.")
    prompt: str = param(
        "", "prompt", "Ask for",
        "What a model that understands words is asked to find, separated by commas, such as: red car, dog.",
    )  # fmt: skip
    confidence: float = param(
        0.25, "confidence", "Confidence",
        "Keep only detections the model scores above this. Lower finds more, and more that is wrong.",
        between=(0, 1), step=0.01,
    )  # fmt: skip
    max_detections: int = param(
        6, "maxDetections", "Max detections",
        "Keep at most this many detections, the highest scores first.",
        between=(1, 1000), soft=(1, 20),
    )  # fmt: skip
    box_shape: Literal["ellipse", "box"] = param(
        "ellipse", "boxShape", "Box shape",
        "The mask drawn inside the box of a model that finds boxes only.",
        choices=(("ellipse", "Ellipse"), ("box", "Box")),
    )  # fmt: skip


@dataclass(frozen=True)
class MaskParams(Params):
    """How a raw mask is shaped. Always live, since the raw mask is kept."""

    title: ClassVar[str] = "Mask"

    mask_padding: int = param(
        4, "maskPadding", "Padding",
        "Grows the mask by this distance; below zero it shrinks.",
        between=(-500, 500), soft=(-60, 60), unit="px",
    )  # fmt: skip
    mask_blur: int = param(
        4, "maskBlur", "Blur",
        "Fades the mask outwards over this distance. The inside stays solid.",
        between=(0, 500), soft=(0, 60), unit="px",
    )  # fmt: skip


UNSHAPED = MaskParams(mask_padding=0, mask_blur=0)


@dataclass(frozen=True)
class RefineParams(Params):
    """How the edge is solved, and what happens to the colours in it."""

    title: ClassVar[str] = "Refine edge"
    rules: ClassVar[Mapping[str, Rule]] = {"decontamination_amount": _CLEANED, "spill": _CLEANED}

    band_width: int = param(
        20, "bandWidth", "Band width",
        "How far on either side of the edge alpha is solved anew. Wide enough to hold the longest loose hair.",
        between=(1, 300), soft=(1, 80), unit="px",
    )  # fmt: skip
    adaptive: bool = param(
        True, "adaptiveBand", "Adapt to the photo",
        "Makes the band narrow where the photo has a hard edge, and as wide as set where it shows hair or blur.",
    )  # fmt: skip
    solver: Literal["fast", "balanced", "best", "closed-form", "knn", "lbdm", "lkm", "random-walk", "shared"] = param(
        "balanced", "solver", "Solver",
        "Fast shows an answer at once. Balanced is right for nearly every photo. Best takes longer over fine hair, "
        "which shows in few photos. The others are pymatting's, to compare with: minutes on a large photo.",
        choices=(
            ("fast", "Fast preview"), ("balanced", "Balanced"), ("best", "Best"),
            ("closed-form", "Closed form (pymatting)"), ("knn", "KNN (pymatting)"),
            ("lbdm", "Learning based (pymatting)"),
            ("lkm", "Large kernel (pymatting)"), ("random-walk", "Random walk (pymatting)"),
            ("shared", "Shared sampling (pymatting)"),
        ),
    )  # fmt: skip
    color_decontamination: bool = param(
        True, "colorDecontamination", "Decontaminate colours",
        "Replaces colours along the edge that carry the old background with the subject's own.",
    )  # fmt: skip
    decontamination_amount: float = param(
        1.0, "decontaminationAmount", "Amount",
        "How much of the edge colour is replaced.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    spill: tuple[int, int, int, int] = param(
        (0, 0, 0, 0), "spillColor", "Spill colour",
        "The colour of the old background to take out of the edge; opacity 0 finds it from the photo, place by place.",
    )  # fmt: skip


@dataclass(frozen=True)
class MaskInParams(Params):
    """How an imported picture is read as a mask."""

    title: ClassVar[str] = "Mask that comes in"

    mask_channel: Literal["auto", "red", "green", "blue", "alpha", "luminance"] = param(
        "auto", "maskChannel", "Channel",
        "Which channel of the picture says what is in. Automatic takes alpha where it varies, else the one most like a "
        "mask.",
        choices=(
            ("auto", "Automatic"), ("red", "Red"), ("green", "Green"), ("blue", "Blue"), ("alpha", "Alpha"),
            ("luminance", "Brightness"),
        ),
    )  # fmt: skip
    mask_invert: bool = param(
        False, "maskInvert", "Invert",
        "Dark is in and bright is out.",
    )  # fmt: skip
    mask_offset: tuple[int, int] = param(
        (0, 0), "maskOffset", "Offset",
        "How far the mask lies to the right and down; below zero to the left and up.",
        between=(-100_000, 100_000), soft=(-1000, 1000), unit="px",
    )  # fmt: skip


@dataclass(frozen=True)
class CutoutParams(Params):
    """Background removal in one step; the wire names are those of the services."""

    title: ClassVar[str] = "Remove background"
    rules: ClassVar[Mapping[str, Rule]] = {
        "alpha_matting_foreground_threshold": _MATTED,
        "alpha_matting_background_threshold": _MATTED,
        "alpha_matting_erode_size": _MATTED,
    }

    model: str = param(
        "auto", "model", "Model", "What tells the subject from the background; auto chooses by the photo."
    )
    second_model: str = param(
        "", "secondModel", "Second opinion",
        "Another model that is asked as well; where the two differ is in doubt, and solved from the photo. Empty asks "
        "one only.",
    )  # fmt: skip
    rgba: tuple[int, int, int, int] = param(
        (255, 255, 255, 0), "rgba", "Background",
        "Red, green, blue and opacity (0 to 255) of what is put behind the subject; opacity 0 leaves it see-through.",
    )  # fmt: skip
    post_process_mask: bool = param(
        False, "postProcessMask", "Clean up mask",
        "Removes specks, fills pinholes and smooths the edge.",
    )  # fmt: skip
    return_only_mask: bool = param(
        False, "returnOnlyMask", "Mask only",
        "Writes the mask instead of the cut-out.",
    )  # fmt: skip
    # Services have it off by default; here it takes a second, costs nothing, and avoids a halo.
    alpha_matting: bool = param(
        True, "alphaMatting", "Alpha matting",
        "Solves the edge from the photo itself, for hair and fur.",
    )  # fmt: skip
    alpha_matting_foreground_threshold: int = param(
        240, "alphaMattingForegroundThreshold", "Sure foreground above",
        "Mask values above this count as surely inside.",
        between=(1, 255),
    )  # fmt: skip
    alpha_matting_background_threshold: int = param(
        10, "alphaMattingBackgroundThreshold", "Sure background below",
        "Mask values below this count as surely outside.",
        between=(1, 255),
    )  # fmt: skip
    alpha_matting_erode_size: int = param(
        10, "alphaMattingErodeSize", "Erode",
        "How far both sure regions are pulled back, which widens the unknown band.",
        between=(1, 255), soft=(1, 60), unit="px",
    )  # fmt: skip


@dataclass(frozen=True)
class ExportParams(Params):
    """How a cut-out is written."""

    title: ClassVar[str] = "Export"

    depth: Literal["source", "8", "16"] = param(
        "source", "depth", "Depth",
        "Bits a channel. The source's own keeps every colour as it was. Alpha has 16 bits where it came with them or "
        "was solved; what is painted, blurred or adjusted has 256 steps.",
        choices=(("source", "As source"), ("8", "8 bit"), ("16", "16 bit")),
    )  # fmt: skip
    hidden: Literal["keep", "bleed", "clear"] = param(
        "keep", "hiddenColours", "Hidden colours",
        "What stays under fully transparent pixels: the photo, the edge colours spread outwards, or black.",
        choices=(("keep", "Keep"), ("bleed", "Bleed"), ("clear", "Clear")),
    )  # fmt: skip
    metadata: Literal["copyright", "all", "none"] = param(
        "copyright", "metadata", "Metadata",
        "What goes along of EXIF, XMP and IPTC. The resolution always does; where the photo was taken, only with all.",
        choices=(("copyright", "Copyright"), ("all", "All"), ("none", "None")),
    )  # fmt: skip
    compression: Literal["fast", "smallest"] = param(
        "fast", "compression", "File size",
        "Smallest takes many times longer; the pixels are the same.",
        choices=(("fast", "Fast"), ("smallest", "Smallest")),
    )  # fmt: skip


@dataclass(frozen=True)
class SelectParams(Params):
    """The edge of a drawn area (lasso, rectangle, ellipse)."""

    title: ClassVar[str] = "Selection"

    feather: int = param(
        0, "feather", "Feather",
        "Fades the edge of what you draw over this distance, inwards and outwards.",
        between=(0, 250), soft=(0, 60), unit="px",
    )  # fmt: skip
    antialias: bool = param(
        True, "antialias", "Anti-alias",
        "Gives pixels that are only partly inside a partial value, so that slanted edges look smooth.",
    )  # fmt: skip


@dataclass(frozen=True)
class WandParams(Params):
    """Which pixels the magic wand takes as the same colour."""

    title: ClassVar[str] = "Magic wand"

    tolerance: int = param(
        32, "tolerance", "Tolerance",
        "How far a colour may lie from the one you click and still be selected.",
        between=(0, 255),
    )  # fmt: skip
    contiguous: bool = param(
        True, "contiguous", "Contiguous",
        "Selects only what is connected to the point you click, instead of that colour everywhere.",
    )  # fmt: skip
    space: Literal["rgb", "lab"] = param(
        "rgb", "space", "Compare in",
        "Lab tells colours apart more as the eye does, RGB as the file stores them.",
        choices=(("rgb", "RGB"), ("lab", "Lab")),
    )  # fmt: skip
    sample_size: Literal["1", "3", "5"] = param(
        "1", "sampleSize", "Sample",
        "The colour looked for is the average of this many pixels around the point, which evens out grain.",
        choices=(("1", "Point"), ("3", "3 × 3"), ("5", "5 × 5")),
    )  # fmt: skip
    antialias: bool = param(
        True, "antialias", "Anti-alias",
        "Smooths the stairs along the edge of the selection.",
    )  # fmt: skip


@dataclass(frozen=True)
class GradientParams(Params):
    """The form of a gradient."""

    title: ClassVar[str] = "Gradient"

    shape: Literal["linear", "radial"] = param(
        "linear", "shape", "Shape",
        "Linear fades along the line you draw, radial from its start outwards in a circle.",
        choices=(("linear", "Linear"), ("radial", "Radial")),
    )  # fmt: skip


@dataclass(frozen=True)
class AdjustParams(Params):
    """Controls of the whole edge, applied in this order after it is solved. With all at 0, nothing changes."""

    title: ClassVar[str] = "Adjust edge"
    rules: ClassVar[Mapping[str, Rule]] = {"outer_only": _FEATHERED}

    smooth: int = param(
        0, "smooth", "Smooth",
        "Rounds off bumps and stairs up to this size without moving the edge.",
        between=(0, 100), soft=(0, 30), unit="px",
    )  # fmt: skip
    feather: int = param(
        0, "feather", "Feather",
        "Fades the edge over this distance, inwards and outwards.",
        between=(0, 250), soft=(0, 60), unit="px",
    )  # fmt: skip
    outer_only: bool = param(
        False, "outerOnly", "Fade outwards only",
        "Feather fades from the edge outwards; nothing that is solid gets see-through.",
    )  # fmt: skip
    contrast: float = param(
        0.0, "contrast", "Contrast",
        "Makes a soft edge crisper; at 100 % nothing is half in.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    shift_edge: int = param(
        0, "shiftEdge", "Shift edge",
        "Moves the edge outwards by this distance, or inwards below zero, and keeps it as soft as it is.",
        between=(-100, 100), soft=(-30, 30), unit="px",
    )  # fmt: skip
    solid_core: int = param(
        0, "solidCore", "Solid core",
        "Nothing deeper inside the mask than this goes see-through, whatever the solver found there. 0 turns it off.",
        between=(0, 500), soft=(0, 60), unit="px",
    )  # fmt: skip


UNADJUSTED = AdjustParams()


@dataclass(frozen=True)
class CleanParams(Params):
    """Which specks and pinholes of a mask are removed."""

    title: ClassVar[str] = "Islands and holes"

    min_island: int = param(
        0, "minIsland", "Remove islands below",
        "Removes separate pieces of the mask with an area smaller than this.",
        between=(0, 1_000_000), soft=(0, 5_000), unit="px²",
    )  # fmt: skip
    min_hole: int = param(
        0, "minHole", "Fill holes below",
        "Fills holes in the mask with an area smaller than this.",
        between=(0, 1_000_000), soft=(0, 5_000), unit="px²",
    )  # fmt: skip


@dataclass(frozen=True)
class BrushParams(Params):
    """How a brush or an eraser paints."""

    title: ClassVar[str] = "Brush"

    size: float = param(
        60.0, "size", "Size",
        "Diameter of the brush.",
        between=(1, 5000), soft=(1, 500), unit="px",
    )  # fmt: skip
    hardness: float = param(
        0.8, "hardness", "Hardness",
        "How much of the brush is solid before it fades towards its rim.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    opacity: float = param(
        1.0, "opacity", "Opacity",
        "The most one stroke puts down, however often it passes over a spot.",
        between=(0.01, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    flow: float = param(
        1.0, "flow", "Flow",
        "How much each dab puts down. Passing again within a stroke adds up to the opacity.",
        between=(0.01, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    spacing: float = param(
        0.1, "spacing", "Spacing",
        "Distance between dabs as a share of the size.",
        between=(0.01, 2), soft=(0.01, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    smoothing: float = param(
        0.1, "smoothing", "Smoothing",
        "Steadies the hand: the brush trails behind the pointer and catches up at the end.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    pressure_size: bool = param(
        False, "pressureSize", "Pressure sets size",
        "A pen pressed lightly paints thinner.",
    )  # fmt: skip
    pressure_opacity: bool = param(
        True, "pressureOpacity", "Pressure sets opacity",
        "A pen pressed lightly puts down less.",
    )  # fmt: skip
    pressure_curve: float = param(
        1.0, "pressureCurve", "Pressure curve",
        "Above 1 a light touch does less, below 1 it does more.",
        between=(0.2, 5), soft=(0.2, 3), step=0.05,
    )  # fmt: skip
