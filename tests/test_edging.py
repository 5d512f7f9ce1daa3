"""The verbs of the edge: refine brush, regions, trimap and fringe, with the real solver."""

from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.matting import edge
from maskstudio.matting.hints import HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import AdjustParams, BrushParams, MaskParams, RefineParams
from maskstudio.session.session import Session
from tests.matting.softdisc import soft_disc
from tests.test_painting import Later, stroke

BAND = RefineParams(band_width=16, adaptive=False)
BRUSH = BrushParams(size=60)


def made(scene=None, pool=None):
    scene = scene or soft_disc()
    session = Session(Runner(immediate, pool or Inline()))
    session.history = History(Document(scene.image).add([scene.layer.changed(id=0)]))
    return session, scene


def brush(session, points, code=HINT_UNKNOWN, region=None):
    session.edging.begin_stroke(BRUSH, code, region)
    for x, y in points:
        session.edging.stroke_to(x, y)
    session.end_stroke()


def alpha(session):
    return session.document.alpha.array()


def miss(plane, scene, part):
    soft = ((scene.alpha > 0.02) & (scene.alpha < 0.98))[part]
    return np.abs(plane[part] / 255 - scene.alpha[part])[soft].mean() * 255


RIM = [(350 + 180 * np.cos(angle), 300 + 180 * np.sin(angle)) for angle in np.linspace(-0.5, 0.5, 12)]
PART = np.s_[240:360, 500:560]  # well inside of what RIM paints


def test_a_stroke_previews_at_once_and_the_true_answer_takes_its_place_in_every_step():
    pool = Later()
    session, scene = made(pool=pool)
    raw = alpha(session)
    session.edging.begin_stroke(BRUSH, HINT_UNKNOWN)
    for x, y in RIM:
        session.edging.stroke_to(x, y)
    live = session.painting.live_alpha(session.document.frame)
    assert miss(live, scene, PART) < 0.7 * miss(raw, scene, PART), "an answer while painting"
    session.end_stroke()
    preview = alpha(session)
    assert session.active.refinement.pending
    assert miss(preview, scene, PART) < 0.7 * miss(raw, scene, PART), "and it stays until the true one is there"
    session.layers.set_visible(session.active.id, False)
    pool.run()
    assert not session.active.refinement.pending
    session.layers.set_visible(session.active.id, True)
    solved = alpha(session)
    assert miss(solved, scene, PART) < 0.3 * miss(raw, scene, PART)
    np.testing.assert_array_equal(solved[:, :450], raw[:, :450])
    steps = [step.label for step in session.history.steps]
    assert steps == ["Open", "Refine edge here", "Hide layer", "Show layer"]
    session.go_to(1)
    np.testing.assert_array_equal(alpha(session), solved)


def test_undo_gives_back_the_very_document_and_redo_the_stroke():
    session, _ = made()
    before = session.document
    brush(session, RIM)
    after = session.document
    session.undo()
    assert session.document is before
    session.redo()
    assert session.document is after
    session.undo()
    brush(session, [(10, 10)])
    assert session.history.undo_label == "Refine edge here"


def test_only_the_box_that_was_painted_is_solved(monkeypatch):
    session, _ = made()
    session.shaping.refine(session.active.id, BAND)
    seen = []
    solve = edge.solve_alpha

    def watched(pixels, trimap, **options):
        seen.append(pixels.shape[:2])
        return solve(pixels, trimap, **options)

    monkeypatch.setattr(edge, "solve_alpha", watched)
    before = alpha(session)
    brush(session, [(530, 300), (535, 310)])
    assert len(seen) == 1
    assert max(seen[0]) < 60 + 20 + 2 * 48 + 4
    outside = np.ones(before.shape, bool)
    outside[240:375, 470:600] = False
    np.testing.assert_array_equal(alpha(session)[outside], before[outside])


def test_erasing_refinement_brings_the_mask_back_there_alone():
    session, scene = made()
    session.shaping.refine(session.active.id, BAND)
    refined, mask = alpha(session), scene.layer.mask.array()
    brush(session, RIM, HINT_MASK)
    now = alpha(session)
    np.testing.assert_array_equal(now[PART], mask[PART])
    np.testing.assert_array_equal(now[:, :400], refined[:, :400])
    assert session.history.undo_label == "Erase refinement"


def test_a_stroke_while_the_whole_edge_is_being_solved_is_solved_with_it():
    pool = Later()
    session, scene = made(pool=pool)
    session.shaping.refine(session.active.id, BAND)
    brush(session, [(350, 300)], HINT_FOREGROUND)
    brush(session, RIM, HINT_MASK)
    for _ in range(4):
        pool.run()
    layer = session.active
    assert layer.refine == BAND
    assert not layer.unsolved
    np.testing.assert_array_equal(alpha(session)[PART], scene.layer.mask.array()[PART])


def test_paint_stays_below_and_parameters_stay_live_around_hints():
    session, _ = made()
    stroke(session, [(100, 100)])
    brush(session, RIM)
    session.shaping.set_mask_params(session.active.id, MaskParams(mask_padding=10, mask_blur=0))
    layer = session.active
    assert layer.hints is not None
    assert not layer.unsolved
    assert alpha(session)[100, 100] == 255
    assert alpha(session)[300, 350 - 186] == 255, "padded away from the brush"


def test_retouching_over_a_refinement_makes_room_for_the_brush():
    session, scene = made()
    session.shaping.refine(session.active.id, BAND)
    stroke(session, [(530, 300)])
    assert (alpha(session)[290:310, 520:540] == 255).all()
    brush(session, RIM)
    assert miss(alpha(session), scene, PART) < 0.3 * miss(scene.layer.mask.array(), scene, PART)


def test_a_region_is_painted_set_and_taken_away():
    session, _ = made()
    layer_id = session.active.id
    session.shaping.refine(layer_id, BAND)
    plain = alpha(session)
    region = session.edging.add_region(layer_id, "hair")
    brush(session, RIM, region=region)
    (made_region,) = session.active.regions
    assert made_region.area.array()[300, 530] == 255
    for shift in (-2, -4, -6):
        session.edging.set_region(layer_id, region, edge=AdjustParams(shift_edge=shift))
    drawn_in = alpha(session)
    assert drawn_in[PART].sum(dtype=int) < plain[PART].sum(dtype=int) - 255 * 100 * 4
    np.testing.assert_array_equal(drawn_in[:, :400], plain[:, :400])
    labels = [step.label for step in session.history.steps]
    assert labels == ["Open", "Refine edge", "New region", "Refine edge here", "Change region"]
    session.edging.set_region(layer_id, region, refine=replace(BAND, band_width=40))
    assert not session.active.unsolved
    session.edging.delete_region(layer_id, region)
    assert session.active.regions == ()
    assert np.abs(alpha(session).astype(int) - plain)[PART].mean() < 12, "what is left are the brush's hints"


def test_controls_set_while_the_edge_is_being_solved_hold():
    pool = Later()
    session, _ = made(pool=pool)
    session.shaping.refine(session.active.id, BAND)
    session.adjusting.adjust_edge(AdjustParams(contrast=0.5))
    for _ in range(5):
        pool.run()
    layer = session.active
    assert layer.refine == BAND
    assert layer.edge == AdjustParams(contrast=0.5)
    assert not layer.unsolved


def test_removing_the_refinement_removes_all_of_it():
    session, scene = made()
    session.shaping.refine(session.active.id, BAND)
    brush(session, RIM)
    session.edging.add_region(session.active.id, "x")
    session.adjusting.adjust_edge(AdjustParams(feather=4))
    session.shaping.unrefine(session.active.id)
    layer = session.active
    assert not layer.wants_edge
    np.testing.assert_array_equal(alpha(session), scene.layer.mask.array())


def test_inverting_a_layer_turns_its_hints_round():
    session, _ = made()
    session.shaping.refine(session.active.id, BAND)
    brush(session, [(350, 300)], HINT_FOREGROUND)
    session.painting.invert()
    assert alpha(session)[300, 350] == 0
    assert alpha(session)[10, 10] == 255


def test_moving_a_layer_takes_hints_and_regions_along():
    session, _ = made()
    layer_id = session.active.id
    brush(session, [(530, 300)], HINT_UNKNOWN)
    session.edging.add_region(
        layer_id, "r", Mask.from_array(np.pad(np.full((50, 50), 255, np.uint8), ((0, 550), (0, 650))))
    )
    session.layers.move_pixels(layer_id, 20, 30)
    layer = session.active
    assert layer.hints.array()[330, 550] == HINT_UNKNOWN
    assert layer.regions[0].area.bounds == Rect(20, 30, 50, 50)
    quarter = np.array([[0.0, -1, 650], [1, 0, -50]])
    session.adjusting.transform(quarter)
    hints = session.active.hints.array()
    assert set(np.unique(hints)) == {0, HINT_UNKNOWN}
    assert hints[500, 319] == HINT_UNKNOWN


def test_without_a_mask_the_brush_says_why_not():
    session, _ = made()
    session.layers.delete(session.active.id)
    said = []
    session.told = said.append
    assert session.edging.begin_stroke(BRUSH, HINT_UNKNOWN) is None
    assert len(said) == 1


def test_the_trimap_is_drawn_for_what_is_wished_now():
    session, _ = made()
    assert session.inspecting.trimap is None
    session.inspecting.draw_trimap()
    assert set(np.unique(session.inspecting.trimap.array())) == {0, 255}
    session.shaping.refine(session.active.id, BAND)
    session.inspecting.draw_trimap()
    first = session.inspecting.trimap
    assert first.array()[300, 530] == 128
    session.inspecting.draw_trimap()
    assert session.inspecting.trimap is first
    brush(session, [(350, 300)])
    session.inspecting.draw_trimap()
    assert session.inspecting.trimap.array()[300, 350] == 128


def test_a_trimap_from_a_file_is_solved(tmp_path):
    session, scene = made()
    plane = np.where(scene.alpha >= 1, 255, np.where(scene.alpha <= 0, 0, 127)).astype(np.uint8)
    PIL.Image.fromarray(plane).save(tmp_path / "trimap.png")
    session.edging.import_trimap(session.active.id, tmp_path / "trimap.png")
    whole = np.s_[:, :]
    assert miss(alpha(session), scene, whole) < 0.15 * miss(scene.layer.mask.array(), scene, whole)


def test_the_fringe_is_measured_and_fixed():
    session, _ = made()
    layer_id = session.active.id
    session.shaping.refine(layer_id, replace(BAND, color_decontamination=False))
    session.inspecting.measure_fringe()
    before = session.inspecting.fringe
    assert before.amount > 2
    assert before.strength.array()[before.worst[1], before.worst[0]] > 0
    session.edging.fix_fringe()
    assert session.inspecting.fringe is None, "it looks otherwise now"
    session.inspecting.measure_fringe()
    assert session.inspecting.fringe.amount < 0.5 * before.amount
    (region,) = session.active.regions
    soft = session.active.alpha.array()
    touched = region.area.array() > 0
    assert touched[(soft > 0) & (soft < 255)].all()
    assert touched.mean() < 0.15, "the band alone"


@pytest.mark.parametrize("kind", ["plate", "second"])
def test_a_second_photo_measures_alpha(tmp_path, kind):
    session, scene = made()
    random = np.random.default_rng(5)
    rows, columns = np.mgrid[:600, :700]
    card = np.stack([columns / 7, 90 + rows / 12, 60 + 0 * rows], axis=2) + random.normal(0, 1, (600, 700, 3))
    back = np.array([40, 120, 170.0]) + random.normal(0, 2, (600, 700, 3))
    share = scene.alpha[..., None]
    over = share * np.array([210, 60, 50.0]) + (1 - share) * (back if kind == "plate" else card)
    pixels = back if kind == "plate" else over
    PIL.Image.fromarray(np.rint(np.clip(pixels, 0, 255)).astype(np.uint8)).save(tmp_path / "other.png")
    session.matching.match(tmp_path / "other.png", kind)
    assert len(session.document.layers) == 2
    layer = session.active
    assert layer.origin.how in ("clean plate", "two shots")
    assert np.abs(layer.alpha.array() / 255 - scene.alpha).mean() < 0.02
    session.adjusting.adjust_edge(AdjustParams(contrast=0.3))
    assert layer.measured is session.active.measured


def test_the_spill_colour_is_that_of_the_old_background():
    session, _ = made()
    session.shaping.refine(session.active.id, BAND)
    assert session.inspecting.spill is None
    session.inspecting.find_spill()
    assert np.abs(np.array(session.inspecting.spill) - (40, 120, 170)).max() < 12


def test_a_trimap_whose_drawing_was_cut_short_is_drawn_when_asked_again():
    pool = Later()
    session, _ = made(pool=pool)
    session.layers.rename(session.active.id, "other")
    session.inspecting.draw_trimap()
    session.undo()
    pool.run()
    assert session.inspecting.trimap is None
    session.inspecting.draw_trimap()
    pool.run()
    assert session.inspecting.trimap is not None


def test_what_is_painted_without_a_preview_is_solved_all_the_same():
    session, scene = made()
    session.edging.begin_stroke(BRUSH, HINT_UNKNOWN)
    for x, y in RIM:
        assert not session.edging.stroke_to(x, y, preview=False)
    session.end_stroke()
    assert miss(alpha(session), scene, PART) < 0.3 * miss(scene.layer.mask.array(), scene, PART)
