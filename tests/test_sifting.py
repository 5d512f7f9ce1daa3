"""Filters act live on the finds of one detection; people in a row; presets."""

import numpy as np
import pytest

from maskstudio.core.document import Detection
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter, ModelUnavailable
from maskstudio.jobs import Runner
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import UNSHAPED, DetectParams
from maskstudio.params.local import MaskParams as Shape
from maskstudio.providers.provider import ModelState
from maskstudio.session.findpresets import FIND_PRESETS
from maskstudio.session.sifting import Wanted
from tests.core.documents import disc, document
from tests.test_session import Later, session_of

SURE = DetectParams(model="any", confidence=0.5)


def found(label, score, radius, centre):
    plane = disc(radius=radius, centre=centre)
    x, y = centre
    return Detection(label, score, (x - radius, y - radius, x + radius, y + radius), Mask.from_array(plane), "any")


FINDS = [
    found("person", 0.9, 20, (200, 50)),
    found("dog", 0.8, 50, (80, 150)),
    found("person", 0.4, 40, (60, 60)),
]


class Model:
    """A provider whose model finds these, and that counts how often it is asked."""

    name = "local"

    def __init__(self):
        self.questions = []

    def detect(self, image, params, token):
        self.questions.append(params)
        return [each for each in FINDS if each.score > params.confidence][: params.max_detections]

    def models(self):
        return [ModelState("yolo11n-seg", "Objects", frozenset({"detect"}), "ready")]


@pytest.fixture
def session():
    return opened()


def opened(runner=None):
    made = session_of(document(), runner=runner)
    made.provider = Model()
    return made


def names(session):
    return [layer.name for layer in session.document.layers]


def planes(session):
    return [layer.mask.array() for layer in session.document.layers]


def test_a_filter_that_is_turned_asks_no_model_again(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    assert names(session) == ["person", "dog"]
    first, dog = session.document.layers
    session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(labels="person")))
    assert session.document.layers == (first,)
    low = DetectParams(model="any", confidence=0.1)
    session.finding.sift(Wanted(low, UNSHAPED, KeepParams(keep_by="area")))
    assert sorted(names(session)) == ["dog", "person", "person"]
    assert session.document.layers[0] is first
    session.undo()
    assert session.document.layers == (first,)
    assert session.finding.wanted.keep.labels == "person"
    session.undo()
    assert session.document.layers == (first, dog)
    assert session.finding.wanted == Wanted(SURE, UNSHAPED)
    session.redo()
    assert session.finding.wanted.keep.labels == "person"
    assert len(session.provider.questions) == 1


def test_consecutive_values_of_one_filter_are_one_step(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    before = session.document.layers
    for area in (1.0, 10.0, 60.0):
        session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(min_area=area)))
    assert session.document.layers == ()
    session.undo()
    assert session.document.layers == before
    session.finding.sift(Wanted(SURE, UNSHAPED, without=frozenset({0})))
    session.finding.sift(Wanted(SURE, UNSHAPED, without=frozenset({0, 1})))
    session.undo()
    assert session.document.layers == before[1:]


def test_moving_and_shaping_change_layers_in_place(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    ids = [layer.id for layer in session.document.layers]
    session.finding.sift(Wanted(SURE, Shape(mask_padding=3, mask_blur=0), KeepParams(mask_offset=(7, -2))))
    assert [layer.id for layer in session.document.layers] == ids
    assert np.array_equal(planes(session)[1], disc(radius=50, centre=(87, 148)))
    assert session.document.layers[1].params.mask_padding == 3
    session.finding.sift(Wanted(SURE, UNSHAPED))
    assert np.array_equal(planes(session)[1], FINDS[1].mask.array())
    assert not any(layer.worked_on for layer in session.document.layers)


def test_merging_makes_one_layer_that_stays_while_values_change(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(merge_masks="merge")))
    (one,) = session.document.layers
    both = np.maximum(FINDS[0].mask.array(), FINDS[1].mask.array())
    assert np.array_equal(one.alpha.array(), both)
    session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(merge_masks="mergeInvert")))
    (other,) = session.document.layers
    assert np.array_equal(other.alpha.array(), 255 - both)
    assert (other.id, other.name) == (one.id, "background")


def test_what_was_edited_stays_and_comes_no_second_time(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    dog = session.document.layers[1]
    session.shaping.set_mask_params(dog.id, Shape(mask_padding=9, mask_blur=0))
    session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(labels="person")))
    assert names(session) == ["person", "dog"]
    session.finding.sift(Wanted(SURE, UNSHAPED, without=frozenset({0})))
    assert names(session) == ["dog"]
    assert session.document.layers[0].params.mask_padding == 9


def test_what_was_entered_is_in_outputs_before_its_job_has_ended():
    later = Later()
    session = opened(Runner(later.home.put, later))
    session.finding.detect(SURE, UNSHAPED, live=True)
    later.run()
    session.finding.sift(Wanted(SURE, UNSHAPED, KeepParams(labels="dog")))
    assert names(session) == ["person", "dog"]
    assert not session.settled
    assert session.finding.sifting
    assert session.finding.wanted.keep.labels == "dog"
    from maskstudio.jobs import Token

    assert [layer.name for layer in session.entered().made(Token()).layers] == ["dog"]
    session.undo()
    assert session.settled
    assert not session.finding.sifting
    assert session.finding.wanted.keep.labels == ""
    later.run()
    assert names(session) == ["person", "dog"]
    session.redo()
    later.run()
    assert names(session) == ["dog"]


def test_people_are_numbered_from_left_to_right(session):
    session.finding.people()
    assert names(session) == ["Person 1", "Person 2"]
    assert np.array_equal(planes(session)[0], FINDS[2].mask.array())


def test_without_a_model_that_outlines_people_there_is_a_sentence(session):
    session.provider.models = list
    with pytest.raises(ModelUnavailable, match="No model that finds people is ready here"):
        session.finding.people()


def test_a_preset_sets_labels_padding_band_and_core(session):
    session.finding.preset("animal")
    (dog,) = session.document.layers
    assert dog.name == "dog"
    assert dog.refine == FIND_PRESETS["animal"].refine
    assert dog.edge == FIND_PRESETS["animal"].edge
    assert not dog.worked_on
    assert not dog.unsolved
    with pytest.raises(BadParameter, match="there are face, hand, person, product, animal"):
        session.finding.preset("cat")


def test_why_nothing_is_kept_is_said(session):
    heard = []
    session.told = heard.append
    session.finding.detect(SURE, UNSHAPED, KeepParams(labels="horse"))
    session.finding.detect(DetectParams(model="any", confidence=0.95), UNSHAPED)
    assert heard == [
        "any: none of 2 finds is kept; they are labelled dog, person.",
        "any: nothing found above a confidence of 0.95.",
    ]


@pytest.mark.parametrize(
    ("finds", "keep", "says"),
    [
        (FINDS[:1], KeepParams(labels="cat"), "the only find is not kept; it is labelled person."),
        (FINDS[:1], KeepParams(min_area=50), "the only find is not kept; it covers {0} of the photo."),
        (FINDS, KeepParams(min_area=50), "none of 2 finds is kept; each of them covers {0} to {1} of the photo."),
        (FINDS, KeepParams(max_area=0), "none of 2 finds is kept; each of them covers {0} to {1} of the photo."),
        (
            FINDS,
            KeepParams(labels="person", min_area=50),
            "none of 2 finds is kept; what passes covers {0} of the photo.",
        ),
        (
            FINDS,
            KeepParams(mask_offset=(9999, 0), merge_masks="mergeInvert"),
            "none of 2 finds is kept; each of them is moved out of the photo.",
        ),
        (FINDS[:1], KeepParams(mask_offset=(0, -9999)), "the only find is not kept; it is moved out of the photo."),
        (
            FINDS,
            KeepParams(labels="dog", mask_offset=(0, -9999)),
            "none of 2 finds is kept; what passes is moved out of the photo.",
        ),
    ],
)
def test_the_sentence_names_the_filter_that_left_all_out(session, finds, keep, says):
    heard = []
    session.told = heard.append
    session.provider.detect = lambda *_: list(finds)
    session.finding.detect(SURE, UNSHAPED, keep)
    areas = [(find.mask.array() == 255).mean() for find in FINDS[:2]]
    assert heard == [f"any: {says}".format(*(f"{100 * area:.1f} %" for area in areas))]
    assert session.document.layers == ()


def test_finds_that_were_all_left_out_at_first_take_the_place_of_earlier_ones(session):
    session.finding.detect(SURE, UNSHAPED, live=True)
    session.finding.detect(SURE, UNSHAPED, KeepParams(labels="horse"), live=True)
    assert names(session) == ["person", "dog"]
    session.finding.sift(Wanted(SURE, UNSHAPED))
    assert names(session) == ["person", "dog"]
