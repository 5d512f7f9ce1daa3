"""Finding, trusting, adding and removing weight files; hostile ones never run."""

import hashlib
import importlib.util
import io
import json
import pickle
import shutil
import sys
import zipfile

import numpy as np
import pytest

from maskstudio import paths
from maskstudio.core.image import Image
from maskstudio.errors import BadInput, CannotRead, MaskStudioError, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers import registry
from maskstudio.providers.local import families, yolo
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import network, yolo_files
from maskstudio.providers.weights import store, trust


def evil(path, marker, *, plain=False):
    """A pickle that makes a file when it is loaded, as a torch archive or as a bare pickle."""

    class Run:
        def __reduce__(self):
            return open, (str(marker), "w")

    data = pickle.dumps({"model": Run()})
    if plain:
        path.write_bytes(data)
        return
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3")


def states():
    family = yolo.Yolo()
    return [family.state(name) for name in family.models()]


def state(name):
    return next(each for each in states() if each.name == name)


def test_catalogue_holds_published_hashes(shared_models):
    known = (shared_models / "KNOWN_HASHES.tsv").read_text().splitlines()[1:]
    published = {}
    for line in known:
        file, size, digest, *_ = line.split("\t")
        published[digest] = (file.split(" ")[0], size)
    for entry in yolo_files.ENTRIES:
        assert entry.url.startswith("https://")
        for digest in entry.digests:
            assert published[digest][0] == entry.file
        if entry.size:
            assert str(entry.size) in {published[digest][1] for digest in entry.digests}


def test_real_weights_are_ready_and_standins_are_not(shared_models, monkeypatch):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    assert state("yolov8n-seg").state == "ready"
    assert state("yolo11n-seg").state == "ready"
    assert state("face_yolov8n").state == "download"
    assert state("yolov8s-seg").state == "unavailable"
    unknown = state("STANDIN_face_yolov8n")
    assert unknown.state == "unavailable"
    assert "--trust" in unknown.note
    assert state("face_detection_yunet_2023mar").state == "unavailable"
    for each in states():
        assert each.note.count("\n") == 0


def test_folders_are_searched_in_order(tmp_path, monkeypatch, mine):
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second, mine):
        folder.mkdir(exist_ok=True)
        (folder / "some.onnx").write_bytes(b"\x08")
    monkeypatch.setenv("MASKSTUDIO_MODELS", f"{first}:{second}:{tmp_path / 'missing'}")
    assert store.files()["some"] == first / "some.onnx"
    (first / "some.onnx").unlink()
    assert store.files()["some"] == second / "some.onnx"
    monkeypatch.delenv("MASKSTUDIO_MODELS")
    assert store.files()["some"] == mine / "some.onnx"


def test_a_known_name_with_unknown_bytes_is_never_loaded(mine, tmp_path):
    marker = tmp_path / "ran"
    for name in ("face_yolov8n", "person_yolov8n-seg"):
        evil(mine / f"{name}.pt", marker)
        assert state(name).state == "unavailable"
        with pytest.raises(Untrusted, match="--trust"):
            yolo.choose(name)
        with pytest.raises(Untrusted):
            network.load(mine / f"{name}.pt")
    assert not marker.exists()


def test_trust_is_by_digest(mine, tmp_path):
    path = mine / "own.pt"
    path.write_bytes(b"PK\x03\x04 one")
    trust.trust(path)
    assert trust.allowed(path)
    record = json.loads((paths.home() / "trusted.json").read_text())
    assert record == {hashlib.sha256(b"PK\x03\x04 one").hexdigest(): "own.pt"}
    path.write_bytes(b"PK\x03\x04 two, exchanged")
    assert not trust.allowed(path)
    with pytest.raises(Untrusted):
        network.load(path)


def test_a_file_exchanged_after_the_check_is_not_loaded(mine, tmp_path, monkeypatch):
    """The digest is of the bytes that are loaded, not of what lay there a moment before."""
    path, marker = mine / "own.pt", tmp_path / "ran"
    path.write_bytes(b"PK\x03\x04 harmless")
    trust.trust(path)
    assert yolo.choose("own").path == path
    evil(path, marker)
    with pytest.raises(Untrusted):
        network.load(path)
    assert not marker.exists()


def test_a_damaged_record_trusts_nothing(mine):
    path = mine / "own.pt"
    path.write_bytes(b"PK\x03\x04 one")
    for damage in (b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000):
        (paths.home() / "trusted.json").write_bytes(damage)
        assert not trust.allowed(path)


def test_add_copies_and_asks(tmp_path, shared_models):
    given = tmp_path / "Modell ü.pt"
    shutil.copy(shared_models / "STANDIN_hand_yolov8n.pt", given)
    with pytest.raises(Untrusted):
        families.add(given)
    assert not paths.models().exists()
    assert families.add(given, trust=True) == "Modell ü"
    assert (paths.models() / given.name).read_bytes() == given.read_bytes()
    assert state("Modell ü").state == "ready"
    assert families.add(paths.models() / given.name) == "Modell ü"  # adding it again changes nothing
    store.remove("Modell ü")
    assert not list(paths.models().iterdir())
    with pytest.raises(ModelUnavailable):
        store.remove("Modell ü")


def test_add_known_file_needs_no_trust(shared_models, tmp_path):
    assert families.add(shared_models / "yolov8n-seg.pt") == "yolov8n-seg"
    assert state("yolov8n-seg").state == "ready"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", b"\xff\xd8"),
        ("empty.pt", b""),
        ("text.pt", b"hello"),
        ("page.onnx", b"<html>"),
        ("pointer.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:00"),
    ],
)
def test_add_refuses_what_is_no_model(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=name):
        families.add(path, trust=True)


def test_add_a_missing_file_or_folder(tmp_path):
    with pytest.raises(CannotRead):
        families.add(tmp_path / "none.pt")
    (tmp_path / "folder.pt").mkdir()
    with pytest.raises(CannotRead):
        families.add(tmp_path / "folder.pt")


def test_remove_cannot_leave_the_folder(tmp_path, mine):
    outside = paths.home() / "outside.pt"
    outside.write_bytes(b"PK\x03\x04")
    with pytest.raises(MaskStudioError):
        store.remove("../outside")
    assert outside.exists()


HOSTILE = [
    "yolov8n-face-lindevs_INCOMPLETE_100of359.pt",
    "yolov8n_TRUNCATED_2MB.pt",
    "yolov8n_hand-seals_NO_TENSORS.pt",
    "yolov8s-seg_LFS_POINTER.pt",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_damaged_weights_are_refused_in_one_sentence(shared_data, mine, name):
    """Even when the user trusts them."""
    path = mine / "damaged.pt"
    shutil.copy(shared_data / "torture/weights" / name, path)
    with pytest.raises(Untrusted):
        yolo.choose("damaged")
    trust.trust(path)
    with pytest.raises(ModelUnavailable) as raised:
        Local().detect(Image(np.zeros((9, 9, 3), np.uint8)), DetectParams(model="damaged"), Token())
    text = str(raised.value)
    assert "damaged.pt" in text
    assert "\n" not in text
    assert len(text) < 200


@pytest.mark.parametrize("plain", [True, False])
def test_untrusted_pickles_do_not_run(mine, tmp_path, plain):
    marker = tmp_path / "ran"
    evil(mine / "evil.pt", marker, plain=plain)
    with pytest.raises(Untrusted):
        Local().detect(Image(np.zeros((9, 9, 3), np.uint8)), DetectParams(model="evil"), Token())
    states()
    assert not marker.exists()


def test_hostile_onnx_is_refused(mine):
    pytest.importorskip("onnxruntime")
    for name, content in {"junk": b"\x08" + bytes(range(256)) * 40, "empty": b""}.items():
        (mine / f"{name}.onnx").write_bytes(content)
        with pytest.raises(ModelUnavailable, match=name):
            network.load(mine / f"{name}.onnx")


def test_onnx_that_points_to_another_file_is_refused(mine):
    """A model of a stranger could otherwise have any file of this computer read as its weights."""
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    secret = onnx.helper.make_tensor("w", onnx.TensorProto.UINT8, [4], b"1234", raw=True)
    onnx.external_data_helper.set_external_data(secret, location="secret.txt")
    secret.ClearField("raw_data")
    node = onnx.helper.make_node("Identity", ["w"], ["y"])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.UINT8, [4])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [], [out], [secret]))
    (mine / "pointer.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelUnavailable, match="another file"):
        network.load(mine / "pointer.onnx")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that even root cannot read")
def test_files_that_cannot_be_read_cost_only_themselves(mine):
    for name in ("broken.onnx", "yolov8s-seg.pt"):
        (mine / name).symlink_to("/proc/self/mem")
    for name in ("broken", "yolov8s-seg"):
        assert state(name).state == "unavailable"
        assert "cannot be read" in state(name).note
    assert state("person_yolov8s-seg").state != "ready"
    trusted = mine / "own-seg.pt"
    trusted.write_bytes(b"PK\x03\x04 one")
    trust.trust(trusted)
    assert state("person_yolov8s-seg").note == "Runs own-seg.pt instead and keeps what that calls a person."


def test_folders_that_are_none_are_passed_over(tmp_path, monkeypatch, mine):
    (tmp_path / "file").touch()
    (mine / "loop.pt").symlink_to(mine / "loop.pt")
    (mine / "folder.pt").mkdir()
    monkeypatch.setenv("MASKSTUDIO_MODELS", f"{tmp_path / 'file'}:{tmp_path / 'missing'}:~nobody_at_all/x")
    assert store.files() == {}
    assert len(states()) == len(yolo_files.ENTRIES)


def test_without_ultralytics_models_say_so(mine, monkeypatch):
    trusted = mine / "own.pt"
    trusted.write_bytes(b"PK\x03\x04 one")
    trust.trust(trusted)
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ultralytics" else there(name))
    assert state("own").state == "unavailable"
    assert "pip install ultralytics" in state("own").note


def test_a_torch_file_that_is_no_model(mine):
    import torch

    buffer = io.BytesIO()
    torch.save({"weights": torch.zeros(3)}, buffer)
    (mine / "other.pt").write_bytes(buffer.getvalue())
    trust.trust(mine / "other.pt")
    with pytest.raises(ModelUnavailable, match=r"other\.pt"):
        network.load(mine / "other.pt")


def test_registry():
    assert registry.get("local").name == "local"
    assert registry.get("local") is registry.get("local")
    with pytest.raises(MaskStudioError, match="local"):
        registry.get("nowhere")


def test_unknown_names_suggest_near_ones():
    with pytest.raises(UnknownModel, match="yolo11n-seg"):
        families.family_of("yolo11-seg")
