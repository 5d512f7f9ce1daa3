"""All services on this machine, a session that is set up for them, and a photo with bright shapes to find."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.services import accounts, directory
from maskstudio.services.keychain import Keychain
from maskstudio.session.session import Session
from tests.budgets import PATIENT

EVERY = ("runware", "adobe", "server402", "alibaba")


@dataclass
class World:
    """The servers: where they are, what they record, what they accept."""

    base: str
    runware: Any
    adobe: Any
    server402: Any
    alibaba: Any
    faults: Any
    bucket: Any
    secrets: dict[tuple[str, str], str]

    def account(self, name: str) -> Any:
        """The account of a service that lives here; what is exact is sent exactly."""
        known = {
            "runware": {"baseUrl": f"{self.base}/runware/v1", "sendAs": "PNG"},
            "adobe": {
                "baseUrl": f"{self.base}/adobe", "tokenUrl": f"{self.base}/adobe/ims/token/v3", "sendAs": "PNG",
            },
            "server402": {"baseUrl": f"{self.base}/server402", "sendAs": "PNG", "monthlyCap": 1000.0},
            "alibaba": {"baseUrl": f"{self.base}/alibaba/", "monthlyCap": 1000.0},
            "hosting": {
                "endpoint": self.bucket.endpoint, "bucket": self.bucket.bucket, "region": self.bucket.region,
                "pathStyle": True,
            },
        }  # fmt: skip
        return directory.account(name).account.from_wire(known[name])

    def charges(self, name: str) -> list[Any]:
        """What a service charged."""
        return list(getattr(self, name).charges)


@contextmanager
def world(**adobe: Any) -> Iterator[World]:
    """Servers with secrets that are made up anew, so that a search for them means something."""
    from tests.servers.__main__ import composed
    from tests.servers.adobe import AdobeServer
    from tests.servers.alibaba import AlibabaServer
    from tests.servers.faults import Faults
    from tests.servers.hosting import bucket
    from tests.servers.running import serve
    from tests.servers.runware import RunwareServer
    from tests.servers.server402 import Server402

    def made_up(what: str) -> str:
        return f"planted-{what}-{uuid4().hex}"

    secrets = {
        ("runware", "apiKey"): made_up("apikey"),
        ("adobe", "clientId"): made_up("clientid"),
        ("adobe", "clientSecret"): made_up("clientsecret"),
        ("server402", "paymentToken"): made_up("paytoken"),
        ("alibaba", "accessKeyId"): made_up("aliid"),
        ("alibaba", "accessKeySecret"): made_up("alisecret"),
        ("hosting", "accessKeyId"): made_up("s3id"),
        ("hosting", "secretAccessKey"): made_up("s3secret"),
    }
    faults = Faults(retry_after=0, drip=(4096, 0.01))
    runware = RunwareServer(keys=(secrets["runware", "apiKey"],), faults=faults)
    adobe_server = AdobeServer(secrets["adobe", "clientId"], secrets["adobe", "clientSecret"], faults=faults, **adobe)
    server402 = Server402(tokens=(secrets["server402", "paymentToken"],), faults=faults)
    alibaba = AlibabaServer(secrets["alibaba", "accessKeyId"], secrets["alibaba", "accessKeySecret"], faults=faults)
    parts = {"/runware": runware, "/adobe": adobe_server, "/server402": server402, "/alibaba": alibaba}
    keys = {"access_key": secrets["hosting", "accessKeyId"], "secret": secrets["hosting", "secretAccessKey"]}
    with bucket(**keys) as place, serve(composed(parts)) as base:
        yield World(base, runware, adobe_server, server402, alibaba, faults, place, secrets)


def photo(width: int = 96, height: int = 64) -> np.ndarray:
    """A bright disc and a bright bar on dark ground, uint8 (H, W, 3), with hard edges and a soft ramp on the bar."""
    rows, columns = np.mgrid[:height, :width]
    out = np.full((height, width, 3), (30, 20, 40), np.uint8)
    out[(columns - width // 4) ** 2 + (rows - height // 2) ** 2 < (height // 4) ** 2] = (250, 240, 230)
    bar = (columns > width * 5 // 8) & (rows > height // 4) & (rows < height * 3 // 4)
    ramp = np.clip(255 - (rows - height // 4) * 3, 100, 255).astype(np.uint8)
    out[bar] = np.stack([ramp] * 3, axis=2)[bar]
    return out


def luma(picture: np.ndarray) -> np.ndarray:
    """Brightness, worked out here once more."""
    red, green, blue = (picture[..., channel].astype(np.int64) for channel in range(3))
    return (299 * red + 587 * green + 114 * blue + 500) // 1000


def opened(place: World, runner: Runner | None = None, picture: np.ndarray | None = None) -> Session:
    """A session with the photo open, whose keys are the right ones and whose user agrees to everything."""
    session = Session(runner or Runner(immediate, Inline()))
    session.history = History(Document(Image(photo() if picture is None else picture.copy(), name="scene.png")))
    session.services.access.account = place.account
    session.services.access.times = PATIENT
    session.services.access.keys = Keychain(lambda: None)
    for (service, field), secret in place.secrets.items():
        session.services.access.keys.keep(service, accounts.address(place.account(service)), field, secret)
    session.services.consent = lambda departure, go: go(departure)
    return session


BRIGHT = np.where(luma(photo()) > 127, 255, 0).astype(np.uint8)
