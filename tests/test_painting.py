"""The verbs that paint: what they do to alpha, what stays live below, and what no job may overwrite."""

import numpy as np
import pytest

from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import BrushParams, MaskParams, RefineParams
from maskstudio.session.adjusting import overruling
from maskstudio.session.live import Wish
from maskstudio.session.session import Session
from tests.core.documents import disc, document

HARD = BrushParams(size=40, hardness=1.0, opacity=1.0, flow=1.0, pressure_opacity=False)


class Later:
    """A pool that runs what it was given when told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, work, /, *args):
        self.waiting.append((work, args))

    def run(self):
        waiting, self.waiting = self.waiting, []
        for work, args in waiting:
            work(*args)


def made(*planes, pool=None):
    session = Session(Runner(immediate, pool or Inline()))
    session.history = History(document(*planes))
    return session


def adjust(session, label, compute):
    """A live run that paints the active layer as ``compute`` makes of its alpha."""

    def work(before, _step):
        return overruling(before, Mask.from_array(compute(before.alpha.array())))

    session.adjusting.live.run(Wish(session.active.id, label, label, work))


def alpha(session):
    return session.document.alpha.array()


def stroke(session, points, value=255, params=HARD):
    session.painting.begin_stroke(params, value)
    for x, y in points:
        session.painting.stroke_to(x, y)
    session.end_stroke()


def test_a_stroke_is_one_step_and_undo_gives_back_the_same_document():
    session = made(disc())
    before = session.document
    stroke(session, [(20, 20), (60, 25), (100, 40)])
    assert session.history.undo_label == "Paint"
    assert session.history.position == 1
    assert alpha(session)[25, 60] == 255
    assert before.alpha.array()[25, 60] == 0
    session.undo()
    assert session.document is before


def test_erasing_takes_away_what_a_model_found():
    session = made(disc())
    stroke(session, [(150, 140)], value=0)
    assert alpha(session)[140, 150] == 0
    assert alpha(session)[140, 200] == 255
    assert session.history.undo_label == "Erase"


def test_the_first_stroke_makes_a_layer_in_one_step():
    session = made()
    stroke(session, [(50, 50)])
    assert [layer.name for layer in session.document.layers] == ["Mask 1"]
    assert session.history.position == 1
    assert session.document.active == session.document.layers[0].id
    assert session.document.layers[0].origin.how == "hand"
    session.undo()
    assert session.document.layers == ()


def test_what_is_live_is_what_the_step_shows():
    session = made(disc(), disc(radius=30, centre=(60, 60)))
    second = session.document.layers[1]
    session.layers.set_mode(second.id, "subtract")
    session.layers.activate(session.document.layers[0].id)
    adopted = []
    session.adopting.connect(adopted.append)
    session.painting.begin_stroke(HARD, 255)
    for x in range(0, 280, 12):
        session.painting.stroke_to(x, 0.8 * x)
    live = []
    session.ending.connect(lambda _rect: live.append(session.painting.live_alpha(session.document.frame)))
    session.end_stroke()
    assert adopted == [session.document]
    np.testing.assert_array_equal(alpha(session), live[0])


def test_parameters_stay_live_below_the_paint():
    session = made(disc())
    layer = session.document.layers[0]
    stroke(session, [(20, 20)])
    stroke(session, [(150, 140)], value=0)
    session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=20, mask_blur=0))
    grown = alpha(session)
    assert grown[140, 150 + 95] == 255, "the padding works under the paint"
    assert grown[140, 150] == 0
    assert grown[20, 20] == 255
    np.testing.assert_array_equal(session.document.layers[0].mask.array(), disc())


def test_hidden_layers_are_not_painted_on():
    session = made(disc())
    told = []
    session.told = told.append
    session.layers.set_visible(session.document.layers[0].id, False)
    before = session.document
    stroke(session, [(20, 20)])
    assert session.document is before
    assert told == ["disc is hidden; show it to paint on it."]


@pytest.mark.parametrize("how", ["replace", "add", "subtract", "intersect", "xor"])
def test_areas_combine_with_what_is_there(how):
    session = made(disc())
    area = np.full((100, 200), 255, np.uint8)
    session.painting.select(area, 100, 90, how, "Rectangle")
    inside = np.zeros((280, 300), bool)
    inside[90:190, 100:300] = True
    was = disc() > 0
    wanted = {
        "replace": inside,
        "add": was | inside,
        "subtract": was & ~inside,
        "intersect": was & inside,
        "xor": was ^ inside,
    }[how]
    np.testing.assert_array_equal(alpha(session) == 255, wanted)
    np.testing.assert_array_equal(alpha(session) == 0, ~wanted)
    assert session.history.undo_label == "Rectangle"


def test_invert_twice_is_nothing_and_keeps_the_recipe():
    session = made(disc())
    stroke(session, [(20, 20)], params=BrushParams(size=60, hardness=0.2))
    before = alpha(session)
    session.painting.invert()
    np.testing.assert_allclose(alpha(session).astype(int), 255 - before.astype(int), atol=1)
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=10, mask_blur=0))
    assert alpha(session)[140, 150 + 85] == 0
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=0, mask_blur=0))
    session.painting.invert()
    np.testing.assert_array_equal(alpha(session), before)


def test_fill_clear_and_reset():
    session = made(disc())
    session.painting.fill()
    assert alpha(session).min() == 255
    session.painting.clear()
    assert alpha(session).max() == 0
    session.painting.reset_paint()
    np.testing.assert_array_equal(alpha(session), disc())
    assert session.active.paint is None


def test_a_late_adjustment_overwrites_no_stroke():
    pool = Later()
    session = made(disc(), pool=pool)
    adjust(session, "Invert by hand", lambda plane: 255 - plane)
    stroke(session, [(20, 20)], value=0)
    stroke(session, [(150, 140)])
    painted = alpha(session)
    pool.run()
    pool.run()
    np.testing.assert_array_equal(alpha(session), 255 - painted)
    session.undo()
    np.testing.assert_array_equal(alpha(session), painted)


def test_a_run_of_adjustments_starts_from_the_first_and_is_one_step():
    session = made(disc())
    for amount in (10, 30, 20):
        adjust(session, "Darken", lambda plane, amount=amount: np.maximum(plane, amount) - amount)
    assert session.history.position == 1
    np.testing.assert_array_equal(alpha(session), np.maximum(disc(), 20) - 20)


def test_a_stroke_on_a_layer_deleted_meanwhile_is_dropped():
    session = made(disc())
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(20, 20)
    session.layers.delete(session.document.layers[0].id)
    session.end_stroke()
    assert session.document.layers == ()


def test_undo_in_a_stroke_ends_it_first():
    session = made(disc())
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(20, 20)
    session.undo()
    assert session.painting.stroke is None
    np.testing.assert_array_equal(alpha(session), disc())
    session.redo()
    assert alpha(session)[20, 20] == 255


def test_moving_merging_and_duplicating_layers():
    session = made(disc(), disc(radius=40, centre=(40, 40)))
    first, second = session.document.layers
    session.layers.move_pixels(second.id, 30, -10)
    np.testing.assert_array_equal(session.document.layer(second.id).alpha.array(), disc(radius=40, centre=(70, 30)))
    session.layers.duplicate(first.id)
    assert [layer.name for layer in session.document.layers] == ["disc", "disc copy", "disc"]
    both = alpha(session)
    session.layers.merge_down(second.id)
    session.layers.merge_down(session.document.layers[1].id)
    assert len(session.document.layers) == 1
    np.testing.assert_array_equal(alpha(session), both)
    assert session.document.layers[0].origin.how == "merge"


def test_solo_shows_one_layer_as_it_is():
    session = made(disc(), disc(radius=40, centre=(40, 40)))
    second = session.document.layers[1]
    session.layers.set_mode(second.id, "subtract")
    session.layers.set_solo(second.id)
    np.testing.assert_array_equal(alpha(session), disc(radius=40, centre=(40, 40)))
    session.layers.set_solo(None)
    assert session.document.alpha == Mask.from_array(np.minimum(disc(), 255 - disc(radius=40, centre=(40, 40))))


@pytest.mark.parametrize("verb", ["invert", "reset_paint"])
def test_a_stroke_under_way_is_a_step_before_whatever_follows(verb):
    session = made(disc())
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(20, 20)
    getattr(session.painting, verb)()
    painted = disc()
    assert session.history.position == 2
    assert alpha(session)[20, 20] == 0
    session.undo()
    assert alpha(session)[20, 20] == 255
    session.undo()
    np.testing.assert_array_equal(alpha(session), painted)


def test_an_adjustment_that_ends_in_a_stroke_and_the_stroke_are_both_kept():
    pool = Later()
    session = made(disc(), pool=pool)
    adjust(session, "Dim", lambda plane: plane // 2)
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(20, 20)
    pool.run()
    assert session.painting.stroke is not None
    session.painting.stroke_to(60, 20)
    session.end_stroke()
    fresh = made(np.zeros_like(disc()))
    stroke(fresh, [(20, 20), (60, 20)])
    np.testing.assert_array_equal(alpha(session), np.maximum(disc() // 2, alpha(fresh)))
    session.undo()
    np.testing.assert_array_equal(alpha(session), disc() // 2)


def test_an_adjustment_done_again_stays_with_its_layer():
    pool = Later()
    session = made(disc(), disc(radius=40, centre=(40, 40)), pool=pool)
    first, second = session.document.layers
    adjust(session, "Dim", lambda plane: plane // 2)
    stroke(session, [(250, 250)])
    chosen = session.active
    painted = chosen.alpha.array()
    other = first if chosen.id == second.id else second
    session.layers.activate(other.id)
    pool.run()
    pool.run()
    np.testing.assert_array_equal(session.document.layer(chosen.id).alpha.array(), painted // 2)
    assert session.active.alpha is other.alpha


def test_the_copy_of_a_layer_that_waits_for_its_edge_gets_one(monkeypatch):
    asked = []
    session = made(disc())
    layer = session.document.layers[0]
    session.history = History(session.document.put(layer.changed(refine=RefineParams())))
    monkeypatch.setattr(session.solver, "solve_again", lambda copy: asked.append(copy.id))
    session.layers.duplicate(layer.id)
    assert asked == [session.document.layers[1].id]


def test_painting_beside_a_layer_in_solo_says_why_it_does_not_work():
    session = made(disc(), disc(radius=40, centre=(40, 40)))
    first, second = session.document.layers
    told = []
    session.told = told.append
    session.layers.rename(second.id, "moon")
    session.layers.set_solo(second.id)
    session.layers.activate(first.id)
    before = session.document
    stroke(session, [(20, 20)])
    assert session.document is before
    assert told == ["Only moon counts now; show all layers to paint on disc."]
