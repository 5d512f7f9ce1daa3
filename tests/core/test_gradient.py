"""Gradients against the formula, pixel by pixel."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.geometry import Rect
from maskstudio.core.gradient import gradient
from maskstudio.errors import BadParameter, Cancelled

points = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@settings(max_examples=100)
@given(points, points, st.sampled_from(["linear", "radial"]), st.integers(-9, 9), st.integers(1, 90))
def test_every_pixel_follows_the_formula(start, end, shape, corner, side):
    rect = Rect(corner, -corner, side, 100 - side)
    found = gradient(start, end, rect, shape)
    x, y = np.meshgrid(np.arange(rect.x, rect.right) + 0.5 - start[0], np.arange(rect.y, rect.bottom) + 0.5 - start[1])
    run, rise = end[0] - start[0], end[1] - start[1]
    length = np.hypot(run, rise)
    if length < 1e-3:
        assert not found.any()
        return
    share = (x * run + y * rise) / length**2 if shape == "linear" else np.hypot(x, y) / length
    assert np.abs(found - 255 * (1 - np.clip(share, 0, 1))).max() <= 0.6


def test_values_rise_by_one_level_at_most_over_a_long_line():
    row = gradient((0, 0), (6000, 0), Rect(0, 7, 6000, 1))[0].astype(int)
    assert (row[0], row[-1]) == (255, 0)
    assert set(np.diff(row)) == {0, -1}


def test_a_line_without_length_and_an_empty_rectangle_cover_nothing():
    assert not gradient((5, 5), (5, 5), Rect(0, 0, 9, 9)).any()
    assert gradient((0, 0), (5, 5), Rect(3, 3, 0, 9)).shape == (9, 0)
    assert set(np.unique(gradient((-1e300, 0), (1e300, 0), Rect(0, 0, 9, 9)))) <= {127, 128}


def test_nan_is_refused_and_it_can_be_stopped():
    def stop():
        raise Cancelled

    with pytest.raises(BadParameter):
        gradient((0, float("nan")), (5, 5), Rect(0, 0, 9, 9))
    with pytest.raises(Cancelled):
        gradient((0, 0), (5, 5), Rect(0, 0, 9, 9), check=stop)
