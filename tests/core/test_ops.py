"""Padding, blur and combining against SciPy's exact distance transform and plain arrays."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.ndimage import distance_transform_edt

from maskstudio.core.mask import Mask
from maskstudio.core.ops import apply_mask_params, combine, shape_mask
from maskstudio.errors import BadMask
from tests.core.documents import combined


def exact(mask: np.ndarray, padding: int, blur: int) -> np.ndarray:
    """The definition, computed with SciPy on a hard mask."""

    def distance(inside: np.ndarray) -> np.ndarray:
        return distance_transform_edt(~inside) if inside.any() else np.full(inside.shape, np.inf)

    inside = mask > 0
    if padding > 0:
        inside = distance(inside) <= padding
    elif padding < 0:
        inside = distance(~inside) > -padding
    if not blur:
        return np.where(inside, 255.0, 0.0)
    return np.clip(255 * (1 - distance(inside) / blur), 0, 255)


@st.composite
def hard_masks(draw):
    height, width = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    seed, share = draw(st.integers(0, 10_000)), draw(st.sampled_from([0.0, 0.003, 0.05, 0.5, 0.95, 1.0]))
    return np.where(np.random.default_rng(seed).random((height, width)) < share, 255, 0).astype(np.uint8)


@settings(max_examples=200)
@given(hard_masks(), st.integers(-70, 70), st.integers(0, 70))
def test_padding_and_blur_are_exact_on_hard_masks(mask, padding, blur):
    result = apply_mask_params(mask, padding, blur)
    assert result.dtype == np.uint8
    assert np.abs(result - exact(mask, padding, blur)).max() <= 0.51


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.integers(1, 50), st.integers(1, 50), st.integers(0, 20), st.integers(0, 20))
def test_soft_masks_never_move_the_wrong_way(seed, height, width, padding, blur):
    mask = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    grown, shrunk = apply_mask_params(mask, padding, blur), apply_mask_params(mask, -padding, 0)
    assert (grown >= mask).all()
    assert (shrunk <= mask).all()
    assert (apply_mask_params(mask, padding + 3, blur) >= apply_mask_params(mask, padding, 0)).all()


def test_an_anti_aliased_edge_stays_one_and_moves_by_the_padding():
    ramp = np.clip((50.4 - np.arange(120)) * 255, 0, 255).astype(np.uint8)
    grown = apply_mask_params(np.tile(ramp, (9, 1)), 10, 0)[4].astype(float)
    assert grown.sum() / 255 == pytest.approx(ramp.astype(float).sum() / 255 + 10, abs=0.3)


def test_zero_changes_nothing_and_the_input_is_left_alone():
    mask = np.random.default_rng(3).integers(0, 256, (40, 50), np.uint8)
    kept = mask.copy()
    np.testing.assert_array_equal(apply_mask_params(mask, 0, 0), kept)
    apply_mask_params(mask, 9, 9)
    np.testing.assert_array_equal(mask, kept)


def test_the_frame_is_no_edge():
    full = np.full((30, 30), 255, np.uint8)
    np.testing.assert_array_equal(apply_mask_params(full, -10, 5), full)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(-40, 40), st.integers(0, 40))
def test_the_tiled_form_equals_the_plain_one(seed, padding, blur):
    rng = np.random.default_rng(seed)
    plane = np.zeros((700, 900), np.uint8)
    x, y = rng.integers(0, 500, 2)
    plane[y : y + 150, x : x + 200] = 255
    tiled = shape_mask(Mask.from_array(plane), padding, blur)
    np.testing.assert_array_equal(tiled.array(), apply_mask_params(plane, padding, blur))


@settings(max_examples=40)
@given(st.integers(0, 1000), st.sampled_from(["add", "subtract", "intersect", "xor"]))
def test_combining_equals_the_arithmetic_of_arrays(seed, mode):
    rng = np.random.default_rng(seed)
    planes = []
    for _ in range(2):
        plane = np.zeros((520, 530), np.uint8)
        plane[: rng.integers(1, 520), : rng.integers(1, 530)] = 255
        plane[300:310, 100:400] = rng.integers(0, 256, (10, 300))
        planes.append(np.roll(plane, rng.integers(0, 500), axis=1))
    below, above = planes
    expected = combined(below, above, mode)
    merged = combine(Mask.from_array(below), Mask.from_array(above), mode)
    np.testing.assert_array_equal(merged.array(), expected)


def test_combining_keeps_the_objects_of_untouched_tiles():
    below = Mask.from_array(np.random.default_rng(0).integers(0, 256, (600, 600), np.uint8))
    assert combine(below, Mask(600, 600), "add").changed(below) == []
    assert combine(below, Mask(600, 600), "subtract").changed(below) == []


def test_wrong_types_and_sizes_are_refused_in_a_sentence():
    with pytest.raises(BadMask, match="8-bit"):
        apply_mask_params(np.zeros((3, 3), np.float32), 1, 1)
    with pytest.raises(BadMask, match="does not fit"):
        combine(Mask(3, 3), Mask(4, 4), "add")
