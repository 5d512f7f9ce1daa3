"""Islands and holes against SciPy's labels."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from maskstudio.core import cleanup
from maskstudio.core.cleanup import cleaned, parts
from maskstudio.core.cv import cv2
from maskstudio.errors import BadMask, Cancelled


def naive(mask, neighbours, *, closed):
    """Pieces of a boolean plane: a list of boolean planes."""
    shape = np.ones((3, 3)) if neighbours == 8 else None
    labels, count = ndimage.label(mask, shape)
    found = [labels == number for number in range(1, count + 1)]
    border = np.ones(mask.shape, bool)
    border[1:-1, 1:-1] = False
    return [piece for piece in found if not (closed and (piece & border).any())]


def naive_cleaned(plane, min_island, min_hole):
    out = plane.copy()
    for piece in naive(plane > 0, 8, closed=False):
        if piece.sum() < min_island:
            out[piece] = 0
    for piece in naive(plane < 255, 4, closed=True):
        if piece.sum() < min_hole:
            out[piece] = 255
    return out


@st.composite
def hard_masks(draw):
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    seed, share = draw(st.integers(0, 9999)), draw(st.sampled_from([0.0, 0.1, 0.4, 0.6, 0.9, 1.0]))
    return np.where(np.random.default_rng(seed).random((height, width)) < share, 255, 0).astype(np.uint8)


@settings(max_examples=150)
@given(hard_masks(), st.integers(0, 30), st.integers(0, 30))
def test_hard_masks_lose_exactly_what_is_too_small(plane, min_island, min_hole):
    found = parts(plane)
    assert np.array_equal(found.cleaned(min_island, min_hole), naive_cleaned(plane, min_island, min_hole))
    for pieces, expected in (
        (found.islands, naive(plane > 0, 8, closed=False)),
        (found.holes, naive(plane < 255, 4, closed=True)),
    ):
        assert list(pieces.areas) == sorted(int(piece.sum()) for piece in expected)
        assert pieces.below(10) == sum(piece.sum() < 10 for piece in expected)
        assert sorted(map(tuple, pieces.boxes)) == sorted(cv2.boundingRect(piece.view(np.uint8)) for piece in expected)


@settings(max_examples=100)
@given(st.integers(0, 9999), st.integers(0, 60), st.integers(0, 60))
def test_soft_masks_change_only_below_the_limits_and_only_towards_flat(seed, min_island, min_hole):
    rng = np.random.default_rng(seed)
    plane = ndimage.gaussian_filter(rng.standard_normal((50, 60)), 2) * 900 + 127
    plane = np.clip(plane, 0, 255).astype(np.uint8)
    found = parts(plane)
    out = found.cleaned(min_island, min_hole)
    assert set(np.unique(out[out != plane])) <= {0, 255}
    assert np.array_equal(found.cleaned(0, 0), plane)
    assert found.islands.areas.sum() <= np.count_nonzero(plane)
    left = parts(out).islands.pixels(min_island)
    assert min_hole or (out.reshape(-1)[left] <= 8).all(), "only haze that two pieces shared may stay"


def scene():
    """A subject, a feathered speck, a speck on the subject's hair, and a soft hole."""
    plane = np.zeros((200, 300), np.uint8)
    cv2.circle(plane, (90, 100), 70, 255, -1)
    cv2.circle(plane, (90, 100), 12, 0, -1)
    cv2.circle(plane, (240, 60), 9, 255, -1)
    plane = cv2.GaussianBlur(plane, (0, 0), 4)
    hair = np.zeros_like(plane)
    cv2.line(hair, (150, 60), (200, 20), 60, 3)
    cv2.circle(hair, (200, 20), 4, 255, -1)
    return np.maximum(plane, hair)


def test_soft_rims_go_with_their_island_and_their_hole():
    plane = scene()
    found = parts(plane)
    assert len(found.islands.areas) == 2
    assert len(found.holes.areas) == 1
    out = found.cleaned(2000, 5000)
    assert not out[:, 215:].any(), "the speck and all of its rim"
    assert (out[60:140, 50:130] == 255).all(), "the hole and all of its rim"
    rest = np.ones(plane.shape, bool)
    rest[:, 215:] = rest[60:140, 50:130] = False
    assert np.array_equal(out[rest], plane[rest])


def test_haze_joins_nothing():
    plane = np.zeros((80, 120), np.uint8)
    plane[10:40, 10:40] = 255
    plane[50:56, 90:96] = 255
    hazy = np.maximum(plane, 3)
    assert list(parts(hazy).islands.areas) == [36, 900]
    out = cleaned(hazy, 100, 0)
    assert (out[50:56, 90:96] == 0).all()
    assert (out[10:40, 10:40] == 255).all()
    dull = np.minimum(plane, 250)
    dull[20:25, 20:25] = 0
    assert list(parts(dull).holes.areas) == [25]
    assert (cleaned(dull, 0, 30)[20:25, 20:25] == 255).all()


def test_haze_apart_from_everything_is_an_island():
    plane = np.zeros((40, 40), np.uint8)
    plane[5:9, 5:9] = 4
    plane[20:30, 20:30] = 255
    assert list(parts(plane).islands.areas) == [16, 100]
    assert not cleaned(plane, 17, 0)[:15, :15].any()


def test_pieces_above_the_largest_are_counted_but_stay(monkeypatch):
    monkeypatch.setattr(cleanup, "LARGEST", 50)
    plane = np.zeros((40, 40), np.uint8)
    plane[5:9, 5:9] = plane[20:30, 20:30] = 255
    found = parts(plane)
    assert list(found.islands.areas) == [16, 100]
    assert np.count_nonzero(found.cleaned(1000, 0)) == 100


def test_flat_empty_and_wrong_planes():
    for plane in (np.zeros((5, 7), np.uint8), np.full((5, 7), 255, np.uint8), np.zeros((0, 4), np.uint8)):
        assert np.array_equal(cleaned(plane, 10, 10), plane)
    with pytest.raises(BadMask):
        parts(np.zeros((3, 3, 3), np.uint8))


def test_it_can_be_stopped():
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        parts(scene(), check=stop)
