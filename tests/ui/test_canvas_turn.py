"""A turned and mirrored view: the mappings as properties, and what a real canvas shows and tells under them."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice, QRegion

from maskstudio.core.document import Detection, Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.turn import ViewTurn, normal
from tests.ui.canvases import canvas_for_now, wear

windows = st.tuples(st.integers(64, 3000), st.integers(64, 3000))
angles = st.one_of(st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.floats(0, 359.99))
turns = st.builds(ViewTurn, windows, angles, st.booleans())
places = st.tuples(st.floats(-4000, 4000), st.floats(-4000, 4000))


@given(turns, places)
def test_window_and_frame_map_both_ways(turn, point):
    assert turn.to_frame(turn.to_window(point)) == pytest.approx(point, abs=1e-6)
    assert turn.to_window(turn.to_frame(point)) == pytest.approx(point, abs=1e-6)


@given(turns, places, places)
def test_nothing_is_stretched_and_only_a_mirror_turns_sides(turn, one, two):
    a, b = turn.to_window(one), turn.to_window(two)
    assert math.dist(a, b) == pytest.approx(math.dist(one, two), abs=1e-6)
    middle = turn.frame[0] / 2, turn.frame[1] / 2
    cross = (one[0] - middle[0]) * (two[1] - middle[1]) - (one[1] - middle[1]) * (two[0] - middle[0])
    centre = turn.window[0] / 2, turn.window[1] / 2
    turned = (a[0] - centre[0]) * (b[1] - centre[1]) - (a[1] - centre[1]) * (b[0] - centre[0])
    assert turned == pytest.approx(-cross if turn.mirrored else cross, rel=1e-6, abs=1e-2)


@given(turns)
def test_the_frame_fills_the_window(turn):
    for x in (0, turn.window[0]):
        for y in (0, turn.window[1]):
            across, down = turn.to_frame((x, y))
            assert -1e-6 <= across <= turn.frame[0] + 1e-6
            assert -1e-6 <= down <= turn.frame[1] + 1e-6


@given(turns, st.integers(-50, 500), st.integers(-50, 500), st.integers(1, 300), st.integers(1, 300), places)
def test_rectangles_hold_what_they_map(turn, x, y, width, height, point):
    rect = Rect(x, y, width, height)
    inside = rect.x + abs(point[0]) % width, rect.y + abs(point[1]) % height
    for to, way in ((turn.rect_to_window, turn.to_window), (turn.rect_to_frame, turn.to_frame)):
        mapped, at = to(rect), way(inside)
        assert mapped.x - 1e-6 <= at[0] <= mapped.right + 1e-6
        assert mapped.y - 1e-6 <= at[1] <= mapped.bottom + 1e-6


@given(windows, st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.booleans(), st.integers(0, 60), st.integers(0, 60))
def test_quarter_turns_put_pixels_on_pixels(window, angle, mirrored, x, y):
    turn = ViewTurn(window, angle, mirrored)
    assert turn.rect_to_window(Rect(x, y, 1, 1)).area == 1
    at = turn.to_window((x + 0.5, y + 0.5))
    assert at == (math.floor(at[0]) + 0.5, math.floor(at[1]) + 0.5)


@given(st.floats(-1e4, 1e4))
def test_angles_are_kept_in_one_turn(angle):
    kept = normal(angle)
    assert 0 <= kept < 360
    assert math.isclose(math.cos(math.radians(kept)), math.cos(math.radians(angle)), abs_tol=1e-6)


WIDTH, HEIGHT = 330, 260


def opened():
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    mask = Mask.from_array(np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.uint8))
    return Document(Image(noise)).add([Layer(0, "x", mask, mask)])


@pytest.fixture(params=[1.0, 1.25, 1.5, 2.0])
def ratio(request):
    return request.param


@pytest.fixture
def canvas(qtbot):
    return canvas_of(qtbot, 1.0)


def canvas_of(qtbot, ratio):
    widget = Canvas()
    if ratio != 1.0:
        widget.devicePixelRatioF = lambda: ratio
    widget.styling.set_surround(QColor(60, 60, 60))
    widget.resize(480, 400)
    qtbot.addWidget(widget)
    widget.contents.set_document(opened())
    wear(widget, mode="image")
    widget.show()
    widget.view.actual_pixels()
    return widget


def taken(qtbot, canvas, pixels):
    def picture():
        image = QImage(*canvas.view.device_size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(canvas.devicePixelRatioF())
        canvas.render(image, QPoint(), QRegion(canvas.rect()))
        return image

    qtbot.waitUntil(lambda: bool(picture()) and canvas.complete)
    return pixels(picture())


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_quarter_turns_show_exactly_the_turned_pixels(qtbot, canvas, pixels, quarters, mirrored):
    canvas.view.set_mirrored(mirrored)
    canvas.view.rotate_to(90.0 * quarters)
    seen = taken(qtbot, canvas, pixels)
    wanted = canvas.contents.document.image.pixels[:, ::-1] if mirrored else canvas.contents.document.image.pixels
    wanted = np.rot90(wanted, -quarters)
    left, top = (480 - wanted.shape[1]) // 2, (400 - wanted.shape[0]) // 2
    assert np.array_equal(seen[top : top + wanted.shape[0], left : left + wanted.shape[1]], wanted)
    outside = np.ones(seen.shape[:2], bool)
    outside[top : top + wanted.shape[0], left : left + wanted.shape[1]] = False
    assert (seen[outside] == 60).all()


def test_a_mirror_exchanges_left_and_right_of_what_is_on_show(qtbot, canvas, pixels):
    canvas.view.rotate_to(90)
    before = taken(qtbot, canvas, pixels)
    canvas.view.set_mirrored(True)
    assert np.array_equal(taken(qtbot, canvas, pixels), before[:, ::-1])
    canvas.view.set_mirrored(False)
    assert canvas.view.angle == 90
    assert np.array_equal(taken(qtbot, canvas, pixels), before)


@pytest.mark.parametrize(("angle", "mirrored"), [(0, True), (90, False), (37, False), (290, True)])
def test_what_one_points_at_is_what_is_told_and_shown(qtbot, pixels, ratio, angle, mirrored):
    """A marked pixel is found on the screen where ``from_image`` says, and pointing there tells of it."""
    canvas = canvas_of(qtbot, ratio)
    canvas.view.set_mirrored(mirrored)
    canvas.view.rotate_to(angle)
    canvas.view.look_at(6.0 * ratio, QPointF(100.5, 80.5))
    colours = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    colours[90, 110] = 255
    mask = Mask.from_array(np.zeros((HEIGHT, WIDTH), np.uint8))
    canvas.contents.set_document(Document(Image(colours)).add([Layer(0, "x", mask, mask)]))
    seen = taken(qtbot, canvas, pixels)[..., 0]
    rows, columns = np.nonzero(seen > 200)
    at = canvas.view.from_image(QPointF(110.5, 90.5))
    assert abs(columns.mean() + 0.5 - at.x() * ratio) < 1
    assert abs(rows.mean() + 0.5 - at.y() * ratio) < 1
    told, moved = [], []
    canvas.hover.over.connect(lambda *values: told.append(values[:2]))
    canvas.strokes.moved.connect(lambda pointer: moved.append((pointer.x, pointer.y)))
    qtbot.mouseMove(canvas, QPoint(20, 20))  # the pointer may be there already, from another test
    qtbot.mouseMove(canvas, at.toPoint())
    assert told[-1] == (110, 90)
    assert moved[-1] == pytest.approx((110.5, 90.5), abs=0.6 / 6)
    assert (canvas.view.to_image(at) - QPointF(110.5, 90.5)).manhattanLength() < 1e-6


@given(st.floats(-720, 720), st.floats(0, 480), st.floats(0, 400), st.booleans())
def test_turning_keeps_the_point_under_the_anchor(qapp, degrees, x, y, mirrored):
    with canvas_for_now() as canvas:
        canvas.resize(480, 400)
        canvas.contents.set_document(DOCUMENT)
        canvas.view.set_mirrored(mirrored)
        canvas.view.look_at(1.7, QPointF(160, 120))
        anchor = QPointF(x, y)
        point = canvas.view.to_image(anchor)
        assume(0 <= point.x() <= WIDTH and 0 <= point.y() <= HEIGHT)
        canvas.view.rotate_to(degrees, anchor)
        assert canvas.view.angle == pytest.approx(degrees % 360, abs=1e-5) or canvas.view.angle == 0
        assert (canvas.view.from_image(point) - anchor).manhattanLength() < 1e-6
        canvas.view.zoom_to(4.2, anchor)
        assert (canvas.view.from_image(point) - anchor).manhattanLength() < 1e-6
        canvas.view.reset_rotation()
        assert canvas.view.angle == 0


DOCUMENT = opened()


def test_fit_shows_all_of_a_turned_image(canvas):
    canvas.view.rotate_to(45)
    canvas.view.fit()
    for corner in (QPointF(0, 0), QPointF(WIDTH, 0), QPointF(0, HEIGHT), QPointF(WIDTH, HEIGHT)):
        assert QRect(0, 0, 480, 400).contains(canvas.view.from_image(corner).toPoint())


def test_dragging_moves_a_turned_image_with_the_hand(qtbot, canvas):
    canvas.view.set_mirrored(True)
    canvas.view.rotate_to(33)
    point = canvas.view.to_image(QPointF(200, 200))
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(200, 200))
    qtbot.mouseMove(canvas, QPoint(231, 187))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(231, 187))
    assert (canvas.view.to_image(QPointF(231, 187)) - point).manhattanLength() < 1e-6


def test_two_fingers_turn_the_view_about_themselves(canvas):
    at = QPointF(300, 120)
    point = canvas.view.to_image(at)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.RotateNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        at, at, canvas.mapToGlobal(at), 12.5, QPointF(),
    )  # fmt: skip
    QCoreApplication.sendEvent(canvas, event)
    assert canvas.view.angle == 12.5
    assert (canvas.view.to_image(at) - point).manhattanLength() < 1e-6


def test_a_turned_image_cannot_be_lost(canvas):
    canvas.view.rotate_to(45)
    for key in (QPointF(1e5, 0), QPointF(-1e5, 0), QPointF(0, 1e5), QPointF(0, -1e5), QPointF(1e5, 1e5)):
        canvas.view.look_at(1.0, key)
        window = QRect(0, 0, 480, 400)
        grid = [QPointF(x, y) for x in range(0, WIDTH, 5) for y in range(0, HEIGHT, 5)]
        assert any(window.contains(canvas.view.from_image(point).toPoint()) for point in grid)


def test_boxes_of_detections_are_clicked_where_they_are_shown(qtbot, canvas):
    mask = Mask(WIDTH, HEIGHT)
    layer = Layer(0, "face", mask, mask, source=Detection("face", 0.9, (200, 150, 260, 200), mask))
    canvas.contents.set_document(Document(canvas.contents.document.image).add([layer]))
    canvas.view.set_mirrored(True)
    canvas.view.rotate_to(120)
    clicked = []
    canvas.tags.clicked.connect(clicked.append)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.view.from_image(QPointF(205, 195)).toPoint())
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.view.from_image(QPointF(180, 140)).toPoint())
    assert clicked == [1]
