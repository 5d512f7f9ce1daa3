"""Metadata: read from every kind of file, as much of it written as was asked for, and no picture of the uncut photo.

What is written is read back by Pillow and by hand.
"""

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.TiffImagePlugin
import pytest

from maskstudio.core import exif as exifs
from maskstudio.core import iptc, xmp
from maskstudio.core.document import Document
from maskstudio.core.files import decode_image, read_image, write_cutout, write_mask
from maskstudio.core.pngfile import read_chunks
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.params.local import ExportParams
from tests.core.pictures import RGB, plain_png, saved

ALPHA = np.full(RGB.shape[:2], 200, np.uint8)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
THUMBNAIL = saved(np.full((20, 20, 3), 99, np.uint8), "JPEG")


def packet(body, spaces=""):
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>{body}</rdf:RDF></x:xmpmeta>'
    return f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{text}<?xpacket end="w"?>'.encode()


XMP = packet(
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmlns:GImage="http://ns.google.com/photos/1.0/image/"'
    ' tiff:Orientation="6" exif:GPSLatitude="10,20.5N" xmp:Label="Winner" GImage:Data="/9j/4AAQSkZJRgABAQ">'
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Ada</rdf:li></rdf:Alt></dc:rights>'
    "<dc:subject><rdf:Bag><rdf:li>boat</rdf:li></rdf:Bag></dc:subject>"
    "<xmp:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>/9j/4AAQSkZJRg</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>"
    "</rdf:Description>"
)
IPTC = iptc.joined(
    [
        (1, 90, b"\x1b%G"),
        (2, 80, "Zoë".encode()),
        (2, 116, b"(c) Zoe"),
        (2, 25, b"harbour"),
        (2, 90, b"Genua"),
        (2, 202, THUMBNAIL),
    ]
)


def exif_bytes(orientation=1):
    """EXIF with a thumbnail, GPS and a maker's note, put together by Pillow."""
    exif = PIL.Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8298], exif[0x013B] = "Maker", orientation, "(c) Ada", "Ada"
    details = exif.get_ifd(0x8769)
    details[0x829A], details[0xA002], details[0xA003] = 0.01, 999, 888
    details[0x927C] = b"NOTE" + bytes(range(40))
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (10.0, 20.0, 30.0)
    return exif.tobytes()


def with_thumbnail(data):
    """The same with a second directory that holds a small JPEG."""
    body = bytearray(data.removeprefix(b"Exif\0\0"))
    order = "<" if body[:2] == b"II" else ">"
    first = struct.unpack_from(f"{order}I", body, 4)[0]
    count = struct.unpack_from(f"{order}H", body, first)[0]
    at = len(body)
    struct.pack_into(f"{order}I", body, first + 2 + 12 * count, at)
    body += struct.pack(f"{order}H", 2)
    body += struct.pack(f"{order}HHII", 0x0201, 4, 1, at + 30) + struct.pack(
        f"{order}HHII", 0x0202, 4, 1, len(THUMBNAIL)
    )
    return bytes(body + bytes(4) + THUMBNAIL)


def resources(data):
    return b"Photoshop 3.0\0" + iptc.as_resource(data)


def jpeg(exif=b"", xmp_=b"", iptc_=b"", **options):
    """A JPEG with these segments behind its first."""
    data = saved(RGB, "JPEG", quality=95, **options)
    parts = [(0xE1, b"Exif\0\0" + exif)] if exif else []
    parts += [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_)] if xmp_ else []
    parts += [(0xED, resources(iptc_))] if iptc_ else []
    return data[:2] + b"".join(struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body for kind, body in parts) + data[2:]


def written(tmp_path, image, keep):
    path = tmp_path / f"{keep}.png"
    write_cutout(path, image, np.full(image.pixels.shape[:2], 200, np.uint8), ExportParams(metadata=keep))
    return path.read_bytes()


def texts(data):
    return {
        kind + name: value for kind, name, value in ((k, *body.split(b"\0", 1)) for k, body in read_chunks(data).texts)
    }


FULL = jpeg(with_thumbnail(exif_bytes()), XMP, IPTC, dpi=(240, 240))


# --- out ------------------------------------------------------------------------------------------------------------


def test_by_default_it_is_copyright_and_resolution(tmp_path):
    data = written(tmp_path, decode_image(FULL, "a.jpg").image, "copyright")
    opened = PIL.Image.open(io.BytesIO(data))
    assert opened.info["dpi"] == pytest.approx((240, 240), abs=0.01)
    assert dict(opened.getexif()) == {0x8298: "(c) Ada", 0x013B: "Ada"}
    said = opened.info["xmp"].decode()
    assert "© Ada" in said
    assert "Zoë" in said  # the creator, whom only IPTC names there
    assert not any(word in said for word in ("GPS", "Winner", "boat", "Genua", "Orientation", "/9j/"))
    assert all(word not in data for word in (b"NOTE", b"Maker", b"harbour", THUMBNAIL[:20], b"Raw profile"))


def test_all_is_all_but_pictures_of_the_uncut_photo(tmp_path):
    data = written(tmp_path, decode_image(FULL, "a.jpg").image, "all")
    opened = PIL.Image.open(io.BytesIO(data))
    exif = opened.getexif()
    assert (exif[0x010F], exif[0x8298], exif.get(0x0112)) == ("Maker", "(c) Ada", 1)
    assert exif.get_ifd(0x8825)[2] == (10.0, 20.0, 30.0)
    details = exif.get_ifd(0x8769)
    assert (details[0x829A], details[0xA002], details[0xA003]) == (0.01, 11, 7)
    assert details[0x927C] == b"NOTE" + bytes(range(40))
    assert exif.get_ifd(1) == {}
    said = opened.info["xmp"].decode()
    assert all(word in said for word in ("© Ada", "10,20.5N", "Winner", "boat", "Genua"))
    assert not any(word in said for word in ("tiff:Orientation", "/9j/", "Thumbnails"))
    raw = opened.info["Raw profile type iptc"]
    block = bytes.fromhex(raw.split("\n", 3)[3])
    assert block[:4] == b"8BIM"
    assert b"harbour" in block
    assert b"\xff\xd8\xff" not in block
    assert THUMBNAIL[:20] not in data


def test_none_is_the_resolution_alone(tmp_path):
    data = written(tmp_path, decode_image(FULL, "a.jpg").image, "none")
    chunks = read_chunks(data)
    assert chunks.chunks == {b"pHYs": struct.pack(">IIB", 9449, 9449, 1)}
    assert chunks.texts == ()


def test_a_makers_note_stays_where_it_was_and_goes_if_it_holds_a_picture():
    data = with_thumbnail(exif_bytes())
    read = exifs.read_exif(data)
    again = exifs.write_exif(read)
    assert again.index(b"NOTE") == data.index(b"NOTE")
    assert THUMBNAIL[:20] not in again
    shown = exif_bytes().replace(bytes(range(3)), b"\xff\xd8\xff", 1).removeprefix(b"Exif\0\0")
    if b"NOTE\xff\xd8\xff" in shown:
        assert b"NOTE" not in exifs.write_exif(exifs.read_exif(shown))


@pytest.mark.parametrize("keep", ["copyright", "all"])
def test_a_turned_photo_is_not_turned_again(tmp_path, keep):
    turned = jpeg(exif_bytes(6).removeprefix(b"Exif\0\0"), XMP, dpi=(100, 200))
    image = decode_image(turned, "a.jpg").image
    assert image.size == (7, 11)
    back = decode_image(written(tmp_path, image, keep), "b.png").image
    np.testing.assert_array_equal(back.pixels, image.pixels)
    chunk = read_chunks(written(tmp_path, image, keep)).chunks[b"pHYs"]
    assert struct.unpack(">II", chunk[:8]) == (7874, 3937)  # down and across have changed places


@pytest.mark.parametrize(("orientation", "right"), [(1, (100, 200)), (3, (100, 200)), (6, (200, 100)), (7, (200, 100))])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_tiff_that_is_turned_turns_its_resolution(orientation, right, compression):
    held = io.BytesIO()
    tags = {274: orientation}
    PIL.Image.fromarray(RGB).save(held, "TIFF", dpi=(100, 200), tiffinfo=tags, compression=compression)
    image = decode_image(held.getvalue(), "a.tif").image
    height, width = RGB.shape[:2]
    assert image.size == ((width, height) if right[0] == 100 else (height, width))
    assert tuple(value * 0.0254 for value in image.metadata.resolution) == pytest.approx(right, abs=0.1)


def test_masks_keep_the_resolution(tmp_path):
    write_mask(tmp_path / "m.png", ALPHA, resolution=(11811, 11811))
    assert PIL.Image.open(io.BytesIO((tmp_path / "m.png").read_bytes())).info == {
        "dpi": pytest.approx((300, 300), abs=0.01)
    }


# --- in -------------------------------------------------------------------------------------------------------------


def tiff(unit=2):
    ifd = PIL.TiffImagePlugin.ImageFileDirectory_v2()
    ifd[282], ifd[283], ifd[296] = 300.0, 300.0, unit
    ifd[315], ifd[33432], ifd[700], ifd[33723] = "Ada", "(c) Ada", XMP, IPTC
    ifd.tagtype[700] = ifd.tagtype[33723] = 7
    return saved(RGB, "TIFF", tiffinfo=ifd)


def png():
    raw = iptc.as_resource(IPTC)
    texts_ = [
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)),
        (b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(f"\niptc\n{len(raw):8}\n{raw.hex()}\n".encode())),
        (b"tEXt", b"Author\0Ada"),
        (b"tEXt", b"Copyright\0(c) Ada"),
        (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
    ]
    return plain_png(2, RGB, *texts_)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", jpeg(exif_bytes().removeprefix(b"Exif\0\0"), XMP, IPTC, dpi=(300, 300))),
        ("a.tif", tiff()),
        ("a.png", png()),
        ("a.webp", saved(RGB, "WEBP", exif=exif_bytes(), xmp=XMP)),
        ("a.avif", saved(RGB, "AVIF", exif=exif_bytes(), xmp=XMP)),
    ],
)
def test_it_is_found_in_every_kind_of_file(tmp_path, name, data):
    image = decode_image(data, name).image
    said = written(tmp_path, image, "all")
    exif = PIL.Image.open(io.BytesIO(said)).getexif()
    owner = [exif[tag].encode("latin-1").decode() for tag in (0x8298, 0x013B)]  # UTF-8, where Pillow takes Latin-1
    assert owner in (["(c) Ada", "Ada"], ["© Ada", "Zoë"])
    assert "Winner" in PIL.Image.open(io.BytesIO(said)).info["xmp"].decode()
    if name in ("a.jpg", "a.tif", "a.png"):
        assert b"pHYs" in read_chunks(said).chunks
        assert image.metadata.resolution == pytest.approx((11811, 11811), abs=0.1)
        assert iptc.texts(iptc.records(image.metadata.iptc), 90) == ["Genua"]


def resolved(**tags):
    exif = PIL.Image.Exif()
    for tag, value in tags.items():
        exif[int(tag[1:])] = value
    return exif.tobytes()


@pytest.mark.parametrize(
    ("data", "dpi"),
    [
        (saved(RGB, "JPEG"), None),
        (saved(RGB, "JPEG", exif=resolved(t282=180.0, t283=180.0, t296=2)), 180),
        (saved(RGB, "JPEG", exif=resolved(t282=100.0, t283=100.0, t296=3)), 254),
        (saved(RGB, "JPEG", exif=resolved(t282=100.0, t283=100.0, t296=1)), None),
        (saved(RGB, "BMP", dpi=(150, 150)), 150),
        (plain_png(2, RGB, (b"pHYs", struct.pack(">IIB", 3, 4, 0))), None),
        (tiff(unit=1), None),
        (tiff(unit=3), 762),
    ],
)
def test_resolution_comes_from_where_it_is_said(data, dpi):
    found = decode_image(data, "a").image.metadata.resolution
    assert found is None if dpi is None else found[0] * 0.0254 == pytest.approx(dpi, abs=0.5)


def test_the_samples_of_the_tester(shared_data, tmp_path):
    image = read_image(shared_data / "faults/dpi300.jpg").image
    assert read_chunks(written(tmp_path, image, "copyright")).chunks == {b"pHYs": struct.pack(">IIB", 11811, 11811, 1)}
    image = read_image(shared_data / "faults/meta.jpg").image
    plain, whole = (PIL.Image.open(io.BytesIO(written(tmp_path, image, keep))) for keep in ("copyright", "all"))
    assert plain.info["dpi"] == pytest.approx((240, 240), abs=0.01)
    assert dict(plain.getexif()) == {0x8298: "(c) Test Person", 0x013B: "Test Person"}
    assert "Test Person" in plain.info["xmp"].decode()
    assert whole.getexif().get_ifd(0x8825)
    assert whole.getexif()[0x010F] == "TestCam"
    assert whole.getexif()[0x9003] == "2024:05:06 07:08:09"  # not where it should be, but there it was


def test_a_project_keeps_it_without_the_file(tmp_path):
    image = decode_image(FULL, "a.jpg").image
    path = tmp_path / "a.ora"
    write_project(path, Document(image), Source(None))
    back = read_project(path, limit=None).document.image
    np.testing.assert_array_equal(back.pixels, image.pixels)
    for keep in ("copyright", "all"):
        assert texts(written(tmp_path, back, keep)).keys() == texts(written(tmp_path, image, keep)).keys()
        one, other = (PIL.Image.open(io.BytesIO(written(tmp_path, each, keep))) for each in (back, image))
        assert dict(one.getexif()).keys() == dict(other.getexif()).keys()
        assert one.getexif().get_ifd(0x8825) == other.getexif().get_ifd(0x8825)


# --- strangers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY b "cccccccc">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
        b"<a>" * 20_000 + b"</a>" * 20_000,
        b"<a/>" * 100_000,
        b"<x" * 10,
        b"\xff\xfe" + b"\0" * 99,
        b"\xff\xfe\0\xd8",
        packet("<rdf:Description>" * 3000 + "</rdf:Description>" * 3000),
        packet('<rdf:Description xmlns:a="b" a:c="/9j/">') + b"junk",
        b"x" * (2 << 20),
    ],
)
def test_hostile_xmp_is_none_at_all(hostile):
    assert xmp.rights_of(hostile, {}) == b""
    assert b"/9j/" not in xmp.all_of(hostile, {})
    assert xmp.rights_of(hostile, {(xmp.DC, "rights"): ["Ada"]}).count(b"Ada") in (0, 1)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_metadata_costs_nothing_but_itself(tmp_path, seed):
    rng = np.random.default_rng(seed)
    exif, records = bytearray(with_thumbnail(exif_bytes())), bytearray(IPTC)
    for place in rng.integers(4, len(exif), 12):
        exif[place] = rng.integers(0, 256)
    for place in rng.integers(0, len(records), 6):
        records[place] = rng.integers(0, 256)
    broken = bytearray(XMP)
    broken[rng.integers(0, len(broken))] = rng.integers(0, 256)
    image = decode_image(jpeg(bytes(exif), bytes(broken), bytes(records)), "a.jpg").image
    for keep in ("copyright", "all"):
        data = written(tmp_path, replace(image, grey=False), keep)
        assert decode_image(data, "b.png").image.size == image.size
        assert THUMBNAIL[:20] not in data


def test_directories_that_point_at_themselves_or_claim_too_much_end():
    loop = b"II*\0\x08\0\0\0" + struct.pack("<H", 2)
    loop += (
        struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x927C, 7, 0xFFFFFFF0, 8) + struct.pack("<I", 8)
    )
    assert exifs.write_exif(exifs.read_exif(loop)) in (b"", exifs.write_exif(exifs.read_exif(loop)))
    many = b"II*\0\x08\0\0\0" + struct.pack("<H", 65535) + bytes(12 * 65535)
    assert exifs.write_exif(exifs.read_exif(many)) == b""
