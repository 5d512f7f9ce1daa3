"""XMP that is too long for one segment of a JPEG: read from all of them, written as one packet, and bounded."""

import hashlib
import struct

import numpy as np
import pytest

from maskstudio.core import xmp
from maskstudio.core.files import decode_image
from tests.core.pictures import RGB, saved
from tests.core.test_metadata import RDF, exif_bytes, written

NAMES = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
STEPS = "".join(f"<rdf:li>step {number:05d}</rdf:li>" for number in range(4000))
MORE = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF} xmlns:ada="http://example.com/ada/">'
    f'<rdf:Description rdf:about="" {NAMES} ada:Mood="calm" xmp:Label="Other"'
    ' xmlns:GImage="http://ns.google.com/photos/1.0/image/" GImage:Data="/9j/4AAQSkZJRgABAQ">'
    f"<ada:Steps><rdf:Seq>{STEPS}</rdf:Seq></ada:Steps>"
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Ada</rdf:li></rdf:Alt></dc:rights>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
).encode()
PARTS = f'</rdf:Description><rdf:Description rdf:about="" {NAMES} ada:Mood="calm">'.encode()


def main(name):
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}><rdf:Description rdf:about="" {NAMES} xmp:Label="Winner"'
        f' xmlns:note="http://ns.adobe.com/xmp/note/" note:HasExtendedXMP="{name}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def pieces(data, name, size=60_000, length=None):
    """Its segments, in order."""
    head = b"http://ns.adobe.com/xmp/extension/\0" + name.encode()
    cuts = range(0, len(data), size)
    return [head + struct.pack(">II", length or len(data), at) + data[at : at + size] for at in cuts]


def jpeg(*segments):
    data = saved(RGB, "JPEG", quality=95)
    bodies = [b"Exif\0\0" + exif_bytes().removeprefix(b"Exif\0\0"), *segments]
    return data[:2] + b"".join(struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body for body in bodies) + data[2:]


def photo(more=MORE, change=lambda parts: parts, name=None, **how):
    name = name or hashlib.md5(more, usedforsecurity=False).hexdigest().upper()
    parts = change(pieces(more, name, **how))
    return decode_image(jpeg(b"http://ns.adobe.com/xap/1.0/\0" + main(name), *parts), "a.jpg").image


def spoiled_later(parts):
    """The same, and then a piece that lies where one lies already."""
    return [*parts, parts[0][:-500] + b"x" * 500]


@pytest.mark.parametrize("change", [lambda parts: parts[::-1], lambda parts: [*parts, *parts], spoiled_later])
def test_all_of_it_goes_along_as_one_packet(tmp_path, change):
    assert len(MORE) > 65_536
    image = photo(change=change)
    data = written(tmp_path, image, "all")
    again = decode_image(data, "b.png").image.metadata.xmp
    assert xmp.text_of(again, ("http://example.com/ada/", "Mood")) == "calm"
    assert all(f"step {number:05d}".encode() in again for number in (0, 2222, 3999))
    assert xmp.text_of(again, ("http://ns.adobe.com/xap/1.0/", "Label")) == "Winner", "the packet's own goes before"
    assert "© Ada".encode() in again
    assert not any(word in again for word in (b"/9j/", b"HasExtendedXMP", b"Other"))
    rights = decode_image(written(tmp_path, image, "copyright"), "b.png").image.metadata.xmp
    assert "© Ada".encode() in rights
    assert b"step 0" not in rights
    assert b"calm" not in rights


@pytest.mark.parametrize(
    "how",
    [
        {"change": lambda parts: parts[:-1]},
        {"change": lambda parts: parts[1:]},
        {"change": lambda parts: [parts[0], parts[1][:-1]]},
        {"change": lambda parts: [part.replace(b"extension/\0", b"extension/\0x") for part in parts]},
        {"change": lambda parts: [part[:50] for part in parts]},
        {"length": 2**32 - 1},
        {"length": 9},
        {"more": b"<!DOCTYPE a>" + MORE},
        {"more": MORE[:-20]},
        {"more": b"<a>" * 20_000 + b"</a>" * 20_000},
        {"more": MORE.replace(b"step", b"step" * 100)},  # longer than a packet may be
        {"more": MORE.replace(b"<ada:Steps>", PARTS * 200 + b"<ada:Steps>")},
        {"more": b"\xff" * 70_000},
        {"more": bytes(9 << 20)},
    ],
)
def test_what_is_not_whole_or_not_bearable_costs_only_itself(tmp_path, how):
    image = photo(**how)
    said = image.metadata.xmp
    assert xmp.text_of(said, ("http://ns.adobe.com/xap/1.0/", "Label")) == "Winner"
    assert b"calm" not in said
    data = written(tmp_path, image, "all")
    assert b"Winner" in data
    assert image.metadata.exif, "the rest of the metadata is there"


@pytest.mark.parametrize("seed", range(20))
def test_noise_in_it_costs_only_itself(tmp_path, seed):
    rng = np.random.default_rng(seed)

    def noisy(parts):
        broken = [bytearray(part) for part in parts]
        for part in broken:
            part[int(rng.integers(35, len(part)))] = int(rng.integers(0, 256))
        return [bytes(part) for part in broken]

    image = photo(change=noisy)
    assert xmp.text_of(image.metadata.xmp, ("http://ns.adobe.com/xap/1.0/", "Label")) == "Winner"
    assert b"/9j/" not in written(tmp_path, image, "all")
