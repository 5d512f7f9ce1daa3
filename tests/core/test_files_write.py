"""Writing: what a cut-out holds, pixel by pixel, and files that appear whole or not at all."""

import io
import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from maskstudio.core.atomic import replacing
from maskstudio.core.cutout import cutout_raster
from maskstudio.core.cv import cv2
from maskstudio.core.files import encode_cutout, read_image, read_mask, write_cutout, write_mask
from maskstudio.core.image import Image
from maskstudio.errors import BadMask, BadParameter, Cancelled, CannotWrite
from maskstudio.params.local import ExportParams


def decoded(data):
    """RGBA by OpenCV, which has no part in our writing and keeps 16 bits."""
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)


def noise(depth, shape, seed=0):
    dtype = np.uint8 if depth == 8 else np.uint16
    return np.random.default_rng(seed).integers(0, 1 << depth, shape, dtype)


def blob(height=40, width=60):
    """An alpha with sure, soft and hidden parts."""
    alpha = np.zeros((height, width), np.uint8)
    cv2.circle(alpha, (width // 2, height // 2), height // 4, 255, -1)
    return cv2.GaussianBlur(alpha, (9, 9), 2)


# --- what it holds --------------------------------------------------------------------------------------------------


@settings(max_examples=80)
@given(
    st.sampled_from([8, 16]),
    st.sampled_from([8, 16, None]),
    st.sampled_from(["keep", "clear", "bleed"]),
    st.booleans(),
    arrays(
        np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.sampled_from([0, 1, 128, 254, 255])
    ),
)
def test_every_pixel_is_where_it_should_come_from(source_depth, depth, hidden, cleaned, alpha):
    image = Image(noise(source_depth, (*alpha.shape, 3)))
    colours = noise(source_depth, (*alpha.shape, 3), 1) if cleaned else None
    params = ExportParams(str(depth or "source"), hidden)
    out = decoded(encode_cutout(image, alpha, params, colours=colours)).astype(float)
    target = depth or source_depth
    scale = {(8, 8): 1, (16, 16): 1, (8, 16): 257, (16, 8): 1 / 257}[source_depth, target]
    source = np.rint(image.pixels * float(scale))
    band = source if colours is None else np.rint(colours * float(scale))
    np.testing.assert_array_equal(out[..., 3], alpha * (1.0 if target == 8 else 257.0))
    np.testing.assert_array_equal(out[..., :3][alpha == 255], source[alpha == 255])
    soft = (alpha > 0) & (alpha < 255)
    np.testing.assert_array_equal(out[..., :3][soft], band[soft])
    gone = out[..., :3][alpha == 0]
    if hidden == "keep":
        np.testing.assert_array_equal(gone, source[alpha == 0])
    elif hidden == "clear" or not alpha.any():
        assert (gone == 0).all()
    else:
        visible = np.where((alpha == 255)[..., None], source, band)[alpha > 0]
        assert {tuple(colour) for colour in gone} <= {tuple(colour) for colour in visible}


def test_bleed_takes_the_nearest_visible_colour():
    alpha = np.where(np.random.default_rng(3).random((50, 70)) < 0.01, 200, 0).astype(np.uint8)
    image = Image(noise(8, (50, 70, 3)))
    out = decoded(encode_cutout(image, alpha, ExportParams(hidden="bleed")))
    ys, xs = np.nonzero(alpha)
    for y, x in np.argwhere(alpha == 0):
        distance = np.hypot(ys - y, xs - x)
        # the chamfer distance is within a few percent of the true one, so a near tie may go either way
        near = distance <= distance.min() * 1.05 + 1e-6
        assert any((out[y, x, :3] == image.pixels[ys[i], xs[i]]).all() for i in np.flatnonzero(near))


def test_bleed_costs_no_more_for_a_far_corner():
    alpha = np.zeros((300, 400), np.uint8)
    alpha[0, 0] = 9
    image = Image(noise(8, (300, 400, 3)))
    out = decoded(encode_cutout(image, alpha, ExportParams(hidden="bleed")))
    assert (out[..., :3] == image.pixels[0, 0]).all()


def test_float_and_sixteen_bit_alphas_round_to_the_nearest():
    image = Image(noise(8, (1, 6, 3)))
    alpha = np.array([[0, 0.4 / 255, 0.6 / 255, 1, 1.5, np.nan]], np.float32)
    assert decoded(encode_cutout(image, alpha))[0, :, 3].tolist() == [0, 0, 1, 255, 255, 0]
    deep = np.array([[0, 128, 129, 257, 65535, 65406]], np.uint16)
    assert decoded(encode_cutout(image, deep))[0, :, 3].tolist() == [0, 0, 1, 1, 255, 254]
    assert decoded(encode_cutout(image, deep, ExportParams("16")))[0, :, 3].tolist() == deep[0].tolist()


def test_profile_and_grey_sources(tmp_path, shared_data):
    image = read_image(shared_data / "torture/color_known_answer/adobe_rgb.png").image
    write_cutout(tmp_path / "a.png", image, blob(image.height, image.width))
    assert read_image(tmp_path / "a.png").image.icc == image.icc
    grey = read_image(shared_data / "torture/color/sharp_concert.jpg").image
    data = encode_cutout(grey, blob(grey.height, grey.width))
    out = decoded(data)
    assert (out[..., :1] == out[..., :3]).all()
    assert PIL.Image.open(io.BytesIO(data)).info["icc_profile"] == grey.icc


@pytest.mark.parametrize("hidden", ["keep", "bleed", "clear"])
@pytest.mark.parametrize("compression", ["fast", "smallest"])
def test_a_photo_opens_again_as_it_was_saved(tmp_path, shared_data, hidden, compression):
    image = read_image(shared_data / "photos/rembg/examples/girl-1.jpg").image
    image = Image(image.pixels[:300, :500])
    alpha = blob(300, 500)
    write_cutout(tmp_path / "a.png", image, alpha, ExportParams(hidden=hidden, compression=compression))
    again = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(again.alpha, alpha)
    np.testing.assert_array_equal(again.image.pixels[alpha > 0], image.pixels[alpha > 0])


@pytest.mark.parametrize("depth", [8, 16])
def test_masks_round_trip(tmp_path, depth):
    alpha = blob()
    write_mask(tmp_path / "m.png", alpha, depth=depth)
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", (60, 40)), alpha)
    stored = np.asarray(PIL.Image.open(io.BytesIO((tmp_path / "m.png").read_bytes())))
    np.testing.assert_array_equal(stored, alpha.astype(int) * (257 if depth == 16 else 1))


def test_what_does_not_fit_is_refused():
    image = Image(noise(8, (4, 5, 3)), name="cat.jpg")
    with pytest.raises(BadMask, match=r"The mask is 4 by 5 pixels, but cat\.jpg is 5 by 4\."):
        encode_cutout(image, np.zeros((5, 4), np.uint8))
    with pytest.raises(BadMask, match="int32 values"):
        encode_cutout(image, np.zeros((4, 5), np.int32))
    with pytest.raises(BadMask, match="cleaned colours"):
        encode_cutout(image, np.zeros((4, 5), np.uint8), colours=noise(16, (4, 5, 3)))
    with pytest.raises(BadParameter, match="depth 12"):
        cutout_raster(image, np.zeros((4, 5), np.uint8), depth=12)
    with pytest.raises(BadMask):
        write_mask("m.png", np.zeros((4, 5, 3), np.uint8))


# --- whole or not at all ----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path):
    """A file with something in it, and a check that it is alone and unharmed."""
    path = tmp_path / "out" / "übung.png"
    path.parent.mkdir()
    path.write_bytes(b"old")

    def unharmed():
        return path.read_bytes() == b"old" and [entry.name for entry in path.parent.iterdir()] == [path.name]

    return path, unharmed


def test_replaces_and_keeps_permissions(kept):
    path, _ = kept
    path.chmod(0o640)
    write_mask(path, blob())
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]
    fresh = path.with_name("fresh.png")
    before = os.umask(0o022)
    try:
        write_mask(fresh, blob())
    finally:
        os.umask(before)
    assert fresh.stat().st_mode & 0o777 == 0o644


def test_through_a_link_the_file_behind_is_replaced(kept):
    path, _ = kept
    link = path.parent.parent / "link.png"
    link.symlink_to(path)
    write_mask(link, blob())
    assert link.is_symlink()
    assert path.read_bytes() != b"old"


@pytest.mark.parametrize("error", [Cancelled("stopped"), KeyboardInterrupt(), ValueError("bug")])
def test_an_exception_in_the_middle_leaves_the_old_file(kept, error):
    path, unharmed = kept

    def step(fraction):
        raise error

    with pytest.raises(type(error)):
        write_mask(path, blob(), step=step)
    assert unharmed()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (28, "the disk is full"),
        (13, "you may not write there"),
        (30, "the disk is read-only"),
        (5, "input/output error"),
    ],
)
def test_system_errors_are_one_sentence(kept, monkeypatch, number, text):
    path, unharmed = kept

    def fail(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite) as caught:
        write_mask(path, blob())
    assert str(caught.value) == f"übung.png could not be written: {text}."
    assert unharmed()


def test_impossible_targets(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    for path, text in (
        (tmp_path / "missing" / "a.png", "a.png could not be written: the folder does not exist."),
        (tmp_path / "file" / "a.png", "a.png could not be written: the folder does not exist."),
        (tmp_path / "folder.png", "folder.png could not be written: a folder has that name."),
        (tmp_path / ("n" * 300), "the name is too long."),
        (Path("/dev/null"), "null could not be written: a device has that name."),
    ):
        with pytest.raises(CannotWrite) as caught:
            write_mask(path, blob())
        assert text in str(caught.value)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder.png"]


def test_write_protected_file_is_not_replaced(kept, monkeypatch):
    path, unharmed = kept
    monkeypatch.setattr(os, "access", lambda *_: False)  # tests may run as root, who may do anything
    with pytest.raises(CannotWrite, match="you may not write there"):
        write_mask(path, blob())
    assert unharmed()


FULL = """
import resource, signal, sys
import numpy as np
from maskstudio.core.files import write_mask
from maskstudio.errors import CannotWrite
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_mask(sys.argv[1], np.random.default_rng(0).integers(0, 256, (900, 900), np.uint8))
except CannotWrite as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of a file")
def test_the_disk_ends_in_the_middle(kept):
    path, unharmed = kept
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "übung.png could not be written: the file would be larger than the system allows.\n"
    assert unharmed()


def test_replacing_serves_any_bytes(tmp_path):
    with replacing(tmp_path / "a.bin") as file:
        file.write(b"one")
        assert not (tmp_path / "a.bin").exists()
    assert (tmp_path / "a.bin").read_bytes() == b"one"
