"""Clean colours: what never changes, and against composites whose foreground is known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask
from maskstudio.matting import foreground
from maskstudio.matting.foreground import estimate
from tests.matting.truth import composites, rim_error

shapes = st.tuples(st.integers(1, 30), st.integers(1, 30)) | st.sampled_from([(1, 1), (1, 400), (400, 1)])


@settings(deadline=None, max_examples=150)
@given(
    shapes,
    st.sampled_from([np.uint8, np.uint16]),
    st.sampled_from([np.uint8, np.float32]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([10, 600_000]),
)
def test_solid_and_clear_pixels_keep_their_bits(shape, kind, alpha_kind, seed, cells):
    random = np.random.default_rng(seed)
    image = random.integers(0, np.iinfo(kind).max + 1, (*shape, 3)).astype(kind)
    values = random.integers(-120, 380, shape).clip(0, 255)
    alpha = values.astype(np.uint8) if alpha_kind is np.uint8 else (values / 255).astype(np.float32)
    most, foreground._MOST_CELLS = foreground._MOST_CELLS, cells
    try:
        clean = estimate(image, alpha)
    finally:
        foreground._MOST_CELLS = most
    assert clean.shape == image.shape
    assert clean.dtype == image.dtype
    assert clean is not image
    kept = (values == 0) | (values == 255)
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


def test_rims_are_no_worse_than_those_of_pymatting(shared_data):
    from pymatting import estimate_foreground_ml

    own, peer = [], []
    for image, alpha, truth in composites(shared_data):
        own.append(rim_error(estimate(image, alpha) / 255, truth, alpha))
        peer.append(rim_error(estimate_foreground_ml(image / 255, np.float64(alpha)), truth, alpha))
    assert np.mean(own) <= np.mean(peer)


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
