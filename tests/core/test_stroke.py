"""Strokes against the same sums in double precision on whole planes; nothing is left behind or touched besides."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core import stroke as stroke_module
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import TILE, Mask
from maskstudio.core.paint import Paint
from maskstudio.core.stroke import Stroke
from maskstudio.params.local import BrushParams

WIDTH, HEIGHT = 600, 530


def params(**given):
    return BrushParams(**{"size": 40.0, "hardness": 0.5, "smoothing": 0.0, **given})


def noise(seed=0, width=WIDTH, height=HEIGHT):
    return Mask.from_array(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8))


def painted(seed=5):
    """Some paint there was before: noise with holes, value no more than cover."""
    rng = np.random.default_rng(seed)
    cover = rng.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    cover[:300, :280] = 0
    cover[300:, 300:] = 255
    value = (cover * rng.random(cover.shape)).astype(np.uint8)
    return Paint(Mask.from_array(value), Mask.from_array(cover))


BASES = {"empty": Mask(WIDTH, HEIGHT), "full": Mask(WIDTH, HEIGHT).inverse, "noise": noise()}
PAINTS = {"none": None, "painted": painted()}


def planes(paint):
    return paint.value.array(), paint.cover.array()


def coverage(x, y, size, hardness):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    distance = np.hypot(columns - x, rows - y)
    t = np.clip((distance - size / 2 * hardness) / (size / 2 * (1 - hardness)), 0, 1)
    return 1 - 3 * t**2 + 2 * t**3


def expected(base, paint, amount, value):
    """The three planes in double precision, from the amount that a stroke lays down."""
    old_value, old_cover = planes(paint or Paint.none(WIDTH, HEIGHT))
    new_cover = old_cover + amount * (255.0 - old_cover) / 255
    new_value = old_value * (255.0 - amount) / 255 + value * amount / 255
    return new_value, new_cover, new_value + base.array() * (255 - new_cover) / 255


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("paint", PAINTS)
@pytest.mark.parametrize("value", [255, 0, 90])
@pytest.mark.parametrize(("flow", "opacity", "pressure"), [(1.0, 1.0, 1.0), (0.3, 0.6, 1.0), (0.5, 0.8, 0.4)])
def test_a_line_is_the_formula(base, paint, value, flow, opacity, pressure):
    base, paint = BASES[base], PAINTS[paint]
    stroke = Stroke(base, paint, params(flow=flow, opacity=opacity), value)
    for x in (180, 230, 330):
        stroke.to(x + 0.25, 256.5, pressure)
    done = stroke.finish()
    put = np.zeros((HEIGHT, WIDTH))
    for x in np.arange(180.25, 330.3, 4):
        put = np.maximum(put, put + flow * coverage(x, 256.5, 40, 0.5) * (pressure - put))
    wanted = expected(base, paint, 255 * opacity * put, value)
    for made, plane in zip((*planes(done), done.over(base).array()), wanted, strict=True):
        assert np.abs(made - plane).max() <= (
            1.6 if value in (0, 255) else 2.1
        )  # roundings: amount, what it does, alpha
        assert abs((made - plane).mean()) < 0.05


@pytest.mark.parametrize(("size", "spacing"), [(40.0, 0.1), (800.0, 0.01)])
def test_opacity_caps_a_stroke_and_the_next_one_builds_on_it(size, spacing):
    base = Mask(WIDTH, HEIGHT)
    half = params(size=size, spacing=spacing, hardness=1.0, opacity=0.5, flow=0.2)
    paint = None
    for wanted in (128, 192, 224):
        stroke = Stroke(base, paint, half, 255)
        for x in (200, 300, 200, 300, 200, 300, 200, 300, 200, 300):
            stroke.to(x, 250)
        paint = stroke.finish()
        assert paint.over(base)[250, 250] == pytest.approx(wanted, abs=1)
        assert paint.cover.array().max() == pytest.approx(wanted, abs=1)


def test_a_lighter_pass_takes_nothing_away_and_stays_light_where_it_is_alone():
    stroke = Stroke(Mask(WIDTH, HEIGHT), None, params(), 255)
    stroke.to(100, 200, 1.0)
    stroke.to(300, 200, 1.0)
    stroke.to(300, 200, 1.0)
    before = stroke.alpha(Rect(0, 0, WIDTH, HEIGHT))
    for x in (300, 100, 400, 100, 500):
        stroke.to(x, 200, 0.2)
    stroke.end()
    after = stroke.alpha(Rect(0, 0, WIDTH, HEIGHT))
    assert (after >= before).all()
    assert after[200, 450] == 51
    assert after[200, 200] == 255


positions = st.floats(-400, 1000) | st.sampled_from([0.0, 599.99, 600.0, 1e9, -1e300, float("nan"), float("inf")])
samples = st.lists(st.tuples(positions, positions, st.floats(0, 1)), max_size=10)
brushes = st.builds(
    params,
    size=st.floats(1, 90) | st.floats(500, 700),
    hardness=st.floats(0, 1),
    opacity=st.floats(0.01, 1),
    flow=st.floats(0.01, 1),
    spacing=st.floats(0.1, 2),
    smoothing=st.floats(0, 1),
    pressure_size=st.booleans(),
    pressure_opacity=st.booleans(),
)


@settings(max_examples=80)
@given(samples, brushes, st.sampled_from(sorted(BASES)), st.sampled_from(sorted(PAINTS)), st.sampled_from([0, 90, 255]))
def test_whatever_is_drawn(way, brush, base, paint, value):
    base, paint = BASES[base], PAINTS[paint]
    stroke = Stroke(base, paint, brush, value)
    shown = stroke.alpha(base.frame)
    np.testing.assert_array_equal(shown, (paint or Paint.none(*base.size)).over(base).array())
    for sample in way:
        dirty = stroke.to(*sample)
        follow(stroke, shown, dirty)
    follow(stroke, shown, stroke.end())
    live = stroke.alpha(Rect(-20, -30, WIDTH + 50, HEIGHT + 60))
    done = stroke.finish()
    result = done.over(base)
    np.testing.assert_array_equal(shown, result.array())  # the dirty rectangles held everything that changed
    np.testing.assert_array_equal(live, result.array(Rect(-20, -30, WIDTH + 50, HEIGHT + 60)))
    np.testing.assert_array_equal(result.array(), Paint(done.value, done.cover).over(base).array())
    assert (done.value.array() <= done.cover.array()).all()
    before = paint or Paint.none(*base.size)
    assert set(done.cover.changed(before.cover)) | set(done.value.changed(before.value)) <= set(stroke.dirty)
    again = Stroke(base, paint, brush, value).follow(stroke.samples).finish()
    assert (again.value, again.cover) == (done.value, done.cover)
    assert stroke.finish() is done
    assert stroke.to(50, 50) == stroke.end() == EMPTY


def follow(stroke, shown, dirty):
    """Copy a dirty rectangle, as a view would."""
    assert dirty == EMPTY or (dirty and dirty.intersect(Rect(0, 0, WIDTH, HEIGHT)) == dirty)
    shown[dirty.slices()] = stroke.alpha(dirty)


def test_dirty_is_tight():
    stroke = Stroke(Mask(WIDTH, HEIGHT), None, params(size=300.0, hardness=0.9), 255)
    assert stroke.to(270.5, 260.5) == Rect(121, 111, 299, 299)
    assert stroke.to(280.5, 260.5) == EMPTY
    assert stroke.dirty == [(0, 0), (0, 1), (1, 0), (1, 1)]
    corner = Stroke(Mask(WIDTH, HEIGHT), None, params(size=300.0), 255)
    corner.to(256 + 120, 256 + 120)
    assert (0, 0) not in corner.dirty  # the box reaches that tile, the circle does not


@pytest.mark.parametrize("brush", [params(hardness=0.0), params(hardness=1.0, size=7.0), params(size=600.0)])
def test_erasing_what_was_added_leaves_nothing(brush):
    base = Mask(WIDTH, HEIGHT)
    way = [(-50, 100, 1.0), (300, 250, 0.6), (590, 500, 1.0), (610, 540, 1.0)]
    paint = Stroke(base, None, brush, 255).follow(way).finish()
    assert paint.over(base).array().any()
    wide = params(size=1500.0, hardness=1.0)
    gone = Stroke(base, paint, wide, 0).follow([(300, 260, 1.0)]).finish()
    assert not gone.over(base).tiles
    assert not gone.value.tiles


def test_tiles_out_of_reach_and_tiles_that_come_out_the_same_stay_the_same_objects():
    base, paint = BASES["noise"], painted()
    before = paint.over(base)  # on screen, as a layer's alpha is before anybody paints on it
    done = Stroke(base, paint, params(), 255).follow([(60, 60, 1.0), (100, 100, 1.0)]).finish()
    assert done.cover.changed(paint.cover) == [(0, 0)]
    assert done.value.changed(paint.value) == [(0, 0)]
    assert done.over(base).changed(before) == [(0, 0)]
    hard = params(hardness=1.0)
    once = Stroke(base, None, hard, 255).follow([(256.5, 200.5, 1.0)]).finish()
    inside = Stroke(base, once, params(size=20.0), 255).follow([(256.5, 200.5, 1.0)])
    assert inside.dirty
    assert inside.finish() is once


@pytest.mark.parametrize("way", [[], [(-900, -900)], [(700, 100), (900, 400)], [(float("nan"), 3), (3, float("inf"))]])
def test_outside_nothing_is_left(way):
    stroke = Stroke(Mask(WIDTH, HEIGHT), None, params(), 255)
    assert [stroke.to(*place) for place in way] == [EMPTY] * len(way)
    assert stroke.end() == EMPTY
    done = stroke.finish()
    assert not stroke.dirty
    assert not done.cover.tiles
    assert not done.value.tiles


def test_seams_between_tiles_cannot_be_seen():
    def drawn(dx, dy):
        stroke = Stroke(Mask(900, 900), None, params(size=90.0, hardness=0.3, flow=0.4), 255)
        for x, y, pressure in ((100, 100, 0.3), (180, 120, 0.9), (250, 200, 1.0), (120, 260, 0.5)):
            stroke.to(x + dx, y + dy, pressure)
        return stroke.finish().over(Mask(900, 900)).array(Rect(dx, dy, 400, 400))

    plain = drawn(0, 0)
    for shift in ((13, 7), (100, 201), (256, 0), (77, 256)):
        assert np.abs(plain.astype(int) - drawn(*shift)).max() == 0


def test_a_line_is_two_samples_and_straight():
    stroke = Stroke(Mask(WIDTH, HEIGHT), None, params(size=1.0, smoothing=1.0), 255)
    assert stroke.line(10.5, 20.5, 400.5, 20.5) == Rect(10, 20, 391, 1)
    assert [tuple(sample) for sample in stroke.samples] == [(10.5, 20.5, 1.0), (400.5, 20.5, 1.0)]
    plane = stroke.finish().cover.array()
    assert (plane[20, 10:400] >= 190).all()
    plane[20] = 0
    assert not plane.any()


def test_adding_shares_what_is_the_same():
    """The usual stroke keeps one array a tile: amount, value and alpha are the same pixels."""
    base = Mask(WIDTH, HEIGHT)
    done = Stroke(base, None, params(), 255).follow([(100, 100, 1.0)]).finish()
    assert done.value.held((0, 0)) is done.cover.held((0, 0)) is done.over(base).held((0, 0))
    full = Stroke(base, None, params(size=1400.0, hardness=1.0), 255).follow([(300, 260, 1.0)]).finish()
    assert all(tile.value == 255 for tile in full.cover.tiles.values())
    assert len(full.cover.tiles) == -(-WIDTH // TILE) * -(-HEIGHT // TILE)


@pytest.mark.parametrize("value", [0, 140, 255])
@pytest.mark.parametrize("ground", ["empty", "full", "soft", "painted"])
@pytest.mark.parametrize("hardness", [0.0, 1.0])
def test_tiles_left_behind_rest_and_come_back_as_they_were(monkeypatch, value, ground, hardness):
    plane = np.tile(np.arange(1400) % 256, (600, 1)).astype(np.uint8)
    base = {"empty": Mask(1400, 600), "full": Mask.filled(1400, 600, 255)}.get(ground, Mask.from_array(plane))
    paint = Paint.none(1400, 600).laid(plane[:, :900], 100, 0, 200) if ground == "painted" else None
    params = BrushParams(size=140.0, hardness=hardness)
    way = [(x, 300 + 200 * np.sin(x / 90), 0.8) for x in [*range(0, 1400, 40), *range(1400, 0, -35)]]
    awake = Stroke(base, paint, params, value).follow(way)
    monkeypatch.setattr(stroke_module, "AWAKE", 1)
    resting = Stroke(base, paint, params, value).follow(way)
    assert len(resting._awake) < len(resting.dirty)
    one, other = awake.alpha(base.frame).astype(int), resting.alpha(base.frame).astype(int)
    assert np.abs(one - other).max() <= 2  # where 1/65535 tips a rounding, of value and of cover
    assert (one != other).mean() < 0.01
    finished = resting.finish()
    np.testing.assert_array_equal(finished.over(base).array(), other)
    assert (finished.value.array() <= finished.cover.array()).all()
