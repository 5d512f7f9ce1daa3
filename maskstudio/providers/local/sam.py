"""Segment Anything: selects what is pointed at in an encoded photo; from .pt files or two .onnx files. FastSAM too.

This module decides which files belong to a name and in which state they are; ``networks`` loads and runs them.
Encodings are kept on disk, see ``encodings``.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maskstudio.core.arrays import Pixels8
from maskstudio.core.image import Image
from maskstudio.core.seen import visible
from maskstudio.errors import CannotRead, ModelUnavailable, UnknownModel, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.local.encodings import ENCODINGS, PhotoMaps, key_of
from maskstudio.providers.local.networks import fastsam, onnx_quiet, sam_files, samnetwork, samonnx
from maskstudio.providers.local.networks.pointnetwork import PointNetwork
from maskstudio.providers.local.networks.sam_files import DECODER, ENCODER, halves
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.provider import Model, ModelState, Operation, Readiness
from maskstudio.providers.weights import store, trust
from maskstudio.providers.weights.weightfile import About, WeightFile, digests
from maskstudio.selection.prompt import Selector

_ABLE: frozenset[Operation] = frozenset({"select"})
_GROWTH = 3  # memory of a loaded network over the size of its files: there are buffers
_NEEDS = {
    "ultralytics": "Running SAM models from .pt files needs Ultralytics: pip install ultralytics.",
    "onnxruntime": onnx_quiet.MISSING,
}


@dataclass(frozen=True, slots=True)
class SamFiles:
    """The files of a model: a .pt file alone, or an encoder and a decoder."""

    encoder: Path
    decoder: Path | None = None

    @property
    def library(self) -> str:
        """The package that runs them."""
        return "ultralytics" if self.decoder is None else "onnxruntime"

    @property
    def key(self) -> tuple[trust.WeightStamp, ...]:
        """A key that changes when a file is replaced. Raises ``CannotRead``."""
        return tuple(trust.stamp(each) for each in (self.encoder, self.decoder) if each is not None)


class Sam:
    """The family of Segment Anything. The networks used last stay in memory, see ``warm``."""

    name = "Segment Anything"
    libraries = ("ultralytics", "torch")
    weights: Mapping[str, WeightFile] = sam_files.BY_NAME

    def models(self) -> Mapping[str, Model]:
        """The known files, and pairs of an encoder and a decoder in the model folders, under what they share."""
        halves = [name for name in store.files() if name.endswith((ENCODER, DECODER))]
        pairs = dict.fromkeys(name.removesuffix(ENCODER).removesuffix(DECODER) for name in halves)
        return {name: _model(name) for name in (*sam_files.BY_NAME, *pairs)}

    def state(self, name: str) -> ModelState:
        """The current state of the files of ``name``."""
        entry = sam_files.BY_NAME.get(name)
        return _model(name).now(*_standing(name), entry.size if entry else None)

    def open_selector(self, image: Image, model: str, token: Token) -> Selector:
        """Encode the photo, or find its encoding on disk; what is pointed at is decoded from that."""
        from maskstudio.providers.local.samselector import SamSelector  # imported here: it needs SciPy

        photo = visible(image)
        network, encoding = _encoded(photo, model, token)
        selector = SamSelector(photo, network, encoding)
        token.step(1.0, "Ready")
        return selector

    def encode_ahead(self, image: Image, model: str, token: Token) -> None:
        """Encode the photo and keep that on disk, see ``EncodesAhead``."""
        _encoded(visible(image), model, token)


def _encoded(photo: Pixels8, model: str, token: Token) -> tuple[PointNetwork, PhotoMaps]:
    """The network ``model``, and what it made of a photo (H, W, 3), now or earlier."""
    files = _files(model)
    token.step(0.05, "Loading the model")
    stamps = files.key
    size = _GROWTH * sum(each[1] for each in stamps)
    network = WARM.get(model, stamps, size, lambda: _loaded(model, files))
    token.step(0.2, "Encoding the photo")
    key = key_of(f"{files.library} {trust.digest(files.encoder)}", photo)
    return network, ENCODINGS.get(key, network.fits, lambda: network.encode(photo, token.part(0.2, 0.95)))


def _model(name: str) -> Model:
    entry = sam_files.BY_NAME.get(name)
    about = entry.about if entry else About("Two files of a selection model that you added.")
    return Model(name, entry.title if entry else f"{name}, added by you", _ABLE, about=about)


def _files(name: str) -> SamFiles:
    """The files of ``name``, which may be loaded.

    Raises ``UnknownModel``, ``ModelUnavailable`` if one is missing, ``Untrusted`` if it must not be loaded.
    """
    here, entry = store.files(), sam_files.BY_NAME.get(name)
    if entry is not None and name in here and here[name].suffix == ".pt":
        return SamFiles(store.usable(here[name], _known()))
    encoder, decoder = map(here.get, halves(name))
    if encoder is not None and decoder is not None and {encoder.suffix, decoder.suffix} == {".onnx"}:
        return SamFiles(encoder, decoder)
    if encoder is not None:
        raise ModelUnavailable(f"{encoder.name} needs {name}{DECODER}.onnx beside it, which was not found.")
    if decoder is not None and entry is None:
        raise ModelUnavailable(f"{decoder.name} needs {name}{ENCODER}.onnx beside it, which was not found.")
    raise store.missing(entry) if entry is not None else UnknownModel(f"There is no model file called {name!r}.")


def _standing(name: str) -> tuple[Readiness, str]:
    """The state of a model and a note about it."""
    try:
        files = _files(name)
    except (ModelUnavailable, UnknownModel, Untrusted, CannotRead) as error:
        entry = sam_files.BY_NAME.get(name)
        to_be_had = entry is not None and entry.digests and not {name, *halves(name)} & store.files().keys()
        return ("download" if to_be_had else "unavailable"), str(error)
    lacking = importlib.util.find_spec(files.library) is None
    return ("unavailable", _NEEDS[files.library]) if lacking else ("ready", "")


def _known() -> frozenset[str]:
    return digests(sam_files.ENTRIES)


def _loaded(name: str, files: SamFiles) -> PointNetwork:
    if files.decoder is not None:
        return samonnx.load(name, files.encoder, files.decoder)
    builder = sam_files.BY_NAME[name].builder
    if not builder:
        return fastsam.load(files.encoder, _known())
    return samnetwork.load(files.encoder, builder, _known())
