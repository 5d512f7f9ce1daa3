"""Whose a key is, and what it does: in a window with a canvas, fields and actions, with real events."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from maskstudio.ui.keys import key_owner
from maskstudio.ui.keys.filter import KeyFilter
from maskstudio.ui.keys.glance import Glance
from maskstudio.ui.keys.keymap import Keymap
from maskstudio.ui.registry.table import BY_ID
from maskstudio.ui.window import actions as registry

K, M = Qt.Key, Qt.KeyboardModifier
NONE, SHIFT, CTRL, ALT = M.NoModifier, M.ShiftModifier, M.ControlModifier, M.AltModifier


def press(key, modifiers=NONE, scan=0, text="", kind=QEvent.Type.KeyPress):
    return QKeyEvent(kind, key, modifiers, scan, 0, 0, text)


@pytest.fixture
def stage(qtbot):
    """A window with a canvas, fields and actions, whose keys are minded."""
    window = QMainWindow()
    canvas = QWidget(window, objectName="canvas", focusPolicy=Qt.FocusPolicy.StrongFocus)
    fields = {"line": QLineEdit(window), "spin": QSpinBox(window), "list": QListWidget(window)}
    fields["button"] = QPushButton("x", window)
    done = []
    verbs = {
        name: (lambda name=name: done.append(name)) for name, spec in BY_ID.items() if not spec.cycles and not spec.does
    }
    keymap = Keymap()
    actions = registry.build(window, verbs, keymap)
    window.addActions(list(actions.values()))
    window.filter = KeyFilter(window, lambda key: actions.get(keymap.owner(key)))
    window.actions_by_id, window.done, window.canvas, window.fields = actions, done, canvas, fields
    qtbot.addWidget(window)
    window.show()
    QApplication.instance().installEventFilter(window.filter)
    window.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    yield window
    QApplication.instance().removeEventFilter(window.filter)


def focus(qtbot, widget):
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    return widget


def test_the_canvas_has_all_keys(stage):
    for key, modifiers in ((K.Key_B, NONE), (K.Key_I, CTRL), (K.Key_Delete, NONE), (K.Key_Tab, NONE)):
        QTest.keyClick(stage.canvas, key, modifiers)
    assert stage.done == ["tool.brush", "mask.invert", "edit.clear", "window.panels"]


@pytest.mark.parametrize("name", ["line", "spin"])
def test_letters_stay_in_a_text_field(stage, qtbot, name):
    field = focus(qtbot, stage.fields[name])
    QTest.keyClicks(field, "be1/?")
    for key, modifiers in ((K.Key_Delete, NONE), (K.Key_Backspace, CTRL), (K.Key_A, CTRL), (K.Key_Z, CTRL)):
        QTest.keyClick(field, key, modifiers)
    QTest.keyClick(field, K.Key_Tab)
    assert stage.done == []
    assert not field.hasFocus()


def test_commands_with_ctrl_work_from_a_text_field(stage, qtbot):
    field = focus(qtbot, stage.fields["line"])
    QTest.keyClick(field, K.Key_F, CTRL)
    QTest.keyClick(field, K.Key_F1)
    assert stage.done == ["edit.commands", "help.shortcuts"]


def test_lists_and_buttons_keep_what_walks_and_works_them(stage, qtbot):
    rows = focus(qtbot, stage.fields["list"])
    for key in (K.Key_Delete, K.Key_F2, K.Key_PageDown, K.Key_Space):
        QTest.keyClick(rows, key)
    assert stage.done == []
    QTest.keyClick(rows, K.Key_B)
    assert stage.done == ["tool.brush"]
    button = focus(qtbot, stage.fields["button"])
    QTest.keyClick(button, K.Key_Delete)
    assert stage.done == ["tool.brush", "edit.clear"]


@pytest.mark.parametrize("key", [K.Key_Return, K.Key_Enter, K.Key_Space])
def test_enter_presses_the_focused_button_once(stage, qtbot, key):
    pressed = []
    for made in (stage.fields["button"], QToolButton(stage, focusPolicy=Qt.FocusPolicy.StrongFocus)):
        made.clicked.connect(lambda *_, made=made: pressed.append(made))
        made.show()
        QTest.keyClick(focus(qtbot, made), key)
        assert pressed == [made]
        pressed.clear()


def test_enter_opens_the_menu_of_a_button_that_has_one(stage, qtbot, monkeypatch):
    button, opened = stage.fields["button"], []
    button.setMenu(QMenu(stage))
    monkeypatch.setattr(button, "showMenu", lambda: opened.append(True))
    QTest.keyClick(focus(qtbot, button), K.Key_Return)
    assert opened == [True]


@pytest.mark.parametrize("focused", ["apart", "check", "close"])
def test_enter_in_a_dialog_is_for_the_focused_button_or_for_the_default(stage, qtbot, focused):
    dialog, pressed = QDialog(stage), []
    made = {"apart": QPushButton(dialog), "check": QCheckBox(dialog), "close": QPushButton(dialog)}
    made["apart"].setAutoDefault(False)
    made["close"].setDefault(True)
    for name, button in made.items():
        button.clicked.connect(lambda *_, name=name: pressed.append(name))
    dialog.show()
    dialog.activateWindow()
    QTest.keyClick(focus(qtbot, made[focused]), K.Key_Return)
    assert pressed == ["apart" if focused == "apart" else "close"]


def test_a_widget_may_own_all_keys(stage, qtbot):
    button = focus(qtbot, stage.fields["button"])
    button.setProperty(key_owner.OWNS_KEYS, True)
    QTest.keyClick(button, K.Key_I, CTRL)
    QTest.keyClick(button, K.Key_B)
    assert stage.done == []


def test_altgr_types_where_windows_calls_it_ctrl_and_alt(stage, qtbot):
    line = focus(qtbot, stage.fields["line"])
    assert key_owner.keeps(line, press(K.Key_BracketLeft, CTRL | ALT, text="["))
    assert not key_owner.keeps(line, press(K.Key_R, CTRL | ALT, text="\x12"))


@pytest.mark.parametrize(
    ("scan", "key", "modifiers", "text", "expected"),
    [
        (34, K.Key_Udiaeresis, NONE, "ü", "brush.smaller"),
        (35, K.Key_Asterisk, SHIFT, "*", "brush.harder"),
        (34, K.Key_Dead_Circumflex, NONE, "", "brush.smaller"),
        (13, K.Key_Apostrophe, NONE, "'", "brush.opacity40"),
        (34, K.Key_Udiaeresis, CTRL, "", "layer.down"),
    ],
)
def test_keys_act_by_their_place(stage, scan, key, modifiers, text, expected):
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(stage.canvas, press(key, modifiers, scan, text, kind))
    assert stage.done == [expected]


def test_places_do_nothing_while_typing_or_disabled(stage, qtbot):
    stage.actions_by_id["brush.smaller"].setEnabled(False)
    QApplication.sendEvent(stage.canvas, press(K.Key_Udiaeresis, NONE, 34, "ü"))
    stage.actions_by_id["brush.smaller"].setEnabled(True)
    line = focus(qtbot, stage.fields["line"])
    QApplication.sendEvent(line, press(K.Key_Udiaeresis, NONE, 34, "ü"))
    assert stage.done == []
    assert line.text() == "ü"


def test_holding_repeats_only_what_makes_sense(stage):
    def again(key, scan):
        event = QKeyEvent(QEvent.Type.KeyPress, key, NONE, scan, 0, 0, "", True)
        QApplication.sendEvent(stage.canvas, event)

    again(K.Key_Udiaeresis, 34)
    again(K.Key_NumberSign, 51)
    assert stage.done == ["brush.smaller"]


def test_backtick_held_shows_the_photo_and_tapped_goes_back(stage, qtbot):
    told, clock = [], iter([0.0, 1.0, 2.0, 2.1, 3.0])
    glance = Glance(stage, lambda held: told.append(held), lambda: told.append("tap"), lambda: next(clock))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        assert glance.take(press(K.Key_QuoteLeft, kind=kind))
    assert told == [True, False]
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        glance.take(press(K.Key_Dead_Circumflex, NONE, 49, kind=kind))
    assert told == [True, False, True, False, "tap"]
    glance.take(press(K.Key_QuoteLeft))
    glance.let_go()
    assert told[-2:] == [True, False]
    focus(qtbot, stage.fields["line"])
    assert not glance.take(press(K.Key_QuoteLeft))


# Actions


def test_what_nobody_does_does_not_appear():
    window = QMainWindow()
    actions = registry.build(window, {"file.open": lambda: None, "tool.lasso": lambda: None}, Keymap())
    assert list(actions) == ["file.open", "tool.lasso"]
    assert "tool.brush" in registry.missing(actions)
    assert "tool.nextLasso" not in registry.missing(actions)
    with pytest.raises(AssertionError, match=r"no\.such"):
        registry.build(window, {"no.such": lambda: None}, Keymap())


def test_a_cycle_goes_from_one_to_the_next(stage):
    names = ["tool.lasso", "tool.polygon", "tool.magnetic"]
    for _ in range(4):
        QTest.keyClick(stage.canvas, K.Key_L, SHIFT)
    assert stage.done == [*names, names[0]]


def test_menus_have_sections_submenus_and_letters_of_their_own():
    window = QMainWindow()
    actions = registry.build(window, {name: (lambda: None) for name in BY_ID}, Keymap())
    registry.fill(window.menuBar(), actions, QMenu("Open Recent", window))
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [title[title.index("&") + 1] for title in titles]
    assert len(set(letters)) == len(letters)
    for top in window.menuBar().actions():
        row = top.menu().actions()
        assert not row[0].isSeparator()
        assert not row[-1].isSeparator()
        assert not any(one.isSeparator() and other.isSeparator() for one, other in pairwise(row))
    shown = {action.objectName() for action in window.findChildren(QAction)}
    assert shown >= {name for name, spec in BY_ID.items() if not spec.does}


FILE_MENU = [
    ["Open…", "Open Recent", "Open the Sample", "Reopen Closed", "Recently Closed"],
    ["Close", "Save", "Save As…", "Save a Copy…"],
    ["Import Mask…", "Import Trimap…"],
    ["Export Cut-out…", "Export Again", "Export Mask…"],
    ["Add Model File…"],
    ["Quit"],
]
EDIT_MENU = [
    ["Undo", "Redo", "Toggle Last State"],
    ["Copy Cut-out", "Copy Merged", "Paste", "Paste as Mask", "Clear"],
    ["Fill", "Transform"],
    ["Find a Command…", "Cancel Running Work"],
    ["Models…", "Edit Keys…", "Preferences…"],
]


@pytest.mark.parametrize(("title", "wanted"), [("File", FILE_MENU), ("Edit", EDIT_MENU)])
def test_entries_stand_in_the_groups_users_know(title, wanted):
    window, found = QMainWindow(), [[]]
    actions = registry.build(window, {name: (lambda: None) for name in BY_ID}, Keymap())
    registry.fill(window.menuBar(), actions, QMenu("Open Recent", window))
    menu = next(top.menu() for top in window.menuBar().actions() if top.text() == f"&{title}")
    for action in menu.actions():
        if action.isSeparator():
            found.append([])
        else:
            found[-1].append(action.text())
    assert found == wanted
