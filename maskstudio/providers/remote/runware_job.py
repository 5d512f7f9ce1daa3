"""One Runware task from its request to its result, done and charged once however often the connection breaks.

The taskUUID is the same in every repetition (docs/services.md, 1.10 and 5). A task is requested again only if it
certainly did not arrive, or if the service itself asks to wait (429, 500, 503). If it may have arrived, only
``getResponse`` is sent from then on.
"""

import asyncio

from maskstudio.errors import BadAnswer, Busy, MaskStudioError, ProviderFailed, Unclear, Unreachable
from maskstudio.providers.remote.base import Trip
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.runware_tasks import (
    TITLE,
    Json,
    Outcome,
    Taken,
    Troubled,
    error_of,
    outcome,
    poll_task,
    refusal,
)
from maskstudio.providers.remote.wire import Reply, Wire

_LATE = (408, 425, 502, 504)  # a server in between may have answered while the task was passed on
_SLOWER = 1.5
_NOT_IN_TIME = f"{TITLE} was not done in time; the job may still be charged."
_BROKEN = f"The connection to {TITLE} broke while the job was under way; it may have been done and charged."


class RunwareTask:
    """A task that costs money, known by its UUID. ``secrets`` are removed from every text."""

    def __init__(self, identity: str, trip: Trip, *secrets: str) -> None:
        self._identity, self._trip, self._secrets = identity, trip, secrets
        self._doubt: ProviderFailed | None = None  # why the outcome of the request is unknown
        self._troubled = False  # whether the service failed internally on any request
        self._asking = False  # whether it may have arrived, so that it is only polled
        self._denied = False  # whether the service's last answer says that the task failed or is unknown

    def judge(self, reply: Reply) -> MaskStudioError | None:
        """The error in a response, for the wire."""
        error = refusal(reply, *self._secrets)
        self._troubled |= isinstance(error, Troubled)
        return error

    async def run(self, wire: Wire, task: Json) -> Outcome:
        """Request the task and wait for its result; the ledger is written before and after.

        Raises the kinds of ``ProviderFailed``: Unclear if it may have been done and charged.
        """
        self._troubled = False
        with Charge(self._trip, self._identity) as charge:
            self._trip.lies({"task": self._identity})
            charge.sent(None)
            try:
                found = await self._submitted(wire, task) or await self._awaited(wire)
            except MaskStudioError as error:
                if self._cost_nothing(error):
                    charge.failed()
                raise
            charge.done(found.cost)
        if found.picture is not None and found.picture[0] == "URL":
            self._trip.lies({"task": self._identity, "link": found.picture[1]})
        return found

    async def again(self, wire: Wire) -> Outcome:
        """The result of a task that was requested before; it is only polled."""
        self._asking = True
        self._doubt = ProviderFailed(f"{TITLE} does not know this job any more, so its result cannot be fetched.")
        try:
            found = await self._awaited(wire)
        except MaskStudioError as error:
            if type(error) is ProviderFailed and self._denied and error is not self._doubt:
                self._trip.charged("failed", None, self._identity)
            raise
        self._trip.charged("done", found.cost, self._identity)
        return found

    def _cost_nothing(self, error: MaskStudioError) -> bool:
        return not self._asking or (self._denied and not isinstance(error, Unclear | BadAnswer))

    async def _submitted(self, wire: Wire, task: Json) -> Outcome | None:
        """The result, or None if it must be polled."""
        self._trip.report(0.15, f"Sending to {TITLE}")
        try:
            async with asyncio.timeout(wire.times.total / 2):  # the other half is for polling
                reply = await wire.call("POST", json=[task], repeat="known", accept=_LATE)
            if not reply.ok:
                raise Troubled(f"{TITLE} did not answer in time ({reply.status}); try again later.")
            return await self._read(reply)
        except TimeoutError:
            self._doubt = Unclear(f"{TITLE} did not answer in time; the job may have been done and charged.")
        except Taken:
            self._doubt = Unclear(f"{TITLE} has had this job before and does not say how it ended.")
        except ProviderFailed as error:
            if not self._troubled and not isinstance(error, Unclear | BadAnswer | Troubled):
                raise
            self._doubt = error
        self._asking = True
        return None

    async def _read(self, reply: Reply) -> Outcome | None:
        """The result in the response to the request, or None if the task is still running; raises its error."""
        found = await self._outcome(reply)
        if found.state == "done":
            return found
        self._asking = found.state == "running"
        if found.state == "failed":
            raise error_of(found.errors, reply.status, *self._secrets)
        if found.state == "missing":
            raise BadAnswer(f"{TITLE} sent an answer that cannot be read, so it was not used.")
        return None

    async def _awaited(self, wire: Wire) -> Outcome:
        """Poll until there is a result. A task that is unknown in several answers in a row is given up."""
        pause, unsure = wire.times.poll, 0
        while pause < wire.deadline.left and unsure < wire.times.tries:
            gone = 1 - wire.deadline.left / wire.times.total
            self._trip.report(0.3 + 0.5 * gone, f"Waiting for {TITLE}")
            await asyncio.sleep(pause)
            found = await self._asked(wire)
            if found is not None and found.state == "done":
                return found
            unsure = unsure + 1 if found is None else 0
            pause = min(pause * _SLOWER, wire.times.slowest)
        if unsure and self._doubt is not None:
            raise self._doubt
        raise Unclear(_NOT_IN_TIME)

    async def _asked(self, wire: Wire) -> Outcome | None:
        """The state of the task: running or done; None if the answer says neither."""
        self._denied = False
        try:
            reply = await wire.call("POST", json=[poll_task(self._identity)], accept=(400, 404))
            found = await self._outcome(reply)
            if found.state == "failed" and not found.unknown:
                raise error_of(found.errors, reply.status, *self._secrets)
        except Unreachable:
            raise Unclear(_BROKEN if wire.deadline.left else _NOT_IN_TIME) from None
        except (BadAnswer, Troubled, Busy) as error:
            self._doubt = self._doubt or error
            return None
        except ProviderFailed as error:
            self._denied = type(error) is ProviderFailed  # the task failed; a refused key says nothing about it
            raise
        self._denied = found.unknown
        if found.state == "missing" and self._doubt is None:
            self._doubt = BadAnswer(f"{TITLE} sent an answer that cannot be read, so it was not used.")
        return found if found.state in ("running", "done") else None

    async def _outcome(self, reply: Reply) -> Outcome:
        """Read an answer, on a thread: it may hold a whole picture."""
        return await asyncio.to_thread(lambda: outcome(reply.data, self._identity))
