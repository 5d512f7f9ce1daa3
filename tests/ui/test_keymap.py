"""Keys as data: presets without clashes, choices of one's own, and places on other layouts."""

from collections import defaultdict
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from maskstudio.settings import Settings
from maskstudio.ui.keys import physical
from maskstudio.ui.keys.digit_shares import Digits
from maskstudio.ui.keys.keymap import Keymap, into_settings, of_settings, portable
from maskstudio.ui.keys.presets import DIFFERENT, PRESETS
from maskstudio.ui.registry.entry import Workspace
from maskstudio.ui.registry.table import ACTIONS, BY_ID

K, M = Qt.Key, Qt.KeyboardModifier
WORKSPACES = get_args(Workspace)
NONE, SHIFT, CTRL = M.NoModifier, M.ShiftModifier, M.ControlModifier
IDS = sorted(BY_ID)


def press(key, modifiers=NONE, scan=0):
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, 0, 0, "")


def shared(keys):
    """The keys that several actions have, each with these actions; ``keys`` are those of each action."""
    owners = defaultdict(list)
    for name, each in keys.items():
        for key in each:
            owners[key].append(name)
    return {key: names for key, names in owners.items() if len(names) > 1}


# The table and the presets


def test_ids_are_unique_and_words_are_there():
    assert len(BY_ID) == len(ACTIONS)
    for spec in ACTIONS:
        assert spec.text, spec.id
        assert spec.tip.endswith("."), spec.id
        assert all(other in BY_ID for other in spec.cycles)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("full_screen", [False, True])
def test_no_key_means_two_things(preset, full_screen):
    keymap = Keymap(preset, {}, full_screen)
    for workspace in WORKSPACES:
        here = [name for name, spec in BY_ID.items() if spec.workspace == workspace]
        assert shared({name: keymap.keys(name) for name in here}) == {}, "one key, two actions"


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("workspace", WORKSPACES)
def test_in_every_workspace_a_key_does_one_thing(preset, workspace):
    keymap = Keymap(preset)
    acting = {name: keymap.acting(name, workspace) for name, spec in BY_ID.items() if not spec.does}
    assert shared(acting) == {}, "one key, two actions"
    keys = [key for each in acting.values() for key in each]
    assert {key: keymap.action(key, workspace) for key in keys} == {
        key: name for name, each in acting.items() for key in each
    }


def test_keys_of_a_workspace_act_there_and_before_all_others():
    assert {spec.does for spec in ACTIONS if spec.workspace} <= set(BY_ID)
    assert all(bool(spec.workspace) == bool(spec.does) for spec in ACTIONS)
    keymap = Keymap()
    letters = {"M": "view.ants", "V": "view.overlay", "A": "view.black", "T": "view.white", "K": "view.mask",
               "Y": "view.checker", "O": "view.onion", "R": "tool.refine"}  # fmt: skip
    assert {key: keymap.action(key, "refine") for key in letters} == letters
    elsewhere = {"M": "tool.rectangle", "V": "tool.move", "K": "view.mask", "R": "tool.rotate"}
    assert {key: keymap.action(key) for key in letters} == dict.fromkeys(letters, "") | elsewhere
    assert keymap.acting("tool.rotate", "refine") == ()
    assert keymap.acting("tool.refine", "refine") == ("R", "U")
    assert keymap.acting("view.mask", "refine") == ("K",)
    assert keymap.action("B", "refine") == "tool.brush"


def test_a_key_can_be_given_to_a_workspace_without_taking_it_from_anybody_outside():
    keymap = Keymap().with_key("refine.ants", "B")
    assert (keymap.action("B"), keymap.action("B", "refine")) == ("tool.brush", "view.ants")
    assert keymap.acting("tool.brush", "refine") == ()
    moved = keymap.with_key("refine.onion", "B")
    assert moved.action("B", "refine") == "view.onion"
    assert moved.keys("refine.ants") == ("M",)
    assert moved.with_key("tool.lasso", "M").keys("refine.ants") == ("M",)
    assert moved.reset("refine.onion").keys("refine.onion") == ("O",)
    assert Keymap("photoshop", {"refine.onion": ("M",), "tool.lasso": ("M",)}).action("M") == "tool.lasso"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_key_of_a_preset_is_a_key_and_every_id_exists(preset):
    assert set(DIFFERENT[preset]) <= set(BY_ID)
    for spec in ACTIONS:
        for key in (*spec.keys, *DIFFERENT[preset].get(spec.id, ())):
            assert portable(key), (spec.id, key)
            assert QKeySequence(key).count() == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_what_needs_a_bracket_has_a_second_route(preset):
    keymap = Keymap(preset)
    for name in BY_ID:
        keys = keymap.keys(name)
        if any(mark in key for key in keys for mark in "[]\\`~"):
            assert any(not set(key) & set("[]\\`~") for key in keys), name


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (
            "photoshop",
            {
                "B": "tool.brush",
                "[": "brush.smaller",
                "Ctrl+D": "select.none",
                "Ctrl+K": "edit.preferences",
                "Ctrl+Alt+R": "window.refineWorkspace",
                "P": "view.originalMask",
            },
        ),
        ("gimp", {"P": "tool.brush", "Shift+E": "tool.eraser", "Ctrl+Shift+A": "select.none", "4": "view.zoom800"}),
        (
            "krita",
            {
                "B": "tool.brush",
                "M": "view.mirror",
                "Ctrl+E": "layer.mergeDown",
                "5": "view.resetRotation",
                "E": "brush.swap",
            },
        ),
        (
            "lightroom",
            {
                "K": "tool.brush",
                "O": "view.overlay",
                "'": "mask.invert",
                "Y": "view.sideBySide",
                "Shift+Y": "view.split",
                "5": "brush.flow50",
                "Ctrl+,": "edit.preferences",
            },
        ),
    ],
)
def test_presets_are_those_of_the_other_editors(preset, expected):
    keymap = Keymap(preset)
    assert {key: keymap.owner(key) for key in expected} == expected


def test_both_redos_work_everywhere():
    for preset in PRESETS:
        assert {Keymap(preset).owner(key) for key in ("Ctrl+Shift+Z", "Ctrl+Y")} == {"edit.redo"}


def test_f_can_be_full_screen():
    assert Keymap().owner("F") == "view.nextMode"
    changed = Keymap(full_screen_f=True)
    assert changed.owner("F") == "window.fullScreen"
    assert changed.owner("Shift+F") == "view.nextMode"


# Choices of one's own


def test_a_key_is_taken_from_whoever_had_it():
    keymap = Keymap().with_key("layer.duplicate", "ctrl+i")
    assert keymap.keys("layer.duplicate") == ("Ctrl+I", "Ctrl+J")
    assert keymap.keys("mask.invert") == ("Ctrl+Shift+I",)
    assert keymap.changed("mask.invert")
    assert keymap.reset("mask.invert").owner("Ctrl+I") == "mask.invert"
    assert keymap.reset("mask.invert").keys("layer.duplicate") == ("Ctrl+J",)


def test_what_says_the_same_as_the_preset_is_not_kept():
    keymap = Keymap().without_key("tool.brush", "B")
    assert keymap.keys("tool.brush") == ()
    assert keymap.with_key("tool.brush", "B").own == {}


def test_own_keys_stay_with_another_preset():
    own = Keymap("photoshop").with_key("tool.brush", "Ctrl+Alt+B").own
    assert Keymap("gimp", own).owner("Ctrl+Alt+B") == "tool.brush"


def test_settings_bring_back_the_keys():
    chosen = Settings()
    keymap = Keymap("krita").with_key("tool.brush", "Y")
    into_settings(keymap, chosen)
    assert of_settings(chosen) == keymap


def test_unknown_actions_and_nonsense_in_the_settings_do_no_harm():
    keymap = Keymap("gimp", {"no.such": ("B",), "tool.brush": ("", "nonsense+", "Ctrl+I")})
    assert keymap.keys("no.such") == ()
    assert keymap.keys("tool.brush") == ("Ctrl+I",)
    assert keymap.keys("mask.invert") == ("Ctrl+Shift+I",)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["with", "without", "reset"]),
        st.sampled_from(IDS),
        st.sampled_from(["B", "E", "Ctrl+I", "[", "F6", "Ctrl+Alt+Shift+Y", "Tab", "1"]),
    ),
    max_size=8,
)


@given(st.sampled_from(PRESETS), CHANGES)
def test_whatever_is_changed_no_key_means_two_things(preset, changes):
    keymap = Keymap(preset)
    for what, action, key in changes:
        if what == "with":
            keymap = keymap.with_key(action, key)
            assert keymap.owner(key, BY_ID[action].workspace) == action
        elif what == "without":
            keymap = keymap.without_key(action, key)
            assert keymap.owner(key, BY_ID[action].workspace) != action
        else:
            keymap = keymap.reset(action)
            assert not keymap.changed(action)
    held = {name: [(key, spec.workspace) for key in keymap.keys(name)] for name, spec in BY_ID.items()}
    assert shared(held) == {}, "one key, two actions"


# Places


@pytest.mark.parametrize(
    ("platform", "scan", "pressed", "modifiers", "expected"),
    [
        ("xcb", 34, K.Key_Udiaeresis, NONE, "["),  # German ü
        ("xcb", 35, K.Key_Plus, SHIFT, "Shift+]"),  # German +
        ("wayland", 51, K.Key_NumberSign, NONE, "\\"),  # German #
        ("xcb", 34, K.Key_Dead_Circumflex, NONE, "["),  # French ^
        ("xcb", 10, K.Key_Ampersand, NONE, "1"),  # French &
        ("xcb", 19, K.Key_Agrave, NONE, "0"),  # French à
        ("xcb", 34, K.Key_Aring, CTRL, "Ctrl+["),  # Swedish å
        ("windows", 0x1A, K.Key_Aring, NONE, "["),
        ("windows", 0x29, K.Key_section, NONE, "`"),  # Nordic §
        ("xcb", 34, K.Key_BracketLeft, NONE, ""),  # US: its name says it already
        ("xcb", 38, K.Key_A, NONE, ""),  # a letter goes by its name
    ],
)
def test_places_say_what_a_us_keyboard_would(platform, scan, pressed, modifiers, expected):
    assert physical.sequence(press(pressed, modifiers, scan), platform) == expected


def test_mac_places_are_virtual_keys():
    event = QKeyEvent(QEvent.Type.KeyPress, K.Key_Udiaeresis, NONE, 0, 33, 0, "ü")
    assert physical.sequence(event, "cocoa") == "["


def test_one_digit_is_tens_two_are_exact():
    shares, clock = [], iter([0.0, 0.3, 5.0, 9.0, 9.1, 20.0, 20.2])
    digits = Digits(shares.append, lambda: next(clock))
    for digit in (3, 5, 0, 0, 7, 0, 0):
        digits.press(digit)
    assert shares == [0.3, 0.35, 1.0, 1.0, 0.07, 1.0, 1.0]
