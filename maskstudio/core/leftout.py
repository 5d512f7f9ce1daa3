"""Why a find is not kept, for those who show finds and say so. What is kept is decided in ``core.finds`` alone."""

from collections.abc import Sequence
from typing import Literal

from maskstudio.core.finds import kept, wanted_labels
from maskstudio.core.layer import Detection
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import DetectParams

LeftOut = Literal["unsure", "label", "small", "large", "beyond"]


def left_out(finds: Sequence[Detection], params: DetectParams, keep: KeepParams) -> list[LeftOut | None]:
    """For each find the first of the filters that leaves it out, None where it is kept.

    unsure  its score is not above ``params.confidence``
    label   its label is not one of ``keep.labels``
    small   it covers less of the photo than ``keep.min_area``
    large   it covers more of it than ``keep.max_area``
    beyond  it passes, and ``params.max_detections`` others come before it
    """
    staying = {id(find) for find in kept(finds, params, keep)}
    return [None if id(find) in staying else _why(find, params, keep) for find in finds]


def _why(find: Detection, params: DetectParams, keep: KeepParams) -> LeftOut:
    labels = wanted_labels(keep)
    if find.score is not None and find.score <= params.confidence and params.confidence > 0:
        return "unsure"
    if labels and find.label.strip().casefold() not in labels:
        return "label"
    if find.mask.share < keep.min_area / 100:
        return "small"
    return "large" if find.mask.share > keep.max_area / 100 else "beyond"
