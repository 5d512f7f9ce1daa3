"""What is kept of the finds of one photo, and which masks come of it. Pure functions on frozen data.

The steps are ADetailer's, in its order:

1. filter (``kept``): confidence, labels, smallest and largest area; of what is left the first few, by confidence or
   by area
2. offset (``displaced``): every mask moves right and down
3. erode or dilate: ``maskPadding``, of each mask by itself
4. merge: none, all in one mask, or all but them in one mask

So a model is asked once, with the lowest thresholds (``asked``), and every later value acts on the same finds. Without
merging, padding stays a live parameter of each layer; merging needs the padded masks, so it comes before, and the
merged layer begins with a padding of 0. Blur comes last in any case.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from maskstudio.core import warp
from maskstudio.core.arrays import Box
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.layer import Detection, box_around
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine, shape_mask
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import DetectParams, MaskParams

Refusal = Literal["unsure", "label", "small", "large"]

# Below this, finds are noise in every family; each costs a mask of the photo's size.
_FLOOR = 0.05
_MOST = 100


@dataclass(frozen=True, eq=False)
class Made:
    """A mask that comes of finds, the parameters still to be applied to it, and the find it is of; None for several."""

    found: Detection
    shape: MaskParams
    of: Detection | None = None


def asked(params: DetectParams, keep: KeepParams, *, live: bool = False) -> DetectParams:
    """What the model is to be asked, so that ``kept`` can choose by ``params`` and ``keep`` from its answer.

    ``live`` asks for everything that later values could want; otherwise it is the least that gives the right answer.
    """
    if live:
        most = max(params.max_detections, _MOST)
        return replace(params, confidence=min(params.confidence, _FLOOR), max_detections=most)
    counted = keep.labels.strip() or keep.min_area > 0 or keep.max_area < 100 or keep.keep_by != "confidence"
    return replace(params, max_detections=_all()) if counted else params


def kept(
    finds: Sequence[Detection], params: DetectParams, keep: KeepParams, without: Collection[int] = ()
) -> list[Detection]:
    """Those of ``finds`` that are kept, the first of ``keep_by`` first; ``without`` are indices that the user left out.

    A find is kept if its score is above ``params.confidence`` (one without a score always, and every one at 0), its
    label is one of ``keep.labels`` (in any case) or none is named, and its mask covers from ``min_area`` to
    ``max_area`` percent of the photo; at most ``params.max_detections``. What the user leaves out makes no room for
    others.
    Equal scores go by area, equal areas by score, and then by their place: the order of ``finds`` does not matter.
    """
    passed = [find for find in finds if refused(find, params, keep) is None]
    by_area = keep.keep_by == "area"

    def rank(find: Detection) -> tuple[object, ...]:
        score, area = -1.0 if find.score is None else find.score, find.mask.share
        first, second = (area, score) if by_area else (score, area)
        return -first, -second, find.box, find.label

    left_out = {id(finds[index]) for index in without if 0 <= index < len(finds)}
    return [find for find in sorted(passed, key=rank)[: params.max_detections] if id(find) not in left_out]


def refused(find: Detection, params: DetectParams, keep: KeepParams) -> Refusal | None:
    """The first of the filters that a find does not pass, None if it passes all: ``kept`` says when it does.

    unsure  its score is not above ``params.confidence``
    label   its label is not one of ``keep.labels``
    small   it covers less of the photo than ``keep.min_area``
    large   it covers more of it than ``keep.max_area``
    """
    sure = find.score is None or find.score > params.confidence or params.confidence == 0  # no number is not sure
    if not sure:
        return "unsure"
    labels = {name for part in keep.labels.split(",") if (name := part.strip().casefold())}
    if labels and find.label.strip().casefold() not in labels:
        return "label"
    if find.mask.share < keep.min_area / 100:
        return "small"
    return "large" if find.mask.share > keep.max_area / 100 else None


def displaced(find: Detection, offset: tuple[int, int]) -> Detection:
    """``find`` with its mask and box ``offset`` px further right and down; what leaves the frame is cut off.

    The same object for no offset.
    """
    if offset == (0, 0):
        return find
    mask = warp.moved(find.mask, *offset)
    doubt = None if find.doubt is None else warp.moved(find.doubt, *offset)
    return replace(find, mask=mask, doubt=doubt, box=_shifted_box(find.box, offset, mask.size))


def merged(parts: Sequence[Made], *, invert: bool, check: Check = go_on) -> Made:
    """One mask of at least one part, each padded before it is added; or of everything but them.

    It is as sure as the least sure part, and called what all parts are called.
    """
    finds = [part.found for part in parts]
    first = finds[0]
    masks = [_padded(part, check) for part in parts]
    union = reduce(lambda below, above: combine(below, above, "add"), masks)
    mask = union.inverse if invert else union
    labels = list(dict.fromkeys(find.label for find in finds))
    name = "background" if invert else labels[0] if len(labels) == 1 else f"{len(finds)} objects"
    scores = [find.score for find in finds if find.score is not None]
    score = min(scores) if len(scores) == len(finds) else None
    one = replace(first, label=name, score=score, box=box_around(mask), mask=mask, said={}, doubt=None)
    return Made(one, replace(parts[0].shape, mask_padding=0))


def made(
    finds: Sequence[Detection],
    keep: KeepParams,
    shape: MaskParams,
    *,
    check: Check = go_on,
    move: Callable[[Detection, tuple[int, int]], Detection] = displaced,
) -> list[Made]:
    """The masks that come of ``finds``, which are those that were ``kept``: moved, and merged if ``keep`` says so.

    What leaves the frame is left out, and nothing comes of no finds, also inverted. ``check`` is called between the
    steps and may raise to stop; ``move`` is ``displaced``, or something that remembers its answers.
    """
    parts = []
    for find in finds:
        check()
        here = move(find, keep.mask_offset)
        if here.mask.tiles:
            parts.append(Made(here, shape, find))
    if keep.merge_masks == "none" or not parts:
        return parts
    return [merged(parts, invert=keep.merge_masks == "mergeInvert", check=check)]


def _all() -> int:
    """The most that a model can be asked for."""
    return int(next(spec.high or 0 for spec in DetectParams.specs() if spec.name == "max_detections"))


def _padded(part: Made, check: Check) -> Mask:
    """The mask of a part with its padding, if its service has not padded it."""
    padding = 0 if "mask_padding" in part.found.done else part.shape.mask_padding
    return shape_mask(part.found.mask, padding, 0, check=check)


def _shifted_box(box: Box, offset: tuple[int, int], size: tuple[int, int]) -> Box:
    left, right = (min(max(edge + offset[0], 0.0), float(size[0])) for edge in box[::2])
    top, bottom = (min(max(edge + offset[1], 0.0), float(size[1])) for edge in box[1::2])
    return left, top, right, bottom
