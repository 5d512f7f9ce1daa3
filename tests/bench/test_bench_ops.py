"""Padding and blur at 24 megapixels: independent of the radius, and far from a kernel's cost."""

import cv2
import numpy as np
import pytest

from maskstudio.core.ops import apply_mask_params
from tests.bench.clock import best


@pytest.fixture(scope="module")
def subject():
    """A person-like mask of 24 MP: an ellipse with a rough rim and some islands."""
    rng = np.random.default_rng(4)
    plane = np.zeros((4000, 6000), np.uint8)
    angles = np.linspace(0, 2 * np.pi, 3000)
    radii = 1400 + 60 * np.sin(angles * 37) + rng.normal(0, 8, angles.size)
    outline = np.stack([3000 + radii * np.cos(angles), 2000 + radii * np.sin(angles)], axis=1)
    cv2.fillPoly(plane, [outline.astype(np.int32)], 255)
    for x, y in rng.integers(200, 3800, (30, 2)):
        cv2.circle(plane, (int(x), int(y)), 20, 255, -1)
    return plane


@pytest.mark.parametrize("blur", [0, 8])
def test_radius_200_costs_at_most_half_more_than_radius_8(subject, blur):
    small = best(lambda: apply_mask_params(subject, 8, blur))
    large = best(lambda: apply_mask_params(subject, 200, blur and 200))
    assert large <= 1.5 * small, f"{large:.3f} s against {small:.3f} s"


def test_ten_times_faster_than_an_elliptic_dilation_at_radius_64(subject, benchmark):
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (129, 129))
    peer = best(lambda: cv2.dilate(subject, kernel), repeats=1)
    benchmark(apply_mask_params, subject, 64, 0)
    own = best(lambda: apply_mask_params(subject, 64, 0))
    assert peer >= 10 * own, f"{peer:.2f} s against {own:.3f} s"


def test_exact_at_24_megapixels(subject):
    from scipy.ndimage import distance_transform_edt

    grown = distance_transform_edt(subject == 0) <= 30
    expected = np.clip(255 * (1 - distance_transform_edt(~grown) / 20), 0, 255)
    assert np.abs(apply_mask_params(subject, 30, 20) - expected).max() <= 2
