"""Fill, holes and islands by click, against SciPy's labels."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from maskstudio.core.cv import cv2
from maskstudio.core.fill import fill_hole, fill_region, island
from maskstudio.core.geometry import EMPTY
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter


def placed(area, shape):
    rect, plane = area
    out = np.zeros(shape, np.uint8)
    out[rect.slices()] = plane
    return out


@settings(max_examples=100)
@given(st.integers(0, 9999), st.integers(1, 40), st.integers(1, 40), st.sampled_from([0.3, 0.5, 0.7]), st.data())
def test_hard_masks_fill_exactly_their_region(seed, height, width, share, data):
    alpha = np.where(np.random.default_rng(seed).random((height, width)) < share, 255, 0).astype(np.uint8)
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    out, _ = ndimage.label(alpha == 0)
    region = (out == out[y, x]) & (alpha == 0)
    pieces, _ = ndimage.label(alpha > 0, np.ones((3, 3)))
    piece = (pieces == pieces[y, x]) & (alpha > 0)
    edge = np.pad(np.zeros((max(height - 2, 0), max(width - 2, 0)), bool), 1, constant_values=True)[:height, :width]
    closed = not (region & edge).any()
    for source in (alpha, Mask.from_array(alpha)):
        assert np.array_equal(placed(fill_region(source, x, y), alpha.shape) > 0, region)
        assert np.array_equal(placed(fill_hole(source, x, y), alpha.shape) > 0, region & closed)
        assert np.array_equal(placed(island(source, x, y), alpha.shape) > 0, piece)


def ring(sigma):
    """A disc with a hole beside another disc, all with soft edges."""
    plane = np.zeros((300, 500), np.uint8)
    cv2.circle(plane, (150, 150), 110, 255, -1)
    cv2.circle(plane, (150, 150), 50, 0, -1)
    cv2.circle(plane, (380, 150), 60, 255, -1)
    return cv2.GaussianBlur(plane, (0, 0), sigma) if sigma else plane


@pytest.mark.parametrize("sigma", [0, 1, 4, 9])
def test_filling_a_soft_hole_leaves_no_seam_and_touches_nothing_else(sigma):
    alpha = ring(sigma)
    added = np.maximum(alpha, placed(fill_hole(alpha, 150, 150), alpha.shape))
    y, x = np.mgrid[0:300, 0:500]
    far = np.hypot(x - 150, y - 150)
    assert (added[far < 78] == 255).all()
    assert np.array_equal(added[far > 84], alpha[far > 84])
    assert fill_hole(alpha, 2, 2)[0] == EMPTY, "the outside is no hole"


@pytest.mark.parametrize("sigma", [0, 1, 4, 9])
def test_an_island_goes_with_its_rim(sigma):
    alpha = ring(sigma)
    left = np.minimum(alpha, 255 - placed(island(alpha, 380, 150), alpha.shape))
    assert not left[:, 310:].any()
    assert np.array_equal(left[:, :260], alpha[:, :260])


def test_a_region_by_the_frame_fills_up_to_the_solid_mask():
    alpha = ring(3)
    added = np.maximum(alpha, placed(fill_region(alpha, 2, 2), alpha.shape))
    y, x = np.mgrid[0:300, 0:500]
    hole = np.hypot(x - 150, y - 150) < 70
    assert (added[~hole] == 255).all()
    assert np.array_equal(added[hole], alpha[hole])


def test_a_wall_that_is_soft_throughout_keeps_its_other_half():
    across = np.abs(np.arange(61) - 30)
    alpha = np.tile(np.clip(220 - across * 12, 0, 255).astype(np.uint8), (9, 1))
    rect, plane = fill_region(alpha, 2, 4)
    assert (rect.x, rect.right) == (0, 31)
    assert (plane == 255).all()


def test_points_that_hit_nothing():
    alpha = ring(0)
    assert fill_region(alpha, 150, 60)[0] == EMPTY, "on the mask"
    assert island(alpha, 2, 2)[0] == EMPTY, "beside it"
    for x, y in ((-1, 0), (500, 3), (1e12, -1e12)):
        assert fill_region(alpha, x, y)[0] == EMPTY
        assert fill_hole(Mask.from_array(alpha), x, y)[0] == EMPTY
    with pytest.raises(BadParameter):
        island(alpha, float("inf"), 2)
