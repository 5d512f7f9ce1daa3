"""Parameters of what is kept of the finds of a model, and of what is made of it."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params.spec import Params, param


@dataclass(frozen=True)
class KeepParams(Params):
    """Which finds of one detection are kept, and how they become masks. Always live: no value asks the model again.

    ``DetectParams`` has the two others that choose: ``confidence``, and ``maxDetections``, which is how many are kept.
    """

    title: ClassVar[str] = "Keep"

    labels: str = param(
        "", "labels", "Labels",
        "Keep only finds with these labels, separated by commas, such as person, dog; empty keeps every label.",
    )  # fmt: skip
    min_area: float = param(
        0.0, "minArea", "Smallest area",
        "Keep only finds whose mask covers at least this much of the photo.",
        between=(0, 100), step=0.1, unit="%",
    )  # fmt: skip
    max_area: float = param(
        100.0, "maxArea", "Largest area",
        "Keep only finds whose mask covers at most this much of the photo.",
        between=(0, 100), step=0.1, unit="%",
    )  # fmt: skip
    keep_by: Literal["confidence", "area"] = param(
        "confidence", "keepBy", "Keep first",
        "Which finds come first, and so are kept where more are found than wanted: the surest, or the largest.",
        choices=(("confidence", "The surest"), ("area", "The largest")),
    )  # fmt: skip
    mask_offset: tuple[int, int] = param(
        (0, 0), "maskOffset", "Offset",
        "Moves every mask this far to the right and down; below zero to the left and up.",
        between=(-100_000, 100_000), soft=(-1000, 1000), unit="px",
    )  # fmt: skip
    merge_masks: Literal["none", "merge", "mergeInvert"] = param(
        "none", "mergeMasks", "Merge",
        "Makes one mask of all that are kept, or one of everything but them.",
        choices=(("none", "None"), ("merge", "Merge"), ("mergeInvert", "Merge and invert")),
    )  # fmt: skip


EVERYTHING = KeepParams()
