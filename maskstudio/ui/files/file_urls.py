"""URLs and texts from other programs that may name a file or a page, and URLs made for other programs.

Qt reads the name in a URL as UTF-8 and drops bytes that are not, so names are read from the URL's bytes.
"""

import os
import socket
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from PySide6.QtCore import QByteArray, QUrl

from maskstudio import paths
from maskstudio.names import path_of, text_of

_LONGEST = 4096  # longest address or path, in letters


def path_in(url: QUrl) -> Path | None:
    """The file on this machine that a URL leads to; None for one on the web or on another machine."""
    if not url.isLocalFile():
        return None
    if os.name == "nt":  # on Windows names are Unicode, and a path may begin with another machine
        return Path(url.toLocalFile())
    if url.host().lower() not in ("", "localhost", socket.gethostname().lower()):
        return None
    held = bytes(url.toEncoded(QUrl.ComponentFormattingOption.FullyEncoded).data())
    name = unquote_to_bytes(held.split(b"#")[0].split(b"?")[0].partition(b"://")[2].partition(b"/")[2])
    return Path(os.fsdecode(b"/" + name))


def url_of(path: Path) -> QUrl:
    """The URL of a file, with the exact bytes of its name."""
    if os.name == "nt":
        return QUrl.fromLocalFile(str(path))
    return QUrl.fromEncoded(QByteArray(b"file://" + quote_from_bytes(os.fsencode(path.absolute())).encode()))


def host_in(address: str) -> str:
    """The server of a web address; empty if ``address`` is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def named_in(address: str) -> str:
    """The file name at the end of a web address, decoded for people; empty if there is none."""
    return text_of(os.fsdecode(unquote_to_bytes(urlsplit(address).path.rpartition("/")[2])))


def from_text(text: str) -> Path | str | None:
    """What a pasted or dropped text means: an existing file, a web address, or nothing."""
    text = text.strip().strip("\"'")
    if not text or "\n" in text or len(text) > _LONGEST:
        return None
    if text.lower().startswith(("https://", "http://")):
        return text if host_in(text) else None
    path = path_in(QUrl(text)) if text.lower().startswith("file:") else paths.expanded(str(path_of(text)))
    return path if path is not None and paths.is_file(path) else None
