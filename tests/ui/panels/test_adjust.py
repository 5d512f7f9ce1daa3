"""The Adjust panel: sliders for the edge, islands and holes, and the field that asks how far to feather."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from maskstudio.core.adjust import adjusted
from maskstudio.core.mask import Mask
from maskstudio.params.local import AdjustParams, CleanParams
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.panels.feather import FeatherField, SnapField
from tests.ui.panels.stage import LEFT, disc, layer, words


def alpha(session):
    return session.active.alpha.array()


def type_into(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_typing_adjusts_and_reset_takes_it_back(show, layered, qtbot):
    panel = show(AdjustPanel, layered)
    before = alpha(layered)
    type_into(qtbot, panel.form.field("feather"), "9")
    np.testing.assert_array_equal(alpha(layered), adjusted(before, AdjustParams(feather=9)))
    type_into(qtbot, panel.form.field("shift_edge"), "-4")
    np.testing.assert_array_equal(alpha(layered), adjusted(before, AdjustParams(feather=9, shift_edge=-4)))
    assert layered.history.position == 1
    qtbot.mouseClick(panel.reset_button, LEFT)
    np.testing.assert_array_equal(alpha(layered), before)
    assert panel.form.params() == AdjustParams()
    assert not panel.reset_button.isEnabled()


def test_dragging_a_slider_is_one_step(show, layered, qtbot):
    panel = show(AdjustPanel, layered)
    field = panel.form.field("smooth")
    start, stop = field.track
    middle = field.height() // 2
    qtbot.mousePress(field, LEFT, pos=field.rect().topLeft() + type(field.rect().topLeft())(int(start), middle))
    for share in (0.2, 0.5, 0.3):
        place = type(field.rect().topLeft())(int(start + share * (stop - start)), middle)
        qtbot.mouseMove(field, place)
    qtbot.mouseRelease(field, LEFT, pos=place)
    params = layered.adjusting.adjust_params
    assert params.smooth > 0
    assert layered.history.position == 1
    np.testing.assert_array_equal(alpha(layered), adjusted(disc(300, 200, 80).array(), params))


def test_the_sliders_stay_as_they_are_set_whatever_else_happens(show, layered):
    panel = show(AdjustPanel, layered)
    panel.form.field("feather").setValue(7)
    layered.layers.activate(1)
    assert panel.form.params() == AdjustParams()
    layered.layers.rename(2, "renamed")
    layered.layers.activate(2)
    assert panel.form.params() == AdjustParams(feather=7)
    panel.form.field("feather").setValue(3)
    np.testing.assert_array_equal(alpha(layered), adjusted(disc(300, 200, 80).array(), AdjustParams(feather=3)))
    layered.undo()
    assert panel.form.params() == AdjustParams(feather=7)
    assert panel.reset_button.isEnabled()


def test_fading_outwards_waits_for_a_feather(show, layered, qtbot):
    panel = show(AdjustPanel, layered)
    outer = panel.form.field("outer_only")
    assert not outer.isEnabled()
    panel.form.field("feather").setValue(12)
    assert outer.isEnabled()
    qtbot.mouseClick(outer, LEFT, pos=QPoint(8, 13))
    solid = disc(300, 200, 80).array() == 255
    assert (alpha(layered)[solid] == 255).all()
    assert alpha(layered)[200, 300 + 84] > 0
    qtbot.mouseClick(outer, LEFT, pos=QPoint(8, 13))
    assert (alpha(layered)[solid] < 255).any()


def test_a_solid_core_fills_what_is_see_through_inside(show, layered, qtbot):
    panel = show(AdjustPanel, layered)
    panel.form.field("feather").setValue(60)
    assert alpha(layered)[200, 300 - 50] < 255
    type_into(qtbot, panel.form.field("solid_core"), "20")
    assert alpha(layered)[200, 300 - 50] == 255
    assert layered.active.edge == AdjustParams(feather=60, solid_core=20)


def test_with_a_region_chosen_the_sliders_are_its_own(show, layered, solved, qtbot):
    panel = show(AdjustPanel, layered)
    panel.form.field("feather").setValue(9)
    right = np.zeros((400, 600), np.uint8)
    right[:, 300:] = 255
    region = layered.edging.add_region(2, "Hair", Mask.from_array(right))
    panel.show_region(region)
    assert words(panel).startswith("Only Hair.")
    assert panel.form.params() == AdjustParams(feather=9)
    start = layered.history.position
    for value in ("3", "0"):
        type_into(qtbot, panel.form.field("feather"), value)
    assert layered.history.position == start + 1
    assert layered.active.edge == AdjustParams(feather=9)
    assert layered.active.regions[0].edge == AdjustParams()
    expected = np.where(
        right == 255, disc(300, 200, 80).array(), adjusted(disc(300, 200, 80).array(), AdjustParams(feather=9))
    )
    np.testing.assert_array_equal(alpha(layered), expected)
    assert not panel.reset_button.isEnabled()
    panel.show_region(None)
    assert panel.form.params() == AdjustParams(feather=9)
    assert "Only" not in words(panel)
    panel.show_region(region)
    panel.form.field("contrast").setValue(0.5)
    qtbot.mouseClick(panel.reset_button, LEFT)
    assert layered.active.regions[0].edge == AdjustParams()
    assert layered.active.edge == AdjustParams(feather=9)


def test_a_region_that_is_gone_is_not_adjusted(show, layered, solved):
    panel = show(AdjustPanel, layered)
    panel.show_region(layered.edging.add_region(2, "Hair", disc(300, 200, 30)))
    layered.undo()
    panel.form.field("feather").setValue(5)
    assert layered.active.edge == AdjustParams(feather=5)


def test_without_a_layer_it_says_what_to_do(show, session):
    panel = show(AdjustPanel, session)
    assert not panel.form.isEnabled()
    assert any("Choose a layer" in each.text() for each in panel.findChildren(QLabel) if each.isVisible())


@pytest.fixture
def specked(layered):
    plane = disc(300, 200, 80).array()
    plane[200:204, 300:304] = 0
    plane[10:13, 10:13] = plane[30:35, 10:15] = 255
    layered.commit(layered.document.add([layer("specked", Mask.from_array(plane))]), "Add")
    return layered


def test_islands_and_holes_are_counted_and_go_live(show, specked, qtbot):
    panel = show(AdjustPanel, specked)
    before = alpha(specked)
    qtbot.mouseClick(panel.clean.header, LEFT)
    count = panel.clean._count
    assert count.text() == "There are 3 islands and 1 hole."
    type_into(qtbot, panel.clean.form.field("min_island"), "10")
    assert count.text() == "1 of 3 islands and 0 of 1 hole go."
    expected = before.copy()
    expected[10:13, 10:13] = 0
    np.testing.assert_array_equal(alpha(specked), expected)
    type_into(qtbot, panel.clean.form.field("min_hole"), "17")
    assert alpha(specked)[202, 302] == 255
    qtbot.mouseClick(panel.clean.cancel_button, LEFT)
    np.testing.assert_array_equal(alpha(specked), before)
    assert panel.clean.form.params() == CleanParams()


def test_applying_keeps_it_and_looks_again(show, specked, qtbot):
    panel = show(AdjustPanel, specked)
    panel.clean.open()
    panel.clean.form.field("min_island").setValue(10)
    qtbot.mouseClick(panel.clean.apply_button, LEFT)
    assert panel.clean.form.params() == CleanParams()
    assert not panel.clean.apply_button.isEnabled()
    qtbot.waitUntil(lambda: panel.clean._count.text() == "There are 2 islands and 1 hole.")
    assert specked.history.undo_label == "Clean islands and holes"


def test_folding_lets_go_of_the_parts(show, specked, qtbot):
    panel = show(AdjustPanel, specked)
    panel.clean.open()
    assert specked.adjusting.parts is not None
    qtbot.mouseClick(panel.clean.header, LEFT)
    assert specked.adjusting.parts is None


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("kind", [FeatherField, SnapField])
def test_a_field_for_a_distance_applies_with_enter_and_leaves_with_escape(show, layered, qtbot, kind):
    panel = show(AdjustPanel, layered)
    field = kind(panel)
    assert field.field.accessibleName()
    chosen = []
    field.chosen.connect(chosen.append)
    field.ask()
    qtbot.keyClicks(field.field, "12")
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    assert chosen == [12]
    assert not field.isVisible()
    field.ask()
    qtbot.keyClicks(field.field, "7")
    qtbot.keyClick(field.field, Qt.Key.Key_Escape)
    assert chosen == [12]
    assert not field.isVisible()
