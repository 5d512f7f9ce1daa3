"""pymatting's solvers behind our contract: the same answers as asking pymatting itself, with progress and cancel."""

from functools import partial
from typing import get_args

import numpy as np
import pytest

from maskstudio.errors import BadImage, BadMask, BadParameter, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting.reference import ReferenceSolver, solve_with
from tests.matting.truth import Triple
from tests.matting.truth import closed_form as plain

NAMES = get_args(ReferenceSolver)
closed_form = partial(solve_with, "closed-form")


@pytest.fixture(scope="module")
def triple(shared_data):
    whole = Triple.read(shared_data, "GT19", "trimap")
    return whole.enlarged(0.5)


def test_the_crop_gives_what_the_whole_gives(triple):
    own = closed_form(triple.image, triple.trimap)
    assert np.abs(own - plain(triple)).max() < 0.02
    np.testing.assert_array_equal(own[triple.trimap == 255], 1)
    np.testing.assert_array_equal(own[triple.trimap == 0], 0)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("knn", "estimate_alpha_knn"),
        ("lbdm", "estimate_alpha_lbdm"),
        ("lkm", "estimate_alpha_lkm"),
        ("random-walk", "estimate_alpha_rw"),
        ("shared", "estimate_alpha_sm"),
    ],
)
def test_each_name_reaches_its_solver(triple, name, theirs):
    import pymatting

    small = triple.enlarged(0.5)
    expected = getattr(pymatting, theirs)(small.image / 255, np.round(small.trimap / 255 * 2) / 2)
    own = solve_with(name, small.image, small.trimap)
    unknown = (small.trimap > 0) & (small.trimap < 255)
    assert np.abs(own - expected)[unknown].mean() < 0.01


def test_it_can_be_watched_and_stopped(triple, capsys):
    seen = []
    token = Token(lambda fraction, _: seen.append(fraction))
    closed_form(triple.image, triple.trimap, token=token)
    assert seen == sorted(seen)
    assert len(seen) > 5
    assert capsys.readouterr().out == ""

    stopped = Token(lambda fraction, _: fraction >= 0.2 and stopped.cancel())
    with pytest.raises(Cancelled):
        closed_form(triple.image, triple.trimap, token=stopped)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("trimap", [np.zeros((4, 5)), np.full((4, 5), 255), np.full((4, 5), 128)])
def test_without_one_side_it_answers_like_ours(trimap, name):
    answer = solve_with(name, np.zeros((4, 5, 3), np.uint8), trimap.astype(np.uint8))
    assert np.isfinite(answer).all()
    assert answer.shape == (4, 5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 3), (3, 4), (2, 60), (40, 50)])
@pytest.mark.parametrize("flat", [True, False])
def test_flat_colours_tiny_images_and_bands_of_one_pixel_are_no_trouble(name, shape, flat, capsys):
    image = np.full((*shape, 3), 90, np.uint8)
    if not flat:
        image = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    trimap = np.zeros(shape, np.uint8)
    trimap[:, shape[1] // 2] = 77
    trimap[:, shape[1] // 2 + 1 :] = 255
    answer = solve_with(name, image, trimap)
    assert ((answer >= 0) & (answer <= 1)).all()
    assert (answer[trimap == 255] == 1).all()
    assert (answer[trimap == 0] == 0).all()
    assert capsys.readouterr().out == ""


def test_wrong_input_gets_the_sentence_ours_gives():
    image, trimap = np.zeros((4, 5, 3), np.uint8), np.tile(np.array([0, 0, 128, 255, 255], np.uint8), (4, 1))
    with pytest.raises(BadImage):
        closed_form(image[..., 0], trimap)
    with pytest.raises(BadMask):
        closed_form(image, trimap[:2])
    with pytest.raises(BadParameter, match=r"\.$"):
        solve_with("magic", image, trimap)
