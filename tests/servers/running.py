"""A server for the length of a ``with`` block: uvicorn in a thread, on a free loopback port."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tests.patience import PATIENCE


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and that ends at once whatever its clients still wait for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Connections first, so that a slow answer or an endless one finds nobody to wait for.
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().shutdown(sockets)


def listener(port: int = 0) -> socket.socket:
    """A bound loopback socket; port 0 takes a free one. The caller closes it, or `serve` does."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


@contextmanager
def serve(app: ASGIApp, bound: socket.socket | None = None) -> Iterator[str]:
    """Run an ASGI application and give its base URL without a slash at the end. Takes over ``bound``."""
    bound = bound or listener()
    config = uvicorn.Config(
        app, loop="asyncio", http="h11", ws="none", lifespan="off", log_config=None, log_level="critical",
        access_log=False, proxy_headers=False, timeout_keep_alive=60,
    )  # fmt: skip
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="test server", daemon=True)
    thread.start()
    try:
        if not server.listening.wait(PATIENCE):
            raise RuntimeError("The test server did not start.")
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        bound.close()
