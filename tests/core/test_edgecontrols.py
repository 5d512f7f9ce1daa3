"""Fading outwards only and the solid core: against SciPy's distances, and tiled against whole planes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from maskstudio.core import adjust
from maskstudio.core.adjust import adjusted, fade_out
from maskstudio.core.adjustmask import adjusted_mask
from maskstudio.core.mask import Mask
from maskstudio.core.solidcore import solidified
from maskstudio.errors import BadMask, BadParameter, Cancelled
from maskstudio.params.local import AdjustParams

HEIGHT, WIDTH = 700, 900


def blotches(seed, height=HEIGHT, width=WIDTH, sigma=18):
    noise = np.random.default_rng(seed).standard_normal((height, width))
    return np.where(ndimage.gaussian_filter(noise, sigma) > 0, 255, 0).astype(np.uint8)


def person():
    """A base with two holes, touching the frame below; and alpha of it, see-through here and there inside."""
    base = np.zeros((HEIGHT, WIDTH), np.uint8)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    base[np.hypot((x - 430) / 0.9, y - 620) < 330] = 255
    base[np.hypot(x - 330, y - 560) < 30] = 0
    base[600:606, 500:640] = 0
    alpha = np.where(base > 0, 255, 0).astype(np.uint8)
    alpha[(np.hypot(x - 450, y - 500) < 150) & (base > 0)] = 140
    alpha[ndimage.binary_dilation(base > 0, iterations=4) & (base == 0)] = 60
    return base, alpha


def depths(base):
    """Depth of each pixel in ``base``; the frame is no edge."""
    return ndimage.distance_transform_edt(base >= 128)


# The solid core


@pytest.mark.parametrize("depth", [1, 2, 7, 40, 120])
def test_nothing_deeper_than_the_core_is_see_through_and_nothing_outside_changes(depth):
    base, alpha = person()
    out, deep = adjusted(alpha, AdjustParams(solid_core=depth), base=base), depths(base)
    assert (out[deep > depth] == 255).all()
    assert np.array_equal(out[deep <= depth - 2], alpha[deep <= depth - 2])
    assert np.array_equal(out[base == 0], alpha[base == 0])
    assert (out >= alpha).all()


def test_the_core_begins_softly():
    base = np.full((40, 300), 255, np.uint8)
    base[:, :100] = 0
    alpha = np.where(base > 0, np.uint8(100), np.uint8(0))
    row = adjusted(alpha, AdjustParams(solid_core=30), base=base)[20].astype(int)
    assert (row[100:128] == 100).all()
    assert (row[130:] == 255).all()
    steps = np.diff(row[127:132])
    assert (steps >= 0).all()
    assert steps.max() <= 90
    assert np.count_nonzero(steps) >= 2


def test_the_core_is_of_the_mask_before_it_was_adjusted_by_default():
    plane = np.zeros((120, 120), np.uint8)
    plane[30:90, 30:90] = 255
    out = adjusted(plane, AdjustParams(feather=60, solid_core=20))
    deep = depths(plane)
    assert (out[deep > 20] == 255).all()
    assert out[60, 31] < 200


@settings(max_examples=60)
@given(st.integers(0, 9999), st.integers(1, 24), st.integers(1, 24), st.integers(1, 9))
def test_the_core_of_any_small_base(seed, height, width, depth):
    rng = np.random.default_rng(seed)
    base = np.where(rng.random((height, width)) < rng.choice([0.02, 0.5, 1]), 0, 255).astype(np.uint8)
    base[rng.random(base.shape) < 0.2] = rng.integers(0, 256)
    plane = rng.integers(0, 256, base.shape).astype(np.uint8)
    out = solidified(plane, base, depth)
    inside = base >= 128
    deep = np.full(base.shape, np.inf) if inside.all() else depths(base)
    assert (out[deep > depth] == 255).all()
    assert np.array_equal(out[~inside], plane[~inside])
    assert (out >= plane).all()


# Fading outwards


@pytest.mark.parametrize("radius", [1, 2, 5, 16, 40, 150])
@pytest.mark.parametrize("outer", [False, True])
def test_a_fade_outwards_never_decreases_and_leaves_even_parts_alone(radius, outer):
    plane = blotches(2)
    plane[200:500, 300:600] = 90
    plane[300:400, 400:500] = 60
    out = adjusted(plane, AdjustParams(feather=radius, outer_only=outer))
    assert (out >= plane).all() == outer
    flat = np.full((80, 90), 140, np.uint8)
    assert np.array_equal(adjusted(flat, AdjustParams(feather=radius, outer_only=outer)), flat)


@pytest.mark.parametrize("radius", [4, 10, 30, 90, 250])
def test_a_fade_outwards_falls_over_its_radius_and_starts_softly(radius):
    plane = np.zeros((60, 3 * radius + 200), np.uint8)
    plane[:, :100] = 255
    row = fade_out(plane, radius)[30].astype(int)
    assert (row[:100] == 255).all()
    assert (np.diff(row) <= 0).all()
    assert row[100] >= 252 - 250 / radius
    assert 0.45 * radius <= np.flatnonzero(row >= 128)[-1] - 99 <= 0.6 * radius + 0.5
    assert row[100 + radius] <= 14
    assert not row[100 + 2 * radius + 9 :].any()
    assert -np.diff(row[99:]).min() <= 490 / radius + 2


def test_a_fade_outwards_is_the_same_around_a_corner_and_a_thin_part():
    plane = np.zeros((300, 300), np.uint8)
    plane[150:, 150:] = 255
    plane[40:44, 20:120] = 255
    out = fade_out(plane, 24)
    assert out[149, 149] >= 225
    assert out[39, 60] >= 225
    assert out[39, 19] >= 200


def test_a_fade_outwards_keeps_a_veil_a_veil():
    plane = np.zeros((200, 300), np.uint8)
    plane[:, :200] = 110
    out = fade_out(plane, 20)
    assert (out[:, :150] == 110).all()
    assert out.max() == 110


def test_a_larger_mask_fades_to_a_larger_one():
    small, more = blotches(5), blotches(6)
    large = np.maximum(small, more // 2)
    for radius in (3, 12, 50):
        assert (fade_out(large, radius).astype(int) >= fade_out(small, radius).astype(int) - 1).all()


def test_cells_leave_no_seams_in_a_fade_outwards(monkeypatch):
    plane = blotches(3)
    for radius in (7, 24, 60):
        monkeypatch.setattr(adjust, "_CELL", 64)
        small = fade_out(plane, radius).astype(int)
        monkeypatch.setattr(adjust, "_CELL", 4096)
        assert np.abs(small - fade_out(plane, radius)).max() <= 1


# Tiled masks


@pytest.mark.parametrize(
    "params",
    [
        AdjustParams(solid_core=1),
        AdjustParams(solid_core=25),
        AdjustParams(solid_core=200),
        AdjustParams(feather=12, outer_only=True),
        AdjustParams(feather=90, outer_only=True),
        AdjustParams(smooth=5, feather=20, outer_only=True, contrast=0.3, shift_edge=-6, solid_core=30),
    ],
)
@pytest.mark.parametrize("draft", [False, True])
def test_tiles_come_out_as_the_whole_plane_does(params, draft):
    base, alpha = person()
    whole = adjusted(alpha, params, base=base).astype(int)
    tiled = adjusted_mask(Mask.from_array(alpha), params, base=Mask.from_array(base), draft=draft).array()
    off = np.abs(tiled - whole)
    if draft and params.shift_edge:
        assert (off > 40).mean() < 0.02
    else:
        assert off.max() <= (1 if params.feather else 0)


def test_untouched_tiles_stay_the_same_objects_and_deep_ones_are_flat():
    base = np.zeros((1536, 2048), np.uint8)
    base[:, :1500] = 255
    alpha = base.copy()
    alpha[400:1100, 200:1000] = 130
    mask, below = Mask.from_array(alpha), Mask.from_array(base)
    out = adjusted_mask(mask, AdjustParams(solid_core=60), base=below)
    assert set(out.changed(mask)) == {(column, row) for column in range(4) for row in range(1, 5)}
    assert all(out.flat_value(index) == 255 for index in out.changed(mask))
    assert adjusted_mask(out, AdjustParams(solid_core=60), base=below).changed(out) == []


def test_controls_at_rest_give_back_the_mask_itself():
    mask = Mask.from_array(person()[1])
    assert adjusted_mask(mask, AdjustParams()) is mask
    assert adjusted_mask(mask, AdjustParams(outer_only=True)) is mask


def test_a_tiled_core_is_of_the_mask_before_it_was_adjusted_by_default():
    plane = person()[0]
    params = AdjustParams(feather=80, solid_core=20)
    tiled = adjusted_mask(Mask.from_array(plane), params).array()
    assert (tiled[depths(plane) > 20] == 255).all()
    assert np.abs(tiled - adjusted(plane, params).astype(int)).max() <= 1


def test_it_tells_how_far_it_is_and_can_be_stopped():
    base, alpha = (Mask.from_array(plane) for plane in person())
    heard = []
    adjusted_mask(alpha, AdjustParams(feather=9, outer_only=True, solid_core=9), base=base, step=heard.append)
    assert heard == sorted(heard)
    assert heard[0] == 0
    assert heard[-1] < 1

    def stop(fraction):
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        adjusted_mask(alpha, AdjustParams(feather=9, solid_core=9), base=base, step=stop)


def test_hostile_values():
    plane = np.zeros((4, 6), np.uint8)
    with pytest.raises(BadMask):
        adjusted(plane, AdjustParams(solid_core=3), base=plane.T)
    with pytest.raises(BadMask):
        adjusted(plane, AdjustParams(solid_core=3), base=plane.astype(float))
    with pytest.raises(BadMask):
        adjusted_mask(Mask(4, 6), AdjustParams(solid_core=3), base=Mask(6, 4))
    with pytest.raises(BadParameter):
        fade_out(plane, -1)
    assert fade_out(np.zeros((0, 5), np.uint8), 3).shape == (0, 5)
    assert solidified(np.zeros((0, 5), np.uint8), np.zeros((0, 5), np.uint8), 3).shape == (0, 5)
