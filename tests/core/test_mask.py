"""Mask against a plain array: whatever is put, the two agree, and nothing is shared that should not be."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE, Mask, flat
from maskstudio.core.tile import Tile, _flats, frozen
from maskstudio.errors import BadMask
from tests.patience import PATIENCE

sizes = st.tuples(st.integers(1, 700), st.integers(1, 700))


@st.composite
def patches(draw):
    """A few writes: position (also outside), size, and either one value or noise."""
    return draw(
        st.lists(
            st.tuples(
                st.integers(-300, 800),
                st.integers(-300, 800),
                st.integers(1, 600),
                st.integers(1, 600),
                st.one_of(st.sampled_from([0, 255]), st.integers(0, 255)),
                st.booleans(),
            ),
            max_size=5,
        )
    )


def pixels(width, height, value, noisy):
    if noisy:
        return np.random.default_rng(value).integers(0, 256, (height, width), np.uint8)
    return np.full((height, width), value, np.uint8)


@settings(max_examples=60)
@given(sizes, patches())
def test_put_and_array_agree_with_a_plain_array(size, writes):
    width, height = size
    mask, plain = Mask(width, height), np.zeros((height, width), np.uint8)
    for x, y, w, h, value, noisy in writes:
        patch = pixels(w, h, value, noisy)
        before, kept = mask, mask.array()
        mask = mask.put(patch, x, y)
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        if left < right and top < bottom:
            plain[top:bottom, left:right] = patch[top - y : bottom - y, left - x : right - x]
        np.testing.assert_array_equal(before.array(), kept)
    np.testing.assert_array_equal(mask.array(), plain)
    assert mask == Mask.from_array(plain)
    ys, xs = np.nonzero(plain)
    expected = Rect(xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1) if len(xs) else Rect(0, 0, 0, 0)
    if all(tile.value is None for tile in mask.tiles.values()):
        assert mask.bounds == expected
    elif len(xs):
        assert mask.bounds.intersect(expected) == expected
    probe = (width // 2, height // 3)
    assert mask[probe] == plain[probe[1], probe[0]]


@settings(max_examples=40)
@given(sizes, patches(), st.tuples(*[st.integers(-200, 800)] * 2, *[st.integers(1, 500)] * 2))
def test_any_rectangle_reads_like_a_padded_array(size, writes, window):
    width, height = size
    mask = Mask(width, height)
    for x, y, w, h, value, noisy in writes:
        mask = mask.put(pixels(w, h, value, noisy), x, y)
    x, y, w, h = window
    padded = np.pad(mask.array(), 1500)[1500 + y : 1500 + y + h, 1500 + x : 1500 + x + w]
    np.testing.assert_array_equal(mask.array(Rect(x, y, w, h)), padded)


def test_equal_pixels_keep_their_tiles():
    plane = np.random.default_rng(0).integers(0, 256, (600, 600), np.uint8)
    mask = Mask.from_array(plane)
    assert mask.changed(mask.put(plane, 0, 0)) == []
    touched = mask.put(np.array([[plane[300, 300] ^ 1]], np.uint8), 300, 300)
    assert mask.changed(touched) == [(1, 1)]


def test_flat_tiles_are_one_object_and_cost_nothing():
    mask = Mask.from_array(np.full((4 * TILE, 4 * TILE), 255, np.uint8))
    assert len({id(tile) for tile in mask.tiles.values()}) == 1
    assert mask.nbytes == 0
    assert mask.held((0, 0)) is flat(255, TILE, TILE)


def test_flat_tiles_stay_one_object_however_many_others_there_have_been():
    first = Mask.from_array(np.full((TILE, TILE), 7, np.uint8))
    for size in range(1, 5000):
        flat(size % 256, 1, size)
    again = Mask.from_array(np.full((TILE, TILE), 7, np.uint8))
    assert first.changed(again) == []
    assert first.nbytes == 0


def test_asking_whether_a_tile_is_flat_keeps_nothing():
    mask = Mask.from_array(np.arange(100, dtype=np.uint8).reshape(10, 10) + 33)
    before = len(_flats)
    assert mask.nbytes == 100
    assert len(_flats) == before


def test_tiles_refuse_to_be_written():
    mask = Mask.from_array(np.random.default_rng(0).integers(0, 256, (10, 10), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        mask.tile((0, 0))[0, 0] = 1


@pytest.mark.parametrize("bad", [np.zeros((3, 3, 3), np.uint8), np.zeros((3, 3), np.float32)])
def test_anything_but_one_8_bit_plane_is_refused(bad):
    with pytest.raises(BadMask):
        Mask.from_array(bad)


@settings(max_examples=40)
@given(sizes, patches())
def test_the_inverse_is_255_less_every_value_and_stays_one_object(size, writes):
    mask = Mask(*size)
    for x, y, w, h, value, noisy in writes:
        mask = mask.put(pixels(w, h, value, noisy), x, y)
    np.testing.assert_array_equal(mask.inverse.array(), 255 - mask.array())
    assert mask.inverse is mask.inverse
    assert mask.inverse.inverse == mask


def test_a_packed_tile_gives_the_same_pixels_and_takes_less():
    plane = np.repeat(np.random.default_rng(1).integers(0, 2, (256, 4), np.uint8) * 255, 64, axis=1)
    tile = frozen(plane)
    tile.pack()
    assert tile.nbytes < plane.nbytes / 4
    np.testing.assert_array_equal(tile.pixels, plane)
    np.testing.assert_array_equal(Tile.unpacked(tile.packed(), (256, 256)).pixels, plane)
    assert Tile.unpacked(flat(9, 5, 5).packed(), (5, 5)) is flat(9, 5, 5)


def test_a_tile_that_does_not_shrink_is_tried_once_and_counts_once():
    tile = frozen(np.random.default_rng(1).integers(0, 256, (256, 256), np.uint8))
    assert not tile.is_small
    tile.pack()
    assert (tile.is_small, tile.is_packed, tile.nbytes) == (True, False, 65536)


def test_a_tile_survives_being_packed_and_unpacked_at_the_same_time():
    plane = np.repeat(np.random.default_rng(1).integers(0, 2, (64, 4), np.uint8) * 255, 16, axis=1)
    tile = frozen(plane)
    with ThreadPoolExecutor(3) as pool:
        changes = (tile.pack, tile.unpack, lambda: np.testing.assert_array_equal(tile.pixels, plane))
        for done in [pool.submit(change) for _ in range(500) for change in changes]:
            done.result(timeout=PATIENCE)
    np.testing.assert_array_equal(tile.pixels, plane)


@given(st.integers(1, 700), st.integers(1, 600), st.integers(0, 255))
def test_a_filled_mask_is_made_of_shared_tiles(width, height, value):
    mask = Mask.filled(width, height, value)
    assert mask.nbytes == 0
    assert mask.changed(Mask.from_array(np.full((height, width), value, np.uint8))) == []


def test_two_threads_get_the_same_inverse():
    mask = Mask.from_array(np.random.default_rng(1).integers(0, 256, (600, 600), np.uint8))
    with ThreadPoolExecutor(4) as pool:
        made = [each.result(timeout=PATIENCE) for each in [pool.submit(lambda: mask.inverse) for _ in range(8)]]
    assert all(each is made[0] for each in made)


@pytest.mark.parametrize("bad", [b"", b"no zlib", zlib.compress(bytes(10)), zlib.compress(bytes(10**7))])
def test_bytes_that_are_no_tile_are_refused(bad):
    with pytest.raises(ValueError, match="tile"):
        Tile.unpacked(bad, (16, 16))
