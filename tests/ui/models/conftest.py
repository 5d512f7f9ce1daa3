"""The window of models, and a real server on this machine for it."""

import hashlib
import http.server
import threading
from dataclasses import replace

import pytest

from maskstudio.providers.local.networks import yolo_files
from tests.loopback import serving
from tests.patience import PATIENCE
from tests.ui.models.driving import CONTENT


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT with ranges; after ``first`` bytes it waits until it may go on."""

    first = 400_000
    going = threading.Event()
    asked: list = []  # noqa: RUF012

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(CONTENT[start : max(self.first, start)])
        self.wfile.flush()
        self.going.wait(PATIENCE)
        self.wfile.write(CONTENT[max(self.first, start) :])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A mirror on this machine; the publisher's address cannot be asked at all."""
    handler = type("Running", (Handler,), {"going": threading.Event(), "asked": []})
    known = yolo_files.BY_NAME["face_yolov8n"]
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    entry = replace(known, url="http://publisher.invalid/f.pt", digests=(sha256,), size=len(CONTENT))
    monkeypatch.setitem(yolo_files.BY_NAME, "face_yolov8n", entry)
    with serving(handler) as address:
        handler.address = f"{address}/models"
        yield handler
        handler.going.set()


@pytest.fixture
def shelf(window, qtbot):
    """The window of models, opened from the menu, with everything listed."""
    window.actions_by_id["edit.models"].trigger()
    made = window.models._made
    qtbot.waitUntil(lambda: made.isVisible() and made.table.topLevelItemCount() > 0)
    return made
