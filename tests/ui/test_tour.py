"""The tour: on the sample, at real widgets, by keyboard, once; and never by itself in a window made for a caller."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from maskstudio import settings as stored
from maskstudio.ui.help.tour import beside, stops

K = Qt.Key


def tour_of(window):
    return window.findChild(QWidget, "tour")


@pytest.fixture
def touring(window, qtbot):
    window.actions_by_id["help.tour"].trigger()
    qtbot.waitUntil(lambda: tour_of(window) is not None)
    return window


def test_it_begins_on_the_sample_when_nothing_is_open(touring):
    assert touring.session.document.image.name == "grace_hopper.jpg"
    assert tour_of(touring).words


def test_every_stop_lights_something_that_is_there_and_can_be_read(touring, qtbot):
    tour, seen = tour_of(touring), []
    for number in range(len(stops())):
        lit = tour._lit()
        assert lit.isValid()
        assert touring.rect().contains(lit)
        bubble = tour._bubble.geometry()
        assert touring.rect().contains(bubble)
        assert number == 1 or not bubble.intersects(lit)  # the canvas fills the window
        assert "{" not in tour.words
        seen.append(tour.words)
        QTest.keyClick(QApplication.focusWidget(), K.Key_Right)
    assert len(set(seen)) == len(stops())
    qtbot.waitUntil(lambda: tour_of(touring) is None)


def test_the_keyboard_walks_it_and_escape_ends_it_for_good(touring, qtbot):
    tour = tour_of(touring)
    first = tour.words
    assert isinstance(QApplication.focusWidget(), QPushButton)
    QTest.keyClick(QApplication.focusWidget(), K.Key_Space)
    assert tour.words != first
    QTest.keyClick(QApplication.focusWidget(), K.Key_Left)
    assert tour.words == first
    QTest.keyClick(QApplication.focusWidget(), K.Key_Tab)
    assert tour.isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(QApplication.focusWidget(), K.Key_Escape)
    qtbot.waitUntil(lambda: tour_of(touring) is None)
    assert stored.load().tour_seen


def test_no_key_of_an_action_acts_meanwhile(touring):
    QTest.keyClick(QApplication.focusWidget(), K.Key_K)
    assert touring.canvas.styling.mode == "overlay"


def test_skip_ends_it(touring, qtbot):
    skip = next(each for each in tour_of(touring).findChildren(QPushButton) if each.text() == "Skip")
    qtbot.mouseClick(skip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tour_of(touring) is None)
    assert touring.settings.tour_seen


def test_it_follows_the_window(touring, qtbot):
    touring.resize(1100, 700)
    tour = tour_of(touring)
    qtbot.waitUntil(lambda: tour.size() == touring.size())
    assert touring.rect().contains(tour._bubble.geometry())


def open_sample(window, qtbot):
    window.actions_by_id["file.sample"].trigger()
    qtbot.waitUntil(lambda: window.session.document is not None)
    qtbot.wait(50)


def test_it_does_not_begin_by_itself(window, qtbot):
    open_sample(window, qtbot)
    assert tour_of(window) is None


def test_at_the_first_run_it_begins_with_the_sample(window, qtbot):
    window.tour.first_run = True
    open_sample(window, qtbot)
    qtbot.waitUntil(lambda: tour_of(window) is not None)


def test_it_is_not_shown_twice_nor_for_a_photo_of_ones_own(window, qtbot, tmp_path):
    window.tour.first_run = True
    own = tmp_path / "own.jpg"
    own.write_bytes((Path(__file__).resolve().parents[2] / "resources/samples/grace_hopper.jpg").read_bytes())
    window.open(own)
    qtbot.waitUntil(lambda: window.session.document is not None)
    qtbot.wait(50)
    assert tour_of(window) is None
    window.settings.tour_seen = True
    open_sample(window, qtbot)
    assert tour_of(window) is None


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (QRect(900, 100, 90, 200), "left"),
        (QRect(0, 100, 90, 200), "right"),
        (QRect(300, 10, 400, 30), "below"),
        (QRect(300, 700, 400, 90), "above"),
        (QRect(0, 0, 1000, 800), "inside"),
    ],
)
def test_the_words_stand_beside_their_place(place, expected):
    room = QRect(0, 0, 1000, 800)
    found = beside(place, QSize(320, 130), room)
    assert room.contains(found)
    sides = {
        "left": found.right() < place.left(),
        "right": found.left() > place.right(),
        "below": found.top() > place.bottom(),
        "above": found.bottom() < place.top(),
        "inside": place.contains(found),
    }
    assert sides[expected]
