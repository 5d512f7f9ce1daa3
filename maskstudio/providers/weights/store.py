"""Weight files on this machine: which are here, adding, removing and downloading them. Loads none of them."""

import difflib
import importlib.util
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from maskstudio import paths
from maskstudio.core.atomic import replacing
from maskstudio.errors import BadInput, CannotRead, CannotWrite, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.local import mediapipe_models
from maskstudio.providers.provider import ModelState, Operation, State
from maskstudio.providers.weights import catalogue, download
from maskstudio.providers.weights import trust as trusting

SUFFIXES = (".pt", ".onnx")
_BOTH: frozenset[Operation] = frozenset({"detect", "cutout"})
_DETECT: frozenset[Operation] = frozenset({"detect"})


@dataclass(frozen=True, slots=True)
class Choice:
    """The file that answers to a model name; ``label`` is set where another model stands in by that class."""

    path: Path
    label: str | None = None

    @property
    def stands_in(self) -> bool:
        """Whether this is another model than the one asked for."""
        return self.label is not None


def files() -> dict[str, Path]:
    """Every weight file in the model folders by its stem; earlier folders, and .pt before .onnx, win."""
    found: dict[str, Path] = {}
    for folder in paths.model_folders():
        for path in _weight_files(folder):
            found.setdefault(path.stem, path)
    return found


def choose(name: str) -> Choice:
    """The file to load for ``name``: its own, or for people another model that outlines them.

    Raises ``UnknownModel``, ``ModelUnavailable`` when the file is missing, and ``Untrusted`` when it is here but may
    not be loaded.
    """
    here = files()
    entry = catalogue.BY_NAME.get(name)
    if name in here:
        if not trusting.allowed(here[name]):
            raise Untrusted(trusting.question(here[name]))
        return Choice(here[name])
    if entry is None:
        raise _unknown(name)
    if entry.label:
        for stem in [name.removeprefix("person_"), *catalogue.STAND_INS, *here]:
            if stem in here and stem.endswith("-seg") and _loadable(here[stem]):
                return Choice(here[stem], entry.label)
    raise ModelUnavailable(_missing(entry))


def states() -> list[ModelState]:
    """Every known weight file and every other one in the model folders, with its state now."""
    others = [name for name in files() if name not in catalogue.BY_NAME]
    return [_state(name) for name in [*catalogue.BY_NAME, *others]]


def add(path: Path, *, trust: bool = False) -> str:
    """Copy a weight file into the user's folder and return the model's name; with ``trust`` also trust its digest.

    A file that is not known needs ``trust``, else ``Untrusted``. ``BadInput`` for what is no weight file.
    """
    _check_kind(path)
    if not trust and not trusting.allowed(path):
        raise Untrusted(trusting.question(path))
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


def trust(name_or_path: str | Path) -> None:
    """Trust a weight file, given by path or as the name of one in the model folders, by its digest."""
    path = files().get(str(name_or_path), Path(name_or_path))
    _check_kind(path)
    trusting.trust(path)


def remove(name: str) -> None:
    """Delete a weight file from the user's folder; files elsewhere are the user's own and stay."""
    mine = [path for path in _weight_files(paths.models()) if path.stem == name]
    if not mine:
        raise ModelUnavailable(f"There is no model called {name!r} in {paths.models()}.")
    for path in mine:
        try:
            path.unlink()
        except OSError as error:
            raise CannotWrite(f"{path} cannot be removed.") from error


def pull(name: str, token: Token, fetch: download.Fetch = download.fetch) -> Path:
    """Download a known model into the user's folder, checked by its sha256; an interrupted download is resumed."""
    entry = catalogue.BY_NAME.get(name)
    if name in mediapipe_models.MODELS:
        raise UnknownModel(f"{name} is part of MediaPipe, so there is no file to download.")
    if entry is None:
        raise _unknown(name)
    if not entry.digests:
        raise ModelUnavailable(
            f"{entry.file} has no published sha256, so it cannot be checked after a download; get it from "
            f"{entry.url} yourself, then run: maskstudio models add FILE --trust"
        )
    return fetch(entry, _folder() / entry.file, token)


def _state(name: str) -> ModelState:
    entry = catalogue.BY_NAME.get(name)
    title = entry.title if entry else f"{name}, added by you"
    size = entry.size if entry else None
    outlines = _BOTH if name.endswith("-seg") else _DETECT
    try:
        choice = choose(name)
        problem = _problem(choice.path)
    except ModelUnavailable as error:
        kind: State = "download" if entry and entry.digests else "unavailable"
        return ModelState(name, title, outlines, kind, str(error), size)
    except (Untrusted, CannotRead) as error:
        return ModelState(name, title, outlines, "unavailable", str(error), size)
    if problem:
        return ModelState(name, title, outlines, "unavailable", problem, size)
    note = f"Runs {choice.path.name} instead and keeps what that calls a {choice.label}." if choice.stands_in else ""
    return ModelState(name, title, outlines, "ready", note, size)


def _problem(path: Path) -> str:
    if importlib.util.find_spec("ultralytics") is None:
        return "Running YOLO models needs Ultralytics: pip install ultralytics."
    if path.suffix != ".onnx":
        return ""
    if importlib.util.find_spec("onnxruntime") is None:
        return "Running .onnx models needs onnxruntime: pip install 'maskstudio[onnx]'."
    if not _from_ultralytics(trusting.stamp(path)):
        return f"{path.name} is not a YOLO model exported by Ultralytics."
    return ""


@lru_cache(maxsize=256)
def _from_ultralytics(key: trusting.Stamp) -> bool:
    """Whether an .onnx file carries the exporter's notes, which stand at its end."""
    try:
        with Path(key[0]).open("rb") as file:
            file.seek(max(key[1] - 65536, 0))
            tail = file.read()
    except OSError as error:
        raise CannotRead(f"{key[0]} cannot be read.") from error
    return b"stride" in tail and b"names" in tail and b"task" in tail


def _weight_files(folder: Path) -> list[Path]:
    """The weight files in a folder, .pt before .onnx; none where there is no folder or it may not be read."""
    try:
        found = [path for suffix in SUFFIXES for path in sorted(folder.glob(f"*{suffix}"))]
        return [path for path in found if path.is_file()]
    except OSError:
        return []


def _loadable(path: Path) -> bool:
    try:
        return trusting.allowed(path)
    except CannotRead:
        return False


def _missing(entry: catalogue.Entry) -> str:
    searched = ", ".join(str(folder) for folder in paths.model_folders())
    get = f"run: maskstudio models pull {entry.name}, or add the file" if entry.digests else "add the file"
    return f"The model file {entry.file} was not found in {searched}; {get} with: maskstudio models add {entry.file}"


def _unknown(name: str) -> UnknownModel:
    names = sorted({*mediapipe_models.MODELS, *files(), *catalogue.BY_NAME})
    near = difflib.get_close_matches(name, names, 3, 0.5)
    hint = f"; near names are {', '.join(near)}" if near else ""
    return UnknownModel(f"There is no model called {name!r}{hint}.")


def _folder() -> Path:
    folder = paths.models()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"The folder {folder} cannot be made.") from error
    return folder


def _check_kind(path: Path) -> None:
    """Refuse what cannot be a weight file, by its name and first bytes."""
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
