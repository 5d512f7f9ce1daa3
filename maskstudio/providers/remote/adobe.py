"""Adobe's Photoshop API: finding objects and body parts, removing backgrounds, refining edges (docs/services.md, 2).

Adobe takes only links, so pictures are stored in the user's bucket for a while; every operation is a job that is
polled.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from maskstudio.errors import (
    BadAnswer,
    BadParameter,
    Busy,
    KeyNeeded,
    PaymentNeeded,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.params.adobe import (
    AdobeAccount,
)
from maskstudio.params.spec import Params
from maskstudio.providers.remote import adobe_jobs
from maskstudio.providers.remote.adobe_jobs import ENDPOINTS, Endpoint
from maskstudio.providers.remote.adobe_results import Results
from maskstudio.providers.remote.adobe_token import AccessTokens, AdobeCalls, NotAccepted, client_of, shared_tokens
from maskstudio.providers.remote.base import Answer, Errand, Keys, Plan, Times, Trip, Where, aside
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.pictures import Sent, encoded, fitted
from maskstudio.providers.remote.said import said
from maskstudio.providers.remote.wire import Deadline, Reply
from maskstudio.services.addresses import Site, configured
from maskstudio.services.adobe import ADOBE
from maskstudio.services.departure import WITH_MASK, ServiceOperation

# Adobe fetches pictures from these domains only (docs/services.md, 2.8).
DOMAINS = ("amazonaws.com", "windows.net", "dropboxusercontent.com", "assets.frame.io", "storage.googleapis.com")
_TITLE = ADOBE.title
_NOTHING = (KeyNeeded, PaymentNeeded, Busy, Unreachable, NotAccepted)  # after these errors, certainly nothing was done
_GARBLED = 3  # unreadable answers in a row before a job is given up
_GROWTH = 1.5  # growth of the pause between two polls
_LATE = "Adobe has not finished in time; the work may still be done and charged there."


class Adobe:
    """The client for one account. It uses the access tokens of the process, unless ``tokens`` are given."""

    name, title = ADOBE.name, ADOBE.title
    operations: ClassVar[Mapping[ServiceOperation, type[Params]]] = ADOBE.operations

    def __init__(
        self,
        account: AdobeAccount,
        keys: Keys,
        hosting: Hosting,
        *,
        times: Times | None = None,
        tokens: AccessTokens | None = None,
    ) -> None:
        """``hosting`` is the user's bucket; ``tokens`` replaces the shared access tokens."""
        self.account = account
        self._keys, self._hosting, self._times = keys, hosting, times or Times()
        self._tokens = tokens or shared_tokens()

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of ``size`` (width, height): a copy that fits the limits, through the
        user's storage.
        """
        hosts = tuple(host for host in (self._hosting.host, urlsplit(self.account.base_url).hostname or "") if host)
        return Plan(
            sent=fitted(size, ENDPOINTS[operation].longest),
            kind="PNG" if self.account.send_as == "PNG" else "JPEG",
            hosts=hosts,
            price_note=ADOBE.price_note,
            problem=self._problem(),
        )

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Do the errand. Raises BadParameter, BadMask, and the kinds of ``ProviderFailed``."""
        if problem := self._problem():
            raise BadParameter(problem)
        adobe_jobs.check_mask(errand)
        if errand.dry:
            return Answer(note=ADOBE.price_note)
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with AdobeCalls(self.account, client, self._tokens, self._times, deadline) as line:
            trip.report(0.02, "Signing in to Adobe")
            await line.sign_in()
            trip.report(0.05, "Preparing the pictures")
            pictures = await aside(lambda _check: self._pictures(errand))
            outcome, left = await self._done(errand, pictures, line, trip)
        return await self._answer(errand, outcome, deadline, trip, left)

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The answer of a job that was requested before; it is only polled."""
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with AdobeCalls(self.account, client, self._tokens, self._times, deadline) as line:
            data = {"statusUrl": where.get("status", "")}
            link = adobe_jobs.status_link(data, self.account.base_url, ENDPOINTS[errand.operation].version)
            outcome = await self._awaited(line, link, trip)
            if adobe_jobs.state_of(outcome) != "done":
                trip.charged("failed", None, "")
                raise _undone(line, outcome)
        trip.charged("done", None, "")
        return await self._answer(errand, outcome, deadline, trip, "")

    async def _answer(
        self, errand: Errand, outcome: dict[str, Any], deadline: Deadline, trip: Trip, note: str
    ) -> Answer:
        trip.report(0.85, "Fetching the result")
        size = fitted(errand.size, ENDPOINTS[errand.operation].longest)
        results = Results(errand, size, outcome, self._known, self._times, deadline)
        pieces = tuple(await results.pieces())
        return Answer(pieces, note=note, said=said(outcome, "jobId", "requestId"))

    async def check(self) -> str:
        """Sign in and call the service's greeting; no picture is sent and nothing is spent."""
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with AdobeCalls(self.account, client, self._tokens, self._times, deadline) as line:
            await line.call("GET", "pie/psdService/hello")
        found = "Adobe accepts these keys"
        problem = self._problem()
        return f"{found}, but work cannot be sent yet: {problem}" if problem else f"{found}."

    @property
    def _local(self) -> bool:
        return configured(self.account.base_url, _TITLE).local

    @property
    def _known(self) -> frozenset[Site]:
        """Sites on this machine from which a result may be fetched, since the user configured them."""
        return self._hosting.known | ({configured(self.account.base_url, _TITLE)} if self._local else set())

    def _problem(self) -> str:
        try:
            allowed = None if self._local else DOMAINS
            configured(self.account.token_url, "Adobe's sign-in")
        except BadParameter as error:
            return str(error)
        return self._hosting.problem(allowed)

    def _pictures(self, errand: Errand) -> list[Sent]:
        size = fitted(errand.size, ENDPOINTS[errand.operation].longest)
        photo = encoded(errand.photo, size, self.account.send_as)
        if errand.operation not in WITH_MASK or errand.mask is None:
            return [photo]
        return [photo, encoded(errand.mask, size, "PNG")]

    async def _done(
        self, errand: Errand, pictures: list[Sent], line: AdobeCalls, trip: Trip
    ) -> tuple[dict[str, Any], str]:
        """Upload the pictures, request the work and wait for it; returns the finished job's answer and a note on
        files left.
        """
        trip.report(0.1, f"Sending to {self._hosting.host}")
        endpoint = ENDPOINTS[errand.operation]
        with Charge(trip, errand.identity) as charge:
            async with self._hosting.lent(pictures, line.deadline) as links:
                trip.report(0.3, "Asking Adobe")
                reply = await _submitted(line, endpoint, adobe_jobs.body_of(errand, links), charge)
                charge.remote = adobe_jobs.job_id(reply.data) or charge.remote
                link = adobe_jobs.status_link(reply.data, self.account.base_url, endpoint.version)
                trip.lies({"status": link})
                outcome = await self._awaited(line, link, trip)
                if adobe_jobs.state_of(outcome) != "done":
                    charge.failed()
                    raise _undone(line, outcome)
                charge.done(None)
            return outcome, links.left

    async def _awaited(self, line: AdobeCalls, link: str, trip: Trip) -> dict[str, Any]:
        """Poll a job, at growing intervals, until it ends or the errand's time is over."""
        pause, share, garbled = self._times.poll, 0.35, 0
        while True:
            trip.report(share, "Waiting for Adobe")
            if pause >= line.deadline.left:
                raise Unclear(_LATE)
            await asyncio.sleep(pause)
            pause, share = min(pause * _GROWTH, self._times.slowest), share + (0.8 - share) / 8
            try:
                data = (await _asked(line, link)).data
            except Unclear as error:
                raise (error if line.deadline.left else Unclear(_LATE)) from None
            if adobe_jobs.state_of(data) != "waiting":
                return dict(data)
            garbled = 0 if isinstance(data, dict) else garbled + 1
            if garbled == _GARBLED:
                raise BadAnswer("Adobe's answers make no sense, so the result of its work is not known.")


def client(account: Params, keys: Keys, bucket: Hosting, times: Times) -> Adobe:
    """The client for an account."""
    assert isinstance(account, AdobeAccount)
    return Adobe(account, keys, bucket, times=times)


def _undone(line: AdobeCalls, outcome: dict[str, Any]) -> ProviderFailed:
    words = line.words(adobe_jobs.said(outcome))
    return ProviderFailed(f"Adobe could not do it{f': {words}' if words else ''}.")


async def _submitted(line: AdobeCalls, endpoint: Endpoint, body: adobe_jobs.Body, charge: Charge) -> Reply:
    """Request the work and record its charge; returns a response with a readable body."""
    charge.sent(None)
    try:
        reply = await line.call("POST", endpoint.path, json=body, repeat="refused")
    except _NOTHING:
        charge.failed()
        raise
    if not isinstance(reply.data, dict):
        raise BadAnswer("Adobe's answer makes no sense, so it is not known whether the work was taken on.")
    if not adobe_jobs.job_id(reply.data) and (words := line.words(adobe_jobs.said(reply.data))):
        raise ProviderFailed(f"Adobe did not take on the work: {words}.")
    return reply


async def _asked(line: AdobeCalls, link: str) -> Reply:
    """The state of a job. Once it was accepted, a lost connection leaves its outcome unknown: raises Unclear."""
    try:
        return await line.call("GET", link)
    except (KeyNeeded, PaymentNeeded, BadAnswer):
        raise
    except ProviderFailed as error:
        raise Unclear(
            f"It is not known what became of the work at Adobe, which may be charged: {line.words(error)}."
        ) from None
