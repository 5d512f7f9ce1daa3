"""Two-shot and clean-plate matting against alphas that are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting import known
from maskstudio.matting.plates import clean_plate, two_shot
from tests.matting.scenes import card, cut_out, moved, portrait, shot, smoke
from tests.matting.truth import decode, rim_error

BLACK, WHITE, GREEN, PINK = (0.03, 0.03, 0.04), (0.93, 0.93, 0.92), (0.1, 0.6, 0.2), (0.7, 0.2, 0.5)


def two(alpha, fore, cards, kind=np.uint8):
    return [
        shot(alpha, fore, card(alpha.shape, colour, tilt), seed=seed, kind=kind)
        for seed, (colour, tilt) in enumerate(zip(cards, (0.05, -0.05), strict=True))
    ]


def miss(matched, alpha):
    return float(np.abs(matched.alpha - alpha).mean())


@pytest.mark.parametrize(
    ("name", "cards"),
    [("GT05", (GREEN, PINK)), ("GT13", (BLACK, WHITE)), ("GT21", (BLACK, WHITE)), ("GT21", (GREEN, PINK))],
)
def test_two_shots_on_cards_give_the_true_alpha(shared_data, name, cards):
    alpha, fore = cut_out(shared_data, name)
    first, second = two(alpha, fore, cards)
    matched = two_shot(first, second)
    assert miss(matched, alpha) < 0.005
    assert rim_error(matched.colours / 255, fore, alpha) < 0.02
    assert matched.quality > 0.8


@pytest.mark.parametrize("gain", [1.0, 0.9])
def test_a_hand_that_moved_and_another_exposure_are_made_up_for(shared_data, gain):
    alpha, fore = cut_out(shared_data, "GT05")
    first, second = two(alpha, fore, (BLACK, WHITE))
    matched = two_shot(first, moved(second, 7, 0.5, gain)[0])
    assert miss(matched, alpha) < 0.005


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_smoke_comes_out_as_it_is(kind):
    alpha = smoke((300, 400), 4)
    first, second = two(alpha, np.full((300, 400, 3), 0.8, np.float32), (BLACK, WHITE), kind)
    matched = two_shot(first, second)
    assert miss(matched, alpha) < 0.005
    assert matched.colours.dtype == kind
    thick = alpha > 0.2
    assert np.abs(matched.colours[thick] / np.iinfo(kind).max - 0.8).mean() < 0.03


def test_glass_before_photographed_backgrounds_is_exact(shared_data):
    """Four pictures: whatever the backgrounds are, they are known."""
    alpha = smoke((300, 400), 5)
    fore, back, other_back = (portrait(shared_data, number, alpha.shape) for number in (0, 3, 5))
    other_back = np.clip(1 - other_back, 0, 1)
    plates = [np.rint(plane * 255).astype(np.uint8) for plane in (back, other_back)]
    shots = [shot(alpha, fore, plane, seed=seed) for seed, plane in enumerate((back, other_back))]
    assert miss(two_shot(*shots, plates=(plates[0], plates[1])), alpha) < 0.01


def test_solid_pixels_of_two_shots_keep_their_bits(shared_data):
    alpha, fore = cut_out(shared_data, "GT05")
    first, second = two(alpha, fore, (BLACK, WHITE))
    matched = two_shot(first, second)
    solid = (matched.alpha == 1) | (matched.alpha == 0)
    assert solid.mean() > 0.8
    assert np.array_equal(matched.colours[solid], first[solid])


def test_backgrounds_that_are_alike_are_refused():
    first, second = two(smoke((120, 160), 1), np.full((120, 160, 3), 0.5, np.float32), (GREEN, (0.12, 0.6, 0.22)))
    with pytest.raises(BadImage, match=r"too alike.*\.$"):
        two_shot(first, second)


def test_two_different_objects_are_refused():
    alpha = np.zeros((300, 400), np.float32)
    alpha[60:240, 60:180] = 1
    random = np.random.default_rng(2)
    fore = random.random((300, 400, 3)).astype(np.float32)
    first, _ = two(alpha, fore, (BLACK, WHITE))
    _, second = two(alpha[:, ::-1].copy(), fore[::-1], (BLACK, WHITE))
    with pytest.raises(BadImage, match=r"\.$"):
        two_shot(first, second)


@pytest.fixture
def plainly(monkeypatch):
    """What the solver would give for the trimap of the clean plate, before the background helps."""
    answers = []
    solve = known.solve_alpha
    clear = known._clear

    def keep(scene, trimap, *rest):
        answers.append(solve(scene.image, trimap.copy()))
        clear(scene, trimap, *rest)

    monkeypatch.setattr(known, "_clear", keep)
    return answers


@pytest.mark.parametrize(
    ("name", "behind", "hand"),
    [
        ("GT01", 2, (0, 0, 1)),
        ("GT13", 4, (0, 0, 1)),
        ("GT21", 3, (0, 0, 1)),
        ("GT21", 3, (5, 0.3, 0.93)),
    ],
)
def test_a_clean_plate_beats_the_solver_alone(shared_data, plainly, name, behind, hand):
    alpha, fore = cut_out(shared_data, name)
    back = portrait(shared_data, behind, alpha.shape)
    plate, _ = moved(np.rint(back * 255).astype(np.uint8), *hand)
    matched = clean_plate(shot(alpha, fore, back), plate)
    assert miss(matched, alpha) < 0.85 * float(np.abs(plainly[0] - alpha).mean())
    assert matched.quality > 0.8


def test_a_veil_is_seen_through_by_the_texture_behind_it(shared_data):
    alpha = smoke((300, 400), 6)
    back = portrait(shared_data, 4, alpha.shape)
    photo = shot(alpha, np.full((300, 400, 3), 0.8, np.float32), back)
    matched = clean_plate(photo, np.rint(back * 255).astype(np.uint8))
    assert miss(matched, alpha) < 0.3 * alpha.mean()
    assert np.corrcoef(matched.alpha.ravel(), alpha.ravel())[0, 1] > 0.9


def test_a_real_photo_and_its_empty_scene(shared_data):
    """A hand-held pair: her face and jumper are solid, sky and lawn are gone, and the border is clean."""
    folder = shared_data / "matting" / "bgmatting_known_background"
    photo, plate = (decode(folder / part / "0500.png") for part in ("img", "back"))
    matched = clean_plate(photo, plate)
    alpha = matched.alpha
    assert alpha[950:1060, 700:1100].mean() > 0.99
    assert alpha[420:620, 700:860].mean() > 0.98
    assert alpha[:150].mean() < 0.005
    assert alpha[:, 1250:].mean() < 0.005
    assert alpha[:, :430].mean() < 0.005
    assert 0.12 < alpha.mean() < 0.3


def test_a_rough_subject_keeps_everything_else_out(shared_data):
    back = portrait(shared_data, 3, (300, 400))
    alpha = np.zeros((300, 400), np.float32)
    alpha[100:200, 60:140] = 1
    alpha[100:200, 260:340] = 1
    around = np.zeros((300, 400), np.uint8)
    around[80:220, 40:160] = 255
    photo = shot(alpha, np.float32([0.2, 0.9, 0.3]) * np.ones_like(back), back)
    matched = clean_plate(photo, np.rint(back * 255).astype(np.uint8), around=around)
    assert matched.alpha[110:190, 70:130].mean() > 0.99
    assert not matched.alpha[:, 200:].any()


def test_the_empty_scene_alone_is_empty(shared_data):
    back = np.rint(portrait(shared_data, 3, (300, 400)) * 255).astype(np.uint8)
    assert not clean_plate(back, back).alpha.any()


def test_two_scenes_that_differ_are_refused(shared_data):
    photos = [np.rint(portrait(shared_data, number, (300, 400)) * 255).astype(np.uint8) for number in (0, 3)]
    with pytest.raises(BadImage, match=r"\.$"):
        clean_plate(*photos)


@pytest.mark.parametrize("match", [two_shot, clean_plate])
@settings(max_examples=40)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)) | st.sampled_from([(1, 1), (1, 200), (200, 1)]),
    st.sampled_from([np.uint8, np.uint16]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 3, 256]),
)
def test_any_pair_is_answered_or_refused(match, shape, kind, seed, levels):
    random = np.random.default_rng(seed)
    pair = [(random.integers(0, levels, (*shape, 3)) * (np.iinfo(kind).max // levels)).astype(kind) for _ in range(2)]
    try:
        matched = match(*pair)
    except BadImage:
        return
    assert matched.alpha.dtype == np.float32
    assert ((matched.alpha >= 0) & (matched.alpha <= 1)).all()
    assert matched.colours.shape == (*shape, 3)
    assert matched.colours.dtype == kind
    assert 0 <= matched.quality <= 1


@pytest.mark.parametrize("match", [two_shot, clean_plate])
def test_it_can_be_watched_and_stopped(match):
    alpha = smoke((200, 300), 4)
    first, second = two(alpha, np.full((200, 300, 3), 0.8, np.float32), (BLACK, WHITE))
    if match is clean_plate:
        second = np.rint(card((200, 300), BLACK) * 255).astype(np.uint8)
    heard = []
    match(first, second, token=Token(lambda fraction, _: heard.append(fraction)))
    assert heard == sorted(heard)
    assert len(heard) > 10
    for at in (0.1, 0.4, 0.9):
        token = Token(lambda fraction, _, at=at: fraction >= at and token.cancel())  # noqa: B023
        with pytest.raises(Cancelled):
            match(first, second, token=token)


@pytest.mark.parametrize("match", [two_shot, clean_plate])
def test_what_does_not_fit_is_refused(match):
    photo = np.zeros((40, 60, 3), np.uint8)
    for wrong in (photo[..., 0], photo[:20], photo.astype(np.float32)):
        with pytest.raises(BadImage, match=r"\.$"):
            match(photo, wrong)
    with pytest.raises(BadMask, match=r"\.$"):
        clean_plate(photo, photo, around=np.zeros((4, 5), np.uint8))
