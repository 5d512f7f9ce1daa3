"""Size, hardness, opacity and flow by keys, wheel and drag."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from maskstudio.params.tools import PaintParams
from maskstudio.ui.keys.keymap import Keymap
from tests.ui.tools.test_brush import wheel

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def brush(stage):
    stage.tools.choose("brush")
    return stage


def params(stage):
    return stage.tools.tool.params


def test_size_steps_grow_and_come_back(brush):
    sizes = [params(brush).size]
    for _ in range(25):
        brush.key(K.Key_BracketRight)
        sizes.append(params(brush).size)
    steps = [after - before for before, after in pairwise(sizes)]
    assert steps == sorted(steps)
    assert steps[0] == 10
    assert steps[-1] > 50
    for size in reversed(sizes[:-1]):
        brush.key(K.Key_BracketLeft)
        assert params(brush).size == size
    for _ in range(60):
        brush.key(K.Key_BracketLeft)
    assert params(brush).size == 1


def test_hardness_goes_by_quarters(brush):
    brush.actions["brush.reset"].trigger()
    brush.key(K.Key_BraceLeft, M.ShiftModifier)
    brush.actions["brush.softer"].trigger()
    assert params(brush).hardness == pytest.approx(0.3, abs=0.26)
    for _ in range(4):
        brush.actions["brush.harder"].trigger()
    assert params(brush).hardness == 1


def test_digits_set_opacity_and_two_at_once_are_exact(brush):
    brush.key(K.Key_5)
    assert params(brush).opacity == 0.5
    brush.key(K.Key_3)
    assert params(brush).opacity == 0.53
    brush.key(K.Key_0)
    assert params(brush).opacity == 1
    brush.actions["brush.flow30"].trigger()
    assert params(brush).flow == 0.3


def test_x_swaps_and_d_resets(brush):
    brush.key(K.Key_BracketRight)
    brush.key(K.Key_X)
    assert brush.tools.name == "eraser"
    brush.key(K.Key_X)
    assert brush.tools.name == "brush"
    brush.key(K.Key_D)
    assert params(brush) == PaintParams()
    brush.tools.choose("lasso")
    brush.key(K.Key_BracketRight)
    assert brush.tools.tool_called("brush").params.size > PaintParams().size
    brush.key(K.Key_X)
    assert brush.tools.name == "brush"


def test_alt_and_the_wheel_resize_and_do_not_zoom(brush):
    scale, size = brush.canvas.view.scale, params(brush).size
    wheel(brush, 120, M.AltModifier)
    assert params(brush).size > size
    wheel(brush, -120, M.AltModifier)
    assert params(brush).size == size
    assert brush.canvas.view.scale == scale


def test_a_drag_sideways_takes_the_rim_to_the_pointer(brush):
    brush.press(100, 100, RIGHT, M.AltModifier)
    brush.move(140, 110, RIGHT, M.AltModifier)
    assert params(brush).size == 60 + 2 * 40
    brush.move(140, 180, RIGHT, M.AltModifier)
    assert params(brush).hardness == PaintParams().hardness
    brush.release(140, 180, RIGHT, M.AltModifier)
    assert params(brush).size == 140
    assert brush.steps == ["Open"]


@pytest.mark.parametrize("name", ["brush", "eraser", "refine"])
def test_in_kritas_keys_a_drag_with_shift_resizes_and_a_click_draws_straight(brush, name):
    brush.tools._bench.settings.preset = "krita"
    brush.tools.choose(name)
    size = brush.tools.tool.params.size
    brush.press(100, 100, modifiers=M.ShiftModifier)
    brush.move(140, 110, modifiers=M.ShiftModifier)
    brush.release(140, 110, modifiers=M.ShiftModifier)
    assert brush.tools.tool.params.size == size + 2 * 40
    assert brush.steps == ["Open"]


def test_in_kritas_keys_shift_and_a_click_draws_straight(brush):
    strokes = []
    for preset in ("photoshop", "krita"):
        brush.tools._bench.settings.preset = preset
        brush.press(60, 60)
        brush.release(60, 60)
        brush.press(200, 140, modifiers=M.ShiftModifier)
        brush.move(202, 141, modifiers=M.ShiftModifier)  # a hand trembles
        brush.release(202, 141, modifiers=M.ShiftModifier)
        strokes.append(brush.alpha)
        assert params(brush).size == 60
        brush.session.undo()
        brush.session.undo()
    assert strokes[1][100, 130] == strokes[0][100, 130] == 255  # half way
    assert np.abs(strokes[0].astype(int) - strokes[1]).sum() < 255 * 200


def test_in_kritas_keys_e_goes_from_brush_to_eraser_and_back(brush):
    assert Keymap("krita").owner("E") == "brush.swap"
    for wanted in ("eraser", "brush", "eraser"):
        brush.tools.verbs()["brush.swap"]()
        assert brush.tools.name == wanted


def test_a_drag_upwards_hardens_and_escape_takes_it_back(brush):
    brush.press(100, 200, RIGHT, M.AltModifier | M.ControlModifier)
    brush.move(104, 160, RIGHT, M.AltModifier | M.ControlModifier)
    assert params(brush).hardness == 1
    brush.move(104, 300, RIGHT, M.AltModifier | M.ControlModifier)
    assert params(brush).hardness == pytest.approx(0.3, abs=0.01)
    assert params(brush).size == 60
    brush.key(K.Key_Escape)
    assert params(brush) == PaintParams()
    brush.release(104, 300, RIGHT, M.AltModifier | M.ControlModifier)
    assert brush.steps == ["Open"]


def test_the_bar_follows_and_leads(brush):
    from maskstudio.ui.widgets.number import NumberField

    field = brush.window.findChild(NumberField, "brush.size")
    brush.key(K.Key_BracketRight)
    assert field.value() == params(brush).size == 70
    field.setValue(33)
    assert params(brush).size == 33
    field.setFocus()
    QTest.keyClick(field, K.Key_Up)
    assert params(brush).size == 34


def test_what_was_remembered_and_does_not_fit_is_left_out(brush):
    from maskstudio.ui.tools.base import remembered

    brush.settings.tools["brush"] = {"size": 12.0, "hardness": 7, "opacity": "much", "of old": 1}
    assert remembered(brush.settings, "brush", PaintParams) == PaintParams(size=12.0)
