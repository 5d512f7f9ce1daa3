"""pymatting's solver behind our contract: the same answer as asking pymatting itself, with progress and cancel."""

import numpy as np
import pytest

from maskstudio.errors import BadImage, BadMask, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting.reference import closed_form
from tests.matting.truth import Triple
from tests.matting.truth import closed_form as plain


@pytest.fixture(scope="module")
def triple(shared_data):
    whole = Triple.read(shared_data, "GT19", "trimap")
    return whole.enlarged(0.5)


def test_the_crop_gives_what_the_whole_gives(triple):
    own = closed_form(triple.image, triple.trimap)
    assert np.abs(own - plain(triple)).max() < 0.02
    np.testing.assert_array_equal(own[triple.trimap == 255], 1)
    np.testing.assert_array_equal(own[triple.trimap == 0], 0)


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


@pytest.mark.parametrize("trimap", [np.zeros((4, 5)), np.full((4, 5), 255), np.full((4, 5), 128)])
def test_without_one_side_it_answers_like_ours(trimap):
    answer = closed_form(np.zeros((4, 5, 3), np.uint8), trimap.astype(np.uint8))
    assert np.isfinite(answer).all()
    assert answer.shape == (4, 5)


def test_wrong_input_gets_the_sentence_ours_gives():
    image, trimap = np.zeros((4, 5, 3), np.uint8), np.tile(np.array([0, 0, 128, 255, 255], np.uint8), (4, 1))
    with pytest.raises(BadImage):
        closed_form(image[..., 0], trimap)
    with pytest.raises(BadMask):
        closed_form(image, trimap[:2])
