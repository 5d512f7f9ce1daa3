"""The command palette: finds by a few letters, says why not, runs by keyboard alone, remembers what was used."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.ui.help.palette_entries import PaletteEntry, ranked
from maskstudio.ui.registry.table import ACTIONS, BY_ID
from maskstudio.ui.widgets.fuzzy import score

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"
K = Qt.Key


# Finding


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("zoom in", "Zoom In"), ("inv", "Invert"), ("und", "Undo"), ("mgdn", "Merge Down"), ("pref", "Preferences…"),
        ("refn", "Refine Edge"), ("exp cut", "Export Cut-out…"), ("full", "Full Screen"), ("on bl", "On Black"),
        ("LASSO", "Lasso"), ("deselect", "None"), ("rubylith", "Overlay"), ("remove backg", "Cut Out Subject"),
    ],
)  # fmt: skip
def test_a_few_letters_are_enough(query, first):
    entries = [
        PaletteEntry(spec.id, spec.text, spec.menu, lambda: None, tip=spec.tip, also=spec.also) for spec in ACTIONS
    ]
    assert ranked(query, entries, [])[0].title == first


@pytest.mark.parametrize(("query", "text"), [("xyz", "Zoom In"), ("zi", "Fit"), ("oo", "Copy"), ("", "Zoom In")])
def test_what_does_not_fit_scores_nothing(query, text):
    assert score(query, text) == 0


@given(st.text(string.ascii_letters + " ", max_size=12), st.text(max_size=30))
def test_only_letters_in_their_order_score(query, text):
    fit = score(query, text)
    if fit > 0:
        for word in query.lower().split():
            rest = iter(text.lower())
            assert all(letter in rest for letter in word)


@given(st.text(string.ascii_lowercase, min_size=1, max_size=12))
def test_a_word_finds_itself(word):
    assert score(word, word) > 0
    assert score(word, f"{word} x") >= score(word, f"x{word} x")


def entry(name, reason=""):
    return PaletteEntry(name, name.title(), "Menu", lambda: None, reason=reason)


def test_what_was_used_lately_comes_first_and_what_cannot_be_done_later():
    entries = [entry("copy"), entry("copy merged"), entry("cope", "Not now.")]
    assert [each.id for each in ranked("", entries, ["cope", "gone"])] == ["cope", "copy", "copy merged"]
    assert [each.id for each in ranked("cop", entries, [])][-1] == "cope"
    assert ranked("cop", entries, ["copy merged"])[0].id == "copy merged"


# In the window


@pytest.fixture
def opened(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.canvas.setFocus()
    return window


def open_by_key(window, qtbot, key="Ctrl+F"):
    focused = QApplication.focusWidget() or window
    combination = QKeySequence(key)[0]
    QTest.keyClick(focused, combination.key(), combination.keyboardModifiers())
    palette = window.findChild(QWidget, "palette")
    qtbot.waitUntil(palette.query.hasFocus)
    return palette


@pytest.mark.parametrize("key", ["Ctrl+F", "Ctrl+Shift+P", "/"])
def test_keys_open_it_and_escape_gives_the_focus_back(opened, qtbot, key):
    palette = open_by_key(opened, qtbot, key)
    assert palette.isVisible()
    QTest.keyClick(palette.query, K.Key_Escape)
    assert not palette.isVisible()
    qtbot.waitUntil(opened.canvas.hasFocus)


def test_enter_runs_what_was_found_and_it_is_remembered(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    QTest.keyClicks(palette.query, "on black")
    assert palette.found[0].id == "view.black"
    QTest.keyClick(palette.query, K.Key_Return)
    assert opened.canvas.styling.mode == "black"
    assert not palette.isVisible()
    assert opened.settings.recent_commands == ["view.black"]
    assert open_by_key(opened, qtbot).found[0].id == "view.black"


def test_up_and_down_walk_round(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    rows = len(palette.found)
    QTest.keyClick(palette.query, K.Key_Up)
    assert palette.list.currentIndex().row() == rows - 1
    QTest.keyClick(palette.query, K.Key_Down)
    QTest.keyClick(palette.query, K.Key_Down)
    assert palette.list.currentIndex().row() == 1
    QTest.keyClick(palette.query, K.Key_PageDown)
    assert palette.list.currentIndex().row() == 11
    QTest.keyClick(palette.query, K.Key_Tab)
    assert palette.query.hasFocus()


def test_what_cannot_be_done_says_why_and_does_nothing(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    QTest.keyClicks(palette.query, "shift edge")
    assert palette.found[0].id == "mask.shiftEdge"
    assert palette.found[0].reason == "Choose a layer first."
    spoken = palette.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Choose a layer first." in spoken
    QTest.keyClick(palette.query, K.Key_Return)
    assert palette.isVisible()
    QTest.keyClicks(palette.query, "qqqq")
    assert palette.found == []
    assert palette.says.text() == "Nothing is called that."
    for key in (K.Key_Return, K.Key_Down, K.Key_Up):
        QTest.keyClick(palette.query, key)


def test_letters_go_into_the_query_not_to_the_tools(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    for key in (K.Key_I, K.Key_D):
        QTest.keyClick(palette.query, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(palette.query, "bed")
    assert palette.query.text() == "bed"
    assert opened.session.document.layers == ()


def test_recent_files_are_found(opened, qtbot):
    opened.settings.recent = [str(SAMPLE), "/gone/away.png"]
    palette = open_by_key(opened, qtbot)
    QTest.keyClicks(palette.query, "hopper")
    assert palette.found[0].title == "Open grace_hopper.jpg"
    QTest.keyClick(palette.query, K.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(palette.query, "away")
    assert not [each for each in palette.found if each.id.startswith("recent:")]


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [("confidence 0.5", "confidence", 0.5), ("max det: 12", "maxDetections", 12), ("conf 7", "confidence", 1.0)],
)
def test_numbers_can_be_typed_as_words(opened, qtbot, typed, field, value):
    palette = open_by_key(opened, qtbot)
    QTest.keyClicks(palette.query, typed)
    assert palette.found[0].id == f"number:{field}"
    QTest.keyClick(palette.query, K.Key_Return)
    assert opened.findChild(QWidget, field).value() == value


def test_a_number_without_effect_says_so(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    QTest.keyClicks(palette.query, "padding 10")
    assert palette.found[0].title == "Set Padding to 10 px"
    assert palette.found[0].reason


def test_a_click_elsewhere_closes_it(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    opened.canvas.setFocus()
    qtbot.waitUntil(lambda: not palette.isVisible())
    assert opened.canvas.hasFocus()


def test_it_stays_within_a_small_window(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    opened.resize(700, 400)
    qtbot.waitUntil(lambda: opened.rect().contains(palette.geometry()))
    assert palette.list.height() >= 5 * 30


def test_every_row_has_its_icon_key_and_place(opened, qtbot):
    palette = open_by_key(opened, qtbot)
    rows = {each.id: each for each in palette.found}
    assert set(rows) == set(opened.actions_by_id) - {"edit.commands"}
    assert rows["file.open"].key == "Ctrl+O"
    assert rows["view.zoom200"].place == "View – Zoom"
    for name, row in rows.items():
        assert row.tip, name
        assert not (BY_ID[name].icon and row.picture.isNull()), name
