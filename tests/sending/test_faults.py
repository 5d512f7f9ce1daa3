"""Everything that may go wrong, at every stage of every service, as the session sees it.

``MASKSTUDIO_FAULTS=1`` runs all of the matrix; without it a part of it, drawn anew from the day's date, runs.
"""

import datetime as dt
import os
import queue
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Runner
from maskstudio.params.adobe import AdobeObjectsParams
from maskstudio.params.alibaba import AlibabaRefineParams
from maskstudio.params.runware import RunwareMaskParams
from maskstudio.params.server402 import Server402RefineParams
from maskstudio.providers.remote.gate import gate
from tests.budgets import HELD
from tests.patience import PATIENCE, until
from tests.sending.scene import opened
from tests.sending.test_session_services import by_hand
from tests.servers.faults import KINDS

STAGES = {
    "runware": ("runware.task", "result"),
    "adobe": ("adobe.token", "adobe.submit", "adobe.status", "result"),
    "server402": ("server402.tool", "result"),
    "alibaba": ("alibaba.refine", "result"),
}
PAID = {
    "runware.task": ("paid-drop", "paid-500", "paid-slow", "paid-malformed", "paid-reset"),
    "adobe.submit": ("paid-drop", "paid-500", "paid-slow", "paid-malformed"),
    "server402.tool": ("paid-drop", "paid-500", "paid-slow", "paid-malformed", "paid-reset"),
    "alibaba.refine": ("paid-drop", "paid-500", "paid-slow", "paid-malformed"),
}
ASKED = {
    "runware": ("detect", RunwareMaskParams(output_type="URL")),
    "adobe": ("objects", AdobeObjectsParams()),
    "server402": ("refine", Server402RefineParams()),
    "alibaba": ("refine", AlibabaRefineParams()),
}


def matrix():
    cases = [
        (service, stage, kind)
        for service, stages in STAGES.items()
        for stage in stages
        for kind in (*KINDS, *PAID.get(stage, ()))
    ]
    if os.environ.get("MASKSTUDIO_FAULTS"):
        return cases
    return random.Random(dt.datetime.now(tz=dt.UTC).date().isoformat()).sample(cases, 40)


@pytest.mark.parametrize(("service", "stage", "kind"), matrix())
@pytest.mark.parametrize("times", [1, 99])
def test_a_fault_ends_in_one_sentence_or_in_the_right_mask(place, service, stage, kind, times):
    session = opened(place)
    operation, params = ASKED[service]
    if operation == "refine":
        by_hand(session)
    before, steps = session.document, session.history.undo_label
    place.adobe.expire_tokens()
    place.faults.next(stage, kind, times)
    failed: list[MaskStudioError] = []
    session.failed = failed.append
    session.services.ask(service, operation, params)
    charged = place.charges(service)
    assert len(charged) <= 1
    (line,) = session.services.access.ledger.lines()
    if failed:
        (error,) = failed
        assert str(error)[0].isupper()
        assert str(error).endswith(".")
        assert len(str(error)) < 300
        assert all(secret not in str(error) for secret in place.secrets.values())
        assert session.document is before
        assert session.history.undo_label == steps
        if charged:
            assert line.state in ("sent", "unclear", "done"), "a charge is not in the ledger"
    else:
        assert line.state == "done"
        fresh = [layer for layer in session.document.layers if before.layer(layer.id) is None]
        assert fresh
        assert np.isin(session.document.size, (96, 64)).all()
    assert place.bucket.keys() == []


@pytest.mark.parametrize(("service", "stage"), [(name, stage) for name, stages in STAGES.items() for stage in stages])
def test_cancelling_is_quick_and_leaves_nothing(place, service, stage):
    home: queue.SimpleQueue = queue.SimpleQueue()
    with ThreadPoolExecutor(2) as pool:
        session = opened(place, Runner(home.put, pool))
        session.services.access.times = HELD
        operation, params = ASKED[service]
        if operation == "refine":
            by_hand(session)
        before = session.document
        place.adobe.expire_tokens()
        place.faults.taken.clear()
        place.faults.next(stage, "slow", 9)
        failed: list[MaskStudioError] = []
        session.failed = failed.append
        session.services.ask(service, operation, params)
        (job,) = session.runner.jobs
        assert place.faults.reached(stage)
        job.cancel()  # the server answers within the hour: whoever ends has not waited for it
        while not job.finished:
            home.get(timeout=PATIENCE)()
        assert job.state == "cancelled"
        assert failed == []
        assert session.document is before
        until(lambda: place.bucket.keys() == [])
        assert gate(service).paused == ""


@pytest.mark.parametrize("kind", ["402", "429"])
def test_money_and_haste_pause_the_queue_until_the_user_goes_on(place, kind):
    home: queue.SimpleQueue = queue.SimpleQueue()
    with ThreadPoolExecutor(4) as pool:
        first = opened(place, Runner(home.put, pool))
        second = opened(place, Runner(home.put, pool))
        failed: list[MaskStudioError] = []
        first.failed = second.failed = failed.append
        place.faults.next("runware.task", kind, 9)
        first.services.ask("runware", "detect", RunwareMaskParams())
        while first.runner.jobs:
            home.get(timeout=PATIENCE)()
        assert len(failed) == 1
        assert gate("runware").paused == str(failed[0])
        assert next(each for each in first.services.states() if each.name == "runware").paused
        place.faults.clear()
        departure = second.services.prepare("runware", "detect", RunwareMaskParams())
        why = gate("runware").paused
        job = second.services.send(departure)  # the user's word: the queue goes on
        assert why
        assert job is not None
        while not job.finished:
            home.get(timeout=PATIENCE)()
        assert job.state == "done"
        assert second.document.layers
