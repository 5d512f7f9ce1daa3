"""The vocabulary: every parameter is declared here once and nowhere else.

A value has three forms: in code (``mask_padding``, a field), on the wire (``maskPadding``, the services' name, also the
name of the form field and of the recipe key) and shown ("Padding", "px"). Forms, command-line options, recipes and
project files are made from these declarations.
"""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

from maskstudio.errors import BadParameter


@dataclass(frozen=True, slots=True)
class Spec:
    """How one parameter is called, checked and shown.

    ``low`` and ``high`` bound numbers inclusively. ``soft`` is the range a slider covers when the full range would make
    it too coarse. ``scale`` turns the value into what is shown (100 for a share shown in %).
    """

    name: str
    wire: str
    label: str
    help: str
    default: Any
    low: float | None = None
    high: float | None = None
    soft: tuple[float, float] | None = None
    step: float = 1
    unit: str = ""
    scale: float = 1
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> type:
        """The type of the value in code."""
        return type(self.default)

    def check(self, value: object) -> Any:
        """The value in its own type, or ``BadParameter`` with one sentence naming the parameter and its range."""
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind is tuple and isinstance(value, list):
            value = tuple(value)
        if type(value) is not self.kind:
            raise BadParameter(f"{self.wire} must be {_KINDS[self.kind]}, not {value!r}.")
        if self.choices and value not in dict(self.choices):
            known = ", ".join(key for key, _ in self.choices)
            raise BadParameter(f"{self.wire} must be one of {known}, not {value!r}.")
        if isinstance(value, tuple) and not _is_rgba(value):
            raise BadParameter(f"{self.wire} must be four whole numbers from 0 to 255, not {value!r}.")
        number = value if isinstance(value, int | float) else 0
        if self.low is not None and self.high is not None and not self.low <= number <= self.high:
            raise BadParameter(f"{self.wire} must be from {self.low:g} to {self.high:g}, not {value!r}.")
        return value


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "four numbers"}


def _is_rgba(value: tuple[Any, ...]) -> bool:
    return len(value) == 4 and all(type(number) is int and 0 <= number <= 255 for number in value)


def _param(
    default: object,
    wire: str,
    label: str,
    help: str,  # noqa: A002
    *,
    between: tuple[float, float] | None = None,
    soft: tuple[float, float] | None = None,
    step: float = 1,
    unit: str = "",
    scale: float = 1,
    choices: tuple[tuple[str, str], ...] = (),
) -> Any:
    low, high = between or (None, None)
    facets = {"low": low, "high": high, "soft": soft, "step": step, "unit": unit, "scale": scale, "choices": choices}
    return field(default=default, metadata={"wire": wire, "label": label, "help": help, **facets})


@dataclass(frozen=True)
class Params:
    """A set of parameters; checked when made, so an instance is always valid."""

    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for spec in self.specs():
            object.__setattr__(self, spec.name, spec.check(getattr(self, spec.name)))

    @classmethod
    def specs(cls) -> tuple[Spec, ...]:
        """The declarations of this set, in the order they are shown."""
        return tuple(
            Spec(name=item.name, default=item.default, **item.metadata)
            for item in fields(cls)
            if item.default is not MISSING and item.metadata
        )

    def to_wire(self) -> dict[str, Any]:
        """The values under their wire names, as JSON types."""
        values = {spec.wire: getattr(self, spec.name) for spec in self.specs()}
        return {wire: list(value) if isinstance(value, tuple) else value for wire, value in values.items()}

    @classmethod
    def from_wire(cls, values: dict[str, Any]) -> Self:
        """A set from wire names; missing ones take their default, unknown ones raise ``BadParameter``."""
        names = {spec.wire: spec.name for spec in cls.specs()}
        for wire in values:
            if wire not in names:
                raise BadParameter(f"There is no parameter called {wire!r}.")
        return cls(**{names[wire]: value for wire, value in values.items()})


@dataclass(frozen=True)
class DetectParams(Params):
    """Which model looks for what. Changing one means a new detection."""

    title: ClassVar[str] = "Detect"

    model: str = _param("mediapipe_face_full", "model", "Model", "What looks for the subject.")
    confidence: float = _param(
        0.25, "confidence", "Confidence",
        "Keep only detections the model scores above this. Lower finds more, and more that is wrong.",
        between=(0, 1), step=0.01,
    )  # fmt: skip
    max_detections: int = _param(
        6, "maxDetections", "Max detections",
        "Keep at most this many detections, the highest scores first.",
        between=(1, 1000), soft=(1, 20),
    )  # fmt: skip
    box_shape: Literal["ellipse", "box"] = _param(
        "ellipse", "boxShape", "Box shape",
        "The mask drawn inside the box of a model that finds boxes only.",
        choices=(("ellipse", "Ellipse"), ("box", "Box")),
    )  # fmt: skip


@dataclass(frozen=True)
class MaskParams(Params):
    """How a raw mask is shaped. Always live: the raw mask is kept."""

    title: ClassVar[str] = "Mask"

    mask_padding: int = _param(
        4, "maskPadding", "Padding",
        "Grows the mask by this distance; below zero it shrinks.",
        between=(-500, 500), soft=(-60, 60), unit="px",
    )  # fmt: skip
    mask_blur: int = _param(
        4, "maskBlur", "Blur",
        "Fades the mask outwards over this distance. The inside stays solid.",
        between=(0, 500), soft=(0, 60), unit="px",
    )  # fmt: skip


UNSHAPED = MaskParams(mask_padding=0, mask_blur=0)


@dataclass(frozen=True)
class RefineParams(Params):
    """How the edge is solved, and what happens to the colours in it."""

    title: ClassVar[str] = "Refine edge"

    band_width: int = _param(
        12, "bandWidth", "Band width",
        "How far on either side of the edge alpha is solved anew. Wide enough to hold the longest loose hair.",
        between=(1, 300), soft=(1, 80), unit="px",
    )  # fmt: skip
    solver: Literal["fast", "closed-form"] = _param(
        "fast", "solver", "Solver",
        "Fast solves a reduced photo and carries the answer to full size. Closed form solves every pixel of the edge "
        "with pymatting, to compare with: minutes on a large photo.",
        choices=(("fast", "Fast"), ("closed-form", "Closed form")),
    )  # fmt: skip
    color_decontamination: bool = _param(
        True, "colorDecontamination", "Decontaminate colours",
        "Replaces colours along the edge that carry the old background with the subject's own.",
    )  # fmt: skip
    decontamination_amount: float = _param(
        1.0, "decontaminationAmount", "Amount",
        "How much of the edge colour is replaced.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip


@dataclass(frozen=True)
class CutoutParams(Params):
    """Background removal in one go; the names are the services'."""

    title: ClassVar[str] = "Remove background"

    model: str = _param("mediapipe_selfie", "model", "Model", "What tells the subject from the background.")
    rgba: tuple[int, int, int, int] = _param(
        (255, 255, 255, 0), "rgba", "Background",
        "Red, green, blue and opacity (0 to 255) of what is put behind the subject; opacity 0 leaves it see-through.",
    )  # fmt: skip
    post_process_mask: bool = _param(
        False, "postProcessMask", "Clean up mask",
        "Removes specks, fills pinholes and smooths the edge.",
    )  # fmt: skip
    return_only_mask: bool = _param(
        False, "returnOnlyMask", "Mask only",
        "Writes the mask instead of the cut-out.",
    )  # fmt: skip
    # The services leave it off; here it costs a second and no money, and without it there is a halo.
    alpha_matting: bool = _param(
        True, "alphaMatting", "Alpha matting",
        "Solves the edge from the photo itself, for hair and fur.",
    )  # fmt: skip
    alpha_matting_foreground_threshold: int = _param(
        240, "alphaMattingForegroundThreshold", "Sure foreground above",
        "Mask values above this count as surely inside.",
        between=(1, 255),
    )  # fmt: skip
    alpha_matting_background_threshold: int = _param(
        10, "alphaMattingBackgroundThreshold", "Sure background below",
        "Mask values below this count as surely outside.",
        between=(1, 255),
    )  # fmt: skip
    alpha_matting_erode_size: int = _param(
        10, "alphaMattingErodeSize", "Erode",
        "How far both sure regions are pulled back, which widens the unknown band.",
        between=(1, 255), soft=(1, 60), unit="px",
    )  # fmt: skip


@dataclass(frozen=True)
class ExportParams(Params):
    """How a cut-out is written."""

    title: ClassVar[str] = "Export"

    depth: Literal["source", "8", "16"] = _param(
        "source", "depth", "Depth",
        "Bits a channel. The source's own keeps every colour as it was.",
        choices=(("source", "As source"), ("8", "8 bit"), ("16", "16 bit")),
    )  # fmt: skip
    hidden: Literal["keep", "bleed", "clear"] = _param(
        "keep", "hiddenColours", "Hidden colours",
        "What stays under fully transparent pixels: the photo, the edge colours spread outwards, or black.",
        choices=(("keep", "Keep"), ("bleed", "Bleed"), ("clear", "Clear")),
    )  # fmt: skip
    compression: Literal["fast", "smallest"] = _param(
        "fast", "compression", "File size",
        "Smallest takes many times longer; the pixels are the same.",
        choices=(("fast", "Fast"), ("smallest", "Smallest")),
    )  # fmt: skip
