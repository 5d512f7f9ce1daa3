"""The public functions for scripts: pixels in, pixels out, no document and no window.

Their names, parameters and array types stay as they are until the next major version; what else the package holds may
move. Arrays are NumPy's: an image is uint8 or uint16 RGB (H, W, 3), a mask or trimap uint8 (H, W), an alpha float32
(H, W) in 0..1. They may be read-only or a view into something larger; no function changes what it is given, and every
result is a new array that belongs to the caller. What cannot be used raises an error of ``maskstudio.errors`` whose
text is one sentence; all of them are ``MaskStudioError``.

    from maskstudio import api

    alpha = api.solve_alpha(image, trimap)
    clean = api.estimate_foreground(image, alpha)
    mask = api.open_selector(image).predict([(120, 80)])[0].mask
    faces = api.find_objects(image, model="mediapipe_face_full", min_area=1)
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

import numpy as np
import numpy.typing as npt

from maskstudio.errors import BadImage, BadMask, BadParameter, MaskStudioError
from maskstudio.jobs import Token

if TYPE_CHECKING:  # it stands on OpenCV, which scripts that need none of it do not load
    from maskstudio.core.layer import Subject
    from maskstudio.selection.prompt import Candidate as Found
    from maskstudio.selection.prompt import Prompt

__all__ = [
    "Candidate",
    "MaskStudioError",
    "Object",
    "Selector",
    "Token",
    "apply_mask_params",
    "cut_out_subject",
    "estimate_foreground",
    "find_objects",
    "open_selector",
    "solve_alpha",
]

Depth = TypeVar("Depth", np.uint8, np.uint16)
_Quality = Literal["fast", "balanced", "best"]
_First = Literal["confidence", "area"]
_Merge = Literal["none", "merge", "mergeInvert"]


def solve_alpha(
    image: npt.NDArray[Depth],
    trimap: npt.NDArray[np.uint8],
    *,
    quality: _Quality = "balanced",
    token: Token | None = None,
) -> npt.NDArray[np.float32]:
    """Opacity of every pixel, solved from the colours in the unknown band of a trimap.

    ``image`` is uint8 or uint16 RGB (H, W, 3), ``trimap`` uint8 (H, W): 255 is sure foreground and comes out as exactly
    1, 0 is sure background and comes out as exactly 0, anything between is unknown. With only one side known the
    unknown takes that side, with neither it is 0.5. ``quality`` is "fast" for a preview, "balanced", or "best", which
    corrects fine structure for longer. Through ``token`` the work reports its progress and can be cancelled.

    Returns float32 (H, W) in 0..1. Raises ``BadImage`` or ``BadMask`` for a wrong shape or type, ``BadParameter`` for
    an unknown quality or what is no token, and ``Cancelled`` through ``token``. The method and its sources:
    `maskstudio.matting.refine`.
    """
    from maskstudio.matting import refine

    _check_image(image)
    _check_plane(trimap, "trimap", np.uint8, image.shape[:2])
    _check_token(token)
    if quality not in get_args(_Quality):
        raise BadParameter(f"quality must be one of {', '.join(get_args(_Quality))}, not {quality!r}.")
    return refine.solve_alpha(np.ascontiguousarray(image), np.ascontiguousarray(trimap), quality=quality, token=token)


def estimate_foreground(image: npt.NDArray[Depth], alpha: npt.NDArray[np.float32]) -> npt.NDArray[Depth]:
    """The colours of the subject alone, without the background that shines through where alpha lies between 0 and 1.

    ``image`` is uint8 or uint16 RGB (H, W, 3), ``alpha`` float32 (H, W) in 0..1. Pixels where alpha is 0 or 1 keep
    their values to the bit; with the result as straight colours and ``alpha`` as opacity the cut-out can be put on any
    background.

    Returns an array of the image's shape and type. Raises ``BadImage`` or ``BadMask`` for a wrong shape or type, and
    ``BadMask`` for an alpha outside of 0..1 or with NaN. The method and its sources: `maskstudio.matting.foreground`.
    """
    from maskstudio.matting import foreground

    _check_image(image)
    _check_plane(alpha, "alpha", np.float32, image.shape[:2])
    clean = foreground.estimate(np.ascontiguousarray(image), np.ascontiguousarray(alpha))
    return cast(npt.NDArray[Depth], clean)  # it keeps the image's type


def apply_mask_params(mask: npt.NDArray[np.uint8], padding: int, blur: int) -> npt.NDArray[np.uint8]:
    """A mask grown by ``padding`` px and then faded outwards over ``blur`` px, as the sliders of the Mask panel do.

    ``mask`` is uint8 (H, W), 0 out and 255 in. ``padding`` is a whole number in -500..500; below zero the mask shrinks,
    by Euclidean distance between pixel centres. ``blur`` is a whole number in 0..500: the inside stays 255, from its
    edge the value falls linearly and is 0 from ``blur`` px on. The border of the frame is no edge.

    Returns uint8 (H, W). Raises ``BadMask`` for a wrong shape or type and ``BadParameter`` for a number out of range.
    The method and its sources: `maskstudio.core.ops`.
    """
    from maskstudio.core import ops
    from maskstudio.params.local import MaskParams

    _check_plane(mask, "mask", np.uint8)
    wanted = MaskParams(mask_padding=_plain(padding), mask_blur=_plain(blur))
    return ops.apply_mask_params(np.ascontiguousarray(mask), wanted.mask_padding, wanted.mask_blur)


def cut_out_subject(image: npt.NDArray[Depth], *, model: str | None = None, token: Token | None = None) -> "Subject":
    """The one thing, or the group of things, that a photo is of.

    ``image`` is uint8 or uint16 RGB (H, W, 3) in sRGB. ``model`` is the name of a model that cuts out, "none" for the
    way without one; None chooses by the photo among those that are ready. Nothing is downloaded. Through ``token`` the
    work reports its progress and can be cancelled.

    Returns a ``Subject``: ``alpha`` is float32 (H, W) in 0..1, its edge solved from the photo's colours; ``way`` says
    in one sentence how it was found, ``confidence`` in 0..1 how far that is to be trusted, and ``sure`` whether that is
    enough. Where nothing was found, ``alpha`` is 0 and ``confidence`` too. Raises ``BadImage`` for a wrong shape or
    type, ``UnknownModel``, ``BadParameter`` for a model that cannot cut out or what is no name or token,
    ``ModelUnavailable``, ``Untrusted``, and ``Cancelled`` through ``token``. The method and its sources:
    `maskstudio.subject.finder`.
    """
    from maskstudio.core.image import Image
    from maskstudio.providers.local import subject

    _check_image(image)
    _check_model(model)
    token = _check_token(token)
    photo = Image(np.ascontiguousarray(image).copy())
    found = subject.cut_out_subject(photo, model, token.part(0.0, 0.5))
    return subject.solved(photo, found, token.part(0.5, 1.0))


@dataclass(frozen=True, eq=False, slots=True)
class Object:
    """One thing in a photo: what it is called, how sure that is in 0..1 (None where the model does not say), ``box``,
    which is left, top, right, bottom in px, and ``mask`` uint8 (H, W), 0 out and 255 in.
    """

    label: str
    score: float | None
    box: tuple[float, float, float, float]
    mask: npt.NDArray[np.uint8]


def find_objects(
    image: npt.NDArray[Depth],
    *,
    model: str,
    confidence: float = 0.25,
    most: int = 6,
    labels: Iterable[str] = (),
    min_area: float = 0.0,
    max_area: float = 100.0,
    keep_by: _First = "confidence",
    offset: tuple[int, int] = (0, 0),
    padding: int = 0,
    blur: int = 0,
    merge: _Merge = "none",
    token: Token | None = None,
) -> list[Object]:
    """The things that a model finds in a photo, filtered, moved, padded, merged and blurred, in that order.

    ``image`` is uint8 or uint16 RGB (H, W, 3) in sRGB; nothing is downloaded. Kept is what scores above ``confidence``
    (0..1), has one of ``labels`` if there are any, and covers from ``min_area`` to ``max_area`` percent of the photo;
    of that the first ``most`` (1..1000) by ``keep_by``, "confidence" or "area". ``offset`` moves masks by px right and
    down, ``padding`` and ``blur`` are those of ``apply_mask_params``. ``merge`` is "none", "merge" for one mask of all
    that is kept, each padded first, or "mergeInvert" for one of everything else. Through ``token`` the work reports its
    progress and can be cancelled.

    Returns objects, the first by ``keep_by`` first; none if nothing is kept. Raises ``BadImage`` for a wrong shape or
    type, ``BadParameter`` for a value out of range or a model that finds no objects, ``UnknownModel``,
    ``ModelUnavailable``, ``Untrusted``, and ``Cancelled`` through ``token``. The steps: `maskstudio.core.finds`.
    """
    from maskstudio.core import finds, ops
    from maskstudio.core.image import Image
    from maskstudio.params.kept import KeepParams
    from maskstudio.params.local import DetectParams, MaskParams
    from maskstudio.providers.local.local import Local

    _check_image(image)
    named = _labels(labels)
    token = _check_token(token)
    shape = MaskParams(mask_padding=_plain(padding), mask_blur=_plain(blur))
    params = DetectParams(model=model, confidence=_plain(confidence), max_detections=_plain(most))
    keep = KeepParams(
        labels=",".join(named), min_area=_plain(min_area), max_area=_plain(max_area), keep_by=keep_by,
        mask_offset=_pair(offset), merge_masks=merge,
    )  # fmt: skip
    photo = Image(np.ascontiguousarray(image).copy())
    found = Local().detect(photo, finds.asked(params, keep), token.part(0.0, 0.9))
    parts = finds.made(finds.kept(found, params, keep), keep, shape, check=token.check)
    return [
        Object(
            part.found.label, part.found.score, part.found.box,
            ops.apply_mask_params(part.found.mask.array(), part.shape.mask_padding, part.shape.mask_blur),
        )
        for part in parts
    ]  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One answer of a ``Selector``: ``mask`` uint8 (H, W), 0 out and 255 in, and ``score``, how sure it is, in 0..1."""

    mask: npt.NDArray[np.uint8]
    score: float


class Selector:
    """One image, prepared for many questions. ``open_selector`` makes it; use it from one thread at a time."""

    def __init__(self, size: tuple[int, int], answer: "Callable[[Prompt], list[Found]]") -> None:
        self._size, self._answer = size, answer

    def predict(
        self,
        include: Iterable[tuple[float, float]],
        exclude: Iterable[tuple[float, float]] = (),
        *,
        box: tuple[float, float, float, float] | None = None,
        mask: npt.NDArray[np.uint8] | None = None,
    ) -> list[Candidate]:
        """What the points and the box point at.

        ``include`` are points x, y in px of the subject, ``exclude`` of what does not belong to it, in the order in
        which they were made, ``box`` is left, top, right, bottom in px around the subject. ``mask`` is an earlier mask
        to correct, uint8 (H, W), 0 out and 255 in: then only the connected parts that points show to be wrong change,
        and all other pixels keep their values. Without one, ``exclude`` alone is not enough; with one, any point is,
        but no box.

        Returns at most three candidates, best first; none if nothing was found. Raises ``BadParameter`` for what is no
        two finite numbers, or four of a box; for a point outside of the image, a box the wrong way round or without a
        pixel of it, or nothing to go by; and ``BadMask`` for an earlier mask of another shape or type.
        """
        from maskstudio.core.mask import Mask
        from maskstudio.selection.prompt import Prompt

        if mask is not None:
            _check_plane(mask, "mask", np.uint8, self._size)
        points = [tuple(_numbers(each, 2, "A point") for each in _each(points)) for points in (include, exclude)]
        around = None if box is None else _numbers(box, 4, "A box")
        earlier = None if mask is None else Mask.from_array(np.ascontiguousarray(mask))
        found = self._answer(Prompt(points[0], points[1], around, earlier=earlier))
        return [Candidate(each.mask.array(), float(each.score)) for each in found]


def open_selector(image: npt.NDArray[Depth], *, model: str | None = None, token: Token | None = None) -> Selector:
    """Prepare an image for questions about what is pointed at: the slow part, done once for all points.

    ``image`` is uint8 or uint16 RGB (H, W, 3) in sRGB. ``model`` is the name of a model that selects, "none" for the
    way without one; None takes the best of those that are ready. Nothing is downloaded. Through ``token`` the work
    reports its progress and can be cancelled.

    Returns a ``Selector``. Raises ``BadImage`` for a wrong shape or type, ``UnknownModel``, ``BadParameter`` for a
    model that cannot select or what is no name or token, ``ModelUnavailable``, ``Untrusted``, and ``Cancelled`` through
    ``token``.
    """
    from maskstudio.core.image import Image
    from maskstudio.providers.local import families
    from maskstudio.providers.local.local import Local

    _check_image(image)
    _check_model(model)
    token = _check_token(token)
    name = families.ready("select")[0] if model is None else model
    opened = Local().open_selector(Image(np.ascontiguousarray(image).copy()), name, token)
    return Selector(image.shape[:2], lambda prompt: opened.predict(prompt, Token()))


def _each(points: Any) -> list[Any]:
    """The points of an iterable. Raises ``BadParameter`` for anything else."""
    try:
        return list(points)
    except TypeError:
        raise BadParameter(f"Points are given as a list of x, y in pixels, not as {_kind(points)}.") from None


def _numbers(value: Any, many: int, what: str) -> Any:
    """A tuple of so many finite numbers. Raises ``BadParameter`` for anything else."""
    wanted = BadParameter(f"{what} must be {many} finite numbers in pixels.")
    try:
        given = [] if isinstance(value, str | bytes) else list(value)
        found = tuple(map(float, given)) if all(map(_is_number, given)) else ()
    except (TypeError, ValueError, OverflowError):
        raise wanted from None
    if len(found) != many or not all(map(math.isfinite, found)):
        raise wanted
    return found


def _is_number(value: Any) -> bool:
    """Whether it is one real number, of Python's, NumPy's or others' kinds: no text, no truth value, no array."""
    odd = isinstance(value, bool | np.bool_ | str | bytes) or np.iscomplexobj(value) or np.ndim(value) > 0
    return hasattr(value, "__float__") and not odd


def _check_model(model: object) -> None:
    """Raise ``BadParameter`` unless it is the name of a model, or None for a choice."""
    if model is not None and not isinstance(model, str):
        raise BadParameter(f"The model must be named by a text, not {_kind(model)}.")


def _check_token(token: object) -> Token:
    """The token, a new one for None. Raises ``BadParameter`` for anything else."""
    if token is None:
        return Token()
    if not isinstance(token, Token):
        raise BadParameter(f"The token must be a Token of maskstudio.api, not {_kind(token)}.")
    return token


def _labels(labels: object) -> list[str]:
    """The labels. Raises ``BadParameter`` unless they are several texts, without commas, which part them elsewhere."""
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        raise BadParameter(f"Labels are given as a list of texts, not as {_kind(labels)}.")
    named = list(labels)
    for label in named:
        if not isinstance(label, str):
            raise BadParameter(f"Every label must be a text, not {_kind(label)}.")
        if "," in label:
            raise BadParameter(f"A label has no comma in it, as {label!r} has; give each label by itself.")
    return named


def _check_image(image: object) -> None:
    """Raise ``BadImage`` unless ``image`` is a plain array of RGB pixels of 8 or 16 bits, and not empty."""
    if not isinstance(image, np.ndarray):
        raise BadImage(f"The image must be a NumPy array of RGB pixels, not {_kind(image)}.")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise BadImage(f"The image must be RGB of 8 or 16 bits, (H, W, 3), not {image.dtype} of {image.shape}.")


def _check_plane(plane: object, name: str, kind: type[np.generic], size: tuple[int, ...] | None = None) -> None:
    """Raise ``BadMask`` unless ``plane`` is one plane of this kind, not empty, and of the image's ``size``."""
    if not isinstance(plane, np.ndarray):
        raise BadMask(f"The {name} must be a NumPy array, not {_kind(plane)}.")
    if plane.ndim != 2 or plane.dtype != kind or not plane.size:
        raise BadMask(f"The {name} must be {kind.__name__} of shape (H, W), not {plane.dtype} of {plane.shape}.")
    if size is not None and plane.shape != size:
        raise BadMask(f"The {name} must have the image's size {size}, not {plane.shape}.")


def _plain(value: object) -> Any:
    """One of NumPy's numbers as Python's own; anything else as it is, for the declared range to judge."""
    return value.item() if isinstance(value, np.integer | np.floating) else value


def _pair(value: object) -> Any:
    """Several of NumPy's numbers, or an array of them, as a tuple of Python's own; anything else as it is."""
    many = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1)
    return tuple(map(_plain, cast(Iterable[object], value))) if many else value


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
