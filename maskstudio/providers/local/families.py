"""The table of what runs on this machine: a row for each family of models, and what is asked of all of them.

A new family is one file beside this one and one row here. Names are looked for from the first row to the last, so the
last is the one that takes weight files nobody else knows.
"""

import difflib
from pathlib import Path

from maskstudio.errors import BadParameter, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local.mediapipe import MediaPipe
from maskstudio.providers.local.yolo import Yolo
from maskstudio.providers.provider import Family, Model, ModelState, Operation
from maskstudio.providers.weights import download, store
from maskstudio.providers.weights.weightfile import digests

FAMILIES: tuple[Family, ...] = (MediaPipe(), Yolo())

_WORDS: dict[Operation, str] = {
    "detect": "detect objects",
    "cutout": "cut out a subject",
    "select": "select what is pointed at",
}
_NAMED = 3  # models that a sentence names instead


def states() -> list[ModelState]:
    """Every model of every family with its state now, in the order of the table, each name once."""
    found: dict[str, ModelState] = {}
    for family in FAMILIES:
        for name in family.models():
            if name not in found:
                found[name] = family.state(name)
    return list(found.values())


def family_of(model: str) -> Family:
    """The family that has the model of this name; ``UnknownModel``, with near names, where none has."""
    found = _having(model)
    if found is None:
        names = sorted({name for family in FAMILIES for name in family.models()})
        near = difflib.get_close_matches(model, names, 3, 0.5)
        hint = f"; near names are {', '.join(near)}" if near else ""
        raise UnknownModel(f"There is no model called {model!r}{hint}.")
    return found


def able(model: str, operation: Operation) -> Family:
    """The family that does this with the model; ``UnknownModel``, or ``BadParameter`` saying which models can."""
    family = family_of(model)
    if operation in family.models()[model].operations:
        return family
    able = [each for family in FAMILIES for each in family.models().values() if operation in each.operations]
    able.sort(key=lambda each: not each.outlines)
    instead = ", ".join(each.name for each in able[:_NAMED])
    rest = f"models that can are {instead}." if able else "no model on this machine can."
    raise BadParameter(f"{model} cannot {_WORDS[operation]}; {rest}")


def title(model: str) -> str:
    """A model's title in plain words; one that nobody here knows is called by its name."""
    found = _described(model)
    return found.title if found else model


def outlines(model: str) -> bool:
    """Whether a model draws the shape of what it finds; one that nobody here knows may find boxes."""
    found = _described(model)
    return found is not None and found.outlines


def version(model: str) -> str:
    """The library that runs a model, with its version, for a layer's provenance; empty where nobody here knows it."""
    from importlib import metadata  # brings half of the e-mail library

    family = _having(model)
    if family is None:
        return ""
    library = family.libraries[0]
    try:
        return f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return library


def add(path: Path, *, trust: bool = False) -> str:
    """Copy a weight file into the user's folder and return the model's name; with ``trust`` also trust its digest.

    Raises ``Untrusted`` for a file that no family knows without ``trust``, ``BadInput`` for what is no weight file.
    """
    known = digests(entry for family in FAMILIES for entry in family.weights.values())
    return store.add(path, known, trust=trust)


def pull(model: str, token: Token, fetch: download.Fetch = download.fetch) -> Path:
    """Download a model's weight file into the user's folder, checked by its sha256.

    Raises ``UnknownModel`` where there is no such file, ``ModelUnavailable`` where it cannot be had or checked.
    """
    family = family_of(model)
    if not family.weights:
        raise UnknownModel(f"{model} is part of {family.name}, so there is no file to download.")
    if model not in family.weights:
        raise UnknownModel(f"{model} is a file of your own, so there is none to download.")
    return store.pull(family.weights[model], token, fetch)


def _having(model: str) -> Family | None:
    return next((family for family in FAMILIES if model in family.models()), None)


def _described(model: str) -> Model | None:
    family = _having(model)
    return family.models()[model] if family else None
