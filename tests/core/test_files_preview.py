"""A first look at a large JPEG: a quarter of it, in its place and its colours, and never a word about what is wrong."""

import io
import os
import threading

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pytest

from maskstudio.core import jpeg
from maskstudio.core.cv import cv2
from maskstudio.core.files import read_image, read_preview
from maskstudio.errors import BadImage
from tests.core.pictures import saved

RNG = np.random.default_rng(3)
ICC = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(jpeg, "_WORTH_IT", 1)


def photo(width=248, height=184):
    """Soft blobs of colour, as photos have them."""
    coarse = RNG.integers(0, 256, (height // 31, width // 31, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def written(tmp_path, pixels, name="a.jpg", **options):
    path = tmp_path / name
    path.write_bytes(saved(pixels, "JPEG", **{"quality": 92, **options}))
    return path


def fours(pixels):
    """The average of every four by four pixels, independently of anything that is tested."""
    height, width = (side // 4 for side in pixels.shape[:2])
    return pixels[: 4 * height, : 4 * width].reshape(height, 4, width, 4, -1).mean((1, 3))


def oriented(orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_the_photo_reduced_where_the_photo_will_be(tmp_path, orientation):
    path = written(tmp_path, photo(), exif=oriented(orientation), icc_profile=ICC)
    preview = read_preview(path)
    upright = np.asarray(PIL.ImageOps.exif_transpose(PIL.Image.open(path)))
    assert preview.size == upright.shape[1::-1]
    assert (preview.name, preview.path, preview.icc, preview.depth) == ("a.jpg", path, ICC, 8)
    assert preview.quarter is preview.pixels
    difference = np.abs(preview.pixels - fours(upright))
    assert difference.mean() < 1.5
    assert difference.max() < 16


def test_it_matches_the_quarter_of_the_whole(tmp_path):
    path = written(tmp_path, photo(250, 185))  # sides that are no multiples of four
    preview, image = read_preview(path), read_image(path).image
    assert preview.size == image.size == (250, 185)
    assert preview.quarter.shape == image.quarter.shape == (47, 63, 3)
    assert np.abs(preview.quarter.astype(int) - image.quarter)[:-1, :-1].mean() < 1.5


def test_grey_photos_are_expanded(tmp_path):
    path = written(tmp_path, photo()[..., 0])
    preview = read_preview(path)
    assert preview.grey
    assert preview.pixels.shape == (46, 62, 3)
    assert np.abs(preview.pixels - fours(np.asarray(PIL.Image.open(path)))).mean() < 1.5


def test_there_is_none_where_it_would_not_come_sooner(tmp_path, monkeypatch):
    pixels = photo()
    assert read_preview(written(tmp_path, pixels, progressive=True)) is None
    png = tmp_path / "a.png"
    png.write_bytes(saved(pixels))
    assert read_preview(png) is None
    cmyk = tmp_path / "cmyk.jpg"
    cmyk.write_bytes(saved(PIL.Image.fromarray(pixels).convert("CMYK"), "JPEG"))
    assert read_preview(cmyk) is None
    plain = written(tmp_path, pixels)
    assert read_preview(plain) is not None
    monkeypatch.setattr(jpeg, "_WORTH_IT", pixels[..., 0].size + 1)
    assert read_preview(plain) is None


def test_nothing_is_said_of_what_is_wrong(tmp_path, capfd):
    data = saved(photo(), "JPEG", quality=92)
    bad = [b"", b"text", data[:30], data[: len(data) // 2], data[:-2000]]
    for number, content in enumerate(bad):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(content)
        assert read_preview(path) is None
    assert read_preview(tmp_path / "missing.jpg") is None
    assert read_preview(tmp_path) is None
    whole = tmp_path / "whole.jpg"
    whole.write_bytes(data)
    assert read_preview(whole, limit=1000) is None
    assert capfd.readouterr().err == ""


def test_both_looks_may_be_taken_at_once(tmp_path):
    path = written(tmp_path, photo(1240, 920))
    looks = []
    threads = [
        threading.Thread(target=lambda read=read: looks.append(read(path))) for read in (read_preview, read_image)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looks) == 2
    assert None not in looks


# --- decoding into place ------------------------------------------------------------------------------------------


def decoded(path, colours=cv2.IMREAD_COLOR_RGB):
    return cv2.imdecode(np.fromfile(path, np.uint8), colours | cv2.IMREAD_IGNORE_ORIENTATION)


@pytest.mark.parametrize("name", ["a.jpg", "grün 影.jpg"])
def test_a_file_is_decoded_into_its_array(tmp_path, name):
    path = written(tmp_path, photo(), name)
    with PIL.Image.open(path) as header:
        pixels = jpeg.in_place(path, header)
        np.testing.assert_array_equal(pixels, decoded(path))
        assert pixels.base is None
    np.testing.assert_array_equal(read_image(path).image.pixels, decoded(path))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (300, 1, 3), (17, 9), (64, 64, 3)])
def test_odd_shapes_and_black_borders(tmp_path, shape):
    pixels = RNG.integers(0, 256, shape, np.uint8)
    pixels[-1] = 0
    path = written(tmp_path, pixels)
    want = np.asarray(PIL.Image.open(path).convert("RGB"))
    assert np.abs(read_image(path).image.pixels.astype(int) - want).max() <= 2


@pytest.mark.parametrize("content", ["nothing", "text", "smaller", "headless", "gone"])
def test_a_file_that_is_another_by_then_is_not_believed(tmp_path, content):
    path = written(tmp_path, photo())
    data = path.read_bytes()
    contents = {
        "nothing": b"",
        "text": b"text",
        "smaller": saved(photo(124, 93), "JPEG"),
        "headless": data[: data.index(b"\xff\xda")].replace(b"\xff\xc4", b"\xff\xfe"),  # no Huffman tables, no scan
    }
    path.unlink()
    if content != "gone":
        path.write_bytes(contents[content])
    assert jpeg.in_place(path, PIL.Image.open(io.BytesIO(data))) is None


@pytest.mark.parametrize("words", [b"This plugin does not support raise()\n", b""])
def test_what_others_say_meanwhile_does_not_matter(tmp_path, monkeypatch, words):
    path = written(tmp_path, photo())
    read, whole = cv2.imread, []

    def chatting(*arguments):
        os.write(2, words)
        return read(*arguments)

    monkeypatch.setattr(jpeg.cv2, "imread", chatting)
    monkeypatch.setattr(jpeg, "whole", lambda *_: whole.append("a second time"))
    assert read_image(path).image.notes == ()
    assert whole == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_refused_as_its_bytes_are(tmp_path, share):
    path = tmp_path / "cut.jpg"
    data = saved(photo(), "JPEG", quality=92)
    path.write_bytes(data[: round(len(data) * share)])
    with pytest.raises(BadImage, match=r"cut\.jpg is damaged or incomplete and cannot be opened\."):
        read_image(path)
