"""Brush and eraser through real events, compared with the stroke engine fed by hand."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest

from maskstudio.core.mask import Mask
from maskstudio.core.stroke import Stroke
from maskstudio.params.tools import PaintParams
from tests.ui.tools.conftest import LEFT, NONE, SIZE

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton
PRESS, MOVE, LIFT = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
WAY = [(50, 60), (80, 70), (120, 120), (200, 100)]


def painted(points, params=None, value=255, base=None):
    """What the engine makes of these samples."""
    stroke = Stroke(base or Mask(*SIZE), None, params or PaintParams(), value)
    for point in points:
        stroke.to(*point)
    stroke.end()
    return stroke.alpha(Mask(*SIZE).frame)


def pen(stage, kind, x, y, pressure=1.0, pointer=QPointingDevice.PointerType.Pen):
    can = QPointingDevice.Capability.Pressure | QPointingDevice.Capability.Position
    device = QPointingDevice("pen", 7, QPointingDevice.DeviceType.Stylus, pointer, can, 1, 2)
    at, up = stage.canvas.view.from_image(QPointF(x, y)), kind == QEvent.Type.TabletRelease
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
    event = QTabletEvent(kind, device, at, stage.canvas.mapToGlobal(at), 0.0 if up else pressure, 0, 0, 0, 0, 0, NONE,
                         button, Qt.MouseButton.NoButton if up else LEFT)  # fmt: skip
    QCoreApplication.sendEvent(stage.canvas, event)
    return device


@pytest.fixture
def full(stage):
    """The stage with a layer that holds everything."""
    stage.session.painting.fill()
    assert (stage.alpha == 255).all()
    stage.tools.choose("brush")
    return stage


def test_a_stroke_paints_what_the_engine_paints_and_is_one_step(stage):
    stage.tools.choose("brush")
    stage.drag(*WAY)
    assert np.array_equal(stage.alpha, painted(WAY))
    assert stage.steps[1:] == ["Paint"]
    assert len(stage.session.document.layers) == 1
    stage.session.undo()
    assert stage.session.document.layers == ()


def test_the_eraser_keeps_its_own_size(full):
    full.tools.tool.set_params(replace(full.tools.tool.params, size=20.0))
    full.tools.choose("eraser")
    full.tools.tool.set_params(replace(full.tools.tool.params, size=90.0))
    full.drag(*WAY)
    assert np.array_equal(full.alpha, 255 - painted(WAY, PaintParams(size=90.0)))
    full.tools.choose("brush")
    assert full.tools.tool.params.size == 20
    assert full.steps[-1] == "Erase"
    assert full.settings.tools["eraser"]["size"] == 90
    assert full.settings.tools["brush"]["size"] == 20


@pytest.mark.parametrize("held", [M.AltModifier, M.ControlModifier, "right", "tilde"])
def test_something_held_paints_the_opposite(full, held):
    button, modifiers = (RIGHT if held == "right" else LEFT), held if isinstance(held, M) else NONE
    if held == "tilde":
        QTest.keyPress(full.canvas, K.Key_AsciiTilde, M.ShiftModifier)
        modifiers = M.ShiftModifier
    full.drag(*WAY, button=button, modifiers=modifiers)
    assert np.array_equal(full.alpha, 255 - painted(WAY))
    if held == "tilde":
        QTest.keyRelease(full.canvas, K.Key_QuoteLeft)
    full.drag(*WAY)
    assert (full.alpha[painted(WAY) == 255] == 255).all()


def test_shift_click_draws_straight_from_the_last_point(stage):
    stage.tools.choose("brush")
    stage.click(40, 40)
    stage.click(200, 160, modifiers=M.ShiftModifier)
    one = painted([(40, 40)])
    stroke = Stroke(Mask.from_array(one), None, PaintParams(), 255)
    stroke.line(40, 40, 200, 160)
    assert np.array_equal(stage.alpha, stroke.alpha(Mask(*SIZE).frame))
    assert stage.steps[1:] == ["Paint", "Paint"]


def test_shift_while_dragging_keeps_level(stage):
    stage.tools.choose("brush")
    stage.press(50, 100)
    for x, y in ((80, 104), (150, 120), (200, 90)):
        stage.move(x, y, modifiers=M.ShiftModifier)
    stage.release(200, 90, modifiers=M.ShiftModifier)
    assert np.array_equal(stage.alpha, painted([(50, 100), (80, 100), (150, 100), (200, 100)]))


def test_escape_drops_the_stroke_and_no_painted_work(full, qtbot):
    stage = full
    stage.tools.choose("eraser")
    stage.drag(*WAY)
    qtbot.waitUntil(lambda: stage.canvas.repaint() or stage.canvas.complete)
    before, shown = stage.alpha, stage.canvas.grab().toImage()
    stage.press(100, 200)
    stage.move(300, 220)
    stage.key(K.Key_Escape)
    stage.move(320, 250)
    stage.release(320, 250)
    assert np.array_equal(stage.alpha, before)
    assert stage.steps[-1] == "Erase"
    stage.key(K.Key_Escape)
    assert stage.steps.count("Erase") == 1
    stage.move(*WAY[-1], button=None)
    qtbot.waitUntil(lambda: stage.canvas.repaint() or stage.canvas.complete)
    assert stage.canvas.grab().toImage() == shown


@pytest.mark.parametrize("how", ["focus", "tool", "session", "undo"])
def test_a_stroke_that_is_cut_short_is_kept(stage, how):
    stage.tools.choose("brush")
    session = stage.session
    stage.press(*WAY[0])
    for point in WAY[1:]:
        stage.move(*point)
    {
        "focus": stage.canvas.clearFocus,
        "tool": lambda: stage.tools.choose("lasso"),
        "session": lambda: stage.tools.follow(None),
        "undo": session.undo,
    }[how]()
    assert [step.label for step in session.history.steps] == ["Open", "Paint"]
    if how == "undo":
        session.redo()
    assert np.array_equal(session.document.alpha.array(), painted(WAY))
    if how in ("focus", "undo"):
        stage.move(300, 250)
        stage.release(300, 250)
        assert np.array_equal(stage.alpha, painted(WAY))
        assert not stage.tools.tool.busy


def test_a_second_button_and_the_wheel_are_ignored_in_a_stroke(stage):
    stage.tools.choose("brush")
    stage.press(*WAY[0])
    stage.press(*WAY[0], button=RIGHT)
    scale = stage.canvas.view.scale
    wheel(stage, 120)
    wheel(stage, 120, M.AltModifier)
    for point in WAY[1:]:
        stage.move(*point)
    stage.release(*WAY[-1], button=RIGHT)
    stage.release(*WAY[-1])
    assert np.array_equal(stage.alpha, painted(WAY))
    assert stage.canvas.view.scale == scale
    assert stage.steps[1:] == ["Paint"]


def test_strokes_at_the_edge_and_outside_leave_only_what_is_inside(stage):
    stage.tools.choose("brush")
    way = [(-60, 20), (5, 40), (-30, 200), (390, 310)]
    stage.drag(*way)
    assert np.array_equal(stage.alpha, painted(way))
    stage.drag((-90, -40), (-80, 100))
    assert np.array_equal(stage.alpha, painted(way))


def test_a_hidden_layer_is_a_sentence_and_no_stroke(full):
    layer = full.session.active
    full.session.layers.set_visible(layer.id, False)
    steps = full.steps
    full.drag(*WAY)
    assert full.steps == steps
    assert full.told == [f"{layer.name} is hidden; show it to paint on it."]
    assert not full.tools.tool.busy


def test_pressure_reaches_the_engine_through_its_curve(stage):
    stage.tools.choose("brush")
    stage.settings.pressure_gamma = 2.0
    pen(stage, PRESS, 50, 60, 0.8)
    pen(stage, MOVE, 150, 90, 0.5)
    pen(stage, LIFT, 150, 90)
    stroke = Stroke(Mask(*SIZE), None, PaintParams(), 255)
    stroke.to(50, 60, 0.8**2)
    stroke.to(150, 90, 0.5**2)
    stroke.end()
    assert np.array_equal(stage.alpha, stroke.alpha(Mask(*SIZE).frame))


def test_the_other_end_of_the_pen_is_the_eraser(full):
    eraser, other = full.tools.tool_called("eraser"), QPointingDevice.PointerType.Eraser
    eraser.set_params(replace(eraser.params, size=30.0))
    pen(full, PRESS, 50, 60, pointer=other)
    pen(full, MOVE, 150, 90, pointer=other)
    pen(full, LIFT, 150, 90, pointer=other)
    assert np.array_equal(full.alpha, 255 - painted([(50, 60), (150, 90)], PaintParams(size=30.0)))


def test_the_brush_paints_its_coverage(stage):
    stage.tools.choose("brush")
    stage.tools.tool.set_params(replace(stage.tools.tool.params, coverage=0.4))
    stage.drag(*WAY)
    assert stage.alpha.max() == round(255 * 0.4)
    assert np.array_equal(stage.alpha, painted(WAY, value=102))


def wheel(stage, angle, modifiers=NONE):
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent

    at = QPointF(stage.at(100, 100))
    turned = QPoint(angle, 0) if modifiers & M.AltModifier else QPoint(0, angle)
    event = QWheelEvent(at, stage.canvas.mapToGlobal(at), QPoint(), turned, Qt.MouseButton.NoButton, modifiers,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QCoreApplication.sendEvent(stage.canvas, event)
