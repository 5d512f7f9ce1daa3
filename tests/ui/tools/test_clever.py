"""Wand, magnetic lasso, fill, gradient, move and eyedropper."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from tests.ui.tools.conftest import SIZE
from tests.ui.tools.test_areas import box, close

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton


def show(stage, pixels):
    """Another photo in the same session."""
    stage.session.history = History(Document(Image(pixels)))
    stage.session.changed()
    stage.canvas.view.actual_pixels()


@pytest.fixture
def squares(stage):
    """A grey photo with a square of 150 and one of 170 on 100."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 100, np.uint8)
    pixels[50:150, 50:150] = 150
    pixels[50:150, 150:250] = 170
    show(stage, pixels)
    stage.tools.choose("wand")
    stage.tools.tool.set_params(replace(stage.tools.tool.params, tolerance=10, antialias=False))
    return stage


def test_the_wand_takes_the_colour_clicked(squares):
    squares.click(100, 100)
    assert np.array_equal(squares.alpha, box(50, 50, 150, 150))
    assert squares.steps[1:] == ["Magic wand"]
    squares.click(300, 200, modifiers=M.AltModifier)
    assert np.array_equal(squares.alpha, box(50, 50, 150, 150))


def test_the_wand_tells_near_black_from_what_is_transparent(squares):
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pixels[50:150, 50:150] = 6
    alpha = np.where(pixels.max(axis=2) > 0, 255, 0).astype(np.uint8)
    squares.session.history = History(Document(Image(pixels, alpha=alpha)))
    squares.session.changed()
    squares.click(100, 100)
    assert np.array_equal(squares.alpha, box(50, 50, 150, 150))


def test_dragging_turns_the_wands_tolerance_and_selects_once(squares):
    squares.press(100, 100)
    squares.move(112, 100)
    assert squares.tools.tool.params.tolerance == 16
    squares.move(130, 104)
    assert squares.tools.tool.params.tolerance == 25
    assert squares.steps[1:] == []
    squares.release(130, 104)
    assert np.array_equal(squares.alpha, box(50, 50, 250, 150))
    assert squares.steps[1:] == ["Magic wand"]


def test_escape_forgets_the_wand_and_its_tolerance(squares):
    squares.press(100, 100)
    squares.move(200, 100)
    squares.key(K.Key_Escape)
    squares.release(200, 100)
    assert squares.steps[1:] == []
    assert squares.tools.tool.params.tolerance == 10


def test_the_right_button_and_the_wand_subtract(squares):
    squares.tools.tool.set_params(replace(squares.tools.tool.params, tolerance=30))
    squares.click(100, 100)
    squares.tools.tool.set_params(replace(squares.tools.tool.params, tolerance=5))
    squares.click(200, 100, button=RIGHT)
    assert np.array_equal(squares.alpha, box(50, 50, 150, 150))


def test_a_wand_that_is_not_ready_at_the_release_folds_in_later(squares):
    waiting = []
    squares.session.runner._post = waiting.append
    squares.click(100, 100)
    assert squares.steps[1:] == []
    squares.click(300, 200)
    for closure in waiting:
        closure()
    assert squares.steps[1:] == ["Magic wand", "Magic wand"]
    assert (squares.alpha == 255).sum() == SIZE[0] * SIZE[1] - 100 * 100


def test_the_magnetic_lasso_snaps_to_the_edge(squares):
    show(squares, box(50, 50, 150, 150)[..., None].repeat(3, axis=2) // 2 + 40)
    squares.tools.choose("magnetic")
    for corner in [(52, 48), (148, 52), (151, 147), (48, 152)]:
        squares.move(*corner, button=None)
        squares.click(*corner)
    squares.key(K.Key_Return)
    inner, outer = box(58, 58, 142, 142), box(42, 42, 158, 158)
    assert ((squares.alpha >= inner) & (squares.alpha <= outer)).all()
    edge = np.abs(squares.alpha[52:148, 60:140].astype(int) - 255)
    assert (edge == 0).mean() > 0.95
    assert squares.steps[1:] == ["Magnetic lasso"]


def test_backspace_takes_a_magnetic_corner_back_and_escape_all(squares):
    squares.tools.choose("magnetic")
    tool = squares.tools.tool
    for corner in [(50, 50), (150, 50), (250, 250)]:
        squares.click(*corner)
    squares.key(K.Key_Backspace)
    assert len(tool.corners) == 2
    squares.move(150, 150, button=None)
    squares.click(150, 150)
    assert [tuple(map(round, corner)) for corner in tool.corners] == [(50, 50), (150, 50), (150, 150)]
    squares.key(K.Key_Escape)
    assert not tool.busy
    assert squares.steps[1:] == []


@pytest.fixture
def ring(stage):
    """A mask: a frame of 20 px around a hole."""
    stage.tools.choose("rectangle")
    stage.drag((50, 50), (250, 250))
    stage.press(70, 70, modifiers=M.AltModifier)
    stage.move(230, 230)
    stage.release(230, 230)
    assert np.array_equal(stage.alpha, box(50, 50, 250, 250) - box(70, 70, 230, 230))
    stage.tools.choose("fill")
    return stage


def test_a_click_fills_the_region(ring):
    ring.click(150, 150)
    assert np.array_equal(ring.alpha, box(50, 50, 250, 250))
    assert ring.steps[-1] == "Fill region"
    ring.click(300, 150)
    assert (ring.alpha == 255).all()
    ring.click(300, 150)
    assert ring.told == ["The mask covers this place already."]


def test_holes_only_and_islands(ring):
    ring.tools.tool.set_params(replace(ring.tools.tool.params, what="hole"))
    ring.click(300, 150)
    assert ring.told == ["There is no hole here: the mask does not enclose this place."]
    ring.click(150, 150)
    assert ring.steps[-1] == "Fill hole"
    ring.click(100, 100, modifiers=M.AltModifier)
    assert not ring.alpha.any()
    assert ring.steps[-1] == "Remove island"
    steps = len(ring.steps)
    ring.click(-20, 100)
    assert len(ring.steps) == steps


def test_a_gradient_falls_along_its_line(stage):
    stage.tools.choose("gradient")
    stage.drag((100, 50), (200, 60), (300, 50))
    columns = np.arange(SIZE[0]) + 0.5
    wanted = np.rint(255 - 255 * np.clip((columns - 100) / 200, 0, 1))
    assert np.abs(stage.alpha - wanted[None]).max() <= 1
    assert stage.steps[1:] == ["Gradient"]
    stage.click(100, 100)
    assert stage.steps[1:] == ["Gradient"]


def test_a_radial_gradient_keeps_45_degrees_with_shift(stage):
    stage.tools.choose("gradient")
    stage.tools.tool.set_params(replace(stage.tools.tool.params, shape="radial"))
    stage.press(200, 150)
    stage.move(260, 152, modifiers=M.ShiftModifier)
    stage.release(260, 152, modifiers=M.ShiftModifier)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    wanted = np.rint(255 - 255 * np.clip(np.hypot(columns - 200, rows - 150) / 60, 0, 1))
    assert np.abs(stage.alpha - wanted).max() <= 1


def test_move_takes_the_mask_along_by_whole_pixels(ring):
    before = ring.alpha
    ring.tools.choose("move")
    ring.drag((100, 100), (120, 90), (137, 93))
    wanted = np.zeros_like(before)
    wanted[:-7, 37:] = before[7:, :-37]
    assert np.array_equal(ring.alpha, wanted)
    assert ring.steps[-1] == "Move mask"


def test_arrow_keys_move_the_mask_and_not_the_view(ring):
    before, centre, steps = ring.alpha, ring.canvas.view.centre, len(ring.steps)
    ring.tools.choose("move")
    ring.key(K.Key_Right, M.ShiftModifier)
    ring.key(K.Key_Up)
    wanted = np.zeros_like(before)
    wanted[:-1, 10:] = before[1:, :-10]
    assert np.array_equal(ring.alpha, wanted)
    assert len(ring.steps) == steps + 2
    assert ring.canvas.view.centre == centre
    QTest.keyPress(ring.canvas, K.Key_Down)
    ring.key(K.Key_Escape)
    QTest.keyRelease(ring.canvas, K.Key_Down)
    assert np.array_equal(ring.alpha, wanted)


def test_nothing_to_move_is_a_sentence(stage):
    stage.tools.choose("move")
    stage.drag((100, 100), (120, 90))
    assert stage.told == ["There is no layer to move yet."]


def test_the_eyedropper_sets_what_the_brush_paints(stage):
    stage.tools.choose("gradient")
    stage.drag((0, 50), (400, 50))
    stage.tools.choose("eyedropper")
    alpha = int(stage.alpha[100, 200])
    stage.click(200, 100)
    assert stage.tools.tool_called("brush").params.coverage == round(alpha / 255, 2)
    assert stage.tools.tool_called("brush").value(adds=True) == pytest.approx(alpha, abs=2)
    stage.click(-5, 100)
    assert stage.tools.tool_called("brush").params.coverage == round(alpha / 255, 2)


def test_close_tells_apart(stage):
    assert close(box(10, 10, 50, 50), box(10, 10, 50, 50))
    assert not close(box(10, 10, 50, 50), box(20, 10, 60, 50))
