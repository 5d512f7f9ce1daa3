"""Checking a signed x402 payment without any wallet library (docs/services.md, 3.3 to 3.5).

Nothing here signs, and nothing is constant-time: it is for a test server that wants to know who signed what. The
payload of a payment is an EIP-3009 ``TransferWithAuthorization``, hashed by EIP-712 and signed over secp256k1.
"""

import base64
import binascii
import json
from dataclasses import dataclass

MASK64 = (1 << 64) - 1
RATE = 136  # bytes absorbed at a time by Keccak-256
FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
TRANSFER_TYPE = (
    b"TransferWithAuthorization(address from,address to,uint256 value,"
    b"uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
FIELDS = ("from", "to", "value", "validAfter", "validBefore", "nonce")
SPARE_SECONDS = 6  # a payment that ends sooner than this could not be settled in time


class Refused(Exception):
    """A payment that is not taken; the text is one of the protocol's ``errorReason`` words."""


class Malformed(Exception):
    """A payment header that is no base64, no JSON or no object: answered with 400, not 402."""


@dataclass(frozen=True)
class Network:
    """Where a token lives: chain number, token contract, and the name and version its signatures carry."""

    chain: int
    asset: str
    name: str
    version: str


NETWORKS = {
    "base": Network(8453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USD Coin", "2"),
    "base-sepolia": Network(84532, "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "USDC", "2"),
}
NETWORKS |= {f"eip155:{network.chain}": network for network in tuple(NETWORKS.values())}


def encode(value: object) -> str:
    """Any JSON value as base64 text, as all payment headers carry it."""
    return base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def decode(text: str) -> dict:
    """The object inside a payment header, or ``Malformed``."""
    try:
        value = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError) as error:
        raise Malformed("no base64 JSON") from error
    if not isinstance(value, dict):
        raise Malformed("no object")
    return value


def _round_constants() -> list[int]:
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant ^= 1 << ((1 << bit) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


ROUNDS = _round_constants()


def _turn(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & MASK64


def _permute(state: list[list[int]]) -> list[list[int]]:
    for constant in ROUNDS:
        columns = [s[0] ^ s[1] ^ s[2] ^ s[3] ^ s[4] for s in state]
        mixed = [columns[x - 1] ^ _turn(columns[(x + 1) % 5], 1) for x in range(5)]
        state = [[lane ^ mixed[x] for lane in state[x]] for x in range(5)]
        x, y, carried = 1, 0, state[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            carried, state[x][y] = state[x][y], _turn(carried, (step + 1) * (step + 2) // 2 % 64)
        state = [
            [state[x][y] ^ (~state[(x + 1) % 5][y] & state[(x + 2) % 5][y] & MASK64) for y in range(5)]
            for x in range(5)
        ]
        state[0][0] ^= constant
    return state


def keccak256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum uses it (padding 0x01, unlike SHA3-256): 32 bytes."""
    padded = bytearray(data) + b"\x01"
    padded += bytes(-len(padded) % RATE)
    padded[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            at = start + 8 * lane
            state[lane % 5][lane // 5] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permute(state)
    return b"".join(state[lane][0].to_bytes(8, "little") for lane in range(4))


def _word(value: int | str) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else bytes.fromhex(value[2:]).rjust(32, b"\0")


def transfer_digest(network: Network, transfer: dict) -> bytes:
    """The 32 bytes that the payer signed; ``transfer`` has ``FIELDS``, numbers as decimal strings."""
    texts = keccak256(network.name.encode()) + keccak256(network.version.encode())
    domain = keccak256(keccak256(DOMAIN_TYPE) + texts + _word(network.chain) + _word(network.asset))
    numbers = b"".join(_word(int(transfer[key])) for key in ("value", "validAfter", "validBefore"))
    ends = _word(transfer["from"]) + _word(transfer["to"])
    return keccak256(
        b"\x19\x01" + domain + keccak256(keccak256(TRANSFER_TYPE) + ends + numbers + _word(transfer["nonce"]))
    )


Point = tuple[int, int] | None


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        if (one[1] + other[1]) % FIELD == 0:
            return None
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, FIELD)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD)
    x = (slope * slope - one[0] - other[0]) % FIELD
    return x, (slope * (one[0] - x) - one[1]) % FIELD


def _times(count: int, point: Point) -> Point:
    total = None
    while count:
        if count & 1:
            total = _add(total, point)
        point, count = _add(point, point), count >> 1
    return total


def recover_address(digest: bytes, signature: bytes) -> str:
    """The lower-case address whose key made the 65-byte ``signature``; ValueError when there is none."""
    if len(signature) != 65:
        raise ValueError("a signature has 65 bytes")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if not (0 < r < ORDER and 0 < s <= ORDER // 2):
        raise ValueError("no signature")
    square = (r**3 + 7) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    if y * y % FIELD != square:
        raise ValueError("no point of the curve")
    odd = (signature[64] - 27 if signature[64] >= 27 else signature[64]) & 1
    y = y if y & 1 == odd else FIELD - y
    inverse = pow(r, -1, ORDER)
    minus = -int.from_bytes(digest, "big") * inverse % ORDER
    key = _add(_times(s * inverse % ORDER, (r, y)), _times(minus, BASE))
    if key is None:
        raise ValueError("no key")
    return "0x" + keccak256(key[0].to_bytes(32, "big") + key[1].to_bytes(32, "big"))[12:].hex()


@dataclass(frozen=True)
class Offer:
    """What a call costs: ``amount`` in the token's smallest unit (six decimals), and who gets it."""

    network: str
    pay_to: str
    amount: str = "200000"
    seconds: int = 60

    @property
    def token(self) -> Network:
        """The pinned token of this network."""
        return NETWORKS[self.network]

    def item(self, version: int, resource: str) -> dict:
        """One element of ``accepts``; version 1 has its own names and carries the resource along."""
        shared = {
            "scheme": "exact",
            "network": self.network_name(version),
            "asset": self.token.asset,
            "payTo": self.pay_to,
            "maxTimeoutSeconds": self.seconds,
            "extra": {"name": self.token.name, "version": self.token.version},
        }
        if version == 2:
            return shared | {"amount": self.amount}
        texts = {"resource": resource, "description": "Refine a mask", "mimeType": "application/json"}
        return shared | texts | {"maxAmountRequired": self.amount, "outputSchema": None}

    def network_name(self, version: int) -> str:
        """``base`` in version 1, ``eip155:8453`` in version 2."""
        if version == 2:
            return f"eip155:{self.token.chain}"
        return next(name for name, network in NETWORKS.items() if network == self.token and ":" not in name)


def transfer_of(payment: dict) -> tuple[dict, str]:
    """The authorization and its signature out of a decoded payment; ``Refused`` when parts are missing."""
    payload = payment.get("payload")
    transfer = payload.get("authorization") if isinstance(payload, dict) else None
    signature = payload.get("signature") if isinstance(payload, dict) else None
    if not isinstance(transfer, dict) or not isinstance(signature, str):
        raise Refused("invalid_payload")
    if any(not isinstance(transfer.get(field), str) for field in FIELDS):
        raise Refused("invalid_payload")
    return transfer, signature


def verify(payment: dict, version: int, offer: Offer, now: float) -> dict:
    """The authorization of a payment that is good at ``now`` (seconds since 1970), else ``Refused`` with the reason.

    Whether its nonce was used before is for the caller to know.
    """
    if payment.get("x402Version") != version:
        raise Refused("invalid_x402_version")
    chosen = payment if version == 1 else payment.get("accepted")
    if not isinstance(chosen, dict) or chosen.get("scheme") != "exact":
        raise Refused("unsupported_scheme")
    if chosen.get("network") != offer.network_name(version):
        raise Refused("invalid_network")
    transfer, signature = transfer_of(payment)
    prefix = "invalid_exact_evm_payload"
    if transfer["to"].lower() != offer.pay_to.lower():
        raise Refused(f"{prefix}_recipient_mismatch")
    try:
        value, after, before = (int(transfer[key]) for key in ("value", "validAfter", "validBefore"))
        signer = recover_address(transfer_digest(offer.token, transfer), bytes.fromhex(signature.removeprefix("0x")))
    except (ValueError, OverflowError) as error:
        raise Refused(f"{prefix}_signature") from error
    if value != int(offer.amount):
        raise Refused(f"{prefix}_authorization_value_mismatch")
    if after > now:
        raise Refused(f"{prefix}_authorization_valid_after")
    if before < now + SPARE_SECONDS:
        raise Refused(f"{prefix}_authorization_valid_before")
    if signer != transfer["from"].lower():
        raise Refused(f"{prefix}_signature")
    return transfer
