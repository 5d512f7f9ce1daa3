"""The tools in the editor's own window: keys of the registry, panels, tabs, the status line."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.stroke import Stroke
from maskstudio.params.tools import PaintParams

K, M, NONE, LEFT = Qt.Key, Qt.KeyboardModifier, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SIZE = (300, 200)


@pytest.fixture
def editor(window, qtbot):
    """The window with a grey photo of 300 × 200 px at 100 %, and the keys on the canvas."""
    window.session.history = History(Document(Image(np.full((SIZE[1], SIZE[0], 3), 120, np.uint8))))
    window.session.changed()
    qtbot.waitUntil(window.canvas.isVisible)
    window.canvas.view.actual_pixels()
    window.canvas.setFocus()
    return window


def at(editor, x, y):
    return editor.canvas.view.from_image(QPointF(x, y)).toPoint()


def drag(editor, *points):
    QTest.mousePress(editor.canvas, LEFT, NONE, at(editor, *points[0]))
    for point in points[1:]:
        place = QPointF(at(editor, *point))
        there = editor.canvas.mapToGlobal(place)
        event = QMouseEvent(QEvent.Type.MouseMove, place, there, Qt.MouseButton.NoButton, LEFT, NONE)
        QCoreApplication.sendEvent(editor.canvas, event)
    QTest.mouseRelease(editor.canvas, LEFT, NONE, at(editor, *points[-1]))


def key(editor, key, modifiers=NONE):
    QTest.keyClick(editor.windowHandle(), key, modifiers)


def painted(editor, way):
    """The engine, fed with where the mouse, which stands on whole pixels of the screen, really went."""
    stroke = Stroke(Mask(*SIZE), None, PaintParams(), 255)
    for point in way:
        there = editor.canvas.view.to_image(QPointF(at(editor, *point)))
        stroke.to(there.x(), there.y())
    stroke.end()
    return stroke.alpha(Mask(*SIZE).frame)


def test_paint_erase_undo_redo_by_keys(editor):
    key(editor, K.Key_B)
    assert editor.tools.name == "brush"
    assert editor.tools.tool.hint in [label.text() for label in editor.statusBar().findChildren(QLabel)]
    drag(editor, (50, 60), (120, 90), (200, 80))
    wanted = painted(editor, [(50, 60), (120, 90), (200, 80)])
    assert np.array_equal(editor.session.document.alpha.array(), wanted)
    key(editor, K.Key_X)
    assert editor.tools.name == "eraser"
    drag(editor, (0, 0), (299, 199))
    assert not np.array_equal(editor.session.document.alpha.array(), wanted)
    key(editor, K.Key_Z, M.ControlModifier)
    assert np.array_equal(editor.session.document.alpha.array(), wanted)
    key(editor, K.Key_Z, M.ControlModifier)
    assert editor.session.document.layers == ()
    key(editor, K.Key_Y, M.ControlModifier)
    assert np.array_equal(editor.session.document.alpha.array(), wanted)


def test_shift_and_the_key_go_to_the_next_of_a_kind(editor):
    key(editor, K.Key_L)
    assert editor.tools.name == "lasso"
    for name in ("polygon", "magnetic", "lasso"):
        key(editor, K.Key_L, M.ShiftModifier)
        assert editor.tools.name == name


def test_keys_of_a_polygon_are_its_own_until_it_is_closed(editor):
    drag_free = [(20, 20), (120, 20), (120, 120), (60, 60)]
    editor.tools.choose("polygon")
    for point in drag_free:
        QTest.mouseClick(editor.canvas, LEFT, NONE, at(editor, *point))
    key(editor, K.Key_Backspace)
    key(editor, K.Key_Return)
    alpha = editor.session.document.alpha
    assert alpha[100, 40] == 255
    assert alpha[40, 100] == 0
    key(editor, K.Key_Backspace)  # clears the mask now
    assert not editor.session.document.alpha.array().any()


def test_typing_a_size_paints_nothing_and_chooses_no_tool(editor):
    from maskstudio.ui.widgets.number import NumberField

    key(editor, K.Key_B)
    field = editor.findChild(NumberField, "brush.size")
    field.setFocus()
    field.selectAll()
    for digit in (K.Key_4, K.Key_2):
        key(editor, digit)
    key(editor, K.Key_Return)
    assert editor.tools.tool.params.size == 42
    assert editor.tools.tool.params.opacity == 1
    assert editor.canvas.hasFocus()
    key(editor, K.Key_5)
    assert editor.tools.tool.params.opacity == 0.5
