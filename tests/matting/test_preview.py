"""The instant preview: against true alphas, a plain guided filter and scenes whose alpha is known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import BadImage, BadMask
from maskstudio.matting.preview import preview
from tests.matting.test_adaptive import rough
from tests.matting.truth import NAMES, Triple

BOX = 512


def fullest_box(unknown):
    """Where a box holds the most unknown pixels, on a grid of 64 px."""
    height, width = unknown.shape
    places = [(y, x) for y in range(0, max(1, height - BOX + 1), 64) for x in range(0, max(1, width - BOX + 1), 64)]
    y, x = max(places, key=lambda at: unknown[at[0] : at[0] + BOX, at[1] : at[1] + BOX].sum())
    return slice(y, y + BOX), slice(x, x + BOX)


def guided_filter(image, mask, trimap, reach=20):
    """He, Sun, Tang, "Guided image filtering", with the photo's colours as the guide."""
    colours, start = image / 255, np.where((trimap > 0) & (trimap < 255), mask, trimap) / 255

    def mean(plane):
        return cv2.blur(plane, (2 * reach + 1,) * 2, borderType=cv2.BORDER_REFLECT)

    middle, level = mean(colours), mean(start)
    spread = np.stack([mean(colours * colours[..., [i]]) - middle * middle[..., [i]] for i in range(3)], axis=-1)
    along = mean(colours * start[..., None]) - middle * level[..., None]
    slopes = np.linalg.solve(spread + 1e-4 * np.eye(3), along[..., None])[..., 0]
    alpha = (mean(slopes) * colours).sum(axis=2) + mean(level - (slopes * middle).sum(axis=2))
    return np.clip(alpha, 0, 1)


@pytest.fixture(scope="module")
def boxes(shared_data):
    """Photo, rough mask, trimap and true alpha of a box of each photo, with narrow and wide trimaps in turn."""
    found = []
    for number, name in enumerate(NAMES):
        triple = Triple.read(shared_data, name, ("trimap", "trimap2")[number % 2])
        here = fullest_box((triple.trimap > 0) & (triple.trimap < 255))
        mask = rough(triple.alpha)
        found.append([np.ascontiguousarray(plane[here]) for plane in (triple.image, mask, triple.trimap, triple.alpha)])
    return found


def test_it_is_clearly_nearer_than_the_mask_and_than_a_plain_guided_filter(boxes):
    errors = []
    for image, mask, trimap, alpha in boxes:
        unknown = (trimap > 0) & (trimap < 255)
        tries = (preview(image, mask, trimap) / 255, guided_filter(image, mask, trimap), mask / 255)
        errors.append([((one - alpha)[unknown] ** 2).mean() for one in tries])
    own, guided, raw = np.mean(errors, axis=0)
    assert own <= 0.8 * guided, f"{own:.5f} against {guided:.5f}"
    assert own <= 0.35 * raw, f"{own:.5f} against {raw:.5f}"
    assert all(error[0] < error[2] for error in errors)


def test_known_pixels_are_exact(boxes):
    for image, mask, trimap, _ in boxes[:4]:
        out = preview(image, mask, trimap)
        assert (out[trimap == 0] == 0).all()
        assert (out[trimap == 255] == 255).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_blend_of_two_colours_is_found(kind):
    alpha = np.clip((np.arange(400) - 150) / 100, 0, 1)[None].repeat(300, axis=0)
    alpha += np.where((alpha > 0) & (alpha < 1), 0.2 * np.sin(np.arange(300) / 7)[:, None], 0)
    alpha = np.clip(alpha, 0, 1)
    colours = alpha[..., None] * (200, 150, 90) + (1 - alpha[..., None]) * (40, 70, 130)
    image = np.rint(colours * (np.iinfo(kind).max // 255)).astype(kind)
    trimap = np.full(alpha.shape, 128, np.uint8)
    trimap[:, :120], trimap[:, 290:] = 0, 255
    mask = np.where(alpha > 0.5, np.uint8(255), np.uint8(0))
    miss = np.abs(preview(image, mask, trimap) / 255 - alpha)
    assert miss.mean() < 0.01
    assert miss.max() < 0.12


@pytest.mark.parametrize("known", [(), (0,), (255,)])
def test_with_a_side_missing_the_mask_decides_and_the_photo_says_where(known):
    rng = np.random.default_rng(0)
    true = np.zeros((200, 200), np.uint8)
    true[:, 100:] = 255
    image = np.where(true[..., None] > 0, (190, 150, 100), (50, 70, 90)) + rng.normal(0, 2, (200, 200, 3))
    mask = np.zeros_like(true)
    mask[:, 104:] = 255
    trimap = np.full_like(true, 128)
    for value in known:
        trimap[:, :10] = 0 if value == 0 else 128
        trimap[:, 190:] = 255 if value == 255 else 128
    out = preview(np.clip(image, 0, 255).astype(np.uint8), mask, trimap).astype(int)
    off = np.abs(out - true)
    assert off[:, :90].mean() < 26
    assert off[:, 110:].mean() < 26
    assert off[:, 95:105].mean() < np.abs(mask[:, 95:105].astype(int) - true[:, 95:105]).mean()


sides, kinds = st.integers(1, 30), st.sampled_from([np.uint8, np.uint16])


@settings(max_examples=400)
@given(sides, sides, st.integers(0, 10**6), kinds, st.sampled_from(["noise", "flat", "two", "black"]))
def test_any_small_photo_and_trimap_gives_an_alpha_that_keeps_what_is_known(height, width, seed, kind, sort):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, np.iinfo(kind).max, (height, width, 3), endpoint=True).astype(kind)
    if sort in ("flat", "black"):
        image[:] = 0 if sort == "black" else image[0, 0]
    elif sort == "two":
        image[:] = np.where(rng.random((height, width, 1)) < 0.5, image[0, 0], image[-1, -1])
    mask = rng.integers(0, 256, (height, width)).astype(np.uint8)
    shares = rng.dirichlet((0.5, 0.5, 0.5))
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (height, width), p=shares)
    with np.errstate(all="raise", under="ignore"):
        out = preview(image, mask, trimap)
    assert out.dtype == np.uint8
    assert out.shape == trimap.shape
    assert np.array_equal(out[trimap != 128], trimap[trimap != 128])


def test_an_elongated_box_and_a_single_unknown_pixel():
    rng = np.random.default_rng(2)
    for shape in ((3, 4000), (2500, 2), (700, 900)):
        image = rng.integers(0, 256, (*shape, 3)).astype(np.uint8)
        trimap = np.where(np.arange(shape[1]) > shape[1] // 2, 255, 0)[None].repeat(shape[0], axis=0).astype(np.uint8)
        place = (shape[0] // 2, shape[1] // 2)
        trimap[place] = 128
        out = preview(image, trimap, trimap)
        known = trimap != 128
        assert np.array_equal(out[known], trimap[known])


def test_what_does_not_fit_is_refused():
    image, plane = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8)
    with pytest.raises(BadImage):
        preview(image.astype(float), plane, plane)
    for mask, trimap in ((plane.T, plane), (plane, plane.T), (plane.astype(float), plane)):
        with pytest.raises(BadMask):
            preview(image, mask, trimap)
