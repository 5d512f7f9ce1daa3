"""The trimap over the photo, and the mask of before, while they are asked for."""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.params.local import RefineParams
from tests.ui.edgeview.conftest import WIDTH, K, colour_at, coverage, shown
from tests.ui.windows import act


def banded(width):
    """The band of a straight edge between columns 160 and 161."""
    hard = coverage()[0] >= 128
    edge = int(np.argmin(hard))
    away = np.abs(np.arange(WIDTH) + 0.5 - edge)
    return np.where(away < width, 128, np.where(hard, 255, 0)).astype(np.uint8)


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
