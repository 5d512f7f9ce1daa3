"""The verbs that adjust, live: what they do to alpha, what a run is, and what it may not overwrite."""

import numpy as np
import pytest

from maskstudio.core.adjust import adjusted
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.warpmask import transformed_mask
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import AdjustParams, BrushParams, CleanParams, MaskParams
from maskstudio.params.tools import SnapParams
from maskstudio.session.session import Session
from tests.core.documents import disc, document
from tests.test_painting import Later, alpha, stroke


def made(*planes, pool=None):
    session = Session(Runner(immediate, pool or Inline()))
    session.history = History(document(*planes))
    return session


def specked():
    """A disc with a hole of 16 px², and three islands of 9, 25 and 100 px²."""
    plane = disc(radius=60)
    plane[140:144, 150:154] = 0
    for side, x in ((3, 5), (5, 15), (10, 30)):
        plane[5 : 5 + side, x : x + side] = 255
    return plane


@pytest.mark.parametrize(
    "params",
    [
        AdjustParams(smooth=6),
        AdjustParams(feather=9),
        AdjustParams(contrast=0.5),
        AdjustParams(shift_edge=5),
        AdjustParams(smooth=3, feather=6, contrast=0.2, shift_edge=-4),
    ],
)
def test_an_adjustment_equals_that_of_the_whole_plane(params):
    session = made(disc())
    session.adjusting.adjust_edge(params)
    np.testing.assert_array_equal(alpha(session), adjusted(disc(), params))
    assert session.history.undo_label == "Adjust edge"
    session.undo()
    np.testing.assert_array_equal(alpha(session), disc())


def test_snapping_pulls_the_mask_to_the_photos_edge_as_a_step_of_its_own():
    session = made(disc(radius=60))
    truth = disc(radius=52) > 0
    pixels = np.where(truth[..., None], np.uint8([200, 60, 60]), np.uint8([50, 90, 160]))
    session.history = History(document(disc(radius=60)).changed(image=Image(pixels)))
    session.adjusting.snap(SnapParams(width=14))
    found = alpha(session) > 127
    assert (found & truth).sum() / (found | truth).sum() > 0.98
    assert session.history.undo_label == "Snap to edge"
    session.adjusting.snap(SnapParams(width=3))
    assert session.history.position in {1, 2}
    session.go_to(0)
    np.testing.assert_array_equal(alpha(session), disc(radius=60))


def test_a_run_is_one_step_and_always_starts_from_before_it():
    session = made(disc())
    for amount in (2, 9, 5):
        session.adjusting.adjust_edge(AdjustParams(feather=amount))
    assert session.history.position == 1
    np.testing.assert_array_equal(alpha(session), adjusted(disc(), AdjustParams(feather=5)))
    assert session.adjusting.adjust_params == AdjustParams(feather=5)
    session.adjusting.adjust_edge(AdjustParams())
    np.testing.assert_array_equal(alpha(session), disc())
    assert session.history.position == 0
    assert session.adjusting.adjust_params == AdjustParams()


def test_controls_stay_set_whatever_happens_in_between():
    session = made(disc())
    session.adjusting.adjust_edge(AdjustParams(feather=5))
    stroke(session, [(20, 20)])
    assert session.adjusting.adjust_params == AdjustParams(feather=5)
    session.adjusting.adjust_edge(AdjustParams(shift_edge=2))
    assert session.history.position == 3
    expected = adjusted(disc(), AdjustParams(shift_edge=2))
    dab = alpha(session)[:45, :45]
    assert dab[20, 20] == 255, "strokes lie over the controls"
    expected[:45, :45] = dab
    np.testing.assert_array_equal(alpha(session), expected)
    session.adjusting.adjust_edge(AdjustParams())
    assert alpha(session)[20, 20] == 255
    np.testing.assert_array_equal(alpha(session)[60:], disc()[60:])


def test_newer_values_wait_for_the_one_under_way_and_overtake_each_other():
    pool = Later()
    session = made(disc(), pool=pool)
    for amount in (2, 4, 6, 8):
        session.adjusting.adjust_edge(AdjustParams(feather=amount))
    assert len(pool.waiting) == 1
    pool.run()
    np.testing.assert_array_equal(alpha(session), adjusted(disc(), AdjustParams(feather=2)))
    pool.run()
    np.testing.assert_array_equal(alpha(session), adjusted(disc(), AdjustParams(feather=8)))
    assert pool.waiting == []
    assert session.history.position == 1


def test_a_shift_shows_a_draft_first():
    pool = Later()
    session = made(disc(), pool=pool)
    session.adjusting.adjust_edge(AdjustParams(shift_edge=6))
    pool.run()
    draft = alpha(session)
    rows, columns = np.mgrid[:280, :300]
    far = np.hypot(columns - 150, rows - 140)
    assert draft[far <= 85].min() == 255
    assert draft[far >= 88].max() == 0
    pool.run()
    np.testing.assert_array_equal(alpha(session), adjusted(disc(), AdjustParams(shift_edge=6)))
    assert session.history.position == 1


def test_a_late_adjustment_overwrites_no_stroke():
    pool = Later()
    session = made(disc(), pool=pool)
    session.adjusting.adjust_edge(AdjustParams(feather=6))
    stroke(session, [(20, 20)])
    painted = alpha(session)
    pool.run()
    pool.run()
    np.testing.assert_array_equal(alpha(session), adjusted(painted, AdjustParams(feather=6)))
    session.undo()
    np.testing.assert_array_equal(alpha(session), painted)


def test_a_value_under_way_while_a_stroke_is_made_is_applied_below_it_and_once():
    pool = Later()
    session = made(disc(), pool=pool)
    session.adjusting.adjust_edge(AdjustParams(feather=6))
    pool.run()
    session.adjusting.adjust_edge(AdjustParams(feather=7))
    stroke(session, [(20, 20)])
    painted = alpha(session)
    for _ in range(3):
        pool.run()
    expected = adjusted(disc(), AdjustParams(feather=7))
    expected[:45, :45] = painted[:45, :45]
    np.testing.assert_array_equal(alpha(session), expected)
    assert session.adjusting.adjust_params == AdjustParams(feather=7)


def test_parameters_stay_live_below_an_adjustment():
    session = made(disc())
    session.adjusting.adjust_edge(AdjustParams(shift_edge=-10))
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=30, mask_blur=0))
    grown = alpha(session)
    assert grown[140, 150 + 98] == 255, "what is shifted is the padded mask of now"
    assert grown[140, 150 + 102] == 0


def test_adjusting_twice_over_paint_and_an_inverted_layer():
    session = made(disc())
    stroke(session, [(20, 20)], params=BrushParams(size=60, hardness=0.2))
    session.painting.invert()
    before = alpha(session)
    session.adjusting.adjust_edge(AdjustParams(smooth=4, feather=3))
    np.testing.assert_array_equal(alpha(session), adjusted(before, AdjustParams(smooth=4, feather=3)))


def test_feathering_twice_is_two_steps():
    session = made(disc())
    session.adjusting.feather(5)
    session.adjusting.feather(5)
    assert [step.label for step in session.history.steps] == ["Open", "Feather", "Feather"]
    once = adjusted(disc(), AdjustParams(feather=5))
    np.testing.assert_array_equal(alpha(session), adjusted(once, AdjustParams(feather=5)))


def test_islands_and_holes_go_below_a_size():
    session = made(specked())
    session.adjusting.find_parts()
    assert session.adjusting.parts.islands.areas[:3].tolist() == [9, 25, 100]
    assert session.adjusting.parts.holes.areas.tolist() == [16]
    session.adjusting.clean(CleanParams(min_island=26, min_hole=0))
    expected = specked()
    expected[5:10, 5:25] = 0
    np.testing.assert_array_equal(alpha(session), expected)
    assert session.adjusting.parts is not None, "they are those of before the run"
    session.adjusting.clean(CleanParams(min_island=10, min_hole=17))
    expected = specked()
    expected[5:8, 5:8] = 0
    expected[140:144, 150:154] = 255
    np.testing.assert_array_equal(alpha(session), expected)
    assert session.history.position == 1
    session.adjusting.drop_run("clean")
    np.testing.assert_array_equal(alpha(session), specked())


def test_a_kept_run_is_followed_by_another():
    session = made(specked())
    session.adjusting.find_parts()
    session.adjusting.clean(CleanParams(min_island=26))
    session.adjusting.keep_run("clean")
    assert session.adjusting.clean_params == CleanParams()
    assert session.adjusting.parts is None
    session.adjusting.find_parts()
    assert session.adjusting.parts.islands.areas[0] == 100
    session.adjusting.clean(CleanParams(min_island=101))
    assert session.history.position == 2


def test_transforming_turns_mask_and_paint_and_keeps_parameters():
    session = made(disc(radius=40, centre=(60, 140)))
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=10, mask_blur=0))
    stroke(session, [(60, 140)], value=0)
    before = alpha(session)
    quarter = np.array([[0.0, -1, 290], [1, 0, 80]])  # (x, y) to (290 - y, 80 + x)
    session.adjusting.transform(quarter)
    turned = np.zeros_like(before)
    rows, columns = np.nonzero(before)
    turned[80 + columns, 289 - rows] = before[rows, columns]
    np.testing.assert_array_equal(alpha(session), turned)
    assert session.active.params == MaskParams(mask_padding=10, mask_blur=0)
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=0, mask_blur=0))
    assert alpha(session)[140, 150 + 45] == 0
    session.undo()
    session.undo()
    np.testing.assert_array_equal(alpha(session), before)


def test_transforms_of_a_run_do_not_add_up():
    session = made(disc())
    for shift in (10, 20, 30):
        session.adjusting.transform(np.array([[1.0, 0, shift], [0, 1, 0]]))
    assert session.history.position == 1
    np.testing.assert_array_equal(alpha(session), disc(centre=(180, 140)))


def test_a_draft_of_a_large_transform_is_close_to_it():
    plane = np.zeros((1900, 2100), np.uint8)
    rows, columns = np.mgrid[:1900, :2100]
    plane[np.hypot(columns - 1000, rows - 900) <= 850] = 255
    mask = Mask.from_array(plane)
    turn = np.array([[0.8, -0.3, 300], [0.3, 0.8, -100.0]])
    draft = transformed_mask(mask, turn, draft=True).array().astype(int)
    whole = transformed_mask(mask, turn).array().astype(int)
    inside = np.linalg.inv(turn[:, :2]) @ (np.stack([columns.ravel(), rows.ravel()]) + 0.5 - turn[:, 2:])
    far = np.hypot(inside[0] - 1000.5, inside[1] - 900.5).reshape(plane.shape)
    for made in (draft, whole):
        assert made[far < 844].min() >= 250
        assert made[far > 857].max() <= 5
    assert np.abs(draft - whole).mean() < 0.5


def test_careful_work_that_ends_after_a_stroke_replaces_what_is_left_of_its_draft():
    pool = Later()
    session = made(disc(), pool=pool)
    session.adjusting.adjust_edge(AdjustParams(shift_edge=6))
    pool.run()
    stroke(session, [(279, 20)])  # in a tile of its own
    painted = alpha(session)
    pool.run()
    careful = adjusted(disc(), AdjustParams(shift_edge=6))
    now = alpha(session)
    np.testing.assert_array_equal(now[:, :256], careful[:, :256])
    np.testing.assert_array_equal(now[:60, 256:], painted[:60, 256:])
    assert [step.label for step in session.history.steps] == ["Open", "Adjust edge", "Paint"]
    session.undo()
    np.testing.assert_array_equal(alpha(session)[:, :256], careful[:, :256])
    session.undo()
    np.testing.assert_array_equal(alpha(session), disc())


def test_a_careful_transform_that_ends_after_a_stroke_keeps_the_stroke(monkeypatch):
    monkeypatch.setattr("maskstudio.session.adjusting.needs_draft", lambda mask: True)
    monkeypatch.setattr("maskstudio.core.warpmask._DRAFT", 500)
    pool = Later()
    session = made(disc(), pool=pool)
    turn = np.array([[0.8, -0.3, 60], [0.3, 0.8, -20.0]])
    session.adjusting.transform(turn)
    session.adjusting.keep_run("transform")
    pool.run()
    stroke(session, [(20, 20)])
    pool.run()
    expected = transformed_mask(Mask.from_array(disc()), turn).array()
    now = alpha(session)
    assert now[20, 20] == 255
    np.testing.assert_array_equal(now[80:], expected[80:])
    assert [step.label for step in session.history.steps] == ["Open", "Transform mask", "Paint"]
