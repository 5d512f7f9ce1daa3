"""Components and openings keep a share of their area, as much as is asked of each, and nothing else is touched."""

import cv2
import numpy as np
import pytest

from maskstudio.matting.thin import held


def ring(radius, width):
    plane = np.zeros((240, 240), np.uint8)
    cv2.circle(plane, (120, 120), radius, 255, width)
    return plane


def hole(plane):
    _, labels = cv2.connectedComponents(255 - plane, connectivity=4)
    return labels == labels[120, 120]


@pytest.mark.parametrize("radius", [4, 20, 60, 100])
@pytest.mark.parametrize("width", [1, 3, 6])
def test_the_hole_of_a_thin_ring_stays_open_however_wide_it_is(radius, width):
    mask = ring(radius, width)
    inside = hole(mask)
    closed = np.where(inside, np.uint8(180), mask)
    alpha = held(closed, mask, 20)
    assert (255.0 - alpha[inside]).mean() >= 0.8 * 255
    assert (alpha[inside] < 128).mean() >= 0.8
    assert (alpha[~inside] == mask[~inside]).all()
    island = held(255 - closed, 255 - mask, 20)  # and the island in a thin gap
    assert island[inside].mean() >= 0.8 * 255


def test_of_something_thick_half_is_kept_and_what_was_solved_keeps_its_shape():
    mask = np.zeros((240, 240), np.uint8)
    mask[40:200, 40:200] = 255
    ramp = np.where(mask > 0, np.arange(240, dtype=np.uint8)[None] // 4, np.uint8(0))
    alpha = held(ramp, mask, 20)
    inside = alpha[40:200, 40:200]
    assert 0.5 * 255 <= inside.mean() < 0.7 * 255
    assert (np.diff(inside.astype(int), axis=1) >= 0).all()
    assert not alpha[mask == 0].any()
    smaller = cv2.erode(mask, np.ones((31, 31), np.uint8))  # 66 % of it
    assert (held(smaller, mask, 20) == smaller).all()


def test_a_thing_that_keeps_its_sum_keeps_its_outline_too():
    mask = np.zeros((60, 60), np.uint8)
    mask[28:32, 10:50] = 255
    half = np.where(mask > 0, np.uint8(120), np.uint8(0))
    half[:, :38] = mask[:, :38]
    alpha = held(half, mask, 20)
    assert (alpha[mask > 0] >= 128).mean() >= 0.8


def test_specks_are_left_softer_where_the_photo_found_more_beside_them():
    mask, found = np.zeros((80, 80), np.uint8), np.zeros((80, 80), np.uint8)
    mask[20:60:6, 20:60:6] = 255
    alone = held(found, mask, 20)[mask > 0]
    assert (alone >= 0.8 * 255).all()
    hair = held(np.full_like(mask, 60), mask, 20)[mask > 0]
    assert (hair >= 0.5 * 255).all()
    assert (hair < 0.7 * 255).all()
