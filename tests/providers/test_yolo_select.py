"""Selecting with what a YOLO network sees: its inner maps, and what is pointed at on a real photo."""

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.networks import featuremaps, network
from maskstudio.selection.prompt import Prompt

MODEL = "yolo11n-seg"


def test_the_maps_lie_over_the_picture_and_not_over_its_border(local, shared_models):
    """A grey picture with one bright corner: the finest map is most alive in the same corner."""
    loaded = network.load(shared_models / f"{MODEL}.pt", {families_digest()})
    picture = np.full((300, 600, 3), 90, np.uint8)
    picture[:100, 400:] = np.random.default_rng(0).integers(0, 256, (100, 200, 3), np.uint8)
    maps = featuremaps.feature_maps(loaded, picture)
    assert [each.shape[2] for each in maps] == [64, 128, 256, 32]
    for each in maps[:3]:
        height, width = each.shape[:2]
        assert width / height == pytest.approx(2, rel=0.25)
    fine = np.abs(maps[0] - np.median(maps[0], axis=(0, 1))).mean(axis=2)
    high, wide = fine.shape
    busy = fine[: high // 3, wide * 2 // 3 :].mean()
    assert busy > 2 * fine[high // 2 :, : wide // 2].mean()


def families_digest():
    """The digest of the shared weights, which the table knows."""
    return families.family_of(MODEL).weights[MODEL].digests[0]


def test_only_models_that_draw_outlines_offer_it():
    able = {state.name for state in families.states() if "select" in state.operations}
    assert {"none", "yolov8n-seg", MODEL} <= able
    assert not able & {"yolov8n", "face_yolov8n", "person_yolov8n-seg", "mediapipe_selfie"}


def test_a_click_selects_a_skier(local, photo, shared_data):
    truth = cv2.imdecode(
        np.fromfile(shared_data / "photos/coco_people4/gt_masks/000000000785_inst0.png", np.uint8), cv2.IMREAD_GRAYSCALE
    )
    selector = local.open_selector(photo("coco_people4/000000000785.jpg"), MODEL, Token())
    depth = cv2.distanceTransform(truth, cv2.DIST_L2, 5)
    row, column = divmod(int(depth.argmax()), truth.shape[1])
    inside = selector.predict(Prompt(include=((column, row),)), Token())[0].mask.array() > 127
    assert np.count_nonzero(inside & (truth > 0)) / np.count_nonzero(inside | (truth > 0)) > 0.7
    assert selector.preview(column, row)[column, row] > 127


def test_opening_a_photo_looks_at_it_once(local, photo, monkeypatch):
    looks, look = [], network.Network.look
    monkeypatch.setattr(network.Network, "look", lambda *given, **how: looks.append(how) or look(*given, **how))
    local.open_selector(photo("coco_people4/000000000785.jpg"), MODEL, Token())
    assert len(looks) == 1
