"""Photo and result: beside a divider, in two panes, under a loupe; and the look that is carried from image to image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.look import Look
from maskstudio.ui.canvas.loupe import Loupe
from maskstudio.ui.canvas.pane import CompareView
from tests.ui.canvases import canvas_for_now, wear

SIZE = HEIGHT, WIDTH = 300, 400


def document(seed=1, size=SIZE):
    random = np.random.default_rng(seed)
    alpha = random.integers(0, 256, size, np.uint8)
    mask = Mask.from_array(alpha)
    return Document(Image(random.integers(0, 256, (*size, 3), np.uint8))).add([Layer(0, "subject", mask, mask)])


def settle(qtbot, view):
    qtbot.waitUntil(lambda: view.repaint() or view.complete)


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.styling.set_surround(QColor(60, 60, 60))
    made.resize(WIDTH, HEIGHT)
    made.contents.set_document(document())
    wear(made, mode="mask")
    made.show()
    made.view.actual_pixels()
    settle(qtbot, made)
    return made


def test_split_shows_photo_and_mask_on_their_sides(canvas, pixels, qtbot):
    canvas.divider.set_on(True)
    settle(qtbot, canvas)
    photo, mask = canvas.contents.document.image.pixels, canvas.contents.document.alpha.array()
    seen = pixels(canvas.grab().toImage())
    assert np.array_equal(seen[60:, :180], photo[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], mask[60:, 220:])
    canvas.divider.move_to(0.25)
    settle(qtbot, canvas)
    seen = pixels(canvas.grab().toImage())
    assert np.array_equal(seen[60:, 120:, 0], mask[60:, 120:])
    assert np.array_equal(seen[60:, :80], photo[60:, :80])
    canvas.compared.hold_original(True)
    settle(qtbot, canvas)
    assert np.array_equal(pixels(canvas.grab().toImage())[60:, 120:], photo[60:, 120:])
    canvas.compared.hold_original(False)
    canvas.divider.set_on(False)
    settle(qtbot, canvas)
    assert np.array_equal(pixels(canvas.grab().toImage())[..., 0], mask)


def test_snapshots(canvas, qtbot, snapshot):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    ramp = np.stack([rows * 0.8, columns * 0.6, 255 - rows * 0.8], axis=2).astype(np.uint8)
    mask = Mask.from_array(np.clip((110 - np.hypot(rows - 150, columns - 200)) * 9, 0, 255).astype(np.uint8))
    canvas.contents.set_document(Document(Image(ramp)).add([Layer(0, "subject", mask, mask)]))
    wear(canvas, mode="checker")
    canvas.divider.set_on(True)
    settle(qtbot, canvas)
    snapshot(canvas.grab(QRect(0, 50, WIDTH, HEIGHT - 50)).toImage(), "canvas_split")  # without words


def test_the_divider_is_dragged_and_moved_by_keys(canvas, qtbot):
    canvas.divider.set_on(True)
    divider = canvas.divider
    moved = []
    canvas.strokes.pressed.connect(moved.append)
    grip = QPoint(divider.width() // 2, divider.height() // 2)
    qtbot.mousePress(divider, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(divider, grip + QPoint(100, 0))
    qtbot.mouseRelease(divider, Qt.MouseButton.LeftButton, pos=grip)
    assert divider.share == pytest.approx(0.75, abs=0.01)
    assert not moved  # no tool hears of it
    qtbot.keyClick(divider, Qt.Key.Key_Left)
    assert divider.share == pytest.approx(0.74, abs=0.01)
    qtbot.keyClick(divider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert divider.share == pytest.approx(0.84, abs=0.01)
    qtbot.keyClick(divider, Qt.Key.Key_Home)
    assert divider.share == 0.0
    qtbot.keyClick(divider, Qt.Key.Key_End)
    assert divider.share == 1.0
    qtbot.mouseDClick(divider, Qt.MouseButton.LeftButton, pos=grip)
    assert divider.share == 0.5
    assert divider.accessibleName()


def test_a_stroke_repaints_only_the_side_of_the_result(canvas, qtbot, pixels):
    canvas.divider.set_on(True)
    settle(qtbot, canvas)
    painted = canvas.sides.other.painted
    after = canvas.contents.document.alpha.array()
    after[100:200, 100:300] = 255
    canvas.contents.set_live(lambda rect: after[rect.slices()])
    canvas.contents.touch(Rect(100, 100, 200, 100))
    settle(qtbot, canvas)
    assert (pixels(canvas.grab().toImage())[100:200, 220:300] == 255).all()
    assert canvas.sides.other.painted == painted


def test_split_in_a_turned_view(canvas, qtbot, pixels):
    canvas.divider.set_on(True)
    canvas.view.rotate_to(180)
    settle(qtbot, canvas)
    seen = pixels(canvas.grab().toImage())
    turned = canvas.contents.document.image.pixels[::-1, ::-1]
    assert np.array_equal(seen[60:, :180], turned[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], canvas.contents.document.alpha.array()[::-1, ::-1][60:, 220:])


@pytest.fixture
def compare(canvas, qtbot):
    view = CompareView(canvas)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    canvas.show()
    view.set_side_by_side(True)
    return view


def test_two_panes_move_as_one(compare, canvas, qtbot, pixels):
    pane = compare.pane
    canvas.view.look_at(2.0, QPointF(120, 90))
    canvas.view.rotate_to(90)
    assert (pane.view.scale, pane.view.centre, pane.view.angle) == (2.0, canvas.view.centre, 90)
    canvas.view.reset_rotation()
    pane.view.look_at(1.0, QPointF(200, 150))
    assert (canvas.view.scale, canvas.view.centre) == (1.0, QPointF(200, 150))
    settle(qtbot, pane)
    seen, middle = pixels(pane.grab().toImage()), pane.rect().center()
    at = pane.view.to_image(QPointF(middle) + QPointF(0.5, 0.5))
    assert np.array_equal(seen[middle.y(), middle.x()], canvas.contents.document.image.pixels[int(at.y()), int(at.x())])


def test_dragging_in_the_pane_moves_the_canvas(compare, canvas, qtbot):
    before = canvas.view.centre
    middle = compare.pane.rect().center()
    qtbot.mousePress(compare.pane, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(compare.pane, middle + QPoint(30, 0))
    qtbot.mouseRelease(compare.pane, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 0))
    assert canvas.view.centre == before - QPointF(30, 0)


def test_the_pane_shares_the_scene_and_follows_another_document(compare, canvas, qtbot):
    assert compare.pane._scene is canvas.contents.scene
    canvas.contents.set_document(document(2, (200, 260)))
    assert compare.pane._scene is canvas.contents.scene
    assert compare.pane._scene.document is canvas.contents.document
    canvas.contents.set_document(None)
    assert compare.pane._scene is None


def test_both_go_with_the_canvas(compare, canvas):
    canvas.hide()
    assert compare.isHidden()
    canvas.show()
    assert compare.isVisible()
    compare.set_side_by_side(False)
    assert not compare.side_by_side


def test_the_loupe_shows_exact_pixels_and_alpha(canvas, qtbot, pixels):
    loupe = Loupe(canvas)
    said = []
    loupe._paint_words = lambda painter, alpha: said.append(alpha)
    loupe.set_on(True)
    qtbot.mouseMove(canvas, QPoint(101, 80))
    qtbot.mouseMove(canvas, QPoint(100, 80))
    qtbot.waitUntil(loupe.isVisible)
    seen = pixels(loupe.grab().toImage())
    alpha = canvas.contents.document.alpha.array()
    assert said[-1] == alpha[80, 100]
    assert not loupe.geometry().contains(QPoint(100, 80))
    # 168 px wide, 4 device pixels a pixel, the middle of pixel (100, 80) in the middle
    for dx, dy in ((-15, -12), (10, 9), (14, -16)):
        x, y = 84 + 4 * dx, 84 + 4 * dy
        assert (seen[y, x] == alpha[80 + dy, 100 + dx]).all()
    qtbot.mouseMove(canvas, QPoint(390, 290))
    assert canvas.rect().contains(loupe.geometry())
    loupe.set_on(False)
    assert not loupe.isVisible()


looks = st.builds(
    Look,
    st.floats(0.05, 30),
    st.floats(0.2, 0.8),
    st.floats(0.2, 0.8),
    st.sampled_from([0.0, 90.0, 180.0, 270.0, 33.0]),
    st.booleans(),
)


@settings(max_examples=40)
@given(looks, st.tuples(st.integers(50, 3000), st.integers(50, 3000)))
def test_a_look_taken_up_on_another_image_is_the_same_look(qapp, look, size):
    with canvas_for_now() as canvas:
        canvas.resize(500, 400)
        canvas.contents.set_document(Document(Image(np.zeros((40, 60, 3), np.uint8))))
        canvas.view.look = look
        carried = canvas.view.look
        canvas.contents.set_document(Document(Image(np.zeros((size[1], size[0], 3), np.uint8))))
        canvas.view.look = carried
        now = canvas.view.look
        assert (now.scale, now.angle, now.mirrored) == (carried.scale, carried.angle, carried.mirrored)
        assert now.x == pytest.approx(carried.x)
        assert now.y == pytest.approx(carried.y)


def test_a_fitted_look_fits_the_next_image(canvas):
    canvas.view.fit()
    look = canvas.view.look
    canvas.contents.set_document(document(3, (600, 200)))
    canvas.view.look = look
    assert canvas.view.look.fitted
    assert canvas.view.scale < 1
