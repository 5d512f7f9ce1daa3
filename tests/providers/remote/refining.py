"""What the tests of Server402 and Alibaba share: a photo, a mask, the right answer, a bucket, and a way to run."""

import asyncio
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.params.hosting import HostingAccount
from maskstudio.providers.remote.base import Answer, Errand, Keys, Service, Trip, run_with
from maskstudio.providers.remote.hosting import Hosting
from tests.budgets import PATIENT
from tests.patience import PATIENCE, until
from tests.providers.remote.storage import tidied
from tests.servers.faults import Faults
from tests.servers.hosting import Bucket


def photo_and_mask(width: int = 120, height: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """A smooth photo with a brighter spot, and a box as its mask."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    spot = 90 * np.exp(-((x - width / 2) ** 2 + (y - height / 2) ** 2) / (width * 4))
    planes = [60 + spot + x * 40 / width, 50 + spot + y * 60 / height, 40 + spot]
    photo = np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8)
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = 255
    return photo, mask


def right_answer(photo: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The luma of the photo up to 16 px from the mask's box, 0 beyond: from the box's corners, without a transform."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    across = np.maximum(np.maximum(columns[0] - x, x - columns[-1]), 0)
    down = np.maximum(np.maximum(rows[0] - y, y - rows[-1]), 0)
    red, green, blue = (photo[..., n].astype(np.int64) for n in range(3))
    luma = (299 * red + 587 * green + 114 * blue + 500) // 1000
    return np.where(across**2 + down**2 <= 256, luma, 0).astype(np.uint8)


def calm(faults: Faults) -> Faults:
    """Faults that take no longer than a test needs."""
    faults.retry_after, faults.drip = 0, (4096, 0.01)
    return faults


@cache
def hosting_at(place: Bucket, endpoint: str = "") -> Hosting:
    account = HostingAccount(endpoint=endpoint or place.endpoint, bucket=place.bucket, path_style=True)
    held = {"accessKeyId": place.access_key, "secretAccessKey": place.secret}
    return Hosting(account, Keys(lambda name: held.get(name, "")), times=PATIENT)


@dataclass
class Run:
    """One errand, what the ledger heard of it, and what was told."""

    errand: Errand
    ledger: list[tuple[str, float | None, str]] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)

    @property
    def states(self) -> list[str]:
        return [state for state, _, _ in self.ledger]

    @property
    def trip(self) -> Trip:
        return Trip(
            lambda fraction, text: self.told.append((fraction, text)),
            lambda state, amount, remote: self.ledger.append((state, amount, remote)),
        )

    def go(self, service: Service) -> Answer:
        return asyncio.run(service.run(self.errand, self.trip))

    def cancelled_at(self, service: Service, there: Callable[[], Any]) -> None:
        """Cancel once ``there()`` returns, and see that it is cancelled while what it waits for is still to come."""
        token = Token()

        def cancel() -> None:
            there()
            token.cancel()

        watcher = threading.Thread(target=cancel)
        watcher.start()
        try:
            with pytest.raises(Cancelled):
                run_with(token, lambda: service.run(self.errand, self.trip))
        finally:
            watcher.join()


def run_of(params: Any, photo: np.ndarray, mask: np.ndarray | None, agreed: float | None = 0.2) -> Run:
    return Run(Errand("refine", params, photo, str(uuid.uuid4()), mask, agreed))


class Swapped:
    """An application that can be another one for the next test: a server starts and stops more slowly than that."""

    def __init__(self) -> None:
        self.app: ASGIApp = Starlette()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def await_empty(place: Bucket) -> None:
    """Nothing is left in the bucket, a moment after a cancel at the latest."""
    until(lambda: not _holds_something(place), "something is left in the bucket")
    tidied()


def _holds_something(place: Bucket) -> bool:
    with urlopen(f"{place.endpoint}/{place.bucket}?list-type=2", timeout=PATIENCE) as answer:
        return b"<Contents>" in answer.read()
