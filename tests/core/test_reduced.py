"""Half and quarter sizes: averages, with the last pixels repeated at odd borders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskstudio.core.image import Image
from maskstudio.core.reduced import halved, quartered


def by_hand(pixels):
    """Averages of two by two, in exact arithmetic; a half is rounded to even or up, so it may differ by one."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge").astype(float)
    return padded.reshape((height + 1) // 2, 2, (width + 1) // 2, 2, -1).mean((1, 3))


sides = st.integers(1, 40)


@given(sides, sides, st.integers(0, 2**32 - 1), st.sampled_from([np.uint8, np.uint16]))
def test_averages(width, height, seed, dtype):
    pixels = np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, (height, width, 3), dtype)
    half = halved(pixels)
    assert half.dtype == dtype
    assert np.abs(half - by_hand(pixels)).max() <= 0.5
    quarter = quartered(pixels)
    assert quarter.dtype == dtype
    assert quarter.shape == (-(-height // 4), -(-width // 4), 3)
    assert np.abs(quarter - by_hand(by_hand(pixels))).max() <= 1


@pytest.mark.parametrize("height", [255, 256, 257, 515])
def test_bands_leave_no_seam(height):
    pixels = np.random.default_rng(1).integers(0, 256, (height, 9, 3), np.uint8)
    np.testing.assert_array_equal(quartered(pixels), halved(halved(pixels)))


def test_an_image_makes_its_quarter_once():
    image = Image(np.zeros((9, 5, 3), np.uint8))
    assert image.quarter.shape == (3, 2, 3)
    assert image.quarter is image.quarter
    assert not image.large
