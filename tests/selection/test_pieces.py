"""The parts of the selector, each against a computation of its own on small pictures."""

import itertools

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.selection.closer import around, view
from maskstudio.selection.distances import FAR, Ways
from maskstudio.selection.edgewise import full_size
from maskstudio.selection.mincut import cut
from maskstudio.selection.pieces import regions_of
from maskstudio.selection.superpixels import superpixels


def picture(width=24, height=18, seed=0):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (3, 4, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


@pytest.fixture(scope="module")
def regions():
    found = regions_of(picture())
    assert 8 <= found.count <= 14
    return found


def test_superpixels_are_connected_cover_all_and_follow_edges():
    photo = picture(240, 180, 3)
    labels = superpixels(cv2.cvtColor(photo, cv2.COLOR_RGB2LAB), 6)
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert 900 <= labels.max() + 1 <= 1200
    for each in range(0, labels.max() + 1, 50):
        assert cv2.connectedComponents((labels == each).astype(np.uint8), connectivity=8)[0] == 2
    mean = regions_of(photo).mean(photo[..., 0])[regions_of(photo).labels]
    assert np.abs(mean - photo[..., 0]).mean() < 5


def test_descriptors_are_read_where_the_superpixels_are():
    ramp = np.linspace(0, 1, 12, dtype=np.float32)[None, :, None] * np.ones((9, 1, 1), np.float32)
    found = regions_of(picture(240, 180), (ramp, 7 * ramp))
    unit = ramp / np.sqrt((ramp**2).mean())
    wanted = np.interp(found.place[:, 0], np.arange(12) * 20 + 9.5, unit[0, :, 0])
    np.testing.assert_allclose(found.deep[:, 0], wanted, atol=1e-4)
    np.testing.assert_allclose(found.deep[:, 1], found.deep[:, 0], atol=1e-4)


def steps(regions):
    """Contrast between every two superpixels, infinite where they do not touch."""
    table = np.full((regions.count, regions.count), np.inf)
    borders = regions.borders
    table[borders.first, borders.second] = table[borders.second, borders.first] = borders.contrast
    np.fill_diagonal(table, 0)
    return table


def test_ways_are_the_shortest_and_the_lowest(regions):
    low, short = steps(regions), steps(regions)
    apart = np.hypot(*(regions.place[:, None] - regions.place[None]).transpose(2, 0, 1)) / regions.diagonal
    short += 30 * apart
    for middle in range(regions.count):
        low = np.minimum(low, np.maximum(low[:, [middle]], low[[middle]]))
        short = np.minimum(short, short[:, [middle]] + short[[middle]])
    ways = Ways(regions)
    sources = np.array([1, regions.count - 2])
    np.testing.assert_allclose(ways.passed(sources), short[sources].min(axis=0), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(ways.climbed(sources[:1]), low[sources[0]], atol=0.02)
    assert np.all(ways.passed(np.array([], np.int64)) == FAR)


def test_the_cut_is_the_cheapest_of_all(regions):
    rng = np.random.default_rng(1)
    borders = regions.borders
    weight = borders.length / 6 * np.exp(-borders.contrast / 6)
    for _ in range(5):
        logit = rng.normal(0, 2, regions.count).astype(np.float32)
        sure = np.zeros(regions.count, np.float32)
        sure[0], sure[1] = 1, -1
        gain = logit * regions.size / 36

        def cost(inside, gain=gain):
            return weight[inside[borders.first] != inside[borders.second]].sum() - gain[inside].sum()

        ways = (np.array(each) for each in itertools.product((False, True), repeat=regions.count))
        best = min(cost(each) for each in ways if each[0] and not each[1])
        found = cut(regions, logit, sure)
        assert found[0]
        assert not found[1]
        assert cost(found) == pytest.approx(best, abs=0.02)


@pytest.mark.parametrize("rect", [Rect(0, 0, 900, 700), Rect(130, 70, 500, 550)])
def test_places_translate_and_what_is_inside_comes_back_at_full_size(rect):
    photo = picture(900, 700)
    where = view(photo, rect, closer=rect.x > 0)
    np.testing.assert_allclose(
        where.place(np.array([[rect.x + rect.width, rect.y]])), [[where.zoom[0] * rect.width, 0]]
    )
    plane = np.zeros((700, 900), np.uint8)
    cv2.circle(plane, (400, 340), 150, 1, -1)
    small = where.reduced(plane, Rect(0, 0, 900, 700)) > 0
    for follow in (True, False):
        back = full_size(
            np.full_like(photo, 99), view(np.full_like(photo, 99), rect, closer=rect.x > 0), small, follow=follow
        )
        inside = back.array() > 127
        assert (inside & (plane > 0)).sum() / (inside | (plane > 0)).sum() > 0.97
    box = around(small, np.zeros((0, 2)), rect, 0)
    assert abs(box.x - 250) < 12
    assert abs(box.bottom - 491) < 12
    assert where.reduced(plane[:10, :10], Rect(-50, -50, 10, 10)).sum() == 0
