"""Alibaba Cloud's RefineMask against its double: signatures, pixels, limits, and what is asked again."""

import asyncio
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")
pytest.importorskip("moto", reason="the test bucket needs moto")

from starlette.applications import Starlette

from maskstudio.errors import BadAnswer, Busy, KeyNeeded, PaymentNeeded, ProviderFailed, Unclear, Unreachable
from maskstudio.params.alibaba import AlibabaAccount, AlibabaRefineParams
from maskstudio.providers.remote import alibaba, alibaba_sign, refine_mask
from maskstudio.providers.remote.alibaba import Alibaba
from maskstudio.providers.remote.base import Keys
from maskstudio.providers.remote.wire import Reply
from tests.budgets import HELD, PATIENT
from tests.providers.remote.refining import (
    Run,
    Swapped,
    await_empty,
    calm,
    hosting_at,
    photo_and_mask,
    right_answer,
    run_of,
)
from tests.servers.alibaba import AlibabaServer
from tests.servers.hosting import Bucket, bucket
from tests.servers.running import serve

KEY_ID, SECRET = "LTAI-planted-key-id", "planted-alibaba-secret-0123456789"
PARAMS = AlibabaRefineParams()
CALL = "alibaba.refine"


@dataclass
class World:
    """The double at ``base``, the bucket, and a client."""

    base: str
    double: AlibabaServer
    place: Bucket

    def client(self, key: tuple[str, str] = (KEY_ID, SECRET), **more: Any) -> Alibaba:
        held = dict(zip(("accessKeyId", "accessKeySecret"), key, strict=True))
        account = AlibabaAccount(base_url=f"{self.base}/", **more)
        return Alibaba(account, Keys(lambda name: held.get(name, "")), hosting_at(self.place), times=PATIENT)

    def run(self) -> Run:
        return run_of(PARAMS, *photo_and_mask(), agreed=None)


@pytest.fixture(scope="module")
def place() -> Iterator[Bucket]:
    with bucket("alibaba-client") as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Swapped]]:
    app = Swapped()
    with serve(app) as base:
        yield base, app


@pytest.fixture
def world(place: Bucket, served: tuple[str, Swapped]) -> Iterator[World]:
    base, app = served
    double = AlibabaServer(KEY_ID, SECRET)
    calm(double.faults)
    app.app = Starlette(routes=double.routes)
    yield World(base, double, place)
    await_empty(place)
    assert not double.outputs.leaks


def test_the_vector_of_the_reference() -> None:
    form = refine_mask.body("https://example.com/image.jpg", "https://example.com/mask.png")
    stamped = alibaba_sign.headers(
        "imageseg.cn-shanghai.aliyuncs.com", "RefineMask", "2019-12-30", form, "2026-01-02T03:04:05Z",
        "00000000000000000000000000000001", ("testid", "testsecret"),
    )  # fmt: skip
    assert stamped["x-acs-content-sha256"] == "507ad86a9e347abbdfae8c14111153a0d2165bb6da304b59467738e7ff170588"
    assert stamped["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=ecf2ae05c8f9a018b5c0b988cb8ce721954217091c9233706990df3b305d80a6"
    )


def test_the_right_pixels_come_home(world: World) -> None:
    run = world.run()
    answer = run.go(world.client())
    assert run.errand.mask is not None
    wanted = right_answer(run.errand.photo, run.errand.mask).astype(int)
    found = answer.pieces[0].mask.astype(int)
    assert np.abs(found - wanted).max() <= 6  # it travels as JPEG
    assert np.array_equal(found == 0, wanted == 0)
    assert answer.cost is None
    assert run.ledger == [("sent", None, run.errand.identity), ("done", None, run.errand.identity)]
    assert len(world.double.charges) == 1


def test_the_official_sdk_sends_the_same(world: World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("alibabacloud_imageseg20191230.models")
        from alibabacloud_imageseg20191230.client import Client
        from alibabacloud_tea_openapi.models import Config
        from alibabacloud_tea_util.models import RuntimeOptions

        world.run().go(world.client())
        links = world.double.requests[0]["body"]
        photo, mask = photo_and_mask()
        with world.place.client() as s3:
            for link, plane in zip(links.values(), (photo, mask), strict=True):
                file = io.BytesIO()
                Image.fromarray(plane).save(file, "PNG")
                name = link.partition("?")[0].partition(f"/{world.place.bucket}/")[2]
                s3.put_object(Bucket=world.place.bucket, Key=name, Body=file.getvalue())
        endpoint = world.base.partition("//")[2]
        config = Config(
            access_key_id=KEY_ID, access_key_secret=SECRET, endpoint=endpoint, protocol="HTTP", region_id="cn-shanghai"
        )
        asked = models.RefineMaskRequest(image_url=links["ImageURL"], mask_image_url=links["MaskImageURL"])
        answer = Client(config).refine_mask_with_options(asked, RuntimeOptions())
    world.place.clear()
    assert answer.body.data.elements[0].image_url.startswith(world.base)
    assert len(world.double.charges) == 2
    ours, theirs = world.double.requests
    assert ours["body"] == theirs["body"]
    assert ours["query"] == theirs["query"]
    same = ("x-acs-action", "x-acs-version", "x-acs-content-sha256", "content-type", "host")
    assert [ours["headers"][name] for name in same] == [theirs["headers"][name] for name in same]
    for each in (ours, theirs):
        assert each["headers"]["authorization"].startswith(f"ACS3-HMAC-SHA256 Credential={KEY_ID},SignedHeaders=")


@pytest.mark.parametrize("size", [(20, 12), (3000, 24), (2100, 500)])
def test_any_size_goes_and_comes_home(world: World, size: tuple[int, int]) -> None:
    photo, mask = photo_and_mask(*size)
    (piece,) = run_of(PARAMS, photo, mask).go(world.client()).pieces
    assert piece.mask.shape == mask.shape
    wanted, inside = right_answer(photo, mask), mask > 0
    assert np.abs(piece.mask[inside].astype(int) - wanted[inside]).mean() < 4


def test_a_heavy_photo_goes_below_three_megabytes() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (1999, 1999, 3), np.uint8)
    mask = np.full((1999, 1999), 255, np.uint8)
    photo, shown = refine_mask.pictures_for(noise, mask, "JPG", lambda: None)
    assert len(photo.data) < 3_000_000
    with Image.open(io.BytesIO(photo.data)) as one, Image.open(io.BytesIO(shown.data)) as other:
        assert one.size == other.size == photo.size == shown.size
        assert (one.format, other.format) == ("JPEG", "PNG")


@pytest.mark.parametrize("size", [(1, 1), (33, 33), (1999, 33), (60000, 3), (3, 60000), (2000, 2000), (9000, 140)])
def test_every_size_fits_the_limits(size: tuple[int, int]) -> None:
    assert all(33 <= side <= 1999 for side in refine_mask.sent_size(size))


# kind at the call: the error, its state in the ledger, and how often it was sent
FAULTS = {
    "reset": (Unclear, "unclear", 1), "drop": (Unclear, "unclear", 1), "slow": (Unclear, "unclear", 1),
    "paid-drop": (Unclear, "unclear", 1), "paid-reset": (Unclear, "unclear", 1), "402": (PaymentNeeded, "failed", 1),
    "500": (ProviderFailed, "unclear", 1), "503": (ProviderFailed, "unclear", 1), "429": (Busy, "failed", 4),
    "html502": (ProviderFailed, "unclear", 1), "malformed": (BadAnswer, "unclear", 1),
    "wrong-type": (BadAnswer, "unclear", 1), "huge": (BadAnswer, "unclear", 1), "gzip-bomb": (BadAnswer, "unclear", 1),
    "redirect": (BadAnswer, "unclear", 1), "redirect-port": (BadAnswer, "unclear", 1),
    "errors200": (ProviderFailed, "unclear", 1), "bad-url": (BadAnswer, "done", 1),
    "not-image": (BadAnswer, "done", 1), "wrong-size": (BadAnswer, "done", 1), "bomb": (BadAnswer, "done", 1),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_what_goes_wrong_at_the_call(world: World, kind: str) -> None:
    error, state, times = FAULTS[kind]
    world.double.faults.next(CALL, kind, 9)
    run = world.run()
    with pytest.raises(error):
        run.go(world.client())
    assert run.states == ["sent", state]
    assert len(world.double.faults.taken) == times
    assert len(world.double.charges) <= 1


@pytest.mark.parametrize("kind", ["429", "drip", "scaled"])
def test_a_passing_failure_is_asked_again(world: World, kind: str) -> None:
    world.double.faults.next(CALL, kind)
    run = world.run()
    assert run.go(world.client()).pieces[0].mask.any()
    assert run.states == ["sent", "done"]
    assert len(world.double.charges) == 1


@pytest.mark.parametrize("kind", ["drop", "429"])
def test_a_result_is_fetched_patiently(world: World, kind: str) -> None:
    world.double.faults.next("result", kind)
    run = world.run()
    run.go(world.client())
    assert run.states == ["sent", "done"]


def test_a_result_that_cannot_be_fetched_was_paid(world: World) -> None:
    world.double.faults.next("result", "500", 9)
    run = world.run()
    with pytest.raises(ProviderFailed, match=r"^The result"):
        run.go(world.client())
    assert run.states == ["sent", "done"]


@pytest.mark.parametrize("kind", ["wrong-type", "redirect"])
def test_a_bad_result_is_not_used(world: World, kind: str) -> None:
    world.double.faults.next("result", kind)
    with pytest.raises(BadAnswer):
        world.run().go(world.client())


def test_the_key_is_proved_without_work(world: World) -> None:
    assert asyncio.run(world.client().check()) == "127.0.0.1 answers and accepts the key."
    for key in (("nobody", SECRET), (KEY_ID, "wrong-secret"), ("", ""), ("ключ", SECRET), ("a,b", SECRET)):
        with pytest.raises(KeyNeeded):
            asyncio.run(world.client(key).check())
        run = world.run()
        with pytest.raises(KeyNeeded):
            run.go(world.client(key))
        assert run.states in ([], ["sent", "failed"])
    assert not world.double.charges
    plan = world.client().plan("refine", PARAMS, (4000, 3000))
    assert (plan.sent, plan.kind, plan.price, plan.problem) == ((1999, 1499), "JPEG", None, "")


@pytest.mark.parametrize(("allowed", "wanted"), [(False, ["https"]), (True, ["https", "http"])])
def test_plain_links_are_tried_encrypted_first(
    world: World, monkeypatch: pytest.MonkeyPatch, allowed: bool, wanted: list[str]
) -> None:
    asked = []

    async def fetch(link: str, known: Any, times: Any, deadline: Any, *, plain: bool = False) -> bytes:
        asked.append((link.partition(":")[0], plain))
        if link.startswith("https"):
            raise Unreachable("No.")
        return b"picture"

    monkeypatch.setattr(alibaba, "fetch", fetch)
    client = world.client(plain_results=allowed)

    async def fetched() -> bytes:
        async with client._wire() as wire:
            return await client._fetched("http://b.oss-cn-shanghai.aliyuncs.com/a.png?Signature=x", wire)

    if allowed:
        assert asyncio.run(fetched()) == b"picture"
    else:
        with pytest.raises(BadAnswer, match="without encryption"):
            asyncio.run(fetched())
    assert asked == [(scheme, scheme == "http") for scheme in wanted]


def test_what_codes_mean(world: World) -> None:
    wire = world.client()._wire()
    for code, error in (
        ("InvalidApi.NotPurchase", PaymentNeeded), ("InvalidAccessKeyId.NotFound", KeyNeeded),
        ("SignatureDoesNotMatch", KeyNeeded), ("Throttling.User", Busy), ("InvalidImage.Resolution", ProviderFailed),
        ("IllegalUrlParameter", ProviderFailed), ("InternalError.Model", ProviderFailed),
    ):  # fmt: skip
        found = alibaba._refusal(Reply(400, {}, f'{{"Code":"{code}","Message":"Words."}}'.encode()), wire)
        assert type(found) is error


@pytest.mark.parametrize("stage", [CALL, "result"])
def test_a_cancel_is_prompt(world: World, stage: str) -> None:
    faults = world.double.faults
    faults.next(stage, "slow")
    client, run = world.client(), world.run()
    client._times = HELD
    run.cancelled_at(client, lambda: faults.reached(stage))
    assert run.states == ["sent", "unclear" if stage == CALL else "done"]


def test_no_secret_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="maskstudio")
    client, told = world.client(), []
    for kind in ("402", "errors200", "html502", "reset"):
        world.double.faults.next(CALL, kind, PATIENT.tries if kind == "errors200" else 1)
        with pytest.raises(ProviderFailed) as caught:
            world.run().go(client)
        told.append(repr(caught.value) + repr(caught.value.__context__))
    text = caplog.text + "".join(told) + repr(client) + repr(client._keys)
    assert SECRET not in text
    assert KEY_ID not in text
