"""Finding once more: what makes room for the new finds, and what is work that stays."""

from dataclasses import fields, replace

import pytest

from maskstudio.core.layer import COLOURS, WORK, Found, Layer, Region
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.core.refinement import Refinement
from maskstudio.jobs import Runner
from maskstudio.params.local import (
    UNADJUSTED,
    UNSHAPED,
    AdjustParams,
    BrushParams,
    CutoutParams,
    DetectParams,
    RefineParams,
)
from maskstudio.params.local import MaskParams as Shape
from maskstudio.providers.local.opinions import doubted
from maskstudio.session.finding import subject_of, unsure
from maskstudio.subject.subject import judged
from tests.core.documents import disc, document
from tests.core.records import assert_same, rewritten
from tests.test_session import Later, session_of

SIZE = (300, 280)
BLANK = Mask(*SIZE)
OTHER = {
    "id": None,
    "name": "moon",
    "mask": None,
    "shaped": None,
    "params": Shape(mask_padding=7, mask_blur=0),
    "source": None,
    "refine": RefineParams(band_width=7),
    "edge": AdjustParams(feather=9),
    "hints": BLANK,
    "regions": (Region(1, "hair", BLANK, RefineParams(), UNADJUSTED),),
    "measured": Refinement(BLANK, {}),
    "refinement": Refinement(BLANK, {}),
    "visible": False,
    "mode": "subtract",
    "inverted": True,
    "paint": Paint.none(*SIZE),
    "retouch": Paint.none(*SIZE),
    "colour": COLOURS[3],
    "origin": None,
    "found": None,
}
"""Of every field of a layer, a value that a fresh find does not have; a new field needs one here, and a decision."""
IDLE = {"id", "mask", "shaped", "measured", "refinement", "visible", "origin"}  # nobody's work


@pytest.fixture
def session():
    made = session_of(document(), disc())
    made.finding.detect(DetectParams(), UNSHAPED)
    return made


def names(session):
    return [layer.name for layer in session.document.layers]


def test_every_field_of_a_layer_is_decided_upon():
    every = {field.name for field in fields(Layer)}
    assert WORK.keys() == every
    assert OTHER.keys() == every


@pytest.mark.parametrize("field", OTHER)
def test_work_in_any_field_keeps_a_layer(session, field):
    layer = session.document.layers[0]
    assert not layer.worked_on
    value = {"id": 99, "mask": BLANK, "shaped": BLANK}.get(field, OTHER[field])
    changed = layer.changed(**{field: value})
    assert changed.worked_on == (field not in IDLE)


@pytest.mark.parametrize("field", sorted(OTHER.keys() - {"id", "mask", "shaped"}))
def test_detecting_again_keeps_what_was_worked_on(session, field):
    layer = session.document.layers[0]
    session.commit(session.document.put(layer.changed(**{field: OTHER[field]})), "Work")
    session.finding.detect(DetectParams(), UNSHAPED)
    assert len(session.document.layers) == (1 if field in IDLE else 2)
    session.undo()
    assert len(session.document.layers) == 1


def test_a_cutout_solved_by_the_run_itself_makes_room_but_not_one_solved_otherwise():
    session = session_of(document(), disc())
    session.finding.remove_background(CutoutParams())
    assert session.document.layers[0].refinement is not None
    session.finding.remove_background(CutoutParams())
    assert len(session.document.layers) == 1
    session.shaping.refine(session.active.id, RefineParams(band_width=30))
    session.finding.remove_background(CutoutParams())
    assert len(session.document.layers) == 2


def test_what_the_user_is_just_working_on_stays():
    later = Later()
    session = session_of(document(), disc(), runner=Runner(later.home.put, later))
    session.finding.detect(DetectParams(), UNSHAPED)
    later.run()
    session.finding.detect(DetectParams(), UNSHAPED)
    session.painting.begin_stroke(BrushParams(size=30), 255)
    session.painting.stroke_to(20, 20)
    later.run()
    session.end_stroke()
    assert names(session) == ["disc 0", "disc 0"]
    assert session.document.layers[0].paint is not None
    session.finding.detect(DetectParams(), UNSHAPED)
    session.shaping.set_mask_params(session.document.layers[1].id, Shape(mask_padding=5, mask_blur=0))
    later.work.put(later.work.get())  # the finds come home first
    later.run()
    assert [layer.params.mask_padding for layer in session.document.layers][:2] == [0, 5]


def test_what_a_layer_was_when_found_comes_back_with_the_project(session, tmp_path):
    session.finding.remove_background(CutoutParams())
    session.projects.save_as(tmp_path / "one.ora")
    again = session_of(document(), disc())
    again.opening.open(tmp_path / "one.ora")
    assert_same(session.document, again.document)
    assert [layer.found for layer in again.document.layers] == [layer.found for layer in session.document.layers]
    again.finding.detect(DetectParams(), UNSHAPED)
    again.finding.remove_background(CutoutParams())
    assert len(again.document.layers) == 2
    again.layers.rename(again.document.layers[0].id, "moon")
    again.finding.detect(DetectParams(), UNSHAPED)
    assert len(again.document.layers) == 3


def uncertain(session, monkeypatch, certainty):
    """Have the provider find the disc with this certainty."""
    mask = Mask.from_array(disc())
    monkeypatch.setattr(session.provider, "cutout", lambda *_: judged(mask, certainty, "auto", way="Thing", by="none"))


def test_what_is_unsure_is_known_until_somebody_works_on_it_also_from_a_project(tmp_path, monkeypatch):
    session, heard = session_of(document(), disc()), []
    session.finding.answered = lambda *said: heard.append(said)
    uncertain(session, monkeypatch, 0.9)
    session.finding.remove_background(CutoutParams())
    assert not unsure(session.document.layers[0])
    uncertain(session, monkeypatch, 0.3)
    session.finding.remove_background(CutoutParams())
    (layer,) = session.document.layers
    assert unsure(layer)
    assert heard == [("Thing.", True), ("Thing: unsure, check it.", False)]
    session.projects.save_as(tmp_path / "one.ora")
    again = session_of(document(), disc())
    again.opening.open(tmp_path / "one.ora")
    (layer,) = again.document.layers
    assert unsure(layer)
    assert subject_of(layer).way == "Thing: unsure, check it."
    assert subject_of(layer).helps == ("click", "box", "model")
    assert not unsure(layer.changed(name="moon"))


@pytest.mark.parametrize("certainty", [0.3, 0.9])
def test_a_project_that_does_not_say_how_sure_its_subject_was_is_judged_by_its_score(tmp_path, monkeypatch, certainty):
    session = session_of(document(), disc())
    uncertain(session, monkeypatch, certainty)
    session.finding.remove_background(CutoutParams())

    def older(record):
        for name in ("way", "sure", "helps"):
            del record["layers"][0]["source"][name]

    session.projects.save_as(tmp_path / "one.ora")
    rewritten(tmp_path / "one.ora", older)
    again = session_of(document(), disc())
    again.opening.open(tmp_path / "one.ora")
    (layer,) = again.document.layers
    assert subject_of(layer) is None
    assert unsure(layer) == (certainty < 0.5)


def test_a_detection_with_a_low_score_is_no_doubtful_subject():
    session = session_of(document(), disc())
    session.finding.detect(DetectParams(), UNSHAPED)
    layer = session.document.layers[0]
    assert not unsure(layer.changed(source=replace(layer.source, score=0.26)).as_found())


def test_by_itself_only_doubt_is_said(monkeypatch):
    session, said = session_of(document(), disc()), []
    session.told = said.append
    for certainty in (0.9, 0.3):
        uncertain(session, monkeypatch, certainty)
        session.finding.remove_background(CutoutParams())
    assert said == ["Thing: unsure, check it."]


def test_how_far_a_second_opinion_differs_is_said(monkeypatch):
    session, heard = session_of(document(), disc()), []
    session.finding.answered = lambda *said: heard.append(said)
    plane = disc()
    half = plane.copy()
    half[:, : plane.shape[1] // 2] = 0
    found = judged(Mask.from_array(plane), 0.9, "auto", way="Thing", by="none")
    other = replace(found, mask=Mask.from_array(half))
    monkeypatch.setattr(session.provider, "cutout", lambda *_: doubted(found, other))
    session.finding.remove_background(CutoutParams(second_model="mediapipe_selfie"))
    share = round(100 * (plane > half).sum() / (plane > 127).sum())
    assert heard == [(f"Thing. People, cut out softly differs on {share} % of it.", True)]


def test_that_the_second_model_was_the_one_that_answered_is_said(monkeypatch):
    session, heard = session_of(document(), disc()), []
    session.finding.answered = lambda *said: heard.append(said)
    found = judged(Mask.from_array(disc()), 0.9, "auto", way="Thing", by="mediapipe_selfie")
    monkeypatch.setattr(session.provider, "cutout", lambda *_: found)
    session.finding.remove_background(CutoutParams(second_model="mediapipe_selfie"))
    session.finding.remove_background(CutoutParams())
    said = "Thing. People, cut out softly has cut it out itself; choose another model for a second opinion."
    assert [sentence for sentence, _ in heard] == [said, "Thing."]


def test_a_find_of_before_this_was_kept_counts_as_work(session):
    layer = session.document.layers[0]
    assert layer.found == Found("disc 0", UNSHAPED, None)
    assert layer.changed(found=None).worked_on


def test_misspelt_fields_and_unknown_layers_are_refused(session):
    whole = session.document
    layer = whole.layers[0]
    with pytest.raises(TypeError, match="refinemnet"):
        layer.changed(refinemnet=None)
    with pytest.raises(TypeError):
        whole.changed(activ=None)
    stranger = layer.changed(id=77)
    for change in (lambda: whole.put(stranger), lambda: whole.remove(77), lambda: whole.move(77, 0)):
        with pytest.raises(KeyError):
            change()
    with pytest.raises((AttributeError, TypeError)):
        session.layers._edit(layer.id, "Nothing", alpha=BLANK)
    assert session.document is whole
