"""What is kept of real finds, against numpy on everything the model found, and against asking it for that alone."""

from dataclasses import replace

import numpy as np
import pytest

from maskstudio.core.finds import asked, kept, made
from maskstudio.jobs import Token
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import UNSHAPED, DetectParams

BUS = "ultralytics_assets/bus.jpg"
PEOPLE = "coco_people4/000000196141.jpg"
MODELS = ["yolo11n-seg", "mediapipe_face_full", "mediapipe_face_mesh", "mediapipe_hands"]
EVERY = DetectParams(model="yolo11n-seg", confidence=0.05, max_detections=1000)


def planes(finds):
    return [find.mask.array() for find in finds]


def rows(finds):
    return [(find.label, find.score, find.box) for find in finds]


@pytest.fixture(params=[BUS, PEOPLE])
def image(photo, request):
    return photo(request.param)


@pytest.fixture
def every(local, image):
    return local.detect(image, EVERY, Token())


@pytest.mark.parametrize("by_area", [False, True])
def test_labels_area_and_number_are_as_numpy_counts_them(local, image, every, by_area):
    keep = KeepParams(labels="person", min_area=2, max_area=30, keep_by="area" if by_area else "confidence")
    params = replace(EVERY, confidence=0.25, max_detections=3)
    chosen = kept(local.detect(image, asked(params, keep), Token()), params, keep)
    areas = [plane.mean() / 2.55 for plane in planes(every)]  # %
    fitting = [
        number
        for number, (find, area) in enumerate(zip(every, areas, strict=True))
        if find.label == "person" and find.score > 0.25 and 2 <= area <= 30
    ]
    fitting.sort(key=lambda number: -areas[number] if by_area else -every[number].score)
    expected = [planes(every)[number] for number in fitting[:3]]
    assert expected
    for ours, theirs in zip(planes(chosen), expected, strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("confidence", "count"), [(0.25, 6), (0.5, 2), (0.7, 1000)])
def test_what_was_asked_for_live_gives_what_the_model_gives_when_asked_for_it(local, image, model, confidence, count):
    params = DetectParams(model=model, confidence=confidence, max_detections=count)
    once = local.detect(image, params, Token())
    live = kept(local.detect(image, asked(params, EVERYTHING, live=True), Token()), params, EVERYTHING)
    assert rows(live) == rows(once)
    assert all(np.array_equal(*pair) for pair in zip(planes(live), planes(once), strict=True))


def test_merged_people_are_their_union_and_inverted_the_rest(every):
    keep = KeepParams(labels="person", merge_masks="merge")
    people = kept(every, EVERY, keep)
    union = np.maximum.reduce(planes(people))
    (one,) = made(people, keep, UNSHAPED)
    (rest,) = made(people, replace(keep, merge_masks="mergeInvert"), UNSHAPED)
    assert np.array_equal(one.found.mask.array(), union)
    assert np.array_equal(rest.found.mask.array(), 255 - union)
