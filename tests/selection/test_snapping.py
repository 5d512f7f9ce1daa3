"""Snap to Edge on made photos whose edges are known to the pixel."""

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import Cancelled
from maskstudio.selection.snapping import snapped

HEIGHT, WIDTH = 360, 480


def disc(x=240, y=180, radius=100):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(columns - x, rows - y) <= radius


def photo(inside, seed=0, grain=8.0):
    """A warm thing on a cool ground that changes from left to right, with grain."""
    rng = np.random.default_rng(seed)
    ground = np.dstack([np.tile(np.linspace(40, 120, WIDTH), (HEIGHT, 1)), np.full((HEIGHT, WIDTH), 110.0),
                        np.full((HEIGHT, WIDTH), 150.0)])  # fmt: skip
    pixels = np.where(inside[..., None], (190.0, 120.0, 60.0), ground) + rng.normal(0, grain, (HEIGHT, WIDTH, 3))
    return Image(np.clip(pixels, 0, 255).astype(np.uint8))


def rough(inside, width, seed=0):
    """The edge moved to and fro by at most ``width`` px, in waves."""
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    away -= cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    wave = np.random.default_rng(seed).uniform(-0.9, 0.9, (9, 12)).astype(np.float32)
    return away <= cv2.resize(wave, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) * width


def mask_of(flags):
    return Mask.from_array(flags.astype(np.uint8) * 255)


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize("width", [6, 15, 40])
def test_a_rough_mask_comes_to_lie_on_the_edge(width):
    truth = disc()
    before = rough(truth, width)
    found = snapped(photo(truth), mask_of(before), width).array() > 127
    assert overlap(before, truth) < 0.985 < overlap(found, truth)


def test_a_blob_that_is_too_large_shrinks_to_the_thing_and_one_too_small_grows():
    truth, image = disc(), photo(disc())
    for radius in (88, 112):
        found = snapped(image, mask_of(disc(radius=radius)), 16).array() > 127
        assert overlap(found, truth) > 0.985


def test_nothing_beyond_the_width_changes():
    plane = rough(disc(), 30).astype(np.uint8) * 255
    plane[170:190, 230:250] = 200  # soft coverage deep inside
    plane[20:40, 20:40] = 90  # and a veil far outside
    found = snapped(photo(disc()), Mask.from_array(plane), 12).array()
    inside = plane > 127
    far = (cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) > 13) | (
        cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5) > 13
    )
    np.testing.assert_array_equal(found[far], plane[far])
    assert (found != plane).any()


def test_where_the_photo_says_nothing_the_edge_stays():
    image, before = Image(np.full((HEIGHT, WIDTH, 3), 120, np.uint8)), disc()
    found = snapped(image, mask_of(before), 15).array() > 127
    assert overlap(found, before) > 0.97


def test_thin_parts_of_the_mask_are_not_lost():
    truth = disc(radius=60)
    truth[176:184, 100:400] = True
    found = snapped(photo(truth, grain=3.0), mask_of(truth), 20).array() > 127
    assert overlap(found, truth) > 0.95


@pytest.mark.parametrize("value", [0, 255])
def test_without_an_edge_nothing_changes(value):
    mask = Mask.filled(WIDTH, HEIGHT, value)
    assert snapped(photo(disc()), mask, 20).changed(mask) == []


def test_a_thing_cut_by_the_frame_keeps_to_it():
    truth = disc(x=0, y=180)
    found = snapped(photo(truth), mask_of(rough(truth, 12)), 14).array() > 127
    assert overlap(found, truth) > 0.98
    assert found[120:240, 0].all()


def test_the_smallest_photo_and_width_do_no_harm():
    image = Image(np.array([[[200, 0, 0], [0, 0, 200]]], np.uint8))
    mask = Mask.from_array(np.array([[255, 0]], np.uint8))
    assert snapped(image, mask, 1).size == (2, 1)


def test_what_is_transparent_makes_an_edge():
    truth = disc()
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image = Image(pixels, alpha=truth.astype(np.uint8) * 255)
    found = snapped(image, mask_of(disc(radius=110)), 16).array() > 127
    assert overlap(found, truth) > 0.985


def test_a_large_photo_is_worked_on_smaller_and_answered_at_its_size():
    truth = disc()
    big = cv2.resize(photo(truth, grain=0).pixels, (4 * WIDTH, 4 * HEIGHT), interpolation=cv2.INTER_CUBIC)
    inside = cv2.resize(disc(radius=109).astype(np.uint8), (4 * WIDTH, 4 * HEIGHT), interpolation=cv2.INTER_NEAREST)
    found = snapped(Image(big), Mask.from_array(inside * 255), 48).array() > 127
    rows, columns = np.mgrid[: 4 * HEIGHT, : 4 * WIDTH]
    assert overlap(found, np.hypot(columns - 961.5, rows - 721.5) <= 401) > 0.985


def test_it_stops_when_told_and_reports_how_far_it_is():
    done = []
    snapped(photo(disc()), mask_of(disc(radius=106)), 12, done.append)
    assert done == sorted(done)
    assert 0 < done[0] < done[-1] <= 1

    def stop(_done):
        raise Cancelled

    with pytest.raises(Cancelled):
        snapped(photo(disc()), mask_of(disc()), 12, stop)


def test_only_the_surroundings_of_the_mask_are_put_anew():
    big = Image(np.zeros((1200, 1200, 3), np.uint8))
    plane = np.zeros((1200, 1200), np.uint8)
    plane[Rect(40, 40, 90, 90).slices()] = 255
    mask = Mask.from_array(plane)
    assert set(snapped(big, mask, 10).changed(mask)) <= {(0, 0)}
