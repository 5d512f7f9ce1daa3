"""What tests of downloads share."""

import hashlib
import threading
from dataclasses import replace

import httpx
import pytest

from maskstudio import paths
from maskstudio.providers.local.networks import yolo_files
from tests.loopback import serving
from tests.providers.resuming import CONTENT, Server


@pytest.fixture
def server():
    handler = type("Handler", (Server,), {"asked": [], "conditions": [], "going": threading.Event()})
    with serving(handler) as address:
        handler.url = f"{address}/model.pt"
        yield handler
        handler.going.set()


@pytest.fixture
def entry(server):
    known = yolo_files.BY_NAME["face_yolov8n"]
    return replace(known, url=server.url, digests=(hashlib.sha256(CONTENT).hexdigest(),), size=len(CONTENT))


@pytest.fixture
def client():
    return httpx.AsyncClient


@pytest.fixture
def target():
    paths.models().mkdir(parents=True)
    return paths.models() / "face_yolov8n.pt"
