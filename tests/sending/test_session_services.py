"""Every operation of every service from the session, compared with what the servers do worked out once more."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter, CapReached, KeyNeeded, NotAgreed, ProviderFailed
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.adobe import AdobeBodyPartsParams, AdobeCutoutParams, AdobeObjectsParams, AdobeRefineParams
from maskstudio.params.alibaba import AlibabaRefineParams
from maskstudio.params.local import BrushParams, MaskParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.server402 import Server402RefineParams
from maskstudio.providers.remote.gate import gate
from maskstudio.services.keychain import Keychain
from maskstudio.session.session import Session
from tests.sending.scene import luma, opened, photo

PLAIN = MaskParams(mask_padding=0, mask_blur=0)
BRIGHT = np.where(luma(photo()) > 127, 255, 0).astype(np.uint8)


def by_hand(session, mask=BRIGHT):
    """The session with a layer of this mask, as a user may have made it."""
    made = Mask.from_array(mask)
    session.commit(session.document.add([Layer(0, "subject", made, made)]), "By hand")
    return session.active


def refined(mask=BRIGHT):
    """Luma of the photo, 0 beyond 16 px from the mask."""
    near = ndimage.distance_transform_edt(mask == 0) <= 16
    return np.where(near, luma(photo()), 0).astype(np.uint8)


def visible_alpha(session):
    return session.document.alpha.array()


def test_detect_at_runware(place):
    session = opened(place)
    session.services.ask("runware", "detect", RunwareMaskParams(), PLAIN)
    layers = session.document.layers
    assert [layer.name for layer in layers] == ["face", "face"]
    assert (visible_alpha(session) == BRIGHT).all()
    assert layers[0].origin.model == "runware:35@1"
    assert layers[0].source.provider == "runware"
    (line,) = session.services.access.ledger.lines()
    assert (line.state, line.amount) == ("done", pytest.approx(0.0013))
    assert len(place.charges("runware")) == 1


def test_padding_and_blur_stay_live_here(place):
    session = opened(place)
    session.services.ask("runware", "detect", RunwareMaskParams(max_detections=1), MaskParams(3, 0))
    grown = ndimage.distance_transform_edt(np.asarray(session.document.layers[0].mask.array()) == 0) <= 3
    assert (session.document.layers[0].shaped.array() == np.where(grown, 255, 0)).all()
    session.shaping.set_mask_params(session.document.layers[0].id, PLAIN)
    assert (session.document.layers[0].shaped.array() == session.document.layers[0].mask.array()).all()


def test_padding_at_the_service_is_not_done_twice(place):
    session = opened(place)
    params = RunwareMaskParams(shape_there=True, mask_padding=3, mask_blur=0, max_detections=20)
    session.services.ask("runware", "detect", params, MaskParams(3, 0))
    grown = ndimage.distance_transform_edt(BRIGHT == 0) <= 3
    assert (visible_alpha(session) == np.where(grown, 255, 0)).all()


def test_cutout_at_runware(place):
    session = opened(place)
    session.services.ask("runware", "cutout", RunwareCutoutParams())
    assert (visible_alpha(session) == BRIGHT).all()


def test_objects_at_adobe(place):
    session = opened(place)
    session.services.ask("adobe", "objects", AdobeObjectsParams())
    names = [layer.name for layer in session.document.layers]
    assert names == ["Object 1", "Object 2", "Background"]
    assert [layer.visible for layer in session.document.layers] == [True, True, False]
    assert (visible_alpha(session) == BRIGHT).all()
    assert (session.document.layers[2].alpha.array() == 255 - BRIGHT).all()
    assert place.bucket.keys() == []


def test_cutout_at_adobe_with_its_own_colours(place):
    session = opened(place)
    session.services.ask("adobe", "cutout", AdobeCutoutParams())
    grey = luma(photo())
    soft = (grey >= 64) & (grey <= 191)
    alpha = np.where(soft, grey, BRIGHT)
    assert (visible_alpha(session) == alpha).all()
    colours = session.document.colours(session.document.frame)
    assert (colours[soft & (alpha < 255) & (alpha > 0)] == (255, 0, 0)).all()
    assert (colours[~soft] == photo()[~soft]).all()


def test_body_parts_at_adobe(place):
    session = opened(place)
    subject = by_hand(session)
    session.services.ask("adobe", "bodyParts", AdobeBodyPartsParams())
    parts = [layer for layer in session.document.layers if layer.id != subject.id]
    assert {layer.name for layer in parts} == {"Hair", "Face", "Upper Clothes"}
    assert not session.document.layer(subject.id).visible
    assert (visible_alpha(session) == BRIGHT).all()


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("adobe", AdobeRefineParams(color_decontamination=False)),
        ("server402", Server402RefineParams()),
    ],
)
def test_refine(place, service, params):
    session = opened(place)
    layer = by_hand(session)
    departure = session.services.prepare(service, "refine", params, session.document.frame)
    session.services.send(departure)
    assert (visible_alpha(session) == refined()).all()
    assert not session.document.layer(layer.id).visible
    assert place.bucket.keys() == []
    assert len(place.charges(service)) == 1


def test_refine_at_alibaba_is_sent_as_jpeg(place):
    session = opened(place)
    by_hand(session)
    session.services.send(session.services.prepare("alibaba", "refine", AlibabaRefineParams(), session.document.frame))
    assert np.abs(visible_alpha(session).astype(int) - refined().astype(int)).mean() < 3


def test_refine_sends_no_more_than_the_surroundings(place):
    wide = np.zeros((300, 400, 3), np.uint8)
    wide[140:160, 190:210] = 200
    session = opened(place, picture=wide)
    mask = np.where(luma(wide) > 127, 255, 0).astype(np.uint8)
    by_hand(session, mask)
    departure = session.services.prepare("adobe", "refine", AdobeRefineParams())
    assert (departure.area.x, departure.area.y, departure.area.width, departure.area.height) == (126, 76, 148, 148)
    session.services.send(departure)
    near = ndimage.distance_transform_edt(mask == 0) <= 16
    assert (visible_alpha(session) == np.where(near, luma(wide), 0)).all()


def test_an_answer_lies_beside_the_local_one_and_blinks(place):
    session = opened(place)
    layer = by_hand(session)
    before = visible_alpha(session).copy()
    session.services.ask("adobe", "refine", AdobeRefineParams(color_decontamination=False))
    after = visible_alpha(session).copy()
    assert (before != after).any()
    steps = session.history.undo_label
    session.rivals.blink()
    assert (visible_alpha(session) == before).all()
    assert session.active.id == layer.id
    session.rivals.blink()
    assert (visible_alpha(session) == after).all()
    session.undo()
    assert session.history.undo_label == steps
    session.undo()
    assert (visible_alpha(session) == before).all()


def test_nothing_leaves_without_the_users_word(place):
    session = opened(place)
    session.services.consent = Session(
        Runner(immediate, Inline())
    ).services.consent  # as it is before anybody offers to ask
    with pytest.raises(NotAgreed):
        session.services.ask("runware", "detect", RunwareMaskParams())
    assert place.charges("runware") == []
    assert session.services.access.ledger.lines() == []


def test_the_cap_holds(place, monkeypatch):
    session = opened(place)
    by_hand(session)
    account = place.account("server402").to_wire() | {"monthlyCap": 0.3}
    kind = type(place.account("server402"))
    session.services.access.account = lambda name: (
        kind.from_wire(account) if name == "server402" else place.account(name)
    )
    session.services.ask("server402", "refine", Server402RefineParams())
    with pytest.raises(CapReached, match=r"monthly cap of USD 0\.30"):
        session.services.ask("server402", "refine", Server402RefineParams())
    assert len(place.charges("server402")) == 1


def test_without_a_key_the_sentence_says_what_to_do(place):
    session = opened(place)
    session.services.access.keys = Keychain(lambda: None)
    assert next(each.note for each in session.services.states() if each.name == "runware").startswith(
        "Runware needs your API"
    )
    with pytest.raises(ProviderFailed, match="needs your API key"):
        session.services.ask("runware", "detect", RunwareMaskParams())


def test_a_wrong_key(place):
    session = opened(place)
    session.services.access.keys.keep("runware", place.account("runware").base_url, "apiKey", "wrong-key")
    with pytest.raises(KeyNeeded):
        session.services.ask("runware", "detect", RunwareMaskParams())
    assert [line.state for line in session.services.access.ledger.lines()] == ["failed"]


def test_different_questions_keep_their_answers(place):
    session = opened(place)
    left, right = Rect(0, 0, 48, 64), Rect(48, 0, 48, 64)
    for area in (left, right, right):
        session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams(), area), PLAIN)
    assert len(session.document.layers) == 2
    assert (visible_alpha(session) == BRIGHT).all()


def test_a_new_answer_takes_the_place_of_an_untouched_one_alone(place):
    session = opened(place)
    session.services.ask("runware", "cutout", RunwareCutoutParams())
    session.services.ask("runware", "cutout", RunwareCutoutParams())
    (layer,) = session.document.layers
    session.painting.begin_stroke(BrushParams(size=9), 255)
    session.painting.stroke_to(5, 5)
    session.end_stroke()
    painted = session.document.layers[0]
    assert painted.alpha != layer.alpha
    session.services.ask("runware", "cutout", RunwareCutoutParams())
    assert len(session.document.layers) == 2
    assert session.document.layers[0].alpha is painted.alpha


def test_a_service_layer_with_other_colours_along_its_edge_is_work(place):
    session = opened(place)
    session.services.ask("adobe", "cutout", AdobeCutoutParams())
    layer = session.active
    session.shaping.refine(layer.id, replace(layer.refine, decontamination_amount=0.5))
    session.services.ask("adobe", "cutout", AdobeCutoutParams())
    assert [each.amount for each in session.document.layers] == [0.5, 1.0]


def test_refining_a_part_leaves_the_rest_of_the_mask_as_it_is(place):
    session = opened(place)
    by_hand(session)
    area = Rect(10, 10, 40, 30)
    session.services.send(
        session.services.prepare("adobe", "refine", AdobeRefineParams(color_decontamination=False), area)
    )
    inside = np.zeros(BRIGHT.shape, bool)
    inside[area.slices()] = True
    found = visible_alpha(session)
    assert (found[~inside] == BRIGHT[~inside]).all()
    assert (found[inside] != BRIGHT[inside]).any()


def test_a_part_without_any_mask_is_not_sent(place):
    wide = np.zeros((300, 700, 3), np.uint8)
    wide[140:160, 20:60] = 200
    session = opened(place, picture=wide)
    by_hand(session, np.where(luma(wide) > 127, 255, 0).astype(np.uint8))
    departure = session.services.prepare("server402", "refine", Server402RefineParams(), Rect(600, 0, 90, 90))
    assert "nothing of the mask" in departure.problem
    with pytest.raises(ProviderFailed):
        session.services.send(departure)
    assert place.charges("server402") == []


def test_only_the_photo_that_was_shown_may_leave(place):
    session = opened(place)
    departure = session.services.prepare("runware", "detect", RunwareMaskParams())
    session.history = opened(place).history
    with pytest.raises(NotAgreed, match="Another photo"):
        session.services.send(departure)
    assert place.charges("runware") == []


def test_the_same_departure_is_sent_once(place):
    session = opened(place)
    departure = session.services.prepare("runware", "detect", RunwareMaskParams())
    session.services.send(departure)
    with pytest.raises(NotAgreed, match="sent already"):
        session.services.send(departure)
    assert len(place.charges("runware")) == 1


def test_a_question_for_the_price_does_not_wait_for_a_paused_queue(place):
    session, failed = opened(place), []
    gate("runware").pause("Runware wants a top-up.")
    session.services.price_of(
        session.services.prepare("runware", "detect", RunwareMaskParams()), lambda _: None, failed.append
    )
    assert [str(error) for error in failed] == ["Runware wants a top-up."]


def test_a_slow_keychain_does_not_hold_up_a_departure(place):
    session = opened(place)
    asked = []
    session.services.access.keys = Keychain(lambda: asked.append(1))
    assert session.services.prepare("runware", "detect", RunwareMaskParams()).problem == ""
    assert asked == []


def test_adobes_secret_does_not_follow_a_changed_sign_in(place):
    session = opened(place)
    elsewhere = place.account("adobe").to_wire() | {"tokenUrl": "http://127.0.0.1:9/ims/token/v3"}
    kind = type(place.account("adobe"))
    session.services.access.account = lambda name: kind.from_wire(elsewhere) if name == "adobe" else place.account(name)
    assert session.services.access.keys_of("adobe")["clientSecret"] == ""


def test_sixteen_bits_and_an_offset_land_where_they_belong(place):
    deep = photo().astype(np.uint16) * 257
    session = opened(place, picture=deep)
    area = Rect(5, 7, 80, 50)
    session.services.send(session.services.prepare("adobe", "cutout", AdobeCutoutParams(), area))
    grey = luma(photo())
    alpha = np.where((grey >= 64) & (grey <= 191), grey, BRIGHT)
    wanted = np.zeros_like(alpha)
    wanted[area.slices()] = alpha[area.slices()]
    assert (visible_alpha(session) == wanted).all()
    colours = session.document.colours(session.document.frame)
    soft = (wanted > 0) & (wanted < 255)
    assert (colours[soft] == (65535, 0, 0)).all()
    assert (colours[~soft] == deep[~soft]).all()


def test_what_a_service_does_not_do(place):
    session = opened(place)
    with pytest.raises(BadParameter, match="does not do this"):
        session.services.prepare("runware", "refine", AdobeRefineParams())
    with pytest.raises(BadParameter, match="Choose a layer"):
        session.services.prepare("adobe", "refine", AdobeRefineParams())


@pytest.mark.parametrize("service", ["runware", "adobe", "server402", "alibaba"])
def test_the_connection_can_be_tested_for_free(place, service):
    session, said = opened(place), []
    session.services.check(service, said.append)
    assert len(said) == 1
    assert said[0].endswith(".")
    assert place.charges(service) == []


def test_a_dry_run_tells_the_price_and_costs_nothing(place):
    session, told = opened(place), []
    departure = session.services.prepare("runware", "detect", RunwareMaskParams())
    assert departure.price is None
    session.services.price_of(departure, told.append)
    assert told[0].price == pytest.approx(0.0013)
    assert place.charges("runware") == []
    assert session.services.access.ledger.lines() == []
