"""The Quick Selection brush on made photos whose edges are known to the pixel."""

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.selection.quickstroke import QuickStroke
from tests.selection.test_snapping import HEIGHT, WIDTH, disc, mask_of, overlap, photo

WAY = [(180, 180), (210, 180), (240, 185), (270, 182), (300, 180)]
NOTHING = Mask(WIDTH, HEIGHT)


def selected(image, way, radius, taken=NOTHING, *, enhance=True):
    """What a stroke takes, bool (H, W)."""
    stroke = QuickStroke(image, taken, radius)
    for at in way:
        stroke.to(*at, Token())
    stroke.end()
    rect, plane = stroke.area(Token(), enhance=enhance)
    return Mask(*image.size).put(plane, rect.x, rect.y).array() > 127 if rect else np.zeros((HEIGHT, WIDTH), bool)


def away(way):
    """How far each pixel is from a way, px."""
    line = np.full((HEIGHT, WIDTH), 255, np.uint8)
    cv2.polylines(line, [np.int32(way)], False, 0, 1)
    return cv2.distanceTransform(line, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


@pytest.mark.parametrize("enhance", [True, False])
@pytest.mark.parametrize("radius", [40, 60, 90])
def test_it_grows_out_to_the_edge_of_the_thing(radius, enhance):
    truth = disc(radius=75)
    assert overlap(selected(photo(truth), WAY[1:4], radius, enhance=enhance), truth) > 0.96


def test_it_grows_to_two_radii_beside_the_stroke_and_never_beyond():
    found = selected(photo(disc(radius=170)), WAY, 30)
    assert found[away(WAY) < 52].all()
    assert not found[away(WAY) > 60 + 2 * 2].any()  # it is looked at by squares of 2 px


def test_a_brush_that_hangs_over_the_edge_takes_nothing_outside():
    truth = disc()
    found = selected(photo(truth), [(320, 180), (318, 200), (312, 220)], 40)
    assert (found & ~truth).sum() < 0.02 * found.sum()
    assert found.sum() > 2000


def test_what_was_taken_before_is_not_taken_again_and_helps_to_tell():
    truth = disc(radius=75)
    half = truth.copy()
    half[:, :240] = False
    found = selected(photo(truth), [(200, 180), (225, 180)], 40, mask_of(half))
    assert overlap(found | half, truth) > 0.97
    assert (found & half).sum() < 0.1 * half.sum()


def test_the_same_stroke_gives_the_same_however_its_points_come_in():
    image, fine = photo(disc()), [(180 + step, 180.0) for step in range(100)]
    once = selected(image, fine, 40)
    stroke = QuickStroke(image, NOTHING, 40)
    for at in fine:
        stroke.to(*at, Token())
        stroke.shown()
    stroke.end()
    rect, plane = stroke.area(Token(), enhance=True)
    assert np.array_equal(NOTHING.put(plane, rect.x, rect.y).array() > 127, once)


def test_a_stroke_that_leaves_the_photo_stays_within_it():
    found = selected(photo(disc(x=0, y=0)), [(20, 20), (-500, -400), (30, 10)], 40)
    assert overlap(found, disc(x=0, y=0)) > 0.8


def test_deep_and_see_through_photos_are_looked_at_as_they_show():
    truth = disc(radius=75)
    pixels = np.random.default_rng(1).integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    pixels[truth] = (50000, 20000, 10000)
    image = Image(pixels, alpha=truth.astype(np.uint8) * 255)
    assert overlap(selected(image, WAY[1:4], 50), truth) > 0.98


def test_without_a_point_nothing_is_taken():
    stroke = QuickStroke(photo(disc()), NOTHING, 40)
    stroke.end()
    assert stroke.area(Token(), enhance=True)[1].size == 0


def test_it_stops_when_it_is_told_to():
    stroke, token = QuickStroke(photo(disc()), NOTHING, 20), Token()
    stroke.to(180, 180, token)
    token.cancel()
    with pytest.raises(Cancelled):
        stroke.to(300, 180, token)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (300, 400)])
@pytest.mark.parametrize("at", [(0, 0), (-900, 900)])
def test_a_brush_far_larger_than_the_photo_takes_all_of_it(shape, at):
    image = Image(np.full((*shape, 3), 90, np.uint8))
    stroke = QuickStroke(image, Mask(*image.size), 5000)
    stroke.to(*at, Token())
    stroke.end()
    rect, plane = stroke.area(Token(), enhance=False)
    assert Mask(*image.size).put(plane, rect.x, rect.y).array().min() == 255
