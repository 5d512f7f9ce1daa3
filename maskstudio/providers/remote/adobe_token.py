"""Adobe's access tokens, and calls that carry one (docs/services.md, 2.1, 2.2 and 2.7).

A token is valid for about a day. All threads of the program share it: one requests it, the others wait for the answer.
"""

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import cache
from types import TracebackType
from typing import Any, Self

from maskstudio.errors import BadAnswer, KeyNeeded, MaskStudioError, PaymentNeeded, ProviderFailed
from maskstudio.params.adobe import AdobeAccount
from maskstudio.providers.remote.adobe_jobs import said
from maskstudio.providers.remote.base import Keys, Times
from maskstudio.providers.remote.redact import sentence
from maskstudio.providers.remote.wire import Deadline, Repeat, Reply, Wire
from maskstudio.services.addresses import site_of

_SIGN_IN = "Adobe's sign-in"
_EARLY = 300.0  # seconds before its expiry from which on a token is no longer used
_LONGEST = 86_400.0  # longest life of a token, s
_TRIES = 3
_LOOK = 0.02  # seconds between checks of another thread's request
_RETIRED = frozenset({404, 410, 502})


class TokenRefused(KeyNeeded):
    """Adobe does not accept a token, for example because it was revoked."""


class NotAccepted(ProviderFailed):
    """Adobe refused a request, so nothing was done."""


@dataclass(frozen=True)
class Client:
    """The client that requests tokens: the account's address and scopes, with the user's keys."""

    token_url: str
    scopes: str
    number: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def entry(self) -> tuple[str, str, str]:
        """A value that identifies this client's tokens; the secret cannot be read from it."""
        secret = hashlib.sha256(f"{self.scopes}\n{self.secret}".encode()).hexdigest()
        return self.token_url, self.number, secret


def client_of(account: AdobeAccount, keys: Keys) -> Client:
    """The client of an account and its keys. Raises KeyNeeded."""
    number, secret = keys["clientId"], keys["clientSecret"]
    if not number or not secret:
        raise KeyNeeded("Adobe wants a client ID and its secret; enter them in its account.")
    return Client(account.token_url, account.scopes, number, secret)


@dataclass(frozen=True)
class _Token:
    text: str = field(repr=False)
    until: float


class AccessTokens:
    """Access tokens by client. ``clock`` returns monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Future[_Token]] = {}

    async def get(self, client: Client, times: Times, deadline: Deadline) -> str:
        """A token that is valid for some minutes more. Raises KeyNeeded, and the errors of a ``Wire``."""
        while True:
            with self._lock:
                waiting = self._kept.get(client.entry)
                if waiting is None or self._over(waiting):
                    mine: Future[_Token] = Future()
                    self._kept[client.entry] = mine
                    break
            while not waiting.done():  # noqa: ASYNC110  another thread may answer, and its event loop may end first
                await asyncio.sleep(_LOOK)
            try:
                return waiting.result().text
            except CancelledError:
                continue  # the requesting task was cancelled; another one requests now
        return (await self._ask(mine, client, times, deadline)).text

    def forget(self, client: Client, text: str) -> None:
        """Do not use this token any more; a newer one stays."""
        with self._lock:
            kept = self._kept.get(client.entry)
            if kept is not None and self._is(kept, text):
                del self._kept[client.entry]

    async def _ask(self, mine: "Future[_Token]", client: Client, times: Times, deadline: Deadline) -> _Token:
        """Request a token for all tasks that wait for ``mine``. Failures are passed to them too, but not kept."""
        try:
            token = await _fetched(client, times, deadline, self._clock)
        except MaskStudioError as error:
            self._drop(mine, client)
            mine.set_exception(error)
            raise
        except BaseException:
            self._drop(mine, client)
            mine.cancel()
            raise
        mine.set_result(token)
        return token

    def _drop(self, mine: "Future[_Token]", client: Client) -> None:
        with self._lock:
            if self._kept.get(client.entry) is mine:
                del self._kept[client.entry]

    def _over(self, kept: "Future[_Token]") -> bool:
        """Whether a request has ended without a usable token: it failed, or the token is near its expiry."""
        if not kept.done():
            return False
        return kept.cancelled() or kept.exception() is not None or kept.result().until <= self._clock()

    def _is(self, kept: "Future[_Token]", text: str) -> bool:
        return kept.done() and not kept.cancelled() and kept.exception() is None and kept.result().text == text


@cache
def shared_tokens() -> AccessTokens:
    """The tokens of this process, so that clients made for each job need not sign in again."""
    return AccessTokens()


async def _fetched(client: Client, times: Times, deadline: Deadline, clock: Callable[[], float]) -> _Token:
    """Request a token from Adobe's sign-in; it is renewed some minutes before it expires."""
    secrets = (client.number, client.secret)

    def judge(reply: Reply) -> MaskStudioError | None:
        return _token_error(reply, secrets)

    patience = replace(times, tries=min(times.tries, _TRIES))
    asked = clock()
    async with Wire(client.token_url, _SIGN_IN, times=patience, secrets=secrets, judge=judge) as wire:
        wire.deadline = deadline
        form = {
            "grant_type": "client_credentials",
            "client_id": client.number,
            "client_secret": client.secret,
            "scope": client.scopes,
        }
        reply = await wire.call("POST", form=form)
    life = _life(reply.data.get("expires_in"))
    return _Token(reply.data["access_token"], asked + max(life - _EARLY, life / 2))


def _life(value: Any) -> float:
    """Seconds a token is valid; an hour if the service does not say."""
    try:
        return min(max(float(value), 1.0), _LONGEST)
    except (TypeError, ValueError):
        return 3600.0


def _token_error(reply: Reply, secrets: tuple[str, ...]) -> MaskStudioError | None:
    """The error in a response of the sign-in; None for a usable token, and for other errors, which the wire reports."""
    data = reply.data
    token = data.get("access_token") if isinstance(data, dict) else None
    if reply.ok:
        if isinstance(token, str) and token and token.isascii() and token.isprintable() and " " not in token:
            return None
        return BadAnswer(f"{_SIGN_IN} sent something that is no access token.")
    if reply.status in (400, 401, 403):
        words = sentence(said(data), *secrets)
        return KeyNeeded(f"Adobe does not accept the client ID and its secret{f': {words}' if words else ''}.")
    return None


class AdobeCalls:
    """Calls to Adobe with a token and the client's ID, used in an ``async with`` by one task for one errand.

    If a token is refused, it is renewed and the call repeated, once per call.
    """

    def __init__(
        self, account: AdobeAccount, client: Client, tokens: AccessTokens, times: Times, deadline: Deadline
    ) -> None:
        self._base, self._client, self._tokens = account.base_url, client, tokens
        self._times, self.deadline = times, deadline
        self._wire: Wire | None = None
        self._token = ""
        self._retirable = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def sign_in(self) -> None:
        """Get a token. Raises the errors of ``AccessTokens.get``."""
        self._token = await self._tokens.get(self._client, self._times, self.deadline)

    async def call(
        self, method: str, path: str, *, json: Mapping[str, Any] | None = None, repeat: Repeat = "always"
    ) -> Reply:
        """Make one call, to a path below the account's address or to a link that ``adobe_jobs.status_link`` has
        checked.
        """
        self._retirable = method == "POST" and path.startswith("/v1/")
        try:
            return await (await self._open(path)).call(method, path, json=json, repeat=repeat)
        except TokenRefused:
            self._tokens.forget(self._client, self._token)
            await self._close()
            return await (await self._open(path)).call(method, path, json=json, repeat=repeat)

    def words(self, text: object) -> str:
        """Text from Adobe, made safe for a sentence."""
        return sentence(text, *self._secrets)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self._client.number, self._client.secret, self._token

    async def _open(self, path: str) -> Wire:
        """A wire to the server of ``path``, with a valid token."""
        base = str(site_of(path)) if "://" in path and site_of(path) != site_of(self._base) else self._base
        if self._wire is not None and self._wire.base == base.rstrip("/"):
            return self._wire
        await self._close()
        await self.sign_in()
        headers = {"Authorization": f"Bearer {self._token}", "x-api-key": self._client.number}
        wire = Wire(base, "Adobe", times=self._times, headers=headers, secrets=self._secrets, judge=self._judge)
        wire.deadline = self.deadline
        self._wire = await wire.__aenter__()
        return self._wire

    async def _close(self) -> None:
        if self._wire is not None:
            wire, self._wire = self._wire, None
            await wire.__aexit__(None, None, None)

    def _judge(self, reply: Reply) -> MaskStudioError | None:
        """The error in a response of Adobe; None for success, and for other errors, which the wire reports."""
        words = self.words(said(reply.data))
        tail = f": {words}." if words else f" ({reply.status})."
        if self._retirable and reply.status in _RETIRED:
            return NotAccepted(f"Adobe seems to have retired this operation ({reply.status}); use another provider.")
        if reply.status == 401:
            return TokenRefused(f"Adobe does not accept its own access token{tail}")
        if reply.status == 402:
            return PaymentNeeded(f"Adobe wants payment before it goes on{tail}")
        if reply.status == 403:
            return KeyNeeded(f"Adobe does not allow this to your project{tail}")
        if 400 <= reply.status < 500 and reply.status not in (408, 425, 429):
            return NotAccepted(f"Adobe did not accept the request{tail}")
        return None
