"""A server on this machine for tests of downloads: it can resume, change its mind, break off and hang."""

import http.server
import threading
from typing import ClassVar

from tests.patience import PATIENCE

CONTENT = b"PK\x03\x04" + bytes(range(256)) * 2000


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; with ranges unless told otherwise; may break off."""

    ranges = True
    breaks_after: int | None = None
    stalls_at: int | None = None  # sends so much, then nothing more
    status = 200
    content = CONTENT
    etag = '"one"'
    minds_edition = True  # whether If-Range is heeded
    says_length = True
    asked: ClassVar[list[str | None]] = []
    conditions: ClassVar[list[str | None]] = []
    going: ClassVar[threading.Event]

    def do_GET(self):
        wanted, edition = self.headers.get("Range"), self.headers.get("If-Range")
        type(self).asked.append(wanted)
        type(self).conditions.append(edition)
        if self.status != 200:
            self.send_error(self.status)
            return
        if edition and edition != self.etag and self.minds_edition:
            wanted = None
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        if start >= len(self.content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        body = self.content[start:]
        if self.says_length:
            self.send_header("Content-Length", str(len(body)))
        if self.etag:
            self.send_header("ETag", self.etag)
        self.end_headers()
        self.wfile.write(body[: self.breaks_after if self.stalls_at is None else self.stalls_at])
        if self.stalls_at is not None:
            self.wfile.flush()
            self.going.wait(PATIENCE)

    def log_message(self, *args):
        pass
