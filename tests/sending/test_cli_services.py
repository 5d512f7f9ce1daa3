"""The command line against services on this machine: every operation, the accounts, and what is never said aloud."""

import dataclasses
import json

import numpy as np
import PIL.Image
import pytest
from scipy import ndimage

from maskstudio import settings
from maskstudio.cli import services
from maskstudio.errors import BadParameter
from maskstudio.params.adobe import AdobeRefineParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.services import accounts, directory
from tests.sending.scene import BRIGHT, EVERY, luma, photo


def read(path):
    return np.asarray(PIL.Image.open(path))


def test_detect(maskstudio, picture, tmp_path):
    words = ("detect", picture, "-o", tmp_path / "m.png", "--provider", "runware", "--model", "face_yolov8s")
    status, out, err = maskstudio(*words, "--mask-padding", "0", "--mask-blur", "0", "--yes", "--json")
    assert status == 0
    assert "96 x 64 px" in err
    assert "127.0.0.1" in err
    report = json.loads(out)
    assert [row["model"] for row in report["detections"]] == ["runware:35@2"] * 2
    assert (read(tmp_path / "m.png") == BRIGHT).all()


def test_without_yes_nothing_is_sent(maskstudio, picture, tmp_path, place):
    status, _, err = maskstudio("detect", picture, "-o", tmp_path / "m.png", "--provider", "runware")
    assert status == 1
    assert err.splitlines()[-1].startswith("Nothing was sent; add --yes")
    assert place.charges("runware") == []
    assert not (tmp_path / "m.png").exists()


def test_objects_and_body_parts(maskstudio, picture, mask, tmp_path):
    status, out, _ = maskstudio("objects", picture, "-o", tmp_path / "o", "--provider", "adobe", "--yes", "--json")
    assert status == 0
    files = json.loads(out)["objects"]
    assert [row["label"] for row in files][:2] == ["Object 1", "Object 2"]
    union = read(files[0]["file"]) | read(files[1]["file"])
    assert (union == BRIGHT).all()
    words = ("objects", picture, "-o", tmp_path / "p", "--provider", "adobe", "--parts-of", mask, "--yes", "--json")
    status, out, _ = maskstudio(*words)
    assert status == 0
    parts = [row for row in json.loads(out)["objects"] if row["label"] != "background"]
    assert len(parts) == 3
    assert (np.maximum.reduce([read(row["file"]) for row in parts]) == BRIGHT).all()


@pytest.mark.parametrize("service", ["adobe", "server402", "alibaba"])
def test_refine(maskstudio, picture, mask, tmp_path, service):
    words = ["refine", picture, mask, "-o", tmp_path / "r.png", "--mask-only", "--provider", service, "--yes"]
    if service == "adobe":
        words.append("--no-color-decontamination")
    assert maskstudio(*words)[0] == 0
    near = ndimage.distance_transform_edt(BRIGHT == 0) <= 16
    wanted = np.where(near, luma(photo()), 0)
    found = read(tmp_path / "r.png").astype(int)
    assert np.abs(found - wanted).mean() < (3 if service == "alibaba" else 1e-9)


def test_a_wallet_pays_once_and_only_within_the_price_shown(maskstudio, picture, mask, tmp_path, place, monkeypatch):
    pytest.importorskip("eth_account", reason="a wallet needs eth-account")
    monkeypatch.setenv("MASKSTUDIO_WALLET_KEY", "0x" + "11" * 32)
    assert maskstudio("providers", "set", "server402", "payWith=wallet")[0] == 0
    words = ("refine", picture, mask, "-o", tmp_path / "r.png", "--mask-only", "--provider", "server402", "--yes")
    status, _, err = maskstudio(*words)
    assert status == 0, err
    assert "USD 0.2" in err
    assert len(place.charges("server402")) == 1
    place.server402.offer = dataclasses.replace(place.server402.offer, amount="900000")
    try:
        status, _, err = maskstudio(*words)
    finally:
        place.server402.offer = dataclasses.replace(place.server402.offer, amount="200000")
    assert status == 1
    assert "0.90" in err.splitlines()[-1]
    assert len(place.charges("server402")) == 1


@pytest.mark.parametrize("service", ["runware", "adobe"])
def test_cutout_over_a_colour(maskstudio, picture, tmp_path, service):
    words = ["cutout", picture, "-o", tmp_path / "c.png", "--provider", service, "--rgba", "0,0,255,255", "--yes"]
    if service == "adobe":
        words += ["--option", "colorDecontamination=0"]
    assert maskstudio(*words)[0] == 0
    found = read(tmp_path / "c.png")
    solid, dark = luma(photo()) > 191, luma(photo()) < 64
    assert (found[solid][:, :3] == photo()[solid]).all()
    assert (found[solid][:, 3] == 255).all()
    assert (found[dark] == (0, 0, 255, 255)).all()


def test_providers_list_test_and_spent(maskstudio, picture, tmp_path):
    status, out, _ = maskstudio("providers", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)["providers"]}
    assert status == 0
    assert {name: row["note"] for name, row in rows.items() if row["note"]} == {}
    for name in EVERY:
        assert maskstudio("providers", "test", name)[0] == 0
    maskstudio("detect", picture, "-o", tmp_path / "m.png", "--provider", "runware", "--yes")
    status, out, _ = maskstudio("providers", "spent", "--json")
    (line,) = json.loads(out)["lines"]
    assert (line["service"], line["state"]) == ("runware", "done")
    assert line["amount"] == pytest.approx(0.0013)


def test_login_where_there_is_no_keychain_says_what_to_do(maskstudio):
    status, _, err = maskstudio("providers", "login", "runware", typed="a-key-to-be-kept\n")
    assert status == 1
    assert "RUNWARE_API_KEY" in err
    assert "a-key" not in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("providers", "test", "moon"), "There is no service called 'moon'"),
        (("providers", "set", "runware", "speed=9"), "no setting called 'speed'"),
        (("providers", "set", "runware", "monthlyCap=-1"), "monthlyCap must be from 0"),
        (("providers", "set", "runware", "baseUrl=http://example.com"), "Runware must begin with https"),
        (("providers", "set", "adobe", "tokenUrl=http://example.com/v3"), "Adobe's sign-in must begin with https"),
        (("detect", "{p}", "--provider", "adobe", "--yes"), "adobe does not do this; these do: runware."),
        (("detect", "{p}", "--provider", "runware", "--box-shape", "box", "--yes"), "no parameter called 'boxShape'"),
        (("detect", "{p}", "--provider", "runware", "--max-detections", "21", "--yes"), "maxDetections must be from 1"),
        (("detect", "{p}", "--provider", "runware", "--option", "x", "--yes"), "NAME=VALUE"),
        (("detect", "{p}", "--provider", "runware", "--model", "yolov8n", "--yes"), "model must be one of"),
    ],
)
def test_bad_input_is_one_sentence(maskstudio, picture, words, says):
    status, out, err = maskstudio(*(word.format(p=picture) for word in words))
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


ADDRESSES = [
    (name, spec.wire)
    for name, info in directory.accounts().items()
    for spec in info.account.specs()
    if spec.wire in ("baseUrl", "tokenUrl", "endpoint") or str(spec.default).startswith("http")
]


@pytest.mark.parametrize(
    "address", ["ftp://x", "x", "https://", "https://[::1", "https://a b.example", "https://u:p@x"]
)
@pytest.mark.parametrize(("name", "wire"), ADDRESSES)
def test_what_is_no_web_address_is_not_kept(name, wire, address):
    known = settings.Settings()
    account = directory.account(name).account.from_wire({wire: address})
    with pytest.raises(BadParameter, match=r"The address of .* must be a web address") as said:
        accounts.keep(known, name, account)
    assert str(said.value).count(".") == 2, "one sentence, with an example"
    assert known.services == {}
    for sound in ("https://example.com/v1", "http://127.0.0.1:9/", "http://[::1]:9", ""):
        accounts.keep(known, name, directory.account(name).account.from_wire({wire: sound}))


def test_sets_of_a_service_from_words():
    made = services.params_of(RunwareMaskParams, {"model": "hand_yolov8n", "maskBlur": 9}, ["outputFormat=WEBP"])
    assert made == RunwareMaskParams(model="runware:35@3", output_format="WEBP")
    made = services.params_of(RunwareMaskParams, {"maskBlur": 9}, ["shapeThere=yes"])
    assert made == RunwareMaskParams(shape_there=True, mask_blur=9)
    made = services.params_of(RunwareCutoutParams, {"rgba": (1, 2, 3, 4), "alphaMatting": True}, [])
    assert made == RunwareCutoutParams(rgba=(1, 2, 3, 4), alpha_matting=True)
    with pytest.raises(BadParameter):
        services.params_of(AdobeRefineParams, {"bandWidth": 3}, [])


def test_what_a_service_does_not_know_is_applied_to_its_answer_here(maskstudio, picture, tmp_path):
    words = ("objects", picture, "--provider", "adobe", "--yes", "--json", "-o")
    every = json.loads(maskstudio(*words, tmp_path / "every")[1])["objects"]
    asked = ("--keep-by", "area", "--max-detections", "1")
    status, out, _ = maskstudio(*words, tmp_path / "one", *asked)
    report = json.loads(out)
    named = [row for row in every if row["label"].lower() != "background"]
    assert status == 0
    assert len(named) > 1
    assert report["parameters"]["keepBy"] == "area"
    largest = max(named, key=lambda row: row["areaRatio"])
    ones = [row for row in report["objects"] if row["label"].lower() != "background"]
    assert [(row["label"], row["areaRatio"]) for row in ones] == [(largest["label"], largest["areaRatio"])]


def test_a_service_is_asked_for_the_number_it_knows_and_the_rest_is_done_here(maskstudio, picture, tmp_path):
    words = ("detect", picture, "--provider", "runware", "--max-detections", "2", "--yes", "--json")
    every = json.loads(maskstudio(*words)[1])
    status, out, _ = maskstudio(*words, "--max-area", "0")
    report = json.loads(out)
    assert status == 0
    assert every["detections"]
    assert (report["detections"], report["parameters"]["maxDetections"], report["parameters"]["maxArea"]) == ([], 2, 0)
