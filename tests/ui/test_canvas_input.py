"""Mouse, wheel, trackpad and keys, with real events."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent

from maskstudio.core.document import Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot):
    rows, columns = np.mgrid[:600, :800]
    mask = Mask.from_array(((rows + columns) % 256).astype(np.uint8))
    widget = Canvas()
    widget.resize(640, 480)
    qtbot.addWidget(widget)
    widget.contents.set_document(Document(Image(np.zeros((600, 800, 3), np.uint8))).add([Layer(0, "x", mask, mask)]))
    widget.show()
    widget.view.actual_pixels()
    widget.setFocus()
    return widget


def wheel(canvas, at, angle=(0, 0), pixel=(0, 0), modifiers=NONE, phase=Qt.ScrollPhase.NoScrollPhase):
    event = QWheelEvent(
        QPointF(at), canvas.mapToGlobal(QPointF(at)), QPoint(*pixel), QPoint(*angle),
        Qt.MouseButton.NoButton, modifiers, phase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(canvas, event)


def pinch(canvas, at, value):
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        QPointF(at), QPointF(at), canvas.mapToGlobal(QPointF(at)), value, QPointF(),
    )  # fmt: skip
    QCoreApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("modifiers", [NONE, Qt.KeyboardModifier.ControlModifier])
def test_the_wheel_zooms_by_round_steps_at_the_pointer(canvas, modifiers):
    at = QPoint(500, 120)
    point = canvas.view.to_image(QPointF(at))
    wheel(canvas, at, angle=(0, 120), modifiers=modifiers)
    assert canvas.view.scale == 2.0
    assert (canvas.view.to_image(QPointF(at)) - point).manhattanLength() < 1e-6
    wheel(canvas, at, angle=(0, -240), modifiers=modifiers)
    assert canvas.view.scale == pytest.approx(2 / 3)
    assert (canvas.view.to_image(QPointF(at)) - point).manhattanLength() < 1e-6


def test_alt_turns_the_wheel_sideways_and_still_zooms(canvas):
    wheel(canvas, QPoint(300, 200), angle=(120, 0), modifiers=Qt.KeyboardModifier.AltModifier)
    assert canvas.view.scale == 2.0


def test_fine_wheels_add_up_smoothly(canvas):
    for _ in range(8):
        wheel(canvas, QPoint(300, 200), angle=(0, 15))
    assert 1.3 < canvas.view.scale < 1.5


def test_two_fingers_pan(canvas):
    centre = canvas.view.centre
    wheel(canvas, QPoint(300, 200), pixel=(12, -7), phase=Qt.ScrollPhase.ScrollUpdate)
    assert canvas.view.scale == 1.0
    assert canvas.view.centre == centre + QPointF(-12, 7)


def test_two_fingers_with_ctrl_zoom(canvas):
    at = QPoint(100, 400)
    point = canvas.view.to_image(QPointF(at))
    wheel(canvas, at, pixel=(0, 30), modifiers=Qt.KeyboardModifier.ControlModifier)
    assert 1.0 < canvas.view.scale < 1.5
    assert (canvas.view.to_image(QPointF(at)) - point).manhattanLength() < 1e-6


def test_shift_and_the_wheel_pan_sideways(canvas):
    centre = canvas.view.centre
    wheel(canvas, QPoint(300, 200), angle=(0, 120), modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.view.scale == 1.0
    assert canvas.view.centre.y() == centre.y()
    assert canvas.view.centre.x() < centre.x()


def test_a_pinch_zooms_at_the_fingers(canvas):
    at = QPoint(420, 300)
    point = canvas.view.to_image(QPointF(at))
    pinch(canvas, at, 0.25)
    assert canvas.view.scale == pytest.approx(1.25)
    assert (canvas.view.to_image(QPointF(at)) - point).manhattanLength() < 1e-6


def test_the_middle_button_pans(qtbot, canvas):
    point = canvas.view.to_image(QPointF(200, 200))
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(200, 200))
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseMove(canvas, QPoint(260, 170))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(260, 170))
    assert (canvas.view.to_image(QPointF(260, 170)) - point).manhattanLength() < 1e-6
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_space_and_the_left_button_pan(qtbot, canvas):
    pressed = []
    canvas.strokes.pressed.connect(pressed.append)
    point = canvas.view.to_image(QPointF(200, 200))
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    qtbot.mouseMove(canvas, QPoint(150, 230))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    qtbot.mouseMove(canvas, QPoint(140, 240))  # a drag goes on until the button is up
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(140, 240))
    assert (canvas.view.to_image(QPointF(140, 240)) - point).manhattanLength() < 1e-6
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not pressed


def test_space_does_not_stay_held_when_the_focus_goes(qtbot, canvas):
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    canvas.clearFocus()
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.None_))
    from PySide6.QtGui import QFocusEvent

    QCoreApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


@pytest.mark.parametrize(
    ("key", "x", "y"),
    [(Qt.Key.Key_Left, -1, 0), (Qt.Key.Key_Right, 1, 0), (Qt.Key.Key_Up, 0, -1), (Qt.Key.Key_Down, 0, 1)],
)
def test_arrow_keys_move_the_view_that_way(qtbot, canvas, key, x, y):
    centre = canvas.view.centre
    qtbot.keyClick(canvas, key)
    moved = canvas.view.centre - centre
    assert (np.sign(moved.x()), np.sign(moved.y())) == (x, y)
    qtbot.keyClick(canvas, key, Qt.KeyboardModifier.ShiftModifier)
    assert (canvas.view.centre - centre).manhattanLength() > 3 * moved.manhattanLength()


def test_hovering_tells_pixel_and_alpha(qtbot, canvas):
    told, gone = [], []
    canvas.hover.over.connect(lambda *values: told.append(values))
    canvas.hover.left.connect(lambda: gone.append(True))
    canvas.view.look_at(4.0, QPointF(100, 80))
    qtbot.mouseMove(canvas, QPoint(320 + 9, 240 - 6))
    assert told[-1] == (102, 78, 180)
    canvas.view.look_at(0.25, QPointF(400, 300))
    qtbot.mouseMove(canvas, QPoint(3, 3))
    assert gone
    canvas.view.actual_pixels()  # the pointer now lies on the image, though it did not move
    assert len(told) > 1


def test_tools_get_the_pointer_in_image_pixels(qtbot, canvas):
    seen = []
    canvas.strokes.pressed.connect(lambda pointer: seen.append(("down", pointer)))
    canvas.strokes.moved.connect(lambda pointer: seen.append(("move", pointer)))
    canvas.strokes.released.connect(lambda pointer: seen.append(("up", pointer)))
    canvas.view.look_at(2.0, QPointF(100, 80))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(320, 240))
    qtbot.mouseMove(canvas, QPoint(331, 240))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(331, 240))
    kinds = [kind for kind, _ in seen]
    assert kinds[0] == "down"
    assert kinds[-1] == "up"
    assert (seen[0][1].x, seen[0][1].y) == (100.0, 80.0)
    assert (seen[-1][1].x, seen[-1][1].y) == (105.5, 80.0)


def wheel_in_a_stroke(canvas, **how):
    seen = []
    canvas.strokes.moved.connect(seen.append)
    wheel(canvas, QPoint(320, 240), **how)
    canvas.strokes.moved.disconnect(seen.append)
    return seen


def test_the_wheel_in_a_stroke_pans_or_does_nothing(qtbot, canvas):
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(320, 240))
    start = canvas.view.to_image(QPointF(320, 240))
    assert wheel_in_a_stroke(canvas, angle=(0, 120)) == []
    assert wheel_in_a_stroke(canvas, pixel=(0, 30), modifiers=Qt.KeyboardModifier.ControlModifier) == []
    pinch(canvas, QPoint(100, 100), 0.2)
    assert (canvas.view.scale, canvas.view.to_image(QPointF(320, 240))) == (1.0, start)
    [pointer] = wheel_in_a_stroke(canvas, pixel=(12, -7), phase=Qt.ScrollPhase.ScrollUpdate)
    assert (pointer.x, pointer.y) == (start.x() - 12, start.y() + 7)
    [pointer] = wheel_in_a_stroke(canvas, angle=(0, 120), modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert pointer.x < start.x() - 12
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(320, 240))
    wheel(canvas, QPoint(320, 240), angle=(0, 120))
    assert canvas.view.scale == 2.0


def test_the_view_is_told_once_a_change(qtbot, canvas):
    told = []
    canvas.view.changed.connect(lambda: told.append(canvas.view.scale))
    canvas.view.zoom_in()
    canvas.view.actual_pixels()
    canvas.view.actual_pixels()
    assert told == [2.0, 1.0]


def test_nothing_happens_without_a_document(qtbot):
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(200, 200)
    widget.show()
    for action in (widget.view.fit, widget.view.actual_pixels, widget.view.zoom_in, widget.view.zoom_out):
        action()
    wheel(widget, QPoint(50, 50), angle=(0, 120))
    pinch(widget, QPoint(50, 50), 0.1)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseMove(widget, QPoint(60, 60))
    assert widget.view.scale == 0.0
    assert widget.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert widget.accessibleName()
    assert widget.objectName() == "canvas"
