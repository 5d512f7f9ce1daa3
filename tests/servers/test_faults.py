"""The fault layer: each kind does to an answer what its name says, and charges only where it says so."""

import base64
import gzip
import io
import socket
import struct
import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext

import httpx
import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from starlette.applications import Starlette
from starlette.routing import Mount

from tests.patience import PATIENCE
from tests.servers import pictures
from tests.servers.faults import Faults
from tests.servers.running import serve
from tests.servers.runware import RunwareServer


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[RunwareServer, str]]:
    server = RunwareServer()
    with serve(Starlette(routes=[Mount("/runware", routes=server.routes)])) as url:
        yield server, f"{url}/runware"


@pytest.fixture
def server(service) -> RunwareServer:
    server, _ = service
    server.faults.clear()
    server.faults.taken.clear()
    server.faults.delay = 3600.0
    server.charges.clear()
    return server


@pytest.fixture
def base(service) -> str:
    return service[1]


def task(kind: str = "base64Data") -> list[dict[str, object]]:
    photo = np.full((20, 30, 3), 200, np.uint8)
    picture = "data:image/png;base64," + base64.b64encode(pictures.encode(photo)).decode()
    common = {"taskType": "imageMasking", "taskUUID": str(uuid.uuid4()), "model": "runware:35@1"}
    return [common | {"inputs": {"image": picture}, "outputType": kind, "outputFormat": "PNG"}]


def post(base: str, tasks: object = None, read: float = PATIENCE) -> httpx.Response:
    patience = httpx.Timeout(PATIENCE, read=read)
    return httpx.post(f"{base}/v1", json=tasks or task(), headers={"authorization": "Bearer key"}, timeout=patience)


def result(base: str) -> str:
    return str(post(base, task("URL")).json()["data"][0]["maskImageURL"])


@pytest.mark.parametrize(
    ("kind", "status"), [("429", 429), ("429-plain", 429), ("402", 402), ("500", 500), ("503", 503), ("html502", 502)]
)
def test_refusals(server, base, kind, status):
    server.faults.next("runware.task", kind)
    answer = post(base)
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (kind == "429")
    assert answer.headers["content-type"] == ("text/html" if kind == "html502" else "application/json")
    assert not server.charges
    assert post(base).status_code == 200


@pytest.mark.parametrize("paid", ["", "paid-"])
@pytest.mark.parametrize("kind", ["drop", "reset", "500", "malformed"])
def test_only_paid_faults_charge(server, base, kind, paid):
    server.faults.next("runware.task", paid + kind)
    tasks = task()
    if kind in ("drop", "reset"):
        with pytest.raises(httpx.RemoteProtocolError if kind == "drop" else httpx.ReadError):
            post(base, tasks)
    else:
        answer = post(base, tasks)
        with pytest.raises(ValueError, match=r"Expecting|Unterminated") if kind == "malformed" else nullcontext():
            answer.json()
    assert len(server.charges) == bool(paid)
    again = post(base, tasks).json()
    assert ("errors" in again) == bool(paid)


def test_slow_waits_and_forgets_a_client_that_has_gone(server, base):
    server.faults.next("runware.task", "slow")
    with pytest.raises(httpx.ReadTimeout):
        post(base, read=0.3)
    assert server.faults.reached("runware.task")
    server.faults.delay = 0.1
    server.faults.next("runware.task", "slow")
    assert post(base).status_code == 200
    assert len(server.charges) == 1


def test_a_test_can_wait_for_a_fault(server, base):
    server.faults.next("runware.task", "slow")
    arrived: list[bool] = []
    watcher = threading.Thread(target=lambda: arrived.append(server.faults.reached("runware.task")))
    watcher.start()
    with pytest.raises(httpx.ReadTimeout):
        post(base, read=0.3)
    watcher.join()
    assert arrived == [True]
    assert server.faults.taken == [("runware.task", "slow")]


def test_dripping_ends_in_the_right_answer(server, base):
    url = result(base)
    server.faults.drip = (40, 0.002)
    server.faults.next("result", "drip")
    assert httpx.get(url, timeout=PATIENCE).content == httpx.get(url, timeout=PATIENCE).content


def test_result_pictures_go_wrong(server, base):
    url = result(base)
    for kind in ("not-image", "wrong-size", "scaled", "bomb", "wrong-type"):
        server.faults.next("result", kind)
    assert httpx.get(url, timeout=PATIENCE).content[:4] != b"\x89PNG"
    wide, half = (Image.open(io.BytesIO(httpx.get(url, timeout=PATIENCE).content)).size for _ in range(2))
    assert (wide, half) == ((62, 10), (15, 10))
    assert struct.unpack(">II", httpx.get(url, timeout=PATIENCE).content[16:24]) == (60000, 60000)
    assert httpx.get(url, timeout=PATIENCE).headers["content-type"] == "text/html"
    assert Image.open(io.BytesIO(httpx.get(url, timeout=PATIENCE).content)).size == (30, 20)


@pytest.mark.parametrize("kind", ["huge", "huge-length"])
def test_huge_never_ends(server, base, kind):
    url = result(base)
    server.faults.next("result", kind)
    seen = 0
    with httpx.stream("GET", url, timeout=PATIENCE) as answer:
        assert ("content-length" in answer.headers) == (kind == "huge-length")
        for piece in answer.iter_raw():
            seen += len(piece)
            if seen > 8 << 20:
                break
    assert seen > 8 << 20


def test_a_gzip_bomb_is_small_and_valid(server, base):
    url = result(base)
    server.faults.next("result", "gzip-bomb")
    with httpx.stream("GET", url, timeout=PATIENCE) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) < 1 << 20
    with gzip.open(io.BytesIO(raw)) as unpacked:
        assert sum(len(piece) for piece in iter(lambda: unpacked.read(1 << 22), b"")) == 256 << 20


def test_redirects_and_private_addresses(server, base):
    server.faults.next("runware.task", "redirect")
    server.faults.next("runware.task", "redirect-port")
    server.faults.next("runware.task", "bad-url")
    server.faults.next("runware.task", "errors200")
    assert post(base).headers["location"] == "http://169.254.169.254/"
    assert post(base).headers["location"] == server.faults.elsewhere
    assert post(base, task("URL")).json()["data"][0]["maskImageURL"].startswith("https://10.0.0.1/")
    answer = post(base)
    assert (answer.status_code, "data" in answer.json(), len(answer.json()["errors"])) == (200, False, 1)


def test_random_faults_repeat_with_their_seed():
    def run(seed: int) -> list[str | None]:
        faults = Faults()
        faults.randomly(0.1, ["500", "drop"], seed, stages=["a"])
        return [faults.take("a") for _ in range(500)]

    assert run(3) == run(3) != run(4)
    assert 25 < sum(kind is not None for kind in run(3)) < 75
    faults = Faults()
    faults.randomly(1.0, ["500"], 1, stages=["a"])
    assert (faults.take("b"), faults.take("a")) == (None, "500")


def test_a_server_ends_at_once_whatever_its_clients_wait_for():
    others = threading.enumerate()
    server = RunwareServer()
    server.faults.next("runware.task", "slow")
    with serve(Starlette(routes=server.routes)) as url:
        port = int(url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as waiting:
            waiting.sendall(b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]")
            assert server.faults.reached("runware.task")
    assert not [each for each in threading.enumerate() if each.name == "test server" and each not in others]
