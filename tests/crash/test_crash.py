"""Killed while painting: whatever was said to be kept is back, and the project on the disk is whole.

``MASKSTUDIO_CRASHES=50`` kills so many times (three by default) and asks for all but the last second, on a machine
that does nothing else. ``MASKSTUDIO_CRASH_REPORT`` names a file to which each kill adds a line: what was lost, in s.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from maskstudio.core.project import read_project
from maskstudio.core.stroke import Stroke
from maskstudio.errors import ChangedElsewhere
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import recovery
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session
from tests.patience import PATIENCE

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"
PAINTER = Path(__file__).with_name("painter.py")
KILLS = int(os.environ.get("MASKSTUDIO_CRASHES", "3"))
ALLOWED = 1.0  # s of work that may be lost

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("Xvfb") is None, reason="needs Xvfb and signals"
)


@pytest.fixture(scope="module")
def display():
    """An X server of our own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE)


@dataclass
class Killed:
    """What a killed painter left."""

    at: float  # on the monotonic clock
    diary: list
    project: Path


def killed(display, folder, seed):
    """Paint, and kill at a random moment."""
    diary, project = folder / "diary", folder / "work.ora"
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    env.pop("MASKSTUDIO_TEST_WITHOUT_QT", None)
    command = [sys.executable, str(PAINTER), str(SAMPLE), str(project), str(diary), str(seed)]
    with (folder / "errors").open("wb") as errors, subprocess.Popen(command, env=env, stderr=errors) as painter:
        end = time.monotonic() + PATIENCE
        while not (diary.exists() and b'"ready"' in diary.read_bytes()):
            assert painter.poll() is None, (folder / "errors").read_text()
            assert time.monotonic() < end, "the painter does not begin"
            time.sleep(0.02)
        time.sleep(random.Random(seed).uniform(0.3, 4.0))
        assert painter.poll() is None, (folder / "errors").read_text()
        at = time.monotonic()
        painter.send_signal(signal.SIGKILL)
    lines = diary.read_bytes().split(b"\n")
    return Killed(at, [json.loads(line) for line in lines if line.endswith(b"]")], project)


class Again:
    """Does what a diary says once more, in a session of its own."""

    def __init__(self):
        self.session = Session(Runner(immediate, Inline()))
        self.session.opening.open(SAMPLE)

    def take(self, kind, *values):
        if kind == "painting.begin_stroke":
            self.session.painting.begin_stroke(BrushParams.from_wire(values[0]), values[1])
        elif kind not in ("ready", "kept"):
            attrgetter(kind)(self.session)(*values)

    def alpha(self):
        """The document's alpha if everything ended here."""
        session, stroke = self.session, self.session.painting.stroke
        if stroke is None or not stroke.samples:
            return session.document.alpha.array()
        layer = session.in_hand.layer
        ended = Stroke(layer.brushed, layer.brush_paint, stroke.params, stroke.value).follow(stroke.samples)
        painted = layer.with_brush_paint(ended.finish())
        document = session.document
        there = document.layer(layer.id) is not None
        return (document.put(painted) if there else document.add([painted])).alpha.array()


def lost(killed, alpha, position):
    """How long before the kill the first entry of the diary was made that ``alpha`` does not show, in s."""
    again = Again()
    found = None
    kept = max(number for number, (_, kind, *_) in enumerate(killed.diary) if kind in ("ready", "kept"))
    for number, (_, kind, *values) in enumerate(killed.diary):
        again.take(kind, *values)
        if (
            number >= kept
            and position - again.session.history.position in (0, 1)
            and np.array_equal(again.alpha(), alpha)
        ):
            found = number
    assert found is not None, "what was said to be kept is lost"
    return max([killed.at - when for when, *_ in killed.diary[found + 1 :]], default=0.0)


@pytest.mark.parametrize("seed", range(KILLS))
def test_what_was_painted_is_back_after_a_kill(display, tmp_path, home, seed):
    left = killed(display, tmp_path, seed)
    (one,) = recovery.recoverable()
    began = time.monotonic()
    back = recovery.recover(one)
    back.lock.release()
    took = time.monotonic() - began
    assert back.notes == ()
    assert back.project == left.project
    seconds = lost(left, back.history.document.alpha.array(), back.history.position)
    if report := os.environ.get("MASKSTUDIO_CRASH_REPORT"):
        with Path(report).open("a") as file:
            file.write(f"{seed} entries {len(left.diary)} lost {seconds:.3f} s, recovered in {took:.3f} s\n")
    if "MASKSTUDIO_CRASHES" in os.environ:  # measured by hand, on a machine that does nothing else
        assert seconds <= ALLOWED
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    saved = read_project(left.project, limit=None).document
    assert saved.image.digest == back.history.document.image.digest
    check_undo(back.history)
    check_saving(one, left.project)


def check_saving(one, project):
    """The file is known to be ours, whatever was going on; and what somebody writes then is not."""
    session = Session(Runner(immediate, Inline()))
    session.opening.recover(one)
    session.projects.save()
    assert not session.projects.unsaved
    project.write_bytes(b"theirs")
    with pytest.raises(ChangedElsewhere):
        session.projects.save()


def check_undo(history):
    """Every step of what came back can be stood at."""
    for position in range(len(history.steps)):
        assert history.go(position).alpha.array().shape == (600, 512)
