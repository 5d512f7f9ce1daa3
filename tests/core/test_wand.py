"""The wand against colour differences and connected components computed with NumPy and SciPy."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from maskstudio.core import flood as flooding
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY
from maskstudio.core.wand import Wand
from maskstudio.errors import BadParameter, Cancelled
from maskstudio.params.local import WandParams


def naive(pixels, x, y, params):
    """The definition, at 8 bits and without softening."""
    values = cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab) if params.space == "lab" else pixels
    half = int(params.sample_size) // 2
    around = values[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1]
    apart = np.abs(values.astype(int) - np.rint(around.reshape(-1, 3).mean(axis=0))).max(axis=2)
    apart[y, x] = 0
    near = apart <= params.tolerance
    if params.contiguous:
        labels, _ = ndimage.label(near)
        near = labels == labels[y, x]
    return near


def placed(area, shape):
    rect, plane = area
    out = np.zeros(shape[:2], np.uint8)
    out[rect.slices()] = plane
    assert plane.shape == (rect.height, rect.width)
    assert (plane[0].any(), plane[-1].any(), plane[:, 0].any(), plane[:, -1].any()) == (True,) * 4
    return out


def blotches(seed, height, width):
    """A picture of a few colours in patches, with grain."""
    rng = np.random.default_rng(seed)
    rough = cv2.resize(rng.integers(0, 256, (6, 7, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(rough.astype(int) // 48 * 48 + rng.integers(0, 9, (height, width, 3)), 0, 255).astype(np.uint8)


@settings(max_examples=80)
@given(
    st.integers(0, 9999), st.integers(1, 50), st.integers(1, 50), st.integers(0, 255), st.booleans(),
    st.sampled_from(["rgb", "lab"]), st.sampled_from(["1", "3", "5"]), st.data(),
)  # fmt: skip
def test_it_selects_what_the_definition_says(seed, height, width, tolerance, contiguous, space, size, data):
    pixels = blotches(seed, height, width)
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    params = WandParams(tolerance, contiguous, space, size, antialias=False)
    wand = Wand(pixels)
    for tolerance_now in (tolerance, tolerance // 2, min(tolerance * 2, 255)):
        now = WandParams(tolerance_now, contiguous, space, size, antialias=False)
        assert np.array_equal(placed(wand.select(x, y, now), pixels.shape) > 0, naive(pixels, x, y, now))
    assert np.array_equal(placed(wand.select(x, y, params), pixels.shape) > 0, naive(pixels, x, y, params))


def test_a_region_larger_than_the_first_window_is_found_whole(monkeypatch):
    monkeypatch.setattr(flooding, "_START", 5)
    pixels = blotches(3, 300, 400)
    params = WandParams(60, antialias=False)
    for x, y in ((0, 0), (200, 150), (399, 299), (50, 299)):
        assert np.array_equal(placed(Wand(pixels).select(x, y, params), pixels.shape) > 0, naive(pixels, x, y, params))


def test_sixteen_bits_select_the_same():
    pixels = blotches(5, 60, 70)
    deep = pixels.astype(np.uint16) * 257
    params = WandParams(40)
    (rect, plane), (rect16, plane16) = Wand(pixels).select(30, 30, params), Wand(deep).select(30, 30, params)
    assert rect == rect16
    assert np.array_equal(plane, plane16)


def drawn(inside):
    return np.where(inside[..., None], np.uint8(200), np.uint8(20)) * np.ones(3, np.uint8)


def test_softening_leaves_straight_edges_and_thin_lines_and_evens_stairs():
    y, x = np.mgrid[0:40, 0:40]
    box = (x >= 5) & (x < 25) & (y >= 0) & (y < 20)
    soft = placed(Wand(drawn(box)).select(10, 10, WandParams()), box.shape)
    corners = np.zeros_like(box)
    corners[[19, 19], [5, 24]] = True
    assert np.array_equal(soft[~corners] > 0, box[~corners])
    assert set(np.unique(soft[~corners])) == {0, 255}

    wire = y == 20
    assert np.array_equal(placed(Wand(drawn(wire)).select(10, 20, WandParams()), wire.shape), wire * np.uint8(255))

    slope = y * 3 >= x + 30
    soft = placed(Wand(drawn(slope)).select(20, 39, WandParams()), slope.shape).astype(float)
    exact = np.clip((y + 0.5) * 3 - (x + 0.5) - 29, 0, 3) / 3 * 255  # roughly: the line through the stairs
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(soft - exact)[inner].mean() < np.abs(slope * 255 - exact)[inner].mean()
    assert soft.sum() == pytest.approx(slope.sum() * 255, rel=0.01)


def test_softening_in_stripes_leaves_no_seam(monkeypatch):
    pixels = blotches(8, 90, 70)
    whole = Wand(pixels).select(30, 40, WandParams(90))
    monkeypatch.setattr("maskstudio.core.wand._STRIPE", 7)
    striped = Wand(pixels).select(30, 40, WandParams(90))
    assert whole[0] == striped[0]
    assert whole[0].height > 14
    assert np.array_equal(whole[1], striped[1])


def test_a_point_outside_selects_nothing_and_nan_is_refused():
    wand = Wand(blotches(1, 20, 30))
    for x, y in ((-1, 5), (30, 5), (5, -0.01), (5, 20), (1e9, 1e9)):
        assert wand.select(x, y, WandParams())[0] == EMPTY
    with pytest.raises(BadParameter):
        wand.select(float("nan"), 3, WandParams())


def test_it_can_be_stopped_and_used_again():
    pixels = blotches(2, 300, 200)
    wand, calls = Wand(pixels), []

    def check():
        calls.append(1)
        if len(calls) == 2:
            raise Cancelled

    params = WandParams(contiguous=False, antialias=False)
    with pytest.raises(Cancelled):
        wand.select(5, 5, params, check=check)
    assert np.array_equal(placed(wand.select(5, 5, params), pixels.shape) > 0, naive(pixels, 5, 5, params))
