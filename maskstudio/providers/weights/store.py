"""Weight files on this machine: listing, adding, removing and downloading them. Loads none and knows no model."""

import shutil
from collections.abc import Collection
from pathlib import Path

from maskstudio import paths
from maskstudio.core.atomic import replacing
from maskstudio.errors import BadInput, CannotRead, CannotWrite, ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.weights import download
from maskstudio.providers.weights import trust as trusting
from maskstudio.providers.weights.weightfile import WeightFile

SUFFIXES = (".pt", ".onnx")


def files() -> dict[str, Path]:
    """Every weight file in the model folders, by its stem; earlier folders win, and .pt wins over .onnx."""
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


def add(path: Path, known: Collection[str] = (), *, trust: bool = False) -> str:
    """Copy a weight file into the user's folder and return the model's name; ``trust`` also records that it is trusted.

    Raises ``Untrusted`` for a file whose sha256 is not ``known``, without ``trust``; ``BadInput`` for a file of another
    kind; CannotWrite.
    """
    _check_kind(path)
    if not trust:
        usable(path, known)
    target = _folder() / path.name
    if not (target.exists() and target.samefile(path)):
        wanted = trusting.digest(path)
        with path.open("rb") as source, replacing(target) as file:
            shutil.copyfileobj(source, file)
        if trusting.digest(target) != wanted:
            target.unlink()
            raise CannotWrite(f"{path.name} changed while it was copied; try again.")
    if trust:
        trusting.trust(target)
    return target.stem


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

    Raises ``ModelUnavailable`` if no digest is known, or when offline.
    """
    if not entry.digests:
        raise ModelUnavailable(
            f"{entry.file} has no published sha256, so it cannot be checked after a download; get it from "
            f"{entry.url} yourself, then run: maskstudio models add FILE --trust"
        )
    return fetch(entry, _folder() / entry.file, token)


def _weight_files(folder: Path) -> list[Path]:
    """The weight files in a folder, .pt before .onnx; empty if there is no folder or it may not be read."""
    try:
        found = [path for suffix in SUFFIXES for path in sorted(folder.glob(f"*{suffix}"))]
        return [path for path in found if path.is_file()]
    except OSError:
        return []


def _folder() -> Path:
    folder = paths.models()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"The folder {folder} cannot be made.") from error
    return folder


def _check_kind(path: Path) -> None:
    """Raise BadInput if a file cannot be a weight file, judged by its name and first bytes."""
    if path.suffix not in SUFFIXES:
        raise BadInput(f"{path.name} is not a model file: its name must end in .pt or .onnx.")
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error
    if start.startswith(b"version https://git-lfs"):
        raise BadInput(
            f"{path.name} is a git-LFS pointer, not the model itself; fetch the real file with git lfs pull."
        )
    zipped = start.startswith((b"PK\x03\x04", b"\x80"))  # torch's archive, or its older bare pickle
    if not start or (path.suffix == ".pt" and not zipped) or (path.suffix == ".onnx" and start[0] != 0x08):
        raise BadInput(f"{path.name} does not hold a {path.suffix} model.")
