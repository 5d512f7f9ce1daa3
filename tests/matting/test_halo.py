"""The halo meter: against a brute-force search of its own, against known foregrounds, and where it must be silent."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting.foreground import estimate
from maskstudio.matting.halo import measure
from tests.matting.truth import composites

shapes = st.tuples(st.integers(1, 30), st.integers(1, 30)) | st.sampled_from([(1, 1), (1, 300), (300, 1)])


def ramp(fore, back, height=60, width=260, kind=np.uint8):
    """A plain subject that fades into a plain wall over 160 px."""
    alpha = np.rint(np.clip((np.arange(width) - 50) / 160, 0, 1) * 255).astype(np.uint8)[None].repeat(height, axis=0)
    share = alpha[..., None] / 255
    image = (share * np.array(fore) + (1 - share) * np.array(back)) * (np.iinfo(kind).max / 255)
    return np.rint(image).astype(kind), alpha


def lab(colour):
    """CIE L*a*b* of sRGB in 0..1, D65, from its definition (IEC 61966-2-1, CIE 15)."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ matrix.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def fringe(fore, back, opacities, backdrop):
    """Of raw colours, from the definition: how far what shows is from every opacity of the subject."""
    fore, back, new = (np.array(colour) / 255 for colour in (fore, back, backdrop))
    mixtures = new + np.linspace(0, 1, 401)[:, None] * (fore - new)
    apart = []
    for opacity in opacities:
        raw = opacity * fore + (1 - opacity) * back
        shown = opacity * raw + (1 - opacity) * new
        nearest = mixtures[((mixtures - shown) ** 2).sum(axis=1).argmin()]
        apart.append(np.linalg.norm(lab(shown) - lab(nearest)))
    return float(np.average(apart, weights=opacities))


@pytest.mark.parametrize(
    ("fore", "back", "kind"),
    [
        ((60, 40, 30), (245, 245, 250), np.uint8),
        ((210, 170, 140), (30, 160, 60), np.uint16),
        ((230, 230, 235), (20, 60, 150), np.uint8),
    ],
)
def test_the_worst_backdrop_is_what_a_finer_search_finds(fore, back, kind):
    image, alpha = ramp(fore, back, kind=kind)
    halo = measure(image, image, alpha)
    opacities = (np.arange(12) + 0.5) / 12
    assert halo.fringe == pytest.approx(fringe(fore, back, opacities, halo.backdrop), rel=0.06)
    grid = itertools.product(np.linspace(0, 255, 10), repeat=3)
    assert max(fringe(fore, back, opacities, backdrop) for backdrop in grid) <= 1.04 * fringe(
        fore, back, opacities, halo.backdrop
    )


def test_known_foregrounds_score_lower_than_what_the_photo_shows(shared_data):
    for image, alpha, truth in composites(shared_data):
        mask = np.rint(alpha * 255).astype(np.uint8)
        raw = measure(image, image, mask).fringe
        true = measure(image, np.rint(truth * 255).astype(np.uint8), mask).fringe
        assert raw > 1.25 * true


def test_the_number_falls_with_every_step_of_decontamination(shared_data):
    for image, alpha, _ in list(composites(shared_data))[1:4]:
        mask = np.rint(alpha * 255).astype(np.uint8)
        clean = estimate(image, mask)
        steps = [cv2.addWeighted(clean, amount, image, 1 - amount, 0) for amount in (0, 0.3, 0.6, 1)]
        numbers = [measure(image, step, mask).fringe for step in steps]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > 1.2 * numbers[-1]


def test_three_times_the_size_gives_about_the_same_number(shared_data):
    image, alpha, _ = list(composites(shared_data))[2]
    mask = np.rint(alpha * 255).astype(np.uint8)
    large = [cv2.resize(plane, None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR) for plane in (image, mask)]
    small = measure(image, image, mask).fringe
    assert measure(large[0], large[0], large[1]).fringe == pytest.approx(small, rel=0.3)


def test_the_heat_map_shows_the_share_of_the_old_background():
    image, alpha = ramp((60, 40, 30), (245, 245, 250))
    strength = measure(image, image, alpha).strength
    share = alpha / 255
    inner = (alpha > 20) & (alpha < 235)
    assert np.abs(strength[inner] / 255 - (share * (1 - share))[inner]).max() < 0.03
    assert not strength[(alpha == 0)].any()


def test_the_worst_place_is_where_the_old_background_was_left():
    image, alpha = ramp((60, 40, 30), (245, 245, 250), height=400)
    clean = estimate(image, alpha)
    clean[300:340] = image[300:340]
    x, y = measure(image, clean, alpha).worst
    assert 300 <= y < 340
    assert 80 < x < 180


def test_every_place_where_the_old_background_was_left_is_a_spot_of_its_own():
    image, alpha = ramp((60, 40, 30), (245, 245, 250), height=900)
    clean = estimate(image, alpha)
    for top, amount in ((100, 1.0), (400, 0.7), (700, 0.4)):
        rows = slice(top, top + 40)
        clean[rows] = cv2.addWeighted(image[rows], amount, clean[rows], 1 - amount, 0)
    halo = measure(image, clean, alpha)
    first = {}
    for number, spot in enumerate(halo.spots):
        first.setdefault(next((top for top in (100, 400, 700) if top - 6 <= spot.place[1] < top + 46), None), number)
    assert sorted(first, key=first.get)[:3] == [100, 400, 700]
    amounts = [spot.amount for spot in halo.spots]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > 3 * halo.fringe
    places = np.array([spot.place for spot in halo.spots])
    apart = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    assert apart[~np.eye(len(places), dtype=bool)].min() > 8


def test_a_hard_mask_that_is_too_wide_is_noticed_and_one_that_fits_is_not():
    image = np.full((120, 200, 3), (250, 250, 250), np.uint8)
    image[30:90, 50:150] = (60, 40, 30)
    fits = np.zeros((120, 200), np.uint8)
    fits[30:90, 50:150] = 255
    assert measure(image, image, fits).fringe == 0.0
    wide = cv2.dilate(fits, np.ones((5, 5), np.uint8))
    halo = measure(image, image, wide)
    assert halo.fringe > 30
    assert halo.strength[29, 100] > 200
    assert not halo.strength[60, 100]


@pytest.mark.parametrize("value", [0, 255])
def test_without_a_rim_there_is_no_fringe(value):
    image = np.random.default_rng(3).integers(0, 256, (40, 50, 3), np.uint8)
    halo = measure(image, image, np.full((40, 50), value, np.uint8))
    assert halo.fringe == 0.0
    assert not halo.strength.any()


@settings(max_examples=60)
@given(shapes, st.sampled_from([np.uint8, np.uint16]), st.integers(0, 2**32 - 1), st.integers(1, 300))
def test_any_input_gives_a_number_and_a_place(shape, kind, seed, levels):
    random = np.random.default_rng(seed)
    image = (random.integers(0, levels, (*shape, 3)) % 256).astype(kind)
    alpha = random.integers(-150, 400, shape).clip(0, 255).astype(np.uint8)
    halo = measure(image, image, alpha)
    again = measure(image, image, alpha)
    assert 0 <= halo.fringe < 400
    assert halo.strength.shape == shape
    assert halo.strength.dtype == np.uint8
    assert not halo.strength[alpha == 0].any()
    assert 0 <= halo.worst[0] < shape[1]
    assert 0 <= halo.worst[1] < shape[0]
    assert all(0 <= value <= 255 for value in halo.backdrop)
    assert (again.fringe, again.backdrop, again.worst) == (halo.fringe, halo.backdrop, halo.worst)


def test_it_can_be_stopped():
    image, alpha = ramp((60, 40, 30), (245, 245, 250))
    token = Token(lambda fraction, _: fraction > 0.6 and token.cancel())
    with pytest.raises(Cancelled):
        measure(image, image, alpha, token=token)


def test_what_does_not_fit_is_refused():
    image, alpha = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8)
    with pytest.raises(BadImage, match=r"\.$"):
        measure(image[..., 0], image, alpha)
    with pytest.raises(BadImage, match=r"\.$"):
        measure(image, image[:2], alpha)
    with pytest.raises(BadMask, match=r"\.$"):
        measure(image, image, alpha.astype(np.float32))
