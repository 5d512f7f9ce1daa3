"""Everything that can go wrong with Runware: the right sentence, one charge at most, no hang, and cancel at once."""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import (
    BadAnswer,
    Busy,
    Cancelled,
    CannotWrite,
    KeyNeeded,
    PaymentNeeded,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.jobs import Token
from maskstudio.providers.remote import runware_job
from maskstudio.providers.remote.base import Answer, Errand, Trip, run_with
from tests.budgets import HELD
from tests.patience import PATIENCE, until
from tests.providers.remote.runware_world import FEW, KEY, World, bright, errand, photo_of, union

# ---------------------------------------------------------------------- faults


SUBMIT = {
    "slow": Unclear, "drop": Unclear, "reset": Unclear, "429": Busy, "429-plain": Busy, "402": PaymentNeeded,
    "500": ProviderFailed, "503": ProviderFailed, "html502": ProviderFailed, "malformed": BadAnswer,
    "wrong-type": BadAnswer, "huge": BadAnswer, "huge-length": BadAnswer, "gzip-bomb": BadAnswer,
    "redirect": BadAnswer, "redirect-port": BadAnswer, "errors200": ProviderFailed,
}  # fmt: skip
SPOILED = {"bad-url": BadAnswer, "not-image": BadAnswer, "wrong-size": BadAnswer, "bomb": BadAnswer}
PAID = [kind for kind in SUBMIT if kind not in ("402", "errors200")]


def failing(runware: World, wanted: type[Exception], job: Errand, kind: str) -> str:
    """Run an errand that must fail, in one sentence without the key; gives that."""
    with pytest.raises(wanted) as raised:
        runware.run(job, times=FEW)
    found = type(raised.value)
    assert found is wanted or (wanted is ProviderFailed and found.__name__ == "Troubled")
    text = str(raised.value)
    assert text.endswith(".")
    assert KEY not in text
    return text


def test_a_full_ledger_does_not_lose_paid_work(runware: World) -> None:
    def charged(state: str, *line: object) -> None:
        runware.ledger.append((state, *line))
        if state == "done":
            raise CannotWrite("The disk is full.")

    answer = asyncio.run(runware.service().run(errand("cutout"), Trip(charged=charged)))
    assert answer.pieces
    assert runware.states == ["sent", "done"]


def test_no_log_holds_the_key_or_the_photo(runware: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    runware.server.faults.next("runware.task", "paid-malformed")
    runware.server.faults.next("runware.poll", "500")
    runware.run(errand("detect", output_type="URL"))
    with pytest.raises(KeyNeeded):
        runware.run(errand("detect"), key="wrong-key-of-somebody")
    (link, *_) = (task["inputs"]["image"] for task in runware.tasks())
    assert "500" in caplog.text
    for secret in (KEY, "wrong-key-of-somebody", link[40:140]):
        assert secret not in caplog.text
    assert KEY not in repr(runware.service()) + repr(vars(runware.service()))


@pytest.mark.parametrize("kind", SUBMIT)
def test_faults_of_the_submission_that_last(runware: World, kind: str) -> None:
    runware.server.faults.next("runware.task", kind, times=99)
    failing(runware, SUBMIT[kind], errand("detect"), kind)
    assert runware.server.charges == []
    refused = kind in ("429", "429-plain", "402", "500", "503", "html502", "errors200")
    assert runware.states == ["sent", "failed" if refused else "unclear"]
    tries = [taken for taken in runware.server.faults.taken if taken[0] == "runware.task"]
    assert len(tries) == (3 if kind in ("429", "429-plain", "500", "503") else 1)


def half_is_over(monkeypatch: pytest.MonkeyPatch, holds: Callable[[], object]) -> None:
    """Half the budget, after which a task is asked for instead, is over as soon as ``holds``."""

    @asynccontextmanager
    async def limited(_half: float) -> AsyncIterator[None]:
        async with asyncio.timeout(None) as limit:
            reached = asyncio.ensure_future(asyncio.to_thread(until, holds))
            reached.add_done_callback(lambda _: limit.reschedule(asyncio.get_running_loop().time()))
            yield

    monkeypatch.setattr(runware_job, "asyncio", SimpleNamespace(**{**vars(asyncio), "timeout": limited}))


@pytest.mark.parametrize("kind", ["429", "429-plain", "500", "503", "drip"])
def test_faults_of_the_submission_that_pass(runware: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    runware.server.faults.drip = (16, PATIENCE)
    if kind == "drip":
        half_is_over(monkeypatch, lambda: runware.server.charges)
    runware.server.faults.next("runware.task", kind)
    job = errand("detect")
    assert len(runware.run(job, times=FEW).pieces) == 3
    assert runware.server.charges == [(job.identity, 0.0013, "imageMasking")]
    assert {task["taskUUID"] for task in runware.tasks()} == {job.identity}
    assert runware.states == ["sent", "done"]


@pytest.mark.parametrize("kind", PAID)
def test_work_that_was_paid_comes_home_whatever_happens_to_its_answer(runware: World, kind: str) -> None:
    runware.server.faults.next("runware.task", f"paid-{kind}")
    job = errand("detect")
    answer = runware.run(job, times=FEW)
    assert len(answer.pieces) == 3
    assert answer.cost == 0.0013
    assert len(runware.server.charges) == 1
    assert runware.ledger == [("sent", None, job.identity), ("done", 0.0013, job.identity)]
    assert [task["taskUUID"] for task in runware.tasks("runware.poll")] == [job.identity]


@pytest.mark.parametrize("kind", [*SPOILED, "scaled"])
def test_results_that_must_not_be_used(runware: World, kind: str) -> None:
    runware.server.faults.next("runware.task", kind)
    job = errand("detect", output_type="URL" if kind == "bad-url" else "dataURI")
    if kind == "scaled":
        mask = union(runware.run(job))
        assert mask.shape == (80, 120)
        assert np.mean((mask > 127) != bright(photo_of())) < 0.01
    else:
        failing(runware, SPOILED[kind], job, kind)
    assert len(runware.server.charges) == 1
    assert runware.states == ["sent", "done"]


POLL = [kind for kind in SUBMIT if kind != "402"]


@pytest.mark.parametrize("kind", [*POLL, "402"])
def test_faults_of_the_questions_that_last(runware: World, kind: str) -> None:
    runware.server.faults.next("runware.task", "paid-drop")
    runware.server.faults.next("runware.poll", kind, times=99)
    failing(runware, PaymentNeeded if kind == "402" else Unclear, errand("detect"), kind)
    assert len(runware.server.charges) == 1
    assert runware.states == ["sent", "unclear"]
    assert len(runware.tasks()) == 1


@pytest.mark.parametrize("kind", POLL)
def test_faults_of_the_questions_that_pass(runware: World, kind: str) -> None:
    runware.server.faults.next("runware.task", "paid-reset")
    runware.server.faults.next("runware.poll", kind)
    assert len(runware.run(errand("detect"), times=FEW).pieces) == 3
    assert len(runware.server.charges) == 1
    assert runware.states == ["sent", "done"]


RESULT = {
    "slow": Unreachable, "drop": Unreachable, "reset": Unreachable, "429": ProviderFailed, "500": ProviderFailed,
    "503": ProviderFailed, "html502": ProviderFailed, "402": ProviderFailed, "malformed": BadAnswer,
    "wrong-type": BadAnswer, "not-image": BadAnswer, "wrong-size": BadAnswer, "bomb": BadAnswer, "huge": BadAnswer,
    "huge-length": BadAnswer, "gzip-bomb": BadAnswer, "redirect": BadAnswer, "redirect-port": BadAnswer,
}  # fmt: skip
PASSING = ("slow", "drop", "reset", "429", "500", "503", "html502", "scaled", "drip")


@pytest.mark.parametrize("kind", RESULT)
def test_faults_of_the_download_that_last(runware: World, kind: str) -> None:
    runware.server.faults.next("result", kind, times=99)
    failing(runware, RESULT[kind], errand("cutout", output_type="URL"), kind)
    assert len(runware.server.charges) == 1
    assert runware.states == ["sent", "done"]


@pytest.mark.parametrize("kind", PASSING)
def test_faults_of_the_download_that_pass(runware: World, kind: str) -> None:
    runware.server.faults.drip = (64, 0.01)
    runware.server.faults.next("result", kind)
    (piece,) = runware.run(errand("cutout", output_type="URL"), times=FEW).pieces
    assert piece.mask.shape == (80, 120)
    assert len(runware.server.charges) == 1


# ---------------------------------------------------------------------- cancel


@pytest.mark.parametrize(
    ("stage", "before", "states"),
    [
        ("runware.upload", None, []),
        ("runware.task", None, ["sent", "unclear"]),
        ("runware.poll", "paid-reset", ["sent", "unclear"]),
        ("result", None, ["sent", "done"]),
    ],
)
@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_cancel_takes_effect_at_once(
    runware: World, stage: str, before: str | None, states: list[str], kind: str
) -> None:
    runware.server.faults.drip = (16, PATIENCE)
    if before:
        runware.server.faults.next("runware.task", before)
    runware.server.faults.next(stage, kind, times=99)
    token, service = (
        Token(),
        runware.service(times=HELD, inline=100 if stage == "runware.upload" else 1 << 20),
    )
    job = errand("cutout", output_type="URL")
    ended: list[bool] = []

    def work() -> None:
        with pytest.raises(Cancelled):
            run_with(token, lambda: service.run(job, runware.trip()))
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert runware.server.faults.reached(stage)
    time.sleep(0.03)
    token.cancel()  # the server answers within the hour: whoever ends has not waited for it
    thread.join(PATIENCE)
    assert ended
    assert runware.states == states


def test_cancel_while_pixels_are_at_work(runware: World) -> None:
    photo = np.random.default_rng(5).integers(0, 255, (2500, 4000, 3), np.uint8)
    token, service, job = Token(), runware.service(), errand("detect", photo)
    timer = threading.Timer(0.05, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        run_with(token, lambda: service.run(job, runware.trip()))
    timer.join()
    assert runware.ledger == []


# ---------------------------------------------------------------------- many, with faults


def test_many_errands_at_random_faults_are_paid_once_each(runware: World) -> None:
    kinds = ("drop", "reset", "429", "500", "503", "html502", "malformed", "paid-drop", "paid-500", "paid-malformed")
    runware.server.faults.randomly(0.2, kinds, seed=11)
    service, trip = runware.service(), runware.trip()

    async def work() -> list[Answer | BaseException]:
        jobs = [service.run(errand("detect", output_type="URL"), trip) for _ in range(24)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    ended = asyncio.run(work())
    assert all(isinstance(one, Answer | ProviderFailed) for one in ended)
    paid = [identity for identity, _, _ in runware.server.charges]
    assert len(paid) == len(set(paid))
    assert math.isclose(sum(one.cost or 0 for one in ended if isinstance(one, Answer)),
                        0.0013 * sum(isinstance(one, Answer) for one in ended))  # fmt: skip
    assert sum(isinstance(one, Answer) for one in ended) >= 16
    assert sorted(runware.states).count("sent") == 24
