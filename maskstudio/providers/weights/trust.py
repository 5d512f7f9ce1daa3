"""Decides which weight files may be loaded. Knows no network library.

A .pt file is a pickle and can run code when it is loaded. So it is loaded only if its sha256 is among the ``known``
ones, or if the user has trusted that digest before. An .onnx file is data and needs no trust.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

from maskstudio import paths
from maskstudio.core import jsonfile
from maskstudio.core.atomic import reason
from maskstudio.errors import CannotRead, CannotWrite, Untrusted
from maskstudio.names import shown, text_of

WeightStamp = tuple[str, int, int]
_BLOCK = 1 << 20


def stamp(path: Path) -> WeightStamp:
    """A key that changes when a file is replaced: path, size and time. Raises ``CannotRead`` if the file is missing."""
    try:
        state = path.stat()
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error
    return str(path), state.st_size, state.st_mtime_ns


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal; computed again only if the file has changed."""
    return _digest(stamp(path))


@lru_cache(maxsize=256)
def _digest(key: WeightStamp) -> str:
    sha = hashlib.sha256()
    for block in _blocks(Path(key[0])):
        sha.update(block)
    return sha.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error


def allowed(path: Path, known: Collection[str] = ()) -> bool:
    """Whether the file may be loaded without asking; ``known`` are sha256 sums that always may."""
    return path.suffix == ".onnx" or _trusted(digest(path), known)


def trust(path: Path) -> None:
    """Record, by digest, that the user trusts this file. Raises CannotRead or CannotWrite."""
    found = digest(path)
    jsonfile.change(_file(), lambda record: {**record, found: text_of(path.name)})


@contextmanager
def checked_copy(path: Path, known: Collection[str] = ()) -> Iterator[Path]:
    """A private copy of a weight file that may be loaded, deleted afterwards. Raises ``Untrusted`` if it may not be
    loaded.

    ``known`` are sha256 sums that always may. The digest is computed from the bytes copied, so replacing the file
    between check and loading has no effect.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(_temporary_folder())
            copy = Path(folder) / f"weights{path.suffix}"
            sha = _copied(path, copy)
        except OSError as error:
            raise CannotWrite(
                f"{path.name} cannot be loaded, as there is no room for a copy of it in {tempfile.gettempdir()}: "
                f"{reason(error)}."
            ) from error
        if path.suffix != ".onnx" and not _trusted(sha.hexdigest(), known):
            raise Untrusted(question(path))
        yield copy


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A private temporary folder whose path C libraries accept: the usual place, or /tmp if that is not UTF-8."""
    usual = tempfile.gettempdir()
    place = usual if shown(usual) == usual or os.name == "nt" else "/tmp"  # noqa: S108 - the folder itself is private
    return tempfile.TemporaryDirectory(prefix="maskstudio-", dir=place, ignore_cleanup_errors=True)


def _copied(path: Path, copy: Path) -> "hashlib._Hash":
    sha = hashlib.sha256()
    with copy.open("xb") as file:
        for block in _blocks(path):
            sha.update(block)
            file.write(block)
    return sha


def question(path: Path) -> str:
    """The sentence that says why a file is not loaded, and how to trust it."""
    return (
        f"{path.name} is not a file we know, and a .pt file can run code when it is loaded; "
        f"if you trust where it came from, run: maskstudio models add {path} --trust"
    )


def _trusted(sha256: str, known: Collection[str]) -> bool:
    return sha256 in known or sha256 in jsonfile.read(_file())


def _file() -> Path:
    """The file of trusted digests, with the names of their files."""
    return paths.home() / "trusted.json"
