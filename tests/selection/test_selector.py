"""Clicks on made pictures with a known truth, and what holds for any picture and any prompt."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.providers.local.local import Local
from maskstudio.selection.prompt import Prompt, Scribble


def overlap(mask, truth):
    inside = mask.array() > 127
    return np.count_nonzero(inside & truth) / np.count_nonzero(inside | truth)


def opened(pixels):
    return Local().open_selector(Image(pixels), "none", Token())


def scene(width=600, height=400, seed=0):
    """A red ball on green grass, beside a blue box; and where the ball is."""
    rng = np.random.default_rng(seed)
    photo = np.full((height, width, 3), (90, 140, 70), np.float32)
    photo += cv2.GaussianBlur(rng.normal(0, 60, photo.shape).astype(np.float32), (0, 0), 2)
    truth = np.zeros((height, width), np.uint8)
    cv2.circle(truth, (width // 3, height // 2), height // 5, 255, -1)
    photo[truth > 0] = (190, 50, 40)
    cv2.rectangle(photo, (width * 2 // 3, height // 3), (width * 5 // 6, height * 2 // 3), (40, 60, 180), -1)
    photo += rng.normal(0, 4, photo.shape)
    return np.clip(photo, 0, 255).astype(np.uint8), truth > 0


@pytest.fixture(scope="module")
def ball():
    photo, truth = scene()
    return opened(photo), truth


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(include=((200, 200),)),
        Prompt(include=((170, 190), (230, 220)), exclude=((450, 200),)),
        Prompt(box=(115, 115, 285, 285)),
        Prompt(outline=((100, 90), (300, 95), (310, 310), (95, 305))),
        Prompt(scribbles=(Scribble(((170, 180), (200, 200), (230, 230)), 4),)),
        Prompt(include=((200, 200),), erasures=(Scribble(((420, 200), (480, 200)), 4),)),
    ],
    ids=["click", "clicks", "box", "lasso", "scribble", "erasure"],
)
def test_every_kind_of_prompt_finds_the_ball(ball, prompt):
    selector, truth = ball
    found = selector.predict(prompt, Token())
    assert overlap(found[0].mask, truth) > 0.97
    assert 1 <= len(found) <= 3
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_the_other_thing_is_found_as_well_and_both_together(ball):
    selector, truth = ball
    box = np.zeros_like(truth)
    box[133:267, 400:501] = True
    assert overlap(selector.predict(Prompt(include=((450, 200),)), Token())[0].mask, box) > 0.97
    both = selector.predict(Prompt(include=((450, 200), (200, 200))), Token())[0]
    assert overlap(both.mask, box | truth) > 0.95


def test_a_preview_is_near_the_answer(ball):
    selector, truth = ball
    assert overlap(selector.preview(200, 200), truth) > 0.95


def test_the_edge_follows_a_large_photo():
    """Ten times larger than what is looked at: the edge lies within a few px of the true one."""
    photo, _ = scene(200, 133)
    large = cv2.resize(photo, (3000, 2000), interpolation=cv2.INTER_LINEAR)
    truth = np.zeros((2000, 3000), np.uint8)
    cv2.circle(truth, (990, 990), 400, 255, -1)
    large[truth > 0] = (190, 50, 40)
    mask = opened(large).predict(Prompt(include=((990, 990),)), Token())[0].mask
    assert overlap(mask, truth > 0) > 0.98
    wrong = (mask.array() > 127) != (truth > 0)
    away = cv2.distanceTransform(255 - cv2.Canny(truth, 50, 150), cv2.DIST_L2, 5)
    assert np.quantile(away[wrong], 0.95) < 8


@pytest.mark.parametrize("far", [1e6, 1e12, 1e300])
@pytest.mark.parametrize("include", [(), ((200, 200),)])
def test_a_box_that_goes_far_beyond_the_photo_is_one_to_its_border(ball, far, include):
    wide, exact = (Prompt(include, box=box) for box in ((-far, 100, far, 300), (0, 100, 600, 300)))
    answers = [ball[0].predict(prompt, Token()) for prompt in (wide, exact)]
    assert [each.mask for each in answers[0]] == [each.mask for each in answers[1]]


def test_it_can_be_cancelled(ball):
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        ball[0].predict(Prompt(include=((10, 10),)), token)
    with pytest.raises(Cancelled):
        Local().open_selector(Image(scene()[0]), "none", token)


def pictures():
    def made(size, kind, seed, deep):
        rng = np.random.default_rng(seed)
        if kind == "plain":
            photo = np.full((*size, 3), seed * 9 % 256, np.uint8)
        elif kind == "noise":
            photo = rng.integers(0, 256, (*size, 3), np.uint8)
        else:
            photo = cv2.resize(rng.integers(0, 256, (3, 4, 3), np.uint8), size[::-1], interpolation=cv2.INTER_LINEAR)
        return photo.astype(np.uint16) * 257 if deep else photo

    sides = st.sampled_from([(1, 1), (1, 50), (70, 2), (5, 900), (64, 48), (33, 300)])
    return st.builds(made, sides, st.sampled_from(["plain", "noise", "smooth"]), st.integers(0, 99), st.booleans())


def points(most):
    return st.lists(st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)), max_size=most)


@settings(max_examples=25)
@given(pictures(), points(3), points(3), st.sampled_from(["click", "box", "outline", "scribble"]))
def test_any_prompt_on_any_picture_is_answered_honoured_and_answered_alike_again(photo, include, exclude, kind):
    height, width = photo.shape[:2]

    def placed(places):
        return tuple((x * width, y * height) for x, y in places)

    prompt = {
        "click": Prompt(include=((width / 2, height / 2), *placed(include)), exclude=placed(exclude)),
        "box": Prompt(include=placed(include), exclude=placed(exclude), box=(0, 0, width / 2, height)),
        "outline": Prompt(exclude=placed(exclude), outline=((0, 0), (width, 0), (width / 2, height))),
        "scribble": Prompt(scribbles=(Scribble(((0, 0), (width / 2, height / 2))),), exclude=placed(exclude)),
    }[kind]
    pixels = {(int(x), int(y)) for x, y in prompt.include}, {(int(x), int(y)) for x, y in prompt.exclude}
    selector = opened(photo)
    answers = [selector.predict(prompt, Token()), opened(photo).predict(prompt, Token())]
    for one, other in zip(*answers, strict=True):
        assert one.mask.size == (width, height)
        assert one.mask == other.mask
        assert one.score == other.score
        assert 0 <= one.score <= 1
        assert one.mask.tiles or len(answers[0]) == 1 or pixels[1]
        for at in pixels[0] - pixels[1]:
            assert one.mask[at] == 255
        for at in pixels[1] - pixels[0]:
            assert one.mask[at] == 0
