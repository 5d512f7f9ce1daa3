"""Adobe's Photoshop API: finding objects and body parts, removing backgrounds, refining edges (protocol section 2).

Adobe takes links only, so pictures are lent from the user's bucket; every operation is a job that is asked after.
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
from maskstudio.params.services import (
    AdobeAccount,
    AdobeBodyPartsParams,
    AdobeCutoutParams,
    AdobeObjectsParams,
    AdobeRefineParams,
)
from maskstudio.params.spec import Params
from maskstudio.providers.remote import adobe_jobs
from maskstudio.providers.remote.adobe_jobs import ENDPOINTS, Endpoint
from maskstudio.providers.remote.adobe_results import Results
from maskstudio.providers.remote.adobe_token import Line, NotAccepted, Tokens, client_of, shared_tokens
from maskstudio.providers.remote.base import Answer, Errand, Keys, Operation, Plan, Times, Trip, Where, aside
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.pictures import Sent, encoded, fitted
from maskstudio.providers.remote.said import said
from maskstudio.providers.remote.wire import Deadline, Reply
from maskstudio.services.addresses import Origin, configured

# Adobe fetches pictures from these domains only (section 2.8).
DOMAINS = ("amazonaws.com", "windows.net", "dropboxusercontent.com", "assets.frame.io", "storage.googleapis.com")
_TITLE = "Adobe"
_PRICE = "Adobe bills by contract and does not say what a call costs."
_NOTHING = (KeyNeeded, PaymentNeeded, Busy, Unreachable, NotAccepted)  # after these, surely nothing was done
_GARBLED = 3  # answers in a row that make no sense before a job is given up
_GROWTH = 1.5  # of the pause between two questions
_LATE = "Adobe has not finished in time; the work may still be done and charged there."


class Adobe:
    """The service for one account. Tokens are shared with all other objects of the process, unless some are given."""

    name = "adobe"
    title = _TITLE
    operations: ClassVar[Mapping[Operation, type[Params]]] = {
        "objects": AdobeObjectsParams,
        "bodyParts": AdobeBodyPartsParams,
        "cutout": AdobeCutoutParams,
        "refine": AdobeRefineParams,
    }

    def __init__(
        self,
        account: AdobeAccount,
        keys: Keys,
        hosting: Hosting,
        *,
        times: Times | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self.account = account
        self._keys, self._hosting, self._times = keys, hosting, times or Times()
        self._tokens = tokens or shared_tokens()

    def plan(self, operation: Operation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of this size: a copy that fits, by way of the user's storage."""
        hosts = tuple(host for host in (self._hosting.host, urlsplit(self.account.base_url).hostname or "") if host)
        return Plan(
            sent=fitted(size, ENDPOINTS[operation].longest),
            kind="PNG" if self.account.send_as == "PNG" else "JPEG",
            hosts=hosts,
            price_note=_PRICE,
            problem=self._problem(),
        )

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Do the errand. Raises BadParameter, BadMask, and the errors of ``ProviderFailed``."""
        if problem := self._problem():
            raise BadParameter(problem)
        adobe_jobs.check_mask(errand)
        if errand.dry:
            return Answer(note=_PRICE)
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with Line(self.account, client, self._tokens, self._times, deadline) as line:
            trip.report(0.02, "Signing in to Adobe")
            await line.sign_in()
            trip.report(0.05, "Preparing the pictures")
            pictures = await aside(lambda _check: self._pictures(errand))
            outcome, left = await self._done(errand, pictures, line, trip)
        return await self._answer(errand, outcome, deadline, trip, left)

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The answer of a job that was asked for before: it is only asked after."""
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with Line(self.account, client, self._tokens, self._times, deadline) as line:
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
        """Sign in and say hello; no picture is sent and nothing is spent."""
        deadline = Deadline(self._times.total)
        client = client_of(self.account, self._keys)
        async with Line(self.account, client, self._tokens, self._times, deadline) as line:
            await line.call("GET", "pie/psdService/hello")
        found = "Adobe accepts these keys"
        problem = self._problem()
        return f"{found}, but work cannot be sent yet: {problem}" if problem else f"{found}."

    @property
    def _local(self) -> bool:
        return configured(self.account.base_url, _TITLE).local

    @property
    def _known(self) -> frozenset[Origin]:
        """Origins on this machine from which a result may come, since the user named them."""
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
        if errand.operation not in ("bodyParts", "refine") or errand.mask is None:
            return [photo]
        return [photo, encoded(errand.mask, size, "PNG")]

    async def _done(self, errand: Errand, pictures: list[Sent], line: Line, trip: Trip) -> tuple[dict[str, Any], str]:
        """Lend the pictures, ask for the work, wait for it; the answer of the finished job, and what was left lent."""
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

    async def _awaited(self, line: Line, link: str, trip: Trip) -> dict[str, Any]:
        """Ask after a job, less and less often, until it is over or the errand's budget is."""
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


def _undone(line: Line, outcome: dict[str, Any]) -> ProviderFailed:
    words = line.words(adobe_jobs.said(outcome))
    return ProviderFailed(f"Adobe could not do it{f': {words}' if words else ''}.")


async def _submitted(line: Line, endpoint: Endpoint, body: adobe_jobs.Body, charge: Charge) -> Reply:
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


async def _asked(line: Line, link: str) -> Reply:
    """How a job stands. Once it was taken on, a lost connection leaves open what became of it: Unclear."""
    try:
        return await line.call("GET", link)
    except (KeyNeeded, PaymentNeeded, BadAnswer):
        raise
    except ProviderFailed as error:
        raise Unclear(
            f"It is not known what became of the work at Adobe, which may be charged: {line.words(error)}."
        ) from None
