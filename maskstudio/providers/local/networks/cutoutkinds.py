"""How a cut-out network wants its picture and what its answer means: read from a sidecar, the file's metadata, its
name, or its graph, in this order. Runs nothing.

A sidecar is ``NAME.toml`` or ``NAME.json`` beside ``NAME.onnx``. Its keys, all of which the metadata of the file may
have too: ``size`` (px, or [height, width]), ``mean`` and ``std`` (three shares of 255, as model cards state them),
``output`` (a name), ``answer`` ("share" for 0..1, or "logits"), ``stretch`` (true to stretch the answer from 0 to 1).
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from maskstudio.errors import ModelUnavailable
from maskstudio.providers.local.networks.onnxgraph import FLOAT, FLOAT16, Port, Ports

Triple = tuple[float, float, float]

_IMAGENET: tuple[Triple, Triple] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_USUAL = (1024, 1024)  # px, where a graph takes any size and nothing says which
_SMALLEST, _LARGEST = 32, 4096  # px of a side that is believed
_BEST_NAMES = ("output", "alpha", "alphas", "mask", "output_image", "pha")
_SIDECAR_LIMIT = 65536  # bytes
SIDECARS = {".toml": tomllib.loads, ".json": json.loads}


@dataclass(frozen=True, slots=True)
class Feed:
    """How to ask a network: ``size`` (height, width) in px; colours are divided by 255, or by the brightest value of
    the photo if ``brightest``, less ``mean``, divided by ``std``. ``answer`` says whether it gives shares or logits,
    "" if only the values can tell; ``stretch`` that they are stretched to reach from 0 to 1.
    """

    size: tuple[int, int] = _USUAL
    mean: Triple = _IMAGENET[0]
    std: Triple = _IMAGENET[1]
    answer: Literal["share", "logits", ""] = ""
    stretch: bool = False
    brightest: bool = False


_U2NET = Feed((320, 320), *_IMAGENET, "share", stretch=True, brightest=True)
_ISNET = Feed(_USUAL, (128 / 255,) * 3, (256 / 255,) * 3, "share")
_DIS = Feed(_USUAL, (0.5,) * 3, (1.0,) * 3, "share", stretch=True)
_ANIME = Feed(_USUAL, _IMAGENET[0], (1.0,) * 3, "share", stretch=True, brightest=True)
_BIREFNET = Feed(_USUAL, *_IMAGENET, "logits")
_MODNET = Feed((512, 512), (0.5,) * 3, (0.5,) * 3, "share")

# What stands in a file's name, the first that does counts.
_BY_NAME: tuple[tuple[str, Feed], ...] = (
    ("isnet-general-use", replace(_DIS, brightest=True)),
    ("isnet-anime", _ANIME),
    ("isnetis", _ANIME),
    ("isnet", _ISNET),
    ("rmbg-2", _BIREFNET),
    ("rmbg", _DIS),
    ("birefnet", _BIREFNET),
    ("u2net", _U2NET),
    ("silueta", _U2NET),
    ("modnet", _MODNET),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a network: how to feed it, its input, and the output to read."""

    feed: Feed
    entry: Port
    answer: Port


def entry_of(found: Ports) -> Port | None:
    """The one picture that a model takes, (1, 3, H, W); None if it takes anything else."""
    if len(found.inputs) != 1:
        return None
    port = found.inputs[0]
    if len(port.shape) != 4 or port.kind not in (FLOAT, FLOAT16):
        return None
    batch, channels, *sides = port.shape
    fit = all(side is None or _SMALLEST <= side <= _LARGEST for side in sides)
    return port if batch in (None, 1) and channels == 3 and fit else None


def answers_of(found: Ports, entry: Port) -> list[Port]:
    """The outputs that may be masks of the picture: one channel, and its sizes, or whole parts of them."""
    return [port for port in found.outputs if port.kind in (FLOAT, FLOAT16) and _like(port.shape, entry.shape)]


def cuts_out(found: Ports | None) -> bool:
    """Whether a model looks like a cut-out network: one picture in, a mask of it out."""
    entry = entry_of(found) if found else None
    return found is not None and entry is not None and bool(answers_of(found, entry))


def kind_of(path: Path, found: Ports, known: str, endings: Mapping[str, str]) -> Kind:
    """How to run the model in ``path``, whose ports are ``found``. ``known`` is its name in the catalogue, or "".

    ``endings`` are the operations that its outputs end with. Raises ``ModelUnavailable`` for a model that is no cut-out
    network, and for a sidecar that cannot be used.
    """
    entry = entry_of(found)
    answers = answers_of(found, entry) if entry else []
    if entry is None or not answers:
        raise ModelUnavailable(f"{path.name} is not a cut-out model: it must take one photo and give one mask of it.")
    base = _named(known or path.stem)
    own, sidecar = dict(found.metadata), _sidecar(path)
    try:
        told = _wished(own, answers)
    except ValueError:  # another program's metadata, which means something else by these words
        told = {}
    try:
        told |= _wished(sidecar, answers)
    except ValueError as error:
        raise ModelUnavailable(f"What is said beside {path.name} of how to run it cannot be used: {error}.") from error
    answer = told.pop("output", None) or _best(answers)
    feed = base or _guessed(entry, endings.get(answer.name, ""))
    if "mean" in told:
        feed = replace(feed, brightest=False)
    return Kind(_fitted(replace(feed, **told), entry), entry, answer)


def guessed(path: Path) -> bool:
    """Whether nothing but a model's sizes says how it wants its picture: neither its name nor a sidecar."""
    return _named(path.stem) is None and not any(path.with_suffix(suffix).is_file() for suffix in SIDECARS)


def _like(shape: tuple[int | None, ...], entry: tuple[int | None, ...]) -> bool:
    if len(shape) != 4 or shape[0] not in (None, 1) or shape[1] != 1:
        return False
    sides = [side for side in shape[2:] if side is not None]
    whole = [side for side in entry[2:] if side is not None]
    return len(sides) < 2 or len(whole) < 2 or whole_part(sides, whole)


def whole_part(sides: Sequence[int], whole: Sequence[int]) -> bool:
    """Whether height and width are those of the picture, or whole parts of them."""
    parts = {full / side for side, full in zip(sides, whole, strict=True) if side}
    return len(parts) == 1 and parts.pop() in (1, 2, 4)


def _best(answers: list[Port]) -> Port:
    return next((port for name in _BEST_NAMES for port in answers if port.name == name), answers[0])


def _named(name: str) -> Feed | None:
    lower = name.lower()
    return next((feed for part, feed in _BY_NAME if part in lower), None)


def _guessed(entry: Port, ending: str) -> Feed:
    """What networks of this size mostly are: ISNet's kin ends with shares, BiRefNet's with logits, U²-Net is small."""
    sure = ending in ("Sigmoid", "HardSigmoid", "Clip", "Softmax")
    if entry.shape[2] is not None and entry.shape[2] <= 512:
        return Feed(_USUAL, *_IMAGENET, "share" if sure else "")
    return _ISNET if sure else replace(_BIREFNET, answer="")


def _fitted(feed: Feed, entry: Port) -> Feed:
    """The feed at the size that the graph has, where it has one."""
    height, width = entry.shape[2:]
    return replace(feed, size=(height or feed.size[0], width or feed.size[1]))


def _wished(said: Mapping[str, Any], answers: list[Port]) -> dict[str, Any]:
    """What a sidecar or the metadata of a file says, checked. Raises ``ValueError`` with half a sentence."""
    wished: dict[str, Any] = {}
    for name in ("mean", "std"):
        if name in said:
            wished[name] = _triple(name, _plain(said[name]))
    if "size" in said:
        wished["size"] = _size(_plain(said["size"]))
    if "stretch" in said:
        wished["stretch"] = bool(_plain(said["stretch"]))
    if "answer" in said:
        if said["answer"] not in ("share", "logits"):
            raise ValueError("answer must be share or logits")
        wished["answer"] = said["answer"]
    if "output" in said:
        wished["output"] = next((port for port in answers if port.name == said["output"]), None)
        if wished["output"] is None:
            raise ValueError(f"no mask comes out under the name {str(said['output'])[:100]}")
    return wished


def _triple(name: str, value: object) -> Triple:
    numbers = [value] * 3 if isinstance(value, int | float) else value
    if not (isinstance(numbers, list) and len(numbers) == 3 and all(isinstance(one, int | float) for one in numbers)):
        raise ValueError(f"{name} must be three numbers")
    if not all(-10 <= one <= 10 for one in numbers) or (name == "std" and not all(one > 1e-3 for one in numbers)):
        raise ValueError(f"{name} must be shares of 255, such as 0.5")
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _size(value: object) -> tuple[int, int]:
    sides = [value] * 2 if isinstance(value, int) else value
    if not (isinstance(sides, list) and len(sides) == 2 and all(isinstance(side, int) for side in sides)):
        raise ValueError("size must be one or two whole numbers")
    if not all(_SMALLEST <= side <= _LARGEST for side in sides):
        raise ValueError(f"size must be from {_SMALLEST} to {_LARGEST} px")
    return sides[0], sides[1]


def _plain(value: object) -> object:
    """A value of the metadata, where all are texts, as what it says."""
    return json.loads(value) if isinstance(value, str) else value


def _sidecar(path: Path) -> dict[str, Any]:
    """What the sidecar of a model says; empty without one. Raises ``ModelUnavailable`` if it cannot be read."""
    for suffix, read in SIDECARS.items():
        beside = path.with_suffix(suffix)
        if not beside.is_file():
            continue
        try:
            said = read(beside.read_text("utf-8")) if beside.stat().st_size <= _SIDECAR_LIMIT else None
        except (OSError, ValueError, RecursionError) as error:
            raise ModelUnavailable(f"{beside.name}, which says how to run {path.name}, cannot be read.") from error
        if not isinstance(said, dict):
            raise ModelUnavailable(f"{beside.name}, which says how to run {path.name}, holds something else.")
        return said
    return {}
