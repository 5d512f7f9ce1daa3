"""Tests for rectangles of pixels."""

import pytest

from maskstudio.core.geometry import EMPTY, Rect


@pytest.mark.parametrize(
    ("x", "y", "held"),
    [(3, 5, True), (6.9, 6.9, True), (2.9, 5, False), (3, 4.9, False), (7, 5, False), (3, 7, False)],
)
def test_a_rectangle_holds_its_left_and_upper_edge_but_not_the_others(x, y, held):
    assert Rect(3, 5, 4, 2).holds(x, y) == held


def test_an_empty_rectangle_holds_nothing():
    assert not EMPTY.holds(0, 0)
