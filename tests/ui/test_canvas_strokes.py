"""Strokes of mouse and pen as tools see them: one at a time, in image pixels, not torn by panning, never left open."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from maskstudio.core.document import Detection, Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas

NONE = Qt.KeyboardModifier.NoModifier
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_BUTTON = Qt.MouseButton.NoButton


def device(kind):
    return QPointingDevice(
        "pen", 7, QInputDevice.DeviceType.Stylus, kind, QInputDevice.Capability.Position, 1, 3, "", parent=None
    )


@pytest.fixture(scope="module")
def pens():
    return {kind: device(kind) for kind in (QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser)}


@pytest.fixture
def canvas(qtbot):
    mask = Mask(800, 600)
    layer = Layer(0, "x", mask, mask, source=Detection("x", 0.5, (0, 0, 800, 600), mask))
    widget = Canvas()
    widget.resize(640, 480)
    qtbot.addWidget(widget)
    widget.contents.set_document(Document(Image(np.zeros((600, 800, 3), np.uint8))).add([layer]))
    widget.show()
    widget.view.look_at(2.0, QPointF(160, 120))  # the window's pixel (x, y) is (x / 2, y / 2) of the image
    widget.setFocus()
    return widget


@pytest.fixture
def told(canvas):
    told = []
    for name in ("pressed", "moved", "released"):
        getattr(canvas.strokes, name).connect(lambda pointer, name=name: told.append((name, pointer.x, pointer.y)))
    canvas.strokes.interrupted.connect(lambda: told.append(("interrupted",)))
    return told


def mouse(canvas, kind, x, y, button=NO_BUTTON, buttons=NO_BUTTON):
    at = QPointF(x, y)
    event = QMouseEvent(getattr(QEvent.Type, kind), at, canvas.mapToGlobal(at), button, buttons, NONE)
    QCoreApplication.sendEvent(canvas, event)
    return event


def press(canvas, x, y, button=LEFT, buttons=None):
    return mouse(canvas, "MouseButtonPress", x, y, button, button if buttons is None else buttons)


def move(canvas, x, y, buttons=LEFT):
    return mouse(canvas, "MouseMove", x, y, NO_BUTTON, buttons)


def release(canvas, x, y, button=LEFT, buttons=NO_BUTTON):
    return mouse(canvas, "MouseButtonRelease", x, y, button, buttons)


def pen(canvas, pens, kind, x, y, pressure=0.5, button=NO_BUTTON, buttons=NO_BUTTON, end="Pen"):
    at = QPointF(x, y)
    event = QTabletEvent(
        getattr(QEvent.Type, kind), pens[getattr(QPointingDevice.PointerType, end)], at, canvas.mapToGlobal(at),
        pressure, 0, 0, 0, 0, 0, NONE, button, buttons,
    )  # fmt: skip
    QCoreApplication.sendEvent(canvas, event)
    return event


def test_a_mouse_presses_fully(canvas):
    seen = []
    canvas.strokes.pressed.connect(seen.append)
    press(canvas, 40, 60)
    [pointer] = seen
    assert (pointer.x, pointer.y, pointer.button, pointer.buttons) == (20, 30, LEFT, LEFT)
    assert (pointer.pressure, pointer.pen, pointer.eraser) == (1.0, False, False)


def test_a_pen_tells_pressure_end_and_fractions_of_a_pixel(canvas, pens):
    seen = []
    for signal in (canvas.strokes.pressed, canvas.strokes.moved, canvas.strokes.released):
        signal.connect(seen.append)
    events = [
        pen(canvas, pens, "TabletPress", 40.5, 60, 0.25, LEFT, LEFT),
        pen(canvas, pens, "TabletMove", 41.25, 61, 0.75, buttons=LEFT),
        pen(canvas, pens, "TabletRelease", 42, 62, 0.0, LEFT),
        pen(canvas, pens, "TabletMove", 50, 62, 0.0, end="Eraser"),
    ]
    assert all(event.isAccepted() for event in events)  # or Qt would make mouse events of them
    assert [pointer.x for pointer in seen] == [20.25, 20.625, 21, 25]
    assert [pointer.pressure for pointer in seen] == [0.25, 0.75, 0.0, 0.0]
    assert all(pointer.pen for pointer in seen)
    assert [pointer.eraser for pointer in seen] == [False, False, False, True]


def test_mouse_events_beside_a_pen_are_not_a_second_stroke(canvas, told, pens):
    pen(canvas, pens, "TabletPress", 40, 60, 0.25, LEFT, LEFT)
    press(canvas, 40, 60)
    move(canvas, 44, 60)
    pen(canvas, pens, "TabletMove", 44, 60, 0.25, buttons=LEFT)
    release(canvas, 44, 60)
    pen(canvas, pens, "TabletRelease", 44, 60, 0.25, LEFT)
    assert told == [("pressed", 20, 30), ("moved", 22, 30), ("released", 22, 30)]


@pytest.mark.parametrize("button", [LEFT, RIGHT, MIDDLE])
def test_a_pen_never_pans_by_itself(canvas, told, pens, button):
    centre = canvas.view.centre
    pen(canvas, pens, "TabletPress", 40, 60, 0.25, button, button)
    pen(canvas, pens, "TabletMove", 140, 160, 0.25, buttons=button)
    pen(canvas, pens, "TabletRelease", 140, 160, 0, button)
    assert canvas.view.centre == centre
    assert [name for name, *_ in told] == ["pressed", "moved", "released"]


def test_time_goes_forward(canvas):
    times = []
    canvas.strokes.moved.connect(lambda pointer: times.append(pointer.time))
    for x in range(5):
        move(canvas, 10 + x, 10, NO_BUTTON)
    assert times == sorted(times)
    assert times[0] > 0


def test_a_second_button_neither_begins_nor_ends_anything(canvas, told):
    press(canvas, 40, 60)
    press(canvas, 42, 60, RIGHT, LEFT | RIGHT)
    move(canvas, 44, 60, LEFT | RIGHT)
    release(canvas, 44, 60, RIGHT, LEFT)
    move(canvas, 46, 60)
    release(canvas, 48, 60)
    assert told == [("pressed", 20, 30), ("moved", 22, 30), ("moved", 23, 30), ("released", 24, 30)]


def test_the_middle_button_pans_inside_a_stroke(canvas, told):
    press(canvas, 40, 60)
    press(canvas, 40, 60, MIDDLE, LEFT | MIDDLE)
    move(canvas, 140, 80, LEFT | MIDDLE)  # the image comes along, so the brush stays where it is on it
    release(canvas, 140, 80, MIDDLE, LEFT)
    move(canvas, 142, 80)
    release(canvas, 142, 80)
    assert told == [("pressed", 20, 30), ("moved", 20, 30), ("moved", 21, 30), ("released", 21, 30)]
    assert canvas.view.to_image(QPointF(142, 80)) == QPointF(21, 30)


def test_space_pans_inside_a_stroke(qtbot, canvas, told):
    press(canvas, 40, 60)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    move(canvas, 140, 80)
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    move(canvas, 150, 80)
    release(canvas, 150, 80)
    assert told == [("pressed", 20, 30), ("moved", 20, 30), ("moved", 25, 30), ("released", 25, 30)]
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_stroke_that_ends_under_space_ends_the_pan_with_it(qtbot, canvas, told):
    press(canvas, 40, 60)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    release(canvas, 40, 60)
    centre = canvas.view.centre
    move(canvas, 90, 90, NO_BUTTON)
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.centre == centre
    assert told[1] == ("released", 20, 30)


def test_keys_pan_inside_a_stroke_and_tell_where_the_brush_is_now(qtbot, canvas, told):
    press(canvas, 40, 60)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert told[-1] == ("moved", 30, 30)


def test_a_stroke_goes_on_beyond_the_widget_and_ends_there(canvas, told):
    press(canvas, 40, 60)
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    move(canvas, -400, 60)
    release(canvas, -400, 5000)
    assert told == [("pressed", 20, 30), ("moved", -200, 30), ("released", -200, 2500)]


def lose_focus(canvas):
    QCoreApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))


def deactivate(canvas):
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.WindowDeactivate))


def lose_grab(canvas):
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.UngrabMouse))


def close(canvas):
    canvas.contents.set_document(None)


def everything(canvas):
    for way in (lose_focus, deactivate, lose_grab, Canvas.hide):
        way(canvas)


@pytest.mark.parametrize("way", [lose_focus, deactivate, lose_grab, Canvas.hide, close, everything])
def test_what_takes_the_pointer_away_ends_the_stroke_once(canvas, told, way):
    press(canvas, 40, 60)
    way(canvas)
    assert told == [("pressed", 20, 30), ("interrupted",)]
    assert not canvas.strokes.drawing
    told.clear()
    release(canvas, 44, 60)
    assert told == []
    if canvas.contents.document is not None:
        press(canvas, 60, 60)
        release(canvas, 60, 60)
        assert told == [("pressed", 30, 30), ("released", 30, 30)]


def test_without_a_stroke_there_is_nothing_to_interrupt(canvas, told):
    everything(canvas)
    assert told == []


def test_a_release_that_nobody_told_of_is_noticed(canvas, told):
    press(canvas, 40, 60)
    move(canvas, 44, 60)
    move(canvas, 48, 60, NO_BUTTON)
    assert told == [("pressed", 20, 30), ("moved", 22, 30), ("interrupted",), ("moved", 24, 30)]


def test_real_focus_changes_interrupt(qtbot, canvas, told):
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(canvas)
    layout.addWidget(field)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    canvas.setFocus()
    press(canvas, 40, 60)
    told.clear()
    field.setFocus()
    assert told == [("interrupted",)]
    canvas.setParent(None)


def test_a_double_click_is_told_after_its_press(canvas):
    told = []
    canvas.strokes.pressed.connect(lambda pointer: told.append("pressed"))
    canvas.strokes.doubleClicked.connect(lambda pointer: told.append("double"))
    canvas.strokes.released.connect(lambda pointer: told.append("released"))
    press(canvas, 40, 60)
    release(canvas, 40, 60)
    mouse(canvas, "MouseButtonDblClick", 40, 60, LEFT, LEFT)
    release(canvas, 40, 60)
    assert told == ["pressed", "released", "pressed", "double", "released"]


def test_picking_can_be_switched_off(qtbot, canvas):
    clicked = []
    canvas.tags.clicked.connect(clicked.append)
    tag = canvas.tags.laid[0].tag.center()
    canvas.tags.set_picking(False)
    qtbot.mouseMove(canvas, QPoint(300, 300))
    qtbot.mouseMove(canvas, tag)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    qtbot.mouseClick(canvas, LEFT, pos=tag)
    assert clicked == []
    canvas.tags.set_picking(True)
    qtbot.mouseClick(canvas, LEFT, pos=tag)
    assert clicked == [1]
