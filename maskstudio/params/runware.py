"""Runware's parameters: masking, background removal and the account."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from maskstudio.errors import BadParameter
from maskstudio.params.services import AT_MOST, CONFIDENCE, address_param, ask_param, cap_param, send_as_param
from maskstudio.params.spec import Params, Rule, param

# The fifteen models of Runware's imageMasking: AIR identifier, what it finds, and the name in its first documents.
RUNWARE_MASKING = (
    ("runware:35@1", "Faces, light · face_yolov8n"),
    ("runware:35@2", "Faces, better · face_yolov8s"),
    ("runware:35@3", "Hands · hand_yolov8n"),
    ("runware:35@4", "People · person_yolov8n-seg"),
    ("runware:35@5", "People, better · person_yolov8s-seg"),
    ("runware:35@6", "Faces, near and far · mediapipe_face_full"),
    ("runware:35@7", "Faces, near · mediapipe_face_short"),
    ("runware:35@8", "Faces, outlined · mediapipe_face_mesh"),
    ("runware:35@9", "Eyes only, outlined · mediapipe_face_mesh_eyes_only"),
    ("runware:35@10", "Eyes and lips, outlined · eyes_lips_mesh"),
    ("runware:35@11", "Nose and eyes, outlined · nose_eyes_mesh"),
    ("runware:35@12", "Nose and lips, outlined · nose_lips_mesh"),
    ("runware:35@13", "Nose, outlined · nose_mesh_mediapipe"),
    ("runware:35@14", "Lips, outlined · lips_mesh_mediapipe"),
    ("runware:35@15", "Eyes, outlined · eyes_mesh_mediapipe"),
)
REMBG = "runware:109@1"
RUNWARE_CUTOUT = (
    (REMBG, "RemBG 1.4"),
    ("runware:110@1", "Bria RMBG 2.0, open"),
    ("bria:2@1", "Bria RMBG 2.0"),
    ("runware:112@1", "BiRefNet base"),
    ("runware:112@2", "BiRefNet base, camouflaged objects"),
    ("runware:112@3", "BiRefNet DIS"),
    ("runware:112@5", "BiRefNet general"),
    ("runware:112@6", "BiRefNet general, 512 px"),
    ("runware:112@7", "BiRefNet HRSOD-DHU"),
    ("runware:112@8", "BiRefNet massive"),
    ("runware:112@9", "BiRefNet matting, soft edges"),
    ("runware:112@10", "BiRefNet portrait"),
    ("ideogram:remove-background@0", "Ideogram"),
)
_OUTPUT_TYPES = (("URL", "Link"), ("base64Data", "Inline"), ("dataURI", "Data URI"))
_OUTPUT_FORMATS = (("PNG", "PNG"), ("WEBP", "WebP"), ("JPG", "JPEG"))
_REMBG = Rule(lambda params: bool(params.model == REMBG), f"only the model {REMBG} (RemBG) has it")
_MATTED = Rule(
    lambda params: bool(params.model == REMBG and params.alpha_matting),
    f"it belongs to alphaMatting of the model {REMBG} (RemBG)",
)
_LOSSY = Rule(lambda params: bool(params.output_format != "PNG"), "a PNG has no quality")
_SHAPED = Rule(lambda params: bool(params.shape_there), "it needs shapeThere=yes")
_LINKS = ("input_image", "upload_endpoint")


def _model(default: str, models: tuple[tuple[str, str], ...]) -> str:
    made: str = param(default, "model", "Model", "What looks for the subject at the service.", choices=models)
    return made


def _output_type() -> str:
    text = "How the result travels: inline in the answer, or as a link that is downloaded without your key."
    made: str = param("base64Data", "outputType", "Result", text, choices=_OUTPUT_TYPES)
    return made


def _output_quality() -> int:
    made: int = param(95, "outputQuality", "Quality", "Quality of a result in WebP or JPEG.", between=(20, 99))
    return made


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_LINK = 4096  # characters
_HERE = ("127.0.0.1", "::1", "localhost")


def _link(value: str, wire: str, *, uuid: bool) -> None:
    """Raise BadParameter unless ``value`` is empty, a public link or, with ``uuid``, a UUID; ``wire`` names it."""
    if not value or (uuid and _UUID.fullmatch(value)):
        return
    try:
        parts = urlsplit(value)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        host, named = None, False
    plain = parts.scheme == "http" and (uuid or host in _HERE) if host else False
    sound = host and not named and (parts.scheme == "https" or plain) and len(value) <= _LONGEST_LINK
    if not sound or not value.isascii() or not value.isprintable() or " " in value:
        kinds = "a link (https://…) or the UUID of a picture at Runware" if uuid else "a link (https://…)"
        raise BadParameter(f"{wire} must be {kinds}.")


@dataclass(frozen=True)
class _Linked(Params):
    """Links to pictures stored elsewhere; they are not stored, since such a link may hold a signature."""

    def __post_init__(self) -> None:
        super().__post_init__()
        values: Any = self
        _link(values.input_image, "inputImage", uuid=True)
        _link(values.upload_endpoint, "uploadEndpoint", uuid=False)


def _input_image() -> str:
    text = "A link to the photo, or its UUID at Runware, which is sent in its place; it must show the same picture."
    made: str = param("", "inputImage", "Photo at", text)
    return made


def _upload_endpoint() -> str:
    made: str = param("", "uploadEndpoint", "Result to", "A link to which Runware also sends the result (HTTP PUT).")
    return made


@dataclass(frozen=True)
class RunwareMaskParams(_Linked):
    """Runware imageMasking."""

    title: ClassVar[str] = "Detect at Runware"
    front: ClassVar[tuple[str, ...]] = ("model", "confidence", "max_detections")
    links: ClassVar[tuple[str, ...]] = _LINKS
    rules: ClassVar[Mapping[str, Rule]] = {"mask_padding": _SHAPED, "mask_blur": _SHAPED, "output_quality": _LOSSY}

    model: str = _model("runware:35@1", RUNWARE_MASKING)
    confidence: float = param(0.25, "confidence", "Confidence", CONFIDENCE, between=(0, 1), step=0.01)
    max_detections: int = param(6, "maxDetections", "Max detections", AT_MOST, between=(1, 20))
    shape_there: bool = param(
        False, "shapeThere", "Pad and blur at Runware",
        "Sends padding and blur along. Otherwise they are applied here, where they can be changed at no cost.",
    )  # fmt: skip
    mask_padding: int = param(
        4, "maskPadding", "Padding", "Grows the mask by this distance; below zero it shrinks.",
        between=(-40, 40), unit="px",
    )  # fmt: skip
    mask_blur: int = param(
        4, "maskBlur", "Blur", "Fades the mask outwards over this distance.", between=(0, 20), unit="px"
    )
    output_type: str = _output_type()
    output_format: str = param(
        "PNG", "outputFormat", "Format", "PNG is exact; the others are smaller.", choices=_OUTPUT_FORMATS
    )
    output_quality: int = _output_quality()
    input_image: str = _input_image()
    upload_endpoint: str = _upload_endpoint()


@dataclass(frozen=True)
class RunwareCutoutParams(_Linked):
    """Runware background removal. Except for the model and the form of the result, all parameters are RemBG's only."""

    title: ClassVar[str] = "Remove background at Runware"
    links: ClassVar[tuple[str, ...]] = _LINKS
    rules: ClassVar[Mapping[str, Rule]] = {
        **dict.fromkeys(("post_process_mask", "return_only_mask", "alpha_matting"), _REMBG),
        "alpha_matting_foreground_threshold": _MATTED,
        "alpha_matting_background_threshold": _MATTED,
        "alpha_matting_erode_size": _MATTED,
        "output_quality": _LOSSY,
    }

    model: str = _model(REMBG, RUNWARE_CUTOUT)
    rgba: tuple[int, int, int, int] = param(
        (255, 255, 255, 0), "rgba", "Background",
        "Red, green, blue and opacity of what is put behind the subject on export; opacity 0 leaves it see-through.",
    )  # fmt: skip
    post_process_mask: bool = param(False, "postProcessMask", "Clean up mask", "Removes specks at the service.")
    return_only_mask: bool = param(
        False, "returnOnlyMask", "Mask only", "Asks for the mask alone, without colours of the service."
    )
    alpha_matting: bool = param(
        False, "alphaMatting", "Alpha matting", "Solves the edge at the service, for hair and fur; it costs more."
    )
    alpha_matting_foreground_threshold: int = param(
        240, "alphaMattingForegroundThreshold", "Sure foreground above",
        "Mask values above this count as surely inside.", between=(1, 255),
    )  # fmt: skip
    alpha_matting_background_threshold: int = param(
        10, "alphaMattingBackgroundThreshold", "Sure background below",
        "Mask values below this count as surely outside; higher costs more.", between=(1, 255),
    )  # fmt: skip
    alpha_matting_erode_size: int = param(
        10, "alphaMattingErodeSize", "Erode", "How far both sure regions are pulled back.",
        between=(1, 255), soft=(1, 60), unit="px",
    )  # fmt: skip
    output_type: str = _output_type()
    output_format: str = param(
        "PNG", "outputFormat", "Format", "PNG is exact; WebP is smaller and has an alpha too.",
        choices=_OUTPUT_FORMATS[:2],
    )  # fmt: skip
    output_quality: int = _output_quality()
    input_image: str = _input_image()
    upload_endpoint: str = _upload_endpoint()


@dataclass(frozen=True)
class RunwareAccount(Params):
    """How Runware is reached, and what it may cost."""

    title: ClassVar[str] = "Runware"

    base_url: str = address_param("https://api.runware.ai/v1")
    monthly_cap: float = cap_param(10.0)
    ask_first: bool = ask_param()
    send_as: str = send_as_param()
    mask_shows: Literal["subject", "background"] = param(
        "subject", "maskShows", "Mask only is white for",
        "What is white in the mask RemBG sends alone; Runware does not say. Change it where such a mask is inside out.",
        choices=(("subject", "The subject"), ("background", "The background")),
    )  # fmt: skip
    dialect: Literal["current", "flat", "names", "settings", "mixed"] = param(
        "current", "dialect", "Form of requests",
        "How tasks are written; the others are for servers that speak as Runware did in its first documents.",
        choices=(
            ("current", "As today"), ("flat", "First documents"), ("names", "First documents, models by name"),
            ("settings", "First documents, settings apart"), ("mixed", "As today, inputImage"),
        ),
    )  # fmt: skip
