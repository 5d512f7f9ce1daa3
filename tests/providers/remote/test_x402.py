"""Payments by x402 without a network: what is read, what is refused before signing, and the published vectors."""

import base64
import copy
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from maskstudio.errors import CapReached, KeyNeeded, PaymentNeeded, ProviderFailed
from maskstudio.providers.remote import x402
from maskstudio.providers.remote.wallet import address_of, signed
from maskstudio.providers.remote.wire import Reply
from maskstudio.services.addresses import Site
from tests.patience import PATIENCE
from tests.servers.x402verify import NETWORKS, Offer, recover_address, transfer_digest

KEY = "0x" + "11" * 32
PAYER = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
PAYEE = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
HERE = Site("https", "shop.example", 443)
RESOURCE = "https://shop.example/api/tools/mask-refinement"
IDENTITY = "0d5b3a3e-7f7e-4c0c-8a39-2b5f8a0f7a11"


def with_wallet() -> None:
    """Skip without eth-account; have it without the depth of recursion it sets on import."""
    limit = sys.getrecursionlimit()
    pytest.importorskip("eth_account")
    sys.setrecursionlimit(limit)


def demand(version: int, **changes: Any) -> x402.Demand:
    """What an honest server asks for, with ``changes`` to the way to pay (None takes a field out) or its resource."""
    resource = changes.pop("url", RESOURCE)
    way = Offer("base", PAYEE).item(version, resource)
    way = {name: value for name, value in (way | changes).items() if value is not None or name not in changes}
    if version == 1:
        said, headers, body = {"x402Version": 1, "accepts": [way]}, {}, True
    else:
        said, headers, body = {"x402Version": 2, "accepts": [way], "resource": {"url": resource}}, {}, False
    text = json.dumps(said).encode()
    if not body:
        headers = {"payment-required": base64.b64encode(text).decode()}
    found = x402.demand_in(Reply(402, headers, text if body else b"{}"))
    assert found is not None
    return found


def test_the_vector_of_the_reference() -> None:
    with_wallet()
    transfer = {
        "from": PAYER, "to": PAYEE, "value": "200000", "validAfter": "0", "validBefore": "1800000000",
        "nonce": "0x" + "22" * 32,
    }  # fmt: skip
    assert address_of(KEY) == address_of(KEY[2:]) == PAYER
    found = signed(KEY, x402.typed(x402.COINS["base"], transfer))
    assert found == (
        "0x8622bf6f2e1713fe796212e18fe0fe983698e1545d15543411cc1b16629b409f"
        "18ce31e2044f4974adf8ad0317d4935baa5d4d2b06890b817b26db59cb9c50511c"
    )


@pytest.mark.parametrize("network", ["base", "base-sepolia"])
@pytest.mark.parametrize("version", [1, 2])
def test_what_is_signed_is_what_an_independent_reader_recovers(version: int, network: str) -> None:
    with_wallet()
    way = Offer(network, PAYEE).item(version, RESOURCE)
    about = {"url": RESOURCE} if version == 2 else None
    offer = x402.offer_in(x402.Demand(version, (way,), about), network, HERE, "Shop")
    transfer = x402.authorization(offer, PAYER, 1_800_000_000, bytes(range(32)))
    signature = bytes.fromhex(signed(KEY, x402.typed(offer.coin, transfer))[2:])
    assert recover_address(transfer_digest(NETWORKS[network], transfer), signature) == PAYER.lower()
    assert transfer["validBefore"] == "1800000060"
    assert transfer["validAfter"] == ("0" if version == 2 else "1799999400")


def test_the_header_comes_before_the_body() -> None:
    two = json.dumps({"x402Version": 2, "accepts": [], "resource": {"url": RESOURCE}}).encode()
    one = json.dumps({"x402Version": 1, "accepts": [{"scheme": "exact"}, "junk"]}).encode()
    head = {"payment-required": base64.b64encode(two).decode().rstrip("=")}
    both = x402.demand_in(Reply(402, head, one))
    assert both is not None
    assert both.version == 2
    only = x402.demand_in(Reply(402, {}, one))
    assert only is not None
    assert (only.version, len(only.ways)) == (1, 1)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"x402Version":3,"accepts":[]}', b"[" * 100_000])
def test_what_is_no_demand(body: bytes) -> None:
    assert x402.demand_in(Reply(402, {"payment-required": "%%%"}, body)) is None
    assert x402.settlement_in(Reply(402, {"payment-response": "%%%"}, body)) is None


HOSTILE = {
    "another token": {"asset": "0x" + "ab" * 20},
    "another network": {"network": "eip155:1"},
    "another scheme": {"scheme": "upto"},
    "a changed name": {"extra": {"name": "USDC", "version": "2"}},
    "a changed version": {"extra": {"name": "USD Coin", "version": "3"}},
    "another transfer": {"extra": {"name": "USD Coin", "version": "2", "assetTransferMethod": "permit2"}},
    "an odd extra": {"extra": ["USD Coin", "2"]},
    "a recipient that is none": {"payTo": "0x1234"},
    "a recipient that is a list": {"payTo": [PAYEE]},
    "another server": {"url": "https://other.example/api/tools/mask-refinement"},
    "another port": {"url": "https://shop.example:444/api/tools/mask-refinement"},
    "a name in the link": {"url": "https://shop.example@other.example/"},
    "no link": {"url": ""},
}


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_demands_are_refused(changes: dict[str, Any], version: int) -> None:
    asked = demand(version, **copy.deepcopy(changes))
    with pytest.raises(PaymentNeeded, match="nothing was paid"):
        x402.offer_in(asked, "base", HERE, "Shop")


@pytest.mark.parametrize("amount", ["-1", "0", "0200000", "2e5", "200000.0", "²", "", 200000, None, "9" * 31])
@pytest.mark.parametrize("version", [1, 2])
def test_odd_amounts_are_refused(amount: Any, version: int) -> None:
    asked = demand(version, **{"amount" if version == 2 else "maxAmountRequired": amount})
    with pytest.raises(PaymentNeeded, match="amount that is no number"):
        x402.offer_in(asked, "base", HERE, "Shop")


def test_the_wrong_network_of_the_account_is_refused() -> None:
    with pytest.raises(PaymentNeeded, match="base-sepolia"):
        x402.offer_in(demand(2), "base-sepolia", HERE, "Shop")


def test_the_cheapest_good_way_is_taken() -> None:
    one = demand(2).ways[0]
    ways = (one | {"asset": "0x" + "ab" * 20, "amount": "1"}, one | {"amount": "300000"}, one)
    offer = x402.offer_in(x402.Demand(2, ways, {"url": RESOURCE}), "base", HERE, "Shop")
    assert (offer.units, offer.amount, offer.pay_to) == (200_000, Decimal("0.2"), PAYEE)


def test_no_more_than_agreed() -> None:
    offer = x402.offer_in(demand(2, amount="200001"), "base", HERE, "Shop")
    with pytest.raises(CapReached, match=r"USD 0\.200001, more than the USD 0\.20 agreed"):
        x402.check_agreed(offer, 0.2, "Shop")
    with pytest.raises(PaymentNeeded, match=r"USD 0\.200001"):
        x402.check_agreed(offer, None, "Shop")
    x402.check_agreed(x402.offer_in(demand(2), "base", HERE, "Shop"), 0.2, "Shop")


@pytest.mark.parametrize(("said", "kept"), [(60, 60), (86400, 600), (0, 600), (-5, 600), ("60", 600), (None, 600)])
def test_a_signature_is_good_for_ten_minutes_at_most(said: Any, kept: int) -> None:
    assert x402.offer_in(demand(2, maxTimeoutSeconds=said), "base", HERE, "Shop").seconds == kept


def test_the_identity_goes_along_only_where_it_is_asked_for() -> None:
    asked = {"info": {"required": True}, "schema": {"type": "object"}}
    echoed = {"payment-identifier": {"info": {"required": True, "id": IDENTITY}, "schema": {"type": "object"}}}
    way = demand(2).ways[0]
    for extensions, wanted in (
        ({"payment-identifier": asked, "other": {}}, echoed),
        ({"payment-identifier": "yes"}, None),
        (None, None),
    ):
        offer = x402.offer_in(x402.Demand(2, (way,), {"url": RESOURCE}, extensions), "base", HERE, "Shop")
        header = x402.payment(offer, {"nonce": "0x"}, "0xsig", IDENTITY)["PAYMENT-SIGNATURE"]
        assert json.loads(base64.b64decode(header)).get("extensions") == wanted


@pytest.mark.parametrize("key", ["", "0x12", "11" * 31 + "zz", "00" * 32])
def test_keys_that_are_none_are_not_repeated(key: str) -> None:
    with_wallet()
    with pytest.raises(KeyNeeded) as caught:
        address_of(key)
    assert not key or key not in str(caught.value)


def test_importing_the_library_leaves_the_depth_of_recursion_alone() -> None:
    # It would raise the limit so far that a hostile answer, nested deeply enough, ends the whole program.
    code = (
        "import sys; from maskstudio.providers.remote.wallet import address_of;"
        "before = sys.getrecursionlimit(); address_of('11' * 32); assert 'eth_account' in sys.modules;"
        "assert sys.getrecursionlimit() == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_without_the_extra_the_sentence_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "eth_account", None)
    with pytest.raises(ProviderFailed, match=r"maskstudio\[wallet\]"):
        address_of(KEY)
