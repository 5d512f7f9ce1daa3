"""What the Runware double accepts: models, parameters, ranges, dialects (docs/services.md, 1.4 to 1.7 and 1.10).

`read_order` turns one task of any dialect into an `Order` or says with `Refused` which parameter is wrong.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

MASKING = "imageMasking"
REMOVAL = "removeBackground"
OLD_REMOVAL = "imageBackgroundRemoval"
UPLOADS = ("imageUpload", "mediaStorage")

MASKING_MODELS = tuple(f"runware:35@{number}" for number in range(1, 16))
REMBG = "runware:109@1"
REMOVAL_MODELS = (
    REMBG, "runware:110@1", "bria:2@1", "ideogram:remove-background@0",
    *(f"runware:112@{number}" for number in (1, 2, 3, 5, 6, 7, 8, 9, 10)),
)  # fmt: skip

COMMON = frozenset({
    "taskType", "taskUUID", "model", "outputType", "outputFormat", "outputQuality", "includeCost", "uploadEndpoint",
    "ttl", "deliveryMethod", "webhookURL", "routing", "providerSettings",
})  # fmt: skip
OUTPUT_TYPES = ("URL", "base64Data", "dataURI")
OUTPUT_FORMATS = ("JPG", "PNG", "WEBP")


class Refused(Exception):
    """One error of an answer: code, sentence, the parameter it is about, and the HTTP status if nothing went well."""

    def __init__(
        self, code: str, message: str, parameter: str = "", status: int = 400, allowed: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.parameter = parameter
        self.status = status
        self.allowed = allowed

    def as_json(self, task: Mapping[str, Any]) -> Json:
        """An item of ``errors`` (1.10)."""
        item: Json = {"code": self.code, "message": str(self), "documentation": "https://runware.ai/docs/errors"}
        if self.parameter:
            item |= {"parameter": self.parameter, "type": "string"}
        if self.allowed:
            item["allowedValues"] = list(self.allowed)
        return item | {name: task[name] for name in ("taskUUID", "taskType") if name in task}


@dataclass(frozen=True)
class Parameter:
    """One setting: its default and the check of a given value."""

    default: Any
    right: Callable[[Any], bool]
    says: str


def _whole(low: int, high: int, default: int) -> Parameter:
    return Parameter(default, lambda value: type(value) is int and low <= value <= high, f"an integer {low} to {high}")


def _share(default: float) -> Parameter:
    return Parameter(default, lambda value: type(value) in (int, float) and 0 <= value <= 1, "a number from 0 to 1")


def _flag() -> Parameter:
    return Parameter(False, lambda value: type(value) is bool, "true or false")


def _right_colour(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(type(one) is int and 0 <= one <= 255 for one in value)


# The limits of padding and blur are those of the vendor's own nodes; the service's are not published.
MASKING_SETTINGS = {
    "confidence": _share(0.25),
    "maxDetections": _whole(1, 20, 6),
    "maskPadding": _whole(-40, 40, 4),
    "maskBlur": _whole(0, 20, 4),
}
REMOVAL_SETTINGS = {
    "rgba": Parameter([255, 255, 255, 0], _right_colour, "four integers 0 to 255"),
    "postProcessMask": _flag(),
    "returnOnlyMask": _flag(),
    "alphaMatting": _flag(),
    "alphaMattingForegroundThreshold": _whole(1, 255, 240),
    "alphaMattingBackgroundThreshold": _whole(1, 255, 10),
    "alphaMattingErodeSize": _whole(1, 255, 10),
}


@dataclass(frozen=True)
class Output:
    """How a result is wanted."""

    type: str = "URL"
    format: str = "JPG"
    quality: int = 95
    cost: bool = False
    ttl: int | None = None
    endpoint: str | None = None
    later: bool = False


@dataclass(frozen=True)
class Order:
    """One piece of work: kind "masking" or "removal", the image as given, every setting with its default filled in."""

    kind: str
    model: str
    image: str
    image_parameter: str
    settings: Json
    output: Output


def task_id(task: Mapping[str, Any]) -> str:
    """The taskUUID, which must be a version 4 UUID."""
    given = task.get("taskUUID")
    if given is None:
        raise Refused("missingTaskUUID", "A task needs a taskUUID.", "taskUUID")
    if not is_uuid(given):
        raise Refused("invalidTaskUUID", "The taskUUID must be a version 4 UUID.", "taskUUID")
    return str(given)


def is_uuid(text: object) -> bool:
    """True for a version 4 UUID in its usual spelling."""
    try:
        return isinstance(text, str) and len(text) == 36 and uuid.UUID(text).version == 4
    except ValueError:
        return False


def read_order(task: Json) -> Order:
    """An imageMasking or background removal task of any dialect (1.6; 1.7, A to D)."""
    masking = task["taskType"] == MASKING
    known = MASKING_SETTINGS if masking else REMOVAL_SETTINGS
    model = _model(task, MASKING_MODELS if masking else REMOVAL_MODELS)
    image, where = _image(task)
    flat = where == "inputImage" and task["taskType"] != REMOVAL
    for name in task:
        if name not in COMMON | {"settings", where.split(".", maxsplit=1)[0]} and not (flat and name in known):
            raise Refused("unknownParameter", f"The parameter {name} is not known here.", name)
    given = _given(task, known)
    if not masking and given and model != REMBG:
        raise Refused("unsupportedParameter", f"Only {REMBG} takes settings.", next(iter(given)))
    settings = {name: parameter.default for name, parameter in known.items()}
    for name, value in given.items():
        plain = name.removeprefix("settings.")
        if not known[plain].right(value):
            raise Refused("invalidValue", f"The parameter {name} must be {known[plain].says}.", name)
        settings[plain] = value
    return Order("masking" if masking else "removal", model, image, where, settings, read_output(task))


def _model(task: Json, models: tuple[str, ...]) -> str:
    model = task.get("model")
    if model is None:
        raise Refused("missingParameter", "A model is needed.", "model")
    if model not in models:
        raise Refused("invalidModel", f"There is no model {model} for this task.", "model", allowed=models)
    return str(model)


def _image(task: Json) -> tuple[str, str]:
    """The image and the name of the parameter it came in."""
    nested = task.get("inputs")
    if "inputImage" in task:
        where, image = "inputImage", task["inputImage"]
    elif isinstance(nested, dict) and "image" in nested and task["taskType"] != OLD_REMOVAL:
        where, image = "inputs.image", nested["image"]
    else:
        where = "inputImage" if task["taskType"] == OLD_REMOVAL else "inputs.image"
        raise Refused("missingParameter", "An input image is needed.", where)
    if not isinstance(image, str) or not image:
        raise Refused("invalidValue", "The input image must be a text.", where)
    return image, where


def _given(task: Json, known: Mapping[str, Parameter]) -> Json:
    """Settings as they were sent, under the names an error would call them."""
    nested = task.get("settings", {})
    if not isinstance(nested, dict):
        raise Refused("invalidValue", "The settings must be an object.", "settings")
    for name in nested:
        if name not in known:
            raise Refused("unknownParameter", f"The parameter settings.{name} is not known here.", f"settings.{name}")
    flat = {name: task[name] for name in known if name in task}
    return flat | {f"settings.{name}": value for name, value in nested.items()}


def read_output(task: Json) -> Output:
    """How the result is wanted (1.4)."""
    later = _choice(task, "deliveryMethod", ("sync", "async"), "sync") == "async"
    kind = _choice(task, "outputType", OUTPUT_TYPES, "URL")
    form = _choice(task, "outputFormat", OUTPUT_FORMATS, "JPG")
    quality = task.get("outputQuality", 95)
    if type(quality) is not int or not 20 <= quality <= 99:
        raise Refused("invalidValue", "The outputQuality must be an integer 20 to 99.", "outputQuality")
    ttl = task.get("ttl")
    if ttl is not None and (type(ttl) is not int or ttl < 60 or kind != "URL"):
        raise Refused("invalidValue", "The ttl must be at least 60 seconds, for URL output.", "ttl")
    cost = task.get("includeCost", False)
    if type(cost) is not bool:
        raise Refused("invalidValue", "The parameter includeCost must be true or false.", "includeCost")
    return Output(kind, form, quality, cost, ttl, task.get("uploadEndpoint"), later)


def _choice(task: Json, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = task.get(name, default)
    if value not in allowed:
        raise Refused("invalidValue", f"The {name} must be one of {', '.join(allowed)}.", name, allowed=allowed)
    return str(value)
