"""Comparing in the window: with layers, steps and other photos, in every way, without changing anything."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from tests.ui.windows import act

WIDTH, HEIGHT = 320, 240
BLINK = Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
HERE, THERE = (255, 159, 10), (47, 168, 255)
# Points of the two layers: in the left one, in both, in the right one, in neither.
LEFT, BOTH, RIGHT, NONE = (60, 120), (160, 120), (260, 120), (160, 20)


def mask(left, right):
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[60:200, left:right] = 255
    return Mask.from_array(plane)


@pytest.fixture
def opened(window):
    """Two layers that overlap in the middle, on grey."""
    photo = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    document = Document(Image(photo, name="photo.png"))
    for name, area in (("left", mask(40, 180)), ("right", mask(140, 290))):
        document = document.add([Layer(0, name, area, area)])
    window.session.history = History(document)
    window.session.changed()
    window.canvas.setFocus()
    window.modes.show("mask")
    window.canvas.view.actual_pixels()
    QApplication.processEvents()
    return window


def colours(window, qtbot, *points):
    qtbot.waitUntil(lambda: window.canvas.repaint() or window.canvas.complete)
    image = window.canvas.grab().toImage()
    at = [window.canvas.view.from_image(QPointF(x + 0.5, y + 0.5)).toPoint() for x, y in points]
    return [image.pixelColor(place).getRgb()[:3] for place in at]


def seen(window, qtbot):
    """What the view of the mask shows at the four points."""
    return [colour[0] for colour in colours(window, qtbot, LEFT, BOTH, RIGHT, NONE)]


def take(window, *way):
    """Choose from the menu of what can be compared with."""
    menu = window.viewing.compare_menu
    menu.fill()
    for text in way:
        action = next(each for each in menu.actions() if each.text() == text)
        menu = action.menu()
    action.trigger()


def checked(window):
    menu = window.viewing.compare_menu
    menu.fill()
    menus = [menu, *(each.menu() for each in menu.actions() if each.menu())]
    return [each.text() for one in menus for each in one.actions() if each.isChecked()]


def test_blink_shows_another_layer_and_changes_nothing(opened, qtbot):
    document, steps = opened.session.document, len(opened.session.history.steps)
    take(opened, "Layer", "left")
    act(opened, "view.split")  # which came on with the choice
    assert seen(opened, qtbot) == [255, 255, 255, 0]
    qtbot.keyClick(opened.canvas, *BLINK)
    assert opened.actions_by_id["view.blink"].isChecked()
    assert seen(opened, qtbot) == [255, 255, 0, 0]
    qtbot.keyClick(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [255, 255, 255, 0]
    assert opened.session.document is document
    assert len(opened.session.history.steps) == steps


def test_held_the_key_blinks_for_as_long(opened, qtbot):
    now = [0.0]
    opened.keys._holding._now = lambda: now[0]
    take(opened, "Layer", "left")
    act(opened, "view.split")
    QTest.keyPress(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [255, 255, 0, 0]
    now[0] += 1.0
    QTest.keyRelease(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [255, 255, 255, 0]


def test_without_a_choice_it_blinks_to_the_photo(opened, qtbot):
    qtbot.keyClick(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [100] * 4
    QTest.keyPress(opened.canvas, Qt.Key.Key_QuoteLeft)
    QTest.keyRelease(opened.canvas, Qt.Key.Key_QuoteLeft)  # a glance at the photo meanwhile does not end it
    assert seen(opened, qtbot) == [100] * 4
    qtbot.keyClick(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [255, 255, 255, 0]


def test_the_difference_of_two_layers(opened, qtbot):
    take(opened, "Layer", "left")  # against the active one, which is the right one
    act(opened, "view.difference")
    assert not opened.canvas.divider.on
    only_left, both, only_right, neither = colours(opened, qtbot, LEFT, BOTH, RIGHT, NONE)
    assert (only_left, only_right) == (THERE, HERE)
    assert (both, neither) == ((75,) * 3, (35,) * 3)
    assert opened.viewing.legend.accessibleName() == "only in right, only in left, the same"
    opened.session.layers.activate(opened.session.document.layers[0].id)  # against the result as it is
    assert colours(opened, qtbot, LEFT, RIGHT) == [(75,) * 3, HERE]
    act(opened, "view.difference")
    assert seen(opened, qtbot) == [255, 255, 255, 0]
    assert opened.viewing.legend.isHidden()


def test_split_has_a_layer_on_each_side(opened, qtbot):
    take(opened, "Layer", "left")
    assert opened.actions_by_id["view.split"].isChecked()
    assert [label.text() for label in opened.canvas.divider._names] == ["left", "right"]
    opened.canvas.divider.move_to(0.0)
    assert seen(opened, qtbot) == [0, 255, 255, 0]
    opened.canvas.divider.move_to(1.0)
    assert seen(opened, qtbot) == [255, 255, 0, 0]
    take(opened, "Photo")
    assert seen(opened, qtbot) == [100] * 4
    assert [label.text() for label in opened.canvas.divider._names] == ["Photo", "Result"]


def test_a_step_of_the_history_is_compared_with_and_outlives_it(opened, qtbot):
    opened.session.painting.fill()
    opened.history_panel.menu(0).actions()[0].trigger()
    assert checked(opened) == ["1. Open"]
    act(opened, "view.difference")
    assert colours(opened, qtbot, NONE, BOTH) == [HERE, (75,) * 3]
    opened.session.history.steps[:] = opened.session.history.steps[1:]
    opened.session.undo()
    qtbot.keyClick(opened.canvas, *BLINK)
    assert seen(opened, qtbot) == [255, 255, 255, 0]


def test_the_right_button_asks_and_does_not_go_to_a_step(opened, qtbot):
    opened.session.painting.fill()
    panel = opened.history_panel
    opened.sidebar.fold("historyPanel", False)
    place = panel.view.visualRect(panel.model.index(0)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert opened.session.history.position == 1
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.session.history.position == 0


def test_a_layer_offers_itself_and_is_let_go_when_it_is_deleted(opened, qtbot):
    layer = opened.session.document.layers[0]
    menu = opened.layers_panel.menu(layer)
    next(each for each in menu.actions() if each.objectName() == "layer.compare").trigger()
    assert checked(opened) == ["left"]
    act(opened, "view.difference")
    opened.session.layers.delete(layer.id)
    assert checked(opened) == ["Photo"]
    assert not opened.actions_by_id["view.difference"].isChecked()
    assert seen(opened, qtbot)[1:] == [255, 255, 0]


def test_another_open_photo_of_the_size_is_compared_with(opened, qtbot):
    first = opened.tabs.front
    for name, size in (("other.png", (HEIGHT, WIDTH)), ("small.png", (50, 60))):
        tab = opened.tabs.fresh()
        pixels = np.full((*size, 3), 200, np.uint8)
        area = Mask.from_array(np.full(size, 255, np.uint8))
        tab.session.history = History(Document(Image(pixels, name=name)).add([Layer(0, "all", area, area)]))
        tab.session.changed()
    opened.tabs.show_tab(first)
    assert [tab.title for tab in opened.viewing.comparison.others()] == ["other.png"]
    take(opened, "Open Photo", "other.png")
    act(opened, "view.difference")
    assert colours(opened, qtbot, NONE, BOTH) == [THERE, (75,) * 3]
    opened.modes.show("image")
    qtbot.keyClick(opened.canvas, *BLINK)
    assert colours(opened, qtbot, NONE, BOTH) == [(200,) * 3] * 2
    qtbot.keyClick(opened.canvas, *BLINK)
    opened.tabs.step(1)
    assert checked(opened) == ["Photo"]  # each tab has a choice of its own
    opened.tabs.show_tab(first)
    assert checked(opened) == ["other.png"]
    opened.tabs.remove(opened.viewing.comparison.others()[0])
    opened.shown.refresh()
    assert checked(opened) == ["Photo"]


def test_the_difference_asks_for_something_to_compare_with(opened):
    act(opened, "view.difference")
    assert opened.notice.sentence == "Choose what to compare with first, in View > Compare With."
    assert not opened.actions_by_id["view.difference"].isChecked()


def test_a_stroke_is_seen_while_it_is_made_and_compared_when_it_is_done(opened, qtbot):
    take(opened, "Layer", "left")
    act(opened, "view.difference")
    act(opened, "tool.brush")
    at = opened.canvas.view.from_image(QPointF(160.5, 20.5)).toPoint()
    qtbot.mousePress(opened.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert seen(opened, qtbot) == [255, 255, 255, 255]
    qtbot.mouseRelease(opened.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert colours(opened, qtbot, LEFT, RIGHT, NONE) == [THERE, HERE, HERE]


def test_the_original_mask_comes_before_what_is_compared(opened, qtbot):
    layer = opened.session.document.layers[1]
    take(opened, "Layer", "left")
    act(opened, "view.difference")
    opened.actions_by_id["view.originalMask"].trigger()
    assert layer.refinement is None  # nothing of before to show
    assert colours(opened, qtbot, LEFT, RIGHT) == [THERE, HERE]


def test_the_menu_comes_by_its_command_too(opened, monkeypatch):
    menu, places = opened.viewing.compare_menu, []
    monkeypatch.setattr(menu, "popup", places.append)
    act(opened, "view.compareWith")
    assert places == [opened.canvas.mapToGlobal(QPoint(0, 0))]
    assert opened.actions_by_id["view.compareWith"].menu() is menu


def test_names_of_layers_and_photos_are_shown_as_they_are(opened):
    opened.session.layers.rename(opened.session.document.layers[0].id, "a & b " + "x" * 80)
    take(opened, "Layer", "a && b " + "x" * 41 + "…")
    assert opened.viewing.comparison.names[0].startswith("a & b xxx")
