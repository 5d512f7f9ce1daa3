"""What of an edge the window shows: its trimap while asked for, the worst background, the photo's own colours."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from maskstudio.core.document import Document, Layer, Refinement
from maskstudio.core.files import write_mask
from maskstudio.core.fringe import Fringe, Spot
from maskstudio.core.geometry import Rect
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_UNKNOWN
from maskstudio.params.local import RefineParams

WIDTH, HEIGHT = 300, 240
CLEAN, DIRTY = (220, 60, 30), (90, 120, 60)
K, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def coverage():
    ramp = np.clip((190 - np.arange(WIDTH)) / 60, 0, 1) * 255
    return np.broadcast_to(np.rint(ramp), (HEIGHT, WIDTH)).astype(np.uint8)


@pytest.fixture
def opened(window, qtbot):
    """A soft edge of other colours than the photo has there: one layer that is refined."""
    photo = np.full((HEIGHT, WIDTH, 3), DIRTY, np.uint8)
    soft = Mask.from_array(coverage())
    hard = Mask.from_array(np.where(coverage() >= 128, 255, 0).astype(np.uint8))
    colours = {index: np.full((*soft.tile(index).shape, 3), CLEAN, np.uint8) for index in ((0, 0), (1, 0))}
    layer = Layer(
        0, "subject", hard, hard, refine=RefineParams(band_width=25, adaptive=False),
        refinement=Refinement(soft, colours),
    )  # fmt: skip
    window.session.history = History(Document(Image(photo, name="photo.png")).add([layer]))
    window.session.changed()
    window.canvas.setFocus()
    window.canvas.view.actual_pixels()
    QApplication.processEvents()
    return window


def act(window, name):
    assert window.actions_by_id[name].isEnabled(), name
    window.actions_by_id[name].trigger()


def banded(width):
    """The band of a straight edge between columns 160 and 161."""
    hard = coverage()[0] >= 128
    edge = int(np.argmin(hard))
    away = np.abs(np.arange(WIDTH) + 0.5 - edge)
    return np.where(away < width, 128, np.where(hard, 255, 0)).astype(np.uint8)


def shown(window):
    return None if window.canvas.contents.trimap is None else window.canvas.contents.trimap.array()[0]


def colour_at(window, qtbot, x, y):
    qtbot.waitUntil(lambda: window.canvas.repaint() or window.canvas.complete)
    at = window.canvas.view.from_image(QPointF(x + 0.25, y + 0.25)).toPoint()
    return window.canvas.grab().toImage().pixelColor(at).getRgb()[:3]


# The trimap


def test_a_tap_shows_the_trimap_and_another_hides_it(opened, qtbot):
    assert shown(opened) is None
    qtbot.keyClick(opened.canvas, K.Key_J)
    qtbot.waitUntil(lambda: shown(opened) is not None)
    assert opened.actions_by_id["view.trimap"].isChecked()
    assert np.array_equal(shown(opened), banded(25))
    qtbot.keyClick(opened.canvas, K.Key_J)
    assert shown(opened) is None
    assert not opened.actions_by_id["view.trimap"].isChecked()


def test_held_the_key_shows_it_for_as_long(opened, qtbot):
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    QTest.keyPress(opened.canvas, K.Key_J)
    qtbot.waitUntil(lambda: shown(opened) is not None)
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_J)
    assert shown(opened) is None
    assert not opened.actions_by_id["view.trimap"].isChecked()
    act(opened, "view.trimap")
    QTest.keyPress(opened.canvas, K.Key_J)  # held while it is on, the key hides it
    assert not opened.actions_by_id["view.trimap"].isChecked()
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_J)
    assert opened.actions_by_id["view.trimap"].isChecked()


def test_a_key_that_is_let_go_elsewhere_is_not_held(opened, qtbot):
    QTest.keyPress(opened.canvas, K.Key_J)
    assert opened.actions_by_id["view.trimap"].isChecked()
    opened.keys.let_go()
    assert not opened.actions_by_id["view.trimap"].isChecked()
    QTest.keyRelease(opened.canvas, K.Key_J)
    assert not opened.actions_by_id["view.trimap"].isChecked()


def test_the_menu_turns_it_on_for_good(opened, qtbot):
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    act(opened, "view.trimap")
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_J)
    assert opened.actions_by_id["view.trimap"].isChecked()


def test_a_band_that_is_made_wider_shows_at_once(opened, qtbot):
    act(opened, "view.trimap")
    qtbot.waitUntil(lambda: shown(opened) is not None)
    for width in (12, 33):
        opened.session.shaping.refine(opened.session.active.id, RefineParams(band_width=width, adaptive=False))
        qtbot.waitUntil(lambda width=width: np.array_equal(shown(opened), banded(width)))


def test_the_tools_that_paint_into_it_show_it(opened, qtbot):
    for name in ("tool.refine", "tool.trimap"):
        act(opened, name)
        qtbot.waitUntil(lambda: shown(opened) is not None)
        act(opened, "tool.hand")
        assert shown(opened) is None
    act(opened, "view.trimap")
    act(opened, "tool.refine")
    act(opened, "tool.hand")
    qtbot.waitUntil(lambda: shown(opened) is not None)


def test_it_is_the_trimap_of_the_layer_and_photo_in_front(opened, qtbot):
    act(opened, "view.trimap")
    qtbot.waitUntil(lambda: shown(opened) is not None)
    opened.session.layers.add()
    qtbot.waitUntil(lambda: shown(opened) is not None and not shown(opened).any())
    first = opened.session
    tab = opened.tabs.fresh()
    tab.session.history = History(Document(Image(np.zeros((50, 60, 3), np.uint8), name="other.png")))
    tab.session.changed()
    assert opened.canvas.contents.trimap is None
    opened.tabs.step(1)
    assert opened.session is first
    qtbot.waitUntil(lambda: shown(opened) is not None)


def test_what_is_painted_stays_on_show_until_it_is_drawn(opened, qtbot):
    act(opened, "tool.trimap")
    qtbot.waitUntil(lambda: shown(opened) is not None)
    canvas = opened.canvas
    at = canvas.view.from_image(QPointF(40, 100)).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert canvas.contents.trimap[40, 100] == 128
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    painted = canvas.contents.trimap
    assert painted[40, 100] == 128
    qtbot.waitUntil(lambda: canvas.contents.trimap is not painted)
    assert canvas.contents.trimap[40, 100] == 128


# The mask of before


def alpha_on_show(window, qtbot):
    """What the view of the mask shows at a few columns."""
    return [colour_at(window, qtbot, x, 120)[0] for x in (20, 150, 175, 280)]


SOFT = [int(coverage()[120, x]) for x in (20, 150, 175, 280)]
HARD = [255 if value >= 128 else 0 for value in SOFT]


def test_a_tap_shows_the_original_mask_and_another_hides_it(opened, qtbot):
    opened.modes.show("mask")
    document = opened.session.document
    assert alpha_on_show(opened, qtbot) == SOFT
    qtbot.keyClick(opened.canvas, K.Key_P)
    assert opened.actions_by_id["view.originalMask"].isChecked()
    assert alpha_on_show(opened, qtbot) == HARD
    opened.session.painting.invert()
    qtbot.waitUntil(lambda: opened.session.active.refinement is None or not opened.session.active.unsolved)
    assert alpha_on_show(opened, qtbot) == [255 - value for value in HARD]
    opened.session.undo()
    assert alpha_on_show(opened, qtbot) == HARD
    qtbot.keyClick(opened.canvas, K.Key_P)
    assert alpha_on_show(opened, qtbot) == SOFT
    assert opened.session.document is document


def test_held_the_key_shows_the_original_mask_for_as_long(opened, qtbot):
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    opened.modes.show("mask")
    QTest.keyPress(opened.canvas, K.Key_P)
    assert alpha_on_show(opened, qtbot) == HARD
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_P)
    assert alpha_on_show(opened, qtbot) == SOFT


def test_a_stroke_ends_it_so_that_it_is_seen(opened, qtbot):
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    opened.modes.show("mask")
    act(opened, "tool.brush")
    QTest.keyPress(opened.canvas, K.Key_P)
    at = opened.canvas.view.from_image(QPointF(250.5, 60.5)).toPoint()
    qtbot.mousePress(opened.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert colour_at(opened, qtbot, 250, 60)[0] == 255
    assert alpha_on_show(opened, qtbot) == SOFT
    qtbot.mouseRelease(opened.canvas, Qt.MouseButton.LeftButton, pos=at)
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, K.Key_P)
    assert not opened.actions_by_id["view.originalMask"].isChecked()
    assert colour_at(opened, qtbot, 250, 60)[0] == 255


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
