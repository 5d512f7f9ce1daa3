"""Undo and redo take back what a tool has under way before anything else, by key, menu and toolbar alike."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from tests.ui.test_canvas_habits import K, M, key, labels, press, release

CORNERS = ((20, 20), (100, 20), (100, 150))
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def editor(window, qtbot):
    """The window with a photo of 300 × 200 px at 100 %, and the keys on the canvas."""
    window.session.history = History(Document(Image(np.full((200, 300, 3), 120, np.uint8))))
    window.session.changed()
    qtbot.waitUntil(window.canvas.isVisible)
    window.canvas.view.actual_pixels()
    window.canvas.setFocus()
    return window


def by_key(editor, name):
    key(editor, K.Key_Z, M.ControlModifier | (M.ShiftModifier if name == "redo" else M.NoModifier))


def by_action(editor, name):
    editor.actions_by_id[f"edit.{name}"].trigger()


def by_toolbar(editor, name):
    button = editor.top_bar.widgetForAction(editor.actions_by_id[f"edit.{name}"])
    assert isinstance(button, QToolButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def says(editor):
    """What undo and redo say they would do; empty where they are greyed out."""
    both = [editor.actions_by_id[f"edit.{name}"] for name in ("undo", "redo")]
    return [action.text() if action.isEnabled() else "" for action in both]


@pytest.mark.parametrize("way", [by_key, by_action, by_toolbar])
@pytest.mark.parametrize("tool", ["polygon", "magnetic"])
def test_corners_go_and_come_one_by_one(editor, tool, way):
    editor.actions_by_id[f"tool.{tool}"].trigger()
    assert says(editor) == ["", ""]
    for point in CORNERS:
        press(editor, point)
        release(editor, point)
    corners = list(editor.tools.tool.corners)
    for left in (2, 1, 0):
        assert says(editor)[0] == "Undo corner"
        way(editor, "undo")
        assert editor.tools.tool.corners == corners[:left]
    assert says(editor) == ["", "Redo corner"]
    for there in (1, 2, 3):
        way(editor, "redo")
        assert editor.tools.tool.corners == corners[:there]
    assert says(editor) == ["Undo corner", ""]
    way(editor, "redo")
    assert editor.tools.tool.corners == corners
    assert editor.session.document.layers == ()
    key(editor, K.Key_Return)
    assert len(editor.session.document.layers) == 1
    assert says(editor)[0].startswith("Undo ")
    assert says(editor)[0] != "Undo corner"


def test_the_history_stands_still_while_corners_are_there_and_goes_on_after_them(editor):
    editor.session.painting.fill()
    editor.session.painting.invert()
    editor.session.undo()
    editor.actions_by_id["tool.polygon"].trigger()
    for point in CORNERS[:2]:
        press(editor, point)
        release(editor, point)
    assert says(editor) == ["Undo corner", ""], "redo would change what the corners are drawn on"
    by_action(editor, "redo")
    assert editor.session.history.redo_label == "Invert mask"
    assert len(editor.tools.tool.corners) == 2
    by_action(editor, "toggleState")
    assert len(editor.tools.tool.corners) == 1
    by_action(editor, "toggleState")
    assert len(editor.tools.tool.corners) == 2
    for _ in range(3):
        by_action(editor, "undo")
    assert editor.session.history.undo_label is None
    assert says(editor) == ["", "Redo Select all"], "a corner does not come back after a step"


def test_another_corner_ends_what_could_be_brought_back(editor):
    editor.actions_by_id["tool.polygon"].trigger()
    for point in CORNERS:
        press(editor, point)
        release(editor, point)
    by_action(editor, "undo")
    press(editor, (30, 160))
    release(editor, (30, 160))
    assert says(editor) == ["Undo corner", ""]
    editor.actions_by_id["tool.brush"].trigger()
    assert says(editor) == ["", ""]


UNDER_WAY = {
    "brush": "stroke", "eraser": "stroke", "refine": "stroke", "lasso": "line", "rectangle": "rectangle",
    "ellipse": "ellipse", "gradient": "line", "wand": "selection", "move": "move", "quick": "stroke",
}  # fmt: skip


@pytest.mark.parametrize("tool", UNDER_WAY)
def test_undo_in_the_middle_of_a_drag_drops_it_and_nothing_else(editor, tool, qtbot):
    editor.session.painting.fill()
    before, steps = editor.session.document, labels(editor)
    editor.actions_by_id[f"tool.{tool}"].trigger()
    press(editor, (40, 40), (120, 90))
    assert says(editor) == [f"Undo {UNDER_WAY[tool]}", ""]
    by_action(editor, "undo")
    assert says(editor) == ["Undo Select all", ""]
    release(editor, (120, 90))
    qtbot.waitUntil(lambda: not editor.session.runner.jobs)
    assert editor.session.document is before
    assert labels(editor) == steps


@pytest.mark.parametrize("tool", ["hand", "rotate", "zoom"])
def test_looking_elsewhere_is_no_step(editor, tool):
    editor.session.painting.fill()
    editor.actions_by_id[f"tool.{tool}"].trigger()
    press(editor, (40, 40), (120, 90))
    assert says(editor) == ["Undo Select all", ""]
    release(editor, (120, 90))


def test_an_area_still_being_worked_out_is_taken_back_before_the_step_under_it(editor, qtbot, monkeypatch):
    def slow(*_args, check):
        while True:
            check()
            threading.Event().wait(0.01)

    monkeypatch.setattr("maskstudio.ui.tools.area._QUICK", 0)
    editor.session.painting.fill()
    editor.actions_by_id["tool.gradient"].trigger()
    monkeypatch.setattr("maskstudio.ui.tools.gradient.gradient", slow)
    press(editor, (10, 10), (200, 100))
    release(editor, (200, 100))
    assert says(editor) == ["Undo Gradient", ""]
    by_action(editor, "undo")
    assert says(editor) == ["Undo Select all", ""]
    qtbot.waitUntil(lambda: not editor.session.runner.jobs)
    assert labels(editor)[-1] == "Select all"


def test_a_transform_goes_back_drag_by_drag(editor, qtbot):
    plane = np.zeros((200, 300), np.uint8)
    plane[60:120, 80:180] = 255
    editor.session.painting.select(plane, 0, 0, "replace", "Box")
    editor.canvas.setFocus()
    editor.actions_by_id["edit.transform"].trigger()
    tool = editor.tools.tool
    qtbot.waitUntil(lambda: tool.box is not None)
    for way in ((10, 0), (0, 20)):
        press(editor, (130, 90), (130 + way[0], 90 + way[1]))
        release(editor, (130 + way[0], 90 + way[1]))
    assert tool.box.shift == (10, 20)
    by_key(editor, "undo")
    assert tool.box.shift == (10, 0)
    assert says(editor) == ["Undo transform", "Redo transform"]
    by_key(editor, "redo")
    assert tool.box.shift == (10, 20)
    press(editor, (130, 90), (150, 90))
    by_key(editor, "undo")
    assert tool.box.shift == (10, 20), "the drag under way alone"
    release(editor, (150, 90))
    by_key(editor, "undo")
    key(editor, K.Key_Return)
    qtbot.waitUntil(lambda: editor.tools.name != "transform" and not editor.session.runner.jobs)
    np.testing.assert_array_equal(editor.session.document.alpha.array(), np.roll(plane, 10, axis=1))
    assert labels(editor)[-2:] == ["Box", "Transform mask"]
