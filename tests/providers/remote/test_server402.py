"""Server402's client against its double: pixels and payments."""

import asyncio
import base64
import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")
pytest.importorskip("moto", reason="the test bucket needs moto")
DEPTH = sys.getrecursionlimit()
pytest.importorskip("eth_account", reason="a wallet needs eth-account")
sys.setrecursionlimit(DEPTH)  # which the library raises on import


from maskstudio.errors import (
    BadMask,
    CapReached,
    KeyNeeded,
    PaymentNeeded,
    ProviderFailed,
)
from maskstudio.providers.remote.base import Keys
from tests.budgets import HELD
from tests.providers.remote.refining import (
    Swapped,
    hosting_at,
    photo_and_mask,
    right_answer,
    run_of,
)
from tests.providers.remote.server402_world import (
    DEMAND,
    KEY,
    PARAMS,
    PAYER,
    TOKEN,
    TOOL,
    World,
    fresh,
    refused_before_paying,
)
from tests.servers.hosting import Bucket
from tests.servers.running import listener


@pytest.fixture
def world(server402_place: Bucket, server402_served: tuple[str, Swapped]) -> Iterator[World]:
    yield from fresh(server402_place, server402_served)


def payment_of(header: str) -> dict[str, Any]:
    found = json.loads(base64.b64decode(header))
    assert isinstance(found, dict)
    return found


def test_a_token_buys_the_right_pixels(world: World) -> None:
    run = world.run()
    answer = run.go(world.client())
    (piece,) = answer.pieces
    assert run.errand.mask is not None
    np.testing.assert_array_equal(piece.mask, right_answer(run.errand.photo, run.errand.mask))
    assert answer.cost == 0.2
    assert run.ledger == [("sent", 0.2, run.errand.identity), ("done", 0.2, run.errand.identity)]
    assert world.double.charges[0][1:] == (0.2, "token")
    (call,) = world.calls
    assert call["body"].keys() == {"ImageURL", "MaskImageURL"}
    assert call["headers"]["x-payment-token"] == TOKEN
    assert [fraction for fraction, _ in run.told] == sorted(fraction for fraction, _ in run.told)
    assert len(run.told) == 5


@pytest.mark.parametrize("shape", ["object", "text", "url", "deep"])
def test_every_nesting_is_read(world: World, shape: Any) -> None:
    world.double.data_shape = shape
    assert world.run().go(world.client()).pieces[0].mask.any()


@pytest.mark.parametrize("size", [(20, 12), (3000, 24), (2100, 500)])
def test_any_size_goes_and_comes_home(world: World, size: tuple[int, int]) -> None:
    photo, mask = photo_and_mask(*size)
    run = run_of(PARAMS, photo, mask)
    client = world.client(send_as="JPG")
    (piece,) = run.go(client).pieces
    wanted = right_answer(photo, mask)
    assert piece.mask.shape == mask.shape
    inside = mask > 0
    assert np.abs(piece.mask[inside].astype(int) - wanted[inside]).mean() < 4
    wide, high = client.plan("refine", PARAMS, size).sent
    assert 32 < min(wide, high) <= max(wide, high) < 2000


@pytest.mark.parametrize("identifier", ["off", "required"])
@pytest.mark.parametrize("versions", [(1,), (2,), (1, 2)])
def test_a_wallet_buys_the_right_pixels(world: World, versions: tuple[int, ...], identifier: Any) -> None:
    world.double.versions, world.double.identifier = versions, identifier
    run = world.run()
    answer = run.go(world.client("wallet"))
    assert run.errand.mask is not None
    np.testing.assert_array_equal(answer.pieces[0].mask, right_answer(run.errand.photo, run.errand.mask))
    assert answer.cost == 0.2
    assert world.double.charges[0][2] == f"x402 v{max(versions)}"
    (header,) = world.paid_calls
    sent = payment_of(header)
    transfer = sent["payload"]["authorization"]
    assert transfer["from"] == PAYER
    assert run.ledger == [("sent", 0.2, transfer["nonce"]), ("done", 0.2, transfer["nonce"])]
    assert len(world.calls) == 2
    assert world.calls[0]["body"] == world.calls[1]["body"]
    named = sent.get("extensions", {}).get("payment-identifier", {}).get("info", {}).get("id")
    assert named == (run.errand.identity if identifier == "required" and 2 in versions else None)


@pytest.mark.parametrize("version", [1, 2])
def test_the_official_client_sends_the_same(world: World, version: int) -> None:
    client_of = pytest.importorskip("x402").x402Client
    from eth_account import Account
    from x402.http.clients import x402HttpxClient
    from x402.mechanisms.evm import EthAccountSigner
    from x402.mechanisms.evm.exact import register_exact_evm_client

    world.double.versions = (version,)
    world.run().go(world.client("wallet"))
    body = world.calls[1]["body"]
    photo, mask = photo_and_mask()

    async def official() -> int:
        client = client_of()
        register_exact_evm_client(client, EthAccountSigner(Account.from_key(KEY)))
        async with x402HttpxClient(client) as http:
            return (await http.post(f"{world.base}/api/tools/mask-refinement", json=body)).status_code

    with world.place.client() as s3:
        for link, plane in zip(body.values(), (photo, mask), strict=True):
            file = io.BytesIO()
            Image.fromarray(plane).save(file, "PNG")
            key = link.partition("?")[0].partition(f"/{world.place.bucket}/")[2]
            s3.put_object(Bucket=world.place.bucket, Key=key, Body=file.getvalue())
    status = asyncio.run(official())
    world.place.clear()
    assert status == 200
    assert len(world.double.charges) == 2
    ours, theirs = world.calls[1], world.calls[3]
    assert ours["body"] == theirs["body"]
    assert ours["headers"]["content-type"] == theirs["headers"]["content-type"]
    one, other = (payment_of(header) for header in world.paid_calls)
    for name in ("validBefore", "validAfter"):
        times = [int(each["payload"]["authorization"].pop(name)) for each in (one, other)]
        assert abs(times[0] - times[1]) < 20
    for each in (one, other):
        assert len(each["payload"]["authorization"].pop("nonce")) == 66
        assert len(each["payload"].pop("signature")) == 132
    assert one == other


@pytest.mark.parametrize("version", [1, 2])
def test_too_dear_is_refused_before_signing(world: World, version: int) -> None:
    world.double.versions = (version,)
    world.double.offer = replace(world.double.offer, amount="250000")
    refused_before_paying(world, world.run(), world.client("wallet"), CapReached, r"USD 0\.25, more than the USD 0\.20")


def test_another_network_is_refused_before_signing(world: World) -> None:
    client = world.client("wallet", network="base-sepolia")
    refused_before_paying(world, world.run(), client, PaymentNeeded, "base-sepolia")


@pytest.mark.parametrize("pay_with", ["wallet", "token"])
def test_without_means_nothing_leaves(world: World, pay_with: str) -> None:
    client = world.client(pay_with, token="", key="")
    refused_before_paying(world, world.run(), client, KeyNeeded, r"yet")
    assert not world.calls


def test_without_a_word_nothing_is_paid(world: World) -> None:
    refused_before_paying(world, world.run(agreed=None), world.client("wallet"), PaymentNeeded, r"0\.20")
    refused_before_paying(world, world.run(agreed=0.1), world.client(), CapReached, r"0\.20")
    refused_before_paying(world, world.run(mask=None), world.client(), BadMask, "mask")
    assert not world.calls
    assert world.run(dry=True).go(world.client()).cost == 0.2


def test_a_token_that_does_not_pay_says_why(world: World) -> None:
    client = world.client()
    made = asyncio.run(client.new_payment())
    assert (made.amount, made.status, made.calls) == (0.2, "pending", 1)
    assert made.token not in repr(made)
    assert made.pay_to == "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
    client = world.client(token=made.token)
    client._payments[made.token] = made.payment_id

    def refused(words: str) -> None:
        run = world.run()
        with pytest.raises(PaymentNeeded, match=words):
            run.go(client)
        assert run.states == ["sent", "failed"]

    refused(r"still waits for the payment of USD 0\.20 to 0x209693Bc6afc0C5328bA36FaF03C514EF312287C by 20")
    assert "pending" in asyncio.run(client.check())
    world.double.mark_paid(made.payment_id)
    assert asyncio.run(client.payment_state(made.payment_id)).status == "paid"
    assert world.run().go(client).cost == 0.2
    refused("used up")
    world.double.payments.expire(made.payment_id)
    refused("expired")
    client._keys = Keys(lambda _name: "tok_of_nobody")
    refused("unknown there")
    assert len([one for one in world.double.requests if one["route"] == "server402.payments"]) == 1


@pytest.mark.parametrize("kind", ["reset", "drop", "500", "malformed", "errors200"])
def test_a_payment_is_made_once_whatever_happens(world: World, kind: str) -> None:
    world.double.faults.next("server402.payments", kind)
    with pytest.raises(ProviderFailed):
        asyncio.run(world.client().new_payment())
    assert len(world.double.faults.taken) == 1


def test_checking_costs_nothing(world: World) -> None:
    assert "USD 0.20" in asyncio.run(world.client().check())
    assert PAYER in asyncio.run(world.client("wallet").check())
    with pytest.raises(KeyNeeded):
        asyncio.run(world.client(token="").check())
    assert not world.paid_calls
    assert not world.double.charges
    plan = world.client().plan("refine", PARAMS, (4000, 3000))
    assert (plan.sent, plan.price, plan.hosts, plan.problem) == ((1999, 1499), 0.2, ("127.0.0.1", "127.0.0.1"), "")
    assert plan.price_note == "A call costs USD 0.20."
    assert "no address" in replace(world, base="").client().plan("refine", PARAMS, (9, 9)).problem


STAGES = {
    "demand": ("wallet", DEMAND, "slow", []), "paid": ("wallet", TOOL, "paid-slow", ["sent", "unclear"]),
    "token": ("token", TOOL, "slow", ["sent", "unclear"]), "result": ("token", "result", "slow", ["sent", "done"]),
}  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_a_cancel_is_prompt(world: World, stage: str) -> None:
    pay_with, where, kind, states = STAGES[stage]
    faults = world.double.faults
    faults.next(where, kind)
    client, run = world.client(pay_with), world.run()
    client._times = HELD
    run.cancelled_at(client, lambda: faults.reached(where))
    assert run.states == states


def test_a_cancel_while_pictures_are_sent_is_prompt(world: World) -> None:
    bound = listener()
    bound.listen()
    try:
        client = world.client()
        client.hosting = hosting_at(world.place, f"http://127.0.0.1:{bound.getsockname()[1]}")
        client.hosting._times = HELD
        run = world.run()
        held = []
        run.cancelled_at(client, lambda: held.append(bound.accept()[0]))
        held[0].close()
        assert not run.ledger
    finally:
        bound.close()


@pytest.mark.parametrize("pay_with", ["token", "wallet"])
def test_no_secret_is_told(world: World, pay_with: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="maskstudio")
    client, told = world.client(pay_with), []
    for kind in ("402", "errors200", "html502", "reset"):
        world.double.faults.next(TOOL, kind, 4 if pay_with == "wallet" else 1)
        try:
            world.run().go(client)
        except ProviderFailed as error:
            told.append(repr(error) + repr(error.__context__))
        world.double.faults.clear()
    text = caplog.text + "".join(told) + repr(client) + repr(client._keys)
    for secret in (TOKEN, KEY, KEY[2:], *(header for header in world.paid_calls)):
        assert secret not in text
