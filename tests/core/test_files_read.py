"""Reading: every kind of file, upright, in its own depth, against known answers or another decoder."""

import io
import struct

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.files import decode_image, read_image, read_mask
from maskstudio.errors import BadMask, MaskStudioError
from tests.core.pictures import RGB, by_pillow, plain_png, saved


def oriented(orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


# --- orientation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("JPEG", {"quality": 95}),
    ],
)
def test_all_orientations_are_applied_once(format, options, orientation):  # noqa: A002
    data = saved(RGB, format, exif=oriented(orientation), **options)
    upright = np.asarray(PIL.ImageOps.exif_transpose(PIL.Image.open(io.BytesIO(data))).convert("RGB"))
    opened = decode_image(data, "a")
    np.testing.assert_array_equal(opened.image.pixels, upright)
    if format != "JPEG":
        back = {1: RGB, 2: RGB[:, ::-1], 3: RGB[::-1, ::-1], 4: RGB[::-1], 5: RGB.transpose(1, 0, 2)}
        back |= {6: np.rot90(RGB, -1), 7: np.rot90(RGB, 2).transpose(1, 0, 2), 8: np.rot90(RGB)}
        np.testing.assert_array_equal(opened.image.pixels, back[orientation])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bits_and_alpha_turn_together(orientation):
    deep = np.random.default_rng(0).integers(0, 65536, (5, 8, 4), np.uint16)
    exif = oriented(orientation)[6:]  # without the "Exif" prefix that JPEG needs
    opened = decode_image(plain_png(6, deep, (b"eXIf", exif)), "a.png")
    turned = decode_image(saved(RGB[:5, :8], exif=oriented(orientation)), "b.png").image.pixels
    where = {tuple(pixel): place for place, pixel in zip(np.ndindex(5, 8), RGB[:5, :8].reshape(-1, 3), strict=True)}
    for y, x in np.ndindex(turned.shape[:2]):
        source = where[tuple(turned[y, x])]
        assert tuple(opened.image.pixels[y, x]) == tuple(deep[source][:3])
        assert opened.alpha[y, x] == deep[source][3]


def test_the_eight_orientation_photos_are_equal(shared_data):
    for kind in ("Landscape", "Portrait"):
        reference = read_image(shared_data / f"torture/exif_orientation/{kind}_1.jpg").image.pixels.astype(int)
        turned_over = np.abs(reference[::-1, ::-1] - reference).mean()
        for number in (0, *range(2, 9)):
            other = read_image(shared_data / f"torture/exif_orientation/{kind}_{number}.jpg").image.pixels
            assert np.abs(other - reference).mean() < 5 < turned_over / 4


@pytest.mark.parametrize(
    "exif", [b"", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + bytes(40), oriented(9), oriented(0)]
)
def test_broken_or_senseless_orientation_is_none(exif):
    np.testing.assert_array_equal(decode_image(saved(RGB, exif=exif), "a").image.pixels, RGB)


# --- depth, channels, alpha ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_hand_made_png_of_every_kind(dtype, colour, channels):
    array = np.random.default_rng(colour).integers(0, np.iinfo(dtype).max + 1, (6, 5, channels), dtype)
    opened = decode_image(plain_png(colour, array), "a.png")
    grey = channels <= 2
    np.testing.assert_array_equal(opened.image.pixels, np.repeat(array[..., :1], 3, 2) if grey else array[..., :3])
    assert (opened.image.grey, opened.image.depth) == (grey, 8 * dtype().itemsize)
    if channels in (2, 4):
        np.testing.assert_array_equal(opened.alpha, array[..., -1])
    else:
        assert opened.alpha is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_one_transparent_colour(dtype):
    array = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype)
    key = struct.pack(">3H", *(int(v) for v in array[2, 3]))
    opened = decode_image(plain_png(2, array, (b"tRNS", key)), "a.png")
    expected = np.full((6, 5), np.iinfo(dtype).max)
    expected[2, 3] = 0
    np.testing.assert_array_equal(opened.alpha, expected)
    np.testing.assert_array_equal(opened.image.pixels, array)


def test_opaque_alpha_is_no_mask():
    assert decode_image(saved(np.dstack([RGB, np.full((7, 11), 255, np.uint8)])), "a").alpha is None


def test_palette_with_alpha_and_without():
    image = PIL.Image.fromarray(RGB).quantize(16)
    np.testing.assert_array_equal(decode_image(saved(image), "a").image.pixels, np.asarray(image.convert("RGB")))
    opened = decode_image(saved(image, transparency=bytes(range(0, 160, 10))), "a")
    np.testing.assert_array_equal(opened.alpha, np.asarray(image) * 10)


def test_bilevel_and_sixteen_bit_grey_tiff():
    bits = RGB[..., 0] > 128
    opened = decode_image(saved(PIL.Image.fromarray(bits), "TIFF"), "a.tif").image
    np.testing.assert_array_equal(opened.pixels[..., 1], bits * 255)
    assert opened.grey
    deep = np.random.default_rng(0).integers(0, 65536, (4, 9), np.uint16)
    np.testing.assert_array_equal(decode_image(saved(deep, "TIFF"), "a.tif").image.pixels[..., 2], deep)


def test_sixteen_bit_colour_tiff_agrees_with_pillow_in_the_high_byte(shared_data):
    path = shared_data / "torture/depth/pillow_tiff_16bit_RGB.tiff"
    opened = read_image(path).image
    assert opened.depth == 16
    np.testing.assert_array_equal(opened.pixels >> 8, np.asarray(by_pillow(path)))
    planar = shared_data / "torture/depth/pillow_tiff_strip_planar_16bit_RGB.tiff"
    opened = read_image(planar).image
    assert opened.notes == ("Its 16-bit colours were read as 8-bit ones.",)
    np.testing.assert_array_equal(opened.pixels, np.asarray(by_pillow(planar)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_tiff_of_known_pixels(orientation):
    deep = np.random.default_rng(0).integers(0, 65536, (6, 9, 3), np.uint16)
    data = bytearray(cv2.imencode(".tiff", deep[..., ::-1])[1].tobytes())
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    entries = bytes(data[directory + 2 : directory + 2 + 12 * count])
    parts = [entries[i : i + 12] for i in range(0, len(entries), 12)]
    parts = [part for part in parts if struct.unpack_from("<H", part)[0] != 274]
    parts.append(struct.pack("<HHIHH", 274, 3, 1, orientation, 0))
    parts.sort(key=lambda part: struct.unpack_from("<H", part)[0])
    data[4:8] = struct.pack("<I", len(data))
    data += struct.pack("<H", len(parts)) + b"".join(parts) + bytes(4)
    back = {1: deep, 2: deep[:, ::-1], 3: deep[::-1, ::-1], 4: deep[::-1], 5: deep.transpose(1, 0, 2)}
    back |= {6: np.rot90(deep, -1), 7: np.rot90(deep, 2).transpose(1, 0, 2), 8: np.rot90(deep)}
    np.testing.assert_array_equal(decode_image(bytes(data), "a.tif").image.pixels, back[orientation])


def test_associated_alpha_of_a_tiff_is_divided_out(shared_data):
    path = shared_data / "torture/depth/pillow_tiff_16bit_RGBa.tiff"
    opened = read_image(path)
    pillow = np.asarray(by_pillow(path).convert("RGBA")).astype(int)
    alpha = opened.alpha >> 8
    seen = alpha > 128
    assert np.abs(alpha.astype(int) - pillow[..., 3]).max() <= 1
    assert np.abs((opened.image.pixels >> 8).astype(int) - pillow[..., :3])[seen].max() <= 3


def test_pngsuite_agrees_with_pillow(shared_data):
    compared = 0
    for path in sorted((shared_data / "torture/pngsuite").glob("[!x]*.png")):
        opened = read_image(path)
        pillow = by_pillow(path)
        ours = opened.image.pixels if opened.image.depth == 8 else opened.image.pixels >> 8
        if pillow.mode.startswith("I"):
            np.testing.assert_array_equal(opened.image.pixels[..., 0], np.asarray(pillow), err_msg=path.name)
            continue
        rgba = np.asarray(pillow.convert("RGBA"))
        np.testing.assert_array_equal(ours, rgba[..., :3], err_msg=path.name)
        if opened.image.depth == 8:
            alpha = np.full(ours.shape[:2], 255) if opened.alpha is None else opened.alpha
            np.testing.assert_array_equal(alpha, rgba[..., 3], err_msg=path.name)
        compared += 1
    assert compared > 60


# --- colour -------------------------------------------------------------------------------------------------------


def managed(image):
    profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(image.icc))
    made = PIL.ImageCms.profileToProfile(
        PIL.Image.fromarray(image.pixels), profile, PIL.ImageCms.createProfile("sRGB"), renderingIntent=1
    )
    return np.asarray(made).astype(int)


def test_known_colours(shared_data):
    folder = shared_data / "torture/color_known_answer"
    reference = read_image(folder / "reference_srgb.png").image.pixels.astype(int)
    for name in ("adobe_rgb.png", "display_p3.png", "prophoto.png"):
        image = read_image(folder / name).image
        assert image.icc == by_pillow(folder / name).info["icc_profile"]
        assert np.abs(managed(image) - reference).mean() < 0.5, name
    for name in ("cmyk_fogra39.jpg", "cmyk_fogra39.tif"):
        image = read_image(folder / name).image
        assert image.icc is None
        assert image.notes == ("The CMYK colours were converted to sRGB.",)
        assert np.abs(image.pixels - reference).mean() < 4, name  # the gamut of print loses a little


def test_grey_profile_still_describes_the_three_channels(shared_data):
    path = shared_data / "torture/color/sharp_concert.jpg"
    image, source = read_image(path).image, by_pillow(path)
    direct = PIL.ImageCms.profileToProfile(
        source,
        PIL.ImageCms.ImageCmsProfile(io.BytesIO(source.info["icc_profile"])),
        PIL.ImageCms.createProfile("sRGB"),
        renderingIntent=1,
        outputMode="RGB",
    )
    assert image.grey
    assert (np.asarray(direct) != image.pixels).mean() > 0.2  # the profile is not a mere sRGB
    assert np.abs(managed(image) - np.asarray(direct)).max() <= 1


def test_profiles_that_describe_nothing_are_dropped_with_a_note(shared_data):
    image = decode_image(saved(RGB, icc_profile=b"nonsense"), "a").image
    assert image.icc is None
    assert image.notes == ("The colour profile is damaged and was ignored; sRGB is assumed.",)
    cmyk = by_pillow(shared_data / "torture/color_known_answer/cmyk_fogra39.jpg").info["icc_profile"]
    assert decode_image(saved(RGB, icc_profile=cmyk), "a").image.notes == (
        "The colour profile is for CMYK colours and was ignored; sRGB is assumed.",
    )


# --- animated and rare --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("animated/sharp_animated-loop-3.gif", 10),
        ("animated/sharp_rotating-squares.webp", 9),
        ("formats/me_multipage.tif", 5),
    ],
)
def test_first_frame_with_a_note(shared_data, name, frames):
    path = shared_data / "torture" / name
    opened = read_image(path)
    first = np.asarray(by_pillow(path).convert("RGBA"))
    np.testing.assert_array_equal(opened.image.pixels, first[..., :3])
    assert opened.image.notes == (f"Only the first of {frames} frames was opened.",)


def test_names_and_folders_in_any_script(tmp_path):
    path = tmp_path / "фото — 写真" / "naïve ☂.png"
    path.parent.mkdir()
    path.write_bytes(saved(RGB))
    image = read_image(path).image
    assert (image.name, image.path) == (path.name, path)


# --- what cannot be opened ------------------------------------------------------------------------------------------


def test_mask_from_grey_colour_alpha_and_sixteen_bits(tmp_path):
    grey = RGB[..., 0]
    cases = {
        "grey.png": (saved(grey), grey),
        "alpha.png": (saved(np.dstack([RGB, grey])), grey),
        "equal.png": (saved(np.dstack([grey] * 3)), grey),
        "deep.png": (saved(grey.astype(np.uint16) * 257), grey),
        "turned.png": (saved(grey, exif=oriented(6)), np.rot90(grey, -1)),
        "bits.tif": (saved(PIL.Image.fromarray(grey > 99), "TIFF"), (grey > 99) * 255),
    }
    for name, (data, expected) in cases.items():
        (tmp_path / name).write_bytes(data)
        np.testing.assert_array_equal(read_mask(tmp_path / name, expected.shape[::-1]), expected, err_msg=name)


def test_mask_of_another_size(tmp_path):
    path = tmp_path / "m.png"
    path.write_bytes(saved(np.full((20, 40), 200, np.uint8)))
    with pytest.raises(BadMask, match=r"m\.png is 40 by 20 pixels, but the image is 80 by 40\."):
        read_mask(path, (80, 40))
    for size in ((80, 40), (13, 7), (50, 10)):
        resized = read_mask(path, size, allow_resize=True)
        assert resized.shape == size[::-1]
        assert (resized == 200).all()


def test_step_is_told_and_may_stop(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(saved(RGB))
    seen = []
    read_image(path, step=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1

    def stop(fraction):
        raise MaskStudioError("stopped")

    with pytest.raises(MaskStudioError, match="stopped"):
        read_image(path, step=stop)
