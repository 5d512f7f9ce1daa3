"""What Runware's client says and understands: bodies, price, plan, keys, every shape of an answer."""

import asyncio
import base64
import json
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import (
    BadAnswer,
    BadParameter,
    Busy,
    KeyNeeded,
    PaymentNeeded,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.params.runware import REMBG, RunwareAccount, RunwareCutoutParams, RunwareMaskParams
from maskstudio.providers.remote.base import Errand, Keys
from maskstudio.providers.remote.runware import Runware
from maskstudio.services.departure import ServiceOperation
from tests.providers.remote.runware_world import FEW, KEY, World, bright, errand, photo_of, png, sent_photo

# ---------------------------------------------------------------------- the official client's bodies


def official(base: str, *tasks: dict[str, Any]) -> None:
    sdk = pytest.importorskip("runware", reason="the official client is not installed (pip install 'runware-sdk>=1.8')")

    async def work() -> None:
        url = f"{base}/runware/v1"
        async with sdk.Runware(
            api_key=KEY, transport="rest", http_base_url=url, ws_base_url=url.replace("http", "ws"), max_retries=0
        ) as client:
            for task in tasks:
                await client.run(task)

    asyncio.run(work())


MASKING = {"confidence": 0.4, "maxDetections": 3, "maskPadding": 7, "maskBlur": 2}
OPTIONS = {
    "rgba": [9, 8, 7, 0], "postProcessMask": True, "returnOnlyMask": True, "alphaMatting": True,
    "alphaMattingForegroundThreshold": 230, "alphaMattingBackgroundThreshold": 20, "alphaMattingErodeSize": 5,
}  # fmt: skip


def written(settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Settings under the names of the program."""
    names = {"".join("_" + c.lower() if c.isupper() else c for c in name): value for name, value in settings.items()}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in names.items()} | more


@pytest.mark.parametrize(
    ("job", "kind", "model", "settings", "output"),
    [
        ("detect", "imageMasking", "runware:35@5", MASKING, {"outputType": "base64Data", "outputFormat": "PNG"}),
        ("detect", "imageMasking", "runware:35@9", MASKING,
         {"outputType": "URL", "outputFormat": "JPG", "outputQuality": 77}),
        ("cutout", "removeBackground", REMBG, OPTIONS,
         {"outputType": "dataURI", "outputFormat": "WEBP", "outputQuality": 88}),
        ("cutout", "removeBackground", "runware:112@5", None, {"outputType": "URL", "outputFormat": "PNG"}),
    ],
)  # fmt: skip
def test_bodies_equal_those_of_the_official_client(
    runware: World,
    job: ServiceOperation,
    kind: str,
    model: str,
    settings: dict[str, Any] | None,
    output: dict[str, Any],
) -> None:
    image = "data:image/png;base64," + base64.b64encode(png(photo_of())).decode()
    task = {"taskType": kind, "model": model, "inputs": {"image": image}, **output}
    task |= {"settings": settings} if settings else {}
    official(runware.base, task | {"includeCost": True, "deliveryMethod": "sync"})
    extra = {"shape_there": True} if job == "detect" else {}
    runware.run(errand(job, **written(settings or {}, **written(output), **extra, model=model)))
    theirs, ours = runware.tasks()
    for name in theirs.keys() | ours.keys():
        if name == "inputs":
            assert theirs["inputs"].keys() == ours["inputs"].keys()
            assert np.array_equal(*(sent_photo(body["inputs"]["image"]) for body in (theirs, ours)))
        elif name == "taskUUID":
            assert uuid.UUID(theirs[name]).version == uuid.UUID(ours[name]).version == 4
        else:
            assert theirs.get(name) == ours.get(name), name
    assert runware.server.requests[0]["headers"]["authorization"] == f"Bearer {KEY}"


# ---------------------------------------------------------------------- price, plan, keys


def test_a_dry_run_tells_the_price_and_does_nothing(runware: World) -> None:
    job = errand("detect", dry=True)
    answer = runware.run(job)
    assert (answer.pieces, answer.cost) == ((), 0.0013)
    assert runware.ledger == runware.server.charges == []
    assert runware.server.requests[0]["headers"]["x-runware-dry-run"] == "1"
    assert runware.tasks()[0]["taskUUID"] != job.identity  # the name of the work is not used up
    assert len(runware.run(replace(job, dry=False)).pieces) == 3


def test_the_plan_says_what_would_leave(runware: World) -> None:
    plan = runware.service().plan("detect", RunwareMaskParams(), (6000, 3000))
    assert (plan.sent, plan.kind, plan.hosts, plan.price, plan.problem) == (
        (2048, 1024),
        "PNG",
        ("127.0.0.1",),
        None,
        "",
    )
    assert plan.price_note == "Runware tells the price when asked, and after each job."
    official_address = Runware(RunwareAccount(), Keys()).plan("cutout", RunwareCutoutParams(), (10, 20))
    assert (official_address.hosts, official_address.kind) == (("api.runware.ai",), "JPEG")
    assert (
        Runware(RunwareAccount(base_url="http://example.com"), Keys())
        .plan("detect", RunwareMaskParams(), (9, 9))
        .problem.endswith("so that your key travels encrypted.")
    )
    assert runware.service().plan("refine", RunwareMaskParams(), (9, 9)).problem


def test_the_check_proves_the_key_and_spends_nothing(runware: World) -> None:
    assert asyncio.run(runware.service().check()) == "Runware answers and accepts the API key."
    (request,) = runware.server.requests
    assert [task["taskType"] for task in request["body"]] == ["getResponse"]
    for key in ("", "wrong-key", "barred-key", "kéy", "a b"):
        with pytest.raises(KeyNeeded):
            asyncio.run(runware.service(key=key).check())
    runware.scripted.answers = [(200, {"hello": "there"})]
    with pytest.raises(BadAnswer, match="is not Runware"):
        asyncio.run(runware.service("/scripted/v1").check())
    with pytest.raises(Unreachable):
        asyncio.run(Runware(RunwareAccount(base_url="http://127.0.0.1:9/v1"), Keys(lambda _: KEY), times=FEW).check())


def test_keys_money_and_parameters_that_are_refused(runware: World) -> None:
    for key in ("wrong-key", "barred-key"):
        with pytest.raises(KeyNeeded) as refused:
            runware.run(errand("detect"), key=key)
        assert key not in str(refused.value)
    runware.server.balance = 0.0
    with pytest.raises(PaymentNeeded):
        runware.run(errand("detect"))
    assert runware.states == ["sent", "failed"] * 3
    with pytest.raises(BadParameter):
        runware.run(Errand("refine", RunwareMaskParams(), photo_of(), str(uuid.uuid4())))
    with pytest.raises(KeyNeeded):
        runware.run(errand("detect"), key="")
    assert len(runware.ledger) == 6
    assert runware.server.charges == []


def test_no_server_costs_nothing(runware: World) -> None:
    service = Runware(RunwareAccount(base_url="http://127.0.0.1:9/v1"), Keys(lambda _: KEY), times=FEW)
    with pytest.raises(Unreachable):
        asyncio.run(service.run(errand("detect"), runware.trip()))
    assert runware.states == ["sent", "failed"]


def test_the_same_errand_again_is_not_paid_twice(runware: World) -> None:
    job = errand("cutout")
    first, second = runware.run(job), runware.run(job)
    assert np.array_equal(first.pieces[0].mask, second.pieces[0].mask)
    assert len(runware.server.charges) == 1
    assert second.cost == 0.0006


# ---------------------------------------------------------------------- shapes of answers


def picture() -> str:
    return base64.b64encode(png(np.where(bright(photo_of()), 255, 0).astype(np.uint8))).decode()


OTHER = {"code": "invalidModel", "message": "No such model", "taskUUID": "11111111-1111-4111-8111-111111111111"}
MINE = {"taskType": "imageMasking", "taskUUID": "IDENTITY"}
PROCESSING = {"data": [{**MINE, "status": "processing", "progress": 40}]}


@pytest.mark.parametrize(
    "answers",
    [
        [{"data": {**MINE, "maskImageBase64Data": "PNG"}}],
        [{"data": [{"maskImageBase64Data": "PNG"}]}],
        [{"data": [OTHER, {**MINE, "maskImageBase64Data": "PNG", "detections": None}]}],
        [[{**MINE, "imageDataURI": "data:image/png;base64,PNG"}]],
        [{"data": [{**MINE, "mediaURL": "BASE/scripted/files/a.png"}]}],
        [{"data": [{**MINE, "maskImageURL": "BASE/scripted/files/a.png", "cost": "dear"}]}],
        [{"data": [{**MINE, "maskImageBase64Data": "PNG", "detections": [{"x_min": 1}, 7, {"x_min": 5, "x_max": 2}]}]}],
        [{"data": [MINE]}, PROCESSING, {"data": [{**MINE, "status": "success", "maskImageBase64Data": "PNG"}]}],
        [{"data": []}, {"data": [{**MINE, "status": "scheduled"}]}, {"data": [{**MINE, "status": "somewhere else"}]},
         {"data": [{**MINE, "status": "success", "imageBase64Data": "PNG"}]}],
    ],
)  # fmt: skip
def test_every_documented_shape_of_a_result(runware: World, answers: list[Any]) -> None:
    runware.scripted.files["a.png"] = base64.b64decode(picture())
    runware.scripted.answers = [(200, json.loads(json.dumps(answer).replace("PNG", picture()))) for answer in answers]
    answer = runware.run(errand("detect"), at="/scripted/v1")
    (piece,) = answer.pieces  # no box, but a mask
    assert np.array_equal(piece.mask, np.where(bright(photo_of()), 255, 0))
    assert piece.box == (10.0, 10.0, 110.0, 73.0)
    assert runware.states == ["sent", "done"]
    assert [body[0]["taskType"] for body in runware.scripted.bodies[1:]] == ["getResponse"] * (len(answers) - 1)


def test_numbers_and_boxes_of_a_stranger(runware: World) -> None:
    box = {"x_min": -5, "y_min": 0, "x_max": 500, "y_max": 80}
    odd = [{**box, "x_max": 10**400}, {**box, "y_max": True}, {**box, "x_min": 900, "x_max": 950}]
    mine = {**MINE, "maskImageBase64Data": picture(), "cost": -3, "detections": [box, *odd, *[box] * 300]}
    runware.scripted.answers = [(200, {"data": [mine]})]
    answer = runware.run(errand("detect", max_detections=4), at="/scripted/v1")
    assert [piece.box for piece in answer.pieces] == [(0.0, 0.0, 120.0, 80.0)]  # the others have not a pixel
    assert np.array_equal(answer.pieces[0].mask, np.where(bright(photo_of()), 255, 0))
    assert answer.cost is None


def test_a_partial_success_is_a_success_with_a_note(runware: World) -> None:
    mine = {**MINE, "maskImageBase64Data": picture(), "cost": 0.5}
    runware.scripted.answers = [(200, {"data": [mine], "errors": [OTHER]})]
    assert runware.run(errand("detect"), at="/scripted/v1").note == ""
    runware.scripted.bodies.clear()
    said = {"code": "uploadFailed", "message": "The result was not stored.", "taskUUID": "IDENTITY"}
    runware.scripted.answers = [(200, {"data": [mine], "errors": [OTHER, said]})]
    answer = runware.run(errand("detect"), at="/scripted/v1")
    assert (answer.cost, len(answer.pieces)) == (0.5, 1)
    assert answer.note == "Runware also reported: The result was not stored."


@pytest.mark.parametrize(
    ("status", "said", "wanted"),
    [
        (200, {"error": True, "errorMessageContentId": 1212, "errorMessage": "Invalid api key"}, KeyNeeded),
        (200, {"error": {"code": "invalidApiKey", "message": "no"}}, KeyNeeded),
        (401, "nothing in JSON", KeyNeeded),
        (400, {"errors": [{"code": "insufficientCredits", "message": "no"}]}, PaymentNeeded),
        (200, {"errors": [{"code": "rateLimitExceeded", "message": "slowly"}]}, Busy),
        (400, {"errors": [{"code": "nsfwContentDetected", "message": "no"}]}, ProviderFailed),
        (400, {"errors": {"code": "invalidValue", "message": "odd", "parameter": ["a", "b"]}}, ProviderFailed),
        (404, {}, ProviderFailed),
        (418, {"errors": [{"message": f"a teapot, {KEY}"}]}, ProviderFailed),
    ],
)  # fmt: skip
def test_every_documented_shape_of_an_error(runware: World, status: int, said: Any, wanted: type[Exception]) -> None:
    runware.scripted.answers = [(status, said)]
    with pytest.raises(wanted) as raised:
        runware.run(errand("detect"), at="/scripted/v1")
    assert type(raised.value) is wanted
    assert KEY not in str(raised.value)
    assert str(raised.value).endswith(".")
    assert len(runware.scripted.bodies) == 1
    assert runware.states == ["sent", "failed"]


def test_a_task_that_fails_while_it_is_asked_for(runware: World) -> None:
    failed = {**MINE, "status": "error", "error": {"code": "processingFailed", "message": "It broke."}}
    runware.scripted.answers = [(200, {"data": [MINE]}), (200, {"data": [failed]})]
    with pytest.raises(ProviderFailed, match="It broke"):
        runware.run(errand("detect"), at="/scripted/v1")
    assert runware.states == ["sent", "failed"]


def test_a_task_that_never_ends_is_given_up_as_unclear(runware: World) -> None:
    runware.scripted.answers = [(200, PROCESSING)]
    with pytest.raises(Unclear, match="not done in time"):
        runware.run(errand("detect"), at="/scripted/v1", times=replace(FEW, total=0.4))
    assert runware.states == ["sent", "unclear"]


def test_success_without_a_picture_is_a_bad_answer(runware: World) -> None:
    runware.scripted.answers = [(200, {"data": [{**MINE, "status": "success", "cost": 0.1}]})]
    with pytest.raises(BadAnswer):
        runware.run(errand("detect"), at="/scripted/v1")
    assert [entry[:2] for entry in runware.ledger] == [("sent", None), ("done", 0.1)]
