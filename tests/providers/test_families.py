"""The table of local families: what each row must keep, and that one class and one row are all that a new one takes."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from maskstudio.cli import doctor
from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import BadMask, BadParameter, UnknownModel, Untrusted
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.params.local import UNSHAPED, CutoutParams, DetectParams
from maskstudio.providers.local import families, yolo
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.mediapipe import MediaPipe
from maskstudio.providers.provider import CutsOut, Detects, Model, ModelState, Selects
from maskstudio.providers.weights.weightfile import WeightFile
from maskstudio.selection.prompt import Candidate, Prompt, Scribble
from maskstudio.session.session import Session
from tests.test_layers import PACKAGE, imports

LOCAL = PACKAGE / "providers" / "local"
KINDS = {"detect": Detects, "cutout": CutsOut, "select": Selects}


class Bright:
    """A family: whatever is brighter than half is the subject; where it is pointed at, half of the picture is."""

    name = "Bright"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012

    def models(self):
        able = frozenset({"detect", "cutout", "select"})
        return {"bright": Model("bright", "Bright things", able), "pointer": Model("pointer", "?", {"select"})}

    def state(self, name):
        model = self.models()[name]
        return ModelState(name, model.title, model.operations, "ready", "Needs light.")

    def detect(self, image, params, token):
        token.step(0.5, "Looking at the light")
        return [Detection("light", 0.75, (0, 0, 1, 1), Mask.from_array(bright(image.pixels)), params.model)]

    def cutout(self, image, params, token):
        return self.detect(image, params, token)[0]

    def open_selector(self, image, model, token):
        self.opened = image, model
        return Halves(self, image)


class Halves:
    """The selector of Bright."""

    def __init__(self, family, image):
        self.family, self.image = family, image

    def predict(self, prompt, token):
        self.family.asked = prompt
        return [
            Candidate(half, score) for half, score in zip(self.order(prompt.include[0][0]), (0.9, 0.1), strict=True)
        ]

    def preview(self, x, y):
        return self.order(x)[0]

    def order(self, x):
        halves = [np.zeros((self.image.height, self.image.width), np.uint8) for _ in range(2)]
        halves[0][:, : self.image.width // 2], halves[1][:, self.image.width // 2 :] = 255, 255
        masks = [Mask.from_array(half) for half in halves]
        return masks if x < self.image.width / 2 else masks[::-1]


def bright(pixels):
    return np.where(pixels[..., 0] > 127, 255, 0).astype(np.uint8)


@pytest.fixture
def row(monkeypatch):
    """One row more in the table."""
    family = Bright()
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, family))
    return family


@pytest.fixture
def picture(tmp_path):
    plane = np.random.default_rng(4).integers(0, 256, (40, 60), np.uint8)
    PIL.Image.fromarray(np.dstack([plane] * 3)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png", plane


def image(width=60, height=40):
    return Image(np.zeros((height, width, 3), np.uint8))


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.name)
def test_every_row_keeps_the_contract(family):
    models = family.models()
    assert family.libraries
    assert family.weights.keys() <= models.keys()
    for name, model in models.items():
        assert model.name == name
        assert model.title
        assert bool(model.operations) == (family.name != "Text encoders")  # they serve other models
        for operation in model.operations:
            assert isinstance(family, KINDS[operation]), f"{family.name} has no {operation}"
        state = family.state(name)
        assert (state.name, state.operations, state.outlines) == (name, model.operations, model.outlines)
        assert state.note.count("\n") == 0
    for entry in family.weights.values():
        assert entry.url.startswith("https://")
        assert all(len(digest) == 64 for digest in entry.digests)


def test_no_two_rows_have_a_name_in_common():
    names = [name for family in families.FAMILIES for name in family.models()]
    assert len(names) == len(set(names))
    assert [state.name for state in families.states()] == names


def test_only_the_table_knows_families_and_the_room_of_weights_knows_none():
    rows = {
        f"maskstudio.providers.local.{name}"
        for name in ("automatic", "classical", "mediapipe", "onnxcutout", "sam", "yolo")
    }
    for file in sorted(PACKAGE.rglob("*.py")):
        named = set(imports(file))
        if file != LOCAL / "families.py":
            assert not named & rows, file
        if file.parent.name == "weights":
            assert not [name for name in named if name.startswith("maskstudio.providers.local")], file


def test_a_new_row_is_listed_beside_the_others(row, maskstudio):
    before = [name for family in families.FAMILIES[:-1] for name in family.models()]
    status, out, _ = maskstudio("models", "list", "--json")
    listed = json.loads(out)["models"]
    assert status == 0
    assert [each["name"] for each in listed] == [*before, "bright", "pointer"]
    told = {"name": "bright", "title": "Bright things", "state": "ready", "note": "Needs light."}
    assert {key: listed[-2][key] for key in told} == told


def test_the_command_line_detects_and_cuts_out_with_it(row, maskstudio, picture, tmp_path):
    photo, plane = picture
    shape = ("--mask-padding", "0", "--mask-blur", "0", "--json")
    status, out, _ = maskstudio("detect", photo, "-o", tmp_path / "m.png", "--model", "bright", *shape)
    (found,) = json.loads(out)["detections"]
    assert status == 0
    assert (found["label"], found["score"], found["model"]) == ("light", 0.75, "bright")
    wanted = np.where(plane > 127, 255, 0)
    np.testing.assert_array_equal(np.array(PIL.Image.open(tmp_path / "m.png")), wanted)
    status, _, _ = maskstudio("cutout", photo, "-o", tmp_path / "c.png", "--model", "bright", "--no-alpha-matting")
    assert status == 0
    np.testing.assert_array_equal(np.array(PIL.Image.open(tmp_path / "c.png"))[..., 3], wanted)
    status, _, err = maskstudio("detect", photo, "--model", "bright", "--box-shape", "box")
    assert (status, err.count("\n")) == (2, 1)
    assert "boxShape would not be used" in err


def test_the_session_detects_with_it_and_says_who_did_it(row, picture):
    photo, plane = picture
    session = Session(Runner(immediate, Inline()))
    session.opening.open(photo)
    job = session.finding.detect(DetectParams(model="bright"), UNSHAPED)
    layer = session.active
    assert job.label == "Detect: Bright things"
    np.testing.assert_array_equal(layer.mask.array(), np.where(plane > 127, 255, 0))
    assert (layer.origin.model, layer.origin.version) == ("bright", f"numpy {np.__version__}")
    assert [state for state in session.finding.models() if state.name == "bright"] == [row.state("bright")]


def test_the_doctor_tries_it(monkeypatch):
    monkeypatch.setattr(families, "FAMILIES", (Bright(),))
    tried = {finding.check: finding for finding in doctor._models()}
    assert {name: (tried[name].state, tried[name].detail) for name in ("bright", "pointer")} == {
        "bright": ("ok", "Runs. Needs light."),
        "pointer": ("ok", "Runs. Needs light."),
    }


def test_what_is_pointed_at_is_selected(row):
    photo = image()
    prompt = Prompt(include=((50.0, 20.0),), exclude=((1.0, 1.0),), box=(30, 0, 60, 40))
    selector = Local().open_selector(photo, "pointer", Token())
    assert row.opened == (photo, "pointer")
    found = selector.predict(prompt, Token())
    assert row.asked is prompt
    assert [each.score for each in found] == [0.9, 0.1]
    right = np.zeros((40, 60))
    right[:, 30:] = 255
    np.testing.assert_array_equal(found[0].mask.array(), right)
    np.testing.assert_array_equal(selector.preview(40, 3).array(), right)
    assert [selector.preview(*outside) for outside in ((60, 3), (-1, 3), (3, 40))] == [None] * 3


def test_whatever_the_model_a_repair_changes_nothing_but_the_part_it_mends(row):
    """The model would answer with half of the picture; the truth is a disc, of which a bite is missing."""
    rows, columns = np.indices((120, 160))
    disc = np.where(np.hypot(rows - 60, columns - 80) < 40, 255, 0).astype(np.uint8)
    bitten = disc.copy()
    bitten[50:70, 100:118] = 0
    bitten[5:9, 5:9] = 77  # soft, and far away
    pixels = np.dstack([np.where(disc > 0, np.uint8(level), np.uint8(60)) for level in (220, 180, 40)])
    selector = Local().open_selector(Image(pixels), "pointer", Token())
    (mended,) = selector.predict(Prompt(include=((109, 60),), earlier=Mask.from_array(bitten)), Token())
    found = mended.mask.array()
    changed = found != bitten
    assert not hasattr(row, "asked")
    assert found[60, 109] == 255
    assert np.count_nonzero(changed & (np.hypot(rows - 60, columns - 109) > 20)) == 0
    assert np.count_nonzero((found > 127) != (disc > 127)) < 30
    (same,) = selector.predict(Prompt(include=((80, 60),), exclude=((0, 119),), earlier=mended.mask), Token())
    np.testing.assert_array_equal(same.mask.array(), found)
    assert same.score == 1


@pytest.mark.parametrize(
    ("prompt", "kind", "says"),
    [
        (Prompt(), BadParameter, "needs a point"),
        (Prompt(exclude=((1, 1),)), BadParameter, "needs a point"),
        (Prompt(include=((61, 1),)), BadParameter, "61, 1 lies outside the image of 60 x 40 px"),
        (Prompt(include=((1, 1),), exclude=((1, -1),)), BadParameter, "1, -1 lies outside"),
        (Prompt(include=((float("nan"), 1),)), BadParameter, "lies outside"),
        (Prompt(scribbles=(Scribble(((1, 1), (2, 41))),)), BadParameter, "2, 41 lies outside"),
        (Prompt(include=((1, 1),), erasures=(Scribble(((-2, 1),)),)), BadParameter, "-2, 1 lies outside"),
        (Prompt(box=(5, 5, 5, 9)), BadParameter, "third number must be greater"),
        (Prompt(box=(60, 0, 80, 9)), BadParameter, "holds nothing"),
        (Prompt(outline=((61, 1), (70, 1), (65, 9))), BadParameter, "holds nothing"),
        (Prompt(include=((1, 1),), earlier=Mask(40, 60)), BadMask, "another size"),
    ],
)
def test_a_prompt_that_cannot_be_answered_is_one_sentence(row, prompt, kind, says):
    selector = Local().open_selector(image(), "pointer", Token())
    with pytest.raises(kind, match=says) as raised:
        selector.predict(prompt, Token())
    assert str(raised.value).count(".") == 1
    assert not hasattr(row, "asked")


def test_a_model_is_not_asked_for_what_it_cannot_do(row):
    local = Local()
    with pytest.raises(BadParameter, match="pointer cannot detect objects; models that can are mediapipe_face_mesh"):
        local.detect(image(), DetectParams(model="pointer"), Token())
    with pytest.raises(
        BadParameter, match="cannot cut out a subject; models that can are auto, none, mediapipe_selfie"
    ):
        local.cutout(image(), CutoutParams(model="mediapipe_hands"), Token())
    with pytest.raises(
        BadParameter, match=r"yolov8n cannot select what is pointed at; models that can are none, mobile_sam, sam2\.1_t"
    ):
        local.open_selector(image(), "yolov8n", Token())
    with pytest.raises(UnknownModel, match="nobody"):
        local.open_selector(image(), "nobody", Token())


def test_where_no_model_can_it_says_so(monkeypatch):
    monkeypatch.setattr(families, "FAMILIES", (MediaPipe(),))
    with pytest.raises(BadParameter, match=r"cannot select what is pointed at; no model on this machine can\."):
        Local().open_selector(image(), "mediapipe_selfie", Token())


def test_a_file_belongs_to_the_first_row_that_knows_it_and_only_that_trusts_it(monkeypatch, tmp_path):
    content = b"PK\x03\x04 not one of yolo's"
    file = tmp_path / "bright.pt"
    file.write_bytes(content)
    family = Bright()
    family.weights = {
        "bright": WeightFile(
            "bright", "Bright things", "AGPL-3.0", "https://localhost/bright.pt", (sha256(content).hexdigest(),)
        )
    }
    with pytest.raises(Untrusted, match="--trust"):
        families.add(file)
    monkeypatch.setattr(families, "FAMILIES", (family, *families.FAMILIES))
    assert families.add(file) == "bright"
    (listed,) = (state for state in families.states() if state.name == "bright")
    assert listed == family.state("bright")
    assert families.family_of("bright") is family
    with pytest.raises(Untrusted, match="--trust"):
        yolo.Yolo().detect(image(), DetectParams(model="bright"), Token())
    brought = families.pull("bright", Token(), lambda entry, target, token: target.with_suffix(f".{entry.licence}"))
    assert brought.name == "bright.AGPL-3.0"


def test_what_has_no_file_of_its_own_is_not_downloaded(row, tmp_path, monkeypatch):
    with pytest.raises(UnknownModel, match="bright is part of Bright"):
        families.pull("bright", Token())
    (tmp_path / "mine.onnx").write_bytes(b"\x08")
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(tmp_path))
    with pytest.raises(UnknownModel, match="mine is a file of your own"):
        families.pull("mine", Token())
    assert Path(tmp_path / "mine.onnx").exists()
    assert families.title("mine") == "mine"
    assert families.title("nobody") == "nobody"
    assert families.version("nobody") == ""
