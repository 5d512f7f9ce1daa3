"""What a service may charge for outlives its tab, holds the window, and is never lost without a word."""

import asyncio
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton

from maskstudio.core.geometry import Rect
from maskstudio.errors import BadAnswer
from maskstudio.params.runware import RunwareMaskParams
from maskstudio.ui.files import unsaved_work
from maskstudio.ui.window.waiting_sheet import WaitingSheet
from tests.ui.test_window import idle

SAYS = (
    "photo.png was closed before Runware had answered, but USD 0.0125 was paid for it; its result can be fetched later:"
    " reopen the photo and press Fetch in the Jobs panel."
)
FAILED = (
    "photo.png: It is damaged, so it was not used, but USD 0.0125 was paid for it; its result can be fetched later."
)


class Held:
    """Runware as a stub that waits, before or after its work may be charged, until it is let go."""

    def __init__(self, stub, monkeypatch):
        self.paid, self.go, self.reached, self.fails = True, threading.Event(), threading.Event(), False
        answer = stub.run

        async def run(errand, trip):
            if self.paid:
                trip.lies({"task": "the task"})
                trip.charged("sent", None, "")
            self.reached.set()
            while not self.go.is_set():  # noqa: ASYNC110  let go from another thread
                await asyncio.sleep(0.005)
            if self.fails:
                trip.charged("done", 0.0125, "")
                raise BadAnswer("It is damaged, so it was not used.")
            return await answer(errand, trip)

        monkeypatch.setattr(stub, "run", run)


@pytest.fixture
def held(service, monkeypatch):
    made = Held(service["runware"], monkeypatch)
    yield made
    made.go.set()


@pytest.fixture
def path(tmp_path):
    """A photo of 64 x 48."""
    pixels = np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8)
    file = tmp_path / "photo.png"
    QImage(pixels.tobytes(), 64, 48, 192, QImage.Format.Format_RGB888).save(str(file))
    return file


@pytest.fixture
def asked(window, qtbot, held, path):
    """The window with the photo, once the service is at work on it."""
    opened(window, qtbot, path)
    session = window.session
    session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()))
    qtbot.waitUntil(held.reached.is_set)
    return window


def opened(window, qtbot, path):
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None and idle(window))


def close_tab(window, monkeypatch):
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *_: "discard")
    window.files.close_tab(window.tabs.front)


def sheet(window):
    found = window.findChild(WaitingSheet)
    return found if found is not None and found.isVisible() else None


def test_the_answer_for_a_closed_tab_holds_the_window_and_is_said_before_it_goes(asked, qtbot, held, monkeypatch):
    session = asked.session
    close_tab(asked, monkeypatch)
    assert asked.session.document is None
    assert not asked.close()
    assert sheet(asked).sentence.text() == "Waiting for the answer of Runware before quitting…"
    held.go.set()
    qtbot.waitUntil(lambda: asked.notice.sentence == SAYS and sheet(asked) is None)
    assert asked.isVisible()
    asked.session.told("Something else.")
    assert asked.notice.sentence == SAYS, "news does not replace it"
    (line,) = session.services.access.ledger.owed()
    assert line.amount == 0.0125
    qtbot.waitUntil(asked.close)


def test_it_goes_into_the_tab_in_which_its_photo_was_opened_again(asked, qtbot, held, service, path, monkeypatch):
    close_tab(asked, monkeypatch)
    asked.open(path)
    qtbot.waitUntil(lambda: asked.session.document is not None)
    held.go.set()
    qtbot.waitUntil(lambda: len(asked.session.document.layers) == 1 and idle(asked))
    assert service["runware"].fetched == [{"task": "the task"}]
    assert (asked.session.document.layers[0].alpha.array(Rect(0, 0, 32, 24)) == 255).all()
    assert asked.notice.sentence == ""
    qtbot.waitUntil(lambda: asked.session.services.access.ledger.owed() == [])


def test_an_answer_that_comes_while_quitting_is_asked_about(asked, qtbot, held, monkeypatch):
    questions = []
    monkeypatch.setattr(unsaved_work, "ask_leave_all", lambda _w, titles, _d: questions.append(titles))
    assert not asked.close()
    assert questions == [], "nothing is unsaved yet"
    assert sheet(asked) is not None
    held.go.set()
    qtbot.waitUntil(lambda: questions == [["photo.png"]])
    assert asked.isVisible()
    assert len(asked.session.document.layers) == 1
    monkeypatch.setattr(unsaved_work, "ask_leave_all", lambda *_: [])
    assert asked.close()


def test_what_was_not_sent_yet_goes_with_its_tab(window, qtbot, held, path, monkeypatch):
    held.paid = False
    opened(window, qtbot, path)
    job = window.session.services.send(window.session.services.prepare("runware", "detect", RunwareMaskParams()))
    qtbot.waitUntil(held.reached.is_set)
    session = window.session
    close_tab(window, monkeypatch)
    qtbot.waitUntil(lambda: job.state == "cancelled")
    assert job.closing == "Stopped."
    assert [line.charged for line in session.services.access.ledger.lines()] == ["no"]
    assert window.close()


def test_a_failure_for_a_closed_tab_keeps_the_window_and_says_what_was_paid(asked, qtbot, held, monkeypatch):
    held.fails = True
    close_tab(asked, monkeypatch)
    assert not asked.close()
    held.go.set()
    qtbot.waitUntil(lambda: asked.notice.sentence == FAILED)
    assert asked.isVisible()
    qtbot.waitUntil(asked.close)


def test_quitting_anyway_leaves_it_to_be_fetched_at_the_next_start(asked, qtbot, held, monkeypatch):
    session = asked.session
    close_tab(asked, monkeypatch)
    asked.close()
    button = next(each for each in sheet(asked).findChildren(QPushButton) if each.text() == "Quit Anyway")
    assert "may be charged" in button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not asked.isVisible()
    qtbot.waitUntil(lambda: [line.charged for line in session.services.access.ledger.owed()] == ["maybe"])
