"""Reading: every kind of file, upright, in its own depth, against known answers or another decoder."""

import io
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.files import decode_image, read_image, read_mask
from maskstudio.core.pngfile import read_chunks
from maskstudio.errors import BadImage, BadMask, CannotRead, MaskStudioError, TooLarge

RGB = np.random.default_rng(0).integers(0, 256, (7, 11, 3), np.uint8)


def saved(array, format="PNG", **options):  # noqa: A002
    buffer = io.BytesIO()
    image = array if isinstance(array, PIL.Image.Image) else PIL.Image.fromarray(array)
    image.save(buffer, format, **options)
    return buffer.getvalue()


def by_pillow(path):
    return PIL.Image.open(io.BytesIO(path.read_bytes()))


def plain_png(colour, array, *extra):
    """A PNG put together by hand, an answer that no library had a part in. ``extra``: more (name, body) chunks."""
    height, width = array.shape[:2]
    depth = array.dtype.itemsize * 8
    rows = array.astype(">u2" if depth == 16 else np.uint8).reshape(height, -1).view(np.uint8)
    body = zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes())
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)), *extra, (b"IDAT", body)]
    chunks.append((b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


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
        assert opened.alpha[y, x] == round(int(deep[source][3]) / 257)


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
        full = np.iinfo(dtype).max
        np.testing.assert_array_equal(opened.alpha, np.rint(array[..., -1] / full * 255))
    else:
        assert opened.alpha is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_one_transparent_colour(dtype):
    array = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype)
    key = struct.pack(">3H", *(int(v) for v in array[2, 3]))
    opened = decode_image(plain_png(2, array, (b"tRNS", key)), "a.png")
    expected = np.full((6, 5), 255)
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
    seen = opened.alpha > 128
    assert np.abs(opened.alpha.astype(int) - pillow[..., 3]).max() <= 1
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


def test_nothing_there_folder_and_device(tmp_path):
    for path, text in (
        (tmp_path / "no.png", "no.png does not exist."),
        (tmp_path / "no" / "no.png", "no.png does not exist."),
        (tmp_path, f"{tmp_path.name} is a folder, not an image."),
        ("/dev/zero", "zero is a device, not an image."),
        ("a\0b.png", "cannot be read"),
    ):
        if os.name == "posix" or "dev" not in str(path):
            with pytest.raises(CannotRead) as caught:
                read_image(path)
            assert text in str(caught.value)


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(saved(RGB))

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(CannotRead, match=r"You may not read a\.png\."):
        read_image(path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "a.png is empty."),
        (b"hello, I am a text", "a.png is not an image, or of a kind that cannot be opened."),
        (b"\x89PNG\r\n\x1a\n", "a.png is damaged or incomplete and cannot be opened."),
        (b"\xff\xd8\xff\xe0", "a.png is damaged or incomplete and cannot be opened."),
        (
            b"\0\0\0\x18ftypheic" + bytes(99),
            "a.png is a HEIC photo or a film, which cannot be opened; save it as JPEG first.",
        ),
    ],
)
def test_not_an_image(data, text):
    with pytest.raises(BadImage) as caught:
        decode_image(data, "a.png")
    assert str(caught.value) == text


def test_limit_is_checked_before_decoding():
    header_only = plain_png(2, RGB)[:60]  # cut inside the pixels: decoding it would say "damaged"
    with pytest.raises(TooLarge, match=r"11 by 7 pixels .* --allow-huge"):
        decode_image(header_only, "a.png", limit=76)
    with pytest.raises(BadImage):
        decode_image(header_only, "a.png", limit=77)
    assert decode_image(saved(RGB), "a.png", limit=None).image.width == 11


def test_a_chunk_that_promises_gigabytes_never_reaches_the_decoder():
    data = plain_png(2, RGB)
    at = data.index(b"IDAT") - 4
    promised = data[:at] + struct.pack(">I", (1 << 31) - 1) + data[at + 4 :]
    assert read_chunks(promised).bare == data[:at]
    with pytest.raises(BadImage):
        decode_image(promised, "a.png")


def test_a_text_that_unpacks_to_a_bomb_does_not_cost_the_picture():
    bomb = b"Comment\0\0" + zlib.compress(bytes(200_000_000))
    np.testing.assert_array_equal(decode_image(plain_png(2, RGB, (b"zTXt", bomb)), "a.png").image.pixels, RGB)


@pytest.mark.parametrize(
    ("format", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("TIFF", {}), ("BMP", {}), ("AVIF", {})],
)
def test_truncated_files_are_errors_wherever_they_end(format, options, capfd):  # noqa: A002
    noise = cv2.resize(RGB, (320, 200), interpolation=cv2.INTER_CUBIC)
    thumbnail = PIL.Image.Exif()
    thumbnail[0x010E] = "\xff\xd9" * 9
    data = (
        saved(noise, format, exif=thumbnail.tobytes(), **options)
        if format == "JPEG"
        else saved(noise, format, **options)
    )
    for keep in np.linspace(0.01, 0.99, 60):
        with pytest.raises(BadImage):
            decode_image(data[: int(len(data) * keep)], "a")
    assert capfd.readouterr().err == ""


def test_a_hole_in_a_jpeg_opens_with_a_note(capfd):
    data = saved(cv2.resize(RGB, (320, 200), interpolation=cv2.INTER_CUBIC), "JPEG", quality=90)
    opened = decode_image(data[: len(data) // 2] + data[-2:], "a.jpg")
    assert opened.image.notes == ("a.jpg is damaged: parts of the picture may be missing or wrong.",)
    assert capfd.readouterr().err == ""


PROBE = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from pathlib import Path
from maskstudio.core.files import read_image
from maskstudio.errors import MaskStudioError
slowest = 0
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file() or "weights" in path.parts:
        continue
    started = time.perf_counter()
    try:
        opened = read_image(path)
        shape = opened.image.pixels.shape[:2]
        assert opened.alpha is None or opened.alpha.shape == shape
        print("opened", path.name)
    except MaskStudioError as error:
        text = str(error)
        assert path.name in text and text.endswith(".") and "\\n" not in text, text
        print("refused", path.name)
    slowest = max(slowest, time.perf_counter() - started)
assert slowest < 20
"""


def test_no_hostile_file_crashes_hangs_or_speaks(shared_data):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, str(shared_data / "torture")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    verdicts = dict(reversed(line.split(" ", 1)) for line in done.stdout.splitlines())
    assert len(verdicts) > 300
    assert verdicts["derived_24000x24000_rgba.png"] == "refused"
    assert verdicts["sharp_truncated.jpg"] == "refused"
    assert verdicts["pillow_rgba.psd"] == "opened"


MUTANTS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from pathlib import Path
import numpy as np
from maskstudio.core.files import decode_image
from maskstudio.errors import MaskStudioError
rng, opened = np.random.default_rng(int(sys.argv[1])), 0
for name in sys.argv[2:]:
    whole = Path(name).read_bytes()
    for _ in range(120):
        data = bytearray(whole)
        for place in rng.integers(0, rng.choice([len(data), min(len(data), 400)]), rng.integers(1, 12)):
            data[place] = rng.integers(0, 256)
        if rng.random() < 0.2:
            del data[rng.integers(0, len(data)) :]
        try:
            decode_image(bytes(data), "a", limit=4_000_000)
            opened += 1
        except MaskStudioError as error:
            assert "\\n" not in str(error)
print(opened)
"""


def test_mutated_files_open_or_are_refused(shared_data):
    names = [
        "alpha/sharp_with-alpha.png",
        "pngsuite/basn3p08.png",
        "pngsuite/tbrn2c08.png",
        "alpha/me_Alpha_Lossy_1.webp",
        "depth/pillow_tiff_16bit_RGBa.tiff",
        "depth/pillow_hopper_bigtiff.tif",
        "color/pillow_tiff_strip_cmyk_16l_jpeg.tif",
        "exif_orientation/pillow_hopper_orientation_5.webp",
        "bmpsuite_g/me_pal8-0.bmp",
        "formats/pillow_rgba.psd",
        "animated/sharp_animated-loop-3.gif",
        "depth/pillow_16bit.cropped.jp2",
        "color/pillow_pil_sample_cmyk.jpg",
    ]
    files = [str(shared_data / "torture" / name) for name in names]
    command = [sys.executable, "-W", "error", "-c", MUTANTS, "7", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 200


# --- masks --------------------------------------------------------------------------------------------------------


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
