"""Doubt: what paint has decided is none any more, and its share and places are those of the pixels."""

import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.doubt import greatest, measured, undecided
from maskstudio.core.mask import Mask
from tests.core.documents import disc, document
from tests.core.records import masks, paints


@settings(max_examples=30)
@given(masks, paints(), paints())
def test_what_was_painted_is_decided(doubt, one, other):
    left = undecided(doubt, [one.cover, other.cover])
    covered = np.maximum(one.cover.array(), other.cover.array())
    np.testing.assert_array_equal(left.array(), np.minimum(doubt.array(), 255 - covered))


@settings(max_examples=30)
@given(masks, masks)
def test_of_several_layers_the_greatest_doubt_counts(one, other):
    np.testing.assert_array_equal(greatest([one, other]).array(), np.maximum(one.array(), other.array()))


def test_of_one_layer_it_is_the_same_object_and_of_none_there_is_none():
    doubt = Mask.from_array(disc())
    assert greatest([doubt]) is doubt
    assert greatest([]) is None
    assert undecided(doubt, []) is doubt


@settings(max_examples=30)
@given(masks, masks)
def test_the_share_is_that_of_the_pixels(doubt, alpha):
    apart, inside = doubt.array() > 127, alpha.array() > 127
    expected = apart.sum() / max((apart | inside).sum(), 1)
    assert measured(doubt, alpha).share == pytest.approx(expected)


def test_places_lie_within_the_doubt_the_largest_first():
    plane = np.zeros((400, 500), np.uint8)
    plane[20:40, 20:40], plane[100:200, 300:420], plane[390:, 490:] = 255, 200, 128
    plane[300, ::40] = 255  # specks
    found = measured(Mask.from_array(plane), Mask(500, 400)).places
    assert [place.area for place in found] == [12000, 400, 100]
    assert all(plane[place.at[1], place.at[0]] > 127 for place in found)
    assert found[0].at[0] in range(340, 380)
    assert all(place.at[0] in range(place.box.x, place.box.right) for place in found)


def test_a_thin_line_is_one_place_and_faint_doubt_is_none():
    plane = np.full((300, 300), 100, np.uint8)
    assert measured(Mask.from_array(plane), Mask(300, 300)) == measured(Mask(300, 300), Mask(300, 300))
    plane[50, 20:280] = 255
    plane[50, 100] = 0  # nearer than a part of the diagonal
    (place,) = measured(Mask.from_array(plane), Mask(300, 300)).places
    assert place.area == 259


def test_a_layer_without_a_second_opinion_is_not_doubtful():
    made = document(disc())
    assert made.doubt is None
    assert not made.doubtful
