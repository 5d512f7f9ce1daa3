"""Lumen, a service that does not exist: what a new service's parameters and its info look like."""

from dataclasses import dataclass
from typing import ClassVar

from maskstudio.params.services import address_param, ask_param, cap_param
from maskstudio.params.spec import Params, param
from maskstudio.services.info import SecretField, ServiceInfo

PRICE = 0.05  # USD a call


@dataclass(frozen=True)
class LumenParams(Params):
    """Lumen's search for what is bright."""

    title: ClassVar[str] = "Detect at Lumen"
    front: ClassVar[tuple[str, ...]] = ("above",)

    above: int = param(127, "above", "Brighter than", "What is brighter than this is found.", between=(0, 254))


@dataclass(frozen=True)
class LumenAccount(Params):
    """How Lumen is reached, and what it may cost."""

    title: ClassVar[str] = "Lumen"

    base_url: str = address_param("https://api.lumen.example/v1")
    monthly_cap: float = cap_param(1.0)
    ask_first: bool = ask_param()


LUMEN = ServiceInfo(
    name="lumen",
    account=LumenAccount,
    secrets=(SecretField("apiKey", "API key", "LUMEN_API_KEY"),),
    hosts=("api.lumen.example",),
    operations={"detect": LumenParams},
    at_once=2,
    price=PRICE,
    price_note=f"A call costs USD {PRICE:.2f}.",
    kept=600,
    kept_words="ten minutes",
)
