"""The magnetic lasso on pictures whose edges are known."""

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.scissors import Scissors
from maskstudio.errors import BadParameter


def disc(width=1200, height=900, radius=150, middle=(600, 450)):
    pixels = np.full((height, width, 3), (60, 90, 40), np.uint8)
    cv2.circle(pixels, middle, radius, (210, 180, 190), -1, cv2.LINE_AA)
    grain = np.random.default_rng(0).integers(0, 6, pixels.shape, np.uint8)
    return cv2.GaussianBlur(pixels + grain, (0, 0), 1)


def off_the_circle(path, radius=150, middle=(600, 450)):
    points = np.array(path)
    return np.abs(np.hypot(*(points - middle - 0.5).T) - radius)


def test_the_path_follows_the_edge_between_two_points_near_it():
    scissors = Scissors(disc())
    scissors.anchor(600, 301)
    path = scissors.path(749, 450)
    assert path[0] == (600, 301)
    assert path[-1] == (749, 450)
    assert np.quantile(off_the_circle(path), 0.95) < 2
    steps = np.hypot(*np.diff(np.array(path), axis=0).T)
    assert steps.max() < 3, "no jumps"
    assert 220 < steps.sum() < 300, "a quarter of the circle"


def test_a_reduced_window_reaches_farther_in_image_pixels():
    scissors = Scissors(disc(2400, 1800, 500, (1200, 900)))
    scissors.anchor(1200, 400, step=4)
    path = scissors.path(1700, 900)
    assert (path[0], path[-1]) == ((1200, 400), (1700, 900))
    assert np.quantile(off_the_circle(path, 500, (1200, 900)), 0.95) < 6


def test_sixteen_bits_give_the_same_path():
    pixels = disc()
    paths = []
    for source in (pixels, pixels.astype(np.uint16) * 257):
        scissors = Scissors(source)
        scissors.anchor(600, 301)
        paths.append(scissors.path(640, 310))
    assert paths[0] == paths[1]


def test_beyond_the_window_the_path_ends_straight():
    scissors = Scissors(disc())
    scissors.anchor(600, 301)
    near, far = scissors.path(860, 500), scissors.path(1190, 890)
    assert near[-1] == (860, 500)
    assert len(near) > 100
    assert far == [(600, 301), (1190, 890)]


@pytest.mark.parametrize("anchor", [(-500, 450), (0, 0), (1199.9, 899.9), (1200, 900), (5000, 5000)])
def test_anchors_at_and_beyond_the_border(anchor):
    scissors = Scissors(disc())
    scissors.anchor(*anchor)
    for point in ((600, 450), (-30, 20), (1250, 950), (1199, 899), (0, 899)):
        path = scissors.path(*point)
        assert path[0] == anchor
        assert path[-1] == point
        assert np.isfinite(path).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (8, 8), (20, 9)])
def test_tiny_photos(size):
    scissors = Scissors(np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8))
    scissors.anchor(0, 0)
    assert scissors.path(size[1], size[0])[-1] == (size[1], size[0])


def test_without_an_anchor_there_is_no_path_and_nan_is_refused():
    scissors = Scissors(disc())
    assert scissors.path(5, 5) == []
    with pytest.raises(BadParameter):
        scissors.anchor(float("nan"), 4)
    scissors.anchor(4, 4)
    with pytest.raises(BadParameter):
        scissors.path(4, float("inf"))
