"""Dabs against the closed form and against areas of discs; the way of a stroke against geometry."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.brush import Brush, Dab, Stamp, lay_on, rim
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE
from maskstudio.core.track import Sample, Track
from maskstudio.params.local import BrushParams

FRAME = Rect(0, 0, 1000, 800)


def footprint(x, y, diameter, hardness, frame=FRAME, flow=1.0):
    """The coverage of one dab as a plane, put together from its tiles."""
    plane = np.zeros((frame.height, frame.width))
    stamp = Stamp(Dab(x, y, diameter), hardness, flow)
    for (column, row), box in stamp.tiles(frame):
        left, top, right, bottom = box
        assert (left // TILE, top // TILE) == ((right - 1) // TILE, (bottom - 1) // TILE) == (column, row)
        plane[top:bottom, left:right] = 1 - stamp.keep(box)
    return plane


def closed_form(x, y, diameter, hardness, frame=FRAME):
    """Distance by distance, in double precision, the smooth fade written as it falls: 1 - 3t² + 2t³."""
    rows, columns = np.mgrid[: frame.height, : frame.width] + 0.5
    distance = np.sqrt((columns - x) ** 2 + (rows - y) ** 2)
    solid, radius = diameter / 2 * hardness, diameter / 2
    if radius - solid > 2:
        t = np.clip((distance - solid) / (radius - solid), 0, 1)
        return 1 - 3 * t**2 + 2 * t**3
    return np.clip(radius + 0.5 - distance, 0, 1)


@pytest.mark.parametrize("hardness", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("diameter", [24.0, 40.0, 61.5, 300.0, 700.0])
@pytest.mark.parametrize("place", [(500.5, 400.5), (3.5, 798.5), (256.5, 511.5), (-20.5, 300.5)])
def test_a_soft_dab_is_the_closed_form(diameter, hardness, place):
    np.testing.assert_allclose(
        footprint(*place, diameter, hardness), closed_form(*place, diameter, hardness), atol=2e-5
    )


@pytest.mark.parametrize("diameter", [1.0, 2.5, 17.0, 300.0, 600.0])
@pytest.mark.parametrize("place", [(500.25, 400.75), (255.75, 256.0), (999.5, 0.25)])
def test_a_hard_dab_has_a_rim_of_one_pixel_and_its_place_to_a_quarter(diameter, place):
    made = footprint(*place, diameter, 1.0)
    np.testing.assert_allclose(made, closed_form(*place, diameter, 1.0), atol=6e-5)


@pytest.mark.parametrize("diameter", [8.0, 31.0, 120.0])
def test_a_hard_dab_is_the_area_of_a_disc_in_each_pixel(diameter):
    frame, fine = Rect(0, 0, 140, 140), 16
    made = footprint(70.25, 69.5, diameter, 1.0, frame)
    rows, columns = (np.mgrid[: 140 * fine, : 140 * fine] + 0.5) / fine
    inside = (columns - 70.25) ** 2 + (rows - 69.5) ** 2 <= (diameter / 2) ** 2
    area = inside.reshape(140, fine, 140, fine).mean(axis=(1, 3))
    assert np.abs(made - area).max() < 0.11
    assert made.sum() == pytest.approx(math.pi * diameter**2 / 4, rel=0.01)


@pytest.mark.parametrize("hardness", [0.0, 0.5, 1.0])
def test_a_brush_of_one_pixel_fills_the_pixel_it_stands_on(hardness):
    made = footprint(10.5, 20.5, 1.0, hardness)
    assert made[20, 10] == 1
    assert made.sum() == 1
    between = footprint(11.0, 20.5, 1.0, hardness)
    assert (between[20, 10], between[20, 11], between.sum()) == (0.5, 0.5, 1.0)


@given(st.floats(1, 5000), st.floats(0, 1))
def test_the_fade_lies_within_the_brush_and_is_a_pixel_at_least(diameter, hardness):
    inner, outer = rim(diameter, hardness)
    assert inner >= 0
    assert outer - inner >= 1 - 1e-9
    assert outer <= diameter / 2 + 0.5 + 1e-9
    assert inner <= max(diameter / 2 * hardness, 0)


@settings(max_examples=60)
@given(st.floats(-700, 1600), st.floats(-700, 1600), st.floats(1, 900), st.floats(0, 1))
def test_tiles_are_those_the_circle_reaches(x, y, diameter, hardness):
    stamp = Stamp(Dab(x, y, diameter), hardness, 1.0)
    seen = dict(stamp.tiles(FRAME))
    for box in seen.values():
        assert 0 <= box[0] < box[2] <= FRAME.width
        assert 0 <= box[1] < box[3] <= FRAME.height
    plane = closed_form(x, y, diameter, hardness)
    for row in range(4):
        for column in range(4):
            part = plane[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            if part.size and part.max() > 0.3:  # the place may have moved by half a pixel at a soft rim
                assert (column, row) in seen


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1), st.floats(0, 1)), max_size=12))
def test_laying_on_builds_up_to_the_ceiling_and_never_lowers(dabs):
    free = np.ones((1, 1), np.float32)
    put = 0.0
    for coverage, flow, ceiling in dabs:
        before = free.copy()
        lay_on(free, np.full((1, 1), 1 - flow * coverage, np.float32), ceiling)
        put = max(put, put + flow * coverage * (ceiling - put))
        assert free[0, 0] <= before[0, 0]
        assert 1 - free[0, 0] == pytest.approx(put, abs=1e-5)
    assert 1 - free[0, 0] <= max((ceiling for _, _, ceiling in dabs), default=0) + 1e-5


# The way


def way(samples, frame=FRAME, **params):
    track = Track(Brush(BrushParams(**{"smoothing": 0.0, **params})), frame)
    dabs = [dab for sample in samples for dab in track.to(Sample(*sample))]
    return dabs + track.end()


def points(dabs):
    return np.array([(dab.x, dab.y) for dab in dabs])


def test_a_click_is_one_dab():
    assert way([(10.2, 20.7)]) == [Dab(10.2, 20.7, 60.0, 1.0)]
    assert way([(10.2, 20.7), (10.2, 20.7)], smoothing=0.5) == [Dab(10.2, 20.7, 60.0, 1.0)]
    assert way([]) == []


@given(st.lists(st.floats(100, 900), min_size=1, max_size=20), st.floats(0.05, 2), st.floats(0, 1))
def test_on_a_straight_line_dabs_are_even_however_it_is_sampled(stops, spacing, smoothing):
    stops = sorted(stops)
    dabs = way([(100, 50), *((stop, 50) for stop in stops)], size=20.0, spacing=spacing, smoothing=smoothing)
    step = max(20 * spacing, 0.5)
    wanted = 100 + step * np.arange(int((stops[-1] - 100) / step + 1e-6) + 1)
    made = points(dabs)
    assert abs(len(made) - len(wanted)) <= 1
    count = min(len(made), len(wanted))
    np.testing.assert_allclose(made[:count, 0], wanted[:count], atol=1e-6)
    np.testing.assert_allclose(made[:, 1], 50)


def test_on_a_curve_dabs_are_even_and_lie_on_it():
    angles = np.linspace(0, 2 * np.pi, 25)
    samples = [(500 + 300 * np.cos(angle), 400 + 300 * np.sin(angle)) for angle in angles]
    made = points(way(samples, size=40.0))
    np.testing.assert_allclose(np.hypot(*np.diff(made, axis=0).T), 4, atol=0.02)
    radii = np.hypot(*(made - (500, 400)).T)
    assert np.abs(radii - 300).max() < 300 * (1 - np.cos(np.pi / 24)) + 0.1  # no farther than the polygon
    turns = np.unwrap(np.arctan2(*np.diff(made, axis=0).T[::-1]))
    assert np.abs(np.diff(turns)).max() < 0.05  # a polygon would turn by 0.26 at its corners


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(100, 900), st.floats(100, 700)), min_size=2, max_size=12))
def test_the_curve_passes_by_every_sample_and_ends_at_the_last(samples):
    made = points(way(samples, size=2.0))
    corners = np.array(samples)
    for before, here, after in zip(corners[:-2], corners[1:-1], corners[2:], strict=True):
        allowed = np.hypot(*(before - 2 * here + after)) / 8 + 0.7
        assert np.hypot(*(made - here).T).min() <= allowed
    assert np.hypot(*(made[0] - corners[0])) < 1e-9
    assert np.hypot(*(made - corners[-1]).T).min() <= 0.7


def test_smoothing_trails_behind_steadies_and_catches_up():
    rng = np.random.default_rng(3)
    samples = [(100 + 5 * step, 400 + rng.normal(0, 6)) for step in range(120)]
    raw, steady = (points(way(samples, size=10.0, smoothing=share)) for share in (0.0, 0.8))
    assert np.abs(steady[20:-40, 1] - 400).max() < 0.6 * np.abs(raw[20:-40, 1] - 400).max()
    assert np.hypot(*(steady[-1] - samples[-1])) <= 1
    track = Track(Brush(BrushParams(size=10.0, smoothing=0.8)), FRAME)
    live = [dab for sample in samples for dab in track.to(Sample(*sample))]
    assert live[-1].x < samples[-1][0] - 10


def test_pressure_goes_through_the_curve_to_size_and_opacity():
    soft = {"size": 100.0, "pressure_curve": 2.0}
    assert way([(50, 50, 0.5)], **soft) == [Dab(50, 50, 100.0, 0.25)]
    [dab] = way([(50, 50, 0.5)], **soft, pressure_size=True, pressure_opacity=False)
    assert dab.diameter == pytest.approx(25, rel=0.01)
    assert dab.ceiling == 1
    assert way([(50, 50, 0.0)], pressure_opacity=False) == []
    assert way([(50, 50, 7.0)], **soft) != []


def test_spacing_follows_a_size_set_by_pressure():
    samples = [(100 + 10 * step, 400, 1 - step / 80) for step in range(76)]
    dabs = way(samples, size=100.0, spacing=0.2, pressure_size=True)
    gaps = np.diff(points(dabs)[:, 0])
    wanted = [0.2 * dab.diameter for dab in dabs[:-1]]
    np.testing.assert_allclose(gaps, wanted, atol=1e-6)


@pytest.mark.parametrize("size", [1.0, 100.0, 5000.0])
def test_far_away_costs_nothing_and_coming_back_is_in_step(size):
    step = max(size * 0.1, 0.5)
    dabs = way([(-1e6, 400.5), (1e6, 400.5)], size=size)
    assert len(dabs) <= (FRAME.width + 2 * (size + 3)) / step + 2
    made = points(dabs[1:])  # the first is where the stroke began
    np.testing.assert_allclose(np.diff(made[:, 0]), step, atol=1e-6)
    assert made[:, 0].min() <= 0
    assert made[:, 0].max() >= FRAME.width
    phase = ((made[:, 0] + 1e6) / step) % 1
    assert np.minimum(phase, 1 - phase).max() < 1e-3
    assert way([(-1e6, -1e6), (1e6, -1e6), (5e5, 1e6), (-3e6, 5e5)], size=1.0) is not None


def test_what_passes_the_frame_by_makes_no_dabs():
    assert way([(-200, -200), (1200, -200), (1200, 1000), (-200, 1000), (-200, -200)], smoothing=0.0)[1:] == []
