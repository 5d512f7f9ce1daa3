"""A closed document is reopened by one window, and is never lost on the way there."""

import shutil
import signal
import subprocess
import sys
import time

import pytest

from maskstudio.errors import CannotWrite
from maskstudio.jobs import Runner
from maskstudio.journal import closed, mark, recovery
from maskstudio.session.session import Session
from tests.closed.conftest import put_away, reopened, stroke
from tests.fresh import fresh
from tests.projecthistory.conftest import assert_same_history
from tests.walkers import Later

# Owners


def test_only_one_window_reopens_it(session, writer):
    stroke(session)
    one, _ = put_away(session, writer)
    first, second = fresh(writer), fresh(writer)
    first.opening.reopen(one)
    second.opening.reopen(one)
    assert first.document is not None
    assert second.document is None
    assert [str(error) for error in second.failures] == ["photo.png is open in another window."]
    closed.forget(one)
    closed.sweep(0, 0)
    assert one.folder.exists(), "nobody takes it away from the first"
    again, history = put_away(first, writer)
    second.opening.reopen(again)
    assert_same_history(history, second.history)


def test_killed_after_it_was_reopened_it_is_offered_as_after_a_crash(session, writer, tmp_path):
    stroke(session)
    back = reopened(writer, put_away(session, writer)[0])
    assert writer.settle()
    grave = recovery.home() / "grave"
    shutil.copytree(back.journal.folder, grave, ignore=shutil.ignore_patterns(".*.part"))
    (one,) = recovery.recoverable()
    assert one.folder == grave
    recovered = recovery.recover(one)
    recovered.lock.release()
    assert_same_history(back.history, recovered.history)


def test_an_opening_that_is_cancelled_leaves_it_closed(session, writer):
    stroke(session)
    one, history = put_away(session, writer)
    later = Later()
    other = Session(Runner(later.post, later))
    job = other.opening.reopen(one)
    job.token.step = lambda *_: None  # it was cancelled once it had begun
    job.cancel()
    later.finish(0)
    later.home.pop()()
    assert (job.state, other.document) == ("cancelled", None)
    assert_same_history(history, reopened(writer, closed.at(one.folder)).history)


def test_what_could_not_be_put_away_is_offered_as_after_a_crash(session, writer, monkeypatch):
    stroke(session)
    history = session.history

    def full(*_):
        raise CannotWrite("closed.json could not be written: the disk is full.")

    monkeypatch.setattr(mark, "put", full)
    session.close()
    assert writer.settle()
    assert closed.closed() == []
    (one,) = recovery.recoverable()
    recovered = recovery.recover(one)
    recovered.lock.release()
    assert_same_history(history, recovered.history)


CLOSING = """
import sys
from pathlib import Path
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal.writer import Writer
from maskstudio.params.local import BrushParams, MaskParams
from maskstudio.session.session import Session

writer, sessions = Writer(), []
for _ in range(3):
    session = Session(Runner(immediate, Inline()))
    session.journalling.begin(writer)
    session.opening.open(Path(sys.argv[1]))
    for x in range(5, 35, 5):
        session.painting.begin_stroke(BrushParams(size=9), 255)
        session.painting.stroke_to(x, 9)
        session.end_stroke()
    session.layers.rename(session.document.layers[0].id, f"kept {len(sessions)}")
    sessions.append(session)
assert writer.settle()
print("ready", flush=True)
for session in sessions:
    session.close()
writer.close()
print("closed", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("late", [0.0, 0.04])
def test_killed_while_closing_nothing_is_missing(photo, late):
    command = [sys.executable, "-c", CLOSING, str(photo)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(late)
        process.send_signal(signal.SIGKILL)
    names = set()
    for one in closed.closed():
        back = recovery.recover(one)
        names.add(back.history.document.layers[0].name)
        assert len(back.history.steps) == 8
        back.lock.release()
        shutil.rmtree(one.folder)
    for one in recovery.recoverable():
        back = recovery.recover(one)
        names.add(back.history.document.layers[0].name)
        assert len(back.history.steps) == 8
        back.lock.release()
    assert names == {"kept 0", "kept 1", "kept 2"}
