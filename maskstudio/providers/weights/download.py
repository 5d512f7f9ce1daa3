"""Downloads at the user's request: weight files, resumed after an interruption and checked by sha256; and pictures.

Addresses are https; only a mirror that the user has set may be a server on this machine.
"""

import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from maskstudio.core.atomic import reason
from maskstudio.errors import CannotRead, CannotWrite, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.weights.partial import Partial
from maskstudio.providers.weights.weightfile import WeightFile

if TYPE_CHECKING:
    import httpx

_LIMIT = 4 << 30  # bytes; no known model is larger
_PICTURE_LIMIT = 256 << 20  # bytes
_BLOCK = 1 << 16
_CHECK = 0.95  # the share of the progress after which the file is checked
_HERE = ("localhost", "127.0.0.1", "::1")
T = TypeVar("T")
_NewClient = Callable[[], "httpx.AsyncClient"]


class Fetch(Protocol):
    """The function by which ``store.pull`` downloads a file."""

    def __call__(self, entry: WeightFile, target: Path, token: Token) -> Path:
        """Download ``entry`` to ``target`` and return the path."""
        ...


class _NotIt(Exception):
    """What an address sends is not the file; the text says why, as the end of a sentence."""


def fetch(entry: WeightFile, target: Path, token: Token, client: _NewClient | None = None, mirror: str = "") -> Path:
    """Download ``entry`` to ``target``; a partial download is continued. Cancelling keeps the part for the next time.

    Its own address is tried first, then its mirrors, then ``mirror``: the address of a folder with the file. A
    ``client`` made by the caller's function may use any address; ours follows redirects to https only. Raises
    ``ModelUnavailable`` when offline, for a file with a wrong sha256, and while another window downloads it;
    ``CannotWrite`` if the disk fails or is too small.
    """
    part = Partial(target)
    try:
        with part.alone():
            if not _complete(part, entry, token):
                _waiting(token, lambda: _from_any(part, entry, token, client, mirror))
            part.install()
    except OSError as error:
        raise CannotWrite(f"{target.name} could not be written: {reason(error)}.") from error
    return target


def _complete(part: Partial, entry: WeightFile, token: Token) -> bool:
    """Whether all was received before; a part that is too long is dropped."""
    if entry.size is None or part.size < entry.size:
        return False
    if part.holds(entry.digests, token):
        return True
    part.clear()
    return False


async def _from_any(part: Partial, entry: WeightFile, token: Token, client: _NewClient | None, mirror: str) -> None:
    """Receive the file from the first address that has it. Raises ModelUnavailable, naming what each address said."""
    import httpx

    own = f"{mirror.rstrip('/')}/{quote(entry.file)}" if mirror else ""
    said: dict[str, Exception] = {}
    for address in filter(None, dict.fromkeys((entry.url, *entry.mirrors, own))):
        try:
            async with _client(client, plain=address == own) as web:
                await _whole(web, address, part, entry, token)
        except (httpx.HTTPError, httpx.InvalidURL, _NotIt) as error:
            said[address] = error
        else:
            return
    raise _failed(entry, said)


def _failed(entry: WeightFile, said: dict[str, Exception]) -> ModelUnavailable:
    """The sentence for a download that no address gave."""
    errors = list(said.values())
    if len(errors) == 1 and isinstance(errors[0], _NotIt):
        return ModelUnavailable(f"{entry.file} was not kept: {errors[0]}.")
    why = _reason(errors[0])
    if len(errors) > 1:
        why = "; ".join(f"{urlsplit(address).hostname}: {_reason(error)}" for address, error in said.items())
    return ModelUnavailable(
        f"{entry.file} could not be downloaded ({why}); get it from {entry.url} another way, "
        f"then run: maskstudio models add {entry.file}"
    )


async def _whole(web: "httpx.AsyncClient", address: str, part: Partial, entry: WeightFile, token: Token) -> None:
    """Receive and check the file; if a continued part turns out wrong, once more from its start."""
    continued = part.size > 0
    if continued and await _received(web, address, part, entry, token) and part.holds(entry.digests, _checking(token)):
        return
    if continued:
        part.clear()
    await _received(web, address, part, entry, token)
    if not part.holds(entry.digests, _checking(token)):
        part.clear()
        raise _NotIt("what the server sent is not the file we know (sha256)")


def _checking(token: Token) -> Token:
    return token.part(_CHECK, 1.0)


async def _received(web: "httpx.AsyncClient", address: str, part: Partial, entry: WeightFile, token: Token) -> bool:
    """Write the answer to the part, after what is there already if the server can continue the same edition.

    Returns whether the part may be whole now; false if it cannot be continued and has to be begun anew.
    """
    start = part.size
    async with web.stream("GET", address, headers=_headers(part, address)) as answer:
        if start and answer.status_code == 416:  # the part is complete, or of another file
            return True
        answer.raise_for_status()
        resumed = answer.status_code == 206
        if resumed and not _continues(answer.headers.get("Content-Range", ""), start, entry.size):
            return False
        done = start if resumed else 0
        length = int(answer.headers.get("Content-Length") or 0)
        if entry.size is not None and done + length > entry.size:
            part.clear()
            raise _NotIt("the server sent more than the file should be")
        _check_room(part, (entry.size or done + length) - done)
        if not resumed:
            part.remember(address, _validator(answer))
        await _write(answer, part, entry, token, resume=resumed, done=done, total=entry.size or done + length)
    return True


def _headers(part: Partial, address: str) -> dict[str, str]:
    """What to ask with: from which byte on, and of which edition."""
    headers = {"Accept-Encoding": "identity"}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if mark := part.validator(address):
            headers["If-Range"] = mark
    return headers


def _continues(content_range: str, start: int, size: int | None) -> bool:
    """Whether a Content-Range begins at byte ``start`` and is of a file of ``size`` bytes, if both are known."""
    unit, _, rest = content_range.partition(" ")
    span, _, total = rest.partition("/")
    right = total in ("*", "") or size is None or total == str(size)
    return unit == "bytes" and span.partition("-")[0] == str(start) and right


def _validator(answer: "httpx.Response") -> str:
    """The mark of the edition: a strong ETag, or the date of its last change."""
    etag = str(answer.headers.get("ETag", ""))
    return etag if etag.startswith('"') else str(answer.headers.get("Last-Modified", ""))


def _check_room(part: Partial, more: int) -> None:
    """Raise CannotWrite if ``more`` bytes do not fit on the disk."""
    free = shutil.disk_usage(part.target.parent).free
    if more > free:
        raise CannotWrite(
            f"{part.target.name} needs {_megabytes(more)} more, and the disk of {part.target.parent} has "
            f"{_megabytes(free)} free."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


async def _write(
    answer: "httpx.Response", part: Partial, entry: WeightFile, token: Token, *, resume: bool, done: int, total: int
) -> None:
    """Write the body to the part. Raises ``_NotIt`` if it is too long, an httpx error if it breaks off."""
    import httpx

    fetching = token.part(0.0, _CHECK)
    with part.open(resume=resume) as file:
        async for block in answer.aiter_bytes(_BLOCK):
            done += len(block)
            if done > (entry.size or _LIMIT):
                part.clear()
                raise _NotIt("the server sent more than the file should be")
            file.write(block)
            fetching.step(min(done / total, 1.0) if total else 0.0, f"Downloading {entry.file}")
    whole = entry.size is None or len(entry.digests) > 1 or done >= entry.size
    if "Content-Length" not in answer.headers and not whole:  # httpx notices the others
        raise httpx.RemoteProtocolError("the connection broke off")


def picture(address: str, token: Token) -> bytes:
    """The bytes of a picture on the web, 256 MiB at most; https only. Raises ``CannotRead``.

    Nothing but the request is sent; the bytes are not checked here.
    """
    import httpx

    async def received() -> bytes:
        async with _client(None) as web, web.stream("GET", address) as answer:
            answer.raise_for_status()
            total, data = int(answer.headers.get("Content-Length") or 0), bytearray()
            async for block in answer.aiter_bytes(_BLOCK):
                data += block
                if len(data) > _PICTURE_LIMIT:
                    raise CannotRead(f"What {answer.url.host} sends is too large for a picture.")
                token.step(min(len(data) / total, 1.0) if total else 0.0, f"Downloading from {answer.url.host}")
            return bytes(data)

    try:
        return _waiting(token, received)
    except (httpx.HTTPError, httpx.InvalidURL, ModelUnavailable, ValueError, _NotIt) as error:
        raise CannotRead(f"The picture could not be downloaded ({_reason(error)}).") from error


def _waiting(token: Token, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The result of ``work()``, which a cancel ends within moments wherever it waits."""
    from maskstudio.providers.remote.base import run_with

    return run_with(token, work)


def _client(made: _NewClient | None, *, plain: bool = False) -> "httpx.AsyncClient":
    """A client of the caller's, or one of our own that uses https only; ``plain`` allows http on this machine too."""
    import httpx

    if made is not None:
        return made()

    async def check(request: httpx.Request) -> None:
        """Stop a request, or a redirect, that would go without encryption."""
        if request.url.scheme != "https" and not (plain and request.url.host in _HERE):
            raise _NotIt(f"{request.url.host} offers it without encryption")

    try:
        return httpx.AsyncClient(
            follow_redirects=True, timeout=httpx.Timeout(30, connect=10), event_hooks={"request": [check]}
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ModelUnavailable("The proxy of this system, set by ALL_PROXY or HTTPS_PROXY, cannot be used.") from error


def _reason(error: Exception) -> str:
    """Why it failed, as words in brackets."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, httpx.InvalidURL | ValueError):  # for example a host name that is too long
        return "there is no such address"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection broke off"
    return "the network cannot be reached" if isinstance(error, httpx.TransportError) else str(error)
