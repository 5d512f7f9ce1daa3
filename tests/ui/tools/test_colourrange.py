"""Colour Range by hand: clicks, keys, buttons and the picture shown, against a photo of known colours."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.ui.tools.colourrange import ColourRangeTool
from tests.ui.tools.conftest import SIZE

K, M, RIGHT = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.RightButton
RED, GREEN, BLUE = (200, 40, 40), (40, 160, 60), (40, 60, 200)


@pytest.fixture
def range_(stage, qapp):
    """Stripes of red, green, blue and black, 100 px each, and the pointer lent to Colour Range over the brush."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for number, colour in enumerate((RED, GREEN, BLUE)):
        pixels[:, 100 * number : 100 * number + 100] = colour
    stage.session.history = History(Document(Image(pixels)))
    stage.session.changed()
    stage.canvas.view.actual_pixels()
    stage.tools.choose("brush")
    lend(stage)
    return stage


def lend(stage):
    def lent(bench, over):
        tool = stage.__dict__.setdefault("kept", ColourRangeTool(bench))
        tool.over = over
        return tool

    stage.tools.lend(lent)


def stripes(*numbers):
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    for number in numbers:
        plane[:, 100 * number : 100 * number + 100] = 255
    return plane


def tune(stage, **values):
    tool = stage.tools.tool
    tool.set_params(replace(tool.params, **values))


def shown(stage, x, y):
    """The colour of the canvas over an image point."""
    at = stage.canvas.view.from_image(QPointF(x, y)).toPoint()
    colour = stage.canvas.grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


def test_a_click_and_enter_select_the_colour_everywhere_as_one_step(range_, qapp):
    range_.click(150, 100)
    range_.key(K.Key_Return)
    qapp.processEvents()
    assert np.array_equal(range_.alpha, stripes(1))
    assert range_.steps == ["Open", "Colour Range"]
    assert range_.tools.name == "brush"


def test_shift_adds_and_alt_and_the_right_button_take_away(range_):
    tune(range_, fuzziness=200)
    range_.click(50, 100)
    range_.click(150, 100, modifiers=M.ShiftModifier)
    range_.click(250, 100, modifiers=M.AltModifier)
    range_.click(350, 100, button=RIGHT)
    assert [sample.less for sample in range_.tools.tool.samples] == [False, False, True, True]
    range_.key(K.Key_Return)
    assert np.array_equal(range_.alpha, stripes(0, 1))


def test_a_click_starts_over_and_a_drag_leads_the_sample(range_):
    range_.click(50, 100)
    range_.drag((150, 100), (250, 120))
    (sample,) = range_.tools.tool.samples
    assert sample.colour == BLUE
    range_.key(K.Key_Return)
    assert np.array_equal(range_.alpha, stripes(2))


def test_undo_and_redo_walk_through_the_clicks(range_):
    range_.click(50, 100)
    range_.click(150, 100, modifiers=M.ShiftModifier)
    assert range_.tools.undoes
    assert range_.tools.undo()
    assert [sample.colour for sample in range_.tools.tool.samples] == [RED]
    assert range_.tools.redo()
    assert [sample.colour for sample in range_.tools.tool.samples] == [RED, GREEN]
    range_.tools.undo()
    range_.tools.undo()
    assert range_.tools.tool.samples == ()
    assert not range_.tools.undoes
    assert range_.steps == ["Open"]


def test_escape_leaves_everything_as_it_was(range_, qapp):
    range_.click(50, 100)
    range_.key(K.Key_Escape)
    qapp.processEvents()
    assert range_.tools.name == "brush"
    assert range_.steps == ["Open"]


def test_the_buttons_of_the_bar_apply_and_cancel_each_time_it_is_lent(range_, qapp):
    for times in (1, 2):
        range_.click(50, 100)
        button = range_.tools.options.findChild(QToolButton, "colourRange.apply")
        assert button.accessibleName()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qapp.processEvents()
        assert range_.tools.name == "brush"
        assert range_.steps == ["Open", *["Colour Range"] * times]
        lend(range_)
    range_.click(150, 100)
    QTest.mouseClick(range_.tools.options.findChild(QToolButton, "colourRange.cancel"), Qt.MouseButton.LeftButton)
    qapp.processEvents()
    assert range_.tools.name == "brush"
    assert np.array_equal(range_.alpha, stripes(0))


def test_without_a_sample_it_stays_and_says_what_to_do(range_):
    range_.key(K.Key_Return)
    assert range_.told == ["Click a colour in the photo first."]
    assert range_.tools.name == "colourRange"
    tune(range_, how="subtract")
    range_.click(50, 100)
    range_.key(K.Key_Return)
    assert range_.told[1:] == ["There is no mask yet that this could be taken from."]
    assert range_.tools.name == "colourRange"


def test_a_range_that_holds_nothing_says_so_and_makes_no_step(range_):
    tune(range_, what="highlights", fuzziness=0)
    range_.key(K.Key_Return)
    assert range_.told == ["Nothing in the photo is within this range."]
    assert range_.steps == ["Open"]


def test_presets_need_no_click_and_a_click_goes_back_to_samples(range_):
    tune(range_, what="shadows", fuzziness=0, inverted=True)
    range_.click(350, 100)
    assert range_.tools.tool.params.what == "samples"
    range_.key(K.Key_Return)
    assert np.array_equal(range_.alpha, stripes(0, 1, 2))


def test_the_preview_shows_what_would_be_selected(range_, qapp):
    range_.click(150, 290)
    plain = shown(range_, 50, 100)
    assert plain == RED
    assert shown(range_, 150, 100) != GREEN
    tune(range_, preview="grey")
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == ((0, 0, 0), (255, 255, 255))
    tune(range_, preview="black")
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == ((0, 0, 0), GREEN)
    tune(range_, preview="white")
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == ((255, 255, 255), GREEN)
    tune(range_, preview="none")
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == (RED, GREEN)


def test_the_preview_follows_parameters_and_view(range_):
    range_.click(150, 290)
    tune(range_, preview="grey", inverted=True)
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == ((255, 255, 255), (0, 0, 0))
    range_.canvas.view.fit()
    assert (shown(range_, 50, 100), shown(range_, 150, 100)) == ((255, 255, 255), (0, 0, 0))


def test_a_press_outside_the_photo_takes_no_colour(range_):
    range_.click(-5, 100)
    assert range_.tools.tool.samples == ()


def test_another_tool_ends_it(range_, qapp):
    range_.click(50, 100)
    range_.tools.choose("lasso")
    qapp.processEvents()
    assert range_.tools.name == "lasso"
    assert range_.steps == ["Open"]
