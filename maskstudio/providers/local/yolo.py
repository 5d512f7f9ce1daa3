"""YOLO: objects boxed and outlined, from weight files of Ultralytics' kind, and from any that no other family knows.

Which file answers to a name, and how it stands, is decided here; ``networks.network`` loads it and looks.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from pathlib import Path

from maskstudio.core.arrays import Box
from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.errors import CannotRead, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local.networks import network, yolo_files
from maskstudio.providers.provider import Model, ModelState, Operation, Readiness
from maskstudio.providers.weights import store, trust
from maskstudio.providers.weights.weightfile import WeightFile, digests

_ABLE: frozenset[Operation] = frozenset({"detect", "cutout"})
_MANY = 100  # objects that together are a subject


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The file that answers to a model name; ``label`` is set where another model stands in by that class."""

    path: Path
    label: str | None = None

    @property
    def stands_in(self) -> bool:
        """Whether this is another model than the one asked for."""
        return self.label is not None


class Yolo:
    """The family. The networks used last stay loaded between calls."""

    name = "YOLO"
    libraries = ("ultralytics", "torch")
    weights: Mapping[str, WeightFile] = yolo_files.BY_NAME

    def __init__(self) -> None:
        self._networks = network.Networks()

    def models(self) -> Mapping[str, Model]:
        """The files we know and every other one in the model folders."""
        return {name: _model(name) for name in (*yolo_files.BY_NAME, *store.files())}

    def state(self, name: str) -> ModelState:
        """How the file called ``name`` stands now, or the one that stands in for it."""
        entry, model = yolo_files.BY_NAME.get(name), _model(name)
        state, note = _standing(name)
        title = model.title if entry else f"{name}, added by you"
        size = entry.size if entry else None
        return ModelState(name, title, model.operations, state, note, size, outlines=model.outlines)

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find objects of every class the model knows, or of the one class it stands in for."""
        choice = choose(params.model)
        token.step(0.05, f"Loading {choice.path.stem}")
        loaded = self._networks.get(choice.path, _known())
        found = network.detect(loaded, image, params, token, choice.label)
        if not choice.stands_in:
            return found
        return [replace(each, model=params.model, stand_in=choice.path.stem) for each in found]

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """Everything the model finds, as one subject."""
        found = self.detect(image, DetectParams(model=params.model, max_detections=_MANY), token)
        if not found:
            return Detection("subject", 0.0, (0, 0, 0, 0), Mask(image.width, image.height), params.model)
        mask = reduce(lambda below, each: combine(below, each.mask, "add"), found, Mask(image.width, image.height))
        lefts, tops, rights, bottoms = zip(*(each.box for each in found), strict=True)
        box: Box = (min(lefts), min(tops), max(rights), max(bottoms))
        return Detection("subject", found[0].score, box, mask, found[0].model)


def choose(name: str) -> ModelFile:
    """The file to load for ``name``: its own, or for people another model that outlines them.

    Raises ``UnknownModel``, ``ModelUnavailable`` when the file is missing, and ``Untrusted`` when it is here but may
    not be loaded.
    """
    here = store.files()
    entry = yolo_files.BY_NAME.get(name)
    if name in here:
        return ModelFile(store.usable(here[name], _known()))
    if entry is None:
        raise UnknownModel(f"There is no model file called {name!r}.")
    if entry.label:
        for stem in [name.removeprefix("person_"), *yolo_files.STAND_INS, *here]:
            if stem in here and _outlines(stem) and _loadable(here[stem]):
                return ModelFile(here[stem], entry.label)
    raise store.missing(entry)


def _model(name: str) -> Model:
    """What a file can do, by its name: none is opened. A file of the user's own goes by its name alone."""
    entry = yolo_files.BY_NAME.get(name)
    return Model(name, entry.title if entry else name, _ABLE, outlines=_outlines(name))


def _outlines(name: str) -> bool:
    return name.endswith("-seg")


def _known() -> frozenset[str]:
    return digests(yolo_files.BY_NAME.values())


def _standing(name: str) -> tuple[Readiness, str]:
    """The state of a file and what there is to say about it."""
    entry = yolo_files.BY_NAME.get(name)
    try:
        choice = choose(name)
        problem = _problem(choice.path)
    except (ModelUnavailable, UnknownModel) as error:
        return ("download" if entry and entry.digests else "unavailable"), str(error)
    except (Untrusted, CannotRead) as error:
        return "unavailable", str(error)
    if problem:
        return "unavailable", problem
    return "ready", (
        f"Runs {choice.path.name} instead and keeps what that calls a {choice.label}." if choice.stands_in else ""
    )


def _problem(path: Path) -> str:
    """What keeps a file that is here from running, as one sentence; empty where nothing does."""
    if importlib.util.find_spec("ultralytics") is None:
        return "Running YOLO models needs Ultralytics: pip install ultralytics."
    if path.suffix != ".onnx":
        return ""
    if importlib.util.find_spec("onnxruntime") is None:
        return "Running .onnx models needs onnxruntime: pip install 'maskstudio[onnx]'."
    if not _from_ultralytics(trust.stamp(path)):
        return f"{path.name} is not a YOLO model exported by Ultralytics."
    return ""


@lru_cache(maxsize=256)
def _from_ultralytics(key: trust.WeightStamp) -> bool:
    """Whether an .onnx file carries the exporter's notes, which stand at its end."""
    try:
        with Path(key[0]).open("rb") as file:
            file.seek(max(key[1] - 65536, 0))
            tail = file.read()
    except OSError as error:
        raise CannotRead(f"{key[0]} cannot be read.") from error
    return b"stride" in tail and b"names" in tail and b"task" in tail


def _loadable(path: Path) -> bool:
    try:
        return trust.allowed(path, _known())
    except CannotRead:
        return False
