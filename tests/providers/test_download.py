"""Downloads against a real server on this machine: progress, resume, cancel, verification."""

import hashlib
import http.server
import threading
from dataclasses import replace
from functools import partial
from typing import ClassVar

import httpx
import pytest

from maskstudio import paths
from maskstudio.errors import Cancelled, ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.weights import download

CONTENT = b"PK\x03\x04" + bytes(range(256)) * 2000


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; with ranges unless told otherwise; may break off."""

    ranges = True
    breaks_after: int | None = None
    status = 200
    content = CONTENT
    asked: ClassVar[list[str | None]] = []

    def do_GET(self):
        wanted = self.headers.get("Range")
        type(self).asked.append(wanted)
        if self.status != 200:
            self.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        if start >= len(self.content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        body = self.content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.breaks_after])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    handler = type("Handler", (Server,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        handler.url = f"http://127.0.0.1:{running.server_address[1]}/model.pt"
        yield handler
        running.shutdown()
        thread.join()


@pytest.fixture
def entry(server):
    known = yolo_files.BY_NAME["face_yolov8n"]
    return replace(known, url=server.url, digests=(hashlib.sha256(CONTENT).hexdigest(),), size=len(CONTENT))


@pytest.fixture
def client():
    with httpx.Client() as made:
        yield made


@pytest.fixture
def target():
    paths.models().mkdir(parents=True)
    return paths.models() / "face_yolov8n.pt"


def test_downloads_with_progress(entry, client, target):
    seen = []
    download.fetch(entry, target, Token(lambda fraction, text: seen.append((fraction, text))), client)
    assert target.read_bytes() == CONTENT
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert seen[-1][0] == 1
    assert "face_yolov8n.pt" in seen[0][1]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_resumes_after_a_broken_connection(server, entry, client, target):
    server.breaks_after = 200_000
    with pytest.raises(ModelUnavailable, match="maskstudio models add"):
        download.fetch(entry, target, Token(), client)
    part = target.with_name(f"{target.name}.part")
    size = part.stat().st_size
    assert 0 < size <= 200_000
    assert not target.exists()
    server.breaks_after = None
    download.fetch(entry, target, Token(), client)
    assert server.asked == [None, f"bytes={size}-"]
    assert target.read_bytes() == CONTENT


def test_starts_again_where_the_server_cannot_resume(server, entry, client, target):
    target.with_name(f"{target.name}.part").write_bytes(b"old")
    server.ranges = False
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_a_complete_part_is_only_verified(entry, client, target):
    target.with_name(f"{target.name}.part").write_bytes(CONTENT)
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_cancel_keeps_the_part_for_later(server, entry, client, target):
    token = Token(lambda fraction, _: token.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        download.fetch(entry, target, token, client)
    assert not target.exists()
    assert target.with_name(f"{target.name}.part").stat().st_size > 0.3 * len(CONTENT) - (1 << 16)
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"!", CONTENT + b"more", b"<html>sign in first</html>"])
def test_wrong_bytes_are_not_kept(server, entry, client, target, content):
    server.content = content
    with pytest.raises(ModelUnavailable, match="not kept"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_server_errors_are_one_sentence(server, entry, client, target):
    server.status = 404
    with pytest.raises(ModelUnavailable, match="404"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_only_https_without_a_client_of_the_callers(server, entry, target):
    with pytest.raises(ModelUnavailable, match="encryption"):
        download.fetch(entry, target, Token())
    assert server.asked == []


def test_offline_is_one_sentence(entry, target):
    def refuse(request):
        raise httpx.ConnectError("no route", request=request)

    with (
        httpx.Client(transport=httpx.MockTransport(refuse)) as offline,
        pytest.raises(ModelUnavailable) as raised,
    ):
        download.fetch(entry, target, Token(), offline)
    assert "cannot be reached" in str(raised.value)
    assert "maskstudio models add face_yolov8n.pt" in str(raised.value)


def test_a_proxy_that_cannot_be_used_is_one_sentence(entry, target, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:1")
    with pytest.raises(ModelUnavailable, match=r"^The proxy .*\.$"):
        download.fetch(entry, target, Token())


def test_pull_makes_the_model_ready(entry, client, monkeypatch):
    monkeypatch.setitem(yolo_files.BY_NAME, "face_yolov8n", entry)
    assert next(each for each in families.states() if each.name == "face_yolov8n").state == "download"
    families.pull("face_yolov8n", Token(), partial(download.fetch, client=client))
    assert next(each for each in families.states() if each.name == "face_yolov8n").state == "ready"


def test_pull_refuses_what_it_cannot_verify():
    with pytest.raises(ModelUnavailable, match="sha256"):
        families.pull("yolov8s-seg", Token())
    with pytest.raises(UnknownModel, match="yolov8n"):
        families.pull("yolov8nn", Token())
    with pytest.raises(UnknownModel, match="no file to download"):
        families.pull("mediapipe_hands", Token())
