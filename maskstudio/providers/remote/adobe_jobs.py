"""Requests to Adobe and the contents of its answers (docs/services.md, 2.4 to 2.7). Pure: no network.

Where two shapes are documented, both are read. The type of every value in an answer is checked.
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from maskstudio.core.arrays import Box
from maskstudio.errors import BadAnswer, BadMask
from maskstudio.params.adobe import AdobeBodyPartsParams, AdobeCutoutParams, AdobeRefineParams
from maskstudio.providers.remote.base import Errand
from maskstudio.providers.remote.said import number
from maskstudio.providers.remote.said import said as in_its_words
from maskstudio.services.addresses import site_of
from maskstudio.services.departure import WITH_MASK, ServiceOperation

Body = dict[str, Any]
AdobeState = Literal["waiting", "done", "failed"]
_OURS = ".adobe.io"
_PNG = "image/png"


@dataclass(frozen=True)
class Endpoint:
    """Where an operation is requested: ``version`` of the API, ``path``, and the longest side of a picture in px."""

    version: int
    path: str
    longest: int


ENDPOINTS: dict[ServiceOperation, Endpoint] = {
    "objects": Endpoint(1, "/v1/mask-objects", 4000),
    "bodyParts": Endpoint(1, "/v1/mask-body-parts", 4000),
    "refine": Endpoint(1, "/v1/refine-mask", 4000),
    "cutout": Endpoint(2, "/v2/remove-background", 6000),
}


@dataclass(frozen=True)
class FoundPicture:
    """One picture in an answer: its label, score and link. ``box`` is left, top, right, bottom in px.

    ``said`` is the same under Adobe's own names.
    """

    label: str
    score: float | None
    box: Box | None
    link: str
    said: Body = field(default_factory=dict)


def body_of(errand: Errand, links: list[str]) -> Body:
    """The body of a request; ``links`` lead to the photo and, if the operation takes one, the mask."""
    sources = [{"source": {"url": link}} for link in links]
    params = errand.params
    if isinstance(params, AdobeCutoutParams):
        # ``trim`` would move the pixels, and a background colour would remove the alpha: export adds it instead.
        return {
            "image": sources[0],
            "mode": params.mode,
            "output": {"mediaType": _PNG},
            "trim": False,
            "colorDecontamination": params.color_decontamination,
        }
    if isinstance(params, AdobeRefineParams):
        return {"image": sources[0], "mask": sources[1], "colorDecontamination": params.color_decontamination}
    if isinstance(params, AdobeBodyPartsParams):
        return {"image": sources[0], "mask": sources[1], "useGranularLabels": params.use_granular_labels}
    return {"image": sources[0]}


def check_mask(errand: Errand) -> None:
    """Raise BadMask if an operation needs a mask of the photo's size and has none."""
    if errand.operation in WITH_MASK and (errand.mask is None or errand.mask.shape != errand.photo.shape[:2]):
        raise BadMask("This operation of Adobe needs a mask of the photo's size.")


def status_link(data: Any, base: str, version: int) -> str:
    """The link at which an accepted job is polled.

    Raises BadAnswer if there is none, or if it leads to another server.
    """
    data = data if isinstance(data, dict) else {}
    link = data.get("statusUrl") or _at(data, "_links", "self", "href")
    if isinstance(link, str) and link:
        if not _trusted(link, base):
            raise BadAnswer("Adobe named an address outside its own servers, so nothing was sent there.")
        return link
    number = job_id(data)
    if not number:
        raise BadAnswer("Adobe accepted the work without saying where to ask after it.")
    return f"{base.rstrip('/')}/v{version}/status/{quote(number, safe='')}"


def job_id(data: Any) -> str:
    """The service's id of a job; empty if it gives none."""
    number = data.get("jobId") if isinstance(data, dict) else None
    return number if isinstance(number, str) else ""


def state_of(data: Any) -> AdobeState:
    """The state of a job. Unknown words mean that it is still running."""
    word = data.get("status") if isinstance(data, dict) else None
    word = word.lower() if isinstance(word, str) else ""
    return "done" if word == "succeeded" else "failed" if word == "failed" else "waiting"


def said(data: Any) -> str:
    """The error message in an answer, from any of the service's formats of errors; empty if there is none."""
    if not isinstance(data, dict):
        return ""
    inner: list[Any] = [_at(data, name, 0) for name in ("errors", "errorDetails", "details")]
    for spot in (data, *inner):
        for name in ("message", "reason", "error_description"):
            if isinstance(text := _at(spot, name), str) and text.strip():
                return text
    for name in ("title", "error", "error_code", "code"):
        if isinstance(text := data.get(name), str) and text.strip():
            return text
    return ""


def masks_in(data: Any, slot: str) -> list[FoundPicture]:
    """The masks listed under ``slot``: "semanticMasks", "backgroundMasks" or "masks".

    Raises BadAnswer if there is no list.
    """
    items = data.get(slot) if isinstance(data, dict) else None
    if items is None:
        items = _at(data, "result", slot)
    if not isinstance(items, list):
        if slot == "backgroundMasks" and items is None:
            return []
        raise BadAnswer("Adobe's answer holds no list of masks.")
    return [found_in(item) for item in items]


def picture_in(data: Any, *slots: str) -> tuple[str, FoundPicture]:
    """The first of ``slots`` in the answer, at its top or below ``result``, with its picture. Raises BadAnswer."""
    for slot in slots:
        for holder in (data, _at(data, "result")):
            item = _at(holder, slot, 0) if slot == "outputs" else _at(holder, slot)
            if isinstance(item, dict):
                return slot, found_in(item)
    raise BadAnswer("Adobe's answer holds no picture.")


def found_in(item: Any) -> FoundPicture:
    """One picture of an answer. Raises BadAnswer if it has no link."""
    for keys in (("destination", "url"), ("url",), ("destination", "href"), ("href",)):
        if isinstance(link := _at(item, *keys), str) and link:
            label = item.get("label")
            words = in_its_words(item, "label", "score", "boundingBox", "mediaType")
            return FoundPicture(
                label if isinstance(label, str) else "", number(item.get("score")), _box(item), link, words
            )
    raise BadAnswer("Adobe's answer names a picture without a link to it.")


def chosen(found: list[FoundPicture], confidence: float, most: int) -> list[FoundPicture]:
    """Those with a score above ``confidence`` or without a score: the best ``most``, best first."""
    kept = [one for one in found if one.score is None or one.score > confidence]
    return sorted(kept, key=lambda one: -(one.score if one.score is not None else 0.0))[:most]


def scaled(box: Box, sent: tuple[int, int], size: tuple[int, int]) -> Box:
    """A box in px of a picture of size ``sent`` as px of one of size ``size``, clipped to it."""
    across, down = size[0] / sent[0], size[1] / sent[1]

    def along(value: float, by: float, most: int) -> float:
        return min(max(value * by, 0.0), float(most))

    left, top, right, bottom = box
    return (
        along(left, across, size[0]),
        along(top, down, size[1]),
        along(right, across, size[0]),
        along(bottom, down, size[1]),
    )


def _trusted(link: str, base: str) -> bool:
    """Whether keys may be sent to this link: the account's own site, or any server of Adobe's if that is one of
    them.
    """
    try:
        there, here = site_of(link), site_of(base)
    except ValueError:
        return False
    adobe = there.scheme == "https" and there.port == 443 and there.host.endswith(_OURS) and here.host.endswith(_OURS)
    return there == here or adobe


def _box(item: Any) -> Box | None:
    """``boundingBox`` in either format; None if it is missing or invalid."""
    for names in (("x", "y"), ("left", "top")):
        values = [number(_at(item, "boundingBox", name)) for name in (*names, "width", "height")]
        sound = [value for value in values if value is not None]
        if len(sound) == 4 and sound[2] >= 0 and sound[3] >= 0:
            return sound[0], sound[1], sound[0] + sound[2], sound[1] + sound[3]
    return None


def _at(data: Any, *path: str | int) -> Any:
    """The value at a path of keys and indices; None if there is none."""
    for key in path:
        if isinstance(key, str) and isinstance(data, dict):
            data = data.get(key)
        elif isinstance(key, int) and isinstance(data, list) and len(data) > key:
            data = data[key]
        else:
            return None
    return data
