"""Clean colours: what never changes, and against composites whose foreground is known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask, BadParameter, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting import foreground
from maskstudio.matting.foreground import estimate
from tests.matting.truth import composites, rim_error

shapes = st.tuples(st.integers(1, 30), st.integers(1, 30)) | st.sampled_from([(1, 1), (1, 400), (400, 1)])


@settings(max_examples=150)
@given(
    shapes,
    st.sampled_from([np.uint8, np.uint16]),
    st.sampled_from([np.uint8, np.float32]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([10, 600_000]),
    st.sampled_from([None, (0, 0, 0), (20, 170, 60)]),
    st.sampled_from([0, 1, 4]),
)
def test_solid_and_clear_pixels_keep_their_bits(shape, kind, alpha_kind, seed, cells, spill, reach):
    random = np.random.default_rng(seed)
    image = random.integers(0, np.iinfo(kind).max + 1, (*shape, 3)).astype(kind)
    values = random.integers(-120, 380, shape).clip(0, 255)
    alpha = values.astype(np.uint8) if alpha_kind is np.uint8 else (values / 255).astype(np.float32)
    most, foreground._MOST_CELLS = foreground._MOST_CELLS, cells
    try:
        clean = estimate(image, alpha, spill=spill, reach=reach)
    finally:
        foreground._MOST_CELLS = most
    assert clean.shape == image.shape
    assert clean.dtype == image.dtype
    assert clean is not image
    rows, columns = np.nonzero(values > 0)
    away = np.hypot(rows[:, None, None] - np.arange(shape[0])[:, None], columns[:, None, None] - np.arange(shape[1]))
    beyond = (values == 0) & ((away > reach).all(axis=0))
    kept = beyond | (values == 255)
    assert np.array_equal(clean[kept], image[kept])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_plain_subject_on_a_plain_wall_comes_out_in_its_own_colour(kind):
    peak = np.iinfo(kind).max
    alpha = np.clip((np.arange(200) - 80) / 40, 0, 1).astype(np.float32)[None].repeat(90, axis=0)
    subject, wall = np.array([0.9, 0.6, 0.3]), np.array([0.1, 0.5, 0.2])
    image = np.rint((alpha[..., None] * subject + (1 - alpha[..., None]) * wall) * peak).astype(kind)
    clean = estimate(image, alpha) / peak
    assert (np.abs(clean - subject) * alpha[..., None]).max() < 0.02


def test_an_alpha_without_a_band_changes_nothing():
    image = np.random.default_rng(2).integers(0, 256, (40, 50, 3), np.uint8)
    for value in (0, 255):
        assert np.array_equal(estimate(image, np.full((40, 50), value, np.uint8)), image)


def test_an_evenly_faint_layer_keeps_its_brightness():
    image = np.full((64, 64, 3), 90, np.uint8)
    assert np.abs(estimate(image, np.full((64, 64), 3, np.uint8)).astype(int) - 90).max() <= 2


def test_rims_are_better_than_those_of_pymatting_on_every_photo(shared_data):
    from pymatting import estimate_foreground_ml

    for image, alpha, truth in composites(shared_data):
        peer = rim_error(estimate_foreground_ml(image / 255, np.float64(alpha)), truth, alpha)
        assert rim_error(estimate(image, alpha) / 255, truth, alpha) <= 0.85 * peer


def test_16_bit_rims_are_as_clean_as_8_bit_ones(shared_data):
    image, alpha, truth = next(iter(composites(shared_data)))
    wide = estimate(image.astype(np.uint16) * 257, alpha) / 65535
    assert rim_error(wide, truth, alpha) == pytest.approx(
        rim_error(estimate(image, alpha) / 255, truth, alpha), rel=0.02
    )


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_colours_go_on_beyond_the_edge_as_far_as_asked(kind):
    """A subject of two plain halves: outside too each colour goes on beside its own, the other being twice as far."""
    peak = np.iinfo(kind).max
    alpha = np.zeros((120, 160), np.uint8)
    alpha[30:90, 40:120] = 255
    alpha[28:30, 40:120] = 128
    subject = np.where(np.arange(160)[:, None] < 80, (0.9, 0.2, 0.2), (0.1, 0.2, 0.8))[None].repeat(120, axis=0)
    share = alpha[..., None] / 255
    image = np.rint((share * subject + (1 - share) * 0.6) * peak).astype(kind)
    clean = estimate(image, alpha, reach=8) / peak
    for columns in (slice(48, 60), slice(100, 112)):
        assert np.abs(clean[20:30, columns] - subject[20:30, columns]).max() < 0.05
    assert np.array_equal(np.rint(clean[:19] * peak), image[:19])


def test_a_wrong_alpha_over_a_known_background_is_helped_by_naming_it():
    """Alpha too high all over the edge, over green: what is left of the green goes when the spill is named."""
    random = np.random.default_rng(4)
    true = np.clip((np.arange(240) - 90) / 60, 0, 1)[None].repeat(80, axis=0).astype(np.float32)
    subject = np.clip(np.array([0.75, 0.55, 0.45]) + random.normal(0, 0.01, (80, 240, 1)), 0, 1)
    green = np.array([20, 170, 60]) / 255
    image = np.rint((true[..., None] * subject + (1 - true[..., None]) * green) * 255).astype(np.uint8)
    alpha = true**0.5
    found, named = (
        rim_error(estimate(image, alpha, spill=spill) / 255, subject, alpha) for spill in (None, (20, 170, 60))
    )
    assert named < 0.5 * found
    solid = alpha == 1
    assert np.array_equal(estimate(image, alpha, spill=(20, 170, 60))[solid], image[solid])


def test_it_can_be_watched_and_stopped(shared_data):
    image, alpha, _ = next(iter(composites(shared_data)))
    heard = []
    estimate(image, alpha, token=Token(lambda fraction, _: heard.append(fraction)))
    assert heard == sorted(heard)
    token = Token(lambda fraction, _: fraction >= 0.5 and token.cancel())
    with pytest.raises(Cancelled):
        estimate(image, alpha, token=token)


@pytest.mark.parametrize("asked", [{"reach": -1}, {"spill": (0, 0, 256)}, {"spill": (1, 2)}])
def test_values_out_of_range_are_refused(asked):
    with pytest.raises(BadParameter, match=r"\.$"):
        estimate(np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8), **asked)


def test_a_large_image_is_cleaned_as_well_as_a_small_one(shared_data):
    image, alpha, truth = next(iter(composites(shared_data)))
    large = [cv2.resize(plane, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR) for plane in (image, alpha, truth)]
    small_error = rim_error(estimate(image, alpha) / 255, truth, alpha)
    assert rim_error(estimate(large[0], large[1]) / 255, large[2], large[1]) <= 1.3 * small_error


@pytest.mark.parametrize("image", [np.zeros((4, 5), np.uint8), np.zeros((4, 5, 4), np.uint8), np.zeros((4, 5, 3))])
def test_what_is_no_rgb_image_is_refused(image):
    with pytest.raises(BadImage, match=r"\.$"):
        estimate(image, np.zeros((4, 5), np.uint8))


@pytest.mark.parametrize(
    "alpha",
    [
        np.zeros((5, 4), np.uint8),
        np.zeros((4, 5)),
        np.full((4, 5), 1.5, np.float32),
        np.full((4, 5), np.nan, np.float32),
    ],
)
def test_an_alpha_that_does_not_fit_is_refused(alpha):
    with pytest.raises(BadMask, match=r"\.$"):
        estimate(np.zeros((4, 5, 3), np.uint8), alpha)
