"""The ways without a model against drawn things; which of several answers wins; what the confidence is worth."""

import cv2
import numpy as np
import pytest

from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.subject import cutting, evidence, finder, salient, studio
from maskstudio.subject.evidence import Witnesses
from maskstudio.subject.finder import Sighting
from tests.subject.drawn import SIZE, drawn, ground, heart, shared

GROUNDS = ("white", "grey", "gradient", "red paper", "table")


def lab_of(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


@pytest.mark.parametrize("kind", GROUNDS)
def test_a_drawn_thing_is_found_before_every_backdrop_and_without_its_shadow(kind):
    made = drawn(kind)
    best = finder.find(made.rgb, Token())
    assert shared(best.coverage > 0.5, made.inside) > 0.95
    assert best.by == ""
    assert best.confidence > 0.7


@pytest.mark.parametrize("kind", ["white", "grey", "gradient", "red paper"])
def test_the_backdrop_is_the_drawn_one(kind):
    made = drawn(kind, shadow=0)
    behind = studio.backdrop(lab_of(made.rgb))
    true = lab_of(np.rint(ground(kind) * 255).astype(np.uint8))
    assert behind.share > 0.95
    assert np.abs(behind.surface - true)[made.inside].mean() < 3
    assert behind.clear[~made.inside].mean() > 0.9
    assert not behind.clear[cv2.erode(made.inside.astype(np.uint8), np.ones((5, 5))) > 0].any()


def test_a_busy_border_is_no_backdrop():
    noise = np.random.default_rng(1).integers(0, 256, (*SIZE, 3)).astype(np.uint8)
    assert studio.backdrop(lab_of(noise)).share < 0.5


def test_what_stands_out_stands_out():
    made = drawn("table", shadow=0)
    plane = salient.saliency(made.rgb)
    assert plane.shape == SIZE
    assert (plane.min(), plane.max()) == (0, 1)
    assert plane[made.inside].mean() > plane[~made.inside].mean() + 0.4


def test_barriers_are_the_least_span_on_any_way_from_the_border():
    """Against Dijkstra's way of going through all pixels, for one channel, where raster sweeps are exact."""
    levels = np.zeros((7, 9, 3), np.float32)
    levels[1:6, 1:8, 0] = 5  # a wall of 5 …
    levels[2:5, 2:7, 0] = 2  # … around a court of 2
    levels[3, 4, 0] = 9
    least = salient._barriers(levels)
    assert (least[0], least[-1]) == (pytest.approx(0), pytest.approx(0))
    assert set(np.unique(least[1:6, 1:8])) == {5, 9}
    assert least[2, 2] == 5
    assert least[3, 4] == 9


def test_nothing_is_found_where_nothing_is():
    for rgb in (np.full((*SIZE, 3), 120, np.uint8), np.zeros((3, 400, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)):
        best = finder.find(rgb, Token())
        assert best.coverage.shape == rgb.shape[:2]
        assert not best.coverage.any()
        assert best.confidence == 0


def test_the_same_photo_gives_the_same_answer():
    made = drawn("gradient")
    first, again = (finder.find(made.rgb, Token()) for _ in range(2))
    np.testing.assert_array_equal(first.coverage, again.coverage)
    assert first.confidence == again.confidence


def test_a_models_good_answer_wins_over_a_bad_guess_and_its_edge_is_cut_anew():
    scene = np.random.default_rng(5).integers(0, 256, (*SIZE, 3)).astype(np.float64)
    scene = cv2.GaussianBlur(scene, (0, 0), 3) * 0.5 + 20  # a busy ground
    inside = heart()
    scene[inside] = (230, 200, 40)
    rgb = np.clip(scene, 0, 255).astype(np.uint8)
    rough = cv2.GaussianBlur(cv2.erode(inside.astype(np.float32), np.ones((9, 9))), (0, 0), 3)
    best = finder.find(rgb, Token(), [Sighting("model", rough)])
    assert best.by == "model"
    assert not best.as_seen
    assert shared(best.coverage > 0.5, inside) > shared(rough > 0.5, inside) + 0.05
    fine = finder.find(rgb, Token(), [Sighting("model", inside.astype(np.float32), coarse=False)])
    assert fine.as_seen
    np.testing.assert_array_equal(fine.coverage, inside)


def test_only_the_named_model_may_win():
    made = drawn("white")
    wrong = np.zeros(SIZE, np.float32)
    wrong[10:60, 10:60] = 1
    free = finder.find(made.rgb, Token(), [Sighting("model", wrong)])
    bound = finder.find(made.rgb, Token(), [Sighting("model", wrong)], only="model")
    assert free.by == ""
    assert shared(free.coverage > 0.5, made.inside) > 0.95
    assert bound.by == "model"
    assert bound.confidence < free.confidence


def test_confidence_grows_with_the_share_of_the_truth():
    made = drawn("grey")
    lab, true = lab_of(made.rgb), made.inside
    shifted = np.roll(true, 25, axis=1)
    half = true & (np.arange(SIZE[1]) < 165)

    def trust(found):
        return evidence.confidence(lab, found, Witnesses([true], None, 1.0, ~true))

    assert trust(true) > 0.9
    assert trust(true) > trust(shifted) + 0.2
    assert trust(true) > trust(half) + 0.1
    assert trust(np.zeros(SIZE, bool)) == trust(np.ones(SIZE, bool)) == 0


def test_evidence_has_a_weight_for_each_fact_and_counts_what_it_says():
    lab = np.zeros((100, 100, 3), np.float32)
    found = np.zeros((100, 100), bool)
    found[40:60, 0:50] = True
    lab[found] = (80, 40, 40)
    coverage = np.where(found, 0.95, 0.05).astype(np.float32)
    facts = evidence.measured(lab, found, Witnesses([found], coverage, 0.925, ~found, own=True, twin=found))
    blind = evidence.measured(lab, found, Witnesses([], None, 0.925, ~found))
    assert facts.keys() | blind.keys() == evidence.WEIGHTS.keys()
    assert facts["border"] == pytest.approx(20 / 400)
    assert (facts["agreement"], blind["agreement"], facts["stable"]) == (1, 0, 1)
    assert (facts["support"], facts["contrary"]) == (pytest.approx(0.95), pytest.approx(0.05))
    assert facts["certain"] == 1
    assert facts["apart"] == facts["rim"] == facts["whole"] == facts["slope"] == 1
    assert blind["plain"] == pytest.approx(0.5)
    assert facts["small"] == 0


def test_tidying_drops_specks_and_fills_pinholes_only():
    found = np.zeros((60, 60), bool)
    found[10:50, 10:50] = True
    found[20:30, 20:30] = False  # an opening
    found[40, 40] = False  # a pinhole
    found[2, 2] = True  # a speck
    clean = cutting.tidied(found)
    assert not clean[2, 2]
    assert clean[40, 40]
    assert not clean[25, 25]


def test_cancel():
    token = Token(lambda fraction, _: token.cancel() if fraction > 0.5 else None)
    with pytest.raises(Cancelled):
        finder.find(drawn("white").rgb, token)


def half_like_paper(fur):
    """A heart on white paper whose left half has the paper's colour, with a grain of ``fur`` levels of its own."""
    made = drawn("white", shadow=0.3, noise=1.0)
    left = made.inside & (np.arange(SIZE[1]) < 165)
    grain = np.random.default_rng(5).normal(0, fur, SIZE)[..., None]
    rgb = np.where(left[..., None], np.clip(240 + grain, 0, 255), made.rgb).astype(np.uint8)
    return rgb, made.inside, made.inside & ~left


def test_a_cut_that_leaves_out_parts_of_the_papers_colour_is_less_sure():
    """Fine structure beside it and a larger find around it speak against a half, on paper alone."""
    rgb, whole, half = half_like_paper(fur=8)
    clear = ~whole
    alone = evidence.measured(lab_of(rgb), half, Witnesses([], None, 1.0, clear))
    beside = evidence.measured(lab_of(rgb), half, Witnesses([whole], None, 1.0, clear))
    busy = evidence.measured(lab_of(rgb), half, Witnesses([whole], None, 0.8, clear))
    true = evidence.measured(lab_of(rgb), whole, Witnesses([half], None, 1.0, clear))
    assert alone["rough"] > 0.1
    assert alone["swallowed"] == 0
    assert beside["swallowed"] == pytest.approx(1 - half.sum() / whole.sum())
    assert (busy["rough"], busy["swallowed"]) == (0, 0)
    assert true["rough"] < 0.02
    assert true["swallowed"] == 0
    assert evidence.confidence(lab_of(rgb), half, Witnesses([whole], None, 1.0, clear)) < 0.75


def test_soft_shadows_beside_a_whole_thing_are_no_missing_parts():
    made = drawn("white", shadow=0.5, noise=1.0)
    facts = evidence.measured(lab_of(made.rgb), made.inside, Witnesses([], None, 1.0, ~made.inside))
    assert facts["rough"] < 0.02


def test_strays_are_smaller_parts_that_the_frame_cuts_off():
    coverage = np.zeros((60, 80), np.float32)
    coverage[10:40, 20:50] = 0.9
    coverage[5:15, 72:80] = 0.8  # another thing, cut off by the frame …
    coverage[5:15, 70:72] = 0.2  # … and its soft edge
    coverage[50:55, 30:40] = 0.7  # apart, but within the frame
    clean = cutting.without_strays(coverage)
    expected = coverage.copy()
    expected[5:15, 70:80] = 0
    np.testing.assert_array_equal(clean, expected)
    twin = coverage[:, :60].copy()
    twin[10:40, 52:60] = 0.9  # large enough to be of the subject
    np.testing.assert_array_equal(cutting.without_strays(twin), twin)
