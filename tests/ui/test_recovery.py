"""The offer at start, and what the window does to keep work safe, with real clicks."""

import shutil
import time

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from maskstudio.core.project import read_project
from maskstudio.journal import recovery
from maskstudio.journal.recovery import Recoverable
from maskstudio.ui.files.recovery_offer import RecoveryOffer
from tests.core.documents import image
from tests.patience import PATIENCE


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image().pixels).save(path)
    return path


def opened(window, qtbot, path):
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None)
    return window.session


def paint(window, qtbot):
    """A stroke with the brush."""
    window.actions_by_id["tool.brush"].trigger()
    canvas = window.canvas
    middle = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(30, 10))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 10))


def grave(window):
    """The journal of the document in front as a killed editor leaves it."""
    assert window.writer.settle()
    folder = recovery.home() / "grave"
    shutil.copytree(window.session.journal.folder, folder, ignore=shutil.ignore_patterns(".*.part"))
    return folder


def button(offer, name):
    return next(each for each in offer.findChildren(QPushButton, name) if each.isVisible())


def found(name="photo.jpg", steps=5):
    return Recoverable(recovery.home() / name, name, (6000, 4000), time.time(), steps, None)


def test_work_of_a_killed_editor_is_offered_and_continued(window, qtbot, photo):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    alpha, steps = session.document.alpha.array(), [step.label for step in session.history.steps]
    grave(window)
    window.lost_work.look()
    offer = window.lost_work.offer
    qtbot.waitUntil(offer.isVisible)
    assert [label.text() for label in offer.findChildren(QLabel, "recoveryName")] == ["photo.png"]
    qtbot.mouseClick(button(offer, "recoverContinue"), Qt.MouseButton.LeftButton)
    assert not offer.isVisible()
    qtbot.waitUntil(lambda: window.session is not session and window.session.document is not None)
    back = window.session
    np.testing.assert_array_equal(back.document.alpha.array(), alpha)
    assert [step.label for step in back.history.steps] == steps
    assert back.projects.unsaved
    window.actions_by_id["edit.undo"].trigger()
    assert not back.document.alpha.tiles


def test_discarding_asks_once_more(window, qtbot, photo):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    folder = grave(window)
    window.lost_work.look()
    offer = window.lost_work.offer
    qtbot.waitUntil(offer.isVisible)
    qtbot.mouseClick(button(offer, "recoverDiscard"), Qt.MouseButton.LeftButton)
    assert button(offer, "recoverDiscard").text() == "Discard for Good"
    assert folder.exists()
    qtbot.mouseClick(button(offer, "recoverDiscard"), Qt.MouseButton.LeftButton)
    assert not folder.exists()
    assert not offer.isVisible()


def test_later_keeps_everything(window, qtbot, photo):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    folder = grave(window)
    window.lost_work.look()
    offer = window.lost_work.offer
    qtbot.waitUntil(offer.isVisible)
    qtbot.mouseClick(button(offer, "recoverLater"), Qt.MouseButton.LeftButton)
    assert not offer.isVisible()
    assert folder.exists()


def test_nothing_lost_nothing_offered(window, qtbot):
    window.lost_work.look()
    qtbot.wait(50)
    assert not window.lost_work.offer.isVisible()


def test_many_are_offered_a_few_at_a_time(qtbot):
    offer = RecoveryOffer()
    qtbot.addWidget(offer)
    offer.show_found([found(f"{number}.jpg") for number in range(6)])
    assert len(offer.findChildren(QPushButton, "recoverContinue")) == 4
    with qtbot.waitSignal(offer.continued) as caught:
        button(offer, "recoverContinue").click()
    assert caught.args[0].name == "0.jpg"


def test_saving_asks_where_the_first_time_only(window, qtbot, photo, tmp_path, monkeypatch):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    asked = []

    def choose(*args, **_kwargs):
        asked.append(args[2])
        return str(tmp_path / "work"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window.actions_by_id["file.save"].trigger()
    qtbot.waitUntil(lambda: session.projects.path is not None)
    assert asked == [str(tmp_path / "photo.ora")]
    assert session.projects.path == tmp_path / "work.ora"
    assert not session.projects.unsaved
    assert window.status.findChild(QLabel, "safety").text().startswith("Saved at ")
    assert window.settings.recent[0] == str(session.projects.path)
    paint(window, qtbot)
    assert session.projects.unsaved
    window.autosave.save_all()
    qtbot.waitUntil(lambda: not session.projects.unsaved)
    assert len(asked) == 1
    saved = read_project(session.projects.path, limit=None).document
    np.testing.assert_array_equal(saved.alpha.array(), session.document.alpha.array())
    window.actions_by_id["edit.undo"].trigger()
    assert session.projects.unsaved
    window.actions_by_id["edit.redo"].trigger()
    assert not session.projects.unsaved


def test_a_project_opens_like_a_photo(window, qtbot, photo, tmp_path):
    session = opened(window, qtbot, photo)
    paint(window, qtbot)
    session.projects.save_as(tmp_path / "work.ora")
    qtbot.waitUntil(lambda: session.projects.path is not None)
    alpha = session.document.alpha.array()
    session.close()
    opened(window, qtbot, tmp_path / "work.ora")
    np.testing.assert_array_equal(window.session.document.alpha.array(), alpha)
    assert window.session.projects.path == tmp_path / "work.ora"
    window.open(tmp_path / "work.ora")
    assert len([tab for tab in window.tabs.open if tab.session.document]) == 1


def test_the_status_says_what_is_kept(window, qtbot, photo):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    words = window.status.findChild(QLabel, "safety")
    qtbot.waitUntil(lambda: words.text() == "Changes kept")


def test_after_a_window_that_ends_nothing_is_offered(window, qtbot, photo):
    opened(window, qtbot, photo)
    paint(window, qtbot)
    assert window.writer.settle()
    window._closing = True
    window.close()
    assert window.farewell.wait(PATIENCE)
    assert recovery.recoverable() == []
