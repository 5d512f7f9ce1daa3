"""``detect`` and ``objects`` with filters and presets."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "grace_hopper.jpg"


def decoded(path):
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.fixture
def bus(shared_data, shared_models, monkeypatch):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    return shared_data / "photos/ultralytics_assets/bus.jpg"


def written(maskstudio, photo, folder, *words):
    status, out, err = maskstudio("objects", photo, "-o", folder, "--model", "yolo11n-seg", "--json", *words)
    assert (status, err) == (0, "")
    return json.loads(out)["objects"]


def test_people_of_some_size_are_what_all_objects_have_of_them(maskstudio, bus, tmp_path):
    every = written(maskstudio, bus, tmp_path / "every", "--max-detections", "1000")
    some = written(maskstudio, bus, tmp_path / "some", "--labels", "person", "--min-area", "2")
    large = [row["file"] for row in every if row["label"] == "person" and (decoded(row["file"]).mean() / 255 >= 0.02)]
    assert len(large) == 3  # of four people
    for ours, theirs in zip(some, large, strict=False):
        assert np.array_equal(decoded(ours["file"]), decoded(theirs))
        assert ours["areaRatio"] == pytest.approx(decoded(theirs).mean() / 255, abs=1e-6)
        left, top, right, bottom = ours["box"]
        assert ours["boundingBox"] == {"x": left, "y": top, "width": right - left, "height": bottom - top}
    union = np.maximum.reduce([decoded(path) for path in large])
    assert np.array_equal(decoded(some[-1]["file"]), 255 - union)
    assert (len(some), some[-1]["label"], some[-1]["score"]) == (4, "background", None)
    assert some[-1]["areaRatio"] == pytest.approx(1 - union.mean() / 255, abs=1e-6)
    rows, columns = np.nonzero(union < 128)
    assert some[-1]["box"] == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_merged_and_inverted_is_one_file(maskstudio, bus, tmp_path):
    words = ("--labels", "person", "--merge-masks")
    merged = written(maskstudio, bus, tmp_path / "m", *words, "merge")
    inverted = written(maskstudio, bus, tmp_path / "i", *words, "mergeInvert")
    assert [row["label"] for row in merged] == ["person", "background"]
    assert np.array_equal(decoded(inverted[0]["file"]), 255 - decoded(merged[0]["file"]))


def test_a_preset_sets_what_suits_its_subject_and_options_win(maskstudio, bus, tmp_path):
    status, out, _ = maskstudio("detect", bus, "--preset", "person", "--max-detections", "2", "--json")
    report = json.loads(out)
    assert (status, report["preset"], report["model"]) == (0, "person", "yolo11n-seg")
    assert [row["label"] for row in report["detections"]] == ["person", "person"]
    assert report["parameters"]["labels"] == "person"


def test_a_preset_without_weights(maskstudio, tmp_path):
    status, out, _ = maskstudio("detect", SAMPLE, "--preset", "face", "--json")
    assert status == 0
    assert json.loads(out)["parameters"]["maskPadding"] == 8
    status, out, err = maskstudio("detect", SAMPLE, "--preset", "animal")
    assert (status, out) == (1, "")
    assert err == "No model that finds animals is ready here; get yolo11n-seg or yolov8n-seg first.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--min-area", "101"), "minArea must be from 0 to 100"),
        (("--keep-by", "size"), "keepBy must be one of confidence, area"),
        (("--merge-masks", "both"), "mergeMasks must be one of none, merge, mergeInvert"),
        (("--preset", "cat"), "There is no preset called 'cat'; there are face, hand, person, product, animal"),
        (("--preset", "product", "--labels", "cup"), "labels would not be used here"),
        (("--preset", "face", "--provider", "runware"), "--preset chooses among the models of this machine"),
    ],
)
def test_what_cannot_be_is_one_sentence(maskstudio, words, says):
    status, out, err = maskstudio("detect", SAMPLE, *words)
    assert (status, out) == (2, "")
    assert says in err
