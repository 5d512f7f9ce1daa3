"""The runner: results come home, newer work overtakes older, cancelled work says nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest

from maskstudio.errors import BadInput, Cancelled, MaskStudioError
from maskstudio.jobs import Inline, Runner, Token, immediate
from tests.patience import PATIENCE


class Home:
    """A home thread: the test's own, which runs what was posted when asked to."""

    def __init__(self):
        self.queue = Queue()

    def run_until(self, condition):
        while not condition():
            self.queue.get(timeout=PATIENCE)()


@pytest.fixture
def home_thread():
    return Home()


@pytest.fixture
def runner(home_thread):
    runner = Runner(home_thread.queue.put)
    yield runner
    runner.shutdown()


def test_the_result_comes_home_on_the_home_thread(runner, home_thread):
    got = []
    runner.start(
        "Add", lambda _: (1 + 1, threading.get_ident()), lambda r: got.append((*r, threading.get_ident())), lane="a"
    )
    home_thread.run_until(lambda: got)
    value, working, home = got[0]
    assert value == 2
    assert home == threading.get_ident() != working


def test_a_newer_job_in_a_lane_overtakes_the_older(runner, home_thread):
    release, got = threading.Event(), []

    def slow(token):
        release.wait(PATIENCE)
        token.check()
        return "old"

    old = runner.start("Old", slow, got.append, lane="a")
    new = runner.start("New", lambda _: "new", got.append, lane="a")
    release.set()
    home_thread.run_until(lambda: old.finished and new.finished)
    assert got == ["new"]
    assert (old.state, new.state) == ("cancelled", "done")


def test_a_result_that_comes_after_cancel_is_dropped(runner, home_thread):
    started, release, got = threading.Event(), threading.Event(), []

    def deaf(_token):
        started.set()
        release.wait(PATIENCE)
        return "late"

    job = runner.start("Deaf", deaf, got.append, lane="a")
    started.wait(PATIENCE)
    job.cancel()
    release.set()
    home_thread.run_until(lambda: job.finished)
    assert got == []
    assert job.state == "cancelled"


def test_an_error_of_ours_comes_home_as_it_is(runner, home_thread):
    errors = []

    def wrong(_token):
        raise BadInput("The cat is not a number.")

    job = runner.start("Count", wrong, pytest.fail, lane="a", failed=errors.append)
    home_thread.run_until(lambda: job.finished)
    assert [str(error) for error in errors] == ["The cat is not a number."]


@pytest.mark.logs
def test_a_foreign_exception_is_logged_and_becomes_a_sentence(runner, home_thread, caplog):
    errors = []
    job = runner.start("Divide", lambda _: 1 / 0, pytest.fail, lane="a", failed=errors.append)
    home_thread.run_until(lambda: job.finished)
    assert isinstance(errors[0], MaskStudioError)
    assert "Divide failed unexpectedly" in str(errors[0])
    assert "ZeroDivisionError" in caplog.text


def test_stages_share_the_stop_and_scale_the_progress():
    seen = []
    whole = Token(lambda fraction, text: seen.append((round(fraction, 3), text)))
    stage = whole.part(0.5, 1.0, "second half")
    stage.step(0.5)
    assert seen == [(0.75, "second half")]
    whole.cancel()
    with pytest.raises(Cancelled):
        stage.check()


def test_inline_work_is_done_when_start_returns():
    got = []
    job = Runner(immediate, Inline()).start("Now", lambda _: 7, got.append, lane="a")
    assert got == [7]
    assert job.state == "done"


def test_jobs_that_wait_for_others_do_not_hold_up_the_rest():
    home, over, results = Home(), threading.Event(), []
    with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(1) as away:
        runner = Runner(home.queue.put, pool, away)
        runner.start("Wait", lambda _token: over.wait(PATIENCE), lambda _: None, lane="a", away=True)
        runner.start("Work", lambda _token: "done", results.append, lane="b")
        home.run_until(lambda: results)
        over.set()
        home.run_until(lambda: not runner.jobs)
    assert results == ["done"]


def test_new_words_are_told_at_once_and_the_same_ones_now_and_then():
    heard = []
    runner = Runner(immediate, Inline())
    runner.changed = lambda job: heard.append((job.text, job.fraction))

    def work(token):
        for number in range(200):
            token.step(number / 1000, "One")
        token.step(0.5, "Two")
        token.part(0.5, 1.0).called("Three").step(0.5, "Words of its own")

    runner.start("A", work, lambda _: None, lane="a")
    assert ("Two", 0.5) in heard
    assert ("Three", 0.75) in heard
    assert len([text for text, _ in heard if text == "One"]) < 200


def test_what_is_called_otherwise_can_be_cancelled():
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        token.called("Three").check()
