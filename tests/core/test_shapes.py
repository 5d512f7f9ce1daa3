"""Drawn areas against supersampling: thousands of points a pixel, each asked whether it lies inside."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.shapes import ellipse, polygon, rectangle
from maskstudio.errors import BadParameter

FRAME = Rect(0, 0, 24, 20)
FINE = 40  # samples a pixel, each way

coordinates = st.tuples(st.floats(-6, 30), st.floats(-6, 26))


def samples(per_pixel):
    x = (np.arange(FRAME.width * per_pixel) + 0.5) / per_pixel
    y = (np.arange(FRAME.height * per_pixel) + 0.5) / per_pixel
    return np.meshgrid(x, y)


def winding(points, x, y):
    """How often the polygon goes round each point: the textbook crossing test, side by side."""
    number = np.zeros(x.shape, int)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        number += ((y0 <= y) & (y1 > y) & (side > 0)).astype(int) - ((y0 > y) & (y1 <= y) & (side < 0))
    return number


def shares(inside):
    """The mean of each pixel's samples, times 255."""
    return 255 * inside.reshape(FRAME.height, FINE, FRAME.width, FINE).mean(axis=(1, 3))


def placed(area):
    rect, plane = area
    assert plane.shape == (rect.height, rect.width)
    assert plane.dtype == np.uint8
    if rect:
        assert rect.intersect(FRAME) == rect
        edges = (plane[0], plane[-1], plane[:, 0], plane[:, -1])
        assert all(edge.any() for edge in edges), "not tight"
    out = np.zeros((FRAME.height, FRAME.width), int)
    out[rect.slices()] = plane
    return out


@settings(max_examples=40)
@given(st.lists(coordinates, min_size=3, max_size=9))
def test_a_polygon_covers_what_it_winds_round(points):
    expected = shares(winding(points, *samples(FINE)) != 0)
    assert np.abs(placed(polygon(points, FRAME)) - expected).max() <= 255 * (1 / 32 + 2 / FINE)


@settings(max_examples=60)
@given(st.lists(coordinates, min_size=3, max_size=9))
def test_a_hard_polygon_holds_the_pixels_whose_centres_are_inside(points):
    inside = winding(points, *samples(1)) != 0
    wrong = placed(polygon(points, FRAME, antialias=False)) != 255 * inside
    # A side may pass within a rounding error of a centre.
    assert not wrong.any() or _near_a_side(points, *(axis[wrong] for axis in samples(1))).all()


def _near_a_side(points, x, y):
    gaps = []
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        length = np.hypot(x1 - x0, y1 - y0) or 1
        gaps.append(np.abs((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / length)
    return np.min(gaps, axis=0) < 1e-6


def test_a_star_and_a_double_loop_have_no_gaps():
    angles = np.arange(5) * 4 * np.pi / 5
    star = [(12 + 9 * np.sin(a), 10 - 9 * np.cos(a)) for a in angles]
    assert placed(polygon(star, FRAME))[10, 12] == 255
    once = [(3, 3), (15, 3), (15, 15), (3, 15)]
    assert np.array_equal(placed(polygon(once * 2, FRAME)), placed(polygon(once, FRAME)))
    assert np.array_equal(placed(polygon(once[::-1], FRAME)), placed(polygon(once, FRAME)))


def test_slanted_edges_have_their_exact_area():
    triangle = [(2.25, 3.1), (21.7, 6.4), (8.2, 18.9)]
    (x0, y0), (x1, y1), (x2, y2) = triangle
    area = abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)) / 2
    assert placed(polygon(triangle, FRAME)).sum() / 255 == pytest.approx(area, rel=1e-3)


def test_bands_of_a_wild_scribble_fit_together(monkeypatch):
    points = np.random.default_rng(1).uniform(-5, 28, (40, 2))
    whole = placed(polygon(points, FRAME))
    monkeypatch.setattr("maskstudio.core.shapes._CROSSINGS", 3000)
    assert np.array_equal(placed(polygon(points, FRAME)), whole)


@settings(max_examples=200)
@given(coordinates, coordinates)
def test_a_rectangle_is_exact(a, b):
    def part(start, end, count):
        low, high = min(start, end), max(start, end)
        return np.array([max(0.0, min(i + 1, high) - max(i, low)) for i in range(count)])

    expected = 255 * np.outer(part(a[1], b[1], FRAME.height), part(a[0], b[0], FRAME.width))
    assert np.abs(placed(rectangle(*a, *b, FRAME)) - expected).max() <= 0.501


@settings(max_examples=60)
@given(coordinates, coordinates)
def test_a_hard_rectangle_and_polygon_agree(a, b):
    corners = [a, (b[0], a[1]), b, (a[0], b[1])]
    assert np.array_equal(
        placed(rectangle(*a, *b, FRAME, antialias=False)), placed(polygon(corners, FRAME, antialias=False))
    )


@settings(max_examples=60)
@given(coordinates, coordinates)
def test_an_ellipse_covers_its_area(a, b):
    x, y = samples(FINE)
    wide, high = max(abs(b[0] - a[0]) / 2, 1e-9), max(abs(b[1] - a[1]) / 2, 1e-9)
    inside = ((x - (a[0] + b[0]) / 2) / wide) ** 2 + ((y - (a[1] + b[1]) / 2) / high) ** 2 <= 1
    assert np.abs(placed(ellipse(*a, *b, FRAME)) - shares(inside)).max() <= 255 * (1 / 64 + 2 / FINE)


def test_a_circle_is_symmetrical_and_round():
    circle = placed(ellipse(2, 1, 20, 19, FRAME))[1:19, 2:20]
    assert np.abs(circle - circle[::-1]).max() <= 1
    assert np.abs(circle - circle.T).max() <= 5  # scanlines run one way only
    assert circle.sum() / 255 == pytest.approx(np.pi * 81, rel=1e-3)
    assert set(np.unique(ellipse(2, 1, 20, 19, FRAME, antialias=False)[1])) == {0, 255}


def test_areas_without_extent_or_outside_are_empty():
    for area in (
        polygon([], FRAME),
        polygon([(1, 1), (9, 9)], FRAME),
        polygon([(1, 1), (5, 5), (9, 9)], FRAME),
        polygon([(100, 100), (120, 100), (110, 130)], FRAME),
        polygon([(-1e300, 50), (1e300, 50), (0, 1e300)], FRAME),
        rectangle(3, 3, 3, 9, FRAME),
        rectangle(30, 3, 40, 9, FRAME),
        ellipse(3, 3, 9, 3, FRAME),
        ellipse(0, 0, 0, 0, FRAME),
    ):
        assert area[0] == EMPTY
        assert area[1].shape == (0, 0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), None, "x"])
def test_what_is_no_point_is_refused(bad):
    with pytest.raises(BadParameter):
        polygon([(1, 1), (bad, 2), (3, 9)], FRAME)
    with pytest.raises(BadParameter):
        rectangle(1, bad, 3, 4, FRAME)
    with pytest.raises(BadParameter):
        ellipse(1, 2, bad, 4, FRAME)
