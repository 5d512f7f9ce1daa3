"""Makes an .onnx file of a YOLO .pt file, in a process that has no network, no home and limits on what it may take."""

import importlib.util
import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from maskstudio.core.atomic import reason
from maskstudio.errors import CannotWrite, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers import program
from maskstudio.providers.local.networks import onnx_quiet, sealed_export

log = logging.getLogger(__name__)

_USUAL = 120  # looks that a conversion takes, for its progress
_SAID = 2000  # bytes of what the process said that are logged


def problem() -> str:
    """One sentence that says why nothing can be converted here; empty if it can."""
    for name in ("ultralytics", "torch", "onnx", "onnxruntime"):
        if importlib.util.find_spec(name) is None:
            return f"Converting a model needs the package {name}: pip install {name}."
    if getattr(sys, "frozen", False):
        return "Converting a model needs maskstudio as a Python package: this build has no Python to run apart."
    return ""


def convert(weights: Path, name: str, into: Path, token: Token) -> Path:
    """Export ``weights``, a private copy of a trusted .pt file called ``name``, to a file in the folder ``into``.

    Nothing else of what the process does stays. Raises ModelUnavailable if it cannot be converted.
    """
    if said := problem():
        raise ModelUnavailable(said)
    try:
        with TemporaryDirectory(prefix="maskstudio-sealed-", ignore_cleanup_errors=True) as folder:
            inner = Path(folder)
            weights.replace(inner / "weights.pt")
            made = inner / "weights.onnx"
            if not _run(inner, name, token) or not made.is_file() or made.is_symlink():
                raise ModelUnavailable(f"{name} could not be converted: it is damaged or no YOLO model for pictures.")
            return made.replace(into / "weights.onnx")
    except OSError as error:
        raise CannotWrite(f"{name} could not be converted: {reason(error)}.") from error


def _run(folder: Path, name: str, token: Token) -> bool:
    """Run the script in ``folder`` to its end, or until the token is cancelled. Returns whether it went well."""
    command = [sys.executable, "-I", str(Path(sealed_export.__file__)), "weights.pt", "weights.onnx"]
    with (folder / "log").open("w+b") as said:
        status = program.run(
            command, folder, _environment(folder), said,
            lambda number: token.step(number / (number + _USUAL), "Converting the model"),
        )  # fmt: skip
        said.seek(max(said.seek(0, os.SEEK_END) - _SAID, 0))
        log.info("conversion of %s ended with %s: %s", name, status, said.read().decode("utf-8", "replace"))
    return status == 0


def _environment(folder: Path) -> dict[str, str]:
    """The variables of the process: none of the user's, and a home that is deleted afterwards."""
    here = str(folder)
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "YOLO_CONFIG_DIR", "MPLCONFIGDIR", "TORCH_HOME"), here)
    system = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **system, **own, "PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1",
        onnx_quiet.SWITCH: "1", "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "false",
    }  # fmt: skip
