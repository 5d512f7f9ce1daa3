"""The whole window with real events on a real photo and real models."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton, QWidget

from maskstudio import settings as stored
from maskstudio.params.local import MaskParams
from maskstudio.ui.app import create_window
from maskstudio.ui.window import actions
from tests.patience import PATIENCE

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"


def idle(window):
    return not window.session.runner.jobs


def act(window, name):
    action = window.findChild(QAction, name)
    assert action.isEnabled(), name
    action.trigger()


@pytest.fixture
def opened(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    return window


@pytest.fixture
def detected(opened, qtbot):
    act(opened, "select.subject")
    qtbot.waitUntil(lambda: bool(opened.session.document.layers))
    qtbot.waitUntil(lambda: idle(opened))
    return opened


NAMES = "canvas detectPanel layersPanel maskPanel refinePanel exportPanel jobsPanel"
FIELDS = (
    "model cutoutModel rgba returnOnlyMask alphaMatting confidence maxDetections maskPadding maskBlur bandWidth "
    "colorDecontamination depth hiddenColours"
)


@pytest.mark.parametrize("name", (NAMES + " " + FIELDS).split())
def test_a_script_finds_everything_by_name(window, name):
    assert window.objectName() == "mainWindow"
    assert window.findChild(QWidget, name) is not None


def test_an_empty_window_says_what_to_do_first(window):
    assert window.welcome.isVisible()
    assert not window.canvas.isVisible()
    texts = [button.text() for button in window.welcome.findChildren(QPushButton)]
    assert "Open a Photo…" in texts
    assert any("Cut Out Subject (C)" in each.text() for each in window.welcome.findChildren(QLabel))
    window.findChild(QAction, "select.subject").setShortcut("Ctrl+9")
    assert any("Cut Out Subject (Ctrl+9)" in each.text() for each in window.welcome.findChildren(QLabel))
    assert not window.findChild(QAction, "file.export").isEnabled()


def test_everything_that_can_be_pressed_has_a_name(opened):
    nameless = [
        widget
        for widget in opened.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert [(type(w).__name__, w.objectName()) for w in nameless] == []


def test_the_whole_job_with_the_mouse(opened, qtbot, tmp_path, monkeypatch):
    panel = opened.findChild(QWidget, "detectPanel")
    detect = next(button for button in panel.findChildren(QPushButton) if button.text() == "Detect")
    qtbot.mouseClick(detect, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened.session.document.layers))
    assert opened.session.document.layers[0].name == "face"
    act(opened, "select.refine")
    qtbot.waitUntil(lambda: opened.session.active.refinement is not None)
    target = tmp_path / "gesicht äöü.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    act(opened, "file.export")
    qtbot.waitUntil(lambda: idle(opened) and target.exists())
    written = cv2.imdecode(np.fromfile(target, np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(written[..., 3], opened.session.document.alpha.array())
    assert opened.session.projects.unsaved, "an export saves no work"


def test_padding_is_live_and_undo_brings_the_field_back(detected, qtbot):
    field = detected.findChild(QWidget, "maskPadding")
    before = detected.session.document.alpha
    panel = detected.mask_panel
    form = panel.findChild(QWidget, "maskPadding")
    assert form is field
    layer = detected.session.active
    detected.session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=12, mask_blur=0))
    qtbot.waitUntil(lambda: detected.session.active.params.mask_padding == 12)
    qtbot.waitUntil(lambda: idle(detected))
    assert detected.session.document.alpha != before
    act(detected, "edit.undo")
    assert detected.session.document.alpha == before
    act(detected, "edit.redo")
    assert detected.session.active.params.mask_padding == 12


def test_a_photo_can_be_dropped(window, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(SAMPLE))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert window.windowTitle().startswith("grace_hopper.jpg")
    assert window.settings.recent == [str(SAMPLE)]


def test_a_file_that_is_no_photo_gets_a_sentence_and_changes_nothing(detected, qtbot, tmp_path, monkeypatch):
    broken = tmp_path / "notes.png"
    broken.write_text("hello")
    monkeypatch.setattr("maskstudio.ui.files.unsaved_work.ask_leave", lambda *_: "discard")
    before = detected.session.document
    detected.open(broken)
    qtbot.waitUntil(lambda: "notes.png" in detected.notice.sentence)
    assert detected.session.document is before


def test_the_view_stays_when_the_mask_changes(detected, qtbot):
    detected.canvas.view.zoom_to(2.0, QPointF(100, 100))
    before = detected.canvas.view.scale, detected.canvas.view.centre
    act(detected, "edit.undo")
    act(detected, "edit.redo")
    for mode in ("black", "white", "checker", "mask", "image", "overlay"):
        act(detected, f"view.{mode}")
    assert (detected.canvas.view.scale, detected.canvas.view.centre) == before


def test_masks_that_no_project_holds_are_asked_about(detected, monkeypatch):
    asked = []
    monkeypatch.setattr("maskstudio.ui.files.unsaved_work.ask_leave", lambda *_: asked.append(1) or "cancel")
    act(detected, "file.close")
    assert asked == [1]
    assert detected.session.document is not None


def test_settings_and_arrangement_are_remembered(window, qtbot):
    window.show_theme("light")
    window.sidebar.fold("exportPanel", True)
    window.close()
    assert window.farewell.wait(PATIENCE)
    assert stored.load().theme == "light"
    again = create_window([])
    qtbot.addWidget(again)
    assert again.sidebar.folded("exportPanel")
    assert not again.sidebar.folded("maskPanel")


def test_the_pointer_reads_coordinates_and_alpha(detected, qtbot):
    detected.canvas.view.fit()
    centre = QPoint(detected.canvas.width() // 2, detected.canvas.height() // 2)
    qtbot.mouseMove(detected.canvas, centre)
    qtbot.waitUntil(lambda: "alpha" in detected.status.findChild(QWidget, "place").text())
    assert "255 (100 %)" in detected.status.findChild(QWidget, "place").text()


def test_help_lists_the_keys(window, qtbot):
    act(window, "help.shortcuts")
    monkey = QMessageBox  # the sheet is a plain dialog, never a modal box
    assert not isinstance(window.findChild(QWidget, "shortcuts"), monkey)


def test_no_action_is_without_a_verb(window):
    assert actions.missing(window.verbs()) == []
