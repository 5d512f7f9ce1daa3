"""Server402's client when things go wrong: nothing is ever paid twice."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")
pytest.importorskip("moto", reason="the test bucket needs moto")
DEPTH = sys.getrecursionlimit()
pytest.importorskip("eth_account", reason="a wallet needs eth-account")
sys.setrecursionlimit(DEPTH)  # which the library raises on import


from maskstudio.errors import (
    BadAnswer,
    Busy,
    PaymentNeeded,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.providers.remote import carrier
from maskstudio.providers.remote.wire import Reply, Wire
from tests.budgets import PATIENT
from tests.providers.remote.refining import (
    Swapped,
)
from tests.providers.remote.server402_world import DEMAND, TOOL, World, fresh, refused_before_paying
from tests.servers.hosting import Bucket
from tests.servers.running import listener


@pytest.fixture
def world(server402_place: Bucket, server402_served: tuple[str, Swapped]) -> Iterator[World]:
    yield from fresh(server402_place, server402_served)


SENT_AGAIN = [(kind, 2) for kind in ("paid-drop", "paid-reset", "paid-503", "paid-slow", "paid-html502", "500", "429")]


@pytest.mark.parametrize(("kind", "version"), [*SENT_AGAIN, ("paid-drop", 1), ("paid-500", 1)])
def test_only_the_same_payment_is_sent_again(world: World, kind: str, version: int) -> None:
    world.double.versions = (version,)
    world.double.faults.next(TOOL, kind, 1 if kind == "paid-slow" else 2)
    run = world.run()
    answer = run.go(world.client("wallet"))
    assert answer.cost == 0.2
    assert len(world.double.charges) == 1
    assert len(set(world.paid_calls)) == 1
    assert run.states == ["sent", "done"]


@pytest.mark.parametrize("kind", ["paid-drop", "paid-500", "reset", "503"])
def test_a_payment_without_an_answer_is_unclear(world: World, kind: str) -> None:
    world.double.faults.next(TOOL, kind, 9)
    run = world.run()
    with pytest.raises(Unclear, match=r"USD 0\.20"):
        run.go(world.client("wallet"))
    assert run.states == ["sent", "unclear"]
    assert len(world.double.faults.taken) == PATIENT.tries
    assert len(set(world.paid_calls)) <= 1
    assert len(world.double.charges) <= 1


PAID_ONCE = {
    "402": (PaymentNeeded, "unclear"), "malformed": (BadAnswer, "unclear"), "wrong-type": (BadAnswer, "unclear"),
    "paid-malformed": (BadAnswer, "unclear"), "errors200": (ProviderFailed, "unclear"),
    "redirect": (BadAnswer, "unclear"),
    "paid-redirect-port": (BadAnswer, "unclear"), "huge": (BadAnswer, "unclear"), "gzip-bomb": (BadAnswer, "unclear"),
    "bad-url": (BadAnswer, "done"), "not-image": (BadAnswer, "done"), "wrong-size": (BadAnswer, "done"),
    "bomb": (BadAnswer, "done"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAID_ONCE)
def test_other_faults_end_a_paid_call_at_once(world: World, kind: str) -> None:
    error, state = PAID_ONCE[kind]
    world.double.faults.next(TOOL, kind)
    run = world.run()
    with pytest.raises(error):
        run.go(world.client("wallet"))
    assert run.states == ["sent", state]
    assert [where for where, _ in world.double.faults.taken] == [TOOL]
    assert len(world.paid_calls) <= 1


STILL_GOOD = r"; the signed payment could still be taken for a few minutes, so it counts as spent\.$"


def test_a_payment_that_is_not_settled_counts(world: World) -> None:
    world.double.refuse_next("insufficient_funds")
    run = world.run()
    with pytest.raises(PaymentNeeded, match=f"insufficient_funds{STILL_GOOD}"):
        run.go(world.client("wallet"))
    assert run.states == ["sent", "unclear"]
    assert len(world.paid_calls) == 1
    assert not world.double.charges


@pytest.mark.parametrize("kind", ["429", "429-plain"])
def test_a_payment_that_was_only_put_off_counts(world: World, kind: str) -> None:
    world.double.faults.next(TOOL, kind, 9)
    run = world.run()
    with pytest.raises(Busy, match=STILL_GOOD):
        run.go(world.client("wallet"))
    assert run.states == ["sent", "unclear"]
    assert len(world.double.faults.taken) == PATIENT.tries


@pytest.mark.parametrize(
    ("before", "error", "states"), [(0, Unreachable, ["sent", "failed"]), (1, Unclear, ["sent", "unclear"])]
)
def test_a_payment_that_never_left_costs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, before: int, error: type[ProviderFailed], states: list[str]
) -> None:
    world.double.faults.next(TOOL, "429", 9)
    call, paid = Wire.call, []

    async def gone(wire: Wire, *where: str, **how: Any) -> Reply:
        if how.get("headers"):
            paid.append(where)
            if len(paid) > before:
                raise Unreachable("It cannot be reached.")
        return await call(wire, *where, **how)

    monkeypatch.setattr(Wire, "call", gone)
    run = world.run()
    with pytest.raises(error):
        run.go(world.client("wallet"))
    assert run.states == states
    assert len(paid) == PATIENT.tries


@pytest.mark.parametrize("kind", ["reset", "500"])
def test_a_result_that_cannot_be_fetched_was_paid(world: World, kind: str) -> None:
    world.double.faults.next("result", kind, 9)
    run = world.run()
    with pytest.raises(ProviderFailed, match=r"^The result"):
        run.go(world.client())
    assert run.states == ["sent", "done"]


def test_a_file_that_was_left_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    delete = carrier.delete

    async def fails(*how: Any) -> None:
        await delete(*how)
        raise ProviderFailed("It may not be deleted.")

    monkeypatch.setattr(carrier, "delete", fails)
    answer = world.run().go(world.client())
    name = r"maskstudio/[0-9a-f-]{36}\.png"
    words = f"Delete {name} and {name} in the bucket server402-client yourself; it could not be done from here."
    assert re.fullmatch(words, answer.note)
    assert answer.pieces


def test_a_refusal_after_a_lost_answer_is_unclear(world: World) -> None:
    world.double.faults.next(TOOL, "drop")
    world.double.refuse_next("invalid_transaction_state")
    run = world.run()
    with pytest.raises(Unclear):
        run.go(world.client("wallet"))
    assert run.states == ["sent", "unclear"]
    assert len(set(world.paid_calls)) == 1


@pytest.mark.parametrize("kind", ["slow", "drop", "reset", "429", "500", "503", "html502"])
def test_the_call_without_payment_is_repeated(world: World, kind: str) -> None:
    world.double.faults.next(DEMAND, kind)
    run = world.run()
    run.go(world.client("wallet"))
    assert run.states == ["sent", "done"]
    assert len(world.double.charges) == 1
    assert world.double.faults.taken == [(DEMAND, kind)]


@pytest.mark.parametrize("kind", ["402", "malformed", "redirect", "huge", "errors200", "html502"])
def test_nothing_is_paid_for_an_odd_demand(world: World, kind: str) -> None:
    world.double.faults.next(DEMAND, kind, 9)
    refused_before_paying(world, world.run(), world.client("wallet"), ProviderFailed, "Server402")


BY_TOKEN = {
    "reset": (Unclear, "unclear"), "drop": (Unclear, "unclear"), "slow": (Unclear, "unclear"),
    "paid-drop": (Unclear, "unclear"), "500": (Unclear, "unclear"), "paid-503": (Unclear, "unclear"),
    "html502": (Unclear, "unclear"), "429": (Busy, "failed"), "429-plain": (Busy, "failed"),
    "402": (PaymentNeeded, "failed"), "malformed": (BadAnswer, "unclear"), "wrong-type": (BadAnswer, "unclear"),
    "huge": (BadAnswer, "unclear"), "huge-length": (BadAnswer, "unclear"), "gzip-bomb": (BadAnswer, "unclear"),
    "redirect": (BadAnswer, "unclear"), "redirect-port": (BadAnswer, "unclear"),
    "errors200": (ProviderFailed, "unclear"), "bad-url": (BadAnswer, "done"), "not-image": (BadAnswer, "done"),
    "wrong-size": (BadAnswer, "done"), "bomb": (BadAnswer, "done"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BY_TOKEN)
def test_a_token_is_sent_once(world: World, kind: str) -> None:
    error, state = BY_TOKEN[kind]
    world.double.faults.next(TOOL, kind)
    run = world.run()
    with pytest.raises(error):
        run.go(world.client())
    assert run.states == ["sent", state]
    assert [where for where, _ in world.double.faults.taken] == [TOOL]


def test_a_server_that_is_not_there_costs_nothing(world: World) -> None:
    bound = listener()
    gone = f"http://127.0.0.1:{bound.getsockname()[1]}"
    bound.close()
    run = world.run()
    with pytest.raises(Unreachable):
        run.go(replace(world, base=gone).client())
    assert run.states == ["sent", "failed"]


@pytest.mark.parametrize("kind", ["slow", "drop", "reset", "429", "500", "scaled", "drip"])
def test_a_result_is_fetched_patiently(world: World, kind: str) -> None:
    world.double.faults.next("result", kind)
    run = world.run()
    assert run.go(world.client()).pieces[0].mask.any()
    assert run.states == ["sent", "done"]


@pytest.mark.parametrize("kind", ["not-image", "wrong-type", "wrong-size", "bomb", "redirect", "redirect-port"])
def test_a_bad_result_is_not_used(world: World, kind: str) -> None:
    world.double.faults.next("result", kind)
    run = world.run()
    with pytest.raises(BadAnswer):
        run.go(world.client())
    assert run.states == ["sent", "done"]
