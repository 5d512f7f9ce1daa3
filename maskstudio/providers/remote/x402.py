"""Payments by x402, without the wallet: the server's demand, its checks, what is signed, and how it is sent.

Versions 1 and 2 of the protocol (docs/services.md, 3.3 to 3.5). Pure: no network, no keys, no clock. A server's demand
is not trusted. The currency is pinned here, with the name and version in its signatures; only such signatures are made.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maskstudio.errors import CapReached, PaymentNeeded
from maskstudio.providers.remote.wire import Reply
from maskstudio.services.addresses import Site, site_of

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_UNITS = re.compile(r"[1-9][0-9]{0,29}")
_NAME = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LONGEST = 600  # most seconds for which a signature is valid
_BEFORE = 600  # seconds by which version 1 antedates a signature
_IDENTIFIER = "payment-identifier"
_NUMBERS = ("value", "validAfter", "validBefore")
_FIELDS = (
    ("from", "address"), ("to", "address"), ("value", "uint256"),
    ("validAfter", "uint256"), ("validBefore", "uint256"), ("nonce", "bytes32"),
)  # fmt: skip
_DOMAIN = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))


@dataclass(frozen=True, slots=True)
class Coin:
    """A pinned token worth one US dollar: its network, and the values in its signatures."""

    network: str
    chain: int
    contract: str
    name: str
    version: str
    decimals: int = 6

    def network_in(self, version: int) -> str:
        """The network's name in this version of the protocol."""
        return self.network if version == 1 else f"eip155:{self.chain}"


COINS = {
    coin.network: coin
    for coin in (
        Coin("base", 8453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USD Coin", "2"),
        Coin("base-sepolia", 84532, "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "USDC", "2"),
    )
}


@dataclass(frozen=True)
class Demand:
    """A server's demand, unchecked: the ways to pay, and for what."""

    version: int
    ways: tuple[Mapping[str, Any], ...]
    resource: Any = None
    extensions: Any = None


@dataclass(frozen=True)
class PaymentOffer:
    """One way to pay that passed every check: ``units`` of ``coin``, valid for ``seconds``."""

    demand: Demand
    way: Mapping[str, Any]
    coin: Coin
    units: int
    pay_to: str
    seconds: int

    @property
    def amount(self) -> Decimal:
        """The amount in USD."""
        return Decimal(self.units).scaleb(-self.coin.decimals)


@dataclass(frozen=True)
class Settlement:
    """The outcome of a payment, as the server reports it."""

    success: bool
    reason: str = ""


def demand_in(reply: Reply) -> Demand | None:
    """The demand in a 402: the header of version 2, else the body of version 1; None if there is neither."""
    for said, version in ((_decoded(reply.headers.get("payment-required")), 2), (reply.data, 1)):
        if isinstance(said, dict) and said.get("x402Version") == version:
            listed = said.get("accepts")
            ways = tuple(way for way in listed if isinstance(way, dict)) if isinstance(listed, list) else ()
            if version == 1:
                return Demand(1, ways)
            return Demand(2, ways, said.get("resource"), said.get("extensions"))
    return None


def offer_in(demand: Demand, network: str, origin: Site, title: str) -> PaymentOffer:
    """The cheapest way to pay on the account's ``network`` that passes every check.

    Raises PaymentNeeded, which says what is wrong with the last one that was close.
    """
    coin, why, good = COINS[network], f"no payment on the network {network}", []
    for way in demand.ways:
        if way.get("scheme") != "exact" or way.get("network") != coin.network_in(demand.version):
            continue
        wrong = next(_wrong_with(way, demand, coin, origin), None)
        if wrong is None:
            units = int(way["amount" if demand.version == 2 else "maxAmountRequired"])
            good.append(PaymentOffer(demand, way, coin, units, way["payTo"], _seconds(way)))
        else:
            why = wrong
    if not good:
        raise PaymentNeeded(f"{title} asks for a payment that is not made from here ({why}), so nothing was paid.")
    return min(good, key=lambda offer: offer.units)


def _wrong_with(way: Mapping[str, Any], demand: Demand, coin: Coin, origin: Site) -> Iterator[str]:
    """The reasons against paying this way."""
    if str(way.get("asset", "")).lower() != coin.contract.lower():
        yield "another currency than USDC"
    extra = way.get("extra")
    if isinstance(extra, str):
        extra = _parsed(extra)
    pinned = {"name": coin.name, "version": coin.version, "assetTransferMethod": "eip3009"}
    if extra is not None and not isinstance(extra, dict):
        yield "an unknown form"
    elif any(extra[name] != value for name, value in pinned.items() if extra is not None and name in extra):
        yield "USDC under a changed name or version"
    units = way.get("amount" if demand.version == 2 else "maxAmountRequired")
    if not isinstance(units, str) or not _UNITS.fullmatch(units):
        yield "an amount that is no number"
    pay_to = way.get("payTo")
    if not isinstance(pay_to, str) or not _ADDRESS.fullmatch(pay_to):
        yield "a recipient that is no address"
    about = demand.resource.get("url") if isinstance(demand.resource, dict) else None
    if not _is_from(way.get("resource") if demand.version == 1 else about, origin):
        yield "something that is not on this server"


def _is_from(link: Any, origin: Site) -> bool:
    try:
        return isinstance(link, str) and site_of(link) == origin
    except ValueError:
        return False


def _seconds(way: Mapping[str, Any]) -> int:
    said = way.get("maxTimeoutSeconds")
    return min(said, _LONGEST) if isinstance(said, int) and not isinstance(said, bool) and said > 0 else _LONGEST


def check_agreed(offer: PaymentOffer, agreed: float | None, title: str) -> None:
    """Raise PaymentNeeded if no price was agreed to, CapReached if the offer is above it."""
    asked = f"{title} asks for USD {dollars(offer.amount)}"
    if agreed is None:
        raise PaymentNeeded(f"{asked}, and nothing was agreed to, so nothing was paid.")
    if offer.amount > Decimal(str(agreed)):
        raise CapReached(f"{asked}, more than the USD {dollars(Decimal(str(agreed)))} agreed to; nothing was paid.")


def dollars(amount: Decimal) -> str:
    """An amount as text, with at least two decimals and no trailing zeros beyond them."""
    plain = f"{amount.normalize():f}"
    whole, _, part = plain.partition(".")
    return f"{whole}.{part:0<2}"


def authorization(offer: PaymentOffer, payer: str, now: int, nonce: bytes) -> dict[str, str]:
    """The message to be signed (EIP-3009): ``now`` in seconds since 1970, ``nonce`` 32 random bytes; numbers as
    text.
    """
    return {
        "from": payer,
        "to": offer.pay_to,
        "value": str(offer.units),
        "validAfter": "0" if offer.demand.version == 2 else str(now - _BEFORE),
        "validBefore": str(now + offer.seconds),
        "nonce": "0x" + nonce.hex(),
    }


def typed(coin: Coin, transfer: Mapping[str, str]) -> dict[str, Any]:
    """An authorization as typed data (EIP-712), under the pinned name, version, chain and contract."""
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN],
            "TransferWithAuthorization": [{"name": name, "type": kind} for name, kind in _FIELDS],
        },
        "primaryType": "TransferWithAuthorization",
        "domain": {
            "name": coin.name,
            "version": coin.version,
            "chainId": coin.chain,
            "verifyingContract": coin.contract,
        },
        "message": {name: int(value) if name in _NUMBERS else value for name, value in transfer.items()},
    }


def payment(offer: PaymentOffer, transfer: Mapping[str, str], signature: str, identity: str) -> dict[str, str]:
    """The header that pays. ``identity`` is included if the server uses it to recognise repetitions."""
    payload = {"authorization": dict(transfer), "signature": signature}
    if offer.demand.version == 1:
        network = offer.way["network"]
        return {"X-PAYMENT": _encoded({"x402Version": 1, "scheme": "exact", "network": network, "payload": payload})}
    whole = {"x402Version": 2, "payload": payload, "accepted": offer.way, "resource": offer.demand.resource}
    extension = _identified(offer.demand.extensions, identity)
    return {"PAYMENT-SIGNATURE": _encoded({**whole, **({"extensions": extension} if extension else {})})}


def _identified(extensions: Any, identity: str) -> dict[str, Any] | None:
    """The payment-identifier extension with our identity; None if the server does not offer it."""
    asked = extensions.get(_IDENTIFIER) if isinstance(extensions, dict) else None
    if not isinstance(asked, dict) or not isinstance(asked.get("info"), dict) or not _NAME.fullmatch(identity):
        return None
    info = asked["info"]
    return {_IDENTIFIER: {**asked, "info": {**info, "id": identity}}}


def settlement_in(reply: Reply) -> Settlement | None:
    """The outcome of the payment in the header of either version; None if there is none."""
    said = _decoded(reply.headers.get("payment-response") or reply.headers.get("x-payment-response"))
    if not isinstance(said, dict) or not isinstance(said.get("success"), bool):
        return None
    return Settlement(said["success"], str(said.get("errorReason") or ""))


def _encoded(value: object) -> str:
    return base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def _decoded(text: str | None) -> Any:
    try:
        return _parsed(base64.b64decode((text or "") + "=" * (-len(text or "") % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
