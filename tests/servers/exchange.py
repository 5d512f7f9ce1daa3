"""What Adobe, Server402 and Alibaba have in common here: reading requests, fetching inputs, handing out results."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.patience import PATIENCE
from tests.servers import pictures
from tests.servers.faults import PICTURE_KINDS, Faults, fault_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_BYTES = 64 << 20  # of one input
MOST_HELD = 256 << 20  # of all results together
Charge = tuple[str, float, str]


class NoInput(Exception):
    """An input that may not be fetched (``allowed`` False) or could not be (True); the text says why."""

    def __init__(self, text: str, allowed: bool) -> None:
        super().__init__(text)
        self.allowed = allowed


def base_of(request: Request) -> str:
    """The URL under which the service was asked, with its prefix and without a slash at the end."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def record(request: Request, route: str, body: Any) -> dict[str, Any]:
    """What a service keeps of a request; header names are lower case."""
    return {"route": route, "headers": dict(request.headers), "body": body, "query": dict(request.query_params)}


@dataclass
class Inputs:
    """Fetches the pictures a request names, for real and only from this machine.

    ``hosts`` are the host names taken (as names or as ends of names, like "amazonaws.com"); ``aliases`` say which
    loopback base URL stands for a public name, the name itself still goes along as the Host header.
    """

    hosts: Collection[str] = LOOPBACK
    aliases: Mapping[str, str] = field(default_factory=dict)

    def check(self, url: Any) -> str:
        """The URL if its host is on the list, else `NoInput`."""
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise NoInput("The input is no http or https URL.", allowed=False)
        name = parts.hostname
        if not any(name == host or name.endswith(f".{host}") for host in self.hosts):
            raise NoInput(f"Inputs from {name} are not accepted.", allowed=False)
        return url

    async def fetch(self, url: Any) -> bytes:
        """The bytes behind a URL that passes `check`."""
        import httpx

        parts = urlsplit(self.check(url))
        headers = {}
        if base := self.aliases.get(parts.hostname or ""):
            headers["host"] = parts.netloc
            parts = parts._replace(scheme=urlsplit(base).scheme, netloc=urlsplit(base).netloc)
        if parts.hostname not in LOOPBACK:
            raise NoInput(f"{parts.hostname} cannot be reached from here.", allowed=True)
        try:
            # Loopback only: reading certificates for each input would cost more than the input.
            async with httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as client:
                answer = await client.get(urlunsplit(parts), headers=headers)
        except httpx.HTTPError as error:
            raise NoInput("The input could not be fetched.", allowed=True) from error
        if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
            raise NoInput(f"The input answered {answer.status_code}.", allowed=True)
        return answer.content


class Outputs:
    """Results behind temporary links on the service's own origin.

    A link answers 403 once it is ``lifetime`` seconds old or after `expire`. A request that carries one of ``secrets``
    as a header is refused with 400 and kept in ``leaks``: results are fetched without credentials.
    """

    def __init__(
        self,
        faults: Faults,
        secrets: Collection[str],
        lifetime: float = 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.leaks: list[dict[str, Any]] = []
        self.fetched: list[str] = []
        self.lifetime = lifetime
        self.route: Route = faults.route("/results/{name}", self._get, "result", methods=("GET",))
        self._secrets = secrets
        self._clock = clock
        self._held = 0
        self._kept: dict[str, tuple[bytes, str, float]] = {}

    def keep(self, request: Request, data: bytes, kind: str = "image/png") -> str:
        """The link to a result, spoiled as the fault of this request wants it."""
        fault = fault_of(request)
        name = f"{uuid4().hex}.{kind.split('/')[1]}"
        if fault == "bad-url":
            return f"https://10.0.0.1/results/{name}"
        if fault in PICTURE_KINDS:
            data = pictures.spoiled(data, fault)
        self._kept[name] = (data, kind, self._clock() + self.lifetime)
        self._held += len(data)
        self._let_go()
        return f"{base_of(request)}/results/{name}"

    def _let_go(self) -> None:
        """The oldest results expire early, so that a long run holds no more than `MOST_HELD`."""
        for name in list(self._kept):
            if self._held <= MOST_HELD:
                return
            data, kind, _ = self._kept[name]
            self._held -= len(data)
            self._kept[name] = (b"", kind, 0.0)

    def expire(self) -> None:
        """All links handed out so far answer 403."""
        self._kept = {name: (b"", kind, 0.0) for name, (_, kind, _) in self._kept.items()}
        self._held = 0

    async def _get(self, request: Request) -> Response:
        name = request.path_params["name"]
        if any(secret in request.headers for secret in self._secrets):
            self.leaks.append(record(request, "result", None))
            return JSONResponse({"error": "A result takes no credentials."}, status_code=400)
        if name not in self._kept:
            return JSONResponse({"error": "There is no such result."}, status_code=404)
        data, kind, until = self._kept[name]
        if self._clock() >= until:
            return JSONResponse({"error": "This link has expired."}, status_code=403)
        self.fetched.append(name)
        return Response(data, media_type=kind)
