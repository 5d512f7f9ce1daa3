"""Alibaba Cloud's RefineMask, called directly with the user's own key (docs/services.md, 3.6).

Every try is signed again. Only errors that the service calls temporary are retried; a call without an answer is not,
since it may be charged.
"""

import dataclasses
import time
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from maskstudio.errors import (
    BadAnswer,
    BadParameter,
    Busy,
    KeyNeeded,
    MaskStudioError,
    PaymentNeeded,
    ProviderFailed,
    Unreachable,
)
from maskstudio.params.alibaba import AlibabaAccount
from maskstudio.params.spec import Params
from maskstudio.providers.remote import alibaba_sign, refine_mask
from maskstudio.providers.remote.base import Answer, Errand, Keys, Plan, Times, Trip, Where, aside
from maskstudio.providers.remote.carrier import fetch
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.said import said
from maskstudio.providers.remote.wire import Reply, Wire
from maskstudio.services.addresses import Site, configured, site_of
from maskstudio.services.alibaba import ALIBABA
from maskstudio.services.departure import ServiceOperation

_ACTION, _VERSION = "RefineMask", "2019-12-30"
_REFUSALS = range(400, 600)
_PASSING = ("Throttling",)  # not InternalError: it may follow work that was done and charged
_PAY = ("InvalidApi.NotPurchase", "InvalidApi.ForbiddenInvoke", "Arrear", "Overdue", "NotEnoughBalance")
_KEYS = (
    "InvalidAccessKey", "AuthFailed", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken",
    "MissingAccessKey", "Forbidden", "NoPermission", "Unauthorized", "EntityNotExist.Role",
)  # fmt: skip
_PARAMETERS = (
    "ClientError.IllegalArgument", "Missing", "InvalidParameter", "IllegalUrl", "InvalidImage", "InvalidFile",
)  # fmt: skip


class Alibaba:
    """The client for one account. Keys: ``accessKeyId`` and ``accessKeySecret``."""

    def __init__(self, account: AlibabaAccount, keys: Keys, hosting: Hosting, *, times: Times | None = None) -> None:
        self.name, self.title = ALIBABA.name, ALIBABA.title
        self.operations: Mapping[ServiceOperation, type[Params]] = ALIBABA.operations
        self.account, self.hosting = account, hosting
        self._keys, self._times = keys, times or Times()

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of ``size`` (width, height)."""
        try:
            hosts: tuple[str, ...] = (configured(self.account.base_url, self.title).host,)
            problem = self.hosting.problem(None)
        except BadParameter as error:
            hosts, problem = (), str(error)
        hosts = tuple(host for host in (self.hosting.host, *hosts) if host)
        return Plan(refine_mask.sent_size(size), "JPEG", hosts, None, ALIBABA.price_note, problem)

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Refine the mask of an errand. Raises BadMask, BadParameter, and the kinds of ``ProviderFailed``."""
        if errand.dry:
            return Answer(note=ALIBABA.price_note)
        photo, mask = refine_mask.planes_of(errand)
        key, wire = self._key(), self._wire()
        trip.report(0.0, "Preparing the pictures")
        files = await aside(lambda check: refine_mask.pictures_for(photo, mask, "JPG", check))
        async with wire:
            trip.report(0.1, f"Sending to {self.hosting.host}")
            async with self.hosting.lent(files, wire.deadline) as links:
                trip.report(0.3, f"Waiting for {self.title}")
                with Charge(trip, errand.identity) as charge:
                    reply = await self._asked(wire, refine_mask.body(*links), key, charge)
            link = refine_mask.link_in(reply.data.get("Data"), links, self.title)
            trip.lies(refine_mask.where_of(link, files[0].size))
            trip.report(0.8, "Fetching the result")
            file = await self._fetched(link, wire)
        trip.report(0.9, "Reading the result")
        sent, size = files[0].size, errand.size
        piece = await aside(lambda check: refine_mask.piece_of(file, sent, photo, size, self.title, check))
        return Answer((piece,), note=links.left, said=_ids(reply))

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The result of an earlier call, from the link in its answer."""
        link, sent = refine_mask.read_where(where)
        photo = refine_mask.filled(errand.photo)
        async with self._wire() as wire:
            trip.report(0.5, "Fetching the result")
            file = await self._fetched(link, wire)
        piece = await aside(lambda check: refine_mask.piece_of(file, sent, photo, errand.size, self.title, check))
        return Answer((piece,))

    async def check(self) -> str:
        """Test address and key with a signed call without parameters, which cannot succeed and costs nothing."""
        key = self._key()
        async with self._wire() as wire:
            reply = await self._once(wire, {}, key)
            error = _refusal(reply, wire)
            if error is not None and not _code(reply).startswith(_PARAMETERS):
                raise error
            return f"{wire.origin.host} answers and accepts the key."

    def _wire(self) -> Wire:
        own = tuple(filter(None, (self._keys["accessKeyId"], self._keys["accessKeySecret"])))
        return Wire(self.account.base_url, self.title, times=self._times, secrets=own)

    def _key(self) -> tuple[str, str]:
        name, secret = self._keys["accessKeyId"].strip(), self._keys["accessKeySecret"].strip()
        if not name or not secret:
            raise KeyNeeded("Alibaba Cloud wants an access key and its secret; enter them in its account.")
        if not (name + secret).isascii() or not (name + secret).isprintable() or set(name) & set(" ,="):
            raise KeyNeeded("The access key of Alibaba Cloud holds letters that a key cannot have; enter it again.")
        return name, secret

    async def _asked(self, wire: Wire, form: Mapping[str, str], key: tuple[str, str], charge: Charge) -> Reply:
        """The successful response to a call, after retries if needed."""
        doubt = False
        charge.sent(None)
        for attempt in range(1, self._times.tries + 1):
            reply = None
            try:
                reply = await self._once(wire, form, key)
            except Unreachable as unreached:
                failed: MaskStudioError = unreached
            else:
                error = _refusal(reply, wire)
                if error is None:
                    charge.done(None)
                    return reply
                failed, code = error, _code(reply)
                # The service does not say what it had done before it failed.
                doubt = doubt or reply.ok or reply.status >= 500 or code.startswith("InternalError")
                if not code.startswith(_PASSING):
                    break
            if attempt == self._times.tries or not await wire.pause(attempt, reply):
                break
        if not doubt:
            charge.failed()
        raise failed

    async def _once(self, wire: Wire, form: Mapping[str, str], key: tuple[str, str]) -> Reply:
        """One signed call; an error of the service is returned as a response."""
        shown = str(wire.origin).partition("://")[2]
        now, path = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), urlsplit(wire.base).path + "/"
        head = alibaba_sign.headers(shown, _ACTION, _VERSION, form, now, uuid4().hex, key, path)
        return await wire.call(
            "POST", f"{wire.base}/", form=form, headers=head, repeat="unsent", accept=_REFUSALS, tries=1
        )

    async def _fetched(self, link: str, wire: Wire) -> bytes:
        """The result. This service's links are unencrypted, so https is tried first (docs/services.md, 3.6)."""
        known: Collection[Site] = {wire.origin, *self.hosting.known}
        if not link.startswith("http://") or _is_known(link, known):
            return await fetch(link, known, self._times, wire.deadline)
        try:
            few = dataclasses.replace(self._times, tries=2)  # one for each IP version of a host
            return await fetch("https" + link.removeprefix("http"), known, few, wire.deadline)
        except ProviderFailed as error:
            if not self.account.plain_results:
                if isinstance(error, BadAnswer):
                    raise
                raise BadAnswer(
                    f"{self.title} offers the result without encryption only; allow that in its account to fetch it."
                ) from None
        return await fetch(link, known, self._times, wire.deadline, plain=True)


def client(account: Params, keys: Keys, bucket: Hosting, times: Times) -> Alibaba:
    """The client for an account."""
    assert isinstance(account, AlibabaAccount)
    return Alibaba(account, keys, bucket, times=times)


def _is_known(link: str, known: Collection[Site]) -> bool:
    try:
        return site_of(link) in known
    except ValueError:
        return False


def _ids(reply: Reply) -> dict[str, Any]:
    """The service's id of the call, under the name that both services of this kind report."""
    found = said(reply.data, "RequestId")
    return {"requestId": found["RequestId"]} if found else {}


def _said(reply: Reply) -> Mapping[str, Any]:
    return reply.data if isinstance(reply.data, dict) else {}


def _code(reply: Reply) -> str:
    """The service's error code; empty if it gives none, and for success."""
    said = _said(reply)
    return "" if reply.ok and isinstance(said.get("Data"), dict) else str(said.get("Code") or "")


def _refusal(reply: Reply, wire: Wire) -> MaskStudioError | None:
    """Our error for a response, None for success."""
    said, code = _said(reply), _code(reply)
    if reply.ok and isinstance(said.get("Data"), dict):
        return None
    because = f"{wire.words(said.get('Message') or code)} ({wire.words(code)})" if code else f"status {reply.status}"
    if any(code.startswith(name) or name in code.split(".") for name in _PAY) or reply.status == 402:
        return PaymentNeeded(f"{wire.title} does not serve this account before it is activated or paid: {because}.")
    if code.startswith(_KEYS) or (not code and reply.status in (401, 403)):
        return KeyNeeded(f"{wire.title} does not accept the key: {because}.")
    if code.startswith("Throttling") or reply.status == 429:
        return Busy(f"{wire.title} takes no more requests for now.")
    if code.startswith("IllegalUrl"):
        return ProviderFailed(f"{wire.title} cannot open the links to your storage; it wants a bucket in Shanghai.")
    if code.startswith("InternalError") or reply.status >= 500:
        return ProviderFailed(f"{wire.title} has a problem of its own; try again later ({because}).")
    if not code and reply.ok:
        return BadAnswer(f"{wire.title} sent an answer that cannot be read.")
    return ProviderFailed(f"{wire.title} did not accept the request: {because}.")
