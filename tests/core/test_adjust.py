"""Adjusting masks, against SciPy's Gaussian and against edges whose place is known."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from maskstudio.core import adjust
from maskstudio.core.adjust import adjusted, contrast, feather, feathered, shift_edge, smooth
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.ops import apply_mask_params
from maskstudio.errors import BadMask, BadParameter, Cancelled
from maskstudio.params.local import AdjustParams


def blotches(seed, height, width, sigma):
    noise = np.random.default_rng(seed).standard_normal((height, width))
    return np.where(ndimage.gaussian_filter(noise, sigma) > 0, 255, 0).astype(np.uint8)


def disc(size, radius, width=1.0):
    """A disc with an edge ``width`` px wide, its place exact."""
    y, x = np.mgrid[0:size, 0:size] + 0.5 - size / 2
    return np.rint(np.clip((radius - np.hypot(x, y)) / width + 0.5, 0, 1) * 255).astype(np.uint8)


def area(plane):
    return plane.astype(float).sum() / 255


@settings(max_examples=25)
@given(st.integers(0, 999), st.integers(1, 200), st.integers(1, 200), st.sampled_from([1, 3, 9, 20, 60, 250]))
def test_feather_is_a_gaussian_of_half_the_radius(seed, height, width, radius):
    plane = blotches(seed, height, width, 6)
    exact = ndimage.gaussian_filter(plane.astype(float), radius / 2, mode="reflect", truncate=8)
    # A photo far smaller than the blur consists of a block or two of the reduced plane.
    allowed = 2 if min(height, width) >= radius / 4 else 5
    assert np.abs(feather(plane, radius) - exact).max() <= allowed


@pytest.mark.parametrize("work", [lambda p: feather(p, 7), lambda p: feather(p, 40), lambda p: smooth(p, 24)])
def test_cells_leave_no_seams(monkeypatch, work):
    plane = blotches(3, 700, 900, 12)
    monkeypatch.setattr(adjust, "_CELL", 64)
    small = work(plane).astype(int)
    monkeypatch.setattr(adjust, "_CELL", 4096)
    assert np.abs(small - work(plane)).max() <= 1


@pytest.mark.parametrize("radius", [2, 8, 30, 100])
@pytest.mark.parametrize("angle", [0, 0.3, 0.7])
def test_smooth_leaves_a_straight_edge_where_it_is(radius, angle):
    side = 120 + 8 * radius
    y, x = np.mgrid[0:side, 0:side] - side / 2
    away = (x - 0.3) * np.cos(angle) + y * np.sin(angle)
    for width in (1, 6):
        plane = np.rint(np.clip(0.5 - away / width, 0, 1) * 255).astype(np.uint8)
        middle = slice(side // 2 - 20, side // 2 + 20)
        was, now = (part[middle].astype(float) for part in (plane, smooth(plane, radius)))
        assert now.sum(axis=1) / 255 == pytest.approx(was.sum(axis=1) / 255, abs=0.35)


def test_smooth_keeps_a_soft_edge_soft_and_a_hard_one_hard():
    for width in (1, 12, 40):
        plane = disc(500, 150, width)
        row = smooth(plane, 20)[250].astype(float) / 255
        across = 6 * (row * (1 - row)).sum() / 2  # of two edges; the width of a ramp of this much softness
        assert across == pytest.approx(width, rel=0.2, abs=0.6)


def test_smooth_rounds_stairs_and_takes_off_bumps():
    y, x = np.mgrid[0:200, 0:200]
    stairs = np.where(y // 8 * 8 > x // 16 * 8 + 40, 255, 0).astype(np.uint8)
    line = np.clip(y - x / 2 - 40.25, 0, 1)  # the edge the stairs stand for, give or take a constant
    inner = slice(60, 120)
    now = smooth(stairs, 20)[inner, inner].astype(float) / 255

    def roughness(plane):
        heights = plane.sum(axis=0)
        return np.std(heights - np.polyval(np.polyfit(np.arange(len(heights)), heights, 1), np.arange(len(heights))))

    assert roughness(now) < 0.3 * roughness(stairs[inner, inner] / 255.0)
    assert roughness(now) < roughness(line[inner, inner]) + 0.7

    bump = disc(300, 100)
    bump[40:52, 148:152] = 255
    top, was = (plane[:150, 149].sum() / 255 for plane in (smooth(bump, 20), smooth(disc(300, 100), 20)))
    assert bump[:150, 149].sum() / 255 == pytest.approx(was + 10, abs=1)
    assert top < was + 2.5


def test_smooth_leaves_an_even_half_tone_alone():
    plane = np.full((200, 300), 180, np.uint8)
    plane[:, 150:] = 0
    assert np.abs(smooth(plane, 12)[:, :100].astype(int) - 180).max() <= 1


@settings(max_examples=60)
@given(st.floats(0, 1))
def test_contrast_turns_around_the_middle(amount):
    ramp = np.arange(256, dtype=np.uint8)[None]
    out = contrast(ramp, amount)[0].astype(int)
    assert (np.diff(out) >= 0).all()
    assert (out[0], out[255]) == (0, 255)
    assert np.abs(out - 255 + out[::-1]).max() <= 1
    assert (np.abs(out - 127.5) >= np.abs(np.arange(256) - 127.5) - 1e-9).all()


def test_contrast_at_its_ends():
    ramp = np.arange(256, dtype=np.uint8)[None]
    assert np.array_equal(contrast(ramp, 0), ramp)
    assert np.array_equal(contrast(ramp, 1), np.where(ramp < 128, 0, 255))


@pytest.mark.parametrize("pixels", [-30, -7, -1, 0, 1, 12, 40])
@pytest.mark.parametrize("width", [1, 8])
def test_shift_edge_moves_the_edge_and_keeps_its_softness(pixels, width):
    moved = shift_edge(disc(300, 90, width), pixels)
    assert area(moved) == pytest.approx(area(disc(300, 90 + pixels, width)), rel=0.015)
    alpha = moved.astype(float) / 255
    assert 6 * (alpha * (1 - alpha)).sum() / (2 * np.pi * (90 + pixels)) == pytest.approx(width, rel=0.3, abs=0.7)


def test_adjusted_applies_all_in_order_and_nothing_at_rest():
    plane = blotches(4, 120, 150, 5)
    assert np.array_equal(adjusted(plane, AdjustParams()), plane)
    expected = apply_mask_params(contrast(feather(smooth(plane, 5), 8), 0.4), -3, 0)
    assert np.array_equal(adjusted(plane, AdjustParams(smooth=5, feather=8, contrast=0.4, shift_edge=-3)), expected)


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(0, 60), st.booleans(), st.floats(0, 1), st.integers(0, 40))
def test_reach_is_as_far_as_it_goes(smoothing, softness, outer, amount, shift):
    params = AdjustParams(smooth=smoothing, feather=softness, outer_only=outer, contrast=amount, shift_edge=shift)
    far = adjust.reach(params)
    plane = np.zeros((9, 2 * far + 40), np.uint8)
    plane[:, :20] = 255
    assert not adjusted(plane, params)[:, 20 + far :].any()


def test_an_area_is_feathered_beyond_its_rectangle_but_not_at_the_frame():
    frame, rect = Rect(0, 0, 200, 100), Rect(60, 0, 50, 100)
    found, plane = feathered(np.full((100, 50), 255, np.uint8), rect, 20, frame)
    assert (found.y, found.height) == (0, 100)
    assert (plane == plane[0]).all()
    assert plane.sum() / 255 == pytest.approx(5000, rel=0.01)
    row = np.zeros(200)
    row[60:110] = 255
    assert np.abs(plane[0] - ndimage.gaussian_filter(row, 10)[found.x : found.right]).max() <= 2
    assert feathered(np.zeros((0, 0), np.uint8), EMPTY, 5, frame)[0] == EMPTY
    assert feathered(np.full((9, 9), 255, np.uint8), Rect(-90, 0, 9, 9), 5, frame)[0] == EMPTY


@pytest.mark.parametrize("call", [feather, smooth])
def test_hostile_values(call):
    plane = np.zeros((4, 4), np.uint8)
    for bad in (-1, float("nan"), float("inf")):
        with pytest.raises(BadParameter):
            call(plane, bad)
    with pytest.raises(BadMask):
        call(plane.astype(float), 3)
    assert np.array_equal(call(plane, 0), plane)
    assert call(np.zeros((0, 5), np.uint8), 3).shape == (0, 5)
    with pytest.raises(BadParameter):
        contrast(plane, float("nan"))


def test_it_can_be_stopped():
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        adjusted(blotches(1, 90, 90, 4), AdjustParams(smooth=3), check=stop)
