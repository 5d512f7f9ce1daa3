"""Server402's double, a bucket, and clients that pay with a token or a wallet."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")
pytest.importorskip("moto", reason="the test bucket needs moto")
DEPTH = sys.getrecursionlimit()
pytest.importorskip("eth_account", reason="a wallet needs eth-account")
sys.setrecursionlimit(DEPTH)  # which the library raises on import

from starlette.applications import Starlette

from maskstudio.params.server402 import Server402Account, Server402RefineParams
from maskstudio.providers.remote.base import Keys
from maskstudio.providers.remote.server402 import Server402
from tests.budgets import PATIENT
from tests.providers.remote.refining import (
    Run,
    Swapped,
    await_empty,
    calm,
    hosting_at,
    photo_and_mask,
    run_of,
)
from tests.servers.hosting import Bucket
from tests.servers.server402 import Server402 as Double

TOKEN = "tok_planted_server402_0123456789"
KEY = "0x" + "11" * 32
PAYER = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
PARAMS = Server402RefineParams()
TOOL = "server402.tool"
DEMAND = "server402.demand"  # the same tool, called without a payment


@dataclass
class World:
    """The double at ``base``, the bucket, and a client of either kind."""

    base: str
    double: Double
    place: Bucket

    def client(self, pay_with: Any = "token", token: str = TOKEN, key: str = KEY, **more: Any) -> Server402:
        account = Server402Account(base_url=self.base, pay_with=pay_with, **{"send_as": "PNG", **more})
        held = {"paymentToken": token, "privateKey": key}
        return Server402(account, Keys(lambda name: held.get(name, "")), hosting_at(self.place), times=PATIENT)

    def run(self, **changes: Any) -> Run:
        photo, mask = photo_and_mask()
        run = run_of(PARAMS, photo, mask)
        return replace(run, errand=replace(run.errand, **changes))

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [one for one in self.double.requests if one["route"] == TOOL]

    @property
    def paid_calls(self) -> list[str]:
        names = ("payment-signature", "x-payment", "x-payment-token")
        return [one["headers"][name] for one in self.calls for name in names if name in one["headers"]]


def fresh(place: Bucket, served: tuple[str, Swapped]) -> Iterator[World]:
    """A double without memories; what it left behind is looked for at the end."""
    base, app = served
    double = Double([TOKEN])
    calm(double.faults)
    app.app = Starlette(routes=double.routes)
    yield World(base, double, place)
    await_empty(place)
    assert not double.outputs.leaks


def refused_before_paying(world: World, run: Run, client: Server402, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        run.go(client)
    assert not world.paid_calls
    assert not world.double.charges
    assert not run.ledger
