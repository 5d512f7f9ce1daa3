"""Lasso, polygon, rectangle and ellipse, compared with areas computed from where the pointer went."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from tests.ui.tools.conftest import LEFT, NONE, SIZE

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton


def box(x0, y0, x1, y1):
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    plane[y0:y1, x0:x1] = 255
    return plane


def inside(points):
    """The hard inside of a polygon, by OpenCV."""
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    cv2.fillPoly(plane, [np.array(points, np.int32)], 255)
    return plane


def close(one, other):
    """Equal but for two pixels either side of the edge, which is softened."""
    inner, outer = (change(other, np.ones((5, 5), np.uint8)) for change in (cv2.erode, cv2.dilate))
    return ((one >= inner) & (one <= outer)).all() and (one == 255).any()


def test_a_rectangle_adds_whole_pixels(stage):
    stage.tools.choose("rectangle")
    stage.drag((20, 30), (60, 70), (120, 90))
    assert np.array_equal(stage.alpha, box(20, 30, 120, 90))
    assert stage.steps[1:] == ["Rectangle"]


def test_held_modifiers_choose_the_mode_of_one_area(stage):
    stage.tools.choose("rectangle")
    stage.drag((20, 30), (60, 70), (120, 90))
    stage.press(60, 50, modifiers=M.AltModifier)
    stage.move(100, 70)
    stage.release(100, 70)
    assert np.array_equal(stage.alpha, box(20, 30, 120, 90) - box(60, 50, 100, 70))
    stage.drag((200, 200), (220, 230), modifiers=M.ShiftModifier)
    stage.press(0, 0, modifiers=M.ShiftModifier | M.AltModifier)
    stage.move(210, 215)
    stage.release(210, 215)
    assert np.array_equal(stage.alpha, box(20, 30, 120, 90) - box(60, 50, 100, 70) + box(200, 200, 210, 215))
    assert len(stage.steps) == 5


@pytest.mark.parametrize("how", ["replace", "add", "subtract", "intersect", "xor"])
def test_the_buttons_of_the_bar_choose_the_mode(stage, how):
    stage.tools.choose("rectangle")
    stage.drag((20, 20), (100, 100), (200, 100))
    button = stage.window.findChild(QToolButton, f"mode.{how}")
    QTest.mouseClick(button, LEFT)
    stage.drag((150, 50), (260, 100), (260, 150))
    one, other = box(20, 20, 200, 100) > 0, box(150, 50, 260, 150) > 0
    wanted = {
        "replace": other,
        "add": one | other,
        "subtract": one & ~other,
        "intersect": one & other,
        "xor": one ^ other,
    }[how]
    assert np.array_equal(stage.alpha, wanted * np.uint8(255))
    assert stage.tools.tool.params.how == how


def test_the_right_button_subtracts_and_a_click_of_it_asks_for_the_menu(stage, qtbot):
    stage.tools.choose("rectangle")
    stage.drag((20, 20), (100, 100), (200, 100))
    stage.drag((50, 50), (80, 80), (100, 90), button=RIGHT)
    assert np.array_equal(stage.alpha, box(20, 20, 200, 100) - box(50, 50, 100, 90))
    steps = len(stage.steps)
    with qtbot.waitSignal(stage.tools.menuRequested):
        stage.click(30, 30, button=RIGHT)
    assert len(stage.steps) == steps
    assert not stage.tools.tool.busy


def test_shift_and_alt_after_the_start_square_and_centre(stage):
    stage.tools.choose("rectangle")
    stage.press(100, 100)
    stage.move(140, 120, modifiers=M.ShiftModifier)
    stage.release(140, 120, modifiers=M.ShiftModifier)
    assert np.array_equal(stage.alpha, box(100, 100, 140, 140))
    stage.session.undo()
    stage.press(100, 100)
    stage.move(140, 120, modifiers=M.AltModifier)
    stage.release(140, 120, modifiers=M.AltModifier)
    assert np.array_equal(stage.alpha, box(60, 80, 140, 120))


def test_space_moves_the_rectangle_under_way(stage):
    stage.tools.choose("rectangle")
    stage.press(100, 100)
    stage.move(140, 120)
    centre = stage.canvas.view.centre
    QTest.keyPress(stage.canvas, K.Key_Space)
    stage.move(150, 140)
    QTest.keyRelease(stage.canvas, K.Key_Space)
    stage.move(170, 145)
    stage.release(170, 145)
    assert np.array_equal(stage.alpha, box(110, 120, 170, 145))
    assert stage.canvas.view.centre == centre


def test_an_ellipse_is_inscribed(stage):
    stage.tools.choose("ellipse")
    stage.drag((100, 50), (200, 100), (240, 150))
    rows, columns = np.mgrid[:300, :400] + 0.5
    wanted = ((columns - 170) / 70) ** 2 + ((rows - 100) / 50) ** 2 <= 1
    assert close(stage.alpha, wanted * np.uint8(255))
    assert stage.steps[1:] == ["Ellipse"]


def test_a_lasso_takes_what_it_goes_round(stage):
    stage.tools.choose("lasso")
    way = [(50, 50), (200, 60), (180, 200), (60, 180)]
    stage.drag(*way)
    assert close(stage.alpha, inside(way))
    assert stage.steps[1:] == ["Lasso"]


def test_escape_and_lost_focus_forget_a_lasso_and_change_nothing(stage):
    stage.tools.choose("lasso")
    for end in (lambda: stage.key(K.Key_Escape), stage.canvas.clearFocus):
        stage.canvas.setFocus()
        stage.press(50, 50)
        stage.move(200, 60)
        stage.move(100, 160)
        end()
        assert not stage.tools.tool.busy
        stage.move(20, 20)
        stage.release(20, 20)
        assert stage.steps[1:] == []


def test_a_polygon_is_clicked_and_closed_by_enter(stage):
    stage.tools.choose("polygon")
    corners = [(50, 50), (200, 60), (180, 200), (20, 250), (60, 180)]
    for corner in corners:
        stage.click(*corner)
    stage.key(K.Key_Backspace)
    stage.key(K.Key_Backspace)
    stage.click(60, 180)
    stage.key(K.Key_Return)
    assert close(stage.alpha, inside([(50, 50), (200, 60), (180, 200), (60, 180)]))
    assert stage.steps[1:] == ["Polygon lasso"]


def test_a_polygon_is_closed_by_a_double_click_or_at_its_start(stage):
    stage.tools.choose("polygon")
    for corner in [(50, 50), (200, 60)]:
        stage.click(*corner)
    stage.click(180, 200)
    QTest.mouseDClick(stage.canvas, LEFT, NONE, stage.at(180, 200))
    stage.release(180, 200)
    assert close(stage.alpha, inside([(50, 50), (200, 60), (180, 200)]))
    stage.session.undo()
    for corner in [(50, 50), (200, 60), (180, 200), (52, 52)]:
        stage.click(*corner)
    assert close(stage.alpha, inside([(50, 50), (200, 60), (180, 200)]))
    assert not stage.tools.tool.busy


def test_backspace_and_enter_are_the_actions_own_without_a_polygon(stage):
    stage.tools.choose("rectangle")
    stage.drag((20, 20), (100, 100))
    asked = []
    stage.actions["edit.clear"].triggered.connect(lambda: asked.append("clear"))
    stage.tools.choose("polygon")
    stage.key(K.Key_Backspace)
    assert asked == ["clear"]
    stage.click(50, 50)
    stage.key(K.Key_Backspace)
    assert asked == ["clear"]


def test_feather_fades_an_area_on_both_sides(stage):
    stage.tools.choose("rectangle")
    tool = stage.tools.tool
    tool.set_params(replace(tool.params, feather=10))
    stage.drag((100, 100), (200, 200))
    row = stage.alpha[150].astype(int)
    assert row[150] == 255
    assert 100 < row[100] < 160
    assert row[80] == 0
    assert (np.diff(row[85:115]) >= 0).all()


def test_an_area_taken_from_nothing_is_a_sentence(stage):
    stage.tools.choose("rectangle")
    stage.drag((100, 100), (200, 200), button=RIGHT)
    assert stage.steps[1:] == []
    assert stage.told == ["There is no mask yet that this could be taken from."]


def test_the_view_may_move_under_a_lasso(stage):
    stage.tools.choose("lasso")
    stage.press(50, 50)
    stage.move(200, 60)
    QTest.keyPress(stage.canvas, K.Key_Space)
    stage.move(190, 20)
    QTest.keyRelease(stage.canvas, K.Key_Space)
    stage.move(180, 200)
    stage.move(60, 180)
    stage.release(60, 180)
    assert close(stage.alpha, inside([(50, 50), (200, 60), (180, 200), (60, 180)]))
