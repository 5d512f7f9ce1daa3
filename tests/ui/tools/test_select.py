"""The Select tool: every gesture, its marks, undo of each click, and candidates."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from maskstudio.core.mask import Mask
from maskstudio.selection.prompt import Prompt
from tests.pointer import RADII
from tests.ui.tools.conftest import SIZE
from tests.ui.tools.selecthands import (
    ALT,
    CTRL,
    ELSEWHERE,
    HERE,
    RIGHT,
    SHIFT,
    THERE,
    K,
    M,
    asked,
    button,
    points,
    pressed,
    tool,
    use,
    wanted,
)

# Gestures


def test_a_click_shows_and_enter_takes_it_as_a_layer(select, pointer):
    select.click(*HERE)
    assert select.steps[1:] == []
    assert pointer.asked == [("none", Prompt(include=points(select, HERE)))]
    shown = tool(select).pending.now.answer.candidates[0].mask.array()
    select.key(K.Key_Return)
    assert select.steps[1:] == ["Select"]
    np.testing.assert_array_equal(select.alpha, shown)
    np.testing.assert_array_equal(select.alpha, wanted(include=points(select, HERE)))
    assert select.session.active.mask == Mask.from_array(shown)
    assert not tool(select).busy
    select.session.undo()
    assert select.session.document.layers == ()


@pytest.mark.parametrize("how", [{"modifiers": ALT}, {"modifiers": CTRL}, {"button": RIGHT}])
def test_alt_ctrl_and_the_right_button_point_out_what_does_not_belong(select, pointer, how):
    select.click(*HERE)
    select.click(130, 95, **how)
    select.key(K.Key_Return)
    np.testing.assert_array_equal(select.alpha, wanted(include=points(select, HERE), exclude=points(select, (130, 95))))


def test_a_drag_is_a_box_and_there_is_one_at_a_time(select, pointer):
    select.drag((40, 30), (90, 60), (160, 130))
    assert asked(pointer).box == pytest.approx((40, 30, 160, 130))
    select.drag((220, 180), (180, 120))
    assert asked(pointer).box == pytest.approx((180, 120, 220, 180))
    select.click(*HERE)
    assert asked(pointer).include == points(select, HERE)
    assert asked(pointer).box is not None
    select.drag((40, 30), (160, 31))
    assert asked(pointer).box == pytest.approx((180, 120, 220, 180)), "too thin to mean anything"
    select.key(K.Key_Return)
    np.testing.assert_array_equal(select.alpha, wanted(include=points(select, HERE), box=(180, 120, 220, 180)))


def test_a_box_stays_within_the_photo(select, pointer):
    select.drag((350, 250), (450, 350))
    assert asked(pointer).box == pytest.approx((350, 250, *SIZE))


def test_shift_scribbles_and_alt_scribbles_out(select, pointer):
    way = [(100, 80), (120, 90), (150, 90)]
    select.drag(*way, modifiers=SHIFT)
    (stroke,) = asked(pointer).scribbles
    assert stroke.points == points(select, *way)
    assert stroke.radius == pytest.approx(4)
    select.drag((200, 80), (220, 90), modifiers=ALT)
    (erasure,) = asked(pointer).erasures
    assert erasure.points == points(select, (200, 80), (220, 90))
    assert asked(pointer).scribbles == (stroke,)


def test_the_bar_makes_drags_lassos_or_scribbles(select, pointer):
    use(select, drag="outline")
    way = [(100, 80), (160, 90), (150, 140)]
    select.drag(*way)
    assert asked(pointer).outline == points(select, *way)
    use(select, drag="scribble")
    select.drag(*way)
    assert asked(pointer).scribbles[0].points == points(select, *way)
    assert asked(pointer).outline


def test_a_scribble_keeps_its_width_on_the_screen(select, pointer):
    select.canvas.view.zoom_to(0.5)
    select.drag((100, 80), (150, 90), modifiers=SHIFT)
    assert asked(pointer).scribbles[0].radius == pytest.approx(8)


def test_a_click_beside_the_photo_is_nothing_and_a_second_quick_one_neither(select, pointer):
    select.click(-20, 40)
    assert pointer.asked == []
    select.click(*HERE)
    QTest.mouseDClick(select.canvas, Qt.MouseButton.LeftButton, M.NoModifier, select.at(*HERE))
    assert len(tool(select).pending.gestures) == 1


def test_the_wheel_still_zooms_while_a_selection_is_pending(select):
    select.click(*HERE)
    before = select.canvas.view.scale
    select.canvas.view.zoom_to(2.0)
    assert select.canvas.view.scale != before
    assert tool(select).busy


# Marks


def test_a_click_on_a_mark_takes_it_away_and_that_is_undone_too(select, pointer):
    select.click(*HERE)
    select.click(*THERE)
    select.click(*HERE)
    assert asked(pointer).include == points(select, THERE)
    assert select.tools.undoes == "mark"
    select.tools.undo()
    assert [each.points[0] for each in tool(select).pending.gestures] == list(points(select, HERE, THERE))
    select.drag((200, 30), (260, 80))
    select.click(200, 30)
    assert not any(each.frames for each in tool(select).pending.gestures)


def test_the_pointer_is_a_hand_over_a_mark(select):
    select.click(*HERE)
    select.move(*HERE, button=None)
    assert select.canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    select.move(*THERE, button=None)
    assert select.canvas.cursor().shape() == Qt.CursorShape.BitmapCursor


def test_the_marks_are_on_the_screen(select, pixels):
    before = pixels(select.canvas.grab().toImage())
    select.click(*HERE)
    select.click(*THERE, modifiers=ALT)
    after = pixels(select.canvas.grab().toImage())
    for place, sign in ((HERE, 2), (THERE, 0)):
        at = select.at(*place)
        disc_of_it = after[at.y() + 5, at.x()]
        assert disc_of_it.argmax() == sign, "blue for in, red for out"
        assert (after[at.y(), at.x()] > 225).all(), "the sign is white"
    assert (before != after).any()


# Undo


def test_undo_takes_back_click_by_click_and_redo_brings_them_again(select, pointer):
    for at in (HERE, THERE, ELSEWHERE):
        select.click(*at)
    questions = len(pointer.asked)
    select.tools.undo()
    shown = tool(select).pending.now.answer.candidates[0].mask.array()
    np.testing.assert_array_equal(shown, wanted(include=points(select, HERE, THERE)))
    select.key(K.Key_Backspace)
    assert tool(select).pending.gestures[-1].points == points(select, HERE)
    assert (select.tools.undoes, select.tools.redoes) == ("click", "click")
    select.tools.redo()
    select.tools.redo()
    assert [each.points[0] for each in tool(select).pending.gestures] == list(points(select, HERE, THERE, ELSEWHERE))
    assert len(pointer.asked) == questions, "answers that were there are not asked for again"
    for _ in range(3):
        select.tools.undo()
    assert not tool(select).busy
    assert select.tools.undoes == ""
    assert select.tools.redoes == "click"
    select.tools.redo()
    assert tool(select).pending.gestures[-1].points == points(select, HERE)


def test_a_new_click_ends_what_could_be_brought_back(select):
    select.click(*HERE)
    select.click(*THERE)
    select.tools.undo()
    select.click(*ELSEWHERE)
    assert select.tools.redoes == ""


def test_escape_drops_a_drag_first_and_then_everything(select, pointer):
    select.click(*HERE)
    select.press(200, 100)
    select.move(260, 150)
    select.key(K.Key_Escape)
    select.release(260, 150)
    assert len(tool(select).pending.gestures) == 1
    select.key(K.Key_Escape)
    assert not tool(select).busy
    assert select.steps[1:] == []
    select.key(K.Key_Return)
    assert select.steps[1:] == []


def test_undo_in_the_middle_of_a_drag_drops_it_alone(select):
    select.click(*HERE)
    select.press(200, 100)
    select.move(260, 150)
    assert select.tools.undoes == "box"
    select.tools.undo()
    select.release(260, 150)
    assert len(tool(select).pending.gestures) == 1


def test_another_tool_takes_what_is_shown(select):
    select.click(*HERE)
    select.tools.choose("brush")
    assert select.steps[1:] == ["Select"]
    select.tools.choose("select")
    select.click(*THERE)
    select.tools.end()
    assert select.steps[1:] == ["Select", "Select"]
    assert len(select.session.document.layers) == 2


# Candidates


def test_candidates_are_stepped_through_by_keys_and_buttons(select):
    select.click(*HERE)
    select.actions["tool.nextCandidate"].trigger()
    assert tool(select).pending.now.chosen == 1
    select.actions["tool.previousCandidate"].trigger()
    select.actions["tool.previousCandidate"].trigger()
    assert tool(select).pending.now.chosen == 2
    assert [button(select, f"candidate.{number}").text() for number in (1, 2, 3)] == ["90 %", "60 %", "30 %"]
    pressed(button(select, "candidate.2"))
    assert tool(select).pending.now.chosen == 1
    assert button(select, "candidate.2").accessibleName() == "Candidate 2 of 3, certainty 60 %"
    pressed(button(select, "selectAccept"))
    np.testing.assert_array_equal(select.alpha, wanted(RADII[1], include=points(select, HERE)))
    assert not button(select, "candidate.1").isVisible()
    assert not button(select, "selectAccept").isVisible()


def test_the_keys_of_candidates_are_free_in_every_set():
    from maskstudio.ui.keys.keymap import Keymap
    from maskstudio.ui.keys.presets import PRESETS

    for preset in PRESETS:
        keymap = Keymap(preset)
        assert keymap.action(".") == "tool.nextCandidate"
        assert keymap.action(",") == "tool.previousCandidate"
        assert keymap.action("W") == "tool.select"


def test_stepping_without_candidates_is_a_sentence(select):
    select.actions["tool.nextCandidate"].trigger()
    assert select.told == ["There is one candidate at most; point at something with the Select tool first."]


def test_a_small_picture_shows_the_photo_lit_where_the_candidate_is(select):
    select.click(*HERE)
    picture = tool(select).pending.now.answer.made[0].picture
    assert picture.shape == (60, 88, 3)
    assert picture[26:34, 40:48].mean() > 2 * picture[:6, :6].mean()
    assert picture[26:34, 40:48].mean() == pytest.approx(127, abs=40), "the photo is noise"


def test_the_drop_button_drops(select):
    select.click(*HERE)
    pressed(button(select, "selectDrop"))
    assert not tool(select).busy
    assert select.steps[1:] == []
