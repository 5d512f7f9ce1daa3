"""The layer over httpx: timeouts, retries, size limits, and our own errors.

``Wire`` talks to one service with the user's keys and never leaves its site: redirects are off, and links to other
sites are refused. Links to results are fetched by ``carrier.py``, which has no keys.
"""

import asyncio
import json
import logging
import random
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from maskstudio.errors import BadAnswer, BadParameter, Busy, MaskStudioError, ProviderFailed, Unclear, Unreachable
from maskstudio.providers.remote.base import Times
from maskstudio.providers.remote.redact import hush, redacted, sentence
from maskstudio.services.addresses import configured, site_of

log = logging.getLogger(__name__)
hush()

Repeat = Literal["always", "known", "refused", "unsent"]
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
# A 500 or a 502 may follow work that was done and charged; these say that it was not begun.
_REFUSED = frozenset({425, 429, 503})
_AGAIN: dict[Repeat, frozenset[int]] = {
    "always": TRANSIENT,
    "known": TRANSIENT,
    "refused": _REFUSED,
    "unsent": frozenset(),
}
_LARGEST = 2 << 20  # most bytes of an answer in JSON


@dataclass(frozen=True)
class Reply:
    """A response: its status, headers (names in lower case) and body; ``data`` is None if the body is no JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def data(self) -> Any:
        """The body as JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


class Deadline:
    """The end of an errand's time, by a monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; never below zero."""
        return max(self._end - time.monotonic(), 0.0)


class Wire:
    """An open connection to one service, used in an ``async with``.

    ``judge(reply)`` returns the service's own error for a response, or None for success. It is called before any retry;
    its error is retried only if the status says that waiting may help.
    """

    def __init__(
        self,
        base: str,
        title: str,
        *,
        times: Times,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        judge: Callable[[Reply], MaskStudioError | None] = lambda _reply: None,
        largest: int = _LARGEST,
    ) -> None:
        """Prepare a connection to ``base``. Raises BadParameter for an address that nothing may be sent to."""
        self.base, self.title, self.times = base.rstrip("/"), title, times
        self.origin = configured(base, title)
        self.deadline = Deadline(times.total)
        self._headers, self.secrets = dict(headers or {}), secrets
        self._judge, self._largest = judge, largest
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        patience = httpx.Timeout(self.times.read, connect=self.times.connect)
        try:
            self._client = httpx.AsyncClient(timeout=patience, follow_redirects=False, verify=trusted())
        except (ImportError, ValueError, httpx.InvalidURL):
            raise Unreachable("The proxy of this system, set by ALL_PROXY or HTTPS_PROXY, cannot be used.") from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    def url(self, path: str) -> str:
        """The address of a path below the base, or of a full link to the same site.

        Raises BadAnswer for any other link.
        """
        if "://" not in path:
            return f"{self.base}/{path.lstrip('/')}" if path else self.base
        try:
            if site_of(path) == self.origin:
                return path
        except ValueError:
            pass
        raise BadAnswer(f"{self.title} named an address outside its own server, so nothing was sent there.")

    async def call(
        self,
        method: str,
        path: str = "",
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = "always",
        accept: Collection[int] = (),
        tries: int | None = None,
    ) -> Reply:
        """One call with its retries, at most ``tries`` in all. Statuses in ``accept`` are returned like success.

        ``repeat`` says when it may be sent again: "always" (it changes nothing), "known" (the service recognises it,
        but not after the connection broke once it was sent), "refused" (only if it was certainly not begun), "unsent"
        (only if no connection was made).

        Raises Unreachable, Busy, BadAnswer, ProviderFailed, the errors of ``judge``, and Unclear if it was sent, may
        not be repeated, and no answer came.
        """
        content = None if json is None else _dumped(json)
        sent = {
            **self._headers,
            **({"Content-Type": "application/json"} if content is not None else {}),
            **(headers or {}),
        }
        url = self.url(path)
        most = tries or self.times.tries
        for attempt in range(1, most + 1):
            last = attempt == most
            try:
                reply = await self._once(method, url, sent, content, form)
            except (httpx.TransportError, TimeoutError) as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
                again = unsent or repeat == "always"
                if last or not again or not await self.pause(attempt, None):
                    raise self._lost(error, unsent=unsent, repeat=repeat) from None
                continue
            except httpx.DecodingError:
                raise BadAnswer(f"{self.title} sent an answer that cannot be unpacked, so it was not used.") from None
            except (httpx.InvalidURL, UnicodeError):
                raise BadParameter(f"The address of {self.title} cannot be used.") from None
            judged = self._error(reply, accept)
            if judged is None:
                return reply
            again = reply.status in _AGAIN[repeat]
            if last or not again or not await self.pause(attempt, reply):
                raise judged
        raise AssertionError("a try either returns or raises")

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, form: Mapping[str, str] | None
    ) -> Reply:
        """One request; reads at most ``largest`` bytes of the response."""
        assert self._client is not None
        left = self.deadline.left
        async with asyncio.timeout(left):
            request = self._client.stream(method, url, headers=headers, content=content, data=form)
            async with request as answer:
                body = bytearray()
                async for block in answer.aiter_bytes():
                    body += block
                    if len(body) > self._largest:
                        raise BadAnswer(f"{self.title} sent more than an answer can be, so it was not used.")
                return Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, bytes(body))

    def _error(self, reply: Reply, accept: Collection[int]) -> MaskStudioError | None:
        """Our error for a response; None for success and for statuses in ``accept``."""
        if reply.status in accept:
            return None
        if 300 <= reply.status < 400:
            return BadAnswer(f"{self.title} wanted to send the request on to another address, which was not followed.")
        judged = self._judge(reply)
        if judged is not None:
            log.info("%s answered %d: %s", self.title, reply.status, self.redacted(reply.body)[:2000])
            return judged
        if reply.ok:
            return None
        if reply.status == 429:
            return Busy(f"{self.title} takes no more requests for now.")
        if reply.status >= 500:
            return ProviderFailed(f"{self.title} has a problem of its own ({reply.status}); try again later.")
        return ProviderFailed(f"{self.title} did not accept the request ({reply.status}).")

    def _lost(self, error: Exception, *, unsent: bool, repeat: Repeat) -> MaskStudioError:
        """Our error for a broken connection: Unclear if paid work may have been done, otherwise Unreachable."""
        log.info("%s: %s", self.title, self.redacted(repr(error)))
        if not unsent and repeat != "always":
            return Unclear(
                f"The connection to {self.title} broke before its answer came; the work may have been done and "
                "charged, so it is not asked for again by itself."
            )
        if unsent:
            return Unreachable(f"{self.title} cannot be reached; check the network and its address.")
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return Unreachable(f"{self.title} did not answer in time.")
        return Unreachable(f"The connection to {self.title} broke again and again.")

    async def pause(self, attempt: int, reply: Reply | None) -> bool:
        """Wait before the next try; returns False, without waiting, if there is no time for one."""
        asked = retry_after(reply.headers) if reply is not None else None
        wait = backoff(self.times, attempt) if asked is None else asked
        if wait >= self.deadline.left:
            return False
        await asyncio.sleep(wait)
        return True

    def redacted(self, text: bytes | str) -> str:
        """``text`` without secrets, for the log."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return redacted(words, *self.secrets)

    def words(self, text: object) -> str:
        """A service's text, safe to use inside a sentence."""
        return sentence(text, *self.secrets)


@cache
def trusted() -> ssl.SSLContext:
    """The trusted certificates: those of httpx, read once, since reading takes longer than most calls."""
    return httpx.create_ssl_context()


def backoff(times: Times, attempt: int) -> float:
    """Seconds to wait after try ``attempt``, counted from 1: doubled each time, with a random part to spread
    clients.
    """
    longest: float = min(times.wait * 2 ** (attempt - 1), times.longest)
    return random.uniform(0.5, 1) * longest  # noqa: S311  no secret


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds in ``Retry-After``, given as seconds or as a date; None if it holds neither."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 8:
        return float(said)
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _dumped(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
