"""What Adobe's endpoints accept, and the pixel work behind them (docs/services.md, 2.4 to 2.6).

Requests are taken strictly: an unknown field or a value of the wrong type is refused. All results are whole-image.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tests.servers import pictures
from tests.servers.pictures import Flags, Pixels

LIMITS = {1: 4000, 2: 6000}  # px of either side, by the version of the API
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
MEDIA = {"image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WEBP"}
PHOTOSHOP = "image/vnd.adobe.photoshop"
PARTS = ("Hair", "Face", "Upper Clothes")
GRANULAR = (*PARTS, "Left Shoe", "Right Shoe")
BACKGROUND_SCORE = 0.95
PART_SCORE = 0.9


class BadRequest(Exception):
    """A body that is not accepted: the reason, and which values were (a list or None)."""

    def __init__(self, reason: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.allowed = allowed


class JobFailed(Exception):
    """An accepted job that came to nothing; ``code`` is the service's ``error_code``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Made:
    """One picture of a result: where it goes in the answer, its bytes, and what is said of it.

    ``slot`` is a key of the answer; "masks[]" and the like collect in a list. ``box`` is x, y, width, height.
    """

    slot: str
    data: bytes
    kind: str = "image/png"
    label: str | None = None
    score: float | None = None
    box: tuple[int, int, int, int] | None = None


Inputs = dict[str, bytes]
Body = dict[str, Any]


def _source(body: Body, name: str) -> str:
    value = body.get(name)
    source = value.get("source") if isinstance(value, dict) and value.keys() == {"source"} else None
    url = source.get("url") if isinstance(source, dict) and source.keys() == {"url"} else None
    if not isinstance(url, str):
        raise BadRequest(f"{name}.source.url is needed")
    return url


def _only(body: Body, *names: str) -> None:
    if unknown := body.keys() - set(names):
        raise BadRequest(f"unknown field {min(unknown)}")


def _flag(body: Body, name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false", ("true", "false"))
    return value


def _number(value: Any, name: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise BadRequest(f"{name} must be a number from 0 to {most:g}")
    return float(value)


def opened(data: bytes, version: int, mode: str = "RGB") -> tuple[Pixels, str]:
    """Pixels and Pillow's name of the format; `JobFailed` for what the service does not take."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            size, kind = picture.size, picture.format or ""
    except (OSError, Image.DecompressionBombError) as error:
        raise JobFailed("input_validation_error", "The input is no picture that is read here.") from error
    if max(size) > LIMITS[version]:
        raise JobFailed("input_validation_error", f"The input is larger than {LIMITS[version]} pixels.")
    return pictures.decode(data, mode), kind


def _pair(inputs: Inputs) -> tuple[Pixels, Pixels]:
    photo, _ = opened(inputs["image"], 1)
    mask, _ = opened(inputs["mask"], 1, "L")
    if photo.shape[:2] != mask.shape:
        raise JobFailed("input_validation_error", "The mask does not have the size of the image.")
    return photo, mask


def _box(flags: Flags) -> tuple[int, int, int, int]:
    left, top, right, bottom = pictures.box_of(flags)
    return (left, top, right - left, bottom - top)


def _item(slot: str, label: str, score: float, flags: Flags) -> Made:
    return Made(slot, pictures.encode(pictures.as_mask(flags)), label=label, score=score, box=_box(flags))


def mask_objects(inputs: Inputs, body: Body) -> list[Made]:
    """One semantic mask for each component of the subject, best first, and the rest as background."""
    photo, _ = opened(inputs["image"], 1)
    flags = pictures.subject(photo)
    found = pictures.objects(flags)
    masks = [
        _item("semanticMasks[]", f"Object {number}", one.score, one.mask) for number, one in enumerate(found, start=1)
    ]
    return [*masks, _item("backgroundMasks[]", "Background", BACKGROUND_SCORE, ~flags)]


def refine_mask(inputs: Inputs, body: Body) -> list[Made]:
    """``mask``: refined alpha; with colorDecontamination ``image``: RGBA with that alpha, soft pixels red."""
    photo, mask = _pair(inputs)
    alpha = pictures.refined(photo, mask)
    if body.get("colorDecontamination", False):
        return [Made("image", pictures.encode(pictures.reddened(photo, alpha)))]
    return [Made("mask", pictures.encode(alpha), box=_box(alpha > 0))]


def mask_body_parts(inputs: Inputs, body: Body) -> list[Made]:
    """The subject's mask in bands of rows: three, or five with granular labels."""
    _, mask = _pair(inputs)
    labels = GRANULAR if body.get("useGranularLabels", False) else PARTS
    bands = pictures.thirds(mask > 127, len(labels))
    return [_item("masks[]", label, PART_SCORE, band) for label, band in zip(labels, bands, strict=True)]


def remove_background(inputs: Inputs, body: Body) -> list[Made]:
    """Cut-out or mask of the subject, with soft alpha where luma is 64–191."""
    photo, name = opened(inputs["image"], 2)
    media = body.get("output", {}).get("mediaType") or next(
        (media for media, kind in MEDIA.items() if kind == name.replace("JPEG", "JPG")), "image/png"
    )
    if media == PHOTOSHOP or body.get("mode") == "psd":
        raise JobFailed("unsupported_method", "This test server writes no PSD.")
    alpha = pictures.soft_alpha(photo)
    out = alpha if body.get("mode") == "mask" else _cutout(photo, alpha, body)
    if body.get("trim", False):
        x, y, width, height = _box(alpha > 0)
        out = out[y : y + height, x : x + width]
    return [Made("outputs[]", pictures.encode(out, MEDIA[media]), media)]


def _cutout(photo: Pixels, alpha: Pixels, body: Body) -> Pixels:
    cut = np.dstack([photo, alpha])
    if body.get("colorDecontamination", 1) > 0:
        cut = pictures.reddened(photo, alpha)
    if colour := body.get("backgroundColor"):
        rgba = (*(round(colour[name]) for name in ("red", "green", "blue")), round(colour["alpha"] * 255))
        cut = pictures.filled(cut[:, :, :3], alpha, rgba)
    return cut


def _check_remove(body: Body) -> None:
    _only(body, "image", "mode", "output", "trim", "backgroundColor", "colorDecontamination")
    modes = ("cutout", "mask", "psd")
    if body.get("mode", "cutout") not in modes:
        raise BadRequest("mode is not known", modes)
    output = body.get("output", {})
    kinds = (*MEDIA, PHOTOSHOP)
    if not isinstance(output, dict) or output.keys() - {"mediaType"} or output.get("mediaType", kinds[0]) not in kinds:
        raise BadRequest("output.mediaType is not known", kinds)
    _flag(body, "trim")
    _number(body.get("colorDecontamination", 1), "colorDecontamination", 1)
    if (colour := body.get("backgroundColor")) is not None:
        if not isinstance(colour, dict) or colour.keys() != {"red", "green", "blue", "alpha"}:
            raise BadRequest("backgroundColor needs red, green, blue and alpha")
        for name, value in colour.items():
            _number(value, f"backgroundColor.{name}", 1 if name == "alpha" else 255)


@dataclass(frozen=True)
class Endpoint:
    """One operation: version of its API, the inputs it fetches, its own flags, and the work."""

    version: int
    inputs: tuple[str, ...]
    flags: tuple[str, ...]
    work: Callable[[Inputs, Body], list[Made]]

    def sources(self, body: Any) -> dict[str, str]:
        """The URLs of the inputs of a body that is sound in every field, else `BadRequest`."""
        if not isinstance(body, dict):
            raise BadRequest("the body is no JSON object")
        urls = {name: _source(body, name) for name in self.inputs}
        if self.version == 2:
            _check_remove(body)
            return urls
        _only(body, *self.inputs, *self.flags)
        for name in self.flags:
            _flag(body, name)
        return urls


ENDPOINTS = {
    "mask-objects": Endpoint(1, ("image",), (), mask_objects),
    "refine-mask": Endpoint(1, ("image", "mask"), ("colorDecontamination",), refine_mask),
    "mask-body-parts": Endpoint(1, ("image", "mask"), ("useGranularLabels",), mask_body_parts),
    "remove-background": Endpoint(2, ("image",), (), remove_background),
}
