"""Laying one picture over another: against shifts, turns and exposures that are known."""

import cv2
import numpy as np
import pytest

from maskstudio.errors import BadImage, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting.exposure import line
from maskstudio.matting.register import align
from tests.matting.scenes import moved, portrait


@pytest.fixture(scope="module")
def photo(shared_data):
    return np.rint(portrait(shared_data, 0, (540, 810)) * 255).astype(np.uint8)


def inner(plane):
    return plane[40:-40, 40:-40].astype(float)


@pytest.mark.parametrize(("pixels", "degrees"), [(0, 0), (7, 0.5), (-25, 2), (12, -3)])
def test_a_moved_picture_is_brought_back(photo, pixels, degrees):
    """As good as resampling it twice by the true shift would be, or nearly."""
    other, turn = moved(photo, pixels, degrees, 0.9)
    back = cv2.warpAffine(other, turn, photo.shape[1::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    best = np.abs(inner(photo) - inner(back) / 0.9).mean()
    laid = align(photo, other)
    assert laid.moved == bool(pixels)
    assert np.abs(inner(photo) - inner(laid.pixels) / 0.9).mean() <= 1.25 * best + 0.3
    assert laid.seen[100:-100, 100:-100].all()


def test_16_bit_and_another_size_are_taken_too(photo):
    other, _ = moved(photo, 7, 0.5, 1.0)
    wide = cv2.resize(other, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC).astype(np.uint16) * 257
    laid = align(photo, wide)
    assert laid.pixels.dtype == np.uint16
    assert laid.pixels.shape == photo.shape
    assert np.abs(inner(photo) - inner(laid.pixels) / 257).mean() < 4


def test_another_format_is_refused(photo):
    with pytest.raises(BadImage, match=r"\.$"):
        align(photo, photo[:, :700])


def test_what_shows_nothing_in_common_stays_where_it_is():
    flat = np.full((300, 400, 3), 200, np.uint8)
    laid = align(flat, flat // 2)
    assert not laid.moved
    assert np.array_equal(laid.pixels, flat // 2)


def test_it_can_be_stopped(photo):
    token = Token(lambda fraction, _: fraction > 0.3 and token.cancel())
    with pytest.raises(Cancelled):
        align(photo, photo, token=token)


def test_the_exposure_is_found_though_half_of_the_picture_shows_something_else():
    random = np.random.default_rng(3)
    of = random.random((4000, 3)).astype(np.float32) * 0.8 + 0.05
    to = of * (0.9, 1.1, 0.8) + (0.02, -0.01, 0.05) + random.normal(0, 0.005, of.shape)
    to[::2] = random.random((2000, 3))
    gain, shift = line(of, to.astype(np.float32), offset=True)
    np.testing.assert_allclose(gain, (0.9, 1.1, 0.8), atol=0.015)
    np.testing.assert_allclose(shift, (0.02, -0.01, 0.05), atol=0.01)


def test_one_colour_tells_no_gain():
    gain, shift = line(np.full((500, 3), 0.5, np.float32), np.full((500, 3), 0.4, np.float32), offset=False)
    assert (gain == 1).all()
    assert (shift == 0).all()
