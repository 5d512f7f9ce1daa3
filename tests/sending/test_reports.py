"""What did the work and what came back of it is reported as it was, kept with each layer, and survives in projects."""

import json

import pytest

from maskstudio import paths
from maskstudio.core.checked import told
from maskstudio.errors import BadProject
from maskstudio.params.adobe import AdobeObjectsParams
from maskstudio.params.alibaba import AlibabaRefineParams
from maskstudio.params.local import MaskParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.providers.remote.said import said
from tests.sending.scene import opened
from tests.sending.test_session_services import by_hand

PLAIN = MaskParams(mask_padding=0, mask_blur=0)


def test_a_service_s_detections_are_reported_as_what_they_are(maskstudio, picture, place):
    words = ("detect", picture, "--provider", "runware", "--model", "face_yolov8s", "--confidence", "0.3")
    status, out, _ = maskstudio(*words, "--yes", "--json")
    assert status == 0
    report = json.loads(out)
    (job,) = place.charges("runware")
    sent = next(one["body"][0] for one in reversed(place.runware.requests) if one["route"] == "runware.task")
    answer = place.runware.jobs[job[0]].result
    assert (report["provider"], report["model"], report["cost"]) == ("runware", "runware:35@2", 0.0013)
    assert report["parameters"]["confidence"] == 0.3
    assert "boxShape" not in report["parameters"]
    assert {"inputImage", "uploadEndpoint"}.isdisjoint(report["parameters"])
    for name in ("inputImageUUID", "maskImageUUID", "taskUUID"):
        assert report[name] == answer[name]
    assert report["taskUUID"] == sent["taskUUID"]
    assert [row["boundingBox"] for row in report["detections"]] == answer["detections"]
    assert [row["provider"] for row in report["detections"]] == ["runware", "runware"]


def test_adobe_s_objects_keep_their_labels_scores_boxes_and_kinds(maskstudio, picture, tmp_path):
    words = ("objects", picture, "-o", tmp_path / "o", "--provider", "adobe", "--yes", "--json")
    report = json.loads(maskstudio(*words)[1])
    assert (report["provider"], report["model"], report["cost"]) == ("adobe", None, None)
    assert report["parameters"] == AdobeObjectsParams().to_wire()
    assert report["jobId"]
    rows = report["objects"][:3]
    assert [row["label"] for row in rows] == ["Object 1", "Object 2", "Background"]
    for row in rows:
        assert {"score", "boundingBox", "mediaType", "file"} <= row.keys()
        assert row["mediaType"] == "image/png"


@pytest.mark.parametrize(("service", "cost"), [("server402", 0.2), ("alibaba", None)])
def test_the_number_of_a_call_is_reported(maskstudio, picture, mask, tmp_path, service, cost):
    words = ("refine", picture, mask, "-o", tmp_path / "r.png", "--provider", service, "--yes", "--json")
    report = json.loads(maskstudio(*words)[1])
    assert (report["provider"], report["cost"], report["parameters"]) == (service, cost, {})
    assert report["requestId"]


def test_work_here_is_reported_as_work_here(maskstudio, picture, mask, tmp_path):
    words = ("refine", picture, mask, "-o", tmp_path / "r.png", "--band-width", "4", "--json")
    report = json.loads(maskstudio(*words)[1])
    assert (report["provider"], report["parameters"]["bandWidth"]) == ("local", 4)
    assert "cost" not in report


def test_it_stays_with_each_layer_and_comes_back_with_the_project(place, tmp_path):
    session = opened(place)
    session.services.ask("adobe", "objects", AdobeObjectsParams())
    session.services.ask("runware", "cutout", RunwareCutoutParams())
    before = [layer.source.said for layer in session.document.layers]
    assert before[0]["label"] == "Object 1"
    assert before[-1]["cost"] == pytest.approx(0.0006)
    assert before[-1]["imageUUID"]
    session.projects.save_as(tmp_path / "p.ora")
    again = opened(place)
    again.opening.open(tmp_path / "p.ora")
    assert [layer.source.said for layer in again.document.layers] == before
    assert [layer.name for layer in again.document.layers] == [layer.name for layer in session.document.layers]


def test_links_of_the_user_are_written_nowhere(place):
    session = opened(place)
    with place.bucket.client() as client:
        link = client.generate_presigned_url("put_object", {"Bucket": place.bucket.bucket, "Key": "r.png"})
    session.services.ask("runware", "detect", RunwareMaskParams(upload_endpoint=link), PLAIN)
    assert place.bucket.keys() == ["r.png"]
    place.bucket.clear()
    assert "X-Amz" not in json.dumps(dict(session.document.layers[0].origin.params))
    assert b"X-Amz" not in (paths.home() / "ledger.sqlite").read_bytes()


def test_the_layer_of_a_refinement_has_the_name_of_its_subject(place):
    session = opened(place)
    by_hand(session)
    session.services.ask("alibaba", "refine", AlibabaRefineParams())
    assert [layer.name for layer in session.document.layers] == ["subject", "subject"]
    assert session.document.layers[-1].source.provider == "alibaba"


@pytest.mark.parametrize(
    "value",
    [
        [],
        3,
        {"cost": float("inf")},
        {"box": {"x": float("nan")}},
        {"box": {"x": {"y": 1}}},
        dict.fromkeys(map(str, range(101))),
    ],
)
def test_what_a_project_claims_a_service_said_is_checked(value):
    with pytest.raises(BadProject):
        told(value, "what a service said")


def test_of_an_answer_only_plain_things_are_kept():
    answer = {
        "a": "two\nlines", "b": True, "c": 10**400, "d": [1], "e": {"x": 1, "y": "2"}, "f": "s" * 5000,
        "g": "my-secret-key", "h": None, "i": 0.5,
    }  # fmt: skip
    found = said(answer, *answer, secrets=("my-secret-key",))
    assert found.pop("f").startswith("[5000 letters]")
    assert found == {"a": "two lines", "e": {"x": 1}, "g": "[…]", "i": 0.5}
    assert said(["no", "object"], "a") == {}
