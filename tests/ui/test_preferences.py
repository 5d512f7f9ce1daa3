"""Preferences: every field acts at once and is written; the editor of keys tells of clashes; the sheet can be saved."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from maskstudio import settings as stored
from maskstudio.settings import preferences
from maskstudio.ui.keys.recorder import Recorder
from maskstudio.ui.widgets import theme

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"
K, M = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def dialog(window, qtbot):
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, K.Key_K, M.ControlModifier)
    made = window.findChild(QWidget, "preferences")
    qtbot.waitUntil(made.isVisible)
    return made
    return made


@pytest.fixture
def editor(dialog):
    dialog.open_page("keys")
    return dialog.editor


def button(parent, text):
    return next(each for each in parent.findChildren(QPushButton) if each.text() == text)


def test_everything_on_offer_has_an_effect(window, dialog):
    offered = {each.spec.name for each in preferences() if dialog.findChild(QWidget, each.spec.name) is not None}
    assert {"theme", "author", "overlay_colour", "surround", "full_screen_f", "recent_count"} <= offered
    assert offered <= set(dialog._apply)


def test_every_field_has_its_name_its_help_and_its_words(dialog):
    for each in preferences():
        field = dialog.findChild(QWidget, each.spec.name)
        if field is not None:
            assert field.accessibleName() == each.spec.label
            assert field.accessibleDescription() == each.spec.help
            assert each.spec.help.endswith(".")
            assert any(label.text() == each.spec.help for label in dialog.findChildren(QLabel))


def test_the_theme_changes_at_once_and_is_written_a_moment_later(window, dialog, qtbot):
    qtbot.mouseClick(button(dialog, "Light"), Qt.MouseButton.LeftButton)
    assert theme.tokens() is theme.LIGHT
    qtbot.waitUntil(lambda: stored.load().theme == "light")
    qtbot.mouseClick(button(dialog, "Dark"), Qt.MouseButton.LeftButton)
    dialog.close()
    assert stored.load().theme == "dark"


def test_the_author_signs_what_is_made_from_now_on(window, dialog):
    line = dialog.findChild(QLineEdit, "author")
    line.clear()
    QTest.keyClicks(line, "Zoe Angstrom")
    assert window.session.author == "Zoe Angstrom"
    dialog.close()
    assert stored.load().author == "Zoe Angstrom"


def test_the_surround_is_the_chosen_grey(window, dialog, qtbot):
    box = dialog.findChild(QComboBox, "surround")
    box.setCurrentIndex(box.findData("middle"))
    box.activated.emit(box.currentIndex())
    assert window.canvas.styling.surround == QColor("#808080")
    box.setCurrentIndex(box.findData("theme"))
    box.activated.emit(box.currentIndex())
    assert window.canvas.styling.surround != QColor("#808080")


def test_a_colour_is_chosen_in_the_dialog_for_it(window, dialog, qtbot, monkeypatch):
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#3366cc"))
    dialog.open_page("canvas")
    field = dialog.findChild(QWidget, "overlay_colour")
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert window.settings.overlay_colour == "#3366cc"
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert window.settings.overlay_colour == "#3366cc"


def test_fewer_recent_files_are_forgotten_at_once(window, dialog):
    window.settings.recent = [f"/{number}.png" for number in range(9)]
    dialog.findChild(QWidget, "recent_count").setValue(3)
    assert window.settings.recent == ["/0.png", "/1.png", "/2.png"]


def test_defaults_of_a_page_leave_other_pages_alone(window, dialog, qtbot):
    window.settings.author, window.settings.overlay_opacity = "me", 0.9
    dialog.open_page("canvas")
    qtbot.mouseClick(button(dialog, "Defaults of This Page"), Qt.MouseButton.LeftButton)
    assert window.settings.overlay_opacity == 0.5
    assert window.settings.author == "me"


def test_it_shows_what_was_changed_elsewhere(window, dialog):
    dialog.close()
    window.settings.overlay_opacity = 0.25
    window.preferences.open("canvas")
    assert dialog.findChild(QWidget, "overlay_opacity").value() == 0.25


def test_a_profile_that_is_not_there_is_not_taken(window, dialog, tmp_path):
    if (field := dialog.findChild(QWidget, "monitor_profile")) is None:
        pytest.skip("no colour management for the screen yet")
    field.set_value(str(tmp_path / "none.icc"))
    field.edited.emit()
    assert window.settings.monitor_profile == ""
    assert any(label.text() == "There is no such file." for label in dialog.findChildren(QLabel))


# Keys


def record(editor, key, modifiers=M.NoModifier):
    recorder = editor.findChild(Recorder)
    recorder.setFocus()
    recorder.setChecked(True)
    QTest.keyClick(recorder, key, modifiers)


def choose_preset(editor, name):
    box = editor.findChild(QComboBox, "keyPreset")
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def test_new_keys_act_at_once_and_survive(window, dialog, editor, qtbot):
    editor.choose("layer.duplicate")
    record(editor, K.Key_Y, M.AltModifier)
    assert [key.toString() for key in window.actions_by_id["layer.duplicate"].shortcuts()] == ["Alt+Y", "Ctrl+J"]
    assert "Alt+Y" in window.actions_by_id["layer.duplicate"].toolTip()
    dialog.close()
    assert stored.load().keys == {"layer.duplicate": ["Alt+Y", "Ctrl+J"]}


def test_a_clash_is_said_and_nothing_changes_until_reassigned(window, editor, qtbot):
    editor.choose("layer.duplicate")
    record(editor, K.Key_Z, M.ControlModifier)
    assert any(label.text() == "Ctrl+Z belongs to Undo." for label in editor.findChildren(QLabel))
    assert window.keys.keymap.owner("Ctrl+Z") == "edit.undo"
    QTest.keyClick(button(editor, "Reassign"), K.Key_Space)
    assert window.keys.keymap.owner("Ctrl+Z") == "layer.duplicate"
    assert window.actions_by_id["edit.undo"].shortcuts() == []
    assert not button(editor, "Reassign").isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (K.Key_Tab, M.ControlModifier, "Ctrl+Tab"),
        (K.Key_Backtab, M.ShiftModifier, "Shift+Tab"),
        (K.Key_F5, M.NoModifier, "F5"),
        (K.Key_Udiaeresis, M.NoModifier, "Ü"),
        (K.Key_5, M.KeypadModifier, "5"),
    ],
)
def test_the_recorder_takes_every_key(qtbot, key, modifiers, expected):
    recorder = Recorder()
    qtbot.addWidget(recorder)
    recorder.show()
    recorder.setChecked(True)
    with qtbot.waitSignal(recorder.recorded) as told:
        QTest.keyClick(recorder, K.Key_Control, M.ControlModifier)  # alone, it is not yet an answer
        QTest.keyClick(recorder, key, modifiers)
    assert told.args == [expected]
    assert not recorder.isChecked()


def test_escape_ends_recording_and_space_cannot_be_given_away(window, editor):
    editor.choose("layer.duplicate")
    record(editor, K.Key_Escape)
    assert editor.isVisible()
    record(editor, K.Key_Space)
    assert window.keys.keymap.own == {}


def test_keys_can_be_taken_away_and_reset(window, editor, qtbot):
    editor.choose("edit.redo")
    cap = next(each for each in editor.findChildren(QPushButton) if each.text().startswith("Ctrl+Y"))
    qtbot.mouseClick(cap, Qt.MouseButton.LeftButton)
    assert window.keys.keymap.keys("edit.redo") == ("Ctrl+Shift+Z",)
    qtbot.mouseClick(button(editor, "Reset This"), Qt.MouseButton.LeftButton)
    assert window.keys.keymap.keys("edit.redo") == ("Ctrl+Shift+Z", "Ctrl+Y")
    editor.choose("layer.solo")
    record(editor, K.Key_F8)
    qtbot.mouseClick(button(editor, "Reset All"), Qt.MouseButton.LeftButton)
    assert window.keys.keymap.own == {}


def test_a_preset_is_taken_over_by_the_whole_window(window, editor):
    choose_preset(editor, "krita")
    assert window.actions_by_id["layer.mergeDown"].shortcuts()[0].toString() == "Ctrl+E"
    assert window.settings.preset == "krita"


def test_the_table_finds_commands_and_keys(editor, qtbot):
    search = editor.findChild(QLineEdit, "keySearch")
    table = editor._table

    def shown():
        return [name for name, row in table._rows.items() if not row.isHidden()]

    QTest.keyClicks(search, "ctrl+d")
    assert shown() == ["select.none"]
    assert table.chosen.id == "select.none"
    search.clear()
    QTest.keyClicks(search, "deselect")
    assert shown()[0] == "select.none"
    search.clear()
    assert len(shown()) == len(table._rows)


def test_keys_go_to_a_file_and_come_back_and_can_be_taken_back(window, editor, tmp_path, monkeypatch, qtbot):
    def chosen(*_):
        return str(tmp_path / "mine"), ""

    choose_preset(editor, "krita")
    editor.choose("layer.solo")
    record(editor, K.Key_F8)
    mine = window.keys.keymap
    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    qtbot.mouseClick(button(editor, "Export…"), Qt.MouseButton.LeftButton)
    assert editor._says.text() == "Saved the keys as mine.json."
    choose_preset(editor, "photoshop")
    qtbot.mouseClick(button(editor, "Reset All"), Qt.MouseButton.LeftButton)
    plain = window.keys.keymap
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "mine.json"), ""))
    qtbot.mouseClick(button(editor, "Import…"), Qt.MouseButton.LeftButton)
    assert window.keys.keymap == mine
    assert (window.settings.preset, window.settings.keys) == ("krita", {"layer.solo": ["F8", "Shift+S"]})
    assert editor.findChild(QComboBox, "keyPreset").currentData() == "krita"
    assert window.actions_by_id["layer.solo"].shortcut().toString() == "F8"
    qtbot.mouseClick(button(editor, "Take Back"), Qt.MouseButton.LeftButton)
    assert window.keys.keymap == plain
    assert not button(editor, "Take Back").isVisible()
    (tmp_path / "mine.json").write_text("[]")
    qtbot.mouseClick(button(editor, "Import…"), Qt.MouseButton.LeftButton)
    assert editor._says.text() == "mine.json holds no keys of maskstudio."
    assert window.keys.keymap == plain


def test_the_editor_changes_the_keys_of_a_workspace(window, editor):
    editor.choose("refine.ants")
    assert editor._name.text() == "Marching Ants (Refine Workspace)"
    record(editor, K.Key_B)
    assert editor._says.text() == "B does this now."  # it is the brush's elsewhere
    assert window.actions_by_id["tool.brush"].shortcut().toString() == "B"
    window.actions_by_id["window.refineWorkspace"].trigger()
    assert window.actions_by_id["view.ants"].shortcut().toString() == "B"
    assert window.actions_by_id["tool.brush"].shortcuts() == []


# The sheet


@pytest.mark.parametrize("key", [K.Key_F1, K.Key_Question])
def test_the_sheet_shows_every_key_there_is(window, key, qtbot):
    window.canvas.setFocus()
    QTest.keyClick(window, key)
    sheet = window.findChild(QWidget, "cheatSheet")
    words = {label.text() for label in sheet.findChildren(QLabel)}
    for name, action in window.actions_by_id.items():
        if action.shortcuts() and not name.startswith("brush."):
            assert action.shortcuts()[0].toString(action.shortcuts()[0].SequenceFormat.NativeText) in words, name


def test_the_sheet_can_be_saved_in_three_ways(window, tmp_path, monkeypatch, qtbot):
    sheet = window.command_help.open_sheet()
    for ending in ("html", "txt", "pdf"):
        target = tmp_path / f"keys äö.{ending}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target: (str(target), ""))
        qtbot.mouseClick(button(sheet, "Save…"), Qt.MouseButton.LeftButton)
    assert "<kbd>Ctrl+Z</kbd>" in (tmp_path / "keys äö.html").read_text("utf-8")
    assert "Ctrl+Shift+Z,  Ctrl+Y" in (tmp_path / "keys äö.txt").read_text("utf-8")
    assert (tmp_path / "keys äö.pdf").read_bytes().startswith(b"%PDF")


def test_a_sheet_that_cannot_be_saved_says_so(window, tmp_path, monkeypatch, qtbot):
    sheet = window.command_help.open_sheet()
    target = tmp_path / "missing" / "keys.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    qtbot.mouseClick(button(sheet, "Save…"), Qt.MouseButton.LeftButton)
    assert any("could not be written" in label.text() for label in sheet.findChildren(QLabel))


def test_the_sheet_follows_the_preset(window, editor):
    choose_preset(editor, "gimp")
    sheet = window.command_help.open_sheet()
    assert "GIMP" in sheet.windowTitle()
    assert "Ctrl+Shift+J" in {label.text() for label in sheet.findChildren(QLabel)}


# The canvas


def wheel_event(canvas, modifiers=M.NoModifier):
    centre = QPointF(canvas.rect().center())
    return QWheelEvent(
        centre, canvas.mapToGlobal(centre), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


@pytest.fixture
def opened(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    return window


def test_a_wheel_zooms_or_scrolls_as_the_user_likes(opened, dialog, qtbot):
    canvas = opened.canvas
    canvas.view.zoom_to(4.0)
    qtbot.mouseClick(button(dialog, "Scrolls"), Qt.MouseButton.LeftButton)
    centre = canvas.view.centre
    QApplication.sendEvent(canvas, wheel_event(canvas))
    assert canvas.view.scale == 4.0
    assert canvas.view.centre.y() < centre.y()
    QApplication.sendEvent(canvas, wheel_event(canvas, M.ControlModifier))
    assert canvas.view.scale > 4.0
    qtbot.mouseClick(button(dialog, "Zooms"), Qt.MouseButton.LeftButton)
    before = canvas.view.scale
    QApplication.sendEvent(canvas, wheel_event(canvas))
    assert canvas.view.scale > before


def test_the_pixel_grid_begins_where_the_user_says(opened, dialog, qtbot, pixels):
    canvas = opened.canvas
    dialog.open_page("canvas")

    def columns():
        """How many of 64 columns in the middle differ from the one before."""
        qtbot.waitUntil(lambda: canvas.complete)
        middle = pixels(canvas.grab().toImage())[canvas.height() // 2, canvas.width() // 2 - 32 :][:64]
        return int((np.abs(np.diff(middle, axis=0)).max(axis=1) > 0).sum())

    opened.modes.show("image")
    canvas.view.zoom_to(4.0)
    without = columns()
    dialog.findChild(QWidget, "grid_from").setValue(400)
    assert columns() > without
    dialog.findChild(QWidget, "grid_from").setValue(500)
    assert columns() == without
