"""The table of model families on this machine, and questions about all of them.

A new family is one file beside this one and one row here. Names are searched from the first row to the last; the last
row takes weight files that no other family knows.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

from maskstudio.errors import BadInput, BadParameter, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local import automatic, classical
from maskstudio.providers.local.automatic import Automatic
from maskstudio.providers.local.classical import Classical
from maskstudio.providers.local.mediapipe import MediaPipe
from maskstudio.providers.local.onnxcutout import OnnxCutout
from maskstudio.providers.local.sam import Sam
from maskstudio.providers.local.words import Words
from maskstudio.providers.local.yolo import Yolo
from maskstudio.providers.provider import Family, Model, ModelState, Operation
from maskstudio.providers.weights import download, store
from maskstudio.providers.weights.weightfile import WeightFile, digests

FAMILIES: tuple[Family, ...] = (
    Automatic(lambda: FAMILIES),
    Classical(),
    MediaPipe(),
    OnnxCutout(),
    Sam(),
    Words(),
    Yolo(),
)

_WORDS: dict[Operation, str] = {
    "detect": "detect objects",
    "cutout": "cut out a subject",
    "select": "select what is pointed at",
}
WEIGHTLESS = classical.NAME  # the model that is none
AUTOMATIC = automatic.NAME  # the choice among all others
_NAMED = 3  # other models that an error names


def listed() -> list[tuple[Family, ModelState]]:
    """Every model of every family with its current state, in the order of the table, each name once."""
    found: dict[str, tuple[Family, ModelState]] = {}
    with store.one_look():
        for family in FAMILIES:
            for name in family.models():
                if name not in found:
                    found[name] = family, family.state(name)
    return list(found.values())


def states() -> list[ModelState]:
    """The states of ``listed``, for whom the families are no matter."""
    return [state for _, state in listed()]


def family_of(model: str) -> Family:
    """The family that has the model ``model``. Raises ``UnknownModel``, with similar names, if there is none."""
    found = _having(model)
    if found is None:
        names = sorted({name for family in FAMILIES for name in family.models()})
        near = difflib.get_close_matches(model, names, 3, 0.5)
        hint = f"; near names are {', '.join(near)}" if near else ""
        raise UnknownModel(f"There is no model called {model!r}{hint}.")
    return found


def able(model: str, operation: Operation) -> Family:
    """The family that can do ``operation`` with the model.

    Raises ``UnknownModel``, or ``BadParameter`` naming models that can.
    """
    family = family_of(model)
    if operation in family.models()[model].operations:
        return family
    able = [each for family in FAMILIES for each in family.models().values() if operation in each.operations]
    able.sort(key=lambda each: not each.outlines)
    instead = ", ".join(each.name for each in able[:_NAMED])
    rest = f"models that can are {instead}." if able else "no model on this machine can."
    raise BadParameter(f"{model} cannot {_WORDS[operation]}; {rest}")


def ready(operation: Operation) -> list[str]:
    """The models that can do ``operation`` and run now, in the order of the table; what needs no model is last."""
    return [each.name for each in ready_of(states(), operation)]


def ready_of(every: Iterable[ModelState], operation: Operation) -> list[ModelState]:
    """Those of ``every`` that can do ``operation`` and run now, in their order; what needs no model is last."""
    able = [each for each in every if operation in each.operations and each.state == "ready"]
    return sorted(able, key=lambda each: each.name == WEIGHTLESS)


def title(model: str) -> str:
    """A model's title in plain words; the name itself for an unknown model."""
    found = _described(model)
    return found.title if found else model


def outlines(model: str) -> bool:
    """Whether a model draws the shape of what it finds; False for an unknown model, which may find boxes."""
    found = _described(model)
    return found is not None and found.outlines


def version(model: str) -> str:
    """The library that runs a model, with its version, for a layer's provenance; empty for an unknown model."""
    from importlib import metadata  # imported here: it loads half of the e-mail library

    family = _having(model)
    if family is None:
        return ""
    library = family.libraries[0]
    try:
        return f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return library


def known() -> frozenset[str]:
    """The sha256 sums of all weight files that some family knows, which may be loaded without asking."""
    return digests(entry for family in FAMILIES for entry in family.weights.values())


def weights(model: str) -> WeightFile:
    """What is known of a model's weight file. Raises ``UnknownModel`` if the model has none that is published."""
    family = family_of(model)
    if not family.weights:
        raise UnknownModel(f"{model} is part of {family.name}, so there is no file to download.")
    if model not in family.weights:
        raise UnknownModel(f"{model} is a file of your own, so there is none to download.")
    return family.weights[model]


def add(path: Path, token: Token | None = None, *, trust: bool = False) -> str:
    """Copy a weight file into the user's folder and return the model's name; ``trust`` also records that it is trusted.

    Raises ``Untrusted`` for a file that no family knows, without ``trust``, and ``BadInput`` for a file of another
    kind, or with the name of a model that needs none.
    """
    family = _having(path.stem)
    if family is not None and not family.weights:
        store.check_kind(path)
        raise BadInput(f"{path.name} has the name of a part of {family.name}; give the file another name first.")
    if family is None and path.suffix == ".ts":
        raise BadInput(f"{path.name} is no text encoder that we know; those are {', '.join(Words().models())}.")
    return store.add(path, known(), token, trust=trust)


def pull(model: str, token: Token, fetch: download.Fetch = download.fetch) -> Path:
    """Download a model's weight file into the user's folder and check its sha256.

    Raises ``UnknownModel`` if the model has no such file, ``ModelUnavailable`` if it cannot be downloaded or checked.
    """
    return store.pull(weights(model), token, fetch)


def _having(model: str) -> Family | None:
    return next((family for family in FAMILIES if model in family.models()), None)


def _described(model: str) -> Model | None:
    family = _having(model)
    return family.models()[model] if family else None
