"""Project files from strangers: one sentence, nothing opened, and no more memory or time than an honest file takes."""

import io
import resource
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from contextlib import suppress

import hypothesis.strategies as st
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings

from maskstudio.core.archive import Archive
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.errors import BadInput, BadProject, TooLarge
from tests.core.documents import disc, document

STACK = '<image w="60" h="40"><stack><layer src="data/0.png" x="0" y="0"/></stack></image>'


def png(size=(60, 40)):
    out = io.BytesIO()
    PIL.Image.new("RGBA", size, (1, 2, 3, 255)).save(out, "PNG")
    return out.getvalue()


def theirs(path, members=(), *, stack=STACK, picture=None):
    """A small honest file, with ``members`` (name or ZipInfo, bytes) added."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster", zipfile.ZIP_STORED)
        archive.writestr("stack.xml", stack)
        archive.writestr("data/0.png", png() if picture is None else picture)
        archive.writestr("mergedimage.png", png())
        for name, data in members:
            archive.writestr(name, data)
    return path


def refused(path, match, kind=BadProject):
    with pytest.raises(kind, match=match) as caught:
        read_project(path, limit=250_000_000)
    assert str(caught.value).startswith(path.name)
    assert str(caught.value).count("\n") == 0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bad.ora"


@pytest.mark.parametrize("name", ["../out.png", "data/../../out.png", "/etc/passwd", "C:/x.png", "data\\..\\x.png"])
def test_names_that_lead_elsewhere_are_refused(path, name):
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    refused(theirs(path, [(info, b"x")]), "forbidden name")


def test_a_member_twice_is_refused(path):
    with pytest.warns(UserWarning, match="Duplicate"):
        theirs(path, [("data/0.png", png())])
    refused(path, r"holds 0\.png twice")


def test_a_link_is_refused(path):
    info = zipfile.ZipInfo("data/link.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused(theirs(path, [(info, b"/etc/passwd")]), "holds a link")


def test_other_compressions_are_refused(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("mimetype", "image/openraster")
    refused(path, "compressed in a way")


@pytest.mark.parametrize(
    "stack",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><image w="60" h="40"><stack>&b;</stack></image>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><image w="60" h="40"/>',
        '<?xml version="1.0"?><!DOCTYPE image><image w="60" h="40"/>',
    ],
)
def test_entities_and_document_types_are_refused(path, stack):
    refused(theirs(path, stack=stack), "entities")


@pytest.mark.parametrize(
    ("stack", "match"),
    [
        ("", "list of layers is damaged"),
        ("<image", "list of layers is damaged"),
        ('<image w="60" h="40"><stack></image>', "list of layers is damaged"),
        ("<other/>", "how large"),
        ('<image w="0" h="40"/>', "w of a layer is not in its range"),
        ('<image w="nan" h="40"/>', "w of a layer"),
        ('<image w="99999999999" h="40"/>', "w of a layer"),
        ('<image w="60" h="40"><stack><layer src="a" opacity="many"/></stack></image>', "opacity"),
        ("<image w='60' h='40'>" + "<stack>" * 100 + "</stack>" * 100 + "</image>", "deeper"),
        ("<?xml version='1.0' encoding='nonsense'?><image w='1' h='1'/>", "list of layers is damaged"),
    ],
)
def test_a_list_of_layers_that_makes_no_sense_is_refused(path, stack, match):
    refused(theirs(path, stack=stack), match)


def test_a_size_beyond_the_limit_is_refused_before_anything_is_decoded(path):
    stack = STACK.replace('w="60" h="40"', 'w="100000" h="100000"')
    refused(theirs(path, stack=stack), "above the limit", TooLarge)


@pytest.mark.parametrize("missing", ["mimetype", "stack.xml", "mergedimage.png"])
def test_missing_parts_are_named(path, tmp_path, missing):
    honest = zipfile.ZipFile(theirs(tmp_path / "honest.ora", picture=png((5, 5))))
    with zipfile.ZipFile(path, "w") as archive:
        for info in honest.infolist():
            if info.filename != missing:
                archive.writestr(info, honest.read(info))
    refused(path, "not an OpenRaster project" if missing == "mimetype" else f"{missing} is missing")


def test_a_zip_file_that_is_something_else_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    refused(path, "it is not an OpenRaster project")


def test_a_truncated_file_is_refused_wherever_it_ends(path):
    write_project(path, document(disc()), Source(None))
    data = path.read_bytes()
    for end in [*range(0, 200, 7), *range(200, len(data), len(data) // 40), len(data) - 1]:
        path.write_bytes(data[:end])
        refused(path, "damaged or incomplete")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spots=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_spoilt_bytes_give_a_sentence_or_a_document(path, spoilable, spots):
    data = bytearray(spoilable)
    for place, value in spots:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)
    with suppress(BadInput):  # and nothing else
        read_project(path, limit=250_000_000)


@pytest.fixture(scope="module")
def spoilable(tmp_path_factory):
    path = tmp_path_factory.mktemp("ora") / "small.ora"
    write_project(path, document(disc(40, 30, 9), width=40, height=30), Source(None))
    return path.read_bytes()


@pytest.mark.parametrize("member", ["maskstudio/planes", "maskstudio/document.json"])
def test_a_spoilt_part_of_ours_is_refused_even_if_zip_does_not_see_it(path, tmp_path, member):
    write_project(tmp_path / "good.ora", document(disc()), Source(None))
    good = zipfile.ZipFile(tmp_path / "good.ora")
    for change in (lambda data: data[:-3], lambda data: data + b"\0", lambda data: b"", lambda data: data[::-1]):
        with zipfile.ZipFile(path, "w") as archive:
            for info in good.infolist():
                data = good.read(info)
                archive.writestr(info.filename, change(data) if info.filename == member else data)
        refused(path, "damaged|cannot be read")


def test_a_photo_of_another_size_is_refused(path, tmp_path):
    write_project(tmp_path / "good.ora", document(disc()), Source(None))
    good = zipfile.ZipFile(tmp_path / "good.ora")
    with zipfile.ZipFile(path, "w") as archive:
        for info in good.infolist():
            data = png((7, 7)) if info.filename == "data/photo.png" else good.read(info)
            archive.writestr(info.filename, data)
    refused(path, "photo is of another size")


# Bombs, in a process that may not take much


LIMITED = """
import resource, sys
from pathlib import Path
import maskstudio.core.project as project
from maskstudio.errors import MaskStudioError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (128 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
try:
    project.read_project(Path(sys.argv[1]), limit=250_000_000)
except MaskStudioError as error:
    print(error)
"""


def limited(path):
    run = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return run.stdout.strip()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS") or sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("member", ["mimetype", "stack.xml", "data/0.png", "maskstudio/document.json"])
def test_a_bomb_does_not_go_off(path, member):
    bomb = bytes(256 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("mimetype", b"image/openraster"), ("stack.xml", STACK.encode()), ("data/0.png", png())):
            if name != member:
                archive.writestr(name, data)
        archive.writestr(member, bomb)
    assert path.stat().st_size < 2 << 20
    assert "cannot be opened: " in limited(path)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_header_that_lies_about_its_size_is_not_believed(path):
    theirs(path)
    data = path.read_bytes()
    packed = zlib.compress(bytes(400 << 20), 9)[2:-4]
    name = b"data/1.png"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), 10, len(name), 0) + name + packed
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(packed), 10, len(name), 0, 0, 0, 0, 0, len(data)
    )
    end = zipfile.ZipFile(path).start_dir
    directory = data[end : data.rindex(b"PK\5\6")] + central + name
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 5, 5, len(directory), len(data) + len(local), 0)
    path.write_bytes(data + local + directory + tail)
    assert zipfile.ZipFile(path).namelist()[-1] == "data/1.png"
    assert limited(path) == ""  # a layer nobody asks for stays unread
    with path.open("rb") as file:
        archive = Archive(file)
        with pytest.raises(BadProject, match="damaged"):
            archive.read("data/1.png", 1 << 30)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_list_of_a_million_members_is_not_read(path):
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    count = 700_000
    directory = entry * count
    long = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), 4)
    find = struct.pack("<4sIQI", b"PK\6\7", 0, 4 + len(directory), 1)
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(b"PK\3\4" + directory + long + find + tail)
    assert "more files than a project can have" in limited(path)
