"""Cutting out the subject on this machine: which way is chosen, what it is called, and how sure it says it is."""

import numpy as np
import pytest

from maskstudio import api
from maskstudio.core.cv import cv2
from maskstudio.core.document import Detection, Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter, Cancelled, UnknownModel
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.people import graphs, looking
from maskstudio.providers.local.subject import as_subject, cut_out_subject
from maskstudio.providers.provider import Model, ModelState
from maskstudio.session.finding import subject_of
from maskstudio.session.session import Session
from maskstudio.subject.subject import NOTHING, SURE
from tests.subject.drawn import SIZE, drawn, heart, shared


class Oracle:
    """A general model that knows the drawn heart, or says whatever ``plane`` it is given."""

    name = "Oracle"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012

    def __init__(self, plane, state="ready"):
        self.plane, self.standing, self.asked = plane, state, 0

    def models(self):
        return {"oracle": Model("oracle", "The oracle", frozenset({"cutout"}), general=True)}

    def state(self, name):
        return ModelState(name, "The oracle", frozenset({"cutout"}), self.standing, general=True)

    def cutout(self, image, params, token):
        self.asked += 1
        assert params.model == "oracle"
        return Detection("subject", 0.9, (0, 0, 1, 1), Mask.from_array(self.plane), "oracle")


@pytest.fixture
def without_people(monkeypatch):
    """No MediaPipe, so that only other ways compete."""
    monkeypatch.setattr(graphs, "installed", lambda: False)


def busy():
    """A heart on a ground as busy as itself, whose colours say little."""
    scene = np.random.default_rng(5).integers(0, 256, (*SIZE, 3)).astype(np.uint8)
    scene[heart()] = scene[heart()] // 2 + 60
    return scene


def blots():
    """Blots of many colours all over, none of which is the subject."""
    noise = np.random.default_rng(8).normal(0, 1, (*SIZE, 3)).astype(np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), 9)
    return np.clip(128 + 70 * wide / wide.std(), 0, 255).astype(np.uint8)


def soft(inside):
    return np.where(inside, 250, 3).astype(np.uint8)


@pytest.mark.parametrize("model", ["none", "auto"])
def test_a_product_on_paper_is_cut_out_without_a_model(without_people, model):
    made = drawn("gradient")
    found = cut_out_subject(Image(made.rgb), model, Token())
    assert shared(found.mask.array() > 127, made.inside) > 0.95
    assert found.way == "Main object, without a model."
    assert (found.label, found.model, found.used) == ("main object", model, "none")
    assert found.sure
    assert found.confidence >= SURE
    assert found.helps == ()


def test_a_general_model_that_is_ready_wins_where_nothing_else_is_sure_and_its_mask_stays_as_it_is(
    without_people, monkeypatch
):
    oracle = Oracle(soft(heart()))
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, oracle))
    found = cut_out_subject(Image(busy()), None, Token())
    assert found.used == "oracle"
    assert found.way.startswith("Main object, by The oracle")
    np.testing.assert_array_equal(found.mask.array(), oracle.plane)


def test_a_general_model_that_is_wrong_does_not_win_over_a_plain_backdrop(without_people, monkeypatch):
    made = drawn("grey")
    noise = np.random.default_rng(2).integers(0, 256, SIZE).astype(np.uint8)
    oracle = Oracle(noise)
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, oracle))
    found = cut_out_subject(Image(made.rgb), None, Token())
    assert oracle.asked == 1
    assert found.used == "none"
    assert shared(found.mask.array() > 127, made.inside) > 0.95


@pytest.mark.parametrize("state", ["download", "unavailable"])
def test_a_model_that_is_not_ready_is_not_asked(without_people, monkeypatch, state):
    oracle = Oracle(soft(heart()), state)
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, oracle))
    assert cut_out_subject(Image(drawn("grey").rgb), None, Token()).used == "none"
    assert oracle.asked == 0


@pytest.mark.parametrize("people", [True, False])
def test_what_stands_out_is_called_a_person_only_on_evidence(monkeypatch, people):
    made = drawn("white")
    sight = looking.Standout(made.inside.astype(np.float32), people=people)
    monkeypatch.setattr(looking, "look", lambda small, token: sight)
    monkeypatch.setattr(graphs, "installed", lambda: True)
    for model in ("auto", "mediapipe_selfie"):
        found = cut_out_subject(Image(made.rgb), model, Token())
        assert found.label == ("person" if people else "main object")
        assert found.way.startswith("Person, by MediaPipe") == people
        assert shared(found.mask.array() > 127, made.inside) > 0.95
    detected = Local().detect(Image(made.rgb), DetectParams(model="mediapipe_selfie"), Token())
    assert [each.label for each in detected] == (["person"] if people else [])


def test_where_nothing_is_it_says_so_and_offers_the_ways_that_help(without_people):
    found = cut_out_subject(Image(np.full((90, 120, 3), 90, np.uint8)), None, Token())
    assert not found.mask.bounds
    assert (found.way, found.confidence, found.sure) == (NOTHING, 0, False)
    assert found.helps == ("click", "box", "model")


def test_an_unsure_find_says_so_in_one_sentence(without_people):
    found = cut_out_subject(Image(blots()), None, Token())
    assert found.mask.bounds
    assert not found.sure
    assert found.way.endswith("unsure, check it.")
    assert found.way.count(".") == 1
    assert found.helps == ("click", "box", "model")


@pytest.mark.parametrize(("score", "sure"), [(0.2, False), (0.9, True), (None, True)])
def test_what_another_family_finds_is_a_subject_too(score, sure):
    detection = Detection("subject", score, (0, 0, 9, 9), Mask.from_array(soft(heart())), "bright", stand_in="dim")
    found = as_subject(detection)
    assert (found.sure, found.score, found.used) == (sure, score, "dim")
    assert found.way == ("Subject, by dim." if sure else "Subject, by dim: unsure, check it.")
    assert as_subject(found) is found


def test_a_model_that_cannot_or_is_not_there_is_an_error():
    with pytest.raises(BadParameter, match="cannot cut out"):
        cut_out_subject(Image(drawn("white").rgb), "mediapipe_hands", Token())
    with pytest.raises(UnknownModel):
        cut_out_subject(Image(drawn("white").rgb), "nobody_knows", Token())
    with pytest.raises(UnknownModel, match="''"):
        cut_out_subject(Image(drawn("white").rgb), "", Token())


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (5000, 3)])
def test_a_photo_that_is_but_a_line_holds_no_subject(without_people, size):
    found = api.cut_out_subject(np.full((*size, 3), 90, np.uint8))
    assert (found.alpha.shape, found.alpha.max(), found.confidence) == (size, 0, 0)


def test_cancel(without_people):
    token = Token(lambda fraction, _: token.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        cut_out_subject(Image(drawn("white").rgb), None, token)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_function_for_scripts(without_people, kind):
    made = drawn("red paper")
    image = made.rgb if kind is np.uint8 else made.rgb.astype(np.uint16) * 257
    before, steps = image.copy(), []
    found = api.cut_out_subject(image, token=Token(lambda fraction, _: steps.append(fraction)))
    assert (found.alpha.dtype, found.alpha.shape) == (np.float32, SIZE)
    assert (found.alpha.min(), found.alpha.max()) == (0, 1)
    assert shared(found.alpha > 0.5, made.inside) > 0.97
    assert found.way == "Main object, without a model."
    assert 0.7 < found.confidence <= 1
    assert len(steps) > 10
    assert 0 <= min(steps) <= max(steps) <= 1
    np.testing.assert_array_equal(image, before)
    assert api.cut_out_subject(image, model="none").confidence == pytest.approx(found.confidence)


@pytest.mark.parametrize("size", [(1, 1), (4, 1), (1, 5000)])
@pytest.mark.parametrize("model", ["none", "auto"])
def test_a_photo_of_one_pixel_or_line_is_cut_out_to_nothing(without_people, size, model):
    session, said = Session(Runner(immediate, Inline())), []
    session.told = said.append
    session.history = History(Document(Image(np.full((*size, 3), 90, np.uint8))))
    session.finding.remove_background(CutoutParams(model=model))
    assert (said, session.document.layers) == ([NOTHING], ())


def test_the_session_lays_the_subject_down_as_a_layer_that_knows_its_way(without_people):
    session = Session(Runner(immediate, Inline()))
    said = []
    session.told = said.append
    made = drawn("grey")
    session.history = History(Document(Image(made.rgb)))
    session.finding.remove_background(CutoutParams())
    layer = session.active
    assert subject_of(layer).way == "Main object, without a model."
    assert (layer.name, layer.origin.model) == ("main object", "none")
    assert shared(layer.alpha.array() > 127, made.inside) > 0.95
    assert said == []
    session.finding.remove_background(CutoutParams(model="none"))
    assert len(session.document.layers) == 1, "another way replaces what nobody edited"


def test_the_session_says_that_it_is_unsure(without_people):
    session = Session(Runner(immediate, Inline()))
    said = []
    session.told = said.append
    session.history = History(Document(Image(blots())))
    session.finding.remove_background(CutoutParams(alpha_matting=False))
    assert said == [subject_of(session.active).way]


# On photos: people are people, cars and animals are not, and what is wrong is not sure.

PEOPLE = ("rembg/examples/girl-1.jpg", "rembg/examples/girl-3.jpg", "coco_people4/000000000785.jpg")
OTHERS = ("rembg/examples/car-1.jpg", "rembg/examples/animal-2.jpg", "grabcut/image/banana1.jpg")


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_is_called_one(photo, name):
    found = cut_out_subject(photo(name), None, Token())
    assert found.way == "Person, by MediaPipe."
    assert (found.label, found.used) == ("person", "mediapipe_selfie")


@pytest.mark.parametrize("name", OTHERS)
def test_a_car_and_an_animal_and_a_banana_are_no_person(photo, name):
    for model in (None, "mediapipe_selfie"):
        found = cut_out_subject(photo(name), model, Token())
        assert found.label == "main object"
        assert not found.way.startswith("Person")


def test_a_car_that_is_not_found_is_not_sure(photo, shared_data):
    found = cut_out_subject(photo("rembg/examples/car-1.jpg"), None, Token())
    truth = photo_alpha(shared_data, "rembg/examples/car-1.out.png")
    assert shared(found.mask.array() > 127, truth) < 0.5
    assert not found.sure


def photo_alpha(shared_data, name):
    """The alpha of another model's cut-out, more than half, bool (H, W)."""
    path = shared_data / "photos" / name
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)[..., 3] > 127
