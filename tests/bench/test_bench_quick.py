"""What the Quick Selection brush costs at 24 megapixels while it is drawn, beside plain GrabCut on the same window."""

import time

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.quickstroke import QuickStroke

SHAPE = 4000, 6000
RADII = [20, 60, 200, 600]  # px of the photo
_FINE = 12.0  # px that the radius takes where both look


@pytest.fixture(scope="module")
def photo():
    """A warm disc before leaves."""
    rng = np.random.default_rng(0)
    photo = cv2.resize(rng.integers(40, 160, (50, 75, 3), np.uint8), SHAPE[::-1], interpolation=cv2.INTER_CUBIC)
    cv2.circle(photo, (3000, 2000), 1500, (190, 120, 90), -1)
    return cv2.add(photo, rng.integers(0, 20, photo.shape, np.uint8))


def grabcut(photo, at, radius):
    """Plain GrabCut, five rounds, around a piece of half a radius: three radii to all sides, at the same size."""
    cell = max(1, round(radius / _FINE))
    reach = round(3 * radius)
    x, y = max(at[0] - reach, 0), max(at[1] - reach, 0)
    window = photo[y : at[1] + reach, x : at[0] + reach + radius // 2]
    size = window.shape[1] // cell, window.shape[0] // cell
    small = cv2.resize(window, size, interpolation=cv2.INTER_AREA)
    state = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    middle = (at[0] - x) // cell, (at[1] - y) // cell
    for reach, kind in ((2.0, cv2.GC_PR_BGD), (1.0, cv2.GC_PR_FGD), (0.3, cv2.GC_FGD)):
        cv2.circle(state, middle, round(reach * radius / cell), int(kind), -1)
    cv2.grabCut(small, state, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)


@pytest.mark.parametrize("radius", RADII)
def test_an_update_takes_less_than_plain_grabcut_on_the_same_window(photo, radius):
    stroke, at = QuickStroke(Image(photo), Mask(*SHAPE[::-1]), radius), (4400, 200)
    own, peer = [], []
    stroke.to(*at, Token())
    for number in range(1, 12):
        place = at[0], at[1] + number * (radius // 2 + 1)
        start = time.process_time()
        stroke.to(*place, Token())
        stroke.shown()
        own.append(time.process_time() - start)
        start = time.process_time()
        grabcut(photo, place, radius)
        peer.append(time.process_time() - start)
    mine, theirs = np.median(own), np.median(peer)
    print(f"radius {radius} px: {mine * 1000:.1f} ms of CPU, GrabCut {theirs * 1000:.1f} ms: {theirs / mine:.1f} times")
    assert mine <= theirs
