"""A scripted fault layer for the test servers: what goes wrong, at which stage, and how often.

A *stage* is a step of a service as its client sees it ("runware.task", "adobe.status", "result"). A *kind* is one way
to go wrong. Scripted faults (`Faults.next`) come first, then random ones (`Faults.randomly`).

How kinds meet a request:

- A plain kind at a POST never reaches the service: nothing is worked out, nothing is charged. ``slow`` and ``drip`` are
  the exceptions: they end in the right answer, late.
- A plain kind at a GET spoils the true answer on its way out.
- ``paid-<kind>`` does the work and counts the charge first, then fails as ``<kind>`` does.
- `SERVICE_KINDS` at a POST need the service's own vocabulary. The layer hands them on; the handler reads `fault_of`.
"""

import json
import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.patience import PATIENCE
from tests.servers import holding, wire

# What a service must say in its own words; pictures can be spoiled with `pictures.spoiled`.
PICTURE_KINDS = ("not-image", "wrong-size", "scaled", "bomb")
SERVICE_KINDS = ("errors200", "bad-url", *PICTURE_KINDS)
GENERIC_KINDS = (
    "slow", "drip", "drop", "reset", "429", "429-plain", "402", "500", "503", "html502", "malformed", "wrong-type",
    "huge", "huge-length", "gzip-bomb", "redirect", "redirect-port",
)  # fmt: skip
KINDS = (*GENERIC_KINDS, *SERVICE_KINDS)

Stage = str | Callable[[bytes], str]
Words = Callable[[int], object]


def fault_of(request: Request) -> str | None:
    """The kind of `SERVICE_KINDS` this handler shall act out now, without "paid-" before it; None for none."""
    found: str | None = request.scope.get("fault")
    return found


def plain_words(status: int) -> object:
    """The body of an error answer where a service has no vocabulary of its own for it."""
    return {"error": f"The service answers {status}."}


@dataclass
class Faults:
    """What shall go wrong. Safe to script from a test while the server runs in its thread.

    ``delay`` seconds before the headers of a slow answer (an hour: whoever ends before has not waited for it),
    ``retry_after`` seconds in a 429, ``drip`` bytes a piece and seconds between pieces, ``elsewhere`` the target of
    "redirect-port", ``taken`` every (stage, kind) met so far.
    """

    delay: float = 3600.0
    retry_after: int = 1
    drip: tuple[int, float] = (16, 0.05)
    elsewhere: str = "http://127.0.0.1:9/"
    taken: list[tuple[str, str]] = field(default_factory=list)
    _script: dict[str, deque[str]] = field(default_factory=dict)
    _chance: tuple[float, tuple[str, ...], tuple[str, ...] | None, random.Random] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self, stage: str, kind: str, times: int = 1) -> None:
        """Script a fault for the next ``times`` requests of a stage; several calls queue up."""
        if kind.removeprefix("paid-") not in KINDS:
            raise ValueError(f"There is no fault {kind!r}.")
        with self._changed:
            self._script.setdefault(stage, deque()).extend([kind] * times)

    def randomly(self, share: float, kinds: Sequence[str], seed: int, stages: Sequence[str] | None = None) -> None:
        """Let this share (0–1) of all requests fail in one of these ways, at any stage or only at those named."""
        only = None if stages is None else tuple(stages)
        with self._changed:
            self._chance = (share, tuple(kinds), only, random.Random(seed))

    def clear(self) -> None:
        """Everything goes right from now on."""
        with self._changed:
            self._script.clear()
            self._chance = None

    def take(self, stage: str) -> str | None:
        """The kind this request of a stage shall meet, or None; it is used up."""
        with self._changed:
            kind = self._pick(stage)
            if kind is not None:
                self.taken.append((stage, kind))
                self._changed.notify_all()
            return kind

    def _pick(self, stage: str) -> str | None:
        if queue := self._script.get(stage):
            return queue.popleft()
        if self._chance is None:
            return None
        share, kinds, stages, dice = self._chance
        if (stages is not None and stage not in stages) or dice.random() >= share:
            return None
        return dice.choice(kinds)

    def reached(self, stage: str, timeout: float = PATIENCE) -> bool:
        """Wait until a request has met a fault at this stage; False if none did within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: any(where == stage for where, _ in self.taken), timeout)

    def route(
        self,
        path: str,
        endpoint: Callable[[Request], Any],
        stage: Stage,
        methods: Sequence[str] = ("POST",),
        words: Words = plain_words,
    ) -> Route:
        """A route with this layer around it. ``stage`` may be worked out from the request's body."""
        layer = Middleware(FaultLayer, faults=self, stage=stage, words=words)
        return Route(path, endpoint, methods=list(methods), middleware=[layer])


class FaultLayer:
    """ASGI middleware: reads the request, asks what shall go wrong, and lets it."""

    def __init__(self, app: ASGIApp, faults: Faults, stage: Stage, words: Words = plain_words) -> None:
        self._app = app
        self._faults = faults
        self._stage = stage
        self._words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await wire.read_body(receive)
        stage = self._stage if isinstance(self._stage, str) else self._stage(body)
        kind = self._faults.take(stage)
        again = wire.replay(body, receive)
        if kind is None:
            await self._app(scope, again, send)
            return
        paid = kind.startswith("paid-")
        kind = kind.removeprefix("paid-")
        handed_on = kind in SERVICE_KINDS and scope["method"] == "POST"
        if handed_on:
            await self._app({**scope, "fault": kind}, again, send)
        elif kind == "slow" and not paid:
            # A client that has gone meanwhile never gets its work done.
            if not await self._held_back(scope, receive):
                await self._app(scope, again, send)
        else:
            whole = paid or scope["method"] != "POST" or kind == "drip"
            answer = await wire.answer_of(self._app, scope, again) if whole else wire.stub()
            if kind == "slow":
                if not await self._held_back(scope, receive):
                    await answer.send(send)
            else:
                await self._spoil(kind, answer, receive, send)

    async def _held_back(self, scope: Scope, receive: Receive) -> bool:
        """Say that this request is held back, and hold it as long as the client waits. True if it has gone."""
        numbers = {value.decode() for name, value in scope["headers"] if name.decode() == holding.NUMBER}
        holding.held.update(numbers)
        return await wire.gone_within(receive, self._faults.delay)

    async def _spoil(self, kind: str, answer: wire.Answer, receive: Receive, send: Send) -> None:
        """Act out one kind with what would have been the answer."""
        if kind == "drip":
            await answer.drip(send, receive, *self._faults.drip)
        elif kind == "drop":
            await answer.drop(send, receive)
        elif kind == "reset":
            await wire.reset(receive)
        elif kind in ("huge", "huge-length"):
            await answer.endless(send, receive, promised=kind == "huge-length")
        else:
            await self._other(kind, answer).send(send)

    def _other(self, kind: str, answer: wire.Answer) -> wire.Answer:
        """The wrong answer of a kind that ends in a whole one."""
        if kind.split("-", maxsplit=1)[0].isdigit():
            return self._refusal(kind)
        if kind in PICTURE_KINDS:
            from tests.servers import pictures

            return wire.Answer(200, pictures.spoiled(answer.body, kind), answer.kind)
        wrong = {
            "html502": lambda: wire.Answer(502, wire.PAGE, "text/html"),
            "malformed": lambda: wire.Answer(answer.status, answer.body[: len(answer.body) // 2], answer.kind),
            "wrong-type": lambda: wire.Answer(200, wire.PAGE, "text/html"),
            "gzip-bomb": lambda: wire.Answer(200, wire.gzip_bomb(), answer.kind, {"content-encoding": "gzip"}),
            "redirect": lambda: wire.Answer(302, b"", "text/plain", {"location": "http://169.254.169.254/"}),
            "redirect-port": lambda: wire.Answer(302, b"", "text/plain", {"location": self._faults.elsewhere}),
        }
        # A kind that only means something at a POST ("errors200" at a download) leaves the answer alone.
        return wrong.get(kind, lambda: answer)()

    def _refusal(self, kind: str) -> wire.Answer:
        status = int(kind.split("-", maxsplit=1)[0])
        headers = {"retry-after": str(self._faults.retry_after)} if kind == "429" else {}
        return wire.Answer(status, json.dumps(self._words(status)).encode(), "application/json", headers)
