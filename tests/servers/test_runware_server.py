"""The Runware double, proved by the vendor's own client, unmodified, with pixels computed a second time here."""

import asyncio
import base64
import io
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("runware", reason="the official client is not installed (pip install 'runware-sdk>=1.8.0')")
pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from runware import Runware, RunwareError
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.patience import PATIENCE
from tests.servers.running import serve
from tests.servers.runware import RunwareServer
from tests.servers.runware_rules import MASKING_MODELS, REMBG, REMOVAL_MODELS

KEY = "k" * 32
PLAIN = {"confidence": 0.25, "maxDetections": 6, "maskPadding": 0, "maskBlur": 0}


class Stand:
    """An application whose service each test replaces by a fresh one: starting a server takes longer than a test."""

    def __init__(self) -> None:
        self.app = Starlette()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stand() -> Iterator[tuple[Stand, str]]:
    stand = Stand()
    with serve(stand) as url:
        yield stand, f"{url}/runware"


@pytest.fixture
def server(stand: tuple[Stand, str]) -> RunwareServer:
    fresh = RunwareServer(keys=(KEY,), barred=("barred",))
    stand[0].app = Starlette(routes=[Mount("/runware", routes=fresh.routes)])
    return fresh


@pytest.fixture
def base(stand: tuple[Stand, str], server: RunwareServer) -> str:
    return stand[1]


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """A dark photo with three bright objects of 1200, 400 and 9 pixels, and a soft bright patch."""
    picture = Image.new("RGB", (120, 80), (20, 40, 60))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((10, 10, 49, 39), fill=(250, 230, 210))
    draw.rectangle((80, 50, 99, 69), fill=(180, 200, 160))
    draw.rectangle((60, 5, 62, 7), fill=(255, 255, 255))
    return np.array(picture)


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def uri(pixels: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def pixels_of(data: bytes | str) -> np.ndarray:
    raw = base64.b64decode(data.rpartition(",")[2]) if isinstance(data, str) else data
    return np.array(Image.open(io.BytesIO(raw)))


def bright(photo: np.ndarray) -> np.ndarray:
    """The subject, computed with floats instead of the server's integers."""
    return np.floor(photo @ np.array([0.299, 0.587, 0.114]) + 0.5 + 1e-9) > 127


def spread(flags: np.ndarray, reach: int) -> np.ndarray:
    """Distance of each pixel to the nearest one of ``flags``, by looking at every shift up to ``reach``; else inf."""
    best = np.full(flags.shape, np.inf)
    height, width = flags.shape
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            moved = np.zeros_like(flags)
            moved[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = flags[
                max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)
            ]
            best[moved] = np.minimum(best[moved], np.hypot(down, right))
    return best


def masking(image: str, model: str = "runware:35@1", **more: Any) -> dict[str, Any]:
    task = {"taskType": "imageMasking", "model": model, "inputs": {"image": image}, "settings": PLAIN}
    return task | {"outputType": "base64Data", "outputFormat": "PNG", "deliveryMethod": "sync"} | more


def removal(image: str, model: str = REMBG, **more: Any) -> dict[str, Any]:
    task = {"taskType": "removeBackground", "model": model, "inputs": {"image": image}}
    return task | {"outputType": "base64Data", "outputFormat": "PNG", "deliveryMethod": "sync"} | more


def official(base: str, *calls: Any, key: str = KEY) -> list[Any]:
    """What the vendor's client makes of some calls: tasks are run, functions of the client are called."""

    async def work() -> list[Any]:
        url = f"{base}/v1"
        async with Runware(
            api_key=key, transport="rest", http_base_url=url, ws_base_url=url.replace("http", "ws"), max_retries=0
        ) as client:
            return [await (call(client) if callable(call) else client.run(call)) for call in calls]

    return asyncio.run(work())


def post(base: str, tasks: Any, **headers: str) -> httpx.Response:
    """A message without the vendor's client, for what that client cannot say."""
    sent = {"authorization": f"Bearer {KEY}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{base}/v1", json=tasks, headers=sent, timeout=PATIENCE)


def new() -> str:
    return str(uuid.uuid4())


# ---------------------------------------------------------------------- the official client


def test_masking_with_every_model_gives_the_bright_objects(base, server, photo):
    answers = official(base, *(masking(uri(photo), model, includeCost=True) for model in MASKING_MODELS))
    expected = np.where(bright(photo), 255, 0)
    expected[5:8, 60:63] = 0  # 9 of 1200 pixels: below the confidence
    for (answer,) in answers:
        assert np.array_equal(pixels_of(answer["maskImageBase64Data"]), expected)
        assert answer["detections"] == [
            {"x_min": 10, "y_min": 10, "x_max": 50, "y_max": 40},
            {"x_min": 80, "y_min": 50, "x_max": 100, "y_max": 70},
        ]
        assert answer["cost"] == 0.0013
    assert len(answers) == len(server.charges) == 15
    assert {request["body"][0]["model"] for request in server.requests} == set(MASKING_MODELS)


@pytest.mark.parametrize(("padding", "blur"), [(3, 0), (-4, 0), (0, 5), (2, 3), (-3, 4)])
def test_padding_and_blur_follow_euclidean_distance(base, photo, padding, blur):
    settings = {"confidence": 0.5, "maxDetections": 1, "maskPadding": padding, "maskBlur": blur}
    ((answer,),) = official(base, masking(uri(photo), settings=settings))
    one = np.zeros(photo.shape[:2], dtype=bool)
    one[10:40, 10:50] = True
    grown = spread(one, padding) <= padding if padding >= 0 else spread(~one, -padding) > -padding
    fade = np.where(grown, 255, np.floor(255 * np.clip(1 - spread(grown, blur) / max(blur, 1), 0, 1) + 0.5))
    assert np.array_equal(pixels_of(answer["maskImageBase64Data"]), np.where(grown, 255, fade if blur else 0))


def test_cut_out_with_every_model(base, server, photo):
    answers = official(base, *(removal(uri(photo), model, includeCost=True) for model in REMOVAL_MODELS))
    inside = bright(photo)
    for (answer,) in answers:
        pixels = pixels_of(answer["imageBase64Data"])
        assert np.array_equal(pixels[:, :, 3], np.where(inside, 255, 0))
        assert np.array_equal(pixels[inside][:, :3], photo[inside])
        assert (pixels[~inside] == (255, 255, 255, 0)).all()
        assert answer["cost"] == 0.0006
    assert sum(amount for _, amount, _ in server.charges) == pytest.approx(0.0006 * 13)


def test_every_option_of_background_removal(base, photo):
    mask, clean, filled, soft = (
        pixels_of(answer["imageBase64Data"])
        for (answer,) in official(
            base,
            removal(uri(photo), settings={"returnOnlyMask": True}),
            removal(uri(photo), settings={"returnOnlyMask": True, "postProcessMask": True}),
            removal(uri(photo), settings={"rgba": [10, 200, 30, 255]}),
            removal(
                uri(photo),
                settings={
                    "returnOnlyMask": True,
                    "alphaMatting": True,
                    "alphaMattingForegroundThreshold": 200,
                    "alphaMattingBackgroundThreshold": 30,
                    "alphaMattingErodeSize": 10,
                },
            ),
        )
    )
    inside = bright(photo)
    assert np.array_equal(mask, np.where(inside, 255, 0))
    without = inside.copy()
    without[5:8, 60:63] = False
    assert np.array_equal(clean, np.where(without, 255, 0))
    assert (filled[~inside] == (10, 200, 30, 255)).all()
    assert np.array_equal(filled[inside][:, :3], photo[inside])
    grey = np.floor(photo @ np.array([0.299, 0.587, 0.114]) + 0.5 + 1e-9)
    assert np.array_equal(soft, np.where((grey >= 30) & (grey <= 200), grey, np.where(inside, 255, 0)))


def test_async_delivery_is_polled_until_it_is_done(base, server, photo):
    server.processing = 1
    tasks = masking(uri(photo), deliveryMethod="async"), removal(uri(photo), deliveryMethod="async")
    ((mask,), (cut,)) = official(base, lambda client: asyncio.gather(*(client.run(task) for task in tasks)))[0]
    assert mask["status"] == cut["status"] == "success"
    assert pixels_of(mask["maskImageBase64Data"]).max() == 255
    assert pixels_of(cut["imageBase64Data"]).shape == (80, 120, 4)
    assert [request["route"] for request in server.requests].count("runware.poll") == 4
    assert len(server.charges) == 2


def test_uploads_and_their_uuid_as_input(base, server, photo):
    large = np.array(Image.fromarray(photo).resize((2400, 160), Image.Resampling.NEAREST))
    ((first,), (second,)) = official(
        base,
        lambda client: client.image_upload({"image": uri(photo)}),
        lambda client: client.media_storage({"operation": "upload", "media": uri(large)}),
    )
    ((mask,), (cut,), (gone,)) = official(
        base,
        masking(first["imageUUID"]),
        removal(second["mediaUUID"]),
        lambda client: client.media_storage({"operation": "delete", "media": second["mediaUUID"]}),
    )
    assert mask["inputImageUUID"] == first["imageUUID"]
    assert pixels_of(mask["maskImageBase64Data"])[20, 20] == 255
    assert pixels_of(cut["imageBase64Data"]).shape == (137, 2048, 4)
    assert gone["mediaUUID"] == second["mediaUUID"]
    with pytest.raises(RunwareError) as caught:
        official(base, removal(second["mediaUUID"]))
    assert (caught.value.code, caught.value.parameter) == ("notFound", "inputs.image")
    assert httpx.get(first["imageURL"], timeout=PATIENCE).content == png(photo)
    assert len(server.charges) == 2


def test_get_response_gives_what_sync_gave(base, photo):
    number = new()
    ((done,), (again,)) = official(
        base, masking(uri(photo), taskUUID=number), lambda client: client.get_response({"taskUUID": number})
    )
    assert again == done | {"status": "success"}


@pytest.mark.parametrize("form", ["PNG", "JPG", "WEBP"])
@pytest.mark.parametrize("kind", ["URL", "base64Data", "dataURI"])
def test_every_way_to_receive_a_result(base, photo, form, kind):
    ((answer,),) = official(base, masking(uri(photo), outputType=kind, outputFormat=form))
    key = {"URL": "maskImageURL", "base64Data": "maskImageBase64Data", "dataURI": "maskImageDataURI"}[kind]
    assert [name for name in answer if name.startswith("maskImage") and name != "maskImageUUID"] == [key]
    data = (
        httpx.get(answer[key], timeout=PATIENCE).content
        if kind == "URL"
        else base64.b64decode(answer[key].rpartition(",")[2])
    )
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == form.replace("JPG", "JPEG")
        found = np.array(picture.convert("L")).astype(int)
    expected = np.where(bright(photo), 255, 0)
    expected[5:8, 60:63] = 0
    # Lossy formats ring at hard edges, by more in WebP.
    assert np.abs(found - expected).mean() < (0 if form == "PNG" else 3) + 1e-9


def test_an_image_by_url_or_as_bare_base64(base, photo):
    ((kept,),) = official(base, lambda client: client.image_upload({"image": base64.b64encode(png(photo)).decode()}))
    by_url, bare = official(base, masking(kept["imageURL"]), masking(base64.b64encode(png(photo)).decode()))
    assert by_url[0]["maskImageBase64Data"] == bare[0]["maskImageBase64Data"]
    with pytest.raises(RunwareError) as elsewhere:
        official(base, masking("http://192.0.2.1/a.png"))
    assert elsewhere.value.parameter == "inputs.image"


@pytest.mark.parametrize(
    ("task", "parameter"),
    [
        (masking("x", "runware:35@16"), "model"),
        (masking("x", settings={"confidence": 1.5}), "settings.confidence"),
        (masking("x", settings={"maxDetections": 0}), "settings.maxDetections"),
        (masking("x", settings={"maskPadding": 41}), "settings.maskPadding"),
        (masking("x", settings={"maskBlur": 1.5}), "settings.maskBlur"),
        (removal("x", settings={"rgba": [1, 2, 3]}), "settings.rgba"),
        (removal("x", settings={"alphaMattingErodeSize": 0}), "settings.alphaMattingErodeSize"),
        (removal("x", "bria:2@1", settings={"alphaMatting": True}), "settings.alphaMatting"),
        (removal("x", outputFormat="TIFF"), "outputFormat"),
        (removal("not base64!"), "inputs.image"),
        (removal(base64.b64encode(b"no picture").decode()), "inputs.image"),
    ],
)
def test_a_wrong_value_is_named_and_costs_nothing(base, server, task, parameter):
    with pytest.raises(RunwareError) as caught:
        official(base, task)
    assert (caught.value.code, caught.value.parameter, caught.value.status_code) == ("validation", parameter, 400)
    assert not server.charges


def test_a_wrong_key_and_a_barred_one(base, photo):
    with pytest.raises(RunwareError) as wrong:
        official(base, masking(uri(photo)), key="no such key")
    with pytest.raises(RunwareError) as barred:
        official(base, masking(uri(photo)), key="barred")
    assert (wrong.value.status_code, barred.value.status_code) == (401, 403)


# ---------------------------------------------------------------------- what that client cannot say


@pytest.mark.parametrize("dialect", ["A", "B", "C", "D"])
def test_all_dialects_of_background_removal(base, photo, dialect):
    old = dialect in "AB"
    task = {"taskType": "imageBackgroundRemoval" if old else "removeBackground", "taskUUID": new(), "model": REMBG}
    task |= {"inputs": {"image": uri(photo)}} if dialect == "C" else {"inputImage": uri(photo)}
    task |= {"returnOnlyMask": True} if dialect == "A" else {"settings": {"returnOnlyMask": True}}
    answer = post(base, [task | {"outputType": "base64Data", "outputFormat": "PNG"}]).json()["data"][0]
    assert answer["taskType"] == task["taskType"]
    assert np.array_equal(pixels_of(answer["imageBase64Data"]), np.where(bright(photo), 255, 0))


def test_flat_masking_and_an_authentication_task(base, photo):
    task = {"taskType": "imageMasking", "taskUUID": new(), "model": "runware:35@4", "inputImage": uri(photo)}
    task |= PLAIN | {"outputType": "base64Data", "outputFormat": "PNG"}
    opened = httpx.post(
        f"{base}/v1", json=[{"taskType": "authentication", "apiKey": KEY}, task], timeout=PATIENCE
    ).json()["data"]
    assert opened[0]["connectionSessionUUID"]
    assert len(opened[1]["detections"]) == 2
    refused = post(base, [task | {"taskUUID": new(), "confidence": 2}])
    assert refused.json()["errors"][0]["parameter"] == "confidence"


def test_messages_that_are_no_array_are_refused(base):
    assert post(base, {"taskType": "ping"}).status_code == 400
    assert post(base, [{"taskType": "ping"}]).json() == {"data": [{"taskType": "ping", "pong": True}]}


def test_partial_success_and_a_task_sent_twice(base, server, photo):
    good, bad = masking(uri(photo), taskUUID=new()), masking(uri(photo), "runware:1@1", taskUUID=new())
    mixed = post(base, [good, bad])
    assert mixed.status_code == 200
    assert mixed.json()["data"][0]["taskUUID"] == good["taskUUID"]
    assert mixed.json()["errors"][0]["taskUUID"] == bad["taskUUID"]
    twice = post(base, [good])
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (400, "conflictTaskUUID")
    unknown = post(base, [{"taskType": "getResponse", "taskUUID": new()}])
    assert unknown.json()["errors"][0]["code"] == "taskFailedOrNotFound"
    assert len(server.charges) == 1


def test_dry_run_and_a_balance_too_low(base, server, photo):
    dry = post(base, [masking(uri(photo), taskUUID=new())], x_runware_dry_run="1").json()["data"][0]
    assert dry["cost"] == 0.0013
    assert "maskImageUUID" not in dry
    server.balance = 0.001
    poor = post(base, [masking(uri(photo), taskUUID=new())])
    assert (poor.status_code, poor.json()["errors"][0]["code"]) == (402, "insufficientCredits")
    assert not server.charges
    assert not server.jobs


def test_a_job_that_fails_costs_nothing(base, server, photo):
    server.failing, server.processing = 1, 0
    number = new()
    post(base, [masking(uri(photo), taskUUID=number, deliveryMethod="async")])
    item = post(base, [{"taskType": "getResponse", "taskUUID": number}]).json()["data"][0]
    assert (item["status"], item["error"]["code"], server.charges) == ("error", "processingFailed", [])


def test_result_files_want_no_credentials(base, photo):
    url = post(base, [masking(uri(photo), taskUUID=new(), outputType="URL")]).json()["data"][0]["maskImageURL"]
    assert url.startswith(f"{base}/im/")
    assert httpx.get(url, headers={"authorization": f"Bearer {KEY}"}, timeout=PATIENCE).status_code == 403
    assert httpx.get(url, timeout=PATIENCE).headers["content-type"] == "image/png"


def test_a_result_can_be_sent_to_an_endpoint(base, server, photo):
    answer = post(base, [masking(uri(photo), taskUUID=new(), uploadEndpoint=f"{base}/nowhere")])
    assert answer.json()["errors"][0]["code"] == "uploadFailed"
    assert (server.charges, server.balance) == ([], 100.0)
