"""The Quick Selection brush, and outlines that snap to the thing inside them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from maskstudio.errors import Cancelled
from tests.ui.tools.conftest import SIZE
from tests.ui.tools.test_clever import show

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton


def thing():
    """A disc of 60 px around the middle."""
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    return np.hypot(columns - 200, rows - 150) <= 60


@pytest.fixture
def disc(stage):
    """A warm disc on a cool ground, with grain."""
    pixels = np.where(thing()[..., None], (190, 120, 60), (60, 110, 150))
    pixels = pixels + np.random.default_rng(2).normal(0, 6, (SIZE[1], SIZE[0], 3))
    show(stage, np.clip(pixels, 0, 255).astype(np.uint8))
    stage.tools.choose("quick")
    return stage


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


def test_a_stroke_over_the_inside_selects_up_to_the_edge_as_one_step(disc):
    disc.drag((180, 150), (200, 150), (220, 150))
    assert overlap(disc.alpha > 127, thing()) > 0.97
    assert disc.steps[1:] == ["Quick selection"]
    disc.session.undo()
    assert not disc.alpha.any()


@pytest.mark.parametrize("taking", [{"modifiers": M.AltModifier}, {"button": RIGHT}])
def test_alt_and_the_right_button_take_the_thing_away_up_to_its_edge(disc, taking):
    disc.session.painting.fill()
    disc.drag((180, 150), (200, 150), (220, 150), **taking)
    assert overlap(disc.alpha < 128, thing()) > 0.97
    assert disc.steps[1:] == ["Select all", "Quick selection"]


def test_what_is_selected_is_shown_while_the_stroke_lasts_and_is_no_step_yet(disc):
    disc.press(180, 150)
    disc.move(220, 150)
    shown = disc.tools.tool._opened.tint
    assert shown.pixels[..., 3].any()
    assert disc.steps[1:] == []
    assert not disc.alpha.any()
    disc.release(220, 150)
    assert disc.tools.tool._late == []
    assert not disc.tools.tool.busy


def test_a_stroke_goes_on_showing_what_it_takes_when_all_work_was_cancelled(disc, monkeypatch):
    disc.press(180, 150)
    with monkeypatch.context() as cancelled:
        cancelled.setattr(type(disc.tools.tool._opened.selecting), "shown", cancels)
        disc.move(190, 150)
    before = disc.tools.tool._opened.tint
    disc.move(220, 150)
    assert disc.tools.tool._opened.tint is not before
    disc.release(220, 150)
    assert overlap(disc.alpha > 127, thing()) > 0.97


def cancels(_selecting, _token):
    """What a job that somebody cancels does."""
    raise Cancelled("Cancelled.")


def test_escape_drops_the_stroke(disc):
    disc.press(180, 150)
    disc.move(200, 150)
    disc.key(K.Key_Escape)
    disc.release(200, 150)
    assert disc.steps[1:] == []


def test_with_nothing_to_take_from_it_says_so(disc):
    disc.drag((180, 150), (200, 150), modifiers=M.AltModifier)
    assert disc.told == ["There is no mask yet that this could be taken from."]
    assert disc.steps[1:] == []


def test_two_strokes_let_go_before_the_first_is_worked_out_are_folded_in_their_order(disc):
    waiting = []
    disc.session.runner._post = waiting.append
    disc.drag((180, 150), (220, 150))
    disc.drag((190, 150), (210, 150), modifiers=M.AltModifier)
    assert disc.steps[1:] == []
    while waiting:
        waiting.pop(0)()
    assert disc.steps[1:] == ["Quick selection"] * 2
    assert disc.tools.tool._late == []
    assert (disc.alpha > 127).sum() < 0.02 * thing().sum()


def test_undo_takes_back_a_stroke_that_is_not_in_the_mask_yet(disc):
    waiting = []
    disc.session.runner._post = waiting.append
    disc.drag((180, 150), (220, 150))
    assert disc.tools.undoes == "Quick selection"
    disc.tools.undo()
    assert disc.tools.tool._late == []
    while waiting:
        waiting.pop(0)()
    assert disc.steps[1:] == []


def test_the_keys_of_the_brush_size_it(disc):
    before = disc.tools.tool.params.size
    disc.actions["brush.larger"].trigger()
    assert disc.tools.tool.params.size > before


@pytest.mark.parametrize("corners", [1.12, 1.2])
def test_a_rough_lasso_snaps_to_the_thing_inside_it(disc, corners):
    disc.tools.choose("lasso")
    tool = disc.tools.tool
    around = [(200 + 60 * corners * np.cos(a), 150 + 60 * corners * np.sin(a)) for a in np.linspace(0, 6.28, 40)]
    disc.drag(*around)
    drawn = disc.alpha.copy()
    disc.session.undo()
    tool.set_params(replace(tool.params, snap=20))
    disc.drag(*around)
    assert overlap(drawn > 127, thing()) < 0.85
    assert overlap(disc.alpha > 127, thing()) > 0.97
    assert disc.steps[1:] == ["Lasso"]


def test_a_snapped_outline_is_taken_away_where_the_thing_is(disc):
    disc.session.painting.fill()
    disc.tools.choose("ellipse")
    disc.tools.tool.set_params(replace(disc.tools.tool.params, snap=16, how="subtract"))
    disc.drag((128, 78), (272, 222))
    assert overlap(disc.alpha < 128, thing()) > 0.97
