"""Transfers files between this machine and links in answers or storage: without keys, cookies or redirects."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import httpx

from maskstudio.errors import BadAnswer, MaskStudioError, ProviderFailed, Unreachable
from maskstudio.providers.remote.base import Times
from maskstudio.providers.remote.redact import hush
from maskstudio.providers.remote.wire import TRANSIENT, Deadline, backoff, trusted
from maskstudio.services.addresses import Site, public, site_of

hush()
_LARGEST = 96 << 20  # bytes of a result
_PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/tiff", "application/octet-stream", "binary/octet-stream", ""}
)


async def fetch(
    link: str,
    known: Collection[Site],
    times: Times,
    deadline: Deadline,
    *,
    plain: bool = False,
    largest: int = _LARGEST,
) -> bytes:
    """The bytes of the picture at a link in an answer; ``known`` are the sites the user configured.

    Raises BadAnswer for a link or file that must not be used, ProviderFailed or Unreachable if it cannot be fetched.
    """
    tried: list[str] = []

    async def once(client: httpx.AsyncClient) -> bytes:
        """Check the link, connect to a checked address and read the response."""
        found = await public(link, known, plain=plain, proxied=proxy is not None)
        url, headers, extensions = httpx.URL(link), {"Accept-Encoding": "identity"}, {}
        if found:
            # Connect to the address that was checked, as the name may resolve to another one a moment later.
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
    # httpx would choose the proxy again by the IP address, so it gets the one chosen by the name.
    return await _patiently(once, "The result", times, deadline, via={"proxy": proxy, "trust_env": False})


async def store(link: str, data: bytes, kind: str, times: Times, deadline: Deadline) -> None:
    """Upload ``data`` to a signed link of the user's own storage; ``kind`` is its content type, which is part of the
    signature.
    """

    async def once(client: httpx.AsyncClient) -> bytes:
        answer = await client.put(link, content=data, headers={"Content-Type": kind})
        if not answer.is_success:
            raise _Status(answer.status_code)
        return b""

    await _patiently(once, f"The file for {site_of(link).host}", times, deadline, sends=True)


async def delete(link: str, times: Times, deadline: Deadline) -> None:
    """Delete the file at a signed link; a file that is already gone is no error."""

    async def once(client: httpx.AsyncClient) -> bytes:
        answer = await client.delete(link)
        if not answer.is_success and answer.status_code != 404:
            raise _Status(answer.status_code)
        return b""

    await _patiently(once, f"The file at {site_of(link).host}", times, deadline, sends=True)


OneTry = Callable[[httpx.AsyncClient], Awaitable[bytes]]


class _Status(Exception):
    """A status code that is no success."""


async def _patiently(
    once: OneTry,
    what: str,
    times: Times,
    deadline: Deadline,
    *,
    sends: bool = False,
    via: Mapping[str, Any] | None = None,
) -> bytes:
    """Try ``once`` until it succeeds, fails for good, or the tries or the deadline are used up."""
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
    """The system's proxy for the host of a link, which then resolves the name; None if there is none."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.netloc.decode()):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _next(found: Sequence[str], tried: Sequence[str]) -> str:
    """An address not tried yet, of the other IP version than the last one if possible."""
    fresh = [address for address in found if address not in tried] or found
    other = [address for address in fresh if tried and (":" in address) != (":" in tried[-1])]
    return (other or fresh)[0]
