"""Server402's parameters: its mask refinement, which has none, and the account at a server of the user's choice."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from maskstudio.params.services import address_param, cap_param, send_as_param
from maskstudio.params.spec import Params, param


@dataclass(frozen=True)
class Server402RefineParams(Params):
    """Server402 mask-refinement: it has no parameters."""

    title: ClassVar[str] = "Refine edge at Server402"


@dataclass(frozen=True)
class Server402Account(Params):
    """How a Server402 is reached, how it is paid, and what it may cost."""

    title: ClassVar[str] = "Server402"

    base_url: str = address_param("", "The server you chose; there is no official one.")
    pay_with: Literal["token", "wallet"] = param(
        "token", "payWith", "Pay with", "A payment token you hold, or a signature of your wallet (USDC).",
        choices=(("token", "Token"), ("wallet", "Wallet")),
    )  # fmt: skip
    network: Literal["base", "base-sepolia"] = param(
        "base", "network", "Network", "Where a wallet's payment is settled; on Sepolia with play money.",
        choices=(("base", "Base"), ("base-sepolia", "Base Sepolia")),
    )  # fmt: skip
    monthly_cap: float = cap_param(2.0)
    send_as: str = send_as_param()
