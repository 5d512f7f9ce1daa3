"""The colour of an old background, sampled along an edge, and taken out of a foreground."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.matting.spill import despilled, lean, plain, sampled


def scene(wall, kind=np.uint8, size=(160, 240)):
    """A disc over a wall that is littered with other colours in a third of its places; far away it is another wall."""
    random = np.random.default_rng(7)
    image = np.empty((*size, 3))
    image[:] = (250, 30, 30)
    cv2.circle(image, (size[1] // 2, size[0] // 2), 66, wall, -1)
    litter = random.random(size) < 0.33
    image[litter] = random.integers(0, 256, (int(litter.sum()), 3))
    alpha = np.zeros(size, np.uint8)
    cv2.circle(alpha, (size[1] // 2, size[0] // 2), 50, 255, -1, cv2.LINE_AA)
    share = alpha[..., None] / 255
    image = share * np.array((90, 60, 40)) + (1 - share) * image
    return np.rint(image * (np.iinfo(kind).max / 255)).astype(kind), alpha


@pytest.mark.parametrize("wall", [(20, 170, 60), (245, 245, 240), (0, 0, 0)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_commonest_colour_right_along_the_edge_is_sampled(wall, kind):
    image, alpha = scene(wall, kind)
    assert np.abs(np.array(sampled(image, alpha)) - wall).max() <= 6


def test_real_alpha_and_a_large_image_give_the_same():
    image, alpha = scene((20, 170, 60))
    wide, wide_alpha = (
        cv2.resize(plane, None, fx=12, fy=12, interpolation=cv2.INTER_NEAREST) for plane in (image, alpha)
    )
    assert np.abs(np.array(sampled(wide, np.float32(wide_alpha) / 255)) - (20, 170, 60)).max() <= 6


@settings(max_examples=60)
@given(
    st.tuples(st.integers(1, 20), st.integers(1, 20)), st.sampled_from([np.uint8, np.uint16]), st.integers(0, 2**32 - 1)
)
def test_any_input_gives_a_colour(shape, kind, seed):
    random = np.random.default_rng(seed)
    image = random.integers(0, np.iinfo(kind).max + 1, (*shape, 3)).astype(kind)
    found = sampled(image, random.integers(-200, 300, shape).clip(0, 255).astype(np.uint8))
    assert len(found) == 3
    assert all(isinstance(value, int) and 0 <= value <= 255 for value in found)


def test_without_a_background_it_is_grey_and_without_a_subject_the_commonest_of_all():
    image = np.full((20, 30, 3), (10, 200, 90), np.uint8)
    assert sampled(image, np.full((20, 30), 255, np.uint8)) == (128, 128, 128)
    assert sampled(image, np.zeros((20, 30), np.uint8)) == (10, 200, 90)


def test_the_way_to_the_old_background_is_measured_and_taken_back():
    home, spill = np.float32([[0.8, 0.5, 0.4]]), np.float32([0.1, 0.7, 0.2])
    shares = np.linspace(0, 1, 11, dtype=np.float32)[:, None]
    stained = home + shares * (spill - home)
    np.testing.assert_allclose(lean(stained, spill, home), shares[:, 0], atol=1e-6)
    none = np.zeros(11, np.float32)
    np.testing.assert_allclose(despilled(stained, spill, home.repeat(11, 0), none), home.repeat(11, 0), atol=1e-6)


def test_what_the_subject_varies_by_is_left_alone():
    home, spill = np.float32([[0.8, 0.5, 0.4]]), np.float32([0.1, 0.7, 0.2])
    stained = home + np.float32(0.1) * (spill - home)
    own = np.float32([0.2])
    np.testing.assert_array_equal(despilled(stained, spill, home, own), stained)


def test_a_background_of_the_subjects_own_colour_stains_nothing():
    home = np.float32([[0.8, 0.5, 0.4]])
    assert lean(home + 0.02, home[0] + np.float32(0.01), home)[0] == 0


def test_the_subjects_colour_is_carried_outwards_with_how_much_it_varies():
    random = np.random.default_rng(1)
    image = np.full((90, 120, 3), 0.9, np.float32)
    solid = np.zeros((90, 120), np.float32)
    solid[20:70, 20:60] = 1
    image[20:70, 20:60] = np.add((0.3, 0.5, 0.6), random.normal(0, 0.05, (50, 40, 3)))
    carried = plain(image, solid)
    # At the very rim as few as nine pixels are averaged: three of their standard errors.
    assert np.abs(carried[45, 60:70, :3] - (0.3, 0.5, 0.6)).max() < 3 * 0.05 / 3
    assert np.abs(carried[45, 60:70, 3] - 2 * 0.05).max() < 0.03
