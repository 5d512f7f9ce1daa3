"""Trimaps against distances computed by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from maskstudio.errors import BadMask, BadParameter
from maskstudio.matting import trimap as trimap_module
from maskstudio.matting.trimap import (
    HINT_BACKGROUND,
    HINT_FOREGROUND,
    HINT_MASK,
    HINT_UNKNOWN,
    from_mask,
    from_thresholds,
    overlaid,
)

hard = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=14), elements=st.sampled_from([0, 255]))
soft = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=14))


def farness(marked):
    """Distance of every pixel to the nearest marked one, by looking at all pairs."""
    grid = np.stack(np.indices(marked.shape), axis=-1)
    places = grid[marked].astype(float)
    if not len(places):
        return np.full(marked.shape, np.inf)
    return np.sqrt(((grid[:, :, None] - places) ** 2).sum(axis=-1)).min(axis=2)


@settings(max_examples=80)
@given(hard, st.integers(0, 8))
def test_a_hard_mask_is_unknown_within_the_band_and_sure_elsewhere(mask, width):
    across = np.where(mask > 0, farness(mask == 0), farness(mask > 0))
    trimap = from_mask(mask, width)
    core = (trimap != 128) & (across <= width)
    assert np.array_equal(trimap == 128, (across <= width) & ~core)
    assert np.array_equal(trimap[trimap != 128], mask[trimap != 128])
    # Only what is at least 60 % as deep as any 2.5 px deep part too thin for the band may count as sure within it.
    assert (across[core] > 1.5).all()


def test_a_thin_arm_keeps_its_core_and_a_thick_body_its_band():
    mask = np.zeros((120, 200), np.uint8)
    mask[20:100, 120:190] = 255
    mask[50:61, :120] = 255  # an arm, 11 px across
    trimap = from_mask(mask, 12)
    arm = trimap[40:71, 50]
    assert (arm[[10, 20]] == 128).all()
    assert (arm[13:18] == 255).all()
    assert (trimap[60, 120:132] == 128).sum() + (trimap[60, 120:132] == 255).sum() == 12
    assert (trimap[30:90, 135:175][5:-5] == 255).all()
    assert (trimap[20:32, 150] == 128).all()


def test_a_thin_gap_keeps_its_core():
    mask = np.full((120, 200), 255, np.uint8)
    mask[:, 90:101] = 0
    assert (from_mask(mask, 12)[60, 93:98] == 0).all()


@settings(max_examples=80)
@given(soft, st.integers(0, 8))
def test_a_soft_mask_has_only_three_values_and_never_changes_sides(mask, width):
    trimap = from_mask(mask, width)
    assert set(np.unique(trimap)) <= {0, 128, 255}
    assert (mask[trimap == 255] >= 128).all()
    assert (mask[trimap == 0] < 128).all()


def test_soft_pixels_that_touch_the_band_are_unknown_and_distant_haze_is_not():
    mask = np.zeros((40, 60), np.uint8)
    mask[:, :20] = 255
    mask[:, 20:30] = np.linspace(120, 10, 10).astype(np.uint8)
    mask[5:8, 50:53] = 40
    trimap = from_mask(mask, 2)
    assert (trimap[:, 18:30] == 128).all()
    assert (trimap[:, :18] == 255).all()
    assert (trimap[:, 30:] == 0).all()


@pytest.mark.parametrize("value", [0, 255])
def test_a_flat_mask_has_no_band(value):
    assert (from_mask(np.full((30, 40), value, np.uint8), 12) == value).all()


@settings(max_examples=80)
@given(soft, st.integers(0, 255), st.integers(0, 255), st.integers(0, 6))
def test_thresholds_leave_sure_what_lies_deeper_than_the_erosion(mask, foreground, background, erode):
    sure, clear = mask > foreground, mask < background
    trimap = from_thresholds(mask, foreground, background, erode)
    inner, outer = farness(~sure), farness(~clear)
    assert (trimap[inner > erode] == 255).all()
    assert (trimap[(outer > erode) & (inner <= min(erode, 1.5))] == 0).all()
    # Within the erosion only cores of thin parts are sure: see the thin arm above.
    assert (inner[trimap == 255] > min(erode, 1.5)).all()
    assert (outer[trimap == 0] > min(erode, 1.5)).all()


def test_threshold_defaults_are_those_of_the_services():
    mask = np.zeros((9, 80), np.uint8)
    mask[:, 40:] = 255
    assert np.array_equal(from_thresholds(mask)[4], [0] * 30 + [128] * 20 + [255] * 30)


@pytest.mark.parametrize("mask", [np.zeros((3, 3, 3), np.uint8), np.zeros((3, 3)), np.zeros((0, 3), np.uint8)])
def test_what_is_no_mask_is_refused(mask):
    for make in (lambda: from_mask(mask, 3), lambda: from_thresholds(mask)):
        with pytest.raises(BadMask):
            make()


def test_parameters_out_of_range_are_refused():
    mask = np.zeros((3, 3), np.uint8)
    for make in (
        lambda: from_mask(mask, -1),
        lambda: from_thresholds(mask, 256),
        lambda: from_thresholds(mask, background=-1),
        lambda: from_thresholds(mask, erode=-1),
    ):
        with pytest.raises(BadParameter):
            make()


@settings(max_examples=60)
@given(soft, st.randoms(use_true_random=False))
def test_hints_lie_over_the_trimap(mask, chance):
    trimap, hint = from_mask(mask, 2), np.zeros_like(mask)
    for place in np.ndindex(mask.shape):
        hint[place] = chance.choice([0, HINT_BACKGROUND, HINT_UNKNOWN, HINT_FOREGROUND, HINT_MASK])
    before, out = trimap.copy(), overlaid(trimap, hint, mask)
    for place in np.ndindex(mask.shape):
        nearer = 255 if mask[place] >= 128 else 0
        assert out[place] == {0: trimap[place], 1: 0, 2: 128, 3: 255, 4: nearer}[hint[place]]
    assert np.array_equal(trimap, before)


def test_hints_of_another_size_or_kind_are_refused():
    plane = np.zeros((3, 4), np.uint8)
    for planes in ((plane, plane.T, plane), (plane, plane, plane.T), (plane, plane.astype(float), plane)):
        with pytest.raises(BadMask):
            overlaid(*planes)


@pytest.mark.parametrize("width", [3, 13, 40])
def test_parts_leave_no_seams(monkeypatch, width):
    mask = np.where(ndimage.gaussian_filter(np.random.default_rng(4).normal(size=(700, 900)), 9) > 0, 255, 0)
    monkeypatch.setattr(trimap_module, "_PART", 10_000)
    whole = from_mask(mask.astype(np.uint8), width)
    monkeypatch.setattr(trimap_module, "_PART", 32)
    assert np.array_equal(from_mask(mask.astype(np.uint8), width), whole)
