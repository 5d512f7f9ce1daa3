"""Runware's tasks: their bodies, and the contents of its answers. Pure: no network, no pixels.

The default dialect is the current one (docs/services.md, 1.4 to 1.8): the image under ``inputs``, options under
``settings``; the account may choose an older one. Answers are read in every format that any known version of the
service uses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from maskstudio.core.arrays import Box
from maskstudio.errors import Busy, KeyNeeded, MaskStudioError, PaymentNeeded, ProviderFailed
from maskstudio.params.runware import REMBG, RUNWARE_MASKING, RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.services import name_of
from maskstudio.providers.remote.redact import sentence
from maskstudio.providers.remote.said import number, said
from maskstudio.providers.remote.wire import Reply
from maskstudio.services.runware import RUNWARE

Json = dict[str, Any]
TaskState = Literal["running", "done", "failed", "missing"]

TITLE = RUNWARE.title
LONGEST = 2048  # px on the longer side of what the service stores (docs/services.md, 1.5)
LABELS = (
    "face", "face", "hand", "person", "person", "face", "face", "face", "eyes", "eyes and lips", "nose and eyes",
    "nose and lips", "nose", "lips", "eyes",
)  # fmt: skip
_NAMES = ("taskType", "taskUUID", "inputImageUUID", "maskImageUUID", "imageUUID", "mediaUUID")
_FLAT = ("flat", "names")  # dialects
_LOSSY = ("JPG", "WEBP")
_STEMS = ("maskImage", "image", "media")
_FORMS = ("URL", "Base64Data", "DataURI")
_UNSAFE = frozenset({
    "contentPolicyViolation", "providerContentPolicyViolation", "sensitiveContentDetected", "unsafeContentDetected",
    "nsfwContentDetected", "promptBlocked", "imageBlocked", "moderationFailed",
})  # fmt: skip
_TROUBLE = frozenset(
    {"internalServerError", "serviceUnavailable", "serverUnavailable", "standardError", "timeoutProvider"}
)
_WRONG = ("invalid", "missing", "conflict", "duplicate", "unsupported", "value", "array", "max", "unknown", "incompat")


class Taken(ProviderFailed):
    """The taskUUID was used before: an earlier request arrived (docs/services.md, 1.10, ``conflictTaskUUID``)."""


class Troubled(ProviderFailed):
    """A failure inside the service; whether it did the task is unknown."""


def mask_task(params: RunwareMaskParams, identity: str, image: str, scale: float, dialect: str = "current") -> Json:
    """An imageMasking task. ``image`` is a UUID, a link or a data URI; ``scale`` (at most 1) is that of the copy sent.

    Distances are px of the document, so they are scaled with the copy.
    """
    there = params.shape_there
    settings = {
        "confidence": params.confidence,
        "maxDetections": params.max_detections,
        "maskPadding": round(params.mask_padding * scale) if there else 0,
        "maskBlur": round(params.mask_blur * scale) if there else 0,
    }
    model = name_of(dict(RUNWARE_MASKING)[params.model]) if dialect == "names" else params.model
    head = {"taskType": "imageMasking", "taskUUID": identity, "model": model}
    # Masking has two dialects only: everything flat, or everything nested (docs/services.md, 1.6).
    return {**head, **_laid_out(dialect, image, settings, masking=True), **_output(params, dialect)}


def cutout_task(params: RunwareCutoutParams, identity: str, image: str, scale: float, dialect: str = "current") -> Json:
    """A background removal task; only RemBG takes settings (docs/services.md, 1.7)."""
    kind = "removeBackground" if dialect in ("current", "mixed") else "imageBackgroundRemoval"
    head: Json = {"taskType": kind, "taskUUID": identity, "model": params.model}
    settings: Json = {}
    if params.model == REMBG:
        # Opacity 0 always: export adds the backdrop, where it can still be changed. Painted in by the
        # service it would leave no alpha.
        settings = {
            "rgba": [*params.rgba[:3], 0],
            "postProcessMask": params.post_process_mask,
            "returnOnlyMask": params.return_only_mask,
            "alphaMatting": params.alpha_matting,
        }
        if params.alpha_matting:
            settings |= {
                "alphaMattingForegroundThreshold": params.alpha_matting_foreground_threshold,
                "alphaMattingBackgroundThreshold": params.alpha_matting_background_threshold,
                "alphaMattingErodeSize": max(round(params.alpha_matting_erode_size * scale), 1),
            }
    return {**head, **_laid_out(dialect, image, settings, masking=False), **_output(params, dialect)}


def _laid_out(dialect: str, image: str, settings: Json, *, masking: bool) -> Json:
    """Image and settings at the place that a dialect has for them: at the top or below ``inputs`` and ``settings``."""
    if dialect == "current":
        return {"inputs": {"image": image}, **({"settings": settings} if settings else {})}
    if dialect in _FLAT or masking:
        return {"inputImage": image, **settings}
    return {"inputImage": image, **({"settings": settings} if settings else {})}


def upload_task(identity: str, image: str) -> Json:
    """An imageUpload task; ``image`` is a data URI."""
    return {"taskType": "imageUpload", "taskUUID": identity, "image": image}


def poll_task(identity: str) -> Json:
    """A request for the state of a task."""
    return {"taskType": "getResponse", "taskUUID": identity}


def wants_mask(params: RunwareMaskParams | RunwareCutoutParams) -> bool:
    """Whether the result is a mask rather than a cut-out."""
    return isinstance(params, RunwareMaskParams) or (params.return_only_mask and params.model == REMBG)


def label_of(model: str) -> str:
    """What a masking model finds, in a word or two; "mask" for an unknown model."""
    number = model.removeprefix("runware:35@")
    known = number.isdecimal() and 1 <= int(number) <= len(LABELS)
    return LABELS[int(number) - 1] if known else "mask"


def _output(params: RunwareMaskParams | RunwareCutoutParams, dialect: str) -> Json:
    quality = {"outputQuality": params.output_quality} if params.output_format in _LOSSY else {}
    form = {"outputType": params.output_type, "outputFormat": params.output_format}
    there = {"uploadEndpoint": params.upload_endpoint} if params.upload_endpoint else {}
    # The first version of the API has only one delivery method, so it has no name for it.
    at_once = {} if dialect in _FLAT else {"deliveryMethod": "sync"}
    return {**form, **quality, **there, "includeCost": True, **at_once}


@dataclass(frozen=True)
class Outcome:
    """What an answer says of one task.

    state      "running" also for an unknown status; "missing" if the answer does not mention the task
    picture    the form ("URL", "Base64Data", "DataURI") and the text of its result; None if there is none
    boxes      left, top, right, bottom in px of the picture that was sent
    errors     the errors that concern the task, or the message as a whole
    said       the service's ids of the task and its pictures
    """

    state: TaskState
    picture: tuple[str, str] | None = field(default=None, repr=False)
    boxes: tuple[Box, ...] = ()
    cost: float | None = None
    errors: tuple[Json, ...] = ()
    said: Json = field(default_factory=dict)

    @property
    def unknown(self) -> bool:
        """Whether the service says that it has no such task, or that it failed without a reason."""
        codes = [str(error.get("code", "")) for error in self.errors]
        return self.state == "failed" and any(code == "taskFailedOrNotFound" for code in codes)


def outcome(data: object, identity: str) -> Outcome:
    """Read an answer for one task. A result counts even if errors stand beside it (partial success)."""
    items, errors = envelope(data)
    ours = tuple(error for error in errors if error.get("taskUUID") in (None, identity))
    mine = [item for item in items if item.get("taskUUID") == identity]
    item = mine[0] if mine else items[0] if len(items) == 1 and "taskUUID" not in items[0] else None
    if item is None:
        return Outcome("failed" if ours else "missing", errors=ours)
    cost = _cost(item.get("cost"))
    picture = _picture(item)
    inner = item.get("error")
    if picture is not None:
        return Outcome("done", picture, _boxes(item.get("detections")), cost, ours, said(item, *_NAMES))
    if inner or item.get("status") == "error":
        told = inner if isinstance(inner, dict) else {"message": str(inner or "")}
        return Outcome("failed", cost=cost, errors=(told, *ours))
    if item.get("status") == "success":
        return Outcome("done", cost=cost, errors=ours)
    return Outcome("failed" if ours else "running", cost=cost, errors=ours)


def envelope(data: object) -> tuple[list[Json], list[Json]]:
    """Results and errors of an answer; either may be missing, a single object instead of an array, or in an older
    format.
    """
    if isinstance(data, list):
        return _objects(data), []
    if not isinstance(data, dict):
        return [], []
    errors = _objects(data.get("errors"))
    older = data.get("error")
    if isinstance(older, dict | list):
        errors += _objects(older)
    elif older or "errorMessage" in data:
        errors.append({"code": str(data.get("errorId", "")), "message": str(data.get("errorMessage") or older)})
    return _objects(data.get("data")), errors


def speaks(data: object) -> bool:
    """Whether this is an answer of this service at all."""
    return isinstance(data, dict) and any(name in data for name in ("data", "errors", "error"))


def refusal(reply: Reply, *secrets: str) -> MaskStudioError | None:
    """Our error for a response with an error status; None for success."""
    if reply.ok:
        return None
    _, errors = envelope(reply.data)
    return error_of(errors, reply.status, *secrets)


def error_of(errors: Sequence[Mapping[str, Any]], status: int, *secrets: str) -> ProviderFailed:
    """Our error for the first of a service's errors (docs/services.md, 1.10); ``status`` may be 200."""
    first = errors[0] if errors else {}
    code = str(first.get("code", ""))
    said = sentence(first.get("message") or code or f"status {status}", *secrets)
    low = said.lower()
    if "ApiKey" in code or "invalid api key" in low or code in ("unauthorized", "tokenExpired") or status == 401:
        return KeyNeeded(f"{TITLE} does not accept the API key; set another in its account.")
    if code in ("forbidden", "permissionDenied") or status == 403:
        return KeyNeeded(f"The API key of {TITLE} may not do this; allow it there or set another.")
    if (
        status == 402
        or code == "paymentRequired"
        or any(word in code.lower() for word in ("credit", "quota", "balance"))
    ):
        return PaymentNeeded(f"The balance at {TITLE} is too low for this; top it up there.")
    if status == 429 or code.lower().startswith("ratelimit"):
        return Busy(f"{TITLE} takes no more requests for now.")
    if code == "conflictTaskUUID":
        return Taken(f"{TITLE} has had this task before.")
    if code in _UNSAFE:
        return ProviderFailed(f"{TITLE} does not work on this photo: {said}.")
    if (
        status >= 500
        or status == 408
        or code in _TROUBLE
        or code.startswith("unknownError")
        or code.endswith("Timeout")
    ):
        return Troubled(f"{TITLE} has a problem of its own ({code or status}); try again later.")
    if code.startswith(_WRONG):
        return ProviderFailed(f"{TITLE} did not accept the request: {said}.")
    return ProviderFailed(f"{TITLE} could not do it: {said}.")


def _objects(value: object) -> list[Json]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _picture(item: Json) -> tuple[str, str] | None:
    for stem in _STEMS:
        for form in _FORMS:
            text = item.get(f"{stem}{form}")
            if isinstance(text, str) and text:
                return form, text
    return None


def _boxes(value: object) -> tuple[Box, ...]:
    """The boxes of detections; invalid ones are left out."""
    found = []
    for item in _objects(value):
        left, top, right, bottom = (number(item.get(name)) for name in ("x_min", "y_min", "x_max", "y_max"))
        if left is not None and top is not None and right is not None and bottom is not None:
            found.append((left, top, right, bottom))
    return tuple(box for box in found if box[2] > box[0] and box[3] > box[1])


def _cost(value: object) -> float | None:
    amount = number(value)
    return amount if amount is not None and amount >= 0 else None
