"""What belongs to one object of a document."""

import numpy as np

from maskstudio.core.layer import box_around
from maskstudio.core.mask import Mask


def test_a_box_is_around_what_is_more_than_half_in():
    plane = np.zeros((600, 800), np.uint8)
    plane[100:320, 250:700] = 128
    plane[5, 7] = plane[590, 790] = 127  # a haze that a network left
    assert box_around(Mask.from_array(plane)) == (250, 100, 700, 320)
    plane[plane > 127] = 90
    assert box_around(Mask.from_array(plane)) == (7, 5, 791, 591), "nothing is more than half in"
    assert box_around(Mask(800, 600)) == (0, 0, 0, 0)
