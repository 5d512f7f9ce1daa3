"""What a YOLO model is asked to find, in words: classes of a fixed vocabulary, or any words for an open one."""

import importlib.util
from pathlib import Path

from maskstudio import paths
from maskstudio.errors import BadParameter, CannotRead, ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local.networks import word_files, wordencoder
from maskstudio.providers.local.networks.network import Network
from maskstudio.providers.local.networks.vocabulary import Vocabulary
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import store, trust
from maskstudio.providers.weights.weightfile import WeightFile, digests

KNOWN = digests(word_files.ENTRIES)
NO_TORCH = "Reading words needs torch: pip install torch."
_GROWTH = 2  # memory of a loaded encoder over the size of its file: halves become floats
_EXAMPLES = 5  # words that an error names


def words_of(prompt: str) -> tuple[str, ...]:
    """The words of a prompt, which commas separate, each once."""
    return tuple(dict.fromkeys(" ".join(each.split()) for each in prompt.split(",") if each.strip()))


def refuse_words(params: DetectParams) -> None:
    """Raise BadParameter if a model that understands none is asked in words."""
    if words_of(params.prompt):
        raise BadParameter(f"{params.model} cannot be asked in words; YOLOE and YOLO-World models can.")


def understood(
    network: Network, params: DetectParams, label: str | None, token: Token
) -> tuple[list[int] | None, Vocabulary | None]:
    """What ``network`` has to look for: classes by number (None for all), or a vocabulary.

    ``label`` is the only class that the model may find, None if it may find all. Raises ``BadParameter`` for words that
    it does not know, or none where it needs some; ``ModelUnavailable`` or ``Untrusted`` if the text encoder is missing.
    """
    words = words_of(params.prompt)
    if not words:
        if network.speechless:
            raise BadParameter(f"{params.model} finds what it is asked for in words, such as: red car, dog; say what.")
        return network.classes(label), None
    if network.encoder and label is None:
        token.step(0.1, "Reading the words")
        return None, Vocabulary(words, _encoder(network.encoder, params.model).directions(words))
    names = {name.lower(): name for name in ([label] if label else network.names.values())}
    strange = [word for word in words if word.lower() not in names]
    if strange:
        some = ", ".join(list(names.values())[:_EXAMPLES])
        what = f"only {some}" if len(names) <= _EXAMPLES else f"{len(names)} words, the first of which are {some}"
        raise BadParameter(f"{params.model} cannot look for {', '.join(strange)}: it knows {what}.")
    return [number for word in words for number in network.classes(names[word.lower()]) or ()], None


def file_of(entry: WeightFile) -> Path | None:
    """The file of a text encoder; None if it is not in the model folders."""
    path = store.files().get(entry.name)
    return path if path is not None and path.suffix == entry.suffix else None


def lacking(encoder: str, model: str) -> str:
    """One sentence that says why the words for ``model`` cannot be read; empty if they can."""
    try:
        _usable(encoder, model)
    except (ModelUnavailable, Untrusted, CannotRead) as error:
        return str(error)
    return ""


def _usable(encoder: str, model: str) -> Path:
    """The file of the text encoder that the network of ``model`` names.

    Raises ``ModelUnavailable`` if there is none or it cannot run, ``Untrusted`` if it must not be loaded, CannotRead.
    """
    entry = word_files.BY_NAME.get(word_files.ENCODERS.get(encoder, ""))
    if entry is None:
        raise ModelUnavailable(
            f"{model} understands words only with the text encoder {encoder}, which maskstudio does not know."
        )
    if importlib.util.find_spec("torch") is None:
        raise ModelUnavailable(NO_TORCH)
    path = file_of(entry)
    if path is None:
        folders = ", ".join(str(folder) for folder in paths.model_folders())
        raise ModelUnavailable(
            f"{model} understands words only with the text encoder {entry.file}, which was not found in {folders}; "
            f"{_way(entry)}"
        )
    return store.usable(path, KNOWN)


def _way(entry: WeightFile) -> str:
    """How to get a text encoder, as the end of a sentence."""
    if entry.digests:
        return f"run: maskstudio models pull {entry.name}"
    return f"get it from {entry.url} yourself, then run: maskstudio models add {entry.file} --trust"


def _encoder(encoder: str, model: str) -> wordencoder.WordEncoder:
    """The text encoder that a network names, loaded now or still in memory."""
    path = _usable(encoder, model)
    key = trust.stamp(path)
    return WARM.get(path.stem, key, _GROWTH * key[1], lambda: wordencoder.load(path, KNOWN))
