"""Repair by clicks: what is wrong is put right, and nothing else changes."""

import cv2
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis.extra.numpy import arrays

from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Prompt, Scribble

SIDE = 160
RED, GREEN = (200, 60, 50), (60, 140, 70)


def disc(x, y, radius, side=SIDE):
    rows, columns = np.mgrid[:side, :side]
    return np.hypot(columns - x, rows - y) <= radius


def photo(inside, seed=0, colours=(RED, GREEN), noise=6.0):
    """A subject of one colour before another, with noise."""
    plain = np.where(inside[..., None], *(np.array(colour, float) for colour in colours))
    return np.clip(plain + np.random.default_rng(seed).normal(0, noise, plain.shape), 0, 255).astype(np.uint8)


def iou(one, other):
    return (one & other).sum() / max((one | other).sum(), 1)


def clicked(image, earlier, *, include=(), exclude=(), **more):
    return mend(image, earlier, Prompt(tuple(include), tuple(exclude), **more), Token())


def astray(before, after, points):
    """Changed pixels that no chain of changed pixels joins to a click."""
    _, labels = cv2.connectedComponents((before != after).astype(np.uint8), connectivity=8)
    near = {labels[int(y), int(x)] for x, y in points}
    return int(((labels > 0) & ~np.isin(labels, list(near))).sum())


BODY = disc(70, 80, 45)
ARM = np.zeros((SIDE, SIDE), bool)
ARM[74:88, 100:145] = True
WHOLE = BODY | ARM

# What is wrong, where it is clicked, and whether that is in.
WRONG = {
    "hole": (WHOLE & ~disc(65, 80, 14), (65, 80), True),
    "bite": (WHOLE & ~disc(35, 55, 22), (44, 60), True),
    "limb": (BODY, (128, 80), True),
    "half": (WHOLE & (np.arange(SIDE) < 80), (100, 80), True),
    "blob": (WHOLE | disc(60, 128, 18), (60, 134), False),
    "island": (WHOLE | disc(130, 30, 14), (130, 30), False),
    "bridge": (WHOLE | (np.abs(np.arange(SIDE)[:, None] - 118) < 6) & (np.arange(SIDE) < 70), (20, 118), False),
    "tight": (cv2.erode(WHOLE.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0, (27, 80), True),
    "wide": (cv2.dilate(WHOLE.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0, (21, 80), False),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_click_puts_right_what_is_wrong(name):
    wrong, (x, y), positive = WRONG[name]
    earlier = np.where(wrong, 255, 0).astype(np.uint8)
    point = (x + 0.5, y + 0.5)
    after = clicked(photo(WHOLE), earlier, include=[point] * positive, exclude=[point] * (not positive))
    assert iou(wrong, WHOLE) < 0.97
    assert iou(after >= 128, WHOLE) > 0.985
    assert astray(earlier, after, [point]) == 0


@pytest.mark.parametrize("name", ["hole", "island"])
def test_shape_alone_is_enough_where_colours_do_not_differ(name):
    wrong, (x, y), positive = WRONG[name]
    earlier = np.where(wrong, 255, 0).astype(np.uint8)
    point = (x + 0.5, y + 0.5)
    image = photo(WHOLE, colours=(GREEN, GREEN))
    after = clicked(image, earlier, include=[point] * positive, exclude=[point] * (not positive))
    assert iou(after >= 128, WHOLE) > 0.99


def test_a_limb_that_is_not_wanted_is_cut_at_its_neck_whatever_the_photo_says():
    earlier = np.where(WHOLE, 255, 0).astype(np.uint8)
    after = clicked(photo(WHOLE), earlier, exclude=[(128.5, 80.5)])
    assert iou(after >= 128, BODY) > 0.98


def test_a_large_photo_is_mended_to_the_pixel_at_the_edge():
    large = cv2.resize(WHOLE.astype(np.uint8), (1600, 1600), interpolation=cv2.INTER_CUBIC) > 0
    wrong = large & ~(cv2.resize(disc(35, 55, 22).astype(np.uint8), (1600, 1600)) > 0)
    earlier = np.where(wrong, 255, 0).astype(np.uint8)
    after = clicked(photo(large), earlier, include=[(440, 600)])
    rim = cv2.morphologyEx(large.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((9, 9), np.uint8)) > 0
    assert ((after >= 128) != large)[~rim].sum() < 40
    assert iou(after >= 128, large) > 0.997


def test_soft_edges_elsewhere_stay_and_the_one_inside_goes():
    hole = WHOLE & ~disc(65, 80, 14)
    earlier = cv2.GaussianBlur(np.where(hole, 255, 0).astype(np.uint8), (0, 0), 2.0)
    after = clicked(photo(WHOLE), earlier, include=[(65.5, 80.5)])
    changed = after != earlier
    assert changed.any()
    assert not changed[~disc(65, 80, 25)].any()
    assert (after[disc(65, 80, 20)] == 255).all()


def test_a_click_that_is_right_already_changes_nothing():
    earlier = np.where(WHOLE, 255, 0).astype(np.uint8)
    after = clicked(photo(WHOLE), earlier, include=[(70.5, 80.5)], exclude=[(5.5, 5.5), (150, 150)])
    assert np.array_equal(after, earlier)
    assert after is not earlier


def test_including_and_then_excluding_the_same_part_comes_back():
    image, earlier = photo(WHOLE), np.where(BODY, 255, 0).astype(np.uint8)
    with_arm = clicked(image, earlier, include=[(128.5, 80.5)])
    assert iou(with_arm >= 128, WHOLE) > 0.98
    back = clicked(image, with_arm, exclude=[(128.5, 80.5)])
    assert iou(back >= 128, BODY) > 0.97


def test_what_an_include_click_took_too_much_an_exclude_click_takes_away_again():
    """Both are asked for together, as live clicks are: the later one takes a part, not its pixel alone."""
    other = np.zeros_like(WHOLE)
    other[122:138, 45:95] = True  # a thing of the subject's colour that touches it
    image, earlier = photo(WHOLE | other), np.where(WHOLE & (np.arange(SIDE)[:, None] < 95), 255, 0).astype(np.uint8)
    leaked = clicked(image, earlier, include=[(70.5, 108.5)])
    assert (leaked[other & ~WHOLE] >= 128).mean() > 0.9
    after = clicked(image, earlier, include=[(70.5, 108.5)], exclude=[(70.5, 131.5)])
    assert ((leaked >= 128) & (after < 128) & other).sum() > 50
    assert iou(after >= 128, WHOLE) > iou(leaked >= 128, WHOLE)
    assert astray(earlier, after, [(70, 108), (70, 131)]) == 0


def test_an_exclude_click_at_the_thickest_place_leaves_what_an_include_click_names():
    """Nothing tells the two apart but the clicks; neither loses what lies nearer to it."""
    other = disc(70, 110, 48)
    subject = disc(70, 25, 22) | (np.abs(np.arange(SIDE) - 70) < 6) & (np.abs(np.arange(SIDE)[:, None] - 55) < 15)
    earlier = np.where(subject | other, 255, 0).astype(np.uint8)
    image = photo(subject | other)
    alone = clicked(image, earlier, exclude=[(70.5, 110.5)])
    assert (alone >= 128).any()  # a click takes a part of it, never all
    both = clicked(image, earlier, include=[(70.5, 25.5)], exclude=[(70.5, 110.5)])
    assert (both[disc(70, 25, 22)] >= 128).mean() > 0.95
    assert both[110, 70] < 128
    assert astray(earlier, both, [(70, 110)]) == 0


def test_what_an_include_click_took_comes_back_as_far_as_an_exclude_click_is_nearer():
    """A strip of one colour runs from the missing part along the subject; the second click says that it is not in."""
    strip = np.zeros_like(WHOLE)
    strip[126:134, 20:150] = True
    image = photo(WHOLE | strip)
    earlier = np.where(WHOLE & (np.arange(SIDE)[:, None] < 100), 255, 0).astype(np.uint8)
    leaked = clicked(image, earlier, include=[(70.5, 112.5)])
    after = clicked(image, earlier, include=[(70.5, 112.5)], exclude=[(112.5, 130.5)])
    spare = (leaked >= 128) & ~WHOLE & (np.arange(SIDE) > 95)
    assert spare.sum() > 150
    assert (after[spare] >= 128).mean() < 0.25
    assert (after[WHOLE] >= 128).mean() > 0.97


def test_strokes_mend_every_part_they_cross():
    wrong = WHOLE & ~disc(55, 60, 8) & ~disc(80, 95, 8)
    earlier = np.where(wrong, 255, 0).astype(np.uint8)
    after = clicked(photo(WHOLE), earlier, scribbles=(Scribble(((52, 57), (82, 98)), 2.0),))
    assert iou(after >= 128, WHOLE) > 0.99
    wrong = WHOLE | disc(130, 30, 14)
    earlier = np.where(wrong, 255, 0).astype(np.uint8)
    after = clicked(photo(WHOLE), earlier, erasures=(Scribble(((125, 30), (135, 30)), 3.0),))
    assert np.array_equal(after >= 128, WHOLE)


def test_nothing_changes_outside_of_a_box():
    earlier = np.where(BODY, 255, 0).astype(np.uint8)
    after = clicked(photo(WHOLE), earlier, include=[(124.5, 80.5)], box=(90, 60, 130, 100))
    changed = np.argwhere(after != earlier)
    assert len(changed) > 50
    assert changed.min(axis=0)[1] >= 90
    assert changed.max(axis=0)[1] < 130


def test_a_cancelled_repair_stops():
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        mend(photo(WHOLE), np.zeros((SIDE, SIDE), np.uint8), Prompt(((70, 80),)), token)


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))


@st.composite
def cases(draw):
    """Any mask on any photo, with up to three clicks of either kind, no two on one pixel."""
    height, width = draw(SHAPES)
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), draw(st.sampled_from([0.3, 2.0, 5.0])))
    kind = draw(st.sampled_from(["noise", "smooth", "flat"]))
    if kind == "flat":
        earlier = np.full((height, width), draw(st.integers(0, 255)), np.uint8)
    else:
        earlier = rng.integers(0, 256, (height, width)).astype(np.uint8)
        if kind == "smooth":
            earlier = np.clip((cv2.GaussianBlur(earlier, (0, 0), 3.0).astype(float) - 127) * 8 + 127, 0, 255)
    place = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    places = draw(st.lists(place, min_size=1, max_size=5, unique=True))
    cut = draw(st.integers(0, len(places)))
    return image, earlier.astype(np.uint8), places[:cut], places[cut:]


@settings(max_examples=120)
@given(cases())
def test_clicks_are_honoured_and_nothing_changes_beside_them(case):
    image, earlier, include, exclude = case
    kept = image.copy(), earlier.copy()
    after = clicked(
        image,
        earlier,
        include=[(x + 0.5, y + 0.5) for x, y in include],
        exclude=[(x + 0.5, y + 0.5) for x, y in exclude],
    )
    assert (after.dtype, after.shape) == (np.uint8, earlier.shape)
    assert all(after[y, x] >= 128 for x, y in include)
    assert all(after[y, x] < 128 for x, y in exclude)
    assert astray(earlier, after, [*include, *exclude]) == 0
    assert np.array_equal(image, kept[0])
    assert np.array_equal(earlier, kept[1])


@settings(max_examples=40)
@given(arrays(np.uint8, SHAPES), st.data())
def test_clicks_that_are_right_change_no_soft_value(earlier, data):
    height, width = earlier.shape
    places = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    clicks = data.draw(st.lists(places, min_size=1, max_size=4))
    assume(clicks)
    image = np.zeros((height, width, 3), np.uint8)
    include = [(x, y) for x, y in clicks if earlier[y, x] >= 128]
    exclude = [(x, y) for x, y in clicks if earlier[y, x] < 128]
    assert np.array_equal(clicked(image, earlier, include=include, exclude=exclude), earlier)


@pytest.mark.parametrize("value", [0, 255])
def test_one_pixel_can_be_clicked(value):
    image, earlier = np.full((1, 1, 3), 90, np.uint8), np.full((1, 1), value, np.uint8)
    assert clicked(image, earlier, include=[(1, 1)])[0, 0] == 255
    assert clicked(image, earlier, exclude=[(0, 0)])[0, 0] == 0
