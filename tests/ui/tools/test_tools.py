"""The strip, the bar, the view's own tools and what all tools share."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QToolButton, QWidget

from maskstudio.ui.registry.table import ACTIONS
from maskstudio.ui.widgets import theme
from tests.ui.tools.conftest import LEFT

K, M = Qt.Key, Qt.KeyboardModifier
NAMES = [spec.id.removeprefix("tool.") for spec in ACTIONS if spec.group == "tool"]


def test_there_is_a_tool_and_a_button_for_each_action(stage):
    for name in NAMES:
        stage.actions[f"tool.{name}"].trigger()
        assert stage.tools.name == name
        assert stage.actions[f"tool.{name}"].isChecked()
        button = stage.tools.strip.button(name)
        assert button.isChecked()
        assert button.accessibleName() == stage.actions[f"tool.{name}"].text()
        assert not button.icon().isNull()
        assert stage.tools.tool.hint
    assert sum(button.isChecked() for button in stage.tools.strip.findChildren(QToolButton)) == 1


def test_every_verb_of_the_registry_is_there(stage):
    wanted = {spec.id for spec in ACTIONS if spec.id.startswith(("tool.", "brush.")) and not spec.cycles}
    assert wanted == set(stage.tools.verbs())


def test_the_strip_fits_a_small_screen_and_every_control_has_a_name(stage):
    assert stage.tools.strip.sizeHint().height() <= 500
    for name in NAMES:
        stage.tools.choose(name)
        assert stage.tools.options.sizeHint().height() <= 40
        for widget in stage.tools.options.findChildren(QWidget):
            typed = isinstance(widget.parent(), QAbstractSpinBox)  # the control itself has the name
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not typed:
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                assert named, (name, widget)


def test_every_bar_fits_beside_the_panels_at_1366_px(stage):
    stage.window.resize(1020, 640)
    for name in NAMES:
        stage.tools.choose(name)
        page = stage.tools.options._page
        assert page.minimumSizeHint().width() <= 980, name


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_strip_is_walked_by_keys(stage):
    stage.tools.strip.button("move").setFocus()
    QTest.keyClick(stage.window.focusWidget(), K.Key_Down)
    assert stage.tools.strip.button("rectangle").hasFocus()
    QTest.keyClick(stage.window.focusWidget(), K.Key_Return)
    assert stage.tools.name == "rectangle"
    QTest.keyClick(stage.window.focusWidget(), K.Key_Right)
    menu = stage.tools.strip.button("rectangle").menu()
    assert menu.isVisible()
    QTest.keyClick(menu, K.Key_Down)
    QTest.keyClick(menu, K.Key_Return)
    assert stage.tools.name == "ellipse"
    assert stage.tools.strip.button("ellipse") is stage.tools.strip.button("rectangle")
    assert stage.tools.strip.button("ellipse").accessibleName() == "Ellipse"


def test_the_last_tool_is_remembered(stage):
    stage.tools.choose("lasso")
    assert stage.settings.tools["strip"] == {"tool": "lasso"}


def test_icons_follow_the_theme(stage, qapp):
    before = stage.tools.strip.button("lasso").icon().pixmap(20, 20).toImage()
    palette = qapp.palette()
    qapp.setPalette(theme.palette(theme.DARK if theme.tokens() is theme.LIGHT else theme.LIGHT))
    stage.tools.dress()
    assert stage.tools.strip.button("lasso").icon().pixmap(20, 20).toImage() != before
    qapp.setPalette(palette)


def test_the_hand_keeps_the_photo_under_the_pointer(stage):
    stage.tools.choose("hand")
    stage.canvas.view.zoom_to(4.0)
    start, end = QPoint(300, 200), QPoint(340, 290)
    point = stage.canvas.view.to_image(QPointF(start))
    QTest.mousePress(stage.canvas, LEFT, M.NoModifier, start)
    at = stage.canvas.view.to_image(QPointF(end))
    stage.move(at.x(), at.y())
    QTest.mouseRelease(stage.canvas, LEFT, M.NoModifier, end)
    assert (stage.canvas.view.to_image(QPointF(end)) - point).manhattanLength() < 0.01
    assert stage.steps == ["Open"]


def test_zoom_clicks_in_and_out_and_drags(stage):
    stage.tools.choose("zoom")
    place = stage.at(100, 100)
    stage.click(100, 100)
    assert stage.canvas.view.scale == 2
    assert stage.at(100, 100) == place
    stage.click(100, 100, modifiers=M.AltModifier)
    assert stage.canvas.view.scale == 1
    QTest.mousePress(stage.canvas, LEFT, M.NoModifier, place)
    at = stage.canvas.view.to_image(QPointF(place + QPoint(120, 0)))
    stage.move(at.x(), at.y())
    assert stage.canvas.view.scale == pytest.approx(2, rel=0.02)
    stage.key(K.Key_Escape)
    assert stage.canvas.view.scale == pytest.approx(1)
    stage.release(100, 100)
    assert stage.canvas.view.scale == pytest.approx(1)


def test_rotate_turns_about_the_middle_and_escape_goes_upright(stage):
    stage.tools.choose("rotate")
    middle = stage.canvas.rect().center()
    QTest.mousePress(stage.canvas, LEFT, M.NoModifier, middle + QPoint(150, 0))
    at = stage.canvas.view.to_image(QPointF(middle + QPoint(0, 150)))
    stage.move(at.x(), at.y())
    assert stage.canvas.view.angle == pytest.approx(90, abs=1)
    at = stage.canvas.view.to_image(QPointF(middle + QPoint(100, 140)))
    stage.move(at.x(), at.y(), modifiers=M.ShiftModifier)
    assert stage.canvas.view.angle == pytest.approx(60, abs=0.01) or stage.canvas.view.angle == pytest.approx(
        45, abs=0.01
    )
    QTest.mouseRelease(stage.canvas, LEFT, M.NoModifier, middle + QPoint(100, 140))
    stage.key(K.Key_Escape)
    assert stage.canvas.view.angle == 0


def test_strokes_are_the_same_on_a_turned_and_mirrored_view(stage):
    stage.tools.choose("rectangle")
    stage.canvas.view.rotate_to(90)
    stage.canvas.view.set_mirrored(True)
    stage.drag((20, 30), (60, 70), (120, 90))
    wanted = np.zeros((300, 400), np.uint8)
    wanted[30:90, 20:120] = 255
    assert np.array_equal(stage.alpha, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_escape_at_rest_and_without_a_document_does_no_harm(stage, name):
    stage.tools.choose(name)
    stage.key(K.Key_Escape)
    stage.session.history = None
    stage.session.changed()
    stage.tools.follow(stage.session)
    stage.click(100, 100)
    stage.key(K.Key_Return)
    assert not stage.tools.tool.busy


@pytest.mark.parametrize("name", NAMES)
def test_each_tool_draws_at_every_moment_of_its_gesture(stage, name, qapp):
    """Over a photo with a mask; a painter left in a wrong state, or a warning, would fail."""
    stage.session.painting.fill()
    stage.tools.choose(name)
    for angle in (0, 30):
        stage.canvas.view.rotate_to(angle)
        stage.move(60, 60, button=None)
        stage.press(60, 60)
        stage.canvas.grab()
        for at in ((90, 70), (160, 120), (120, 200)):
            stage.move(*at)
            qapp.processEvents()
            stage.canvas.grab()
        stage.release(120, 200)
        stage.canvas.grab()
        stage.key(K.Key_Escape)
    stage.tools.choose("hand")
    assert not stage.tools.tool_called(name).busy


@pytest.mark.parametrize("cancelled", [False, True])
def test_areas_fold_in_by_the_order_they_were_drawn(stage, cancelled):
    """The first one's thread is slower than the second one's, or is told to stop."""
    waiting = []
    stage.session.runner._post = waiting.append
    stage.tools.choose("fill")
    stage.click(10, 10)
    first, waiting[:] = list(waiting), []
    stage.tools.choose("rectangle")
    stage.drag((0, 0), (50, 50), (100, 100))
    assert stage.steps == ["Open"]
    for closure in waiting:
        closure()
    assert stage.steps == ["Open"]
    if cancelled:
        stage.session.runner.cancel()
    for closure in first:
        closure()
    assert stage.tools._bench.folding.idle
    assert stage.steps == (["Open", "Rectangle"] if cancelled else ["Open", "Fill region", "Rectangle"])


def test_return_in_the_bar_gives_the_keys_back(stage):
    stage.tools.choose("brush")
    field = stage.window.findChild(QAbstractSpinBox, "brush.size")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "25")
    QTest.keyClick(field, K.Key_Return)
    assert stage.canvas.hasFocus()
    assert stage.tools.tool.params.size == 25


def test_another_photo_ends_a_polygon(stage):
    from maskstudio.core.document import Document
    from maskstudio.core.history import History
    from maskstudio.core.image import Image

    stage.tools.choose("polygon")
    stage.click(50, 50)
    assert stage.tools.tool.busy
    stage.session.history = History(Document(Image(np.zeros((100, 100, 3), np.uint8))))
    stage.session.changed()
    assert not stage.tools.tool.busy


def test_caps_lock_shows_the_very_point(stage):
    stage.tools.choose("brush")
    assert stage.canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    stage.key(K.Key_CapsLock)
    assert stage.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    stage.key(K.Key_CapsLock)
    assert stage.canvas.cursor().shape() == Qt.CursorShape.BlankCursor


def test_the_brush_is_held_by_no_key_that_went_up_elsewhere(stage):
    stage.tools.choose("brush")
    QTest.keyPress(stage.canvas, K.Key_AsciiTilde, M.ShiftModifier)
    stage.canvas.clearFocus()
    stage.canvas.setFocus()
    stage.drag((50, 50), (100, 60))
    assert stage.alpha.any()


def test_alt_stays_with_the_tool_and_does_not_go_to_the_menu_bar(stage, qapp):
    menu = stage.window.menuBar().addMenu("&File")
    menu.addAction("Open")
    qapp.processEvents()
    stage.tools.choose("brush")
    QTest.keyPress(stage.window.windowHandle(), K.Key_Alt, M.AltModifier)
    QTest.keyRelease(stage.window.windowHandle(), K.Key_Alt, M.AltModifier)
    assert stage.canvas.hasFocus()
    assert stage.window.menuBar().activeAction() is None
