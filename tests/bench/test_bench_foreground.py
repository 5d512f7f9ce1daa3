"""Clean colours against pymatting, and the halo meter against cleaning colours, in the same run."""

import cv2
import numpy as np
import pytest

from maskstudio.matting.foreground import estimate
from maskstudio.matting.halo import measure
from tests.bench.clock import best
from tests.matting.truth import composites


@pytest.fixture(scope="module")
def large(shared_data):
    """A composite of 24 megapixels and its alpha, whose band is 5 % of it."""
    image, alpha, _ = list(composites(shared_data))[2]
    factor = (24e6 / alpha.size) ** 0.5
    image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return image, cv2.resize(alpha, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)


def test_clean_colours_at_24_megapixels_take_a_third_of_the_time(large, benchmark):
    from pymatting import estimate_foreground_ml

    image, alpha = large
    real = np.float32(image) / 255
    estimate_foreground_ml(real[:64, :64], alpha[:64, :64])
    peer = best(lambda: estimate_foreground_ml(real, alpha), repeats=2)
    benchmark.pedantic(estimate, (image, alpha), rounds=3)
    own = best(lambda: estimate(image, alpha))
    assert peer >= 3 * own, f"{peer:.2f} s against {own:.3f} s"


def test_measuring_a_halo_takes_about_as_long_as_cleaning_it(large):
    image, alpha = large
    coverage = np.rint(alpha * 255).astype(np.uint8)
    clean = estimate(image, coverage)
    cleaning = best(lambda: estimate(image, coverage))
    measuring = best(lambda: measure(image, clean, coverage))
    assert measuring <= 1.5 * cleaning, f"{measuring:.3f} s against {cleaning:.3f} s"
