"""Masks that come in: the channel offered, every channel at its values, where it lies, and what looks like one."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pil

from maskstudio.core.files import decode_incoming, decode_mask, looks_like_mask
from maskstudio.errors import BadMask, BadParameter
from maskstudio.params.local import MaskInParams
from tests.core.documents import disc

SIZE = (300, 280)
SHAPE = SIZE[::-1]
NOISE = np.random.default_rng(5).integers(40, 200, (*SHAPE, 3), np.uint8)


def png(array, **how):
    held = io.BytesIO()
    Pil.fromarray(array).save(held, "PNG", **how)
    return held.getvalue()


def png16(array):
    return cv2.imencode(".png", array[..., ::-1] if array.ndim == 3 else array)[1].tobytes()


def incoming(data, name="m.png"):
    return decode_incoming(data, name)


def only(channel, plane=None, rest=0):
    made = np.full((*SHAPE, 3), rest, np.uint8)
    made[..., channel] = disc() if plane is None else plane
    return made


def with_alpha(colour, alpha):
    return np.dstack([colour, np.broadcast_to(alpha, SHAPE).astype(np.uint8)])


GREY = np.repeat(disc()[..., None], 3, axis=2)
YELLOW = GREY * np.array([1, 1, 0], np.uint8)
BUSY = NOISE.copy()
BUSY[..., 1] = disc(radius=15)
OFFERED = {
    "red": only(0), "green": only(1), "blue": only(2), "blue on white": only(2, rest=255), "grey": GREY,
    "plane": disc(), "yellow": YELLOW, "small, beside noise": BUSY, "alpha": with_alpha(NOISE, disc()),
    "alpha that says nothing": with_alpha(only(2), 255), "even alpha": with_alpha(only(0), 90),
    "hardly any alpha": with_alpha(only(1), 254 + (disc() > 0)),
}  # fmt: skip
BEST = {
    "red": "red", "green": "green", "blue": "blue", "blue on white": "blue", "grey": "luminance",
    "plane": "luminance", "yellow": "red", "small, beside noise": "green", "alpha": "alpha",
    "alpha that says nothing": "blue", "even alpha": "red", "hardly any alpha": "green",
}  # fmt: skip


@pytest.mark.parametrize("kind", OFFERED)
def test_the_channel_most_like_a_mask_is_offered(kind):
    found = incoming(png(OFFERED[kind]))
    assert found.best == BEST[kind]
    assert found.reduced(4).best == BEST[kind]
    radius = 15 if kind.startswith("small") else 80
    np.testing.assert_array_equal(decode_mask(png(OFFERED[kind]), "m.png", SIZE), disc(radius=radius))


def test_the_blue_mask_of_the_faults_comes_in_whole(shared_data):
    data = (shared_data / "faults" / "mask_blue.png").read_bytes()
    blue = np.asarray(Pil.open(io.BytesIO(data)).convert("RGB"))[..., 2]
    assert incoming(data).best == "blue"
    np.testing.assert_array_equal(decode_mask(data, "mask_blue.png"), blue)
    assert blue.max() > 200


@pytest.mark.parametrize("channel", ["red", "green", "blue", "alpha", "luminance"])
@pytest.mark.parametrize("invert", [False, True])
def test_every_channel_comes_in_as_it_is(channel, invert):
    alpha = np.random.default_rng(6).integers(0, 256, SHAPE, np.uint8)
    plane = incoming(png(with_alpha(NOISE, alpha))).mask(SIZE, MaskInParams(channel, invert))
    if channel == "luminance":
        expected = NOISE @ np.array([0.299, 0.587, 0.114])
    else:
        expected = with_alpha(NOISE, alpha)[..., ["red", "green", "blue", "alpha"].index(channel)].astype(float)
    expected = 255 - expected if invert else expected
    assert np.abs(plane - expected).max() <= (1 if channel == "luminance" else 0)


@pytest.mark.parametrize("channel", [0, 1, 2, None])
def test_sixteen_bits_are_kept_and_rounded_to_the_nearest_where_eight_are_wanted(channel):
    deep = np.linspace(0, 65535, SIZE[0] * SIZE[1]).round().astype(np.uint16).reshape(SHAPE)
    data = deep if channel is None else np.dstack([deep if at == channel else np.zeros_like(deep) for at in range(3)])
    wanted = "luminance" if channel is None else ("red", "green", "blue")[channel]
    for invert in (False, True):
        plane = incoming(png16(data)).mask(SIZE, MaskInParams(wanted, invert))
        np.testing.assert_array_equal(plane, 65535 - deep if invert else deep)
    np.testing.assert_array_equal(decode_mask(png16(data), "m.png"), np.rint(deep / 257).astype(np.uint8))


def test_grey_and_bilevel_pictures_have_one_channel():
    assert incoming(png(disc())).channels == ("luminance",)
    bits = io.BytesIO()
    Pil.fromarray(disc()).convert("1").save(bits, "PNG")
    found = incoming(bits.getvalue())
    np.testing.assert_array_equal(found.mask(SIZE, MaskInParams("red")), disc())
    with pytest.raises(BadMask, match="no alpha"):
        found.mask(SIZE, MaskInParams("alpha"))


@pytest.mark.parametrize("offset", [(0, 0), (7, -3), (-299, 279), (400, 0), (-5, 5)])
@pytest.mark.parametrize("invert", [False, True])
def test_the_offset_moves_it_and_nothing_is_in_beyond_it(offset, invert):
    source = 255 - disc() if invert else disc()
    plane = incoming(png(disc())).mask(SIZE, MaskInParams(mask_invert=invert, mask_offset=offset))
    expected = np.zeros(SHAPE, np.uint8)
    for y, x in np.argwhere(source):
        if 0 <= y + offset[1] < SHAPE[0] and 0 <= x + offset[0] < SHAPE[1]:
            expected[y + offset[1], x + offset[0]] = source[y, x]
    np.testing.assert_array_equal(plane, expected)


def test_another_size_is_refused_stretched_or_kept():
    small = incoming(png(np.full((28, 30), 255, np.uint8)))
    with pytest.raises(BadMask, match="30 by 28"):
        small.mask(SIZE, MaskInParams())
    assert (small.mask(SIZE, MaskInParams(), "stretch") == 255).all()
    kept = small.mask(SIZE, MaskInParams(mask_offset=(10, 20)), "keep")
    assert (kept[20:48, 10:40] == 255).all()
    assert int(kept.sum()) == 28 * 30 * 255


@pytest.mark.parametrize("offset", [(1,), (1, 2, 3), (1.5, 2), ("1", 2), (True, 1), (200_000, 0)])
def test_an_offset_is_two_whole_numbers(offset):
    with pytest.raises(BadParameter, match="maskOffset must be two whole numbers"):
        MaskInParams(mask_offset=offset)
    assert MaskInParams.from_wire({"maskOffset": [4, -9]}).mask_offset == (4, -9)


LIKE = {
    "mask": (disc(), True), "as colour": (GREY, True), "photo": (NOISE, False), "grey photo": (NOISE[..., 0], False),
    "cut-out": (with_alpha(GREY, disc()), False), "of another size": (disc()[:, :200], False),
    "in one channel": (only(2), True),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIKE)
def test_what_looks_like_a_mask(tmp_path, kind):
    array, like = LIKE[kind]
    (tmp_path / "m.png").write_bytes(png(array))
    assert looks_like_mask(tmp_path / "m.png", SIZE) == like
