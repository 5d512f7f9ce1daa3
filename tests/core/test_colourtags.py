"""Colours told by tags other than ICC profiles: read, made into one, exported; against the standards' arithmetic."""

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest

from maskstudio.core.boxes import brands, jp2_icc, read_colours
from maskstudio.core.colourtags import of_exif
from maskstudio.core.cv import cv2
from maskstudio.core.document import Document
from maskstudio.core.files import decode_image, encode_cutout, read_image
from maskstudio.core.pngfile import read_chunks
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.params.local import ExportParams
from tests.core.pictures import RGB, plain_png, saved

SKIN = (200, 93, 62)
PATCH = np.full((6, 8, 3), SKIN, np.uint8)
# https://www.w3.org/TR/css-color-4/#color-conversion-code, and Adobe RGB (1998), 4.3.5
P3_XYZ = [[0.486571, 0.265668, 0.198217], [0.228975, 0.691739, 0.079287], [0.0, 0.045113, 1.043944]]
BT2020_XYZ = [[0.636958, 0.144617, 0.168881], [0.262700, 0.677998, 0.059302], [0.0, 0.028073, 1.060985]]
ADOBE_XYZ = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
SRGB_XYZ = [[0.412391, 0.357584, 0.180481], [0.212639, 0.715169, 0.072192], [0.019331, 0.119195, 0.950532]]


def srgb_light(values):
    values = np.asarray(values, float)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb_numbers(light):
    light = np.asarray(light, float).clip(0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def shown(rgb, to_xyz=SRGB_XYZ, light=srgb_light):
    linear = np.linalg.solve(SRGB_XYZ, np.array(to_xyz) @ light(np.array(rgb) / 255))
    return srgb_numbers(linear) * 255


def managed(image, icc=None):
    """8-bit pixels as LittleCMS shows them by the profile."""
    profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(icc or image.icc))
    made = PIL.ImageCms.profileToProfile(
        PIL.Image.fromarray(image.rgb8()), profile, PIL.ImageCms.createProfile("sRGB"), renderingIntent=1
    )
    return np.asarray(made).astype(int)


def gama(share):
    return b"gAMA", struct.pack(">I", round(share * 100_000))


def chrm(*points):
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in points))


P3_CHRM = chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
SRGB_CHRM = chrm(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
P3_ICC = decode_image(plain_png(2, PATCH, P3_CHRM, gama(0.45455)), "p3").image.icc


def bent(exponent):
    """gAMA relative to an ordinary screen, for which 0.45455 was laid down and which is sRGB."""
    return lambda values: srgb_light(values**exponent)


# --- PNG ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chunks", "right"),
    [
        ([gama(1.0)], (228, 161, 134)),
        ([gama(0.55556)], shown(SKIN, light=bent(0.45455 / 0.55556))),
        ([gama(0.45455), P3_CHRM], (215, 85, 51)),
        ([P3_CHRM], (215, 85, 51)),
        ([gama(1.0), P3_CHRM], shown(SKIN, P3_XYZ, bent(0.45455))),
        ([(b"cICP", bytes((12, 13, 0, 1)))], (215, 85, 51)),
        ([(b"cICP", bytes((9, 13, 0, 1)))], shown(SKIN, BT2020_XYZ)),
        ([(b"cICP", bytes((1, 8, 0, 1)))], shown(SKIN, light=lambda values: values)),
        ([(b"cICP", bytes((1, 4, 0, 1)))], shown(SKIN, light=lambda values: values**2.2)),
        ([(b"cICP", bytes((1, 13, 0, 0)))], (np.array(SKIN) - 16) / 219 * 255),
    ],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_png_shows_as_it_is_tagged(chunks, right, depth):
    patch = PATCH if depth == 8 else PATCH.astype(np.uint16) * 257
    image = decode_image(plain_png(2, patch, *chunks), "a.png").image
    np.testing.assert_array_equal(image.pixels, patch)
    assert np.abs(managed(image)[0, 0] - right).max() <= 1.5
    assert image.notes == ()


@pytest.mark.parametrize(("stored", "written"), [(8, 16), (16, 8), (8, 8)])
def test_numbers_of_narrow_range_show_alike_at_any_depth(stored, written):
    """8-bit black is 16 * 257 at 16 bits then, and not the 16 * 256 that the tag would mean there."""
    patch = np.full((6, 8, 3), (238, 211, 193), np.uint8)
    pixels = patch if stored == 8 else patch.astype(np.uint16) * 256
    image = decode_image(plain_png(2, pixels, (b"cICP", bytes((9, 13, 0, 0)))), "a.png").image
    out = decode_image(encode_cutout(image, np.full((6, 8), 255, np.uint8), ExportParams(str(written))), "b.png").image
    assert out.depth == written
    right = shown((patch[0, 0] - 16.0) / 219 * 255, BT2020_XYZ)
    assert np.abs(managed(image)[0, 0] - right).max() <= 1.5
    assert np.abs(managed(out)[0, 0] - right).max() <= 1.5


def test_numbers_of_narrow_range_in_a_palette():
    palette = PIL.Image.fromarray(np.zeros((6, 8), np.uint8), "P")
    palette.putpalette(bytes((*SKIN, 0, 0, 0)))
    data = saved(palette, bits=1)
    image = decode_image(with_chunks(data, (b"cICP", bytes((1, 13, 0, 0)))), "a.png").image
    assert np.abs(managed(image)[0, 0] - (np.array(SKIN) - 16) / 219 * 255).max() <= 1.5


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0.45455)],
        [gama(0.45455), SRGB_CHRM],
        [(b"sRGB", b"\0"), gama(1.0), P3_CHRM],
        [(b"cICP", bytes((1, 13, 0, 1))), gama(1.0)],
        [(b"cICP", bytes((1, 1, 0, 1)))],
    ],
)
def test_what_says_srgb_needs_no_profile(chunks):
    assert decode_image(plain_png(2, PATCH, *chunks), "a.png").image.icc is None


def test_of_several_tags_the_first_counts():
    profiled = saved(PATCH, icc_profile=P3_ICC)
    assert decode_image(profiled, "a.png").image.icc == P3_ICC
    both = with_chunks(profiled, (b"cICP", bytes((1, 8, 0, 1))))
    assert np.abs(managed(decode_image(both, "a.png").image)[0, 0] - shown(SKIN, light=lambda v: v)).max() <= 1.5
    assert decode_image(with_chunks(profiled, (b"sRGB", b"\0"), gama(1.0)), "a.png").image.icc == P3_ICC


@pytest.mark.parametrize("colour", ["grey", "palette", "key"])
def test_every_kind_of_png_is_tagged_alike(colour):
    if colour == "palette":
        data = with_chunks(saved(PIL.Image.fromarray(PATCH).quantize(4)), gama(1.0))
    elif colour == "grey":
        data = plain_png(0, PATCH[..., :1], gama(1.0))
    else:
        data = plain_png(2, PATCH, gama(1.0), (b"tRNS", bytes(6)))
    image = decode_image(data, "a.png").image
    want = shown(image.rgb8()[0, 0], light=bent(0.45455))
    assert np.abs(managed(image)[0, 0] - want).max() <= 1.5


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0)],
        [(b"gAMA", b"\xff\xff\xff\xff")],
        [(b"gAMA", b"")],
        [chrm(*[0] * 8)],
        [chrm(0.3127, 0.329, *[0.64, 0.33] * 3)],
        [(b"cHRM", b"\xff" * 32)],
        [(b"cHRM", b"short")],
        [(b"cICP", bytes((0, 13, 0, 1)))],
        [(b"cICP", bytes((1, 3, 0, 1)))],
        [(b"cICP", bytes((9, 16, 9, 1)))],
        [(b"cICP", b"")],
        [(b"cICP", bytes((2, 2, 0, 1)))],
    ],
)
def test_tags_that_say_nothing_are_none(chunks):
    image = decode_image(plain_png(2, PATCH, *chunks), "a.png").image
    assert (image.icc, image.cicp) == (None, b"")
    fallen = decode_image(
        plain_png(2, PATCH, *chunks, *([gama(1.0)] if chunks[0][0] != b"gAMA" else [])), "b.png"
    ).image
    assert (fallen.icc is None) == (chunks[0][0] == b"gAMA")


def test_a_broken_profile_leaves_the_other_tags():
    image = decode_image(with_chunks(saved(PATCH, icc_profile=b"nonsense"), P3_CHRM), "a.png").image
    assert image.icc == P3_ICC
    assert image.notes == (
        "The colour profile is damaged and was ignored; what else the file says of its colours is used.",
    )


# --- HDR ----------------------------------------------------------------------------------------------------------


def pq_number(light):
    """SMPTE ST 2084, the inverse EOTF, with its constants as printed."""
    root = (light / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * root) / (1 + 18.6875 * root)) ** 78.84375


@pytest.mark.parametrize(("code", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_tone_mapped_and_keeps_its_numbers(code, name):
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    opened = decode_image(plain_png(2, ramp, (b"cICP", bytes((9, code, 0, 1)))), "a.png").image
    assert opened.notes == (f"Its HDR colours ({name}) are shown tone-mapped; their numbers stay as they are.",)
    np.testing.assert_array_equal(opened.pixels, ramp)
    tones = managed(opened)[0, :, 0]
    assert (np.diff(tones) >= 0).all()
    assert (tones[0], tones[-1]) == (0, 255)
    # 20 cd/m2 lies below the knee: it is 20/203 of white; diffuse white is rolled off, but stays light; 1000 is white
    levels = {20: None, 203: None, 1000: None}
    for light in levels:
        if code == 16:
            number = pq_number(light)
        else:
            scene = (light / 1000) ** (1 / 1.2)
            number = (
                np.sqrt(3 * scene) if scene <= 1 / 12 else 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073
            )
        levels[light] = np.interp(min(number, 1) * 255, np.arange(256), tones)
    assert abs(levels[20] - srgb_numbers(20 / 203) * 255) < 2
    assert 215 < levels[203] < 240
    assert levels[1000] > 253
    back = read_chunks(encode_cutout(opened, np.full((1, 256), 255, np.uint8)))
    assert back.chunks[b"cICP"] == bytes((9, code, 0, 1))


def test_the_brightest_light_told_is_what_becomes_white():
    grey = np.full((4, 4, 3), round(pq_number(400) * 255), np.uint8)
    cicp = b"cICP", bytes((9, 16, 0, 1))
    light = b"cLLI", struct.pack(">II", 400 * 10_000, 100 * 10_000)
    plain, told = (decode_image(plain_png(2, grey, *chunks), "a").image for chunks in ([cicp], [cicp, light]))
    assert managed(plain)[0, 0, 0] < 250 < managed(told)[0, 0, 0]


# --- other files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize(("codes", "right"), [((12, 13), (215, 85, 51)), ((9, 13), shown(SKIN, BT2020_XYZ))])
def test_avif_keeps_its_bits_and_is_shown_by_its_code_points(depth, codes, right):
    stored = np.full((16, 16, 3), SKIN[::-1]) * ((1 << depth) - 1) // 255
    options = [cv2.IMWRITE_AVIF_DEPTH, depth, cv2.IMWRITE_AVIF_QUALITY, 100]
    data = cv2.imencode(".avif", stored.astype(np.uint8 if depth == 8 else np.uint16), options)[1].tobytes()
    at = data.index(b"nclx") + 4
    data = data[:at] + struct.pack(">HH", *codes) + data[at + 4 :]
    image = decode_image(data, "a.avif").image
    assert image.depth == (8 if depth == 8 else 16)
    top = (1 << image.depth) - 1
    assert np.abs(image.pixels / top - stored[..., ::-1] / ((1 << depth) - 1)).max() < 1.5 / ((1 << depth) - 1)
    assert np.abs(managed(image)[0, 0] - right).max() <= 2
    assert image.cicp == bytes((*codes, 0, 1))


def test_the_samples_of_the_tester(shared_data):
    for name, right in {
        "gama1.png": (228, 161, 134),
        "p3chrm.png": (215, 85, 51),
        "cicp_p3.png": (215, 85, 51),
    }.items():
        image = read_image(shared_data / "faults" / name).image
        there = (image.pixels == SKIN).all(axis=2)
        assert there.any()
        assert np.abs(managed(image)[there] - right).max() <= 1, name
    image = read_image(shared_data / "faults/p3_nclx.avif").image
    assert np.abs(managed(image) - managed(image, P3_ICC)).max() <= 1


def exif_of(**tags):
    exif = PIL.Image.Exif()
    for tag, value in tags.get("main", {}).items():
        exif[tag] = value
    for tag, value in tags.get("details", {}).items():
        exif.get_ifd(0x8769)[tag] = value
    if "interop" in tags:
        exif.get_ifd(0x8769)[0xA005] = {1: tags["interop"]}
    return exif.tobytes()


@pytest.mark.parametrize(("format", "options"), [("JPEG", {"quality": 100}), ("WEBP", {"lossless": True}), ("PNG", {})])
@pytest.mark.parametrize(
    "exif",
    [exif_of(details={0xA001: 0xFFFF}, interop="R03"), exif_of(details={0xA001: 2})],
    ids=["R03", "2"],
)
def test_cameras_say_adobe_rgb_in_exif(format, options, exif):  # noqa: A002
    image = decode_image(saved(PATCH, format, exif=exif, **options), "a").image
    want = shown(image.pixels[0, 0], ADOBE_XYZ, lambda values: values ** (563 / 256))
    assert np.abs(managed(image)[0, 0] - want).max() <= 1.5


def test_exif_that_says_srgb_or_nothing_makes_no_profile():
    for exif in (exif_of(details={0xA001: 1}), exif_of(details={0xA001: 0xFFFF}, interop="R98"), b"Exif\0\0II*\0"):
        assert decode_image(saved(PATCH, "JPEG", exif=exif), "a").image.icc is None


def test_a_tiff_says_what_its_numbers_mean():
    table = tuple(np.rint((np.arange(256) / 255) ** 1.8 * 65535).astype(int).tolist()) * 3
    p3 = tuple(PIL.TiffImagePlugin.IFDRational(round(v * 1000), 1000) for v in (0.68, 0.32, 0.265, 0.69, 0.15, 0.06))
    white = tuple(PIL.TiffImagePlugin.IFDRational(round(v * 10000), 10000) for v in (0.3127, 0.329))
    ifd = PIL.TiffImagePlugin.ImageFileDirectory_v2()
    ifd[318], ifd[319], ifd[301] = white, p3, table
    ifd.tagtype[318] = ifd.tagtype[319] = 5
    ifd.tagtype[301] = 3
    image = decode_image(saved(PATCH, "TIFF", tiffinfo=ifd), "a.tif").image
    want = shown(SKIN, P3_XYZ, lambda values: values**1.8)
    assert np.abs(managed(image)[0, 0] - want).max() <= 1.5
    del ifd[301]
    assert (
        np.abs(managed(decode_image(saved(PATCH, "TIFF", tiffinfo=ifd), "a.tif").image)[0, 0] - (215, 85, 51)).max()
        <= 1
    )


def test_a_bmp_may_be_calibrated_or_carry_a_profile():
    bare = saved(PATCH, "BMP")
    pixels = bare[54:]

    def bmp(space, ends, gamma, more=b""):
        body = bare[18:54] + struct.pack("<4I", 0, 0, 0, 0) + space
        body += struct.pack("<9i", *(round(value * 2**30) for value in ends)) + struct.pack("<3I", *[gamma] * 3)
        size = 124
        header = struct.pack("<I", size) + body + struct.pack("<4I", 4, size + len(pixels), len(more), 0)
        return (
            b"BM" + struct.pack("<IHHI", 14 + size + len(pixels) + len(more), 0, 0, 14 + size) + header + pixels + more
        )

    ends = np.array(P3_XYZ).T.ravel()
    image = decode_image(bmp(bytes(4), ends, round(1.8 * 65536)), "a.bmp").image
    assert np.abs(managed(image)[0, 0] - shown(SKIN, P3_XYZ, lambda values: values**1.8)).max() <= 1.5
    assert decode_image(bmp(b"DEBM", [0] * 9, 0, P3_ICC), "a.bmp").image.icc == P3_ICC
    assert decode_image(bmp(b"BGRs", [0] * 9, 0), "a.bmp").image.icc is None
    assert decode_image(bmp(bytes(4), [0] * 9, 0), "a.bmp").image.icc is None


def test_jpeg_2000_carries_a_profile():
    data = saved(PATCH, "JPEG2000", irreversible=False)
    at = data.index(b"colr") - 4
    length = struct.unpack_from(">I", data, at)[0]
    box = struct.pack(">I4s3s", 8 + 3 + len(P3_ICC), b"colr", bytes((2, 0, 0))) + P3_ICC
    header = data.index(b"jp2h") - 4
    grown = struct.unpack_from(">I", data, header)[0] + len(box) - length
    data = data[:header] + struct.pack(">I", grown) + data[header + 4 : at] + box + data[at + length :]
    assert decode_image(data, "a.jp2").image.icc == P3_ICC


@pytest.mark.parametrize("seed", range(30))
def test_damaged_boxes_and_directories_are_no_trouble(seed):
    rng = np.random.default_rng(seed)
    avif = bytearray(saved(RGB, "AVIF"))
    jpeg = bytearray(saved(PATCH, "JPEG", exif=exif_of(details={0xA001: 2}, interop="R03")))
    for data in (avif, jpeg):
        for _ in range(20):
            broken = bytearray(data[: rng.integers(8, min(len(data), 400))])
            for place in rng.integers(0, len(broken), 6):
                broken[place] = rng.integers(0, 256)
            read_colours(bytes(broken)), jp2_icc(bytes(broken)), brands(bytes(broken)), of_exif(bytes(broken[20:]))


# --- out again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grey", [False, True])
def test_export_and_project_carry_what_was_tagged(tmp_path, grey):
    data = plain_png(0 if grey else 2, PATCH[..., :1] if grey else PATCH, gama(1.0), (b"cICP", bytes((12, 13, 0, 1))))
    image = decode_image(data, "a.png").image
    exported = encode_cutout(image, np.full((6, 8), 255, np.uint8))
    opened = PIL.Image.open(io.BytesIO(exported))
    assert opened.info["icc_profile"] == image.icc
    assert decode_image(exported, "b.png").image.cicp == image.cicp == bytes((12, 13, 0, 1))
    path = tmp_path / "a.ora"  # the file it came from is gone: its pixels are kept in its place
    write_project(path, Document(image), Source(None))
    back = read_project(path, limit=None).document.image
    np.testing.assert_array_equal(back.pixels, image.pixels)
    assert back.cicp == image.cicp
    np.testing.assert_allclose(managed(back), managed(image), atol=1)
    only = replace(image, cicp=b"")
    write_project(path, Document(only), Source(None))
    np.testing.assert_allclose(managed(read_project(path, limit=None).document.image), managed(image), atol=1)


def with_chunks(data, *chunks):
    """A PNG with more chunks right behind its header."""
    more = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return data[:33] + more + data[33:]
