"""What points at a file or a page: URLs and text from other programs, which may hold anything; and URLs for them.

Qt reads the name in a URL as UTF-8 and drops what is none, so names go through the URL's bytes.
"""

import os
import socket
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from PySide6.QtCore import QByteArray, QUrl

from maskstudio import paths
from maskstudio.names import path_of, text_of

_LONGEST = 4096  # letters of an address or a path


def path_in(url: QUrl) -> Path | None:
    """The file on this machine that a URL leads to; None for one on the web or on another machine."""
    if not url.isLocalFile():
        return None
    if os.name == "nt":  # names are Unicode there, and other machines are part of paths
        return Path(url.toLocalFile())
    if url.host().lower() not in ("", "localhost", socket.gethostname().lower()):
        return None
    held = bytes(url.toEncoded(QUrl.ComponentFormattingOption.FullyEncoded).data())
    name = unquote_to_bytes(held.split(b"#")[0].split(b"?")[0].partition(b"://")[2].partition(b"/")[2])
    return Path(os.fsdecode(b"/" + name))


def url_of(path: Path) -> QUrl:
    """The URL of a file, with the very bytes of its name."""
    if os.name == "nt":
        return QUrl.fromLocalFile(str(path))
    return QUrl.fromEncoded(QByteArray(b"file://" + quote_from_bytes(os.fsencode(path.absolute())).encode()))


def host_in(address: str) -> str:
    """The server that a web address leads to; empty where it is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for one that is no port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def named_in(address: str) -> str:
    """The name at the end of a web address, as a person would write it; empty where there is none."""
    return text_of(os.fsdecode(unquote_to_bytes(urlsplit(address).path.rpartition("/")[2])))


def from_text(text: str) -> Path | str | None:
    """What a text that was pasted or dropped means: a file that is there, a web address, or nothing."""
    text = text.strip().strip("\"'")
    if not text or "\n" in text or len(text) > _LONGEST:
        return None
    if text.lower().startswith(("https://", "http://")):
        return text if host_in(text) else None
    path = path_in(QUrl(text)) if text.lower().startswith("file:") else paths.expanded(str(path_of(text)))
    return path if path is not None and paths.is_file(path) else None
