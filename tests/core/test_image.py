"""Image: read-only, and the same digest for the same pixels."""

import numpy as np
import pytest

from maskstudio.core.image import Image, to_depth
from maskstudio.errors import BadImage


def picture(depth=8, width=5, height=3):
    dtype = np.uint8 if depth == 8 else np.uint16
    return np.random.default_rng(1).integers(0, 1 << depth, (height, width, 3), dtype)


@pytest.mark.parametrize("depth", [8, 16])
def test_size_depth_and_read_only(depth):
    image = Image(picture(depth), name="a.png")
    assert (image.width, image.height, image.size, image.depth) == (5, 3, (5, 3), depth)
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0, 0] = 1


def test_a_view_becomes_contiguous_without_touching_its_owner():
    owner = picture(width=10)
    image = Image(owner[:, ::2])
    assert image.pixels.flags.c_contiguous
    assert owner.flags.writeable
    np.testing.assert_array_equal(image.pixels, owner[:, ::2])


def test_digest_tells_pixels_shape_and_depth_apart():
    flat = np.zeros((2, 6, 3), np.uint8)
    digests = {
        Image(flat).digest,
        Image(np.zeros((6, 2, 3), np.uint8)).digest,
        Image(np.zeros((2, 3, 3), np.uint16)).digest,
        Image(picture()).digest,
    }
    assert len(digests) == 4
    assert Image(flat.copy(), name="other").digest == Image(flat).digest
    assert len(Image(flat).digest) == 64


def test_depths_round_to_the_nearest_step():
    every = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(to_depth(every, 8), [round(v / 257) for v in range(65536)])
    few = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_depth(few, 16), [round(v / 255 * 65535) for v in range(256)])
    np.testing.assert_array_equal(to_depth(to_depth(few, 16), 8), few)


def test_rgb8_is_the_pixels_themselves_at_8_bits():
    image = Image(picture())
    assert np.shares_memory(image.rgb8(), image.pixels)
    assert Image(picture(16)).rgb8().dtype == np.uint8


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 4), (4, 4, 4)])
def test_refuses_what_is_not_a_picture(shape):
    with pytest.raises(BadImage, match="no usable pixels"):
        Image(np.zeros(shape, np.uint8))
    with pytest.raises(BadImage, match="no usable pixels"):
        Image(np.zeros((2, 2, 3), np.float32))
