"""Bands fitted to the photo: against true alphas, and against scenes whose hair and edges are where they were put."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask, BadParameter, Cancelled
from maskstudio.jobs import Token
from maskstudio.matting import adaptive
from maskstudio.matting.adaptive import from_image
from maskstudio.matting.trimap import from_mask
from tests.matting.truth import NAMES, Triple

SIDE, RADIUS = 600, 160


def rough(alpha):
    """A hard mask as a detector gives it: smoothed, and pulled in by two pixels."""
    solid = cv2.GaussianBlur(np.float32(alpha >= 0.5), (0, 0), 4) > 0.5
    return cv2.erode(solid.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))) * 255


def half_haired(noise=4.0, texture=0.0):
    """A disc with hair on its right half: photo, the disc alone as the mask, true alpha."""
    rng = np.random.default_rng(0)
    wide = np.zeros((2 * SIDE, 2 * SIDE), np.uint8)
    cv2.circle(wide, (SIDE, SIDE), 2 * RADIUS, 255, -1, cv2.LINE_AA)
    disc = wide.copy()
    for start in rng.uniform(-np.pi / 2, np.pi / 2, 700):
        angle, length = start, rng.uniform(40, 88)
        points = [SIDE + (2 * RADIUS - 6) * np.array([np.cos(angle), np.sin(angle)])]
        for _ in range(12):
            angle += rng.normal(0, 0.12)
            points.append(points[-1] + np.array([np.cos(angle), np.sin(angle)]) * length / 12)
        cv2.polylines(wide, [np.int32(np.array(points) * 16)], False, 255, rng.integers(1, 3), cv2.LINE_AA, 4)
    alpha, solid = (cv2.resize(plane, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for plane in (wide, disc))
    alpha = alpha[..., None] / 255
    cloth = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)), (0, 0), 3)[..., None] * 10 * texture
    behind = np.array((60, 110, 90)) + cloth
    photo = alpha * (150, 90, 60) + (1 - alpha) * behind + rng.normal(0, noise, (SIDE, SIDE, 3))
    return np.clip(photo, 0, 255).astype(np.uint8), np.where(solid >= 128, 255, 0).astype(np.uint8), alpha[..., 0]


def angles():
    y, x = np.indices((SIDE, SIDE)) - SIDE / 2
    return np.arctan2(y, x)


def kept(trimap, plain, alpha):
    """Shares of the soft pixels of the plain band, and of all its pixels, that are unknown still."""
    soft = (alpha > 0.05) & (alpha < 0.95) & (plain == 128)
    return (soft & (trimap == 128)).sum() / soft.sum(), (trimap == 128).sum() / (plain == 128).sum()


@pytest.mark.parametrize("width", [20, 40])
def test_what_is_soft_stays_unknown_and_much_of_the_band_goes(shared_data, width):
    found = []
    for name in NAMES:
        triple = Triple.read(shared_data, name, "trimap")
        mask = rough(triple.alpha)
        found.append(kept(from_image(triple.image, mask, width), from_mask(mask, width), triple.alpha))
    soft, size = np.array(found).T
    assert soft.mean() >= 0.96, soft.round(3)
    assert soft.min() >= 0.88, soft.round(3)
    assert size.mean() <= 0.68, size.round(3)
    assert size.max() <= 0.92, size.round(3)


@pytest.mark.parametrize("scene", [{}, {"noise": 8.0}, {"texture": 6.0}])
@pytest.mark.parametrize("width", [20, 40])
def test_the_band_is_wide_at_hair_and_narrow_at_a_clean_edge(scene, width):
    photo, mask, alpha = half_haired(**scene)
    trimap, plain, turn = from_image(photo, mask, width), from_mask(mask, width), np.abs(angles())
    for side, low, high in ((turn < 1.3, 0.6, 1), (turn > 1.8, 0.1, 0.3)):
        share = (side & (trimap == 128)).sum() / (side & (plain == 128)).sum()
        assert low <= share <= high
    assert kept(trimap, plain, alpha)[0] >= 0.95


def test_the_width_changes_smoothly_along_the_edge():
    photo, mask, _ = half_haired()
    trimap = from_image(photo, mask, 30)
    middle, rays = SIDE / 2, np.linspace(0, 2 * np.pi, 720, endpoint=False)
    out = np.arange(0, 220, 0.5)
    y = np.rint(middle + np.sin(rays)[:, None] * out).astype(int)
    x = np.rint(middle + np.cos(rays)[:, None] * out).astype(int)
    widths = (trimap[y, x] == 128).sum(axis=1) / 2
    steps = np.abs(np.diff(widths, append=widths[0]))  # of both sides together, over 1.4 px of edge
    assert steps.max() <= 8
    assert widths.max() >= 35  # the hair outside, and the narrowest inside, where all is solid
    assert widths.min() <= 12


@pytest.mark.parametrize("off", [-9, 9])
def test_the_true_edge_is_found_where_the_mask_misses_it(off):
    rng = np.random.default_rng(1)
    true, mask = np.zeros((300, 400), np.uint8), np.zeros((300, 400), np.uint8)
    true[:, :200], mask[:, : 200 + off] = 255, 255
    photo = np.where(true[..., None] > 0, (180, 120, 90), (70, 80, 120)) + rng.normal(0, 3, (300, 400, 3))
    trimap = from_image(np.clip(photo, 0, 255).astype(np.uint8), mask, 24)
    assert (trimap[:, 198:202] == 128).all()
    assert (from_image(np.clip(photo, 0, 255).astype(np.uint8), true, 24) == 128).mean() * 400 <= 16


sides, seeds, kinds = st.integers(1, 40), st.integers(0, 9999), st.sampled_from([np.uint8, np.uint16])


@settings(max_examples=120)
@given(st.tuples(sides, sides, seeds, kinds), st.integers(0, 12), st.booleans())
def test_it_is_never_unknown_where_the_plain_band_is_sure(picture, width, hard):
    height, across, seed, kind = picture
    rng = np.random.default_rng(seed)
    image = rng.integers(0, np.iinfo(kind).max, (height, across, 3)).astype(kind)
    image = image if seed % 3 else np.full_like(image, image[0, 0])
    mask = cv2.GaussianBlur(rng.integers(0, 256, (height, across)).astype(np.uint8), (0, 0), 1 + seed % 4)
    mask = np.where(mask > 127, np.uint8(255), np.uint8(0)) if hard else mask
    trimap, plain = from_image(image, mask, width), from_mask(mask, width)
    assert trimap.dtype == np.uint8
    assert np.isin(trimap[plain != trimap], (0, 255)).all()
    assert (plain[trimap != plain] == 128).all()
    assert np.array_equal(trimap[trimap != 128] == 255, mask[trimap != 128] >= 128)
    # The row of pixels on either side of the contour is always solved.
    if hard:
        assert np.array_equal(trimap == 128, (trimap == 128) | (from_mask(mask, min(width, 2)) == 128) & (plain == 128))


def test_a_width_of_0_is_no_band_but_for_soft_pixels_as_in_the_plain_one():
    photo, mask, _ = half_haired()
    assert not (from_image(photo, mask, 0) == 128).any()
    soft = cv2.GaussianBlur(mask, (0, 0), 3)
    assert np.array_equal(from_image(photo, soft, 0), from_mask(soft, 0))
    touched = from_image(photo, soft, 12)
    assert (touched[(soft > 0) & (soft < 255)] == 128).all()


def test_16_bits_say_the_same_as_8():
    photo, mask, _ = half_haired()
    deep = photo.astype(np.uint16) * 257
    assert (from_image(deep, mask, 20) != from_image(photo, mask, 20)).mean() < 0.002


def test_parts_leave_no_seams(monkeypatch):
    photo, mask, _ = half_haired()
    monkeypatch.setattr(adaptive, "_PART", 4096)
    whole = from_image(photo, mask, 30)
    monkeypatch.setattr(adaptive, "_PART", 64)
    parts = from_image(photo, mask, 30)
    assert (whole != parts).sum() <= 0.02 * (whole == 128).sum()


def test_it_can_be_stopped_and_says_how_far_it_is():
    photo, mask, _ = half_haired()
    heard = []
    from_image(photo, mask, 20, token=Token(lambda fraction, text: heard.append(fraction)))
    assert heard == sorted(heard)
    assert len(heard) >= 4
    token = Token(lambda fraction, text: token.cancel() if fraction > 0.35 else None)
    with pytest.raises(Cancelled):
        from_image(photo, mask, 20, token=token)


def test_what_does_not_fit_is_refused():
    photo, mask, _ = half_haired()
    with pytest.raises(BadImage):
        from_image(photo.astype(float), mask, 20)
    with pytest.raises(BadMask):
        from_image(photo, mask[1:], 20)
    with pytest.raises(BadParameter):
        from_image(photo, mask, -1)
