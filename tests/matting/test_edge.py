"""A layer's edge as a whole: bands, hints, regions, parts solved anew, controls, and what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from maskstudio.core.adjust import adjusted
from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Region
from maskstudio.core.mask import Mask
from maskstudio.core.refinement import Refinement
from maskstudio.jobs import Token
from maskstudio.matting.edge import refine_edge, trimap_of, whole_trimap
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import AdjustParams, RefineParams
from tests.matting.softdisc import FORE, soft_disc

BAND = RefineParams(band_width=20, adaptive=False)


def solved(scene, **wishes):
    layer = scene.layer.changed(**wishes)
    return layer.changed(refinement=refine_edge(scene.image, layer, Token()))


def miss(layer, scene, part=np.s_[:, :]):
    """Mean error of alpha, 0..255, over the pixels that are truly soft."""
    soft = ((scene.alpha > 0.02) & (scene.alpha < 0.98))[part]
    return np.abs(layer.alpha.array()[part] / 255 - scene.alpha[part])[soft].mean() * 255


def painted(scene, code, rect):
    plane = np.zeros(scene.alpha.shape, np.uint8)
    plane[rect.slices()] = code
    return Mask.from_array(plane)


@pytest.mark.parametrize("deep", [False, True])
def test_a_band_comes_close_to_the_truth_with_clean_colours(deep):
    scene = soft_disc(deep=deep)
    layer = solved(scene, refine=BAND)
    assert miss(layer, scene) < 0.15 * miss(scene.layer, scene)
    document = Document(scene.image).add([layer])
    colours = document.colours(document.frame) / (257 if deep else 1)
    alpha = layer.alpha.array()
    rim = (alpha > 60) & (alpha < 220)
    raw = scene.image.pixels / (257 if deep else 1)
    assert np.abs(colours[rim] - FORE).mean() < 0.25 * np.abs(raw[rim] - FORE).mean()
    assert np.array_equal(document.colours(document.frame)[alpha == 255], scene.image.pixels[alpha == 255])


def test_nothing_wanted_changes_nothing():
    scene = soft_disc()
    hints = Mask(*scene.layer.mask.size)
    layer = solved(scene, hints=hints)
    np.testing.assert_array_equal(layer.alpha.array(), scene.layer.mask.array())


def test_the_brush_solves_where_it_has_been_and_nowhere_else():
    scene = soft_disc()
    here = Rect(500, 200, 80, 200)  # across the right rim
    layer = solved(scene, hints=painted(scene, HINT_UNKNOWN, here))
    assert miss(layer, scene, here.slices()) < 0.25 * miss(scene.layer, scene, here.slices())
    rest = np.ones(scene.alpha.shape, bool)
    rest[here.slices()] = False
    np.testing.assert_array_equal(layer.alpha.array()[rest], scene.layer.mask.array()[rest])


def test_hints_are_taken_at_their_word():
    scene = soft_disc()
    plane = np.zeros(scene.alpha.shape, np.uint8)
    plane[100:140, 300:400] = HINT_FOREGROUND
    plane[440:470, 300:400] = HINT_BACKGROUND
    plane[250:350, 510:560] = HINT_MASK
    layer = solved(scene, refine=BAND, hints=Mask.from_array(plane))
    alpha, mask = layer.alpha.array(), scene.layer.mask.array()
    assert (alpha[plane == HINT_FOREGROUND] == 255).all()
    assert (alpha[plane == HINT_BACKGROUND] == 0).all()
    np.testing.assert_array_equal(alpha[plane == HINT_MASK], mask[plane == HINT_MASK])


def test_a_region_has_its_own_band_and_controls_and_the_rest_stays():
    scene = soft_disc()
    plain = solved(scene, refine=BAND)
    area = np.zeros(scene.alpha.shape, np.uint8)
    area[:, 350:] = 255
    region = Region(1, "right", Mask.from_array(area), replace(BAND, band_width=3), AdjustParams(shift_edge=-6))
    layer = solved(scene, refine=BAND, regions=(region,))
    np.testing.assert_array_equal(layer.alpha.array()[:, :350], plain.alpha.array()[:, :350])
    right = layer.alpha.array()[:, 350:].astype(int)
    assert (right <= plain.alpha.array()[:, 350:]).mean() > 0.99, "the edge there is drawn in"
    assert right.sum() < plain.alpha.array()[:, 350:].sum(dtype=int) - 255 * 6 * 400
    alone = solved(scene, refine=region.refine, edge=region.edge)
    far = np.s_[:, 420:]
    off = np.abs(layer.alpha.array()[far].astype(int) - alone.alpha.array()[far])
    assert off.mean() < 0.02, "but for which samples lie within reach"
    assert off.max() < 32


def test_a_part_solved_anew_fits_into_the_whole_and_leaves_the_rest_bit_for_bit():
    scene = soft_disc()
    whole = solved(scene, refine=BAND)
    part = Rect(480, 240, 120, 120)
    spoilt = whole.refinement.solved.put(np.full((120, 120), 99, np.uint8), 480, 240)
    waiting = Refinement(spoilt, whole.refinement.colours, reach=whole.refinement.reach).awaiting(
        painted(scene, 255, part)
    )
    again = whole.changed(refinement=waiting)
    assert again.unsolved
    again = again.changed(refinement=refine_edge(scene.image, again, Token()))
    assert not again.unsolved
    old, new = whole.alpha.array().astype(int), again.alpha.array().astype(int)
    assert np.abs(new - old)[part.slices()].mean() < 1.5
    rest = np.ones(old.shape, bool)
    rest[part.grow(16).slices()] = False
    np.testing.assert_array_equal(new[rest], old[rest])
    assert np.abs(new - old).max() < 60


def test_controls_are_laid_over_what_was_solved_and_can_be_taken_back():
    scene = soft_disc()
    plain = solved(scene, refine=BAND)
    controls = AdjustParams(contrast=0.4, shift_edge=-3)
    layer = plain.changed(edge=controls)
    assert layer.unsolved
    found = refine_edge(scene.image, layer, Token())
    assert found.solved is plain.refinement.solved, "nothing is solved again"
    expected = adjusted(plain.refinement.solved.array(), controls)
    np.testing.assert_array_equal(found.alpha.array(), expected)
    back = layer.changed(edge=AdjustParams(), refinement=found)
    np.testing.assert_array_equal(refine_edge(scene.image, back, Token()).alpha.array(), plain.alpha.array())


def test_controls_that_widen_the_edge_find_clean_colours_there():
    scene = soft_disc()
    layer = solved(scene, refine=BAND, edge=AdjustParams(feather=40, shift_edge=20))
    document = Document(scene.image).add([layer])
    alpha = layer.alpha.array()
    beyond = (alpha > 0) & (alpha < 255) & (scene.alpha == 0)
    assert beyond.sum() > 10_000
    assert np.abs(document.colours(document.frame)[beyond] - FORE).mean() < 15


def test_a_solid_core_fills_what_the_solver_saw_through():
    scene = soft_disc()
    hole = np.zeros(scene.alpha.shape, np.uint8)
    hole[280:320, 330:370] = HINT_BACKGROUND
    through = solved(scene, refine=BAND, hints=Mask.from_array(hole))
    assert through.alpha.array()[300, 350] == 0
    held = solved(scene, refine=BAND, hints=Mask.from_array(hole), edge=AdjustParams(solid_core=40))
    assert held.alpha.array()[300, 350] == 255


def test_what_was_measured_is_kept_exactly_until_a_brush_says_otherwise():
    scene = soft_disc()
    random = np.random.default_rng(0)
    exact = Mask.from_array(random.integers(0, 256, scene.alpha.shape, np.uint8))
    measured = Refinement(exact, {})
    layer = solved(scene, measured=measured)
    np.testing.assert_array_equal(layer.alpha.array(), exact.array())
    here = Rect(100, 100, 50, 50)
    layer = solved(scene, measured=measured, hints=painted(scene, HINT_FOREGROUND, here))
    assert (layer.alpha.array()[here.slices()] == 255).all()
    rest = np.ones(scene.alpha.shape, bool)
    rest[here.slices()] = False
    np.testing.assert_array_equal(layer.alpha.array()[rest], exact.array()[rest])


def test_the_trimap_shown_is_the_one_that_is_solved():
    scene = soft_disc()
    area = np.zeros(scene.alpha.shape, np.uint8)
    area[:, 350:] = 255
    region = Region(1, "right", Mask.from_array(area), replace(BAND, band_width=5))
    layer = scene.layer.changed(
        refine=BAND, regions=(region,), hints=painted(scene, HINT_UNKNOWN, Rect(20, 20, 30, 30))
    )
    trimap = whole_trimap(scene.image, layer, Token()).array()
    rows, columns = np.mgrid[:600, :700]
    off = np.hypot(columns - 350, rows - 300) - 180  # from the contour
    assert (trimap[(np.abs(off) < 18) & (columns < 348)] == 128).all()
    assert (trimap[(off > 23) & (rows > 60)] == 0).all()
    assert (trimap[(off < -8) & (columns > 352)] == 255).all()
    assert (trimap[(np.abs(off) < 3.5) & (columns > 352)] == 128).all()
    assert (trimap[20:50, 20:50] == 128).all()
    part = Rect(90, 110, 300, 200)
    np.testing.assert_array_equal(trimap_of(scene.image, layer, part), trimap[part.slices()])


def test_amounts_of_clean_colour_differ_by_region():
    scene = soft_disc()
    area = np.zeros(scene.alpha.shape, np.uint8)
    area[:, 350:] = 255
    region = Region(1, "right", Mask.from_array(area), replace(BAND, color_decontamination=False))
    layer = solved(scene, refine=BAND, regions=(region,))
    document = Document(scene.image).add([layer])
    colours, alpha = document.colours(document.frame), layer.alpha.array()
    rim = (alpha > 60) & (alpha < 200)
    left, right = rim.copy(), rim.copy()
    left[:, 350:] = right[:, :350] = False
    np.testing.assert_array_equal(colours[right], scene.image.pixels[right])
    assert np.abs(colours[left] - FORE).mean() < 0.3 * np.abs(scene.image.pixels[left] - FORE).mean()
