"""Closing tabs and the window with work under way: what is written, waited for, asked and kept."""

import signal
import sys
import threading

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from maskstudio.core.project import read_project
from maskstudio.journal import closed, recovery
from maskstudio.params.local import AdjustParams
from maskstudio.session import adjusting
from maskstudio.ui.files import choosing_files, file_manager
from maskstudio.ui.files.unsaved_work import UnsavedDialog
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.window.waiting_sheet import WaitingSheet
from tests.patience import PATIENCE
from tests.ui.leaving.conftest import EXPORT, export_all
from tests.ui.test_window import act, idle


def button(widget, text):
    return next(each for each in widget.findChildren(QPushButton) if each.text() == text and each.isVisible())


def close_all(window):
    for tab in list(window.tabs.open):
        window.files.close_tab(tab)


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
    four.session.painting.select(np.full((30, 40), 255, np.uint8), 20, 15, "replace", "Area")
    four.sidebar.fold("adjustPanel", False)
    field = four.findChild(AdjustPanel).form.field("feather")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "12")
    target = tmp_path / "typed.png"
    monkeypatch.setattr(choosing_files, "ask_export", lambda *_: target)
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
    four.session.adjusting.adjust_edge(AdjustParams(feather=12))
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
    monkeypatch.setattr("maskstudio.ui.window.session_news.show_in_folder", shown.append)
    four.session.exporting.export(tmp_path / "here.png", EXPORT)
    qtbot.waitUntil(lambda: four.notice.sentence == "Saved here.png.")
    qtbot.mouseClick(button(four.notice, "Show in Folder"), Qt.MouseButton.LeftButton)
    assert shown == [tmp_path / "here.png"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktops of Linux")
def test_without_a_file_manager_to_ask_the_folder_opens(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(file_manager, "_asked_for", lambda _path: False)
    monkeypatch.setattr(file_manager.QDesktopServices, "openUrl", opened.append)
    file_manager.show_in_folder(tmp_path / "a b.png")
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]
