"""What goes wrong at Adobe: each fault at each stage ends in the right error, one charge at most, no files left."""

import threading
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("boto3", reason="links are signed by boto3")
pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import BadAnswer, Busy, Cancelled, PaymentNeeded, ProviderFailed, Unclear, Unreachable
from maskstudio.jobs import Token
from maskstudio.providers.remote.adobe_token import NotAccepted
from maskstudio.providers.remote.base import Trip, run_with
from maskstudio.providers.remote.wire import Deadline
from tests.budgets import HELD, PATIENT
from tests.patience import PATIENCE
from tests.providers.remote.adobe_world import KEYS, errand, fresh, world
from tests.providers.remote.storage import tidied

FEW = replace(PATIENT, tries=3)


@pytest.fixture(scope="module")
def servers():
    with world() as made:
        made.faults.retry_after = 0
        yield made


@pytest.fixture
def adobe(servers, monkeypatch):
    monkeypatch.setattr("maskstudio.providers.remote.hosting._LATE", 0.05)
    yield from fresh(servers)


# stage, kind, how often, error, states of the ledger, charges at the service
HOPELESS = [
    ("adobe.token", "reset", 9, Unreachable, [], 0),
    ("adobe.token", "slow", 9, Unreachable, [], 0),
    ("adobe.token", "drop", 9, Unreachable, [], 0),
    ("adobe.token", "500", 9, ProviderFailed, [], 0),
    ("adobe.token", "html502", 9, ProviderFailed, [], 0),
    ("adobe.token", "429", 9, Busy, [], 0),
    ("adobe.token", "malformed", 1, BadAnswer, [], 0),
    ("adobe.token", "errors200", 1, BadAnswer, [], 0),
    ("adobe.token", "wrong-type", 1, BadAnswer, [], 0),
    ("adobe.token", "redirect", 1, BadAnswer, [], 0),
    ("adobe.token", "huge", 1, BadAnswer, [], 0),
    ("adobe.submit", "reset", 1, Unclear, ["sent", "unclear"], 0),
    ("adobe.submit", "slow", 1, Unclear, ["sent", "unclear"], 0),
    ("adobe.submit", "drop", 1, Unclear, ["sent", "unclear"], 0),
    ("adobe.submit", "paid-reset", 1, Unclear, ["sent", "unclear"], 1),
    ("adobe.submit", "paid-slow", 1, Unclear, ["sent", "unclear"], 1),
    ("adobe.submit", "paid-drop", 1, Unclear, ["sent", "unclear"], 1),
    ("adobe.submit", "500", 9, ProviderFailed, ["sent", "unclear"], 0),
    ("adobe.submit", "503", 9, ProviderFailed, ["sent", "unclear"], 0),
    ("adobe.submit", "429", 9, Busy, ["sent", "failed"], 0),
    ("adobe.submit", "429-plain", 9, Busy, ["sent", "failed"], 0),
    ("adobe.submit", "402", 1, PaymentNeeded, ["sent", "failed"], 0),
    ("adobe.submit", "html502", 9, NotAccepted, ["sent", "failed"], 0),
    ("adobe.submit", "malformed", 1, BadAnswer, ["sent", "unclear"], 0),
    ("adobe.submit", "paid-malformed", 1, BadAnswer, ["sent", "unclear"], 1),
    ("adobe.submit", "errors200", 1, ProviderFailed, ["sent", "unclear"], 0),
    ("adobe.submit", "wrong-type", 1, BadAnswer, ["sent", "unclear"], 0),
    ("adobe.submit", "redirect", 1, BadAnswer, ["sent", "unclear"], 0),
    ("adobe.submit", "redirect-port", 1, BadAnswer, ["sent", "unclear"], 0),
    ("adobe.submit", "huge", 1, BadAnswer, ["sent", "unclear"], 0),
    ("adobe.submit", "bad-url", 1, BadAnswer, ["sent", "done"], 1),
    ("adobe.status", "reset", 99, Unclear, ["sent", "unclear"], 1),
    ("adobe.status", "slow", 99, Unclear, ["sent", "unclear"], 1),
    ("adobe.status", "500", 99, Unclear, ["sent", "unclear"], 1),
    ("adobe.status", "429-plain", 99, Unclear, ["sent", "unclear"], 1),
    ("adobe.status", "malformed", 99, BadAnswer, ["sent", "unclear"], 1),
    ("adobe.status", "wrong-type", 99, BadAnswer, ["sent", "unclear"], 1),
    ("adobe.status", "redirect", 1, BadAnswer, ["sent", "unclear"], 1),
    ("adobe.status", "huge", 1, BadAnswer, ["sent", "unclear"], 1),
    ("result", "reset", 9, Unreachable, ["sent", "done"], 1),
    ("result", "slow", 9, Unreachable, ["sent", "done"], 1),
    ("result", "500", 9, ProviderFailed, ["sent", "done"], 1),
    ("result", "402", 1, ProviderFailed, ["sent", "done"], 1),
    ("result", "not-image", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "wrong-type", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "wrong-size", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "bomb", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "gzip-bomb", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "redirect", 1, BadAnswer, ["sent", "done"], 1),
    ("result", "redirect-port", 1, BadAnswer, ["sent", "done"], 1),
    ("storage.put", "reset", 9, Unreachable, [], 0),
    ("storage.put", "402", 1, ProviderFailed, [], 0),
]


@pytest.mark.parametrize(
    ("stage", "kind", "times", "error", "states", "charges"), HOPELESS, ids=[f"{row[0]}-{row[1]}" for row in HOPELESS]
)
def test_a_fault_ends_in_the_right_sentence(adobe, stage, kind, times, error, states, charges):
    adobe.faults.next(stage, kind, times)
    mask = np.zeros((72, 96), np.uint8)
    mask[20:40, 20:40] = 255
    with pytest.raises(error) as raised:
        adobe.run(errand("refine", mask=mask), adobe.adobe(times=FEW))
    assert type(raised.value) is error
    text = str(raised.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert not any(secret in text for secret in KEYS.values())
    assert "X-Amz" not in text
    assert adobe.states == states
    assert len(adobe.server.charges) == charges


PASSING = [("adobe.token", "500"), ("adobe.token", "reset"), ("adobe.token", "429"), ("adobe.submit", "503"),
           ("adobe.submit", "429"), ("adobe.status", "reset"), ("adobe.status", "drop"), ("adobe.status", "500"),
           ("adobe.status", "429"), ("adobe.status", "malformed"), ("adobe.status", "wrong-type"),
           ("result", "reset"), ("result", "drop"), ("result", "503"), ("storage.put", "reset"),
           ("storage.put", "503"), ("storage.delete", "500")]  # fmt: skip


@pytest.mark.parametrize(("stage", "kind"), PASSING)
def test_a_fault_that_passes_is_overcome_with_one_charge(adobe, stage, kind):
    adobe.faults.next(stage, kind)
    answer = adobe.run(errand("cutout", mode="mask"))
    assert len(answer.pieces) == 1
    assert adobe.states == ["sent", "done"]
    assert len(adobe.server.charges) == 1


def test_a_smaller_result_of_the_same_ratio_is_carried_up(adobe):
    adobe.faults.next("result", "scaled")
    assert adobe.run(errand("cutout", mode="mask")).pieces[0].mask.shape == (72, 96)


def test_a_job_that_failed_is_told_in_the_services_words(adobe):
    adobe.server.fail_next(text="There is nobody in the picture.")
    with pytest.raises(ProviderFailed, match=r"^Adobe could not do it: There is nobody in the picture\.$"):
        adobe.run(errand("cutout"))
    assert adobe.states == ["sent", "failed"]
    assert not adobe.server.charges


def test_a_job_that_never_ends_is_left_at_the_end_of_the_budget(adobe, monkeypatch):
    class Ending(Deadline):
        @property
        def left(self):
            return super().left if len(adobe.asked("status")) < 3 else 0.0

    monkeypatch.setattr("maskstudio.providers.remote.adobe.Deadline", Ending)
    adobe.server.words = "unknown"
    from tests.servers import adobe as double

    waiting = double.WAITING["unknown"]
    double.WAITING["unknown"] = ("queued",) * 1000
    try:
        with pytest.raises(Unclear, match="has not finished in time"):
            adobe.run(errand("cutout"))
    finally:
        double.WAITING["unknown"], adobe.server.words = waiting, "own"
    assert adobe.states == ["sent", "unclear"]
    assert adobe.ledger[-1][2] in adobe.server.jobs


@pytest.mark.parametrize("stage", ["adobe.token", "storage.put", "adobe.submit", "adobe.status", "result"])
def test_a_cancel_is_answered_at_once(adobe, stage):
    adobe.faults.next(stage, "slow")
    token, ended = Token(), []

    def work():
        with pytest.raises(Cancelled):
            adobe_run(adobe, token, ended)

    thread = threading.Thread(target=work)
    thread.start()
    assert adobe.faults.reached(stage)
    token.cancel()  # the server answers within the hour: whoever ends has not waited for it
    thread.join(PATIENCE)
    assert ended
    tidied()
    states = {"adobe.submit": ["sent", "unclear"], "adobe.status": ["sent", "unclear"], "result": ["sent", "done"]}
    assert adobe.states == states.get(stage, [])


def adobe_run(adobe, token, ended):
    client = adobe.adobe(times=HELD)
    trip = Trip(charged=lambda *line: adobe.ledger.append(line))
    try:
        run_with(token, lambda: client.run(errand("cutout"), trip))
    finally:
        ended.append(True)
