"""Areas and adjustments at 24 megapixels: quick while a pointer moves, and costing what they touch, not the photo."""

import cv2
import numpy as np
import pytest

from maskstudio.core.adjust import feather
from maskstudio.core.cleanup import parts
from maskstudio.core.geometry import Rect
from maskstudio.core.shapes import polygon
from maskstudio.core.wand import Wand
from maskstudio.params.local import WandParams
from tests.bench.clock import best

FRAME = Rect(0, 0, 6000, 4000)


@pytest.fixture(scope="module")
def photo():
    """Colours that fall off around the middle, with grain."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:4000, 0:6000].astype(np.float32)
    grey = np.clip(np.hypot(x - 3000, y - 2000) / 12 + rng.integers(0, 6, x.shape), 0, 255).astype(np.uint8)
    return np.dstack([grey, grey // 2, grey // 3])


def test_another_tolerance_costs_no_new_comparison(photo):
    wand = Wand(photo)
    wand.select(3000, 2000, WandParams(tolerance=110))
    drag = best(lambda: wand.select(3000, 2000, WandParams(tolerance=100)))
    anew = best(lambda: cv2.absdiff(photo, (3, 1, 1, 0)).max(axis=2))
    assert drag <= 0.5 * anew, f"{drag:.3f} s against {anew:.3f} s"


def test_a_small_lasso_does_not_see_the_photo():
    angles = np.linspace(0, 2 * np.pi, 500)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    small = best(lambda: polygon(ring * 50 + (3000, 2000), FRAME))
    large = best(lambda: polygon(ring * 1900 + (3000, 2000), FRAME))
    assert small <= 0.2 * large, f"{small:.4f} s against {large:.4f} s"


@pytest.fixture(scope="module")
def speckled():
    rng = np.random.default_rng(1)
    plane = np.zeros((4000, 6000), np.uint8)
    cv2.circle(plane, (3000, 2000), 1700, 255, -1, cv2.LINE_AA)
    for x, y, radius, value in zip(
        rng.integers(0, 6000, 3000), rng.integers(0, 4000, 3000), rng.integers(1, 8, 3000), rng.integers(0, 2, 3000),
        strict=True,
    ):  # fmt: skip
        cv2.circle(plane, (int(x), int(y)), int(radius), int(value) * 255, -1, cv2.LINE_AA)
    return plane


def test_a_new_threshold_costs_little_more_than_a_copy(speckled):
    found = parts(speckled)
    live = best(lambda: found.cleaned(200, 200))
    copy = best(speckled.copy)
    assert live <= 6 * copy, f"{live:.4f} s against {copy:.4f} s"


def test_feathering_far_costs_about_what_feathering_near_does(speckled):
    near, far = best(lambda: feather(speckled, 10), 3), best(lambda: feather(speckled, 200), 3)
    assert far <= 2 * near, f"{far:.3f} s against {near:.3f} s"
