"""Text encoders on the shelf: they find nothing themselves, but turn words into what open YOLO models look for."""

import importlib.util
from collections.abc import Mapping

from maskstudio.errors import CannotRead, Untrusted
from maskstudio.providers.local.networks import word_files
from maskstudio.providers.local.wording import KNOWN, NO_TORCH, file_of
from maskstudio.providers.provider import Model, ModelState
from maskstudio.providers.weights import store
from maskstudio.providers.weights.weightfile import WeightFile


class Words:
    """The family of text encoders, whose models have no operation of their own, see ``wording``."""

    name = "Text encoders"
    libraries = ("torch",)
    weights: Mapping[str, WeightFile] = word_files.BY_NAME

    def models(self) -> Mapping[str, Model]:
        """The known files."""
        return {entry.name: _model(entry) for entry in word_files.ENTRIES}

    def state(self, name: str) -> ModelState:
        """The current state of the file of ``name``."""
        entry = word_files.BY_NAME[name]
        model, path = _model(entry), file_of(entry)
        if path is None:
            return model.now("download" if entry.digests else "unavailable", str(store.missing(entry)), entry.size)
        try:
            store.usable(path, KNOWN)
        except (Untrusted, CannotRead) as error:
            return model.now("unavailable", str(error), entry.size)
        if importlib.util.find_spec("torch") is None:
            return model.now("unavailable", NO_TORCH, entry.size)
        return model.now("ready", size=entry.size)


def _model(entry: WeightFile) -> Model:
    return Model(entry.name, entry.title, frozenset(), outlines=False, about=entry.about)
