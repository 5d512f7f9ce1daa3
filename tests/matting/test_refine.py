"""Solving alpha: what always holds, against true alpha and against pymatting's closed form."""

import os
import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maskstudio.core.geometry import Rect
from maskstudio.errors import BadImage, BadMask, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting import refine
from maskstudio.matting.cells import reduce
from maskstudio.matting.refine import solve_alpha
from tests.matting.truth import Triple, closed_form, errors

shapes = st.tuples(st.integers(1, 24), st.integers(1, 24)) | st.sampled_from([(1, 1), (1, 300), (300, 1), (2, 90)])


@st.composite
def inputs(draw):
    """Images of either depth, noisy or of few colours, with a trimap of patches."""
    shape = draw(shapes)
    kind = draw(st.sampled_from([np.uint8, np.uint16]))
    seed = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.integers(1, 5)) if draw(st.booleans()) else 2**16
    image = (seed.integers(0, levels, (*shape, 3)) * (np.iinfo(kind).max // levels)).astype(kind)
    values = draw(st.lists(st.sampled_from([0, 1, 128, 254, 255]), min_size=1, max_size=4))
    patches = seed.choice(values, (-(-shape[0] // 3), -(-shape[1] // 3))).astype(np.uint8)
    trimap = np.kron(patches, np.ones((3, 3), np.uint8))[: shape[0], : shape[1]]
    return image, np.ascontiguousarray(trimap)


@settings(max_examples=int(os.environ.get("MASKSTUDIO_TRIMAPS", "300")))
@given(inputs(), st.sampled_from([3, 40, 40_000]), st.sampled_from([0, 8]))
def test_any_valid_input_gives_an_alpha_and_known_pixels_stay_known(given_, cells, steps):
    image, trimap = given_
    before = image.copy(), trimap.copy()
    usual, refine._EFFORTS["balanced"] = refine._EFFORTS["balanced"], refine.Effort(cells, steps)
    try:
        alpha = solve_alpha(image, trimap)
    finally:
        refine._EFFORTS["balanced"] = usual
    assert alpha.dtype == np.float32
    assert alpha.shape == trimap.shape
    assert ((alpha >= 0) & (alpha <= 1)).all()
    assert (alpha[trimap == 255] == 1).all()
    assert (alpha[trimap == 0] == 0).all()
    assert np.array_equal(image, before[0])
    assert np.array_equal(trimap, before[1])


@settings(max_examples=30)
@given(arrays(np.uint8, (12, 15, 3)), st.integers(0, 11), st.integers(0, 14))
def test_a_single_unknown_pixel_changes_nothing_else(image, row, column):
    trimap = np.zeros((12, 15), np.uint8)
    trimap[:, 7:] = 255
    expected = (trimap == 255).astype(np.float32)
    trimap[row, column] = 128
    alpha = solve_alpha(image, trimap)
    expected[row, column] = alpha[row, column]
    assert np.array_equal(alpha, expected)


@pytest.mark.parametrize(("known", "expected"), [(0, 0.0), (255, 1.0), (128, 0.5)])
def test_with_one_side_missing_the_unknown_follows_the_other(known, expected):
    trimap = np.full((20, 30), known, np.uint8)
    trimap[5:15, 5:20] = 128
    alpha = solve_alpha(np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8), trimap)
    assert (alpha[5:15, 5:20] == expected).all()


def ramp(height, width, kind):
    """A subject of one colour over a background of another, with a linear edge: alpha is known exactly."""
    peak = np.iinfo(kind).max
    truth = np.clip((np.arange(width) - width * 0.4) / (width * 0.2), 0, 1)[None].repeat(height, axis=0)
    colours = truth[..., None] * [0.9, 0.5, 0.2] + (1 - truth[..., None]) * [0.1, 0.3, 0.6]
    trimap = np.where(truth == 1, 255, np.where(truth == 0, 0, 128)).astype(np.uint8)
    trimap[:, int(width * 0.3) : int(width * 0.7)] = 128
    return np.rint(colours * peak).astype(kind), trimap, truth


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(60, 100), (700, 1400)])
def test_two_plain_colours_are_told_apart_exactly(size, kind):
    image, trimap, truth = ramp(*size, kind)
    assert np.abs(solve_alpha(image, trimap) - truth).max() < 0.03


def test_16_bit_is_solved_like_8_bit():
    image, trimap, _ = ramp(50, 80, np.uint8)
    wide = solve_alpha(image.astype(np.uint16) * 257, trimap)
    assert np.abs(wide - solve_alpha(image, trimap)).max() < 1e-4


def test_thin_scribbles_survive_the_reduction():
    """A sure stroke one pixel wide is lost in no cell, however coarse."""
    image, _, truth = ramp(800, 1200, np.uint8)
    trimap = np.full(truth.shape, 128, np.uint8)
    trimap[:, 1101] = 255
    trimap[:, 97] = 0
    assert np.abs(solve_alpha(image, trimap) - truth).mean() < 0.02


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 5), np.uint8),
        np.zeros((4, 5, 4), np.uint8),
        np.zeros((4, 5, 3)),
        np.zeros((0, 5, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_image_is_refused(image):
    with pytest.raises(BadImage, match=r"\.$"):
        solve_alpha(image, np.zeros((4, 5), np.uint8))


@pytest.mark.parametrize("trimap", [np.zeros((5, 4), np.uint8), np.zeros((4, 5)), np.zeros((4, 5, 1), np.uint8)])
def test_a_trimap_that_does_not_fit_is_refused(trimap):
    with pytest.raises(BadMask, match=r"\.$"):
        solve_alpha(np.zeros((4, 5, 3), np.uint8), trimap)


def test_progress_rises_to_the_end_and_comes_often():
    heard = []
    image, trimap, _ = ramp(900, 1600, np.uint8)
    solve_alpha(image, trimap, token=Token(lambda fraction, text: heard.append(fraction)))
    assert len(heard) > 20
    assert all(0 <= fraction <= 1 for fraction in heard)
    assert heard == sorted(heard)
    assert heard[-1] > 0.9


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.75, 0.95])
def test_cancelling_ends_at_the_next_step(at):
    image, trimap, _ = ramp(900, 1600, np.uint8)
    heard = []

    def report(fraction, text):
        heard.append(fraction)
        if fraction >= at:
            token.cancel()

    token = Token(report)
    with pytest.raises(Cancelled):
        solve_alpha(image, trimap, token=token)
    assert sum(fraction >= at for fraction in heard) == 1


def test_the_token_is_asked_throughout():
    """No stretch between two questions takes more than a third of the work (of the processor's, not of the clock)."""
    image, trimap, _ = ramp(1200, 2000, np.uint8)
    solve_alpha(image, trimap)
    moments = [time.process_time()]
    solve_alpha(image, trimap, token=Token(lambda fraction, text: moments.append(time.process_time())))
    moments.append(time.process_time())
    assert np.diff(moments).max() < (moments[-1] - moments[0]) / 3


@pytest.mark.parametrize("name", ["GT01", "GT05", "GT21"])
def test_real_photos_are_solved_no_worse_than_by_closed_form(shared_data, name):
    triple = Triple.read(shared_data, name, "trimap")
    own = errors(solve_alpha(triple.image, triple.trimap), triple)
    peer = errors(closed_form(triple), triple)
    assert own.squared <= peer.squared
    assert own.absolute <= peer.absolute


def test_enlarged_photos_are_solved_as_well_as_small_ones(shared_data):
    """The way through cells and back costs next to nothing: 16 times the pixels, nearly the error of the original."""
    triple = Triple.read(shared_data, "GT01", "trimap")
    large = triple.enlarged(4)
    small_error = errors(solve_alpha(triple.image, triple.trimap), triple)
    large_error = errors(solve_alpha(large.image, large.trimap), large)
    assert large_error.squared <= 1.5 * small_error.squared
    assert large_error.absolute <= 1.5 * small_error.absolute * 16


def test_the_frame_around_the_band_does_not_matter():
    image, trimap, _ = ramp(60, 100, np.uint8)
    wide_image = cv2.copyMakeBorder(image, 0, 0, 300, 500, cv2.BORDER_REPLICATE)
    wide_trimap = cv2.copyMakeBorder(trimap, 0, 0, 300, 500, cv2.BORDER_REPLICATE)
    assert np.abs(solve_alpha(wide_image, wide_trimap)[:, 300:400] - solve_alpha(image, trimap)).max() < 0.01


def test_an_unknown_spot_far_from_one_side_is_still_solved():
    """The known background lies farther away than what is usually looked at."""
    image, _, _ = ramp(300, 600, np.uint8)
    trimap = np.full((300, 600), 255, np.uint8)
    trimap[:, :10] = 0
    trimap[140:160, 560:580] = 128
    alpha = solve_alpha(image, trimap)
    assert (alpha[140:160, 560:580] > 0.97).all()


@pytest.mark.parametrize("side", range(2, 30))
def test_a_cell_is_wholly_known_exactly_where_all_its_pixels_are(side):
    """Whatever the side: a mean of ones that misses 1 by rounding would turn the frame into unknown cells."""
    trimap = np.full((4 * side - 1, 5 * side), 255, np.uint8)
    trimap[0, 0] = 128
    trimap[-side:] = 0
    cells = reduce(np.zeros((*trimap.shape, 3), np.uint8), trimap, Rect(0, 0, *trimap.shape[::-1]), side, float)
    unknown = (cells.foreground < 1) & (cells.background < 1)
    assert unknown[0, 0]
    assert unknown.sum() == 1 + 5  # the corner, and the row of cells that both sides share
