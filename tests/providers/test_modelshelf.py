"""The model shelf: what it says of each model, and that nothing hostile on it runs or is half installed."""

import errno
import hashlib
import json
import os
import shutil
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
    ModelUnavailable,
    UnknownModel,
    Untrusted,
)
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import families, incoming, measured, modelshelf, yolo
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import store, trust
from tests.madenets import bright, saved
from tests.madesam import decoder, raw_encoder, saved_pair
from tests.providers.shelf import entry
from tests.providers.test_weights import evil

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


def test_two_files_that_are_one_model_are_counted_and_removed_together(mine):
    saved_pair(mine, "tiny", raw_encoder(), decoder())
    saved_pair(mine, "mobile_sam", raw_encoder(), decoder())
    (mine / "lone.decoder.onnx").write_bytes(decoder().SerializeToString())
    pair = [mine / "tiny.encoder.onnx", mine / "tiny.decoder.onnx"]
    entry = modelshelf.one("tiny")
    assert (entry.standing, entry.own, entry.path) == ("ready", True, pair[0])
    assert entry.disk == sum(each.stat().st_size for each in pair)
    assert modelshelf.one("mobile_sam").standing == "ready"
    assert modelshelf.one("lone").disk == (mine / "lone.decoder.onnx").stat().st_size
    for name in ("tiny", "mobile_sam", "lone"):
        modelshelf.remove(name)
    assert list(mine.iterdir()) == []
    with pytest.raises(ModelUnavailable, match="There is no model called 'tiny'"):
        modelshelf.remove("tiny")
