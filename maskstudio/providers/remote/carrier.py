"""Carries files between this machine and links in answers or storage: without keys, cookies or redirects."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import httpx

from maskstudio.errors import BadAnswer, MaskStudioError, ProviderFailed, Unreachable
from maskstudio.providers.remote.base import Times
from maskstudio.providers.remote.redact import hush
from maskstudio.providers.remote.wire import TRANSIENT, Deadline, backoff, trusted
from maskstudio.services.addresses import Origin, origin_of, public

hush()
_LARGEST = 96 << 20  # bytes of a result
_PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/tiff", "application/octet-stream", "binary/octet-stream", ""}
)


async def fetch(
    link: str,
    known: Collection[Origin],
    times: Times,
    deadline: Deadline,
    *,
    plain: bool = False,
    largest: int = _LARGEST,
) -> bytes:
    """The picture behind a link in an answer; ``known`` origins are those the user configured.

    Raises BadAnswer for a link or a file that must not be used, Unreachable where it cannot be got.
    """
    tried: list[str] = []

    async def once(client: httpx.AsyncClient) -> bytes:
        found = await public(link, known, plain=plain, proxied=proxy is not None)
        url, headers, extensions = httpx.URL(link), {"Accept-Encoding": "identity"}, {}
        if found:
            # An address that was checked is the one connected to, whatever the name leads to a moment later.
            headers["Host"], extensions = url.netloc.decode(), {"sni_hostname": url.host}
            tried.append(_next(found, tried))
            url = url.copy_with(host=tried[-1])
        async with client.stream("GET", url, headers=headers, extensions=extensions) as answer:
            _check(answer)
            return await _read(answer, largest)

    try:
        proxy = _proxy_for(httpx.URL(link))
    except (httpx.InvalidURL, ValueError):
        raise BadAnswer("The service answered with something that is no link, so nothing was fetched.") from None
    # By its address httpx would choose a proxy anew, so it is told what was chosen by the name.
    return await _patiently(once, "The result", times, deadline, via={"proxy": proxy, "trust_env": False})


async def store(link: str, data: bytes, kind: str, times: Times, deadline: Deadline) -> None:
    """Put ``data`` behind a signed link of the user's own storage; ``kind`` is its content type, which is signed."""

    async def once(client: httpx.AsyncClient) -> bytes:
        answer = await client.put(link, content=data, headers={"Content-Type": kind})
        if not answer.is_success:
            raise _Status(answer.status_code)
        return b""

    await _patiently(once, f"The file for {origin_of(link).host}", times, deadline, sends=True)


async def delete(link: str, times: Times, deadline: Deadline) -> None:
    """Delete what lies behind a signed link; that it is gone already is fine."""

    async def once(client: httpx.AsyncClient) -> bytes:
        answer = await client.delete(link)
        if not answer.is_success and answer.status_code != 404:
            raise _Status(answer.status_code)
        return b""

    await _patiently(once, f"The file at {origin_of(link).host}", times, deadline, sends=True)


Once = Callable[[httpx.AsyncClient], Awaitable[bytes]]


class _Status(Exception):
    """A status that is no success."""


async def _patiently(
    once: Once,
    what: str,
    times: Times,
    deadline: Deadline,
    *,
    sends: bool = False,
    via: Mapping[str, Any] | None = None,
) -> bytes:
    patience = httpx.Timeout(times.read, connect=times.connect)
    try:
        client = httpx.AsyncClient(timeout=patience, follow_redirects=False, verify=trusted(), **(via or {}))
    except (ImportError, ValueError, httpx.InvalidURL):
        raise Unreachable("The proxy of this system, set by ALL_PROXY or HTTPS_PROXY, cannot be used.") from None
    async with client:
        for attempt in range(1, times.tries + 1):
            try:
                async with asyncio.timeout(deadline.left):
                    return bytes(await once(client))
            except MaskStudioError:
                raise
            except _Status as error:
                status = int(error.args[0])
                failed: MaskStudioError = ProviderFailed(
                    f"{what} could not be stored ({status}); check the bucket and its keys."
                    if sends
                    else f"{what} is not there any more, or not for us ({status})."
                )
                if status not in TRANSIENT:
                    raise failed from None
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError):
                failed = Unreachable(f"{what} could not be {'sent' if sends else 'fetched'}: the connection broke.")
            wait = backoff(times, attempt)
            if attempt == times.tries or wait >= deadline.left:
                raise failed
            await asyncio.sleep(wait)
    raise AssertionError("a try either returns or raises")


def _check(answer: httpx.Response) -> None:
    if 300 <= answer.status_code < 400:
        raise BadAnswer("The link to the result leads on to another address, which was not followed.")
    if not answer.is_success:
        raise _Status(answer.status_code)
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in _PICTURES:
        raise BadAnswer("Behind the link to the result there is no picture, so it was not used.")


async def _read(answer: httpx.Response, largest: int) -> bytes:
    data = bytearray()
    async for block in answer.aiter_bytes():
        data += block
        if len(data) > largest:
            raise BadAnswer("The result is larger than a picture of this size can be, so it was not used.")
    return bytes(data)


def _proxy_for(url: httpx.URL) -> str | None:
    """The system's proxy for the name in a link, which then looks it up in our place; None where there is none."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.netloc.decode()):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _next(found: Sequence[str], tried: Sequence[str]) -> str:
    """An address that was not tried yet, of the other kind than the last one where there is one."""
    fresh = [address for address in found if address not in tried] or found
    other = [address for address in fresh if tried and (":" in address) != (":" in tried[-1])]
    return (other or fresh)[0]
