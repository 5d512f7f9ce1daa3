"""What the fault layer does to the bytes of an answer: hold back, drip, cut off, never end. ASGI only."""

import asyncio
import gzip
import socket
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
MEBIBYTE = 1 << 20


@dataclass
class Answer:
    """A whole answer: status, body, content type and further headers."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def _start(self, length: int | None) -> Message:
        headers = [(b"content-type", self.kind.encode())]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        headers += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        return {"type": "http.response.start", "status": self.status, "headers": headers}

    async def send(self, send: Send) -> None:
        """As it should be."""
        await send(self._start(len(self.body)))
        await send(_piece(self.body, more=False))

    async def drip(self, send: Send, receive: Receive, size: int, pause: float) -> None:
        """``size`` bytes at a time with ``pause`` seconds between, until the client has all or has gone."""
        await send(self._start(len(self.body)))
        for start in range(0, len(self.body), size):
            await send(_piece(self.body[start : start + size]))
            if await gone_within(receive, pause):
                return
        await send(_piece(b"", more=False))

    async def drop(self, send: Send, receive: Receive) -> None:
        """Promise more bytes than there are, send half of them and close the connection."""
        await send(self._start(len(self.body) + 4096))
        await send(_piece(self.body[: len(self.body) // 2]))
        _transport(receive).close()
        await gone(receive)

    async def endless(self, send: Send, receive: Receive, promised: bool) -> None:
        """The answer, then blanks without end (at most 4 GiB, for the sake of the test machine)."""
        await send(self._start(1 << 42 if promised else None))
        await send(_piece(self.body))
        for _ in range(4096):
            await send(_piece(b" " * MEBIBYTE))
            if await gone_within(receive, 0.001):
                return
        _transport(receive).close()
        await gone(receive)


def stub() -> Answer:
    """The beginning of an answer where no work was done."""
    return Answer(200, b'{"data": [{"status": "success", "code": "200"}], "message": "success"}')


def _piece(data: bytes, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def read_body(receive: Receive) -> bytes:
    """All bytes of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives a request's body once more."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """What the service answers, kept back."""
    answer = Answer(500, b"")
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            headers.pop("content-length", None)
            answer.status = message["status"]
            answer.kind = headers.pop("content-type", "application/octet-stream")
            answer.headers = headers
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    answer.body = b"".join(parts)
    return answer


async def gone(receive: Receive) -> None:
    """Wait until the client's connection has ended."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def gone_within(receive: Receive, seconds: float) -> bool:
    """Wait, but no longer than the client does. True if it has gone."""
    try:
        await asyncio.wait_for(gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def reset(receive: Receive) -> None:
    """End the connection with a TCP reset, without a byte of an answer."""
    transport = _transport(receive)
    # Lingering for no time makes the close a reset.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await gone(receive)


def _transport(receive: Receive) -> asyncio.Transport:
    """The connection itself. ASGI has no word for it; uvicorn's ``receive`` is a method of the object that holds it."""
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]
    return transport


@cache
def gzip_bomb(mebibytes: int = 256) -> bytes:
    """A valid gzip stream of about a thousandth of what it unpacks to: blanks."""
    blanks = b" " * MEBIBYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush(zlib.Z_FINISH)
    total = 0
    for _ in range(mebibytes):
        total = zlib.crc32(blanks, total)
    header = gzip.compress(b"")[:10]
    return header + block * mebibytes + end + struct.pack("<II", total, (mebibytes * MEBIBYTE) & 0xFFFFFFFF)
