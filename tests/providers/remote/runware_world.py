"""What Runware's tests share: the double of the service, a scripted one, what the ledger heard, and a photo.

Pixels are computed a second time here, from the photo alone, in loops and floats.
"""

import asyncio
import base64
import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from maskstudio.params.runware import RunwareAccount, RunwareCutoutParams, RunwareMaskParams
from maskstudio.providers.remote.base import Answer, Errand, Keys, Times, Trip
from maskstudio.providers.remote.runware import Runware
from maskstudio.services.departure import ServiceOperation
from tests.budgets import PATIENT
from tests.servers.running import serve
from tests.servers.runware import RunwareServer

KEY = "planted-runware-key-0123456789"
FEW = replace(PATIENT, tries=3)
EXACT = {"output_type": "base64Data", "output_format": "PNG"}


class Scripted:
    """A service that says what a test wants, answer by answer; the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.bodies: list[Any] = []
        self.files: dict[str, bytes] = {}
        self.routes = [Route("/v1", self._say, methods=["POST"]), Route("/files/{name}", self._file)]

    async def _say(self, request: Request) -> Response:
        self.bodies.append(json.loads(await request.body()))
        status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        said = json.dumps(answer).replace("IDENTITY", self.bodies[0][0]["taskUUID"])
        return Response(said.replace("BASE", str(request.base_url).rstrip("/")), status, media_type="application/json")

    async def _file(self, request: Request) -> Response:
        return Response(self.files[request.path_params["name"]], media_type="image/png")


@dataclass
class World:
    """The double and the scripted service under one base URL, and what the ledger heard."""

    base: str
    server: RunwareServer
    scripted: Scripted
    ledger: list[tuple[str, float | None, str]] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)

    def service(self, at: str = "/runware/v1", key: str = KEY, times: Times = FEW, **more: Any) -> Runware:
        keys = Keys(lambda name: key if name == "apiKey" else "")
        account = RunwareAccount(base_url=self.base + at, send_as=more.pop("send_as", "PNG"))
        return Runware(account, keys, times=times, **more)

    def trip(self) -> Trip:
        return Trip(lambda *told: self.told.append(told), lambda *entry: self.ledger.append(entry))

    def run(self, errand: Errand, **how: Any) -> Answer:
        return asyncio.run(self.service(**how).run(errand, self.trip()))

    def tasks(self, stage: str = "runware.task") -> list[dict[str, Any]]:
        return [request["body"][0] for request in self.server.requests if request["route"] == stage]

    @property
    def states(self) -> list[str]:
        return [state for state, _, _ in self.ledger]

    def clean(self) -> "World":
        """The same servers, with nothing behind them."""
        server, faults = self.server, self.server.faults
        faults.clear()
        faults.taken.clear()
        faults.retry_after = 0
        faults.drip = (16, 0.05)
        logs = (server.requests, server.charges, server.jobs, server.images.kept, self.ledger, self.told)
        for log in (*logs, self.scripted.answers, self.scripted.bodies):
            log.clear()
        server.balance = 100.0
        return self


@contextmanager
def running() -> Iterator[World]:
    """Both services for the length of a ``with`` block."""
    server, scripted = RunwareServer(keys=(KEY,), barred=("barred-key",)), Scripted()
    routes = [Mount("/runware", routes=server.routes), Mount("/scripted", routes=scripted.routes)]
    with serve(Starlette(routes=routes)) as base:
        yield World(base, server, scripted)


def photo_of(width: int = 120, height: int = 80) -> np.ndarray:
    """A dark photo: a bright angle, a block in its elbow, a speck of 9 px, a block of middling brightness."""
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:] = (20, 40, 60)
    photo[10:60, 10:20] = (250, 230, 210)
    photo[50:60, 20:60] = (250, 230, 210)
    photo[20:40, 30:50] = (200, 240, 190)
    photo[70:73, 100:103] = 255
    photo[20:50, 80:110] = (180, 150, 160)
    return photo


def luma(photo: np.ndarray) -> np.ndarray:
    return np.floor(photo @ np.array([0.299, 0.587, 0.114]) + 0.5 + 1e-9)


def bright(photo: np.ndarray) -> np.ndarray:
    return luma(photo) > 127


BOXES = {"angle": (10, 10, 60, 60), "plate": (80, 20, 110, 50), "block": (30, 20, 50, 40), "speck": (100, 70, 103, 73)}


def belongs(x: int, y: int, boxes: list[tuple[float, ...]]) -> int:
    """The box a pixel goes to."""
    far = [
        max(
            abs(x + 0.5 - (left + right) / 2) / ((right - left) / 2),
            abs(y + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2),
        )
        for left, top, right, bottom in boxes
    ]
    return far.index(min(far))


def shared_out(mask: np.ndarray, boxes: list[tuple[float, ...]]) -> list[np.ndarray]:
    out = [np.zeros_like(mask) for _ in boxes]
    for y, x in np.argwhere(mask):
        out[belongs(x, y, boxes)][y, x] = mask[y, x]
    return out


def reach(flags: np.ndarray) -> np.ndarray:
    """Distance of each pixel to the nearest of ``flags``, by looking at all of them."""
    ys, xs = np.nonzero(flags)
    rows, columns = np.indices(flags.shape)
    best = np.full(flags.shape, np.inf)
    for y, x in zip(ys, xs, strict=True):
        best = np.minimum(best, (rows - y) ** 2 + (columns - x) ** 2)
    return np.sqrt(best)


def png(pixels: np.ndarray, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **how)
    return out.getvalue()


def grey(data: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(data)).convert("L"))


def sent_photo(link: str) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))).convert("RGB"))


def errand(operation: ServiceOperation, photo: np.ndarray | None = None, **values: Any) -> Errand:
    dry = values.pop("dry", False)
    params = (RunwareMaskParams if operation == "detect" else RunwareCutoutParams)(**{**EXACT, **values})
    return Errand(operation, params, photo_of() if photo is None else photo, str(uuid.uuid4()), dry=dry)


def union(answer: Answer) -> np.ndarray:
    """All pieces together; none may overlap another."""
    masks = np.array([piece.mask for piece in answer.pieces])
    assert (np.count_nonzero(masks, axis=0) <= 1).all()
    return masks.max(axis=0)


def labelled(photo: np.ndarray) -> np.ndarray:
    """1 for the angle."""
    return np.all(photo == (250, 230, 210), axis=2).astype(int)
