"""How long the clients of services wait in tests: one budget, and no outcome that hangs on how busy the machine is.

A call gets as long as `PATIENCE`. Where the fault is nothing but slowness ("slow", "paid-slow"), the server says that
it holds the request back, and the client's time runs out then and there (`impatient`): an order of events, not a race
between clocks. A budget of few seconds would also end the calls beside it that are only slow because of the machine.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from maskstudio.providers.remote.base import Times
from tests.patience import PATIENCE
from tests.servers import holding

_LOOK = 0.01  # s between looks whether the server holds a request
PATIENT = Times(
    connect=PATIENCE, read=PATIENCE, total=8 * PATIENCE, wait=0.01, longest=0.05, poll=0.01, slowest=0.03
)  # fmt: skip
HELD = replace(PATIENT, read=2 * PATIENCE)  # a request that is held back ends only when it is cancelled


@contextmanager
def impatient() -> Iterator[None]:
    """While this is open, a client with the budget `PATIENT` gives up a request as soon as the server holds it."""
    with pytest.MonkeyPatch.context() as patch:
        send = httpx.AsyncHTTPTransport.handle_async_request

        async def handle(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            if request.extensions.get("timeout", {}).get("read") != PATIENT.read:
                return await send(transport, request)
            request.headers[holding.NUMBER] = number = uuid4().hex
            work = asyncio.ensure_future(send(transport, request))
            try:
                while not (await asyncio.wait({work}, timeout=_LOOK))[0]:
                    if number in holding.held:
                        raise httpx.ReadTimeout("The server holds the request.", request=request)
                return work.result()
            finally:
                holding.held.discard(number)
                if not work.done():
                    work.cancel()
                    await asyncio.wait({work})

        patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle)
        patch.setattr("maskstudio.providers.remote.hosting._TIDYING", PATIENCE)
        yield
