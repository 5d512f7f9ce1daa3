"""What the parameters of all services share. Each service's own sets are in a module of its name in this package.

Only what a service really offers is declared. ``maskPadding`` and ``maskBlur`` belong to the layer, where they stay
live; they are sent to a service only if the user wants it to apply them. Keys are no parameters: they are in the
keychain.
"""

from typing import Any

from maskstudio.params.spec import Params, param

CONFIDENCE = "Keep only what the service scores above this. Lower finds more, and more that is wrong."
AT_MOST = "Keep at most this many, the highest scores first."


def name_of(label: str) -> str:
    """The name at the end of a model's label; the whole label if it has no such part."""
    return label.rpartition(" · ")[2]


def recorded(params: Params) -> dict[str, Any]:
    """The values of a set that may be stored: all except the user's links, which may hold signatures."""
    links = {spec.wire for spec in params.specs() if spec.name in params.links}
    return {wire: value for wire, value in params.to_wire().items() if wire not in links}


# Parameters that all accounts have: an address and a cap.


def address_param(default: str, help: str = "Where requests go.") -> str:  # noqa: A002
    """Declare the address of a service."""
    made: str = param(default, "baseUrl", "Address", help)
    return made


def cap_param(default: float) -> float:
    """Declare the most that may be spent there in a calendar month, in USD."""
    text = "The most that may be spent there in a calendar month; what would go beyond is refused. 0 spends nothing."
    made: float = param(default, "monthlyCap", "Monthly cap", text, between=(0, 10_000), soft=(0, 100), unit="USD")
    return made


def send_as_param() -> str:
    """Declare the format in which photos are sent, for services that accept several."""
    text = "JPEG at quality 95 uploads several times faster; PNG sends the exact pixels."
    made: str = param("JPG", "sendAs", "Send photos as", text, choices=(("JPG", "JPEG 95"), ("PNG", "PNG")))
    return made


def ask_param() -> bool:
    """Declare whether the user is asked before each job; a service without this parameter always asks."""
    text = "Shows what leaves, to whom and at what price, and waits for your word, before every job."
    made: bool = param(True, "askFirst", "Ask before each job", text)
    return made
