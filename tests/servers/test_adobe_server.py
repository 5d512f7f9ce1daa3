"""The Adobe double against the shapes of docs/services.md, 2, asked by plain httpx and computed again by hand."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from tests.patience import PATIENCE
from tests.servers.adobe import AdobeServer
from tests.servers.running import serve

WIDTH, HEIGHT = 48, 36


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def photo() -> np.ndarray:
    """A bright block, a smaller one, and a soft strip, all grey: luma is the value itself."""
    grey = np.full((HEIGHT, WIDTH), 20, np.uint8)
    grey[4:20, 6:22] = 230
    grey[24:30, 30:40] = 210
    grey[4:20, 22:25] = 100
    return np.dstack([grey] * 3)


def coarse() -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[4:20, 6:22] = 255
    return mask


@dataclass
class Place:
    server: AdobeServer
    base: str
    files: dict[str, bytes]
    client: httpx.Client
    headers: dict[str, str]

    def url(self, name: str) -> str:
        return f"{self.base}/files/{name}"

    def source(self, name: str) -> dict:
        return {"source": {"url": self.url(name)}}

    def ask(self, path: str, body: dict) -> httpx.Response:
        return self.client.post(f"{self.base}/adobe{path}", json=body, headers=self.headers)

    def finish(self, path: str, body: dict) -> dict:
        answer = self.ask(path, body)
        assert answer.status_code == 202, answer.text
        said = answer.json()
        link = said.get("statusUrl") or said["_links"]["self"]["href"]
        seen = []
        while True:
            status = self.client.get(link, headers=self.headers).json()
            seen.append(status["status"])
            if seen[-1] in ("succeeded", "failed"):
                return status | {"seen": seen}

    def picture(self, item: dict) -> np.ndarray:
        answer = self.client.get(item["destination"]["url"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == item["mediaType"]
        return np.array(Image.open(io.BytesIO(answer.content)))


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, dict]]:
    """One listening server for all tests here; each puts its own application behind it."""
    behind: dict = {}

    async def app(scope, receive, send):
        await behind["app"](scope, receive, send)

    with serve(app) as base:
        yield base, behind


@pytest.fixture
def place(running: tuple[str, dict]) -> Iterator[Place]:
    base, behind = running
    server = AdobeServer("an-id", "a-secret")
    files = {"photo.png": png(photo()), "mask.png": png(coarse()), "text.png": b"no picture"}

    def give(request):
        data = files.get(request.path_params["name"])
        return Response(data or b"", 200 if data else 404, media_type="image/png")

    behind["app"] = Starlette(routes=[Mount("/adobe", routes=server.routes), Route("/files/{name}", give)])
    with httpx.Client(timeout=PATIENCE, trust_env=False, verify=False) as client:
        made = Place(server, base, files, client, {})
        made.headers = {"Authorization": f"Bearer {token(made).json()['access_token']}", "x-api-key": "an-id"}
        yield made


def token(place: Place, **changes: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": "an-id", "client_secret": "a-secret"}
    form |= {"scope": "openid,AdobeID,read_organizations"} | changes
    return place.client.post(f"{place.base}/adobe/ims/token/v3", data=form)


def test_tokens(place: Place) -> None:
    good = token(place).json()
    assert (good["token_type"], good["expires_in"]) == ("bearer", 86399)
    bad = token(place, client_secret="other")
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_client")
    assert token(place, grant_type="password").status_code == 400
    hello = f"{place.base}/adobe/pie/psdService/hello"
    assert place.client.get(hello, headers=place.headers).text == "Welcome to the Photoshop API!"
    assert place.client.get(hello, headers=place.headers | {"x-api-key": "other"}).status_code == 403
    place.server.expire_tokens()
    gone = place.client.get(hello, headers=place.headers)
    assert (gone.status_code, gone.json()["error_code"]) == (401, "401013")
    place.headers["Authorization"] = f"Bearer {token(place).json()['access_token']}"
    assert place.client.get(hello, headers=place.headers).status_code == 200


def test_mask_objects(place: Place) -> None:
    place.server.job_shape, place.server.box_shape = "links", "lefttop"
    done = place.finish("/v1/mask-objects", {"image": place.source("photo.png")})
    assert done["seen"] == ["not_started", "running", "succeeded"]
    first, second = done["semanticMasks"]
    assert (first["label"], first["score"]) == ("Object 1", 1.0)
    assert first["boundingBox"] == {"left": 6, "top": 4, "width": 16, "height": 16}
    assert second["boundingBox"] == {"left": 30, "top": 24, "width": 10, "height": 6}
    assert second["score"] == 60 / 256
    whole = np.zeros((HEIGHT, WIDTH), np.uint8)
    for item in (first, second):
        mask = place.picture(item)
        box = item["boundingBox"]
        rows = slice(box["top"], box["top"] + box["height"])
        columns = slice(box["left"], box["left"] + box["width"])
        assert mask[rows, columns].min() == 255
        assert mask.astype(int).sum() == 255 * box["width"] * box["height"]
        whole |= mask
    (background,) = done["backgroundMasks"]
    assert background["label"] == "Background"
    assert np.array_equal(place.picture(background), 255 - whole)
    assert [what for _, _, what in place.server.charges] == ["mask-objects"]


def test_refine_mask(place: Place) -> None:
    body = {"image": place.source("photo.png"), "mask": place.source("mask.png")}
    done = place.finish("/v1/refine-mask", body)
    assert set(done["mask"]["boundingBox"]) == {"x", "y", "width", "height"}
    alpha = place.picture(done["mask"])
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    down = np.maximum(np.maximum(4 - rows, rows - 19), 0)
    across = np.maximum(np.maximum(6 - columns, columns - 21), 0)
    wanted = np.where(down**2 + across**2 <= 16**2, photo()[:, :, 0], 0)
    assert np.array_equal(alpha, wanted)
    clean = place.finish("/v1/refine-mask", {**body, "colorDecontamination": True})
    assert "mask" not in clean
    rgba = place.picture(clean["image"])
    assert np.array_equal(rgba[:, :, 3], wanted)
    assert (rgba[10, 23, :3] == (255, 0, 0)).all()


def test_body_parts(place: Place) -> None:
    body = {"image": place.source("photo.png"), "mask": place.source("mask.png")}
    parts = place.finish("/v1/mask-body-parts", body)["masks"]
    assert [part["label"] for part in parts] == ["Hair", "Face", "Upper Clothes"]
    total = sum(place.picture(part).astype(int) for part in parts)
    assert np.array_equal(total, coarse())
    assert [part["boundingBox"]["y"] for part in parts] == [4, 4 + 16 // 3, 4 + 32 // 3]
    granular = place.finish("/v1/mask-body-parts", {**body, "useGranularLabels": True})["masks"]
    assert {"Left Shoe", "Right Shoe"} <= {part["label"] for part in granular}


def test_remove_background(place: Place) -> None:
    place.server.words = "unknown"
    body = {"image": place.source("photo.png"), "mode": "mask", "output": {"mediaType": "image/png"}}
    done = place.finish("/v2/remove-background", body)
    assert done["seen"] == ["queued", "warming_up", "succeeded"]
    grey = photo()[:, :, 0]
    alpha = np.where(grey > 191, 255, np.where(grey < 64, 0, grey))
    assert np.array_equal(place.picture(done["result"]["outputs"][0]), alpha)
    cut = place.finish("/v2/remove-background", {"image": place.source("photo.png")})
    rgba = place.picture(cut["result"]["outputs"][0])
    assert np.array_equal(rgba[:, :, 3], alpha)
    assert (rgba[10, 23] == (255, 0, 0, 100)).all()
    kept = {"image": place.source("photo.png"), "colorDecontamination": 0, "trim": True}
    rgba = place.picture(place.finish("/v2/remove-background", kept)["result"]["outputs"][0])
    assert rgba.shape == (26, 34, 4)
    assert (rgba[6, 17] == (100, 100, 100, 100)).all()
    place.server.output_shape = "url"
    white = {"red": 255, "green": 255, "blue": 255, "alpha": 1}
    (output,) = place.finish("/v2/remove-background", kept | {"backgroundColor": white})["result"]["outputs"]
    filled = np.array(Image.open(io.BytesIO(place.client.get(output["url"]).content)))
    assert (filled[25, 0] == 255).all()


def test_job_ids_may_be_encoded(place: Place) -> None:
    number = place.ask("/v2/remove-background", {"image": place.source("photo.png")}).json()["jobId"]
    assert ":" in number
    for form in (number, quote(number, safe="")):
        answer = place.client.get(f"{place.base}/adobe/v2/status/{form}", headers=place.headers)
        assert answer.json()["jobId"] == number
    missing = place.client.get(f"{place.base}/adobe/v2/status/other", headers=place.headers)
    assert (missing.status_code, missing.json()["error_code"]) == (404, "unknown_job_id")


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/v2/remove-background", {"mode": "both"}),
        ("/v2/remove-background", {"colorDecontamination": True}),
        ("/v2/remove-background", {"colorDecontamination": 1.5}),
        ("/v2/remove-background", {"backgroundColor": {"red": 1}}),
        ("/v2/remove-background", {"sensitivity": 1}),
        ("/v2/remove-background", {"image": {"source": {"url": "https://example.com/a.png"}}}),
        ("/v1/refine-mask", {}),
        ("/v1/mask-objects", {"image": {"url": "x"}}),
    ],
)
def test_bad_bodies(place: Place, path: str, change: dict) -> None:
    answer = place.ask(path, {"image": place.source("photo.png")} | change)
    assert answer.status_code == 400
    keys = {"error_code", "message"} if path.startswith("/v2") else {"type", "code", "title", "details"}
    assert keys <= answer.json().keys()
    assert not place.server.charges


def test_jobs_that_fail(place: Place) -> None:
    place.files["wide.png"] = png(np.zeros((1, 4001, 3), np.uint8))
    place.files["wider.png"] = png(np.zeros((1, 6001, 3), np.uint8))
    for path, name in (
        ("/v1/mask-objects", "text.png"),
        ("/v1/mask-objects", "missing.png"),
        ("/v1/mask-objects", "wide.png"),
        ("/v2/remove-background", "wider.png"),
    ):
        done = place.finish(path, {"image": place.source(name)})
        assert done["status"] == "failed"
        assert done["error_code"]
        assert done["message"]
    assert place.finish("/v2/remove-background", {"image": place.source("wide.png")})["status"] == "succeeded"
    place.server.fail_next()
    done = place.finish("/v1/mask-objects", {"image": place.source("photo.png")})
    assert (done["status"], done["error_code"]) == ("failed", "processing_error")
    assert len(place.server.charges) == 1


def test_result_links(place: Place) -> None:
    body = {"image": place.source("photo.png")}
    link = place.finish("/v2/remove-background", body)["result"]["outputs"][0]["destination"]["url"]
    for name in ("Authorization", "x-api-key"):
        assert place.client.get(link, headers={name: "x"}).status_code == 400
    assert len(place.server.outputs.leaks) == 2
    assert place.client.get(link).status_code == 200
    place.server.outputs.expire()
    assert place.client.get(link).status_code == 403


def test_rate_and_faults(place: Place) -> None:
    body = {"image": place.source("photo.png")}
    place.server.rate = (1, 60.0)
    assert place.ask("/v1/mask-objects", body).status_code == 202
    busy = place.ask("/v1/mask-objects", body)
    assert busy.status_code == 429
    assert 1 <= int(busy.headers["retry-after"]) <= 60
    place.server.rate = None
    place.server.faults.next("adobe.submit", "paid-500")
    assert place.ask("/v1/mask-objects", body).status_code == 500
    assert len(place.server.charges) == 2
    place.server.faults.next("adobe.submit", "bad-url")
    done = place.finish("/v2/remove-background", body)
    assert done["result"]["outputs"][0]["destination"]["url"].startswith("https://10.0.0.1/")


def test_a_public_name_may_stand_for_this_machine(place: Place) -> None:
    place.server.inputs.hosts = ("amazonaws.com",)
    place.server.inputs.aliases = {"bucket.s3.amazonaws.com": place.base}
    body = {"image": {"source": {"url": "https://bucket.s3.amazonaws.com/files/photo.png?X-Amz-Expires=9"}}}
    assert place.finish("/v1/mask-objects", body)["status"] == "succeeded"
    assert place.ask("/v1/mask-objects", {"image": place.source("photo.png")}).status_code == 400
