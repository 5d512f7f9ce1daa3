"""Reopen Closed, with real keys: the last one first, in this window or after a restart, and forgotten on request."""

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from maskstudio.journal import closed, recovery
from maskstudio.ui.app import create_window
from maskstudio.ui.files import unsaved_work
from maskstudio.ui.help.palette_entries import closed_documents
from tests.core.documents import image

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image().pixels).save(path)
    return path


def opened(window, qtbot, path):
    count = shown(window)
    window.open(path)
    qtbot.waitUntil(lambda: shown(window) == count + 1 and window.session.document is not None)
    return window.session


def shown(window):
    return sum(tab.session.document is not None for tab in window.tabs.open)


def paint(window, qtbot, at=0):
    """A stroke with the brush."""
    window.actions_by_id["tool.brush"].trigger()
    canvas = window.canvas
    middle = canvas.rect().center() + QPoint(at, at)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(30, 10))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 10))


def reopen(window, qtbot):
    count = shown(window)
    QTest.keyClick(window.canvas if window.canvas.isVisible() else window, Qt.Key.Key_T, CTRL | SHIFT)
    qtbot.waitUntil(lambda: shown(window) == count + 1)


@pytest.fixture
def careless(monkeypatch):
    """The user who never saves."""
    asked = []
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *what: asked.append(what[1:]) or "discard")
    return asked


def test_a_tab_closed_without_saving_comes_back_with_its_history(window, qtbot, photo, careless):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    paint(window, qtbot, 20)
    window.actions_by_id["edit.undo"].trigger()
    alphas = [step.document.alpha.array() for step in session.history.steps]
    window.actions_by_id["file.close"].trigger()
    assert careless == [("photo.png", 14)]
    assert shown(window) == 0
    reopen(window, qtbot)
    back = window.session
    assert back.document.image.name == "photo.png"
    assert back.projects.unsaved
    assert window.tabs.front.name == "photo.png •"
    assert back.history.position == 1
    back.redo()
    for alpha in reversed(alphas):
        np.testing.assert_array_equal(back.document.alpha.array(), alpha)
        back.undo()
    assert back.journal is not None
    assert closed.closed() == []


def test_an_export_keeps_the_question(window, qtbot, photo, tmp_path, careless):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    session.exporting.export(tmp_path / "cut.png", window.export_panel.params())
    qtbot.waitUntil(lambda: not session.runner.jobs)
    assert session.projects.unsaved
    assert window.tabs.front.name == "photo.png •"
    window.actions_by_id["file.close"].trigger()
    assert len(careless) == 1


def test_the_last_one_comes_first_and_each_once_however_fast_the_keys(window, qtbot, tmp_path, careless):
    for number in range(3):
        PIL.Image.fromarray(image(60, 40, seed=number).pixels).save(tmp_path / f"{number}.png")
        opened(window, qtbot, tmp_path / f"{number}.png")
        if number != 1:
            paint(window, qtbot)
    window.tabs._close_others(window.tabs.front)
    window.actions_by_id["file.close"].trigger()
    assert shown(window) == 0
    assert len(careless) == 2, "one was only looked at"
    reopen(window, qtbot)
    assert window.session.document.image.name == "2.png"
    for _ in range(2):
        window.closed.reopen_last()
    qtbot.waitUntil(lambda: shown(window) == 3)
    assert sorted(tab.session.document.image.name for tab in window.tabs.open) == ["0.png", "1.png", "2.png"]
    window.closed.reopen_last()
    qtbot.waitUntil(lambda: window.notice.sentence == "There is no closed document to bring back.")


def test_after_quitting_it_is_there_at_the_next_start(window, qtbot, photo, careless):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    alpha = session.document.alpha.array()
    window.close()
    assert len(careless) == 1
    again = create_window([])
    qtbot.addWidget(again, before_close_func=lambda w: setattr(w, "_closing", True))
    again.show()
    qtbot.waitExposed(again)
    qtbot.waitUntil(lambda: len(again.closed.known) == 1)
    assert not again.lost_work.offer.isVisible(), "nothing was lost"
    again.actions_by_id["file.reopenClosed"].trigger()
    qtbot.waitUntil(lambda: again.session.document is not None)
    np.testing.assert_array_equal(again.session.document.alpha.array(), alpha)


def test_a_saved_project_comes_back_as_that_project(window, qtbot, photo, tmp_path):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    session.projects.save_as(tmp_path / "work.ora")
    qtbot.waitUntil(lambda: not session.projects.unsaved)
    window.actions_by_id["file.close"].trigger()
    reopen(window, qtbot)
    assert window.session.projects.path == tmp_path / "work.ora"
    assert not window.session.projects.unsaved


def test_the_menu_and_the_palette_list_them(window, qtbot, photo, careless):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    window.actions_by_id["file.close"].trigger()
    menu = window.closed.menu
    window.closed._fill()
    qtbot.waitUntil(lambda: len(window.closed.known) == 1)
    window.closed._fill()
    first = menu.actions()[0]
    assert first.text().startswith("photo.png\t")
    assert not first.icon().isNull()
    assert "300 × 280 px   1 step" in first.toolTip()
    assert menu.actions()[-1] is window.actions_by_id["file.forgetClosed"]
    (entry,) = closed_documents(window.closed)
    assert entry.id in [each.id for each in window.command_help._find("reopen photo")]
    assert entry.title == "Reopen photo.png"
    first.trigger()
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert len(window.session.history.steps) == 2


def test_forgetting_asks_once_and_is_for_good(window, qtbot, photo, careless):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    window.actions_by_id["file.close"].trigger()
    window.actions_by_id["file.forgetClosed"].trigger()
    qtbot.waitUntil(lambda: window.notice.sentence == "Forget the closed document for good?")
    assert len(closed.closed()) == 1
    qtbot.mouseClick(window.notice.findChild(QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.notice.sentence == "The closed documents are forgotten.")
    qtbot.waitUntil(lambda: list(recovery.home().iterdir()) == [])
    window.actions_by_id["file.forgetClosed"].trigger()
    qtbot.waitUntil(lambda: window.notice.sentence == "There is no closed document.")


def test_who_wants_nothing_kept_loses_what_there_is(window, qtbot, photo, careless):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    window.actions_by_id["file.close"].trigger()
    opened(window, qtbot, photo)
    paint(window, qtbot)
    assert window.writer.settle()
    window.settings.closed_days = 0
    window.preferences._apply["closed_days"]()
    window.closed.tidy()
    qtbot.waitUntil(lambda: closed.closed() == [])
    window.actions_by_id["file.close"].trigger()
    assert careless[-1] == ("photo.png", 0)
    assert window.writer.settle()
    qtbot.waitUntil(lambda: list(recovery.home().iterdir()) == [])
    window.closed.reopen_last()
    qtbot.waitUntil(lambda: window.notice.sentence.startswith("Closed documents are not kept;"))


@pytest.mark.parametrize(
    ("button", "answer"),
    [
        (QMessageBox.StandardButton.Save, "save"),
        (QMessageBox.StandardButton.Discard, "discard"),
        (QMessageBox.StandardButton.Cancel, "cancel"),
    ],
)
def test_the_question_says_what_can_be_done(window, monkeypatch, button, answer):
    said = []

    def choose(box):
        said.append((box.informativeText(), box.button(QMessageBox.StandardButton.Discard).text()))
        box.button(button).click()

    monkeypatch.setattr(QMessageBox, "exec", choose)
    assert unsaved_work.ask_leave(window, "photo.png", 14) == answer
    assert unsaved_work.ask_leave(window, "photo.png", 0) == answer
    assert said == [
        ("What is not saved can be brought back for 14 days by File > Reopen Closed.", "Don't Save"),
        ("What is not saved will be lost, since closed documents are not kept.", "Don't Save"),
    ]


def test_documents_put_away_as_the_window_closes_start_nothing_any_more(window, qtbot, photo, careless):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    window.close()
    window.closed.tidy_soon()
    assert window.closed._timer.isActive()
    qtbot.waitUntil(lambda: not window.closed._timer.isActive())  # the threads are gone: a job would raise in the loop
    window.closed.tidy()
