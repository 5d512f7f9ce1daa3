"""Paint against plain float arithmetic on whole planes, and what it must never do to the tiles it leaves alone."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint

SIZE = (300, 270)
seeds = st.integers(0, 10_000)


def plane(seed, width=SIZE[0], height=SIZE[1]):
    """Blocks of flat 0, flat 255 and noise, as masks are."""
    rng = np.random.default_rng(seed)
    out = np.repeat(np.repeat(rng.choice([0, 255], (height // 30 + 1, width // 30 + 1)), 30, 0), 30, 1)
    out = out[:height, :width].astype(np.uint8)
    noisy = rng.random(out.shape) < 0.2
    return np.where(noisy, rng.integers(0, 256, out.shape), out).astype(np.uint8)


def strokes(seed, count=3):
    rng = np.random.default_rng(seed)
    for number in range(count):
        width, height = rng.integers(1, 260, 2)
        x, y = rng.integers(-100, 280, 2)
        yield plane(seed + number, width, height), int(x), int(y), int(rng.choice([0, 255, 128]))


def laid_by_hand(shape, seed):
    """Value and cover as floats, never rounded."""
    value, cover = np.zeros(shape), np.zeros(shape)
    for amount, x, y, what in strokes(seed):
        whole = np.zeros((shape[0] + 1000, shape[1] + 1000))
        whole[500 + y : 500 + y + amount.shape[0], 500 + x : 500 + x + amount.shape[1]] = amount
        a = whole[500 : 500 + shape[0], 500 : 500 + shape[1]] / 255
        cover = cover + a * (1 - cover)
        value = value * (1 - a) + what / 255 * a
    return value * 255, cover * 255


def painted(seed):
    paint = Paint.none(*SIZE)
    for amount, x, y, what in strokes(seed):
        paint = paint.laid(amount, x, y, what)
    return paint


@settings(max_examples=40)
@given(seeds)
def test_laying_and_covering_follow_the_formulas(seed):
    paint = painted(seed)
    value, cover = laid_by_hand((SIZE[1], SIZE[0]), seed)
    assert np.abs(paint.value.array() - value).max() <= 2  # three roundings
    assert np.abs(paint.cover.array() - cover).max() <= 2
    assert (paint.value.array() <= paint.cover.array()).all()
    base = plane(seed + 77)
    expected = paint.value.array() + np.rint(base * (255.0 - paint.cover.array()) / 255)
    np.testing.assert_array_equal(paint.over(Mask.from_array(base)).array(), expected)


@settings(max_examples=40)
@given(seeds)
def test_the_inverse_paint_gives_the_inverse_picture(seed):
    paint, base = painted(seed), Mask.from_array(plane(seed + 5))
    seen, turned = paint.over(base).array().astype(int), paint.inverted().over(base.inverse).array().astype(int)
    assert np.abs(seen + turned - 255).max() <= 1  # each is rounded once
    again = paint.inverted().inverted()
    assert again.value == paint.value
    assert again.cover is paint.cover


def test_full_paint_gives_its_value_and_no_paint_the_base():
    base = Mask.from_array(plane(1))
    full = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
    assert Paint.none(*SIZE).laid(full, 0, 0, 255).over(base).array().min() == 255
    assert not Paint.none(*SIZE).laid(full, 0, 0, 0).over(base).tiles
    assert Paint.none(*SIZE).over(base).changed(base) == []


def test_tiles_without_paint_stay_the_same_objects_and_results_are_kept():
    base = Mask.from_array(plane(2))
    dab = np.full((10, 10), 130, np.uint8)
    paint = Paint.none(*SIZE).laid(dab, 5, 5, 255)
    seen = paint.over(base)
    assert seen.changed(base) == [(0, 0)]
    assert paint.over(base).changed(seen) == []
    more = paint.laid(dab, 290, 5, 255)
    assert more.over(base).changed(seen) == [(1, 0)]
    other = base.put(np.zeros((9, 9), np.uint8), 0, 260)
    assert more.over(other).changed(more.over(base)) == [(0, 1)]


@settings(max_examples=30)
@given(seeds)
def test_erasing_an_area_is_laying_nothing_there(seed):
    paint, area = painted(seed), plane(seed + 9)
    one, other = paint.erased(Mask.from_array(area)), paint.laid(area, 0, 0, 0)
    assert one.value == other.value
    assert one.cover == other.cover


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from([0, 128, 255]))
def test_a_mask_is_laid_as_its_pixels_are(seed, value):
    paint = Paint.none(*SIZE)
    for amount, x, y, what in strokes(seed):
        paint = paint.laid(amount, x, y, what)
    area = plane(seed + 1)
    by_tiles, by_pixels = paint.laid_mask(Mask.from_array(area), value), paint.laid(area, 0, 0, value)
    assert by_tiles.value == by_pixels.value
    assert by_tiles.cover == by_pixels.cover
