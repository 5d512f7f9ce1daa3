"""How long each model takes on this machine: measured once, with the sample photo at a megapixel, and kept."""

import os
import platform
import statistics
import time
from pathlib import Path
from typing import Any

from maskstudio import paths
from maskstudio.core import jsonfile
from maskstudio.core.cv import cv2
from maskstudio.core.files import read_image
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.provider import Model, Provider
from maskstudio.selection.prompt import Prompt

_SIZE = (924, 1083)  # px, a megapixel with the sample's proportions
_TIMES = 3  # runs after the first one, which loads the model; the middle one counts
_LONG = 4.0  # s; a model that takes longer runs once more only


def measure(model: Model, provider: Provider, edition: str, token: Token) -> float:
    """The seconds that ``model`` takes for a photo of a megapixel once it is loaded, which are kept for ``edition``.

    Raises the errors of the model, and CannotWrite.
    """
    image, token = _photo(), token.called(f"Measuring {model.title}")
    token.step(0.0)
    _run(model, provider, image, token.part(0.0, 0.4))
    taken: list[float] = []
    while len(taken) < _TIMES and not (taken and taken[-1] > _LONG):
        stage = 0.4 + 0.6 * len(taken) / _TIMES
        token.step(stage)
        began = time.perf_counter()
        _run(model, provider, image, token.part(stage, stage + 0.6 / _TIMES))
        taken.append(time.perf_counter() - began)
    seconds = statistics.median(taken)
    _keep(model.name, edition, seconds)
    return seconds


def known() -> dict[str, tuple[str, float]]:
    """What was measured on this machine: edition and seconds for a megapixel, by the name of the model."""
    found: dict[str, tuple[str, float]] = {}
    for name, row in _here(jsonfile.read(_file())).items():
        try:
            found[name] = (str(row["edition"]), float(row["seconds"]))
        except (TypeError, KeyError, ValueError):  # damaged by hand: as if it were not there
            continue
    return found


def _photo() -> Image:
    """The sample photo, enlarged to a megapixel."""
    pixels = read_image(paths.resource(paths.SAMPLE)).image.rgb8()
    return Image(cv2.resize(pixels, _SIZE, interpolation=cv2.INTER_CUBIC), name="sample")


def _run(model: Model, provider: Provider, image: Image, token: Token) -> None:
    """Run the first operation that the model has."""
    if "detect" in model.operations:
        asked = "person" if model.words else ""
        provider.detect(image, DetectParams(model=model.name, prompt=asked), token)
    elif "cutout" in model.operations:
        provider.cutout(image, CutoutParams(model=model.name), token)
    else:
        middle = (image.width / 2, image.height / 2)
        provider.open_selector(image, model.name, token).predict(Prompt(include=(middle,)), token)


def _machine() -> str:
    """A name for this machine, for homes that several share."""
    return f"{platform.node()} {platform.machine()} {os.cpu_count()}"


def _file() -> Path:
    """The file of what was measured, by machine."""
    return paths.home() / "measured.json"


def _keep(name: str, edition: str, seconds: float) -> None:
    """Write what was measured into the file, beside what other windows and machines wrote. Raises CannotWrite."""

    def with_row(record: dict[str, Any]) -> dict[str, Any]:
        row = {"edition": edition, "seconds": round(seconds, 4)}
        return {**record, _machine(): {**_here(record), name: row}}

    jsonfile.change(_file(), with_row)


def _here(record: dict[str, Any]) -> dict[str, Any]:
    """What a record holds of this machine."""
    rows = record.get(_machine())
    return rows if isinstance(rows, dict) else {}
