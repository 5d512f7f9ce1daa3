"""Adobe's client against the double of the service: every operation in every documented shape, pixel by pixel."""

import threading
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

pytest.importorskip("boto3", reason="links are signed by boto3")
pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.core.cv import cv2
from maskstudio.errors import BadMask, BadParameter, KeyNeeded, ProviderFailed
from maskstudio.jobs import Token
from maskstudio.providers.remote.adobe_token import client_of
from maskstudio.providers.remote.base import run_with
from tests.providers.remote.adobe_world import KEYS, SHAPES, errand, fresh, luma, photo_of, world
from tests.providers.remote.storage import hosting_at
from tests.servers import adobework, pictures


@pytest.fixture(scope="module")
def servers():
    with world() as made:
        yield made


@pytest.fixture
def adobe(servers):
    yield from fresh(servers)


def subject_mask() -> np.ndarray:
    mask = np.zeros((72, 96), np.uint8)
    mask[14:46, 14:54] = 255
    mask[14:46, 54:56] = 128
    return mask


@pytest.fixture(params=SHAPES, ids=["-".join(shape) for shape in SHAPES])
def shaped(request, adobe):
    server = adobe.server
    server.job_shape, server.box_shape, server.output_shape, server.words = request.param
    return adobe


def test_objects_become_labelled_pieces_and_the_background_a_hidden_one(shaped):
    answer = shaped.run(errand("objects", confidence=0.01))
    bright = luma(photo_of()) > 127
    large, small = bright.copy(), bright.copy()
    large[50:], small[:50] = False, False
    found = [(piece.label, piece.score, piece.box, piece.hidden) for piece in answer.pieces]
    assert found == [
        ("Object 1", 1.0, (12.0, 12.0, 48.0, 48.0), False),
        ("Object 2", float(small.sum() / large.sum()), (72.0, 54.0, 80.0, 60.0), False),
        ("Background", 0.95, (0.0, 0.0, 96.0, 72.0), True),
    ]
    for piece, flags in zip(answer.pieces, (large, small, ~bright), strict=True):
        assert np.array_equal(piece.mask, np.where(flags, 255, 0))
    assert [line[:2] for line in shaped.ledger] == [("sent", None), ("done", None)]
    assert shaped.ledger[-1][2] == next(reversed(shaped.server.jobs))
    assert len(shaped.server.charges) == 1
    assert [fraction for fraction, _ in shaped.told] == sorted(fraction for fraction, _ in shaped.told)


def test_scores_are_compared_here_strictly_and_only_what_is_kept_is_fetched(adobe):
    small = luma(photo_of())[50:] > 127
    share = float(small.sum() / (luma(photo_of())[:50] > 127).sum())
    before = len(adobe.server.outputs.fetched)
    for params, count in [({"confidence": share}, 1), ({"confidence": share - 1e-9}, 2),
                          ({"confidence": 0.0, "max_detections": 1}, 1), ({"confidence": 1.0}, 0)]:  # fmt: skip
        answer = adobe.run(errand("objects", background_masks=False, **params))
        assert len(answer.pieces) == count
    assert len(adobe.server.outputs.fetched) - before == 4
    assert adobe.asked("mask-objects")[0]["body"].keys() == {"image"}


@pytest.mark.parametrize("granular", [False, True])
def test_body_parts_of_a_mask(adobe, granular):
    mask = subject_mask()
    answer = adobe.run(errand("bodyParts", mask=mask, use_granular_labels=granular))
    labels = ["Hair", "Face", "Upper Clothes", *(["Left Shoe", "Right Shoe"] if granular else [])]
    cuts = [14, 20, 26, 33, 39, 46] if granular else [14, 24, 35, 46]
    assert [piece.label for piece in answer.pieces] == labels
    for piece, top, bottom in zip(answer.pieces, cuts, cuts[1:], strict=False):
        expected = np.zeros_like(mask)
        expected[top:bottom, 14:56] = 255
        assert np.array_equal(piece.mask, expected)
        assert piece.box == (14.0, top, 56.0, bottom)
    [asked] = adobe.asked("mask-body-parts")
    assert asked["body"].keys() == {"image", "mask", "useGranularLabels"}
    assert asked["body"]["useGranularLabels"] is granular


@pytest.mark.parametrize("mode", ["cutout", "mask"])
@pytest.mark.parametrize("clean", [0.0, 0.4])
def test_the_background_is_removed(shaped, mode, clean):
    photo = photo_of()
    answer = shaped.run(errand("cutout", mode=mode, color_decontamination=clean, rgba=(1, 2, 3, 200)))
    grey = luma(photo)
    soft = (grey >= 64) & (grey <= 191)
    alpha = np.where(soft, grey, np.where(grey > 127, 255, 0))
    [piece] = answer.pieces
    assert soft.any()
    assert np.array_equal(piece.mask, alpha)
    if mode == "mask":
        assert piece.colours is None
    else:
        expected = photo.copy()
        if clean:
            expected[soft] = (255, 0, 0)
        assert np.array_equal(piece.colours, expected)
    [asked] = shaped.asked("remove-background")
    link = asked["body"]["image"]["source"]["url"]
    assert asked["body"] == {
        "image": {"source": {"url": link}},
        "mode": mode,
        "output": {"mediaType": "image/png"},
        "trim": False,
        "colorDecontamination": clean,
    }
    assert asked["headers"]["x-api-key"] == KEYS["clientId"]


@pytest.mark.parametrize("clean", [False, True])
def test_an_edge_is_refined(shaped, clean):
    photo, mask = photo_of(), subject_mask()
    [piece] = shaped.run(errand("refine", mask=mask, color_decontamination=clean)).pieces
    distance = cv2.distanceTransform(np.where(mask, 0, 255).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    alpha = np.where(distance <= 16, luma(photo), 0)
    assert np.array_equal(piece.mask, alpha)
    if clean:
        expected = photo.copy()
        expected[(alpha > 0) & (alpha < 255)] = (255, 0, 0)
        assert np.array_equal(piece.colours, expected)
    else:
        assert piece.colours is None
    [asked] = shaped.asked("refine-mask")
    assert asked["body"]["colorDecontamination"] is clean
    assert [method for method, _ in shaped.storage.seen].count("PUT") == 2


def test_masks_that_hold_only_their_box_are_laid_there(adobe, monkeypatch):
    def cut(inputs, body):
        found = []
        for one in whole(inputs, body):
            left, top, width, height = one.box
            pixels = pictures.decode(one.data, "L")[top : top + height, left : left + width]
            found.append(adobework.Made(one.slot, pictures.encode(pixels), one.kind, one.label, one.score, one.box))
        return found

    whole = adobework.ENDPOINTS["mask-objects"].work
    endpoint = adobework.Endpoint(1, ("image",), (), cut)
    monkeypatch.setitem(adobework.ENDPOINTS, "mask-objects", endpoint)
    answer = adobe.run(errand("objects", confidence=0.5))
    expected = np.where(luma(photo_of()) > 127, 255, 0)
    assert np.array_equal(answer.pieces[1].mask, 255 - expected)
    expected[50:] = 0
    assert np.array_equal(answer.pieces[0].mask, expected)


@pytest.mark.parametrize("operation", ["objects", "cutout"])
def test_a_large_photo_leaves_as_a_copy_that_fits(adobe, operation, monkeypatch):
    longest = {"objects": 4000, "cutout": 6000}[operation]
    width, height = longest + longest // 4, 64
    photo = np.full((height, width, 3), 20, np.uint8)
    photo[16:48, width // 5 : width // 2] = 240
    size, uploaded, fetch = (longest, round(height * 0.8)), [], adobe.server.inputs.fetch

    async def looked_at(url):
        data = await fetch(url)
        uploaded.append(pictures.decode(data).shape[1::-1])
        return data

    monkeypatch.setattr(adobe.server.inputs, "fetch", looked_at)
    piece = adobe.run(errand(operation, photo=photo)).pieces[0]
    assert adobe.adobe().plan(operation, errand(operation).params, (width, height)).sent == size
    assert uploaded == [size]
    assert piece.mask.shape == (height, width)
    truth = luma(photo) > 127
    # Away from the edge everything is exact; along it, it is nearer to the truth than the plain enlargement.
    edge = cv2.morphologyEx(truth.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((7, 7), np.uint8)) > 0
    assert np.array_equal(piece.mask[~edge], np.where(truth, 255, 0)[~edge])
    small = PIL.Image.fromarray(photo).resize(size, PIL.Image.Resampling.BOX)
    plain = PIL.Image.fromarray(np.where(luma(np.array(small)) > 127, 255, 0).astype(np.uint8)).resize(
        (width, height), 2
    )
    wrong = [np.abs(each.astype(int) - np.where(truth, 255, 0)).mean() for each in (piece.mask, np.array(plain))]
    assert wrong[0] < wrong[1]
    assert piece.colours is None
    assert np.allclose(piece.box, (width // 5, 16, width // 2, 48), atol=2)


def test_a_photo_as_jpeg(adobe):
    answer = adobe.run(errand("cutout", mode="mask"), adobe.adobe(send_as="JPG"))
    truth = luma(photo_of()) > 127
    assert (answer.pieces[0].mask > 127)[truth].mean() > 0.99
    assert {name.rpartition(".")[2] for _, name in adobe.storage.seen} == {"jpg"}


def test_a_plan_says_who_sees_what(adobe):
    plan = adobe.adobe(hosting=hosting_at("https://storage.googleapis.com")).plan(
        "refine", errand("refine").params, (8000, 5000)
    )
    assert (plan.sent, plan.kind, plan.price) == ((4000, 2500), "PNG", None)
    assert plan.hosts == ("masks.storage.googleapis.com", "127.0.0.1")
    assert plan.price_note == "Adobe bills by contract and does not say what a call costs."
    assert not plan.problem
    assert not adobe.server.requests


OFFICIAL = {"base_url": "https://image.adobe.io", "token_url": "https://ims-na1.adobelogin.com/ims/token/v3"}


@pytest.mark.parametrize(
    ("account", "endpoint", "words"),
    [
        (OFFICIAL, "https://files.example.com", "takes no files from masks.files.example.com"),
        (OFFICIAL, "", ""),
        ({**OFFICIAL, "base_url": "http://image.adobe.io"}, "", "must begin with https"),
        ({**OFFICIAL, "token_url": "nowhere"}, "", "must be a web address"),
    ],
)
def test_what_cannot_go_is_said_beforehand(adobe, account, endpoint, words):
    client = adobe.adobe(hosting=hosting_at(endpoint), **account)
    assert words in client.plan("cutout", errand("cutout").params, (10, 10)).problem
    if words:
        with pytest.raises(BadParameter, match=words):
            adobe.run(errand("cutout"), client)
    assert not adobe.ledger
    assert not adobe.storage.seen


@pytest.mark.parametrize("mask", [None, np.zeros((5, 5), np.uint8)])
def test_refining_wants_a_mask_of_the_right_size(adobe, mask):
    with pytest.raises(BadMask):
        adobe.run(errand("refine", mask=mask))
    assert not adobe.server.requests


def test_the_connection_test_says_hello(adobe):
    said = run_with(Token(), adobe.adobe().check)
    assert said == "Adobe accepts these keys."
    assert [each["route"] for each in adobe.server.requests] == ["adobe.token", "adobe.hello"]
    token = adobe.asked("token")[0]
    assert token["body"] == {
        "grant_type": "client_credentials",
        "client_id": KEYS["clientId"],
        "client_secret": KEYS["clientSecret"],
        "scope": "openid,AdobeID,read_organizations",
    }
    assert "name a bucket" in run_with(Token(), adobe.adobe(hosting=hosting_at("", bucket="")).check)


@pytest.mark.parametrize("keys", [{}, {"clientId": "x"}, {**KEYS, "clientSecret": "wrong-secret-of-tests"}])
def test_wrong_keys_are_told_in_one_sentence(adobe, keys):
    with pytest.raises(KeyNeeded) as raised:
        adobe.run(errand("cutout"), adobe.adobe(keys=keys))
    text = str(raised.value)
    assert text.endswith(".")
    assert not any(secret in text for secret in (*keys.values(), *KEYS.values()) if len(secret) > 1)
    assert not adobe.ledger
    assert not adobe.storage.seen


@pytest.mark.parametrize(("operation", "words"), [("objects", "retired this operation"), ("cutout", "did not accept")])
def test_an_endpoint_that_is_gone(adobe, operation, words):
    with pytest.raises(ProviderFailed, match=rf"^Adobe .*{words}.*\.$"):
        adobe.run(errand(operation), adobe.adobe(base_url=f"{adobe.base}/elsewhere"))
    assert adobe.states == ["sent", "failed"]


def test_four_threads_run_errands_with_one_object(adobe):
    client, found = adobe.adobe(), []

    def work():
        found.append(adobe.run(errand("cutout"), client).pieces[0].mask)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(mask, found[0]) for mask in found)
    assert sorted(adobe.states) == ["done"] * 4 + ["sent"] * 4
    assert len(adobe.server.charges) == 4
    assert len(adobe.asked("token")) == 1


def test_the_words_for_people_hold_no_key(adobe):
    client = adobe.adobe()
    run_with(Token(), client.check)
    shown = repr((client, client.account, client._keys, adobe.tokens.__dict__, client_of(client.account, client._keys)))
    token = adobe.asked("hello")[0]["headers"]["authorization"].removeprefix("Bearer ")
    assert not any(secret in shown for secret in (*KEYS.values(), token) if secret != KEYS["clientId"])
    assert KEYS["clientId"] not in repr(client_of(client.account, client._keys))


def test_a_dry_errand_sends_nothing(adobe):
    answer = adobe.run(replace(errand("cutout"), dry=True))
    assert (answer.pieces, answer.cost) == ((), None)
    assert not adobe.server.requests
