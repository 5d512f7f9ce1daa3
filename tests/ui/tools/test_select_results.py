"""The Select tool: what becomes of a selection, repair, keys alone, guesses under the pointer, and models."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from maskstudio.core.mask import Mask
from tests.core.documents import combined, disc
from tests.pointer import HOVER, MENDED
from tests.ui.tools.conftest import SIZE
from tests.ui.tools.selecthands import (
    ALT,
    HERE,
    SHIFT,
    THERE,
    K,
    asked,
    button,
    points,
    tool,
    use,
    wanted,
)

# What becomes of it


@pytest.mark.parametrize("how", ["replace", "add", "subtract", "intersect", "xor"])
def test_the_selection_joins_the_active_layer(select, how):
    select.session.painting.select(disc(*SIZE, 60, (150, 110)), 0, 0, "replace", "Disc")
    before = select.alpha
    use(select, how=how)
    select.click(*HERE)
    found = wanted(include=points(select, HERE))
    select.key(K.Key_Return)
    expected = combined(before, found, how)
    np.testing.assert_array_equal(select.alpha, expected)
    assert len(select.session.document.layers) == 1


def test_every_way_it_can_end_says_what_it_does(select):
    for name, text in tool(select).modes.items():
        assert text in button(select, f"mode.{name}").toolTip()
    assert set(tool(select).modes) == {key for key, _ in tool(select).kind.specs()[0].choices}


def mended(before, include=(), exclude=()):
    out = before.copy()
    for places, value in ((include, 255), (exclude, 0)):
        for at in places:
            out[disc(*SIZE, MENDED, at) > 0] = value
    return out


def test_repair_corrects_the_mask_of_the_active_layer_and_nothing_else(select, pointer):
    soft = np.random.default_rng(3).integers(0, 256, SIZE[::-1], np.uint8)
    select.session.layers.add(Mask.from_array(soft))
    layer = select.session.active
    use(select, how="mend")
    select.click(*HERE)
    select.click(*THERE, modifiers=ALT)
    assert asked(pointer).earlier is layer.alpha
    shown = tool(select).pending.now.shown
    assert [bool(tint.rect) for tint in shown.tints] == [True, True], "what is added and what is taken"
    assert shown.tints[0].rect.width == pytest.approx(2 * MENDED, abs=1)
    select.key(K.Key_Return)
    expected = mended(soft, points(select, HERE), points(select, THERE))
    np.testing.assert_array_equal(select.alpha, expected)
    assert select.session.active.mask is layer.mask
    assert select.steps[-1] == "Mend mask"


def test_pointing_out_something_first_corrects_the_mask_there_is(select, pointer):
    select.session.layers.add(Mask.from_array(disc(*SIZE, 60, HERE)))
    before = select.alpha
    select.click(*HERE, modifiers=ALT)
    assert asked(pointer).earlier is not None
    select.key(K.Key_Return)
    np.testing.assert_array_equal(select.alpha, mended(before, exclude=points(select, HERE)))
    assert len(select.session.document.layers) == 1


def test_pointing_out_something_without_a_mask_is_a_sentence(select, pointer):
    select.click(*HERE, modifiers=ALT)
    assert select.told == ["There is no mask yet that this could be taken from; click what you want first."]
    assert pointer.asked == []
    assert not tool(select).busy


def test_repair_without_a_mask_selects(select):
    use(select, how="mend")
    select.click(*HERE)
    select.key(K.Key_Return)
    np.testing.assert_array_equal(select.alpha, wanted(include=points(select, HERE)))


def test_only_what_does_not_belong_left_asks_nothing(select, pointer):
    select.click(*HERE)
    select.click(*THERE, modifiers=ALT)
    questions = len(pointer.asked)
    select.click(*HERE)
    assert len(pointer.asked) == questions
    assert tool(select).pending.now.shown is None
    assert tool(select).busy
    select.key(K.Key_Return)
    assert select.steps[1:] == []


def test_what_becomes_of_it_can_be_changed_before_it_is_taken(select, pointer):
    select.session.layers.add(Mask.from_array(disc(*SIZE, 60, THERE)))
    before = select.alpha
    select.click(*HERE)
    assert asked(pointer).earlier is None
    use(select, how="mend")
    assert asked(pointer).earlier is not None
    select.key(K.Key_Return)
    np.testing.assert_array_equal(select.alpha, mended(before, points(select, HERE)))


def test_a_layer_that_is_deleted_takes_its_repair_along(select):
    select.session.layers.add(Mask.from_array(disc(*SIZE, 60, THERE)))
    use(select, how="mend")
    select.click(*HERE)
    select.session.layers.delete(select.session.active.id)
    assert not tool(select).busy


# Keys alone


def test_the_keyboard_points_without_a_mouse(select, pointer):
    centre = select.canvas.view.to_image(QPointF(select.canvas.rect().center()))
    view = select.canvas.view.centre
    select.key(K.Key_Right)
    select.key(K.Key_Right)
    select.key(K.Key_Down, SHIFT)
    assert select.canvas.view.centre == view
    select.key(K.Key_Return)
    assert asked(pointer).include[0] == pytest.approx((centre.x() + 4, centre.y() + 40), abs=1)
    assert select.steps[1:] == []
    select.key(K.Key_Left)
    select.key(K.Key_Return, ALT)
    assert len(asked(pointer).exclude) == 1
    select.key(K.Key_Return)
    assert select.steps[1:] == ["Select"]
    assert not tool(select).busy
    select.key(K.Key_Up)
    assert tool(select).busy
    select.key(K.Key_Escape)
    assert not tool(select).busy


# Guesses


def hover(stage, x, y):
    at = QPointF(stage.at(x, y))
    QApplication.sendEvent(stage.canvas, QEnterEvent(at, at, stage.canvas.mapToGlobal(at)))
    stage.move(x, y, button=None)


def test_a_guess_is_shown_where_the_pointer_rests(select, pointer, qtbot, pixels):
    before = pixels(select.canvas.grab().toImage())
    for x in (100, 110, 120):
        hover(select, x, 90)
    qtbot.waitUntil(lambda: tool(select)._guess.shown)
    assert len(pointer.hovered) == 1, "where it went through is not asked about"
    assert pointer.hovered[0][1:] == points(select, (120, 90))[0]
    at, out = select.at(120, 90), select.at(120 + HOVER + 6, 90)
    after = pixels(select.canvas.grab().toImage())
    assert (after[at.y() + 8, at.x() + 8] != before[at.y() + 8, at.x() + 8]).any()
    assert (after[out.y(), out.x()] == before[out.y(), out.x()]).all()
    QApplication.sendEvent(select.canvas, QEvent(QEvent.Type.Leave))
    assert not tool(select)._guess.shown
    assert select.steps[1:] == []


@pytest.mark.parametrize("why", ["clicked", "switched off", "repair", "outside", "another tool"])
def test_no_guess_is_shown(select, pointer, qtbot, why):
    if why == "clicked":
        select.click(*THERE)
    elif why == "switched off":
        use(select, preview=False)
    elif why == "repair":
        use(select, how="mend")
    hover(select, *((-30, 20) if why == "outside" else HERE))
    if why == "another tool":
        select.tools.choose("brush")
    QTest.qWait(120)
    assert pointer.hovered == []


# The model


def test_the_models_are_listed_and_the_chosen_one_is_remembered(select, pointer):
    controls = select.tools.options.findChild(object, "selectControls")
    names = [controls.model.itemData(row) for row in range(controls.model.count())]
    assert names[0] == "slow"
    assert names[-1] == "none"
    assert controls.model.currentText() == "No model"
    assert controls.state.text() == "Ready"
    controls.model.setCurrentIndex(0)
    controls.model.activated.emit(0)
    assert select.settings.tools["select"]["model"] == "slow"
    assert pointer.opened[-1][1] == "slow"
    select.click(*HERE)
    assert pointer.asked[-1][0] == "slow"


def test_another_model_answers_what_was_clicked_already(select, pointer):
    select.click(*HERE)
    use(select, model="slow")
    assert [model for model, _ in pointer.asked] == ["none", "slow"]
    assert tool(select).pending.now.answer.model == "slow"


def test_a_model_that_is_gone_gives_way_to_one_that_is_there(select, pointer):
    use(select, model="gone")
    tool(select).enter()
    select.click(*HERE)
    assert pointer.asked[-1][0] == "slow"
