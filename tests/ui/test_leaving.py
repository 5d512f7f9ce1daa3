"""Closing and quitting lose nothing that is owed: files are written although their tab is gone, failures are said, and
what is not saved is asked about once.
"""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from maskstudio.core.project import read_project
from maskstudio.journal import closed, recovery
from maskstudio.params.local import AdjustParams, ExportParams
from maskstudio.session import adjusting, operations
from maskstudio.ui.files import reveal
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.widgets import dialogs
from maskstudio.ui.widgets.unsaved import UnsavedDialog
from maskstudio.ui.window.waiting import WaitingSheet
from tests.patience import PATIENCE
from tests.ui.test_window import act, idle

EXPORT = ExportParams()


MOMENTS = int(os.environ.get("MASKSTUDIO_MOMENTS", "3"))  # at which the editor is closed, or killed; 100 to be sure


def photo(path, seed=0, size=(60, 80)):
    rng = np.random.default_rng(seed)
    PIL.Image.fromarray(rng.integers(0, 255, (*size, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def pen(monkeypatch):
    """Writing cut-outs waits until it is let go, by the file's name; names in ``fails`` cannot be written."""
    write, made = operations.write_document, SimpleNamespace(go=threading.Event(), fails=set())

    def held(document, path, params, backdrop, token):
        while not made.go.wait(0.005):
            token.step(0.5, "Writing")
        if path.name in made.fails:
            path = path.parent / "gone" / path.name
        write(document, path, params, backdrop, token)

    monkeypatch.setattr(operations, "write_document", held)
    yield made
    made.go.set()


@pytest.fixture
def four(window, qtbot, tmp_path):
    """Four photos with a mask each, none of them saved."""
    for number in range(4):
        window.open(photo(tmp_path / f"p{number}.png", number))
        qtbot.waitUntil(lambda name=f"p{number}.png": window.tabs.front.title == name and idle(window))
        window.session.add_layer()
        window.session.fill()
    return window


def button(widget, text):
    return next(each for each in widget.findChildren(QPushButton) if each.text() == text and each.isVisible())


def export_all(window, folder):
    for tab in window.tabs.open:
        tab.session.export(folder / f"{tab.title[:2]}-out.png", EXPORT)
    return [folder / f"p{number}-out.png" for number in range(4)]


def close_all(window):
    for tab in list(window.tabs.open):
        window.files.close_tab(tab)


@pytest.fixture
def leaves(monkeypatch):
    """What is answered when a document is closed, and how often that was asked."""
    asked = []
    monkeypatch.setattr(dialogs, "ask_leave", lambda *_: asked.append(1) or "discard")
    return asked


def test_files_of_closed_tabs_are_written_and_hold_the_window(four, qtbot, tmp_path, pen, leaves):
    files = export_all(four, tmp_path)
    close_all(four)
    assert four.session.document is None
    assert not four.close()
    sheet = four.findChild(WaitingSheet)
    assert sheet.isVisible()
    assert sheet.sentence.text() == "Writing 4 files before quitting…"
    pen.go.set()
    qtbot.waitUntil(lambda: not four.isVisible())
    for file in files:
        assert (np.array(PIL.Image.open(file))[..., 3] == 255).all()


def test_a_failure_of_a_closed_tab_is_said_with_a_way_on(four, qtbot, tmp_path, pen, leaves, monkeypatch):
    pen.fails = {"p1-out.png", "p2-out.png"}
    export_all(four, tmp_path)
    close_all(four)
    assert not four.close()
    pen.go.set()
    qtbot.waitUntil(lambda: not four.owed.jobs and "p2-out.png" in four.notice.sentence)
    assert four.isVisible(), "a failure keeps the window"
    assert four.findChild(WaitingSheet) is None or not four.findChild(WaitingSheet).isVisible()
    assert four.notice.sentence.startswith("2 files were not written (p1-out.png, p2-out.png)")
    four.session.told("Something else.")
    assert four.notice.sentence.startswith("2 files were not written"), "news does not replace it"
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda _w, _t, name, _f: (str(other / name), ""))
    pen.fails = set()
    qtbot.mouseClick(button(four.notice, "Write Elsewhere…"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not four.owed.jobs)
    assert sorted(path.name for path in other.iterdir()) == ["p1-out.png", "p2-out.png"]
    qtbot.waitUntil(lambda: "Saved" in four.notice.sentence)
    qtbot.waitUntil(four.close)


def test_quit_anyway_and_staying(four, qtbot, tmp_path, pen, leaves):
    (file, *_) = export_all(four, tmp_path)
    close_all(four)
    four.close()
    qtbot.mouseClick(button(four.findChild(WaitingSheet), "Cancel"), Qt.MouseButton.LeftButton)
    assert four.isVisible()
    assert len(four.owed.jobs) == 4, "they go on"
    four.close()
    QCoreApplication.sendPostedEvents(None, 52)  # deferred deletes: the first sheet
    qtbot.mouseClick(button(four.findChild(WaitingSheet), "Quit Anyway"), Qt.MouseButton.LeftButton)
    assert not four.isVisible()
    assert four.farewell.wait(PATIENCE)
    assert not file.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_one_question_for_all_and_then_it_goes_by_itself(four, qtbot, tmp_path, monkeypatch):
    asked = []

    def answer(dialog):
        asked.append([box.text() for box in dialog.boxes])
        dialog.boxes[3].setChecked(False)
        assert dialog.save_button.text() == "Save 3"
        dialog.save_button.click()

    monkeypatch.setattr(UnsavedDialog, "exec", answer)
    places = iter(range(9))
    monkeypatch.setattr(
        "maskstudio.ui.files.saving.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / f"w{next(places)}.ora"), ""),
    )
    assert not four.close()
    qtbot.waitUntil(lambda: not four.isVisible())
    assert asked == [[f"p{number}.png" for number in range(4)]]
    assert [read_project(tmp_path / f"w{n}.ora", limit=None).document.alpha.array().min() for n in range(3)] == [
        255
    ] * 3
    assert four.farewell.wait(PATIENCE)
    assert recovery.recoverable() == []


@pytest.mark.parametrize(("word", "gone"), [("Don't Save", True), ("Cancel", False)])
def test_the_other_answers(four, monkeypatch, word, gone):
    monkeypatch.setattr(UnsavedDialog, "exec", lambda dialog: (dialog.show(), button(dialog, word).click()))
    assert four.close() == gone
    assert four.isVisible() != gone


def test_a_save_given_up_keeps_all_of_it_open(four, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(UnsavedDialog, "exec", lambda dialog: dialog.save_button.click())
    names = iter([str(tmp_path / "one.ora"), ""])
    monkeypatch.setattr("maskstudio.ui.files.saving.QFileDialog.getSaveFileName", lambda *_: (next(names), ""))
    assert not four.close()
    qtbot.waitUntil(lambda: not four.owed.jobs)
    assert four.isVisible()
    assert len(four.tabs.open) == 4


def test_what_is_typed_and_still_being_computed_is_asked_about_and_exported(four, qtbot, tmp_path, monkeypatch):
    four.session.select(np.full((30, 40), 255, np.uint8), 20, 15, "replace", "Area")
    four.sidebar.fold("adjustPanel", False)
    field = four.findChild(AdjustPanel).form.field("feather")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "12")
    target = tmp_path / "typed.png"
    monkeypatch.setattr(dialogs, "ask_export", lambda *_: target)
    act(four, "file.export")
    qtbot.waitUntil(lambda: target.exists() and idle(four))
    alpha = np.array(PIL.Image.open(target))[..., 3]
    assert ((alpha > 0) & (alpha < 255)).sum() > 100
    assert (alpha == four.session.document.alpha.array()).all()
    assert four.session.active.edge == AdjustParams(feather=12)
    assert field.hasFocus()


@pytest.mark.parametrize("killed", [False, True])
def test_what_is_still_being_computed_is_waited_for_and_comes_back(four, qtbot, monkeypatch, killed):
    """Whether the user quits without saving, or the system wants an end."""
    monkeypatch.setattr(UnsavedDialog, "exec", lambda dialog: dialog._answer([]))
    go, controlled = threading.Event(), adjusting._controlled

    def held(*given, **named):
        go.wait(PATIENCE)
        return controlled(*given, **named)

    monkeypatch.setattr(adjusting, "_controlled", held)
    four.session.adjust_edge(AdjustParams(feather=12))
    assert not four.session.settled
    if killed:
        four.leaving.end_by_signal(signal.SIGTERM)
    else:
        assert not four.close()
    sheet = four.findChild(WaitingSheet)
    assert sheet.sentence.text() == "Writing the work on p3.png before quitting…"
    go.set()
    qtbot.waitUntil(lambda: not four.isVisible())
    assert four.farewell.wait(PATIENCE)
    kept = recovery.recoverable() if killed else closed.closed()
    found = recovery.recover(next(each for each in kept if each.name == "p3.png"))
    assert found.history.document.layers[0].edge == AdjustParams(feather=12)
    found.lock.release()


def test_the_file_is_shown_in_its_folder(four, qtbot, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("maskstudio.ui.window.window.show_in_folder", shown.append)
    four.session.export(tmp_path / "here.png", EXPORT)
    qtbot.waitUntil(lambda: four.notice.sentence == "Saved here.png.")
    qtbot.mouseClick(button(four.notice, "Show in Folder"), Qt.MouseButton.LeftButton)
    assert shown == [tmp_path / "here.png"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktops of Linux")
def test_without_a_file_manager_to_ask_the_folder_opens(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(reveal, "_asked_for", lambda _path: False)
    monkeypatch.setattr(reveal.QDesktopServices, "openUrl", opened.append)
    reveal.show_in_folder(tmp_path / "a b.png")
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]


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
        tab.session.invert()
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
        tab.session.add_layer()
        tab.session.fill()
        tab.session.export(folder / f"{tab.title[:2]}-out.png", ExportParams(compression="smallest"))
        tab.session.invert()
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
        window.session.add_layer()
        window.session.fill()
    fails = {f"p{number}-out.png" for number in range(4) if chance.random() < 0.2}
    files = []
    for tab in window.tabs.open:
        name = f"{tab.title[:2]}-out.png"
        files.append(tmp_path / ("gone" if name in fails else "") / name)
        if chance.random() < 0.5:
            tab.session.adjust_edge(AdjustParams(feather=chance.randrange(1, 30)))
        tab.session.export(files[-1], ExportParams(compression="smallest"))
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
