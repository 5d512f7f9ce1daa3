"""A bucket that can go wrong: puts, gives and deletes files as S3 does, with scripted faults and no signatures."""

import threading
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from maskstudio.params.hosting import HostingAccount
from maskstudio.providers.remote.base import Keys, Times
from maskstudio.providers.remote.hosting import Hosting
from tests.budgets import PATIENT
from tests.patience import PATIENCE
from tests.servers.faults import Faults
from tests.servers.running import serve

KEYS = {"accessKeyId": "AKIAOFTHETESTBUCKET0", "secretAccessKey": "secret-of-the-test-bucket"}


class Storage:
    """``files`` are what lies there now, ``seen`` (method, name) of every request; stages "storage.put" and so on."""

    def __init__(self, faults: Faults) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.seen: list[tuple[str, str]] = []
        path = "/masks/{name:path}"
        self.app = Starlette(
            routes=[
                faults.route(path, self._put, "storage.put", ("PUT",)),
                faults.route(path, self._get, "storage.get", ("GET",)),
                faults.route(path, self._delete, "storage.delete", ("DELETE",)),
            ]
        )

    async def _put(self, request: Request) -> Response:
        name = self._noted(request)
        self.files[name] = (await request.body(), request.headers["content-type"])
        return Response(headers={"etag": '"e"'})

    async def _get(self, request: Request) -> Response:
        name = self._noted(request)
        if name not in self.files:
            return Response(status_code=404)
        data, kind = self.files[name]
        return Response(data, media_type=kind)

    async def _delete(self, request: Request) -> Response:
        self.files.pop(self._noted(request), None)
        return Response(status_code=204)

    def _noted(self, request: Request) -> str:
        name = request.path_params["name"]
        self.seen.append((request.method, name))
        return name


@contextmanager
def storage(faults: Faults):
    """A `Storage` and its endpoint."""
    made = Storage(faults)
    with serve(made.app) as endpoint:
        yield made, endpoint


def hosting_at(endpoint: str, *, times: Times = PATIENT, **account) -> Hosting:
    account = {"endpoint": endpoint, "bucket": "masks", **account}
    return Hosting(HostingAccount(**account), Keys(lambda name: KEYS[name]), times=times)


def tidied() -> None:
    """Wait for the threads that delete after a cancel."""
    for thread in threading.enumerate():
        if thread.name == "tidying the bucket":
            thread.join(PATIENCE)
