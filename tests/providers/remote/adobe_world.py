"""Adobe's double, a bucket, and a client for both: what the tests of the client have in common."""

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from starlette.applications import Starlette

from maskstudio.jobs import Token
from maskstudio.params.adobe import AdobeAccount
from maskstudio.providers.remote.adobe import Adobe
from maskstudio.providers.remote.adobe_token import AccessTokens
from maskstudio.providers.remote.base import Answer, Errand, Keys, Times, Trip, run_with
from tests.budgets import PATIENT
from tests.providers.remote.storage import Storage, hosting_at, storage, tidied
from tests.servers.adobe import AdobeServer
from tests.servers.faults import Faults
from tests.servers.running import serve

KEYS = {"clientId": "the-client-number-of-tests", "clientSecret": "p8e-the-client-secret-of-tests"}
# What an accepted job, a box, an output and a waiting job look like.
SHAPES = [("statusUrl", "xy", "destination", "own"), ("links", "lefttop", "url", "unknown"),
          ("links", "xy", "href", "v1"), ("statusUrl", "lefttop", "destination", "v2")]  # fmt: skip


@dataclass
class World:
    """``ledger`` and ``told`` are what errands wrote; a new world has no token yet."""

    server: AdobeServer
    base: str
    faults: Faults
    storage: Storage
    endpoint: str
    tokens: AccessTokens = field(default_factory=AccessTokens)
    ledger: list[tuple[str, float | None, str]] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)

    def adobe(self, *, keys=None, times: Times = PATIENT, hosting=None, **account) -> Adobe:
        account = {"base_url": self.base, "token_url": f"{self.base}/ims/token/v3", "send_as": "PNG", **account}
        keys = KEYS if keys is None else keys
        return Adobe(
            AdobeAccount(**account),
            Keys(lambda name: keys.get(name, "")),
            hosting or hosting_at(self.endpoint, times=times),
            times=times,
            tokens=self.tokens,
        )

    def run(self, job: Errand, adobe: Adobe | None = None, token: Token | None = None) -> Answer:
        adobe = adobe or self.adobe()
        trip = Trip(lambda *told: self.told.append(told), lambda *line: self.ledger.append(line))
        try:
            return run_with(token or Token(), lambda: adobe.run(job, trip))
        finally:
            tidied()

    def asked(self, route: str) -> list[dict]:
        return [each for each in self.server.requests if each["route"] == f"adobe.{route}"]

    @property
    def states(self) -> list[str]:
        return [state for state, _, _ in self.ledger]


@contextmanager
def world(**options):
    faults = Faults()
    server = AdobeServer(*KEYS.values(), faults=faults, **options)
    with storage(faults) as (made, endpoint), serve(Starlette(routes=server.routes)) as base:
        yield World(server, base, faults, made, endpoint)


def fresh(servers: World):
    """The world of a module's servers as new; afterwards nothing lies in the bucket, and no key went to a result."""
    server = servers.server
    server.faults.clear()
    server.faults.taken.clear()
    server.requests.clear()
    server.charges.clear()
    server.outputs.leaks.clear()
    server.job_shape, server.box_shape, server.output_shape, server.words = SHAPES[0]
    server.token_lifetime = 86399
    servers.storage.seen.clear()
    made = World(server, servers.base, servers.faults, servers.storage, servers.endpoint)
    yield made
    assert not made.storage.files
    assert not server.outputs.leaks


def photo_of(width: int = 96, height: int = 72) -> np.ndarray:
    """A dark picture with two bright rectangles, a soft strip beside the larger, and noise that changes nothing."""
    photo = np.random.default_rng(5).integers(10, 60, (height, width, 3), dtype=np.uint8)
    photo[height // 6 : height * 2 // 3, width // 8 : width // 2] = (230, 210, 190)
    photo[height // 6 : height * 2 // 3, width // 2 : width // 2 + width // 12] = (150, 110, 100)
    photo[height * 3 // 4 : height * 5 // 6, width * 3 // 4 : width * 5 // 6] = (250, 250, 240)
    return photo


def luma(photo: np.ndarray) -> np.ndarray:
    """Brightness by the published weights, worked out apart from the double."""
    return np.floor(photo.astype(np.float64) @ [0.299, 0.587, 0.114] + 0.5 + 1e-9).astype(np.uint8)


def errand(operation: str, *, photo=None, mask=None, **params) -> Errand:
    photo = photo_of() if photo is None else photo
    made = Adobe.operations[operation](**params)
    return Errand(operation, made, photo, str(uuid.uuid4()), mask)
