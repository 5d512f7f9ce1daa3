"""Free transform: handles, keys and numbers, and the mask they make, against independent mappings of its pixels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from maskstudio.core.document import Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.tools.freetransform import TransformParams, TransformTool
from maskstudio.ui.tools.transform_box import HANDLES, TransformBox

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
BOX = Rect(100, 80, 120, 60)


@pytest.fixture
def lent(stage, qapp):
    """The stage with a rectangle as mask, and the pointer lent to the transform."""
    plane = np.zeros((300, 400), np.uint8)
    plane[BOX.slices()] = 255
    mask = Mask.from_array(plane)
    stage.session.commit(stage.session.document.add([Layer(0, "box", mask, mask)]), "Add")
    stage.tools.choose("brush")
    stage.tools.lend(TransformTool)
    return stage


def rectangle(x, y, width, height):
    plane = np.zeros((300, 400), np.uint8)
    plane[Rect(x, y, width, height).slices()] = 255
    return plane


def test_dragging_inside_moves_and_enter_applies(lent, qapp):
    lent.drag((150, 110), (160, 120), (180, 105))
    np.testing.assert_array_equal(lent.alpha, rectangle(130, 75, 120, 60))
    lent.key(Qt.Key.Key_Return)
    qapp.processEvents()
    assert lent.tools.name == "brush"
    assert lent.steps == ["Open", "Add", "Transform mask"]
    lent.session.undo()
    np.testing.assert_array_equal(lent.alpha, rectangle(100, 80, 120, 60))


def test_a_corner_scales_and_the_corner_across_stays(lent):
    lent.drag((220, 140), (240, 150), (280, 170))
    np.testing.assert_array_equal(lent.alpha > 127, rectangle(100, 80, 180, 90) > 0)
    box = lent.tools.tool.box
    assert box.scale == pytest.approx((1.5, 1.5))
    assert box.place((-1, -1)) == pytest.approx((100, 80))


def test_shift_keeps_the_proportions_and_alt_the_middle(lent):
    lent.drag((220, 140), (280, 140), modifiers=SHIFT)
    box = lent.tools.tool.box
    assert box.scale[0] == pytest.approx(box.scale[1])
    assert box.place((-1, -1)) == pytest.approx((100, 80))
    lent.key(Qt.Key.Key_Escape)
    lent.tools.lend(TransformTool)
    lent.drag((220, 110), (250, 110), modifiers=ALT)
    box = lent.tools.tool.box
    assert box.place((0, 0)) == pytest.approx((160, 110))
    assert box.scale == pytest.approx((1.5, 1))


def test_outside_turns_with_shift_in_steps(lent):
    lent.drag((260, 110), (160, 205), modifiers=SHIFT)
    assert lent.tools.tool.box.angle == 90
    np.testing.assert_array_equal(lent.alpha, rectangle(130, 50, 60, 120))


def test_escape_puts_the_mask_back(lent, qapp):
    lent.drag((150, 110), (200, 160))
    lent.key(Qt.Key.Key_Escape)
    qapp.processEvents()
    np.testing.assert_array_equal(lent.alpha, rectangle(100, 80, 120, 60))
    assert lent.tools.name == "brush"
    assert lent.session.history.undo_label == "Add"


def test_arrow_keys_and_numbers(lent):
    lent.key(Qt.Key.Key_Right)
    lent.key(Qt.Key.Key_Down, SHIFT)
    np.testing.assert_array_equal(lent.alpha, rectangle(101, 90, 120, 60))
    lent.tools.tool.set_params(TransformParams(across=0.5, down=1.0, angle=0.0, x=0.0, y=0.0))
    np.testing.assert_array_equal(lent.alpha > 127, rectangle(130, 80, 60, 60) > 0)
    assert lent.session.history.position == 2


def test_choosing_another_tool_keeps_it(lent, qapp):
    lent.drag((150, 110), (160, 110))
    lent.tools.choose("hand")
    qapp.processEvents()
    np.testing.assert_array_equal(lent.alpha, rectangle(110, 80, 120, 60))
    assert lent.tools.name == "hand"
    assert not lent.session.adjusting.in_run("transform")


def test_undo_ends_it(lent, qapp):
    lent.drag((150, 110), (160, 110))
    lent.session.undo()
    qapp.processEvents()
    np.testing.assert_array_equal(lent.alpha, rectangle(100, 80, 120, 60))
    assert lent.tools.name == "brush"


def test_an_empty_mask_cannot_be_transformed(stage, qapp):
    stage.session.layers.add()
    stage.tools.lend(TransformTool)
    qapp.processEvents()
    assert stage.told == ["The mask is empty; there is nothing to transform."]
    assert stage.tools.name == "brush"


def test_the_handles_are_drawn(lent, pixels):
    at = lent.at(100, 80)
    picture = pixels(lent.canvas.grab().toImage())
    assert (picture[at.y(), at.x()] == 255).all()


boxes = st.builds(
    TransformBox,
    st.builds(Rect, st.integers(-50, 50), st.integers(-50, 50), st.integers(4, 200), st.integers(4, 200)),
    st.tuples(st.floats(0.2, 3), st.floats(0.2, 3)),
    st.floats(-180, 180),
    st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
)
points = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@given(boxes, st.sampled_from(HANDLES))
def test_the_matrix_takes_corners_to_where_they_are_drawn(box, side):
    first = TransformBox(box.rect).place(side)
    assert box.matrix[:, :2] @ first + box.matrix[:, 2] == pytest.approx(box.place(side), abs=1e-6)


@settings(max_examples=200)
@given(boxes, st.sampled_from(HANDLES), points)
def test_a_dragged_handle_follows_and_the_one_across_stays(box, side, by):
    start = box.place(side)
    to = start[0] + by[0], start[1] + by[1]
    after = box.dragged(side, start, to)
    across = (-side[0], -side[1])
    assert after.place(across) == pytest.approx(box.place(across), abs=1e-6)
    grown = min(abs(share) for share in after.scale) > 0.006
    if 0 not in side and grown:
        assert after.place(side) == pytest.approx(to, abs=1e-6)
    centred = box.dragged(side, start, to, centred=True)
    assert centred.place((0, 0)) == pytest.approx(box.place((0, 0)), abs=1e-6)
    held = box.dragged(side, start, to, held=True)
    assert held.scale[0] / box.scale[0] == pytest.approx(held.scale[1] / box.scale[1])


@given(boxes, points)
def test_a_turn_keeps_sizes(box, to):
    start = box.place((2, 0))
    after = box.dragged("outside", start, to)
    assert after.scale == box.scale
    assert math.dist(after.place((-1, 0)), after.place((1, 0))) == pytest.approx(box.rect.width * box.scale[0])
