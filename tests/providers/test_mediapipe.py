"""Faces, their parts, hands and people, on real photos and against landmarks and boxes marked by hand."""

import json

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.errors import BadParameter, Cancelled
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import mediapipe
from maskstudio.providers.local.people import faces

ZIDANE = "ultralytics_assets/zidane.jpg"
BUS = "ultralytics_assets/bus.jpg"
# left, top, right, bottom of faces, read off the photos by eye
FACES = {ZIDANE: [(915, 90, 1055, 280), (545, 240, 660, 430)], BUS: [(110, 410, 157, 472), (267, 420, 307, 473)]}
PARTS = {
    "mediapipe_face_mesh_eyes_only": "eyes",
    "eyes_mesh_mediapipe": "eyes",
    "nose_mesh_mediapipe": "nose",
    "lips_mesh_mediapipe": "lips",
    "eyes_lips_mesh": "eyes and lips",
    "nose_eyes_mesh": "nose and eyes",
    "nose_lips_mesh": "nose and lips",
}


def detect(local, image, model, **params):
    return local.detect(image, DetectParams(model=model, **params), Token())


def within(box, other):
    """Whether the middle of ``box`` lies in ``other`` and their sizes are alike."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    ratio = (box[2] - box[0]) / (other[2] - other[0])
    return other[0] < x < other[2] and other[1] < y < other[3] and 0.6 < ratio < 1.7


def inside(mask, other):
    """The share of ``mask`` that lies in ``other``."""
    one, two = mask.array() > 127, other.array() > 127
    return (one & two).sum() / max(one.sum(), 1)


@pytest.mark.parametrize("name", [ZIDANE, BUS])
@pytest.mark.parametrize("model", ["mediapipe_face_full", "mediapipe_face_mesh"])
def test_finds_the_faces_and_nothing_else(local, photo, name, model):
    found = detect(local, photo(name), model)
    assert len(found) == 2
    assert found[0].score >= found[1].score > 0.25
    for face in FACES[name]:
        assert any(within(each.box, face) for each in found)
    assert {each.label for each in found} == {"face"}


@pytest.mark.parametrize(
    "name", ["rembg/examples/car-1.jpg", "rembg/examples/animal-1.jpg", "ap10k_animals2/000000000004.jpg"]
)
def test_finds_no_face_where_there_is_none(local, photo, name):
    assert detect(local, photo(name), "mediapipe_face_full") == []


def test_finds_small_faces_in_a_large_photo(local, photo):
    small = photo(BUS)
    large = np.full((3240, 4320, 3), 128, np.uint8)  # the street as a small part of a larger picture
    large[1500:2580, 2000:2810] = small.pixels
    found = detect(local, Image(large), "mediapipe_face_full")
    assert len(found) == 2
    for left, top, right, bottom in FACES[BUS]:
        assert any(within(each.box, (left + 2000, top + 1500, right + 2000, bottom + 1500)) for each in found)


def test_lower_confidence_finds_more_and_the_limit_holds(local, photo):
    crowd = photo("faces_misc/crowd_test.jpg")
    few, many = (detect(local, crowd, "mediapipe_face_full", confidence=c, max_detections=99) for c in (0.85, 0.05))
    assert 0 < len(few) < len(many)
    assert all(each.score > 0.85 for each in few)
    assert [each.score for each in many[: len(few)]] == [each.score for each in few]
    assert len(detect(local, crowd, "mediapipe_face_full", max_detections=3)) == 3
    assert detect(local, crowd, "mediapipe_face_full", confidence=1.0) == []


def test_short_range_finds_near_faces(local, photo):
    found = detect(local, photo("rembg/examples/girl-3.jpg"), "mediapipe_face_short")
    assert len(found) == 1
    assert within(found[0].box, (355, 100, 460, 235))


def test_box_shapes(local, photo):
    ellipse = detect(local, photo(BUS), "mediapipe_face_full")[0]
    box = detect(local, photo(BUS), "mediapipe_face_full", box_shape="box")[0]
    ratio = ellipse.mask.array().sum() / box.mask.array().sum()
    assert ratio == pytest.approx(np.pi / 4, rel=0.01)


@pytest.mark.parametrize("model", PARTS)
@pytest.mark.parametrize("name", [ZIDANE, "faces_lapa2/10773046825_0.jpg"])
def test_parts_lie_in_their_face(local, photo, name, model):
    whole = detect(local, photo(name), "mediapipe_face_mesh")
    parts = detect(local, photo(name), model)
    assert len(parts) == len(whole)
    for part, face in zip(parts, whole, strict=True):
        assert part.label == PARTS[model]
        assert part.score == face.score
        assert inside(part.mask, face.mask) > 0.95
        share = (part.mask.array() > 127).sum() / (face.mask.array() > 127).sum()
        assert 0.004 < share < 0.3


def test_parts_match_hand_marked_landmarks(local, photo, shared_data):
    """LaPa's 106 points: 104 and 105 are the pupils, 84 to 95 the outer lips, 52 to 65 the nose's rim."""
    marks = lapa(shared_data, "10773046825_0.jpg")
    image = photo("faces_lapa2/10773046825_0.jpg")
    eyes = detect(local, image, "eyes_mesh_mediapipe")[0].mask.array()
    for x, y in marks[[104, 105]]:
        around = eyes[int(y) - 12 : int(y) + 13, int(x) - 12 : int(x) + 13]
        assert around.max() == 255
    lips = detect(local, image, "lips_mesh_mediapipe")[0].mask.array() > 127
    drawn = np.zeros(lips.shape, np.uint8)
    cv2.fillPoly(drawn, [np.rint(marks[84:96]).astype(np.int32)], 1)
    assert (lips & (drawn > 0)).sum() / (lips | (drawn > 0)).sum() > 0.7


def lapa(shared_data, name):
    known = json.loads((shared_data / "photos/faces_lapa2/test_lapa.json").read_text())
    number = next(each["id"] for each in known["images"] if each["file_name"].endswith(name))
    points = next(each["keypoints"] for each in known["annotations"] if each["image_id"] == number)
    return np.array(points, float).reshape(-1, 3)[:, :2]


@pytest.mark.parametrize("name", ["33.jpg", "784.jpg", "9.jpg"])
def test_hands_cover_their_marked_joints(local, photo, shared_data, name):
    known = json.loads((shared_data / "photos/hands_onehand10k/test_onehand10k.json").read_text())
    number = next(each["id"] for each in known["images"] if each["file_name"].endswith(name))
    marks = next(each["keypoints"] for each in known["annotations"] if each["image_id"] == number)
    points = np.array(marks, float).reshape(-1, 3)
    image = photo(f"hands_onehand10k/{name}")
    found = detect(local, image, "mediapipe_hands")
    assert found
    assert found[0].label == "hand"
    plane = np.max([each.mask.array() for each in found], axis=0)
    joints = [(int(x), int(y)) for x, y, seen in points if seen > 0 and x < image.width and y < image.height]
    assert np.mean([plane[y, x] > 127 for x, y in joints]) >= 0.8
    assert (plane > 127).mean() < 0.6


@pytest.mark.parametrize("name", [BUS, ZIDANE, "rembg/examples/girl-1.jpg", "rembg/examples/girl-3.jpg"])
def test_selfie_agrees_with_yolo_people(local, photo, name):
    """Two independent networks see the same person where the person is large; never the same code."""
    cut = local.cutout(photo(name), CutoutParams(model="mediapipe_selfie"), Token())
    people = detect(local, photo(name), "yolo11n-seg", confidence=0.5)
    union = np.max([each.mask.array() for each in people if each.label == "person"], axis=0) > 127
    soft = cut.mask.array()
    assert soft.shape == union.shape
    assert ((soft > 127) & union).sum() / max((soft > 127).sum(), 1) > 0.75
    assert len(np.unique(soft)) > 100


def test_selfie_edge_follows_the_photo(local, shared_data):
    """Nearer to a portrait's alpha matte than the model's own coarse answer enlarged."""
    from maskstudio.providers.local.people import graphs

    folder = shared_data / "matting/p3m_portraits"
    ours, coarse = [], []
    for path in sorted(folder.glob("image/*.jpg")):
        rgb = cv2.cvtColor(cv2.imdecode(np.fromfile(path, np.uint8), 1), cv2.COLOR_BGR2RGB)
        truth = cv2.imdecode(np.fromfile(folder / "alpha_p3m_prediction" / f"{path.stem}.png", np.uint8), 0) / 255
        height, width = truth.shape
        rgb = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA) if rgb.shape[:2] != truth.shape else rgb
        single = graphs.get("selfie").run(cv2.resize(rgb, (256, 256), interpolation=cv2.INTER_AREA)).segmentation_mask
        raw = cv2.resize(single, (width, height))
        cut = local.cutout(Image(rgb), CutoutParams(model="mediapipe_selfie"), Token()).mask.array() / 255
        ours.append(np.abs(cut - truth).mean())
        coarse.append(np.abs(raw - truth).mean())
    assert np.mean(ours) < 0.8 * np.mean(coarse)


def test_selfie_as_a_detection(local, photo):
    found = detect(local, photo("rembg/examples/girl-1.jpg"), "mediapipe_selfie")
    assert [each.label for each in found] == ["person"]
    assert detect(local, photo("rembg/examples/girl-1.jpg"), "mediapipe_selfie", confidence=1.0) == []


@pytest.mark.parametrize("model", mediapipe.MODELS)
def test_tiny_and_odd_images(local, model):
    for height, width in ((1, 1), (3, 5), (1, 900), (700, 2)):
        image = Image(np.full((height, width, 3), 120, np.uint8))
        for each in detect(local, image, model, confidence=0.0):
            assert each.mask.size == (width, height)
    deep = Image(np.full((40, 60, 3), 30000, np.uint16))
    detect(local, deep, model)
    if model == "mediapipe_selfie":
        assert local.cutout(deep, CutoutParams(model="mediapipe_selfie"), Token()).mask.size == (60, 40)


def test_cut_out_refuses_models_that_find_parts(local, photo):
    with pytest.raises(BadParameter, match="mediapipe_selfie"):
        local.cutout(photo(BUS), CutoutParams(model="lips_mesh_mediapipe"), Token())


def test_cancel(local, photo):
    token = Token(lambda fraction, _: token.cancel() if fraction > 0.1 else None)
    with pytest.raises(Cancelled):
        local.detect(photo(BUS), DetectParams(), token)
    other = Token(lambda fraction, _: other.cancel() if fraction > 0.4 else None)
    with pytest.raises(Cancelled):
        local.cutout(photo(BUS), CutoutParams(model="mediapipe_selfie"), other)


def test_squares_cover_the_whole_photo():
    for width, height in ((4000, 3000), (900, 5000), (640, 480), (100, 100), (1, 1)):
        for level in (2, 3):
            seen = np.zeros((height, width), bool)
            for left, top, side in list(faces.squares(width, height, level))[1:] or [(0, 0, 5000)]:
                rows = slice(max(int(np.ceil(top)), 0), max(int(top + side), 0))
                seen[rows, max(int(np.ceil(left)), 0) : max(int(left + side), 0)] = True
            assert seen[1:-1, 1:-1].all()
