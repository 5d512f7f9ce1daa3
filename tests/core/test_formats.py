"""Kinds of files beyond Pillow's: HEIC, camera RAW, 32-bit TIFF, films; whole, broken and without their libraries."""

import io
import struct
import sys

import numpy as np
import PIL.Image
import pillow_heif
import pytest

from maskstudio.core import formats
from maskstudio.core.cv import cv2
from maskstudio.core.files import decode_image, read_image, read_mask, write_cutout
from maskstudio.errors import BadImage, TooLarge
from tests.core.pictures import RGB, saved
from tests.core.test_colourtags import P3_ICC, SKIN, managed

RNG = np.random.default_rng(0)


# --- HEIC -----------------------------------------------------------------------------------------------------------


def heic(array, mode="RGB", **options):
    """An HEIC in which no bit is lost."""
    height, width = array.shape[:2]
    made = pillow_heif.from_bytes(mode, (width, height), np.ascontiguousarray(array).tobytes())
    buffer = io.BytesIO()
    made.save(buffer, quality=-1, chroma=444, matrix_coefficients=0, **options)
    return buffer.getvalue()


def test_heic_opens_to_the_last_bit():
    array = RNG.integers(0, 256, (64, 80, 3), np.uint8)
    opened = decode_image(heic(array), "IMG_1.HEIC")
    np.testing.assert_array_equal(opened.image.pixels, array)
    assert opened.alpha is None
    assert opened.image.notes == ()
    deep = RNG.integers(0, 1024, (64, 80, 3), np.uint16)
    opened = decode_image(heic(deep << 6, "RGB;16"), "IMG_2.heic").image
    np.testing.assert_array_equal(opened.pixels >> 6, deep)
    assert opened.pixels.max() == 65535


def test_heic_with_alpha_profile_and_metadata(tmp_path):
    alpha = RNG.integers(0, 256, (64, 64), np.uint8)
    exif = PIL.Image.Exif()
    exif[0x8298] = "(c) Ada"
    data = heic(np.dstack([np.full((64, 64, 3), SKIN, np.uint8), alpha]), "RGBA", exif=exif.tobytes())
    opened = decode_image(data, "a.heic")
    assert np.abs(opened.alpha.astype(int) - alpha).max() <= 1
    write_cutout(tmp_path / "a.png", opened.image, opened.alpha)
    with PIL.Image.open(tmp_path / "a.png") as written:
        assert dict(written.getexif()) == {0x8298: "(c) Ada"}
    image = PIL.Image.fromarray(np.full((64, 64, 3), SKIN, np.uint8))
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=-1, chroma=444, icc_profile=P3_ICC)
    profiled = decode_image(buffer.getvalue(), "a.heic").image
    assert np.abs(managed(profiled)[0, 0] - (215, 85, 51)).max() <= 3


@pytest.mark.parametrize(("transfer", "notes"), [(13, 0), (16, 1), (18, 1)])
def test_heic_is_shown_by_its_code_points(transfer, notes):
    deep = np.full((64, 64, 3), SKIN, np.uint16) << 8
    data = heic(deep, "RGB;16", color_primaries=12, transfer_characteristics=transfer)
    image = decode_image(data, "a.heic").image
    assert image.cicp == bytes((12, transfer, 0, 1))
    assert len(image.notes) == notes
    if transfer == 13:
        assert np.abs(managed(image)[0, 0] - (215, 85, 51)).max() <= 2


def test_heic_is_turned_once(shared_data):
    sideways = RNG.integers(0, 256, (64, 32, 3), np.uint8)
    made = pillow_heif.from_pillow(PIL.Image.fromarray(sideways))
    made.info["exif"] = None
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    made.save(buffer, quality=-1, chroma=444, matrix_coefficients=0, exif=exif.tobytes())
    by_pillow = pillow_heif.open_heif(buffer.getvalue())
    assert by_pillow.size == (64, 32)
    np.testing.assert_array_equal(decode_image(buffer.getvalue(), "a.heic").image.pixels, np.asarray(by_pillow))
    assert read_image(shared_data / "torture/formats/me_cheers_1440x960.heic").image.size == (1440, 960)


def test_broken_and_huge_heic_are_one_sentence():
    data = heic(RNG.integers(0, 256, (64, 80, 3), np.uint8))
    for size in (40, 200, len(data) // 2, len(data) - 9):
        with pytest.raises(BadImage, match=r"^a\.heic is damaged or incomplete and cannot be opened\.$"):
            decode_image(data[:size], "a.heic")
    at = data.index(b"ispe") + 8
    grown = data[:at] + struct.pack(">II", 30_000, 30_000) + data[at + 8 :]
    with pytest.raises((TooLarge, BadImage)):
        decode_image(grown, "a.heic")
    with pytest.raises(TooLarge, match=r"a\.heic is 80 by 64 pixels"):
        decode_image(data, "a.heic", limit=1000)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        broken = bytearray(data)
        for place in rng.integers(8, len(broken), 8):
            broken[place] = rng.integers(0, 256)
        try:
            decode_image(bytes(broken), "a.heic")
        except (BadImage, TooLarge) as error:
            assert str(error).startswith("a.heic ")  # noqa: PT017 - either outcome is right


# --- camera RAW -----------------------------------------------------------------------------------------------------


def dng(width=96, height=64, colour=(0.5, 0.5, 0.5), orientation=1, claim=None, **more):
    """A DNG of one even colour under daylight, with a small JPEG-like first picture as cameras have it."""
    mosaic = np.empty((height, width), np.uint16)
    red, green, blue = (round(value * 60000) for value in colour)
    mosaic[::2, ::2], mosaic[::2, 1::2], mosaic[1::2, ::2], mosaic[1::2, 1::2] = red, green, green, blue
    small = np.full((12, 16, 3), 77, np.uint8)
    raw_width, raw_height = claim or (width, height)
    matrix = (32404542, -15371385, -4985314, -9692660, 18760108, 415560, 556434, -2040259, 10572252)
    matrix = np.linalg.inv(np.linalg.inv(np.array(matrix).reshape(3, 3) / 1e7)).ravel()  # XYZ to a camera that is sRGB
    parts, blob, start = [], b"", 4000

    def put(data):
        nonlocal blob
        at = start + len(blob)
        blob += data + bytes(len(data) % 2)
        return at

    def directory(entries, at):
        out = struct.pack("<H", len(entries))
        for tag, kind, count, value in sorted(entries):
            size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 10: 8}[kind] * count
            raw = (
                value
                if isinstance(value, bytes)
                else struct.pack("<I", value)
                if kind == 4
                else struct.pack("<H", value)
            )
            out += struct.pack("<HHI", tag, kind, count)
            out += raw.ljust(4, b"\0") if size <= 4 else struct.pack("<I", put(raw))
        return at, out + bytes(4)

    rational = b"".join(struct.pack("<ii", round(value * 10000), 10000) for value in matrix)
    neutral = b"".join(struct.pack("<II", 1, 1) for _ in range(3))
    main = [
        (254, 4, 1, 1), (256, 4, 1, 16), (257, 4, 1, 12), (258, 3, 3, struct.pack("<3H", 8, 8, 8)), (259, 3, 1, 1),
        (262, 3, 1, 2), (271, 2, 5, b"Acme\0"), (272, 2, 4, b"One\0"), (273, 4, 1, put(small.tobytes())),
        (274, 3, 1, orientation), (277, 3, 1, 3), (278, 4, 1, 12), (279, 4, 1, small.nbytes), (330, 4, 1, 1000),
        (33432, 2, 8, b"(c) Ada\0"), (50706, 1, 4, bytes((1, 4, 0, 0))), (50708, 2, 9, b"Acme One\0"),
        (50721, 10, 9, rational), (50728, 5, 3, neutral), (50778, 3, 1, 21),
    ]  # fmt: skip
    sensor = [
        (254, 4, 1, 0), (256, 4, 1, raw_width), (257, 4, 1, raw_height), (258, 3, 1, 16), (259, 3, 1, 1),
        (262, 3, 1, 32803), (273, 4, 1, put(mosaic.tobytes())), (277, 3, 1, 1), (278, 4, 1, raw_height),
        (279, 4, 1, mosaic.nbytes), (33421, 3, 2, struct.pack("<2H", 2, 2)), (33422, 1, 4, bytes((0, 1, 1, 2))),
        (50714, 3, 1, 0), (50717, 4, 1, 65535),
    ]  # fmt: skip
    for entries, at in ((main, 8), (sensor, 1000)):
        parts.append(directory(entries, at))
    out = bytearray(start)
    out[:8] = b"II*\0" + struct.pack("<I", 8)
    for at, data in parts:
        out[at : at + len(data)] = data
    return bytes(out) + blob


def test_camera_raw_is_developed_and_not_its_small_picture(shared_data, tmp_path):
    opened = decode_image(dng(), "a.dng").image
    assert (opened.size, opened.depth) == ((96, 64), 16)
    middle = opened.pixels[20:-20, 20:-20].reshape(-1, 3).astype(int)
    assert np.ptp(middle.mean(0)) < 1500  # grey stays grey
    assert middle.min() > 20_000
    red = decode_image(dng(colour=(0.7, 0.2, 0.1)), "a.tif").image.pixels[32, 48].astype(int)
    assert red[0] > 1.5 * red[1] > 1.2 * red[2]
    assert opened.notes == (
        "The camera RAW was developed with the camera's white balance and exposure, as 16-bit sRGB.",
    )
    write_cutout(tmp_path / "a.png", opened, np.full((64, 96), 255, np.uint8))
    with PIL.Image.open(tmp_path / "a.png") as written:
        assert written.getexif()[0x8298] == "(c) Ada"
    assert read_image(shared_data / "faults/camera.dng").image.size == (1600, 1200)


def test_camera_raw_is_turned_once():
    assert decode_image(dng(orientation=6), "a.dng").image.size == (64, 96)


def test_camera_raw_without_libraw_says_how_to_get_it(monkeypatch, shared_data):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(BadImage, match=r"^camera\.dng is camera RAW, which needs LibRaw: install it with pip install"):
        read_image(shared_data / "faults/camera.dng")


STARTS = {
    "a.cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "a.cr2": b"II*\0\x10\0\0\0CR\2\0" + bytes(40),
    "a.raf": b"FUJIFILMCCD-RAW 0201",
    "a.orf": b"IIRO\x08\0\0\0",
    "a.rw2": b"IIU\0\x18\0\0\0",
    "a.nef": b"MM\0*\0\0\0\x08" + bytes(20),
    "a.arw": b"II*\0\x08\0\0\0" + bytes(20),
}


@pytest.mark.parametrize("name", STARTS)
def test_raw_is_told_by_content_and_named_even_where_it_is_broken(name):
    known = STARTS[name]
    if name not in ("a.nef", "a.arw"):  # these two begin as any TIFF does
        assert formats.is_raw(known, "renamed.jpg")
    with pytest.raises(BadImage, match=rf"^{name.replace('.', chr(92) + '.')} is camera RAW that is damaged, or of a"):
        decode_image(known + bytes(100), name)


def test_hostile_raw_is_one_sentence():
    with pytest.raises(TooLarge, match=r"^a\.dng is 60000 by 60000 pixels"):
        decode_image(dng(claim=(60000, 60000)), "a.dng")
    whole = dng()
    for size in (100, 2000, 6000, len(whole) - 4000):
        try:
            assert decode_image(whole[:size], "a.dng").image.size in ((96, 64), (16, 12))
        except (BadImage, TooLarge) as error:
            assert str(error).startswith("a.dng is camera RAW that is damaged")  # noqa: PT017 - either is right


def test_a_plain_tiff_is_no_raw():
    assert not formats.is_raw(saved(RGB, "TIFF"), "a.tif")
    assert not formats.is_raw(saved(RGB, "JPEG"), "a.dng")


# --- 32-bit TIFF ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_fractions_become_sixteen_bits(kind, tmp_path):
    values = RNG.random((9, 7, 3)).astype(kind)
    values[0, 0], values[0, 1] = 0, 1
    data = cv2.imencode(".tiff", values[..., ::-1])[1].tobytes()
    opened = decode_image(data, "a.tif").image
    np.testing.assert_array_equal(opened.pixels, np.rint(values.astype(float) * 65535))
    path = tmp_path / "m.tif"
    path.write_bytes(data)
    assert read_mask(path).shape == (9, 7)


def test_the_float_sample_opens(shared_data):
    image = read_image(shared_data / "faults/float_rgb.tiff").image
    assert (image.size, image.depth) == ((64, 64), 16)
    assert image.pixels.max() == 65535


def test_what_is_not_shown_is_named():
    values = RNG.random((9, 7, 3)).astype(np.float32) * 4
    with pytest.raises(BadImage, match=r"^a\.tif holds 32-bit values outside 0 to 1, which cannot be shown"):
        decode_image(cv2.imencode(".tiff", values)[1].tobytes(), "a.tif")
    data = bytearray(cv2.imencode(".tiff", values)[1].tobytes())
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, at)[0] == 339:
            place = struct.unpack_from("<I", data, at + 8)[0]
            struct.pack_into("<3H", data, place, 1, 1, 1)
    with pytest.raises(BadImage, match=r"^a\.tif holds colours as 32-bit whole numbers, which cannot be opened"):
        decode_image(bytes(data), "a.tif")
    with pytest.raises(TooLarge):
        decode_image(cv2.imencode(".tiff", values)[1].tobytes(), "a.tif", limit=10)


def test_a_film_is_a_film():
    with pytest.raises(BadImage, match=r"^a\.mov is a film, not a photo\.$"):
        decode_image(b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(60), "a.mov")


# --- the list -------------------------------------------------------------------------------------------------------


def test_dialogs_offer_every_kind_that_opens():
    offered = set(formats.patterns(formats.PICTURES, formats.CAMERA_RAW, formats.PROJECTS).split())
    PIL.Image.init()
    from maskstudio.core.decode import FORMATS

    usual = {"*" + ending for ending, kind in PIL.Image.EXTENSION.items() if kind in FORMATS}
    rare = {"*.apng", "*.j2c", "*.jpc", "*.jpf", "*.pfm", "*.avifs"}
    assert usual - rare <= offered
    assert {"*.heic", "*.heif", "*.dng", "*.cr3", "*.nef", "*.arw", "*.raf", "*.orf", "*.rw2", "*.ora"} <= offered
    assert len(offered) == sum(map(len, (formats.PICTURES, formats.CAMERA_RAW, formats.PROJECTS)))
