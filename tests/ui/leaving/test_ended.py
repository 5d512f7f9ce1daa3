"""Ends at which nobody can be asked: logging out, signals, kills at any moment."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import PIL.Image
import pytest

from maskstudio.journal import recovery
from maskstudio.params.local import AdjustParams, ExportParams
from maskstudio.ui.files.unsaved_work import UnsavedDialog
from tests.patience import PATIENCE
from tests.ui.leaving.conftest import export_all, photo
from tests.ui.test_window import idle

MOMENTS = int(os.environ.get("MASKSTUDIO_MOMENTS", "3"))  # at which the editor is closed, or killed; 100 to be sure


class Manager:
    """A session that ends."""

    def __init__(self, *, asks):
        self.asks, self.said = asks, []

    def allowsInteraction(self):
        return self.asks

    def cancel(self):
        self.said.append("cancel")

    def release(self):
        self.said.append("release")


def test_a_failure_does_not_hold_up_an_end_that_nobody_can_be_asked_about(four, qtbot, tmp_path, pen):
    files = export_all(four, tmp_path)
    pen.fails = {file.name for file in files}
    four.leaving.end_by_signal(signal.SIGTERM)
    assert four.isVisible()
    pen.go.set()
    qtbot.waitUntil(lambda: not four.isVisible())
    assert not any(file.exists() for file in files)


def test_logging_out_waits_for_files_and_keeps_the_rest(four, qtbot, tmp_path, pen):
    files = export_all(four, tmp_path)
    for tab in four.tabs.open:
        tab.session.painting.invert()
    threading.Timer(0.05, pen.go.set).start()
    manager = Manager(asks=True)
    four.leaving.session_ends(manager)
    assert manager.said == ["release"]
    assert all(file.exists() for file in files)
    qtbot.waitUntil(lambda: not four.isVisible())
    assert four.farewell.wait(PATIENCE)
    assert len(recovery.recoverable()) == 4


RUN = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from maskstudio.params.local import ExportParams
from maskstudio.ui import app

made, create = [], app.create_window
def window(files):
    made.append(create(files))
    QTimer.singleShot(0, look)
    return made[-1]
app.create_window = window
folder = Path(sys.argv[1])

def look():
    tabs = [tab for tab in made[0].tabs.open if tab.session.document]
    if len(tabs) < 4:
        QTimer.singleShot(5, look)
        return
    for tab in tabs:
        tab.session.written = lambda path, _sentence: print("written", path.name, flush=True)
        tab.session.layers.add()
        tab.session.painting.fill()
        tab.session.exporting.export(folder / f"{tab.title[:2]}-out.png", ExportParams(compression="smallest"))
        tab.session.painting.invert()
    print("ready", flush=True)
    tell(tabs)

def tell(tabs):
    # whose work the status line would call safe
    safe = [tab for tab in tabs if tab.session.journal and tab.session.journal.acknowledged]
    for tab in safe:
        print("kept", tab.title, flush=True)
    if safe != tabs:
        QTimer.singleShot(5, lambda: tell([tab for tab in tabs if tab not in safe]))

sys.exit(app.run([str(folder / f"p{n}.png") for n in range(4)]))
"""


def started(folder, size=(60, 80)):
    """The editor with four documents, whose files are being written."""
    for number in range(4):
        photo(folder / f"p{number}.png", number, size)
    script = folder / "run.py"
    script.write_text(textwrap.dedent(RUN))
    editor = subprocess.Popen(
        [sys.executable, script, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert editor.stdout.readline() == "ready\n", editor.stderr.read()
    return editor


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_files_be_written_and_keeps_the_work(tmp_path, number):
    editor = started(tmp_path)
    editor.send_signal(number)
    out, err = editor.communicate(timeout=PATIENCE)
    assert editor.returncode == 128 + number, err
    assert err.replace("This plugin does not support propagateSizeHints()\n", "") == ""
    for count in range(4):
        assert (np.array(PIL.Image.open(tmp_path / f"p{count}-out.png"))[..., 3] == 255).all(), out
    assert sorted(each.name for each in recovery.recoverable()) == [f"p{n}.png" for n in range(4)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("seed", range(max(MOMENTS // 3, 1)))
def test_killed_at_a_random_moment(tmp_path, seed):
    """What was said to be written is there and whole, nothing is there by halves, and the journals offer the rest."""
    editor = started(tmp_path, (900, 1200))
    moment = random.Random(seed).uniform(0, 3)
    try:
        editor.wait(moment)
    except subprocess.TimeoutExpired:
        editor.kill()
    out, _ = editor.communicate()
    said = [line.split()[1] for line in out.splitlines() if line.startswith("written")]
    kept = {line.split()[1] for line in out.splitlines() if line.startswith("kept")}
    for path in (tmp_path / f"p{number}-out.png" for number in range(4)):
        assert path.exists() or path.name not in said
        if path.exists():
            assert (np.array(PIL.Image.open(path))[..., 3] == 255).all()
    offered = [each.name for each in recovery.recoverable()]
    assert kept <= set(offered) <= {f"p{n}.png" for n in range(4)}
    assert len(set(offered)) == len(offered)


@pytest.mark.parametrize("seed", range(MOMENTS - max(MOMENTS // 3, 1)))
def test_closed_and_quitted_at_random_moments(window, qtbot, tmp_path, leaves, monkeypatch, seed):
    """Four documents, files under way, some of which cannot be written: nothing owed is missing, or it is said."""
    chance = random.Random(seed)
    monkeypatch.setattr(UnsavedDialog, "exec", lambda dialog: dialog._answer([]))
    for number in range(4):
        window.open(photo(tmp_path / f"p{number}.png", number, (400, 500)))
        qtbot.waitUntil(lambda name=f"p{number}.png": window.tabs.front.title == name and idle(window))
        window.session.layers.add()
        window.session.painting.fill()
    fails = {f"p{number}-out.png" for number in range(4) if chance.random() < 0.2}
    files = []
    for tab in window.tabs.open:
        name = f"{tab.title[:2]}-out.png"
        files.append(tmp_path / ("gone" if name in fails else "") / name)
        if chance.random() < 0.5:
            tab.session.adjusting.adjust_edge(AdjustParams(feather=chance.randrange(1, 30)))
        tab.session.exporting.export(files[-1], ExportParams(compression="smallest"))
        qtbot.wait(chance.randrange(30))
    for tab in chance.sample(window.tabs.open, chance.randrange(5)):
        window.files.close_tab(tab)
        qtbot.wait(chance.randrange(30))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible() or (bool(fails) and not window.owed.jobs))
    if fails:
        qtbot.waitUntil(lambda: all(name in window.notice.sentence for name in fails))
        assert window.isVisible(), "it is to be seen before the window goes"
        qtbot.waitUntil(window.close)
    assert not window.isVisible()
    for file in files:
        assert file.exists() == (file.name not in fails)
        if file.exists():
            assert np.array(PIL.Image.open(file)).shape == (400, 500, 4)
