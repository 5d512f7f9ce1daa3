"""Adjusting, transforming and walking the history through the real window: keys, docks, tabs."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from maskstudio.core.adjust import adjusted
from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.params.local import AdjustParams

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def disc():
    rows, columns = np.mgrid[:300, :400]
    return np.where(np.hypot(columns - 200, rows - 150) < 80, 255, 0).astype(np.uint8)


@pytest.fixture
def opened(window, qtbot):
    """The window with a photo and a disc on it."""
    pixels = np.random.default_rng(2).integers(0, 256, (300, 400, 3), np.uint8)
    mask = Mask.from_array(disc())
    document = Document(Image(pixels, name="photo.png"))
    window.session.history = History(document.add([Layer(0, "disc", mask, mask)]))
    window.session.changed()
    window.canvas.setFocus()
    QApplication.processEvents()
    return window


def alpha(window):
    return window.session.document.alpha.array()


def idle(window):
    return not any(job.lane.startswith("layer") for job in window.session.runner.jobs)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_shift_f6_asks_how_far_to_feather(opened, qtbot):
    qtbot.keyClick(opened.canvas, Qt.Key.Key_F6, SHIFT)
    field = QApplication.activePopupWidget()
    qtbot.keyClicks(field.field, "8")
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.session.history.undo_label == "Feather" and idle(opened))
    np.testing.assert_array_equal(alpha(opened), adjusted(disc(), AdjustParams(feather=8)))


def test_ctrl_t_transforms_and_gives_the_tool_back(opened, qtbot):
    opened.tools.choose("brush")
    qtbot.keyClick(opened.canvas, Qt.Key.Key_T, CTRL)
    qtbot.waitUntil(lambda: opened.tools.name == "transform" and opened.tools.tool.box is not None)
    for _ in range(3):
        qtbot.keyClick(opened.canvas, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.tools.name == "brush" and idle(opened))
    np.testing.assert_array_equal(alpha(opened), np.roll(disc(), 30, axis=1))
    assert [step.label for step in opened.session.history.steps] == ["Open", "Transform mask"]


def test_the_menu_unfolds_the_panel_and_brings_the_keyboard_there(opened, qtbot):
    assert opened.sidebar.folded("adjustPanel")
    opened.actions_by_id["mask.smooth"].trigger()
    assert not opened.sidebar.folded("adjustPanel")
    assert opened.adjust_panel.form.field("smooth").hasFocus()
    opened.actions_by_id["mask.clean"].trigger()
    assert not opened.adjust_panel.clean.folded
    qtbot.waitUntil(lambda: opened.session.adjusting.parts is not None)


def test_the_history_dock_walks(opened, qtbot):
    opened.sidebar.fold("historyPanel", False)
    before = alpha(opened)
    opened.session.painting.invert()
    opened.session.painting.clear()
    view = opened.history_panel.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    np.testing.assert_array_equal(alpha(opened), before)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    np.testing.assert_array_equal(alpha(opened), 255 - before)


def test_renaming_and_choosing_layers_by_key(opened, qtbot):
    opened.session.layers.add()
    opened.actions_by_id["layer.previous"].trigger()
    assert opened.session.active.name == "disc"
    opened.actions_by_id["layer.next"].trigger()
    assert opened.session.active.name == "Mask 1"
    opened.actions_by_id["layer.rename"].trigger()
    editor = opened.layers_panel.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Hair")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.session.active.name == "Hair")


def test_panels_follow_the_tab_in_front(opened, qtbot):
    first = opened.session
    first.painting.invert()
    tab = opened.tabs.fresh()
    tab.session.history = History(Document(Image(np.zeros((50, 60, 3), np.uint8), name="other.png")))
    tab.session.changed()
    assert opened.session is tab.session
    assert opened.history_panel.model.rowCount() == 1
    assert not opened.adjust_panel.form.isEnabled()
    opened.tabs.step(1)
    assert opened.session is first
    assert opened.history_panel.model.rowCount() == 2
    assert opened.layers_panel.model.rowCount() == 1
