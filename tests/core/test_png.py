"""The PNG writer, read back by two decoders that are not ours."""

import io
import zlib

import hypothesis.strategies as st
import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from maskstudio.core import png, pngfilter
from maskstudio.core.cv import cv2
from maskstudio.core.png import adler32_combine, png_pieces, raster_of


def written(array, **options):
    return b"".join(png_pieces(raster_of(array), **options))


def by_opencv(data):
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if read.ndim == 3:
        read = cv2.cvtColor(read, cv2.COLOR_BGRA2RGBA if read.shape[2] == 4 else cv2.COLOR_BGR2RGB)
    return read


@st.composite
def rasters(draw):
    """Any small raster: 1 x 1, single rows and columns, smooth and noisy, grey, RGB and RGBA, strided."""
    dtype = draw(st.sampled_from([np.uint8, np.uint16]))
    height, width, channels = draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.sampled_from([1, 3, 4]))
    step = draw(st.sampled_from([1, 2]))
    if draw(st.booleans()):
        array = draw(arrays(dtype, (height * step, width * step, channels)))
    else:
        ramp = np.arange(height * step * width * step * channels) * draw(st.integers(0, 300))
        array = ramp.reshape(height * step, width * step, channels).astype(dtype)
    return array[::step, ::step]


@settings(max_examples=150)
@given(rasters(), st.sampled_from(["fast", "smallest"]))
def test_two_decoders_read_back_every_bit(array, compression):
    data = written(array, compression=compression)
    expected = array[..., 0] if array.shape[2] == 1 else array
    np.testing.assert_array_equal(by_opencv(data), expected)
    image = PIL.Image.open(io.BytesIO(data))
    image.verify()
    image = PIL.Image.open(io.BytesIO(data))
    assert image.size == (array.shape[1], array.shape[0])
    if array.dtype == np.uint8 or array.shape[2] == 1:
        np.testing.assert_array_equal(np.asarray(image), expected)
    else:  # Pillow keeps the high byte of 16-bit colours
        np.testing.assert_array_equal(np.asarray(image), expected >> 8)


@pytest.mark.parametrize("compression", ["fast", "smallest"])
@pytest.mark.parametrize("kind", range(5))
def test_many_stripes_join_with_every_filter(monkeypatch, compression, kind):
    monkeypatch.setattr(pngfilter, "ALL", (kind,))
    monkeypatch.setattr(png, "_STRIPE", 5000)
    monkeypatch.setattr(png, "_FAST", [png._Way(1, zlib.Z_RLE, kind)])
    rng = np.random.default_rng(kind)
    array = np.cumsum(rng.integers(-3, 4, (301, 157, 4)), axis=1).astype(np.uint8)
    data = written(array, compression=compression)
    np.testing.assert_array_equal(by_opencv(data), array)
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(io.BytesIO(data))), array)


def test_rows_wider_than_a_stripe(monkeypatch):
    monkeypatch.setattr(png, "_STRIPE", 100)
    array = np.random.default_rng(0).integers(0, 256, (3, 20001, 3), np.uint8)
    np.testing.assert_array_equal(by_opencv(written(array)), array)


def test_grey_with_alpha():
    array = np.random.default_rng(0).integers(0, 256, (9, 7, 2), np.uint8)
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(io.BytesIO(written(array)))), array)


def test_profile_and_nothing_else_is_written():
    profile = PIL.Image.open(
        io.BytesIO(
            written(
                np.zeros((2, 2, 4), np.uint8), about=[(b"iCCP", b"ICC profile\0\0" + zlib.compress(b"any bytes" * 99))]
            )
        )
    ).info
    assert profile == {"icc_profile": b"any bytes" * 99}


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_joined_checksums_are_those_of_the_joined_bytes(parts):
    check = 1
    for part in parts:
        check = adler32_combine(check, zlib.adler32(part), len(part))
    assert check == zlib.adler32(b"".join(parts))


@given(arrays(np.uint8, (6, 24)), st.sampled_from([1, 3, 4, 8]))
def test_paeth_is_the_one_of_the_standard(rows, pixel):
    def predictor(a, b, c):
        p = a + b - c
        pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
        return a if pa <= pb and pa <= pc else b if pb <= pc else c

    got = pngfilter.filter_rows(rows[1:], rows[0], pixel, pngfilter.PAETH)
    whole = rows.astype(int)
    for y in range(1, 6):
        for x in range(24):
            a, c = (whole[y, x - pixel], whole[y - 1, x - pixel]) if x >= pixel else (0, 0)
            assert got[y - 1, x] == (whole[y, x] - predictor(a, whole[y - 1, x], c)) % 256


def test_step_rises_to_one_and_can_stop(monkeypatch):
    monkeypatch.setattr(png, "_STRIPE", 2000)
    array = np.random.default_rng(0).integers(0, 256, (200, 100, 4), np.uint8)
    seen = []
    written(array, step=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) > 5

    def stop(fraction):
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(array, step=stop)


def test_smallest_is_not_larger_than_fast_nor_than_opencv_at_its_best(shared_data):
    photo = cv2.imdecode(np.fromfile(shared_data / "photos/rembg/examples/car-1.out.png", np.uint8), -1)[:500, :500]
    smallest, fast = written(photo, compression="smallest"), written(photo)
    peer = cv2.imencode(".png", photo, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    assert len(smallest) <= len(fast)
    assert len(smallest) <= 1.02 * len(peer)
