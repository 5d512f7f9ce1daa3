"""YOLO: objects boxed and outlined, from Ultralytics' weight files and from any that no other family knows.

This module decides which file belongs to a name and in which state it is; ``networks.network`` loads and runs it.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from pathlib import Path

from maskstudio.core.arrays import Box, Pixels8, Real
from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.core.seen import visible
from maskstudio.errors import CannotRead, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local.networks import network, onnx_quiet, yolo_files
from maskstudio.providers.local.networks.featuremaps import feature_maps, maps_of
from maskstudio.providers.local.networks.sam_files import DECODER, ENCODER
from maskstudio.providers.local.wording import lacking, understood
from maskstudio.providers.provider import Model, ModelState, Operation, Readiness
from maskstudio.providers.weights import store, trust
from maskstudio.providers.weights.weightfile import About, WeightFile, digests
from maskstudio.selection.prompt import Candidate, Selector

_ABLE: frozenset[Operation] = frozenset({"detect", "cutout"})
_POINTED: frozenset[Operation] = frozenset({"select"})  # with what the inside of a .pt file that draws outlines tells
_SURE = 0.5  # confidence of an object that a click takes as a whole
_MANY = 100  # most objects that are combined into a subject


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The file used for a model name; ``label`` is the class to keep if the file is another model that replaces it."""

    path: Path
    label: str | None = None

    @property
    def stands_in(self) -> bool:
        """Whether this is another model than the requested one."""
        return self.label is not None


class Yolo:
    """The family of YOLO models. The networks used last stay in memory, see ``warm``."""

    name = "YOLO"
    libraries = ("ultralytics", "torch")
    weights: Mapping[str, WeightFile] = yolo_files.BY_NAME

    def models(self) -> Mapping[str, Model]:
        """The known files and all other files in the model folders, but for halves of a selection model and for text
        encoders.
        """
        here = {
            name: path
            for name, path in store.files().items()
            if not name.endswith((ENCODER, DECODER)) and path.suffix != ".ts"
        }
        return {name: _model(name, here.get(name)) for name in (*yolo_files.BY_NAME, *here)}

    def state(self, name: str) -> ModelState:
        """The current state of the file called ``name``, or of the one that replaces it."""
        entry, model = yolo_files.BY_NAME.get(name), _model(name, store.files().get(name))
        state, note = _standing(name)
        return model.now(state, note, entry.size) if entry else model.now(state, note, title=f"{name}, added by you")

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find objects of every class of the model, or of one class if it replaces another model; or what it is asked
        for in words, see ``wording``.
        """
        choice = choose(params.model)
        token.step(0.05, "Loading the model")
        loaded = network.get(choice.path, _known())
        classes, vocabulary = understood(loaded, params, choice.label, token)
        found = network.detect(loaded, image, params, token, classes, vocabulary)
        if not choice.stands_in:
            return found
        return [replace(each, model=params.model, stand_in=choice.path.stem) for each in found]

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """Everything the model finds, combined into one subject."""
        found = self.detect(image, DetectParams(model=params.model, max_detections=_MANY), token)
        if not found:
            return Detection("subject", 0.0, (0, 0, 0, 0), Mask(image.width, image.height), params.model)
        mask = reduce(lambda below, each: combine(below, each.mask, "add"), found, Mask(image.width, image.height))
        lefts, tops, rights, bottoms = zip(*(each.box for each in found), strict=True)
        box: Box = (min(lefts), min(tops), max(rights), max(bottoms))
        return Detection("subject", found[0].score, box, mask, found[0].model)

    def open_selector(self, image: Image, model: str, token: Token) -> Selector:
        """Point at things in the photo: at the objects that the model is sure of, and at anything else, where what it
        sees is judged beside colours and borders.
        """
        from maskstudio.selection.outlined import ObjectSelector  # imported here: they need SciPy
        from maskstudio.selection.selector import RegionSelector

        choice = choose(model)
        token.step(0.05, "Loading the model")
        loaded = network.get(choice.path, _known())
        sure = DetectParams(model=model, confidence=_SURE, max_detections=_MANY)
        classes, vocabulary = understood(loaded, sure, choice.label, token)
        token.step(0.4, "Looking")
        rgb = visible(image)
        sight = loaded.look(rgb, _SURE, classes, vocabulary, inside=True)
        found = network.masked(loaded, sight, image, sure, token)
        objects = [Candidate(each.mask, each.score or 0.0) for each in found]
        whole = maps_of(sight)

        def described(part: Pixels8) -> tuple[Real, ...]:
            return whole if part.shape == rgb.shape else feature_maps(loaded, part)

        return ObjectSelector(rgb, objects, RegionSelector(rgb, token, described))


def choose(name: str) -> ModelFile:
    """The file to load for ``name``: its own, or, for people, another model that outlines them.

    Raises ``UnknownModel``, ``ModelUnavailable`` if the file is missing, ``Untrusted`` if it must not be loaded.
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


def _model(name: str, path: Path | None) -> Model:
    """What a file can do, judged by its name: no file is opened. The user's own files have their name as title."""
    entry = yolo_files.BY_NAME.get(name)
    about = entry.about if entry else About("A file that you added.")
    whole = entry is None or entry.label is None  # those of people alone know little of other things
    seen = whole and _outlines(name) and (path is None or path.suffix == ".pt")
    able = _ABLE | _POINTED if seen else _ABLE
    if yolo_files.opened(name):  # it has to be asked, and inside it looks for words
        able = frozenset({"detect"})
    return Model(
        name, entry.title if entry else name, able,
        outlines=_outlines(name), words=bool(yolo_files.opened(name)), about=about,
    )  # fmt: skip


def _outlines(name: str) -> bool:
    return name.endswith(("-seg", "-seg-pf"))


def _known() -> frozenset[str]:
    return digests(yolo_files.BY_NAME.values())


def _standing(name: str) -> tuple[Readiness, str]:
    """The state of a file and a note about it."""
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
    if choice.stands_in:
        return "ready", f"Runs {choice.path.name} instead and keeps what that calls a {choice.label}."
    encoder = yolo_files.opened(name) if choice.path.suffix == ".pt" else ""
    return "ready", lacking(encoder, name) if encoder else ""


def _problem(path: Path) -> str:
    """One sentence that says why an existing file cannot run; empty if it can."""
    if importlib.util.find_spec("ultralytics") is None:
        return "Running YOLO models needs Ultralytics: pip install ultralytics."
    if path.suffix != ".onnx":
        return ""
    if importlib.util.find_spec("onnxruntime") is None:
        return onnx_quiet.MISSING
    if not _from_ultralytics(trust.stamp(path)):
        return f"{path.name} is not a YOLO model exported by Ultralytics."
    return ""


@lru_cache(maxsize=256)
def _from_ultralytics(key: trust.WeightStamp) -> bool:
    """Whether an .onnx file holds the exporter's metadata, which is at its end."""
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
