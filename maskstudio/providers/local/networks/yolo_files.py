"""The known YOLO weight files: what each finds, where it is published, and its digests. Only data."""

from dataclasses import dataclass

from maskstudio.providers.local.networks.word_files import CLIP, MOBILE, MOBILE_2
from maskstudio.providers.weights.weightfile import About, WeightFile

_ULTRALYTICS = "https://github.com/ultralytics/assets/releases/download"
_BINGSU = "https://huggingface.co/Bingsu/adetailer/resolve/main"
_AGPL = "AGPL-3.0"
_APACHE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class YoloFile(WeightFile):
    """A YOLO weight file.

    ``label`` is the class of another model that may replace this one; None means that no other model may.
    """

    label: str | None = None


_ASKED = "Finds what you ask it for in words"
_GROUNDED = "Objects365, Flickr30k and GQA; the photos belong to their owners"
_ASKED_OUTLINED = About(f"{_ASKED}, and outlines it.", _AGPL, _AGPL, _GROUNDED)
_ASKED_BOXED = About(f"{_ASKED}, and boxes it.", "GPL-3.0; AGPL-3.0 (Ultralytics)", _AGPL, _GROUNDED)
_BINGSU_FACES = "WIDER FACE and sets of drawn faces; their licences are not stated"
_BINGSU_HANDS = "AnHDet and other public sets of hands; their licences are not stated"
_BINGSU_PEOPLE = "people of COCO 2017 (labels CC BY 4.0, photos of many owners) and sets of drawn figures"
_COCO = "COCO 2017: labels CC BY 4.0; the photos belong to their owners"
_FINDS_FACES = About("Finds faces, photographed or drawn, and boxes them.", _AGPL, _APACHE, _BINGSU_FACES)
_FINDS_HANDS = About("Finds hands, photographed or drawn, and boxes them.", _AGPL, _APACHE, _BINGSU_HANDS)
_FINDS_PEOPLE = About("Finds people, photographed or drawn, and outlines them.", _AGPL, _APACHE, _BINGSU_PEOPLE)
_OUTLINES = About("Finds 80 kinds of everyday things, animals and people, and outlines them.", _AGPL, _AGPL, _COCO)
_BOXES = About("Finds 80 kinds of everyday things, animals and people, and boxes them.", _AGPL, _AGPL, _COCO)

ENTRIES = (
    YoloFile(
        "face_yolov8n", "Faces, light (YOLOv8n)", _APACHE, f"{_BINGSU}/face_yolov8n.pt",
        ("70b640f8f60b1cf0dcc72f30caf3da9495eb2fb6509da48c53374ad6806e6a9c",), 6230011,
        about=_FINDS_FACES,
    ),
    YoloFile(
        "face_yolov8s", "Faces, better (YOLOv8s)", _APACHE, f"{_BINGSU}/face_yolov8s.pt",
        ("c7237eff25787377de196961140ceaed324d859ee8de5a775d93d33a0e3fab78",), 22507707,
        about=_FINDS_FACES,
    ),
    YoloFile(
        "hand_yolov8n", "Hands (YOLOv8n)", _APACHE, f"{_BINGSU}/hand_yolov8n.pt",
        ("3991202eb69e9ddcb3b9ba80cdeb41e734ffaf844403d6c9f47d515cd88c6f29",), 6237883,
        about=_FINDS_HANDS,
    ),
    YoloFile(
        "person_yolov8n-seg", "People, light (YOLOv8n-seg)", _APACHE, f"{_BINGSU}/person_yolov8n-seg.pt",
        ("38fc8aaae97cb6e70be4ec44770005b26ed473471362afcda62a0037d7ccf432",), 6777003, label="person",
        about=_FINDS_PEOPLE,
    ),
    YoloFile(
        "person_yolov8s-seg", "People, better (YOLOv8s-seg)", _APACHE, f"{_BINGSU}/person_yolov8s-seg.pt",
        label="person",
        about=_FINDS_PEOPLE,
    ),
    YoloFile(
        "yolov8n-seg", "80 everyday objects, outlined, light (YOLOv8n-seg)", _AGPL,
        f"{_ULTRALYTICS}/v0.0.0/yolov8n-seg.pt",
        ("d39e867b2c3a5dbc1aa764411544b475cb14727bf6af1ec46c238f8bb1351ab9",), 7054355,
        about=_OUTLINES,
    ),
    YoloFile(
        "yolo11n-seg", "80 everyday objects, outlined, light (YOLO11n-seg)", _AGPL,
        f"{_ULTRALYTICS}/v8.3.0/yolo11n-seg.pt",
        ("55ed65c56c91713d23e8402371c6c49a6fd84f257f7dce452e8d70e41dcbe152",), 6182636,
        about=_OUTLINES,
    ),
    YoloFile(
        "yolov8s-seg", "80 everyday objects, outlined, better (YOLOv8s-seg)", _AGPL,
        f"{_ULTRALYTICS}/v8.3.0/yolov8s-seg.pt",
        about=_OUTLINES,
    ),
    YoloFile(
        "yolov8n", "80 everyday objects, boxes, light (YOLOv8n)", _AGPL, f"{_ULTRALYTICS}/v8.3.0/yolov8n.pt",
        (
            "f59b3d833e2ff32e194b5bb8e08d211dc7c5bdf144b90d2c8412c47ccfc83b36",
            "31e20dde3def09e2cf938c7be6fe23d9150bbbe503982af13345706515f2ef95",  # the edition of 2022
        ),
        6549796,
        about=_BOXES,
    ),
    YoloFile(
        "yolov8s", "80 everyday objects, boxes, better (YOLOv8s)", _AGPL, f"{_ULTRALYTICS}/v8.3.0/yolov8s.pt",
        ("1f47a78bf100391c2a140b7ac73a1caae18c32779be7d310658112f7ac9aa78a",), 22588772,
        about=_BOXES,
    ),
    YoloFile(
        "yolo11n", "80 everyday objects, boxes, light (YOLO11n)", _AGPL, f"{_ULTRALYTICS}/v8.3.0/yolo11n.pt",
        ("0ebbc80d4a7680d14987a577cd21342b65ecfd94632bd9a8da63ae6417644ee1",),
        about=_BOXES,
    ),
    YoloFile(
        "face_yolov8m", "Faces, best (YOLOv8m)", _APACHE, f"{_BINGSU}/face_yolov8m.pt",
        ("e3893a92c5c1907136b6cc75404094db767c1e0cfefe1b43e87dad72af2e4c9f",), 51996128,
        about=_FINDS_FACES,
    ),
    YoloFile(
        "hand_yolov8s", "Hands, better (YOLOv8s)", _APACHE, f"{_BINGSU}/hand_yolov8s.pt",
        ("30878cea9870964d4a238339e9dcff002078bbbaa1a058b07e11c167f67eca1c",), 22484536,
        about=_FINDS_HANDS,
    ),
    YoloFile(
        "person_yolov8m-seg", "People, best (YOLOv8m-seg)", _APACHE, f"{_BINGSU}/person_yolov8m-seg.pt",
        ("1fd7e562f240a5debd48bf737753de6fb60c63f8664121bb522f090a885d8254",), 54791722, label="person",
        about=_FINDS_PEOPLE,
    ),
    YoloFile(
        "yoloe-11s-seg", "Whatever you ask for, outlined (YOLOE-11s)", _AGPL, f"{_ULTRALYTICS}/v8.4.0/yoloe-11s-seg.pt",
        about=_ASKED_OUTLINED,
    ),
    YoloFile(
        "yoloe-11l-seg", "Whatever you ask for, outlined, better (YOLOE-11l)", _AGPL,
        f"{_ULTRALYTICS}/v8.4.0/yoloe-11l-seg.pt",
        about=_ASKED_OUTLINED,
    ),
    YoloFile(
        "yolov8s-worldv2", "Whatever you ask for, boxes (YOLO-World)", _AGPL,
        f"{_ULTRALYTICS}/v8.4.0/yolov8s-worldv2.pt",
        about=_ASKED_BOXED,
    ),
)  # fmt: skip

BY_NAME = {entry.name: entry for entry in ENTRIES}
STAND_INS = ("yolov8s-seg", "yolo11n-seg", "yolov8n-seg")  # the best first; each knows a class "person"


def opened(name: str) -> str:
    """What a model whose name says that it can be asked in words calls its text encoder; empty for others."""
    if "world" in name.lower():
        return CLIP
    if "yoloe" not in name.lower() or name.endswith("-pf"):  # "prompt-free": with words of its own
        return ""
    return MOBILE_2 if "yoloe-26" in name.lower() else MOBILE
