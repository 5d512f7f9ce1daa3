"""The client of Lumen: one request with the photo in it, one answer with the mask in it."""

import base64
from typing import Any

from maskstudio.errors import BadAnswer, BadParameter, KeyNeeded, MaskStudioError
from maskstudio.params.spec import Params
from maskstudio.providers.remote.base import Answer, Errand, Keys, Piece, Plan, Times, Trip, Where, aside
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.pictures import box_of, encoded, mask_of
from maskstudio.providers.remote.wire import Reply, Wire
from maskstudio.services.addresses import configured
from maskstudio.services.departure import ServiceOperation
from tests.sending.newservice.info import LUMEN, PRICE, LumenAccount, LumenParams


class Lumen:
    """The service for one account."""

    name, title, operations = LUMEN.name, LUMEN.title, LUMEN.operations

    def __init__(self, account: LumenAccount, keys: Keys, times: Times) -> None:
        self._account, self._keys, self._times = account, keys, times

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        try:
            host, problem = configured(self._account.base_url, self.title).host, ""
        except BadParameter as error:
            host, problem = "", str(error)
        return Plan(size, "PNG", (host,) if host else (), PRICE, LUMEN.price_note, problem)

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        params = errand.params
        assert isinstance(params, LumenParams)
        sent = await aside(lambda _check: encoded(errand.photo, errand.size, "PNG"))
        task = {"id": errand.identity, "above": params.above, "photo": base64.b64encode(sent.data).decode()}
        async with self._wire() as wire:
            with Charge(trip, errand.identity) as charge:
                trip.lies({"id": errand.identity})
                charge.sent(PRICE)
                reply = await wire.call("POST", "find", json=task, repeat="unsent")
                charge.done(PRICE)
        return await self._answer(errand, reply)

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        async with self._wire() as wire:
            reply = await wire.call("GET", f"find/{where['id']}")
        trip.charged("done", PRICE, where["id"])
        return await self._answer(errand, reply)

    async def check(self) -> str:
        async with self._wire() as wire:
            await wire.call("GET", "account")
        return "Lumen accepts the key."

    async def _answer(self, errand: Errand, reply: Reply) -> Answer:
        data: Any = reply.data
        if not isinstance(data, dict) or not isinstance(data.get("mask"), str):
            raise BadAnswer("Lumen sent an answer without a mask.")
        file = base64.b64decode(data["mask"])
        mask = await aside(lambda check: mask_of(file, errand.size, errand.photo, self.title, check))
        return Answer((Piece("bright", None, box_of(mask), mask),), PRICE)

    def _wire(self) -> Wire:
        key = self._keys["apiKey"]
        if not key:
            raise KeyNeeded("Lumen wants an API key; enter it in its account.")
        headers = {"Authorization": f"Bearer {key}"}
        return Wire(
            self._account.base_url, self.title, times=self._times, headers=headers, secrets=(key,), judge=_refusal
        )


def client(account: Params, keys: Keys, _bucket: Hosting, times: Times) -> Lumen:
    """The client for an account."""
    assert isinstance(account, LumenAccount)
    return Lumen(account, keys, times)


def _refusal(reply: Reply) -> MaskStudioError | None:
    return KeyNeeded("Lumen does not accept the key.") if reply.status == 401 else None
