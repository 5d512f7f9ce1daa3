"""The worst background, the fringe, the photo's own colours, and files beside the edge."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from maskstudio.core.files import write_mask
from maskstudio.core.fringe import Fringe, Spot
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_UNKNOWN
from tests.ui.edgeview.conftest import CLEAN, DIRTY, HEIGHT, SHIFT, WIDTH, K, colour_at, coverage
from tests.ui.windows import act

# The fringe


@pytest.fixture
def measured(opened, monkeypatch):
    """The window with a fringe that is known."""
    fringe = Fringe((20, 200, 90), 5.0, (140, 90), Mask(WIDTH, HEIGHT))
    runs = []
    monkeypatch.setattr("maskstudio.session.operations.fringe", lambda shown, _token: runs.append(shown) or fringe)
    opened.runs = runs
    return opened


def test_the_worst_background_is_measured_when_it_is_looked_at(measured, qtbot):
    qtbot.wait(20)
    assert measured.runs == []
    qtbot.keyClick(measured.canvas, K.Key_H, SHIFT)
    qtbot.waitUntil(lambda: measured.canvas.styling.style.worst == (20, 200, 90))
    assert measured.runs == [measured.session.document]
    alpha = coverage()[120] / 255
    for x in (20, 140, 160, 180, 280):
        wanted = np.array(CLEAN if 0 < alpha[x] < 1 else DIRTY) * alpha[x] + np.array((20, 200, 90)) * (1 - alpha[x])
        if alpha[x] not in (0, 1):
            assert np.abs(np.array(colour_at(measured, qtbot, x, 120)) - wanted).max() <= 3
    assert colour_at(measured, qtbot, 280, 120) == (20, 200, 90)
    measured.session.layers.rename(measured.session.active.id, "other")
    qtbot.wait(50)
    assert len(measured.runs) == 1  # nothing looks different
    measured.session.painting.invert()
    qtbot.waitUntil(lambda: len(measured.runs) >= 2)
    assert measured.canvas.styling.style.worst == (20, 200, 90)  # the last one, until it is known


def test_n_goes_to_the_worst_fringe_so_close_that_it_is_the_one_in_the_middle(measured, qtbot):
    canvas = measured.canvas
    close = round(2 * canvas.devicePixelRatioF() * min(canvas.width() / WIDTH, canvas.height() / HEIGHT))
    assert close > 1
    canvas.view.look_at(0.25, QPointF(0, 0))
    qtbot.keyClick(canvas, K.Key_N)
    qtbot.waitUntil(lambda: canvas.view.scale == close)
    assert canvas.view.centre == QPointF(140.5, 90.5)
    canvas.view.look_at(16.0, QPointF(0, 0))
    qtbot.keyClick(canvas, K.Key_N)
    assert (canvas.view.scale, canvas.view.centre) == (16.0, QPointF(140.5, 90.5))
    assert len(measured.runs) == 1


def test_n_goes_from_one_bad_place_to_the_next_and_shift_n_back(opened, qtbot, monkeypatch):
    spots = (
        Spot((140, 90), 9.5, (0, 0, 0)),
        Spot((20, 30), 5.0, (255, 255, 255)),
        Spot((60, 50), 2.5, (128, 128, 128)),
    )
    fringe = Fringe((20, 200, 90), 1.2, (140, 90), Mask(WIDTH, HEIGHT), spots)
    monkeypatch.setattr("maskstudio.session.operations.fringe", lambda _document, _token: fringe)
    canvas = opened.canvas
    seen = []
    for keys in (0, 0, 0, 0, SHIFT, SHIFT):
        canvas.view.look_at(2.0, QPointF(0, 0))
        qtbot.keyClick(canvas, K.Key_N, keys or Qt.KeyboardModifier.NoModifier)
        qtbot.waitUntil(lambda: canvas.view.centre != QPointF(0, 0))
        seen.append((canvas.view.centre.x(), canvas.styling.style.worst, opened.notice.sentence[:13]))
    worst, second, third = (
        (spot.place[0] + 0.5, spot.backdrop, f"Fringe {number} of 3") for number, spot in enumerate(spots, 1)
    )
    assert seen == [worst, second, third, worst, third, second]
    assert opened.notice.sentence == "Fringe 2 of 3, in the middle of the view: 5.0, visible on white."


def test_without_a_fringe_n_says_so(opened, qtbot, monkeypatch):
    nothing = Fringe((255, 255, 255), 0.0, None, Mask(WIDTH, HEIGHT))
    monkeypatch.setattr("maskstudio.session.operations.fringe", lambda _document, _token: nothing)
    look = opened.canvas.view.look
    qtbot.keyClick(opened.canvas, K.Key_N)
    qtbot.waitUntil(lambda: "no fringe" in opened.notice.sentence)
    assert opened.canvas.view.look == look


def test_the_fringe_is_fixed_in_what_is_in_sight(opened, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(type(opened.session.edging), "fix_fringe", lambda _self, rect=None: asked.append(rect))
    opened.canvas.view.fit()
    act(opened, "mask.fixFringe")
    opened.canvas.view.look_at(8.0, QPointF(150, 100))
    act(opened, "mask.fixFringe")
    whole, part = asked
    assert whole == Rect(0, 0, WIDTH, HEIGHT)
    ratio = 8 * opened.canvas.devicePixelRatioF()
    assert abs(part.width - opened.canvas.width() / ratio) <= 2
    assert abs(part.x + part.width / 2 - 150) <= 1


# Colours


def test_the_photos_own_colours_show_while_asked_for(opened, qtbot):
    act(opened, "view.black")
    x, alpha = 150, coverage()[0, 150] / 255
    document = opened.session.document
    clean, raw = (np.array(colour) * alpha for colour in (CLEAN, DIRTY))
    assert np.abs(np.array(colour_at(opened, qtbot, x, 100)) - clean).max() <= 1
    act(opened, "view.rawColours")
    assert np.abs(np.array(colour_at(opened, qtbot, x, 100)) - raw).max() <= 1
    act(opened, "view.rawColours")
    assert np.abs(np.array(colour_at(opened, qtbot, x, 100)) - clean).max() <= 1
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    QTest.keyPress(opened.canvas, K.Key_J, SHIFT)
    assert np.abs(np.array(colour_at(opened, qtbot, x, 100)) - raw).max() <= 1
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_J, SHIFT)
    assert np.abs(np.array(colour_at(opened, qtbot, x, 100)) - clean).max() <= 1
    assert opened.session.document is document


# Files


@pytest.fixture
def chosen(monkeypatch):
    """Whatever is asked for, this file is chosen; the titles of the dialogs."""
    titles, files = [], []

    def choose(_parent, title, *_rest):
        titles.append(title)
        return (str(files[-1]) if files else "", "")

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    return titles, files


def test_a_trimap_is_imported_and_cleared(opened, qtbot, tmp_path, chosen):
    titles, files = chosen
    act(opened, "mask.importTrimap")
    assert titles == ["Import Trimap"]
    assert opened.session.active.hints is None
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[:, :100], plane[:, 100:200] = 255, 128
    write_mask(tmp_path / "trimap.png", plane)
    files.append(tmp_path / "trimap.png")
    act(opened, "mask.importTrimap")
    qtbot.waitUntil(lambda: opened.session.active.hints is not None)
    codes = np.select([plane == 255, plane == 128], [HINT_FOREGROUND, HINT_UNKNOWN], HINT_BACKGROUND)
    assert np.array_equal(opened.session.active.hints.array(), codes)
    act(opened, "mask.clearTrimap")
    assert opened.session.active.hints is None
    act(opened, "mask.clearTrimap")
    assert opened.notice.sentence == "Nothing was painted into the trimap of subject."


@pytest.mark.parametrize(("name", "kind"), [("mask.matchPlate", "plate"), ("mask.matchSecond", "second")])
def test_another_photo_is_matched(opened, tmp_path, chosen, monkeypatch, name, kind):
    asked, (titles, files) = [], chosen
    monkeypatch.setattr(type(opened.session.matching), "match", lambda _self, path, how: asked.append((path, how)))
    act(opened, name)
    assert asked == []
    files.append(tmp_path / "other.png")
    act(opened, name)
    assert asked == [(tmp_path / "other.png", kind)]
    assert all("Same" in title for title in titles)


def test_the_worst_background_stays_while_one_paints_until_it_is_asked_for_again(opened, qtbot, monkeypatch):
    found = iter([(20, 200, 90), (250, 10, 10), (10, 10, 250), (1, 2, 3)])
    latest = []

    def fringe(_document, _token):
        latest.append(next(found))
        return Fringe(latest[-1], 1.2, (140, 90), Mask(WIDTH, HEIGHT), ())

    monkeypatch.setattr("maskstudio.session.operations.fringe", fringe)
    opened.actions_by_id["view.worst"].trigger()
    qtbot.waitUntil(lambda: opened.canvas.styling.style.worst == (20, 200, 90))
    opened.session.painting.invert()
    qtbot.waitUntil(lambda: len(latest) == 2 and opened.session.inspecting.fringe is not None)
    assert opened.canvas.styling.style.worst == (20, 200, 90)
    opened.actions_by_id["view.overlay"].trigger()
    opened.actions_by_id["view.worst"].trigger()
    qtbot.waitUntil(lambda: opened.canvas.styling.style.worst == latest[-1])
    assert latest[-1] != (20, 200, 90)
