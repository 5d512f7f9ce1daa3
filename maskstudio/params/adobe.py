"""Adobe's parameters: objects, body parts, backgrounds, edges and the account."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params.services import AT_MOST, CONFIDENCE, address_param, ask_param, cap_param, send_as_param
from maskstudio.params.spec import Params, param


@dataclass(frozen=True)
class AdobeObjectsParams(Params):
    """Adobe mask-objects. The confidence is compared here, as the service has no such parameter."""

    title: ClassVar[str] = "Find objects at Adobe"
    front: ClassVar[tuple[str, ...]] = ("confidence", "max_detections", "background_masks")

    confidence: float = param(0.25, "confidence", "Confidence", CONFIDENCE, between=(0, 1), step=0.01)
    max_detections: int = param(20, "maxDetections", "Max detections", AT_MOST, between=(1, 1000), soft=(1, 50))
    background_masks: bool = param(
        True, "backgroundMasks", "Background too", "Adds the masks of the background as hidden layers."
    )


@dataclass(frozen=True)
class AdobeBodyPartsParams(Params):
    """Adobe mask-body-parts, for the subject in a mask."""

    title: ClassVar[str] = "Find body parts at Adobe"

    confidence: float = param(0.25, "confidence", "Confidence", CONFIDENCE, between=(0, 1), step=0.01)
    max_detections: int = param(50, "maxDetections", "Max parts", AT_MOST, between=(1, 1000), soft=(1, 50))
    use_granular_labels: bool = param(
        False, "useGranularLabels", "Left and right", "Tells left from right ears, arms, hands, legs and shoes."
    )


@dataclass(frozen=True)
class AdobeCutoutParams(Params):
    """Adobe remove-background."""

    title: ClassVar[str] = "Remove background at Adobe"

    mode: Literal["cutout", "mask"] = param(
        "cutout", "mode", "Ask for", "The cut-out brings the service's own edge colours; the mask is alpha alone.",
        choices=(("cutout", "Cut-out"), ("mask", "Mask")),
    )  # fmt: skip
    color_decontamination: float = param(
        1.0, "colorDecontamination", "Decontaminate", "How much of the old background's colour goes.",
        between=(0, 1), step=0.01, unit="%", scale=100,
    )  # fmt: skip
    rgba: tuple[int, int, int, int] = param(
        (255, 255, 255, 0), "rgba", "Background",
        "Red, green, blue and opacity of what is put behind the subject on export; opacity 0 leaves it see-through.",
    )  # fmt: skip


@dataclass(frozen=True)
class AdobeRefineParams(Params):
    """Adobe refine-mask."""

    title: ClassVar[str] = "Refine edge at Adobe"
    front: ClassVar[tuple[str, ...]] = ("color_decontamination",)

    color_decontamination: bool = param(
        True, "colorDecontamination", "Decontaminate colours",
        "Asks for the subject's own colours along the edge as well.",
    )  # fmt: skip


@dataclass(frozen=True)
class AdobeAccount(Params):
    """How Adobe's Photoshop API is reached, and what it may cost."""

    title: ClassVar[str] = "Adobe"

    base_url: str = address_param("https://image.adobe.io")
    token_url: str = param(
        "https://ims-na1.adobelogin.com/ims/token/v3", "tokenUrl", "Sign-in address", "Where access tokens come from."
    )
    scopes: str = param("openid,AdobeID,read_organizations", "scopes", "Scopes", "What the access token is asked for.")
    monthly_cap: float = cap_param(10.0)
    ask_first: bool = ask_param()
    send_as: str = send_as_param()
