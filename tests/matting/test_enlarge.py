"""A mask of a smaller copy, carried to the photo's own size: against true alphas, and what must hold for any mask."""

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.core.cv import cv2
from maskstudio.errors import BadMask, Cancelled
from maskstudio.matting.enlarge import enlarged
from tests.matting.truth import NAMES, decode


def truth(data, name):
    folder = data / "matting" / "alphamatting"
    alpha = decode(folder / "alpha" / f"{name}.png", cv2.IMREAD_GRAYSCALE)
    return decode(folder / "image" / f"{name}.png"), alpha


def shrunk(plane: np.ndarray, scale: float) -> np.ndarray:
    """By Pillow, which works its averages out in its own way."""
    size = (round(plane.shape[1] / scale), round(plane.shape[0] / scale))
    return np.array(PIL.Image.fromarray(plane).resize(size, PIL.Image.Resampling.BOX))


def plain(mask: np.ndarray, photo: np.ndarray) -> np.ndarray:
    size = (photo.shape[1], photo.shape[0])
    return np.array(PIL.Image.fromarray(mask).resize(size, PIL.Image.Resampling.BILINEAR))


def wrong(found: np.ndarray, alpha: np.ndarray) -> float:
    return float(np.abs(found.astype(float) - alpha).mean())


def test_every_true_alpha_is_met_better_than_by_plain_enlarging_and_all_together_by_far(shared_data):
    ours, theirs = {}, {}
    for name in NAMES:
        photo, alpha = truth(shared_data, name)
        small = shrunk(alpha, 2)
        ours[name], theirs[name] = wrong(enlarged(photo, small), alpha), wrong(plain(small, photo), alpha)
    assert [name for name in NAMES if ours[name] >= theirs[name]] == []
    assert sum(ours.values()) < 0.6 * sum(theirs.values())


@pytest.mark.parametrize("scale", [1.3, 4])
def test_it_is_better_at_other_scales_and_with_a_noisy_photo(shared_data, scale):
    photo, alpha = truth(shared_data, "GT01")
    small = shrunk(alpha, scale)
    noise = np.random.default_rng(3).normal(0, 6, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    assert wrong(enlarged(photo, small), alpha) < 0.75 * wrong(plain(small, photo), alpha)
    assert wrong(enlarged(noisy, small), alpha) < 0.95 * wrong(plain(small, photo), alpha)


def test_a_hard_edge_between_two_colours_is_found_again_exactly():
    photo = np.zeros((64, 96, 3), np.uint8)
    photo[:, :41] = (200, 180, 40)
    photo[:, 41:] = (20, 60, 90)
    alpha = np.where(np.arange(96) < 41, 255, 0).astype(np.uint8)[None].repeat(64, axis=0)
    found = enlarged(photo, shrunk(alpha, 2))
    assert np.abs(found.astype(int) - alpha).max() <= 6
    assert wrong(plain(shrunk(alpha, 2), photo), alpha) > 1


@given(value=st.integers(0, 255), height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_a_flat_mask_stays_flat(value, height, width, seed):
    photo = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    mask = np.full((max(height // 2, 1), max(width // 3, 1)), value, np.uint8)
    found = enlarged(photo, mask)
    assert found.shape == (height, width)
    assert (found == value).all()


@given(seed=st.integers(0, 999), scale=st.floats(1.05, 5))
@settings(max_examples=25)
def test_inside_and_outside_stay_whatever_the_photo_shows(seed, scale):
    dice = np.random.default_rng(seed)
    photo = dice.integers(0, 256, (60, 80, 3), np.uint8)
    small = (round(60 / scale), round(80 / scale))
    mask = np.where(dice.random(small) < 0.02, 255, 0).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8)) if seed % 2 else mask
    found = enlarged(photo, mask)
    for level in (0, 255):
        # Pixels whose whole neighbourhood in the small mask, three pixels around, has one value.
        around = cv2.erode(np.where(mask == level, 255, 0).astype(np.uint8), np.ones((7, 7), np.uint8))
        sure = cv2.resize(around, (80, 60), interpolation=cv2.INTER_NEAREST) == 255
        assert (found[sure] == level).all()


def test_a_grey_photo_without_detail_gives_the_plain_enlargement():
    photo = np.full((40, 60, 3), 128, np.uint8)
    mask = np.zeros((20, 30), np.uint8)
    mask[5:15, 8:20] = 255
    assert np.abs(enlarged(photo, mask).astype(int) - plain(mask, photo)).max() <= 1


def test_a_mask_of_the_photos_size_is_given_back_and_a_larger_one_refused():
    photo = np.zeros((10, 12, 3), np.uint8)
    mask = np.arange(120, dtype=np.uint8).reshape(10, 12)
    assert enlarged(photo, mask) is mask
    with pytest.raises(BadMask):
        enlarged(photo, np.zeros((11, 12), np.uint8))


def test_it_can_be_stopped():
    def check():
        raise Cancelled("Cancelled.")

    mask = np.zeros((5, 5), np.uint8)
    mask[2, 2] = 255
    with pytest.raises(Cancelled):
        enlarged(np.zeros((10, 10, 3), np.uint8), mask, check=check)
