"""Selecting in the editor's own window, while photos are encoded and answers are late, with several photos open."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest

from maskstudio.core.mask import Mask
from maskstudio.errors import ModelUnavailable
from maskstudio.params.local import MaskParams
from maskstudio.selection.prompt import Prompt
from tests.core.documents import disc
from tests.pointer import MENDED, RADII, SLOWER, selected

K, M, NONE, LEFT = Qt.Key, Qt.KeyboardModifier, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SIZE = (300, 200)
HERE, THERE = (120, 90), (220, 120)


@pytest.fixture
def photos(tmp_path):
    made = []
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
        made.append(tmp_path / f"photo {number}.png")
        Image.fromarray(pixels).save(made[-1])
    return made


@pytest.fixture
def editor(pointer, photos, window, qtbot):
    """The window with a photo open at 100 %, the Select tool in use, and the keys on the canvas."""
    window.open(photos[0])
    qtbot.waitUntil(lambda: window.session.document is not None and window.canvas.isVisible())
    window.canvas.view.actual_pixels()
    window.canvas.setFocus()
    model(window, "none")
    key(window, K.Key_W)
    assert window.tools.name == "select"
    qtbot.waitUntil(lambda: selectors(window).encoding("none") == "ready")
    return window


def model(window, name):
    tool = window.tools.tool_called("select")
    tool.set_params(replace(tool.params, model=name))


def selectors(window):
    return window.session.selecting.selectors


def pending(window):
    return window.tools.tool_called("select").pending


def state(window):
    return window.tools.options.findChild(object, "selectControls").state.text()


def at(window, x, y):
    return window.canvas.view.from_image(QPointF(x, y)).toPoint()


def place(window, at_image):
    return window.canvas.view.to_image(QPointF(at(window, *at_image))).toTuple()


def click(window, x, y, modifiers=NONE):
    QTest.mouseClick(window.canvas, LEFT, modifiers, at(window, x, y))


def key(window, key, modifiers=NONE):
    QTest.keyClick(window.windowHandle(), key, modifiers)


def stroke(window, *points):
    QTest.mousePress(window.canvas, LEFT, NONE, at(window, *points[0]))
    for point in points[1:]:
        there = QPointF(at(window, *point))
        event = QMouseEvent(QEvent.Type.MouseMove, there, window.canvas.mapToGlobal(there), Qt.MouseButton.NoButton,
                            LEFT, NONE)  # fmt: skip
        QCoreApplication.sendEvent(window.canvas, event)
    QTest.mouseRelease(window.canvas, LEFT, NONE, at(window, *points[-1]))


def labels(window):
    return [step.label for step in window.session.history.steps][1:]


def answered(window):
    return not pending(window).waiting


def test_clicks_are_answered_off_the_windows_thread_and_taken_by_keys(editor, pointer, qtbot):
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    click(editor, 140, 95, M.AltModifier)
    qtbot.waitUntil(lambda: answered(editor))
    key(editor, K.Key_Period)
    key(editor, K.Key_Return)
    prompt = Prompt(include=(place(editor, HERE),), exclude=(place(editor, (140, 95)),))
    np.testing.assert_array_equal(editor.session.document.alpha.array(), selected(prompt, *SIZE, RADII[1]))
    assert labels(editor) == ["Select"]
    assert threading.main_thread() not in pointer.threads
    key(editor, K.Key_Z, M.ControlModifier)
    assert editor.session.document.layers == ()


def test_ctrl_z_takes_back_the_last_click_and_the_menu_says_so(editor, qtbot):
    undo = editor.actions_by_id["edit.undo"]
    click(editor, *HERE)
    click(editor, *THERE)
    qtbot.waitUntil(lambda: answered(editor))
    assert undo.text() == "Undo click"
    key(editor, K.Key_Z, M.ControlModifier)
    assert len(pending(editor).gestures) == 1
    key(editor, K.Key_Z, M.ControlModifier)
    assert not pending(editor).gestures
    assert not undo.isEnabled()
    key(editor, K.Key_Y, M.ControlModifier)
    assert len(pending(editor).gestures) == 1
    qtbot.waitUntil(lambda: answered(editor))
    assert labels(editor) == []


def test_while_the_photo_is_encoded_clicks_are_answered_without_weights(editor, pointer, qtbot):
    pointer.hold("open")
    model(editor, "slow")
    editor.tools.tool._prepare()
    assert state(editor) == "Encoding…"
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    assert pending(editor).now.answer.model == "none"
    assert state(editor) == "Encoding…"
    pointer.let_go("open")
    qtbot.waitUntil(lambda: pending(editor).now.answer.model == "slow")
    assert state(editor) == "Ready"
    key(editor, K.Key_Return)
    wanted = disc(*SIZE, RADII[0] + SLOWER, place(editor, HERE))
    np.testing.assert_array_equal(editor.session.document.alpha.array(), wanted)
    assert len(pointer.opened) == 2, "the photo is encoded once"


def test_cancelling_the_encoding_in_the_status_line_leaves_the_tool_working(editor, pointer, qtbot):
    pointer.hold("open")
    model(editor, "slow")
    editor.tools.tool._prepare()
    qtbot.waitUntil(lambda: bool(editor.session.runner.jobs))
    editor.actions_by_id["edit.cancelJobs"].trigger()
    qtbot.waitUntil(lambda: state(editor) == "Not ready")
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    assert pending(editor).now.answer.model == "none"
    pointer.let_go("open")
    editor.tools.tool._choose_model("slow")
    qtbot.waitUntil(lambda: state(editor) == "Ready")


def test_a_model_that_fails_is_told_and_the_other_answers(editor, pointer, qtbot):
    pointer.fails = ModelUnavailable("The slow model is broken.")
    model(editor, "slow")
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    assert pending(editor).now.answer.model == "none"
    qtbot.waitUntil(lambda: editor.notice.sentence == "The slow model is broken.")
    assert state(editor) == "Not ready"


def test_closing_the_tab_while_the_photo_is_encoded(editor, pointer, qtbot):
    pointer.hold("open")
    model(editor, "slow")
    editor.tools.tool._prepare()
    session, tab = editor.session, editor.tabs.front
    click(editor, *HERE)
    editor.files.close_tab(tab)
    qtbot.waitUntil(lambda: not session.runner.jobs)
    assert session.selecting.selectors.encoding("slow") == "closed"
    assert session.document is None
    assert not pending(editor).gestures
    assert editor.tools.undoes == ""


def test_two_photos_have_a_selector_each_and_a_switch_takes_what_is_shown(editor, pointer, photos, qtbot):
    first = editor.tabs.front
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    where = place(editor, HERE)
    editor.open(photos[1])
    qtbot.waitUntil(lambda: editor.session.document is not None and editor.tabs.front is not first)
    editor.canvas.view.actual_pixels()
    np.testing.assert_array_equal(first.session.document.alpha.array(), disc(*SIZE, RADII[0], where))
    click(editor, *THERE)
    qtbot.waitUntil(lambda: answered(editor) and pending(editor).now.answer is not None)
    key(editor, K.Key_Return)
    np.testing.assert_array_equal(editor.session.document.alpha.array(), disc(*SIZE, RADII[0], place(editor, THERE)))
    assert [image.name for image, _ in pointer.opened] == ["photo 0.png", "photo 1.png"]
    editor.tabs.show_tab(first)
    click(editor, *THERE)
    qtbot.waitUntil(lambda: answered(editor) and pending(editor).now.answer is not None)
    assert len(pointer.opened) == 2, "it stays open while its photo is"


def test_a_late_answer_lands_in_the_photo_it_was_asked_for(editor, pointer, photos, qtbot):
    first = editor.tabs.front
    pointer.hold("predict")
    where = place(editor, HERE)
    click(editor, *HERE)
    editor.open(photos[1])
    qtbot.waitUntil(lambda: editor.session.document is not None and editor.tabs.front is not first)
    pointer.let_go("predict")
    qtbot.waitUntil(lambda: bool(first.session.document.layers))
    np.testing.assert_array_equal(first.session.document.alpha.array(), disc(*SIZE, RADII[0], where))
    assert editor.session.document.layers == ()


def test_enter_before_the_answer_takes_it_when_it_comes_and_undo_takes_that_back(editor, pointer, qtbot):
    pointer.hold("predict")
    click(editor, *HERE)
    key(editor, K.Key_Return)
    assert not pending(editor).gestures
    assert editor.actions_by_id["edit.undo"].text() == "Undo selection"
    key(editor, K.Key_Z, M.ControlModifier)
    click(editor, *THERE)
    key(editor, K.Key_Return)
    pointer.let_go("predict")
    qtbot.waitUntil(lambda: labels(editor) == ["Select"])
    np.testing.assert_array_equal(editor.session.document.alpha.array(), disc(*SIZE, RADII[0], place(editor, THERE)))


@pytest.mark.parametrize("how", ["mend", "add", "replace"])
def test_a_late_answer_never_overwrites_a_stroke(editor, pointer, qtbot, how):
    editor.session.layers.add(Mask.from_array(disc(*SIZE, 60, HERE)))
    tool = editor.tools.tool
    tool.set_params(replace(tool.params, how=how))
    pointer.hold("predict")
    click(editor, *HERE)
    key(editor, K.Key_Return)
    key(editor, K.Key_E)
    stroke(editor, (110, 85), (130, 95))
    erased = editor.session.active.paint.cover.array() == 255
    assert erased.any(), "the window goes on while a selector works"
    pointer.let_go("predict")
    qtbot.waitUntil(lambda: len(labels(editor)) == 3)
    alpha = editor.session.document.alpha.array()
    assert not alpha[erased].any()
    at_click = disc(*SIZE, MENDED if how == "mend" else RADII[0], place(editor, HERE))
    untouched = (editor.session.history.steps[-2].document.active and at_click > 0) & ~dilated(erased)
    assert (alpha[untouched] == 255).all()


def dilated(flags):
    """Everything that the soft rim of the eraser may have touched."""
    rows, columns = np.nonzero(flags)
    out = np.zeros_like(flags)
    out[max(rows.min() - 40, 0) : rows.max() + 40, max(columns.min() - 40, 0) : columns.max() + 40] = True
    return out


def test_parameters_act_on_what_was_selected(editor, qtbot):
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    key(editor, K.Key_Return)
    before = int((editor.session.document.alpha.array() > 0).sum())
    editor.session.shaping.set_mask_params(editor.session.active.id, MaskParams(mask_padding=6, mask_blur=0))
    qtbot.waitUntil(lambda: editor.session.active.params.mask_padding == 6)
    assert int((editor.session.document.alpha.array() > 0).sum()) > before


def test_what_is_shown_is_in_what_is_written(editor, qtbot, tmp_path, monkeypatch):
    from maskstudio.ui.files import filemenu

    written = []
    monkeypatch.setattr(
        filemenu.FileMenu, "export_mask", lambda self, *_: written.append(editor.session.document.alpha)
    )
    corner = disc(*SIZE, 10, (250, 170))
    editor.session.layers.add(Mask.from_array(corner))
    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    editor.actions_by_id["file.exportMask"].trigger()
    wanted = np.maximum(corner, disc(*SIZE, RADII[0], place(editor, HERE)))
    np.testing.assert_array_equal(written[0].array(), wanted)


def test_shift_w_goes_to_the_next_of_its_kind(editor):
    key(editor, K.Key_W, M.ShiftModifier)
    assert editor.tools.name != "select"
    key(editor, K.Key_W)
    assert editor.tools.name == "select"


def test_a_layer_says_that_it_was_made_by_clicks(editor, qtbot):
    from maskstudio.ui.panels.layer_list import details

    click(editor, *HERE)
    qtbot.waitUntil(lambda: answered(editor))
    key(editor, K.Key_Return)
    assert details(editor.session.active) == "90 %  by clicks"
    model(editor, "slow")
    editor.tools.tool._prepare()
    qtbot.waitUntil(lambda: state(editor) == "Ready")
    click(editor, *THERE)
    qtbot.waitUntil(lambda: answered(editor))
    key(editor, K.Key_Return)
    assert details(editor.session.active) == "90 %  by clicks · Slow model"
