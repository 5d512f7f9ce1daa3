"""Downloads of weight files: https only, resumed after an interruption, checked by sha256.

Only at the user's request.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from maskstudio.errors import CannotRead, CannotWrite, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.weights.weightfile import WeightFile

if TYPE_CHECKING:
    import httpx

_LIMIT = 512 << 20  # bytes; no known model is larger
_PICTURE_LIMIT = 256 << 20  # bytes
_BLOCK = 1 << 16


class Fetch(Protocol):
    """The function by which ``store.pull`` downloads a file."""

    def __call__(self, entry: WeightFile, target: Path, token: Token) -> Path:
        """Download ``entry`` to ``target`` and return the path."""
        ...


def fetch(entry: WeightFile, target: Path, token: Token, client: "httpx.Client | None" = None) -> Path:
    """Download ``entry`` to ``target``; a partial download is continued.

    A ``client`` given by the caller may use any address; ours follows redirects to https only. Raises
    ``ModelUnavailable`` when offline or for a file with a wrong sha256, ``CannotWrite`` if the disk fails.
    """
    import httpx

    part = target.with_name(f"{target.name}.part")
    try:
        with _client(client) as web:
            _receive(web, entry, part, token)
        _verify(entry, part)
        part.replace(target)
    except httpx.HTTPError as error:
        raise ModelUnavailable(
            f"{entry.file} could not be downloaded ({_reason(error)}); get it from {entry.url} another way, "
            f"then run: maskstudio models add {entry.file}"
        ) from error
    except OSError as error:
        raise CannotWrite(f"{target} could not be written: {error.strerror or error}.") from error
    return target


@contextmanager
def _client(given: "httpx.Client | None") -> Iterator["httpx.Client"]:
    """The client given, or one of our own that uses https only and is closed afterwards."""
    import httpx

    if given is not None:
        yield given
        return
    hooks = {"request": [_only_https]}
    try:
        client = httpx.Client(follow_redirects=True, timeout=httpx.Timeout(30, connect=10), event_hooks=hooks)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ModelUnavailable("The proxy of this system, set by ALL_PROXY or HTTPS_PROXY, cannot be used.") from error
    with client:
        yield client


def _only_https(request: "httpx.Request") -> None:
    if request.url.scheme != "https":
        raise ModelUnavailable(f"{request.url.host} offers the file without encryption, so it was not downloaded.")


def _receive(client: "httpx.Client", entry: WeightFile, part: Path, token: Token) -> None:
    """Write the response to ``part``, after what is already there if the server can resume."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={start}-", "Accept-Encoding": "identity"} if start else {"Accept-Encoding": "identity"}
    with client.stream("GET", entry.url, headers=headers) as answer:
        if start and answer.status_code == 416:  # the part is complete, or of another file
            return
        answer.raise_for_status()
        resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        done = start if resumed else 0
        total = entry.size or done + int(answer.headers.get("Content-Length") or 0)
        with part.open("ab" if resumed else "wb") as file:
            for block in answer.iter_bytes(_BLOCK):
                done += len(block)
                if done > (entry.size or _LIMIT):
                    file.close()
                    part.unlink()
                    raise ModelUnavailable(f"{entry.file} was not kept: the server sent more than the file should be.")
                file.write(block)
                token.step(min(done / total, 1.0) if total else 0.0, f"Downloading {entry.file}")


def picture(address: str, token: Token, client: "httpx.Client | None" = None) -> bytes:
    """The bytes of a picture on the web, 256 MiB at most; https only. Raises ``CannotRead``.

    Nothing but the request is sent; the bytes are not checked here.
    """
    import httpx

    try:
        with _client(client) as web, web.stream("GET", address) as answer:
            answer.raise_for_status()
            total, data = int(answer.headers.get("Content-Length") or 0), bytearray()
            for block in answer.iter_bytes(_BLOCK):
                data += block
                if len(data) > _PICTURE_LIMIT:
                    raise CannotRead(f"What {answer.url.host} sends is too large for a picture.")
                token.step(min(len(data) / total, 1.0) if total else 0.0, f"Downloading from {answer.url.host}")
            return bytes(data)
    except (httpx.HTTPError, httpx.InvalidURL, ModelUnavailable, ValueError) as error:
        raise CannotRead(f"The picture could not be downloaded ({_reason(error)}).") from error


def _verify(entry: WeightFile, part: Path) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found not in entry.digests:
        part.unlink()
        raise ModelUnavailable(f"{entry.file} was not kept: what the server sent is not the file we know (sha256).")


def _reason(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, httpx.InvalidURL | ValueError):  # for example a host name that is too long
        return "there is no such address"
    return "the network cannot be reached" if isinstance(error, httpx.TransportError) else str(error)
