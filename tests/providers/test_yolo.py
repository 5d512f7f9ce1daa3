"""YOLO weights against what Ultralytics itself found with them (expected_detections.json)."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.errors import Cancelled, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import yolo
from maskstudio.providers.local.networks import network, yolo_files
from maskstudio.providers.weights import trust
from maskstudio.providers.weights.weightfile import digests
from tests.patience import PATIENCE

PHOTOS = [
    "ultralytics_assets/bus.jpg",
    "ultralytics_assets/zidane.jpg",
    "coco_people4/000000040083.jpg",
    "coco_people4/000000197388.jpg",
    "humanart3/000000000590.jpg",
    "rembg/examples/car-1.jpg",
    "rembg/examples/animal-2.jpg",
]


@pytest.fixture(scope="session")
def expected(shared_models):
    return json.loads((shared_models / "expected_detections.json").read_text())["images"]


def detect(local, image, model="yolov8n-seg", **params):
    return local.detect(image, DetectParams(model=model, **params), Token())


def solid(mask):
    return int((mask.array() > 127).sum())


@pytest.mark.parametrize("model", ["yolov8n-seg", "yolo11n-seg"])
@pytest.mark.parametrize("name", PHOTOS)
def test_finds_what_ultralytics_finds(local, photo, expected, name, model):
    found = detect(local, photo(name), model, max_detections=300)
    wanted = expected[f"photos/{name}"][f"ultralytics/{model}.pt"]
    assert [each.label for each in found] == [each["name"] for each in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.score == pytest.approx(theirs["conf"], abs=0.005)
        assert np.allclose(ours.box, theirs["xyxy"], atol=1)
        assert solid(ours.mask) == pytest.approx(theirs["mask_px"], rel=0.09, abs=20)
        if theirs["mask_px"] > 10_000:
            assert solid(ours.mask) == pytest.approx(theirs["mask_px"], rel=0.01)


def test_bus_has_four_people_and_a_bus(local, photo):
    labels = [each.label for each in detect(local, photo("ultralytics_assets/bus.jpg"), confidence=0.25)]
    assert labels.count("person") == 4
    assert labels.count("bus") == 1


def test_scores_strictly_above_best_first_at_most(local, photo):
    bus = photo("ultralytics_assets/bus.jpg")
    found = detect(local, bus, max_detections=1000, confidence=0.01)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) > 20
    for count in (1, 3, 7):
        assert [each.score for each in detect(local, bus, max_detections=count, confidence=0.01)] == scores[:count]
    at_third = detect(local, bus, max_detections=1000, confidence=scores[2])
    assert [each.score for each in at_third] == scores[:2]
    assert detect(local, bus, confidence=1.0) == []


def test_confidence_zero_gives_many_and_ends(local, photo):
    found = detect(local, photo("ultralytics_assets/zidane.jpg"), confidence=0.0, max_detections=50)
    assert len(found) == 50
    assert found[0].score == pytest.approx(0.8569, abs=0.005)


def test_mask_edge_is_antialiased_and_within_the_box(local, photo):
    best = detect(local, photo("ultralytics_assets/bus.jpg"))[0]
    plane = best.mask.array()
    soft = ((plane > 0) & (plane < 255)).sum()
    contours, _ = cv2.findContours((plane > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = sum(len(each) for each in contours)
    assert 0.5 * length < soft < 4 * length  # a line about one or two pixels wide, not a blur and not stairs
    edges = best.mask.bounds
    assert edges.x >= int(best.box[0])
    assert edges.right <= best.box[2] + 1


def test_mask_equals_ultralytics_own(local, photo, shared_models):
    """Pixel by pixel against Ultralytics' retina masks, away from the edge."""
    bus = photo("ultralytics_assets/bus.jpg")
    found = detect(local, bus, max_detections=300)
    theirs = reference(shared_models / "yolov8n-seg.pt", bus)
    assert len(theirs) == len(found)
    for ours, mask in zip(found, theirs, strict=True):
        both = ((ours.mask.array() > 127) & mask).sum()
        either = ((ours.mask.array() > 127) | mask).sum()
        assert both / either > 0.97


def reference(path, image):
    """Masks by Ultralytics' predictor, best first, as booleans (H, W)."""
    import torch
    from ultralytics import YOLO
    from ultralytics.models.yolo.segment import SegmentationPredictor

    class Cold(SegmentationPredictor):
        def setup_model(self, model, verbose=True):
            super().setup_model(model, verbose)
            self.done_warmup = True

    bgr = np.ascontiguousarray(image.rgb8()[..., ::-1])
    with torch.inference_mode():
        result = YOLO(path).predict(bgr, retina_masks=True, conf=0.25, verbose=False, predictor=Cold)[0]
    return [mask.numpy().astype(bool) for mask in result.masks.data]


def test_sixteen_bit_and_grey_and_tiny_images(local, photo):
    bus = photo("ultralytics_assets/bus.jpg")
    deep = Image(bus.pixels.astype(np.uint16) * 257)
    assert [each.score for each in detect(local, deep)] == [each.score for each in detect(local, bus)]
    grey = Image(np.repeat(bus.pixels.mean(-1, keepdims=True).astype(np.uint8), 3, axis=2), grey=True)
    assert [each.label for each in detect(local, grey)].count("person") >= 3
    for height, width in ((1, 1), (3, 5), (1, 3000), (2000, 2)):
        tiny = Image(np.full((height, width, 3), 90, np.uint8))
        for each in detect(local, tiny, confidence=0.0, max_detections=5):
            assert each.mask.size == (width, height)


def test_colours_are_not_swapped(local, photo):
    bus = photo("ultralytics_assets/bus.jpg")
    swapped = Image(bus.pixels[..., ::-1].copy())
    right, wrong = detect(local, bus)[0].score, detect(local, swapped)[0].score
    assert right == pytest.approx(0.8778, abs=0.002)
    assert abs(wrong - right) > 0.001


def test_huge_photo_keeps_its_masks_small(local, photo):
    bus = photo("ultralytics_assets/bus.jpg")
    huge = Image(cv2.resize(bus.pixels, (4320, 5760), interpolation=cv2.INTER_CUBIC))  # 25 MP
    found = detect(local, huge, max_detections=300, confidence=0.05)
    assert sum(each.mask.nbytes for each in found) < 100e6 < len(found) * 4320 * 5760
    one = next(each for each in found if each.label == "bus")
    small = next(each for each in detect(local, bus) if each.label == "bus")
    shrunk = cv2.resize(one.mask.array(), (810, 1080), interpolation=cv2.INTER_AREA) > 127
    both = (shrunk & (small.mask.array() > 127)).sum()
    assert both / (shrunk | (small.mask.array() > 127)).sum() > 0.97


def test_box_shape(local, photo, shared_models, tmp_path):
    trusted = tmp_path / "models"
    trusted.mkdir()
    shutil.copy(shared_models / "STANDIN_face_yolov8n.pt", trusted / "STANDIN_face_yolov8n.pt")
    with pytest.raises(Untrusted):
        detect(local, photo("ultralytics_assets/zidane.jpg"), "STANDIN_face_yolov8n")
    trust.trust(shared_models / "STANDIN_face_yolov8n.pt")
    image = photo("ultralytics_assets/zidane.jpg")
    ellipse = detect(local, image, "STANDIN_face_yolov8n", confidence=0.4)[0]
    box = detect(local, image, "STANDIN_face_yolov8n", confidence=0.4, box_shape="box")[0]
    assert (ellipse.label, box.label) == ("face", "face")
    area = (box.box[2] - box.box[0]) * (box.box[3] - box.box[1])
    assert box.mask.array().sum() / 255 == pytest.approx(area, rel=0.01)
    assert ellipse.mask.array().sum() / 255 == pytest.approx(np.pi / 4 * area, rel=0.01)


def test_person_model_falls_back_and_says_so(local, photo):
    state = next(each for each in local.models() if each.name == "person_yolov8n-seg")
    assert state.state == "ready"
    assert "Runs yolov8n-seg.pt instead" in state.note
    found = detect(local, photo("ultralytics_assets/bus.jpg"), "person_yolov8n-seg")
    assert {each.label for each in found} == {"person"}
    assert len(found) == 4
    assert {(each.model, each.stand_in) for each in found} == {("person_yolov8n-seg", "yolov8n-seg")}


def test_background_removal_with_outlines(local, photo):
    cut = local.cutout(photo("rembg/examples/animal-1.jpg"), CutoutParams(model="yolov8n-seg"), Token())
    assert 0.02 < (cut.mask.array() > 127).mean() < 0.9


def test_cancel_stops_before_and_between(local, photo):
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        local.detect(photo("ultralytics_assets/bus.jpg"), DetectParams(model="yolov8n-seg"), token)
    late = Token(lambda fraction, _: late.cancel() if fraction > 0.5 else None)
    with pytest.raises(Cancelled):
        local.detect(photo("ultralytics_assets/bus.jpg"), DetectParams(model="yolov8n-seg"), late)


def test_threads_may_share_a_network(local, photo):
    bus = photo("ultralytics_assets/bus.jpg")
    alone = [each.score for each in detect(local, bus)]
    answers: list[list[float]] = []
    threads = [
        threading.Thread(target=lambda: answers.append([each.score for each in detect(local, bus)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    for scores in answers:  # how the library splits its sums may differ in the last bits
        assert scores == pytest.approx(alone, abs=1e-5)


def test_unknown_and_missing_models(local, photo, monkeypatch, tmp_path):
    image = photo("ultralytics_assets/bus.jpg")
    with pytest.raises(UnknownModel, match="yolov8n-seg"):
        detect(local, image, "yolov8n-segg")
    with pytest.raises(UnknownModel, match="mediapipe_face_full"):
        detect(local, image, "mediapipe_face_ful")
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(tmp_path / "none"))
    with pytest.raises(ModelUnavailable) as raised:
        detect(local, image, "face_yolov8n")
    text = str(raised.value)
    assert "face_yolov8n.pt" in text
    assert str(tmp_path / "none") in text
    assert "maskstudio models add" in text


def test_needs_no_network(local, photo, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f"detection tried the network: {args}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    bus = photo("ultralytics_assets/bus.jpg")
    network.load(yolo.choose("yolov8n-seg").path, digests(yolo_files.ENTRIES))
    assert detect(local, bus, "yolov8n-seg")
    assert detect(local, bus, "mediapipe_face_full")


QUIET = """
import os, sys, socket
def refuse(*a, **k): raise SystemExit("network")
socket.socket.connect = socket.getaddrinfo = refuse
import numpy as np
from maskstudio.core.cv import cv2
threads = cv2.getNumThreads()
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers import registry
local = registry.get("local")
local.models()
assert not {"torch", "ultralytics", "mediapipe", "httpx"} & sys.modules.keys()
before = dict(os.environ)
image = Image(cv2.cvtColor(cv2.imdecode(np.fromfile(sys.argv[1], np.uint8), 1), cv2.COLOR_BGR2RGB))
assert len(local.detect(image, DetectParams(model="yolov8n-seg"), Token())) == 6
assert len(local.detect(image, DetectParams(), Token())) == 2
assert cv2.getNumThreads() == threads
changed = {k for k in os.environ.keys() | before.keys() if os.environ.get(k) != before.get(k)}
assert not changed, changed
"""


def test_a_fresh_process_stays_silent_and_leaves_the_process_as_it_was(shared_models, shared_data, home):
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(shared_data / "photos/ultralytics_assets/bus.jpg")],
        env=os.environ | {"MASKSTUDIO_MODELS": str(shared_models), "MASKSTUDIO_HOME": str(home)},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_onnx_export_finds_the_same(local, photo, shared_models, tmp_path, monkeypatch):
    pytest.importorskip("onnx", reason="exporting a test model needs onnx")
    pytest.importorskip("onnxruntime", reason="running it needs onnxruntime")
    made = export(shared_models / "yolov8n-seg.pt", tmp_path)
    monkeypatch.setenv("MASKSTUDIO_MODELS", os.pathsep.join([str(tmp_path), str(shared_models)]))
    assert next(each for each in local.models() if each.name == made.stem).state == "ready"
    bus = photo("ultralytics_assets/bus.jpg")
    found, same = detect(local, bus, made.stem), detect(local, bus, "yolov8n-seg")
    for ours in (each for each in same if each.score > 0.5):
        twin = max((each for each in found if each.label == ours.label), key=lambda each: overlap(each, ours))
        assert overlap(twin, ours) > 0.9
        assert twin.score == pytest.approx(ours.score, abs=0.08)  # whole 640 x 640 input instead of a tight one


def test_opening_pictures_is_as_before_once_ultralytics_is_loaded():
    import PIL.Image

    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    assert PIL.Image.open.__module__ == "PIL.Image"


def overlap(one, other):
    first, second = one.mask.array() > 127, other.mask.array() > 127
    return (first & second).sum() / (first | second).sum()


def export(weight, folder):
    """An .onnx of the weights, by the exporter Ultralytics uses, without its checks for packages to install."""
    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    import onnx
    import torch
    from ultralytics.nn.tasks import load_checkpoint

    model = load_checkpoint(weight, fuse=True)[0]
    head = model.model[-1]
    head.export, head.format = True, "onnx"
    path = folder / "exported-seg.onnx"
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(action="ignore"):  # the exporter's own business
        torch.onnx.export(
            model, torch.zeros(1, 3, 640, 640), str(path), dynamo=False, opset_version=17,
            input_names=["images"], output_names=["output0", "output1"],
        )  # fmt: skip
    graph = onnx.load(path)
    notes = {"stride": 32, "task": "segment", "batch": 1, "imgsz": [640, 640], "names": model.names, "channels": 3}
    for key, value in notes.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.save(graph, path)
    return path
