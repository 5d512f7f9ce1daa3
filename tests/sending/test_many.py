"""Many photos at a time, while one request in ten goes wrong: all are finished or reported, none is paid twice.

``MASKSTUDIO_MANY=50`` sends that many through each service; without it, a few.
"""

import os
import queue
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from maskstudio.jobs import Runner
from tests.patience import PATIENCE
from tests.sending.scene import opened
from tests.sending.test_faults import ASKED
from tests.sending.test_session_services import by_hand

MANY = int(os.environ.get("MASKSTUDIO_MANY", "8"))
TROUBLE = ("drop", "reset", "500", "503", "429", "malformed", "html502", "paid-drop", "paid-500", "wrong-type")
GROWTH = 60 << 20  # bytes: far less than fifty photos of this size with their masks


@pytest.mark.parametrize("service", ["runware", "adobe", "server402", "alibaba"])
def test_many_photos_with_trouble(place, service):
    home: queue.SimpleQueue = queue.SimpleQueue()
    outcomes: dict[int, str] = {}
    first = opened(place)
    _ask(first, service)  # what is loaded once is not what grows
    first.services.access.ledger.lines()
    getattr(place, service).charges.clear()
    place.faults.randomly(0.1, TROUBLE, seed=5)
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(8) as away:
        sessions = [opened(place, Runner(home.put, pool, away), picture=_photo(number)) for number in range(MANY)]
        before = psutil.Process().memory_info().rss
        for number, session in enumerate(sessions):
            session.failed = lambda error, number=number: outcomes.setdefault(number, str(error))
            _ask(session, service)
        deadline = time.monotonic() + PATIENCE + MANY
        while any(session.runner.jobs for session in sessions):
            assert time.monotonic() < deadline, "some are still waiting"
            try:
                home.get(timeout=0.2)()
            except queue.Empty:
                for session in sessions:
                    session.services.resume(service)  # trouble with haste paused it; the user goes on
    finished = [number for number, session in enumerate(sessions) if _answered(session, service)]
    assert sorted([*finished, *outcomes]) == list(range(MANY))
    assert len(finished) > MANY * 0.5
    states = [line.state for line in sessions[0].services.access.ledger.lines(1000)]
    assert len(states) == MANY + 1
    assert states.count("done") >= len(finished)
    _none_twice(place, service)
    assert place.bucket.keys() == []
    for number in finished:
        _check(sessions[number], number)
    grown = psutil.Process().memory_info().rss - before
    assert grown < GROWTH, f"{grown >> 20} MiB more"


def _ask(session, service):
    operation, params = ASKED[service]
    if operation == "refine":
        by_hand(session, np.where(session.document.image.pixels[..., 0] > 127, 255, 0).astype(np.uint8))
    session.services.ask(service, operation, params)


def _photo(number):
    rows, columns = np.mgrid[:120, :160]
    disc = (columns - 40 - number % 80) ** 2 + (rows - 60) ** 2 < 900
    return np.where(disc[..., None], 250, 10).astype(np.uint8).repeat(3, axis=2)


def _answered(session, service):
    return any(layer.source is not None and layer.source.provider == service for layer in session.document.layers)


def _check(session, number):
    wanted = np.where(_photo(number)[..., 0] > 127, 255, 0)
    masks = [layer.mask.array() for layer in session.document.layers if layer.source and layer.visible]
    found = np.maximum.reduce(masks).astype(int)
    assert np.abs(found - np.where(wanted == 255, found, wanted)).max() <= 20, "it is the mask of another photo"
    assert (found[wanted == 255] > 200).all()


def _none_twice(place, service):
    """No job of ours was charged twice."""
    charges = place.charges(service)
    names = [charge[0] if isinstance(charge, tuple) else charge.id for charge in charges]
    assert len(names) == len(set(names))
    assert len(names) <= MANY
