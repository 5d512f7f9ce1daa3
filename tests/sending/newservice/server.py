"""Lumen on loopback: finds what is brighter than a threshold, for a key, and keeps each answer by its id."""

import base64
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.sending.scene import luma
from tests.servers.exchange import Charge, record
from tests.servers.faults import Faults
from tests.servers.pictures import decode, encode

KEY = "lumen-key"


class LumenServer:
    """The service for one key. ``charges`` are (id, USD, what)."""

    def __init__(self, key: str = KEY, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.requests: list[dict[str, Any]] = []
        self.charges: list[Charge] = []
        self._key, self._kept = key, dict[str, str]()

    @property
    def routes(self) -> list[Route]:
        return [
            self.faults.route("/v1/find", self._find, "lumen.find"),
            self.faults.route("/v1/find/{id}", self._again, "lumen.again", methods=("GET",)),
            self.faults.route("/v1/account", self._account, "lumen.account", methods=("GET",)),
        ]

    async def _find(self, request: Request) -> JSONResponse:
        task = await request.json()
        self.requests.append(record(request, "lumen.find", task))
        if not self._admitted(request):
            return JSONResponse({"error": "The key is wrong."}, 401)
        photo = decode(base64.b64decode(task["photo"]))
        mask = np.where(luma(photo) > task["above"], 255, 0).astype(np.uint8)
        self._kept[task["id"]] = base64.b64encode(encode(mask)).decode()
        self.charges.append((task["id"], 0.05, "find"))
        return JSONResponse({"mask": self._kept[task["id"]]})

    async def _again(self, request: Request) -> JSONResponse:
        if not self._admitted(request):
            return JSONResponse({"error": "The key is wrong."}, 401)
        return JSONResponse({"mask": self._kept[request.path_params["id"]]})

    async def _account(self, request: Request) -> JSONResponse:
        return JSONResponse({}, 200 if self._admitted(request) else 401)

    def _admitted(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self._key}"
