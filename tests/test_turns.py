"""What is done while a value is still being computed is done to the document with that value, and undo takes back what
was entered last and nothing else: at once or once all has come, the pixels are the same.
"""

import numpy as np
import pytest

from maskstudio.core.document import Layer
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.matting.hints import HINT_BACKGROUND
from maskstudio.params.local import AdjustParams, BrushParams, CleanParams, MaskParams
from tests.held import Gate
from tests.test_outputs import (
    CHANGES,
    EXPORT,
    SMALL,
    H,
    W,
    exported,
    gate,
    on_layer,
    opened,
    picture,
    session,
    shape,
    shown,
    visible,
)

__all__ = ["gate", "session"]  # fixtures

AREA = np.full((30, 40), 255, np.uint8)
TRANSFORM = np.array([[1.1, 0, 3], [0, 0.9, -2]])
VALUES = {
    "padding": on_layer("shaping.set_mask_params", MaskParams(7, 0)),
    "refine": on_layer("shaping.refine", SMALL),
    "edge": lambda session: session.adjusting.adjust_edge(AdjustParams(feather=20)),
    "clean": lambda session: session.adjusting.clean(CleanParams(min_island=400, min_hole=40)),
    "feather": lambda session: session.adjusting.feather(6),
    "transform": lambda session: session.adjusting.transform(TRANSFORM),
}
VERBS = {
    "merge": on_layer("layers.merge_down"),
    "move": on_layer("layers.move_pixels", 11, -7),
    "duplicate": on_layer("layers.duplicate"),
    "invert": lambda session: session.painting.invert(),
    "reset": lambda session: session.painting.reset_paint(),
    "unrefine": on_layer("shaping.unrefine"),
    "fill": lambda session: session.painting.fill(),
    "clear": lambda session: session.painting.clear(),
    **{
        how: lambda session, how=how: session.painting.select(AREA, 50, 20, how, "Area")
        for how in ("replace", "add", "subtract", "intersect", "xor")
    },
    "clean": lambda session: session.adjusting.clean(CleanParams(min_island=900, min_hole=90)),
    "transform": lambda session: session.adjusting.transform(np.array([[1, 0, -9], [0, 1, 5]])),
    "feather": lambda session: session.adjusting.feather(3),
}


NOTHING = [("clean", "clean")]  # what is clean already


def pictured(session):
    return [layer.alpha.array() for layer in session.document.layers]


def same(one, other):
    return len(one) == len(other) and all((mine == theirs).all() for mine, theirs in zip(one, other, strict=True))


def plain(pool):
    """Two layers, nothing refined, nothing under way."""
    made = opened(pool)
    mask = Mask.from_array(np.roll(shape(), 30, axis=1))
    made.commit(made.document.add([Layer(0, "another", mask, mask)]), "Another")
    made.history.seal()
    return made


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_takes_what_has_been_entered(gate, tmp_path, value, verb):
    late, at_once = plain(gate), plain(Gate())
    VALUES[value](at_once)
    at_once.history.seal()
    entered = pictured(at_once)
    VERBS[verb](at_once)
    gate.hold()
    VALUES[value](late)
    late.adjusting.keep_run(value)
    VERBS[verb](late)
    taken = exported(late, tmp_path)
    assert not late.settled or (verb, value) == ("unrefine", "refine"), "which is not computed to be removed"
    gate.let_go()
    assert late.settled
    assert same(pictured(late), pictured(at_once))
    assert (visible(taken()) == visible(shown(at_once))).all(), "outputs take it along"
    if same(pictured(at_once), entered):
        assert (verb, value) in NOTHING or verb in ("reset", "unrefine"), "the verb shows"
    elif (verb, value) != ("unrefine", "refine"):
        late.undo()
        assert same(pictured(late), entered)


def test_merging_is_the_union_with_the_feather_that_was_just_entered(gate):
    """By numpy alone: the lower mask or the upper one faded, whichever is more."""
    late, alone = plain(gate), plain(Gate())
    alone.adjusting.adjust_edge(AdjustParams(feather=20))
    faded = alone.active.alpha.array()
    assert ((faded > 0) & (faded < 255)).sum() > 500
    gate.hold()
    late.adjusting.adjust_edge(AdjustParams(feather=20))
    late.layers.merge_down(2)
    gate.let_go()
    (layer,) = late.document.layers
    assert (layer.alpha.array() == np.maximum(shape(), faded)).all()
    assert [step.label for step in late.history.steps[-2:]] == ["Adjust edge", "Merge layers"]


def test_moving_shifts_the_edge_that_was_just_entered(gate):
    late = plain(gate)
    gate.hold()
    late.adjusting.clean(CleanParams(min_hole=1000))
    late.layers.move_pixels(2, 5, 3)
    gate.let_go()
    filled = np.roll(shape(), 30, axis=1)
    rows, columns = np.mgrid[:H, :W]
    filled[np.hypot(columns - W / 2 - 30, rows - H / 2) < H * 0.05] = 255
    wanted = np.zeros_like(filled)
    wanted[3:, 5:] = filled[:-3, :-5]
    assert (late.active.alpha.array() == wanted).all()


def test_a_merge_waits_for_an_edge_that_is_being_solved(session, gate):
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(shift_edge=-9))
    session.layers.merge_down(2)
    gate.let_go()
    alone = opened(Gate())
    alone.history = History(session.history.steps[-2].document)
    assert not alone.active.unsolved
    assert (session.document.alpha.array() == alone.document.alpha.array()).all()


@pytest.mark.parametrize("value", VALUES)
def test_a_deleted_layer_comes_back_with_what_was_entered(gate, value):
    late, at_once = plain(gate), plain(Gate())
    VALUES[value](at_once)
    gate.hold()
    VALUES[value](late)
    late.layers.delete(2)
    assert len(late.document.layers) == 1, "nobody waits for what goes"
    gate.let_go()
    late.undo()
    assert same(pictured(late), pictured(at_once))


@pytest.mark.parametrize("change", CHANGES)
def test_undo_takes_back_what_was_entered_last_and_nothing_else(session, gate, change):
    """As once all has come; then one step more, and all of it again."""
    before = [step.document for step in session.history.steps][-2:]
    alone = opened(Gate())
    alone.history = History.of(session.history.steps, session.history.position)
    CHANGES[change](alone)
    alone.end_stroke()
    after = picture(alone.document)
    alone.undo()
    gate.hold()
    CHANGES[change](session)
    assert session.undo_label
    session.undo()
    assert session.redo_label
    gate.let_go()
    assert session.settled
    assert (shown(session) == shown(alone)).all()
    if change in ALONE:
        assert (shown(session) == picture(before[1])).all()
        session.undo()
        assert (shown(session) == picture(before[0])).all()
        session.redo()
    session.redo()
    assert (shown(session) == after).all()


ALONE = [name for name in CHANGES if name.startswith(("mask", "refine ", "edge ", "clean", "feather", "transform"))
         and name != "edge and solver"]  # fmt: skip


def test_what_waits_is_taken_back_first(session, gate):
    gate.hold()
    before = pictured(session)
    session.adjusting.adjust_edge(AdjustParams(feather=20))
    session.layers.merge_down(2)
    assert session.undo_label == "Merge layers"
    session.undo()
    assert session.undo_label == "Adjust edge"
    session.redo()
    session.undo()
    session.undo()
    gate.let_go()
    assert same(pictured(session), before)
    session.redo()
    assert session.active.edge.feather == 20


def test_no_value_is_lost_between_two_others(session, gate, tmp_path):
    """Newer values of one control overtake older ones; those of another one wait for them."""
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=10))
    session.adjusting.adjust_edge(AdjustParams(feather=4))
    session.adjusting.clean(CleanParams(min_island=400))
    session.adjusting.transform(TRANSFORM)
    session.adjusting.feather(3)
    session.adjusting.feather(2)
    session.exporting.export(tmp_path / "out.png", EXPORT)
    gate.let_go()
    labels = [step.label for step in session.history.steps]
    assert labels[-5:] == ["Adjust edge", "Clean islands and holes", "Transform mask", "Feather", "Feather"]
    assert session.history.steps[-5].document.layer(2).edge.feather == 4


def test_hints_brushed_while_a_control_of_the_edge_is_computed_are_solved(gate):
    """They do not show before they are solved, so the layer looks as it did when the work on the control began."""
    late, alone = plain(gate), plain(Gate())
    gate.hold()
    late.adjusting.adjust_edge(AdjustParams(shift_edge=-1))
    hinted(late)
    gate.let_go()
    hinted(alone)
    alone.adjusting.adjust_edge(AdjustParams(shift_edge=-1))
    assert late.active.hints == alone.active.hints
    assert not late.active.unsolved
    assert (late.active.alpha.array() == alone.active.alpha.array()).all()
    alone.undo()
    alone.undo()
    alone.adjusting.adjust_edge(AdjustParams(shift_edge=-1))
    assert (late.active.alpha.array() != alone.active.alpha.array()).any(), "the hints matter"


def hinted(session):
    session.edging.begin_stroke(BrushParams(size=30), HINT_BACKGROUND)
    session.edging.stroke_to(W / 2, H / 2, preview=False)
    session.end_stroke()
