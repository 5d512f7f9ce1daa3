"""Finds out what works on this machine and what is missing, by trying it."""

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Literal

import numpy as np

from maskstudio import paths
from maskstudio.core.image import Image
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers import registry
from maskstudio.providers.local import families
from maskstudio.providers.provider import ModelState, Provider
from maskstudio.selection.prompt import Prompt
from maskstudio.services.keychain import keychain

Health = Literal["ok", "note", "broken"]
MARKS: dict[Health, str] = {"ok": "✓", "note": "•", "broken": "✗"}
_LIBRARIES = (
    "PySide6-Essentials",
    "opencv-python",
    "pillow-heif",
    "numpy",
    "scipy",
    "pymatting",
)
_EXTRAS = {"onnxruntime": "'maskstudio[onnx]'"}  # what a family needs that not everybody installs
_QT_TRIAL = "from PySide6.QtWidgets import QApplication; print(QApplication([]).platformName())"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check: ``detail`` says what was found and, if broken, what to do."""

    check: str
    state: Health
    detail: str


def examine() -> list[Diagnosis]:
    """Run all checks. Takes some seconds and uses no network; it may create the program's own folders, nothing else."""
    needed = (name for family in families.FAMILIES for name in family.libraries)
    return [
        Diagnosis("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *(_library(name) for name in dict.fromkeys((*_LIBRARIES, *needed))),
        _raw(),
        _folder(),
        _window(),
        _keychain(),
        *_models(),
    ]


def sound(findings: list[Diagnosis]) -> bool:
    """Whether nothing is broken."""
    return all(finding.state != "broken" for finding in findings)


def _library(name: str) -> Diagnosis:
    try:
        return Diagnosis(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        if name in _EXTRAS:
            return Diagnosis(name, "note", f"Not here, and only some models need it. Run: pip install {_EXTRAS[name]}")
        return Diagnosis(name, "broken", f"Not installed. Run: pip install {name}")


def _raw() -> Diagnosis:
    try:
        return Diagnosis("Camera RAW", "ok", f"rawpy {importlib.metadata.version('rawpy')}")
    except importlib.metadata.PackageNotFoundError:
        return Diagnosis("Camera RAW", "note", "LibRaw is not here. Run: pip install 'maskstudio[raw]'")


def _folder() -> Diagnosis:
    home = paths.home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Diagnosis("User folder", "broken", f"{home} cannot be written: {error.strerror}.")
    return Diagnosis("User folder", "ok", str(home))


def _window() -> Diagnosis:
    """Start Qt in a process of its own: a missing system library aborts that process, and must not abort this one."""
    try:
        trial = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _QT_TRIAL], capture_output=True, text=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return Diagnosis("Window", "broken", "Qt does not start within a minute.")
    if trial.returncode == 0:
        return Diagnosis("Window", "ok", f"Qt starts on '{trial.stdout.strip()}'")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and sys.platform == "linux":
        return Diagnosis("Window", "note", "There is no screen here; the command line works without one.")
    return Diagnosis("Window", "broken", "Qt cannot start; on Debian run packaging/system-libraries.sh.")


def _keychain() -> Diagnosis:
    if keychain().lasting:
        return Diagnosis("Keychain", "ok", "Keys of services are kept in it.")
    return Diagnosis("Keychain", "note", "There is none; keys of services last for the session or come from variables.")


def _models() -> list[Diagnosis]:
    """Run every ready model once on a small picture."""
    provider = registry.get("local")
    blank = Image(np.full((96, 128, 3), 128, np.uint8), name="trial")
    findings, missing = [], []
    for model in provider.models():
        if model.state != "ready":
            missing.append(model.name)
            continue
        if model.operations:  # text encoders have none of their own
            findings.append(_tried(model, provider, blank))
    if missing:
        detail = f"{', '.join(missing)}. `maskstudio models list` says how to get them."
        findings.append(Diagnosis("Not here", "note", detail))
    return findings


def _tried(model: ModelState, provider: Provider, image: Image) -> Diagnosis:
    """The result of running a model on ``image``, with the first operation it has."""
    try:
        if "detect" in model.operations:
            asked = "person" if model.words else ""
            provider.detect(image, DetectParams(model=model.name, prompt=asked), Token())
        elif "cutout" in model.operations:
            provider.cutout(image, CutoutParams(model=model.name), Token())
        else:
            middle = (image.width / 2, image.height / 2)
            provider.open_selector(image, model.name, Token()).predict(Prompt(include=(middle,)), Token())
    except MaskStudioError as error:
        return Diagnosis(model.name, "broken", str(error))
    return Diagnosis(model.name, "ok", f"Runs. {model.note}".strip())
