"""Colour Range and Snap to Edge from the menu of the whole window, with its threads and its keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask

K, M = Qt.Key, Qt.KeyboardModifier
SIZE = (300, 200)


def square(left, top, right, bottom):
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    plane[top:bottom, left:right] = 255
    return plane


@pytest.fixture
def editor(window, qtbot):
    """The window with a red square on blue at 100 %, and the keys on the canvas."""
    pixels = np.where(square(80, 50, 220, 150)[..., None] > 0, np.uint8([200, 50, 50]), np.uint8([40, 80, 170]))
    window.session.history = History(Document(Image(pixels)))
    window.session.changed()
    qtbot.waitUntil(window.canvas.isVisible)
    window.canvas.view.actual_pixels()
    window.canvas.setFocus()
    return window


def test_colour_range_from_its_key_to_a_mask(editor, qtbot):
    QTest.keyClick(editor.windowHandle(), K.Key_C, M.ControlModifier | M.AltModifier | M.ShiftModifier)
    assert editor.tools.name == "colourRange"
    at = editor.canvas.view.from_image(QPointF(100, 100)).toPoint()
    QTest.mouseClick(editor.canvas, Qt.MouseButton.LeftButton, M.NoModifier, at)
    qtbot.waitUntil(lambda: editor.tools.tool.previewed is not None)
    QTest.keyClick(editor.windowHandle(), K.Key_Return)
    qtbot.waitUntil(lambda: bool(editor.session.document.layers))
    np.testing.assert_array_equal(editor.session.document.alpha.array(), square(80, 50, 220, 150))
    qtbot.waitUntil(lambda: editor.tools.name != "colourRange")


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_snap_to_edge_from_its_key_to_the_edge(editor, qtbot):
    editor.session.layers.add(Mask.from_array(square(72, 43, 226, 158)))
    QTest.keyClick(editor.windowHandle(), K.Key_F5, M.ShiftModifier)
    field = QApplication.activePopupWidget()
    QTest.keyClicks(field.field, "12")
    QTest.keyClick(field.field, K.Key_Return)
    qtbot.waitUntil(lambda: editor.session.history.undo_label == "Snap to edge")
    found, truth = editor.session.document.alpha.array() > 127, square(80, 50, 220, 150) > 0
    assert (found & truth).sum() / (found | truth).sum() > 0.98
