"""The contract of providers and of model families on this machine. Knows none of them.

Coordinates are x, y in px from the top left corner of the image as it is shown; masks have the image's size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.weights.weightfile import UNSTATED, About, WeightFile
from maskstudio.selection.prompt import Selector

Operation = Literal["detect", "cutout", "select"]
Readiness = Literal["ready", "download", "unavailable"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its name at services, in files and on the command line, its title in plain words, and its operations.

    ``outlines`` says that it draws the shape of what it finds; otherwise it may find only boxes. ``general`` says that
    it cuts out subjects of any kind, so that the automatic choice may take it; ``words`` that it can be asked for
    anything in words (``DetectParams.prompt``). ``about`` is what it is for and what its authors state.
    """

    name: str
    title: str
    operations: frozenset[Operation]
    outlines: bool = field(default=True, kw_only=True)
    general: bool = field(default=False, kw_only=True)
    words: bool = field(default=False, kw_only=True)
    about: About = field(default=UNSTATED, kw_only=True)

    def now(self, state: Readiness, note: str = "", size: int | None = None, title: str = "") -> "ModelState":
        """The model in this state; a ``title`` takes the place of its own."""
        said = title or self.title
        return ModelState(
            self.name, said, self.operations, state, note, size,
            outlines=self.outlines, general=self.general, words=self.words, about=self.about,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelState(Model):
    """A model as a user sees it: whether it can run now, and if not, why and what to do.

    ``note`` is one sentence; for a ready model it may name another model that replaces it. ``size`` is that of its
    download in bytes, None if unknown or if there is none.
    """

    state: Readiness
    note: str = ""
    size: int | None = None


@runtime_checkable
class Detects(Protocol):
    """Finds objects."""

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find objects with ``params.model``.

        Returns detections with a score above ``params.confidence`` (0..1), best first, at most
        ``params.max_detections``; each with its box in px and a raw mask, neither padded nor blurred. Raises
        ``UnknownModel``, ``ModelUnavailable``, ``Untrusted``, and ``Cancelled`` through ``token``.
        """
        ...


@runtime_checkable
class CutsOut(Protocol):
    """Separates the subject from its background."""

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """Find the whole subject with ``params.model``.

        Returns one detection whose mask is the alpha, 0 outside to 255 inside and soft at the edge; empty if there is
        no subject. The caller applies ``post_process_mask`` and matting. Raises the errors of ``detect``.
        """
        ...


@runtime_checkable
class Selects(Protocol):
    """Selects the thing that the user points at."""

    def open_selector(self, image: Image, model: str, token: Token) -> Selector:
        """Prepare ``image`` for prompts with ``model``: the slow part, done once for all clicks in a photo.

        Raises the errors of ``detect``.
        """
        ...


class Family(Protocol):
    """Models of one kind on this machine: one file in ``providers/local``, and one row in the table ``families``.

    It implements ``Detects``, ``CutsOut`` or ``Selects``, as far as any of its models can do that. It may be called
    from several threads at once.
    """

    @property
    def name(self) -> str:
        """The family's name in sentences."""
        ...

    @property
    def libraries(self) -> tuple[str, ...]:
        """The packages it needs, under pip's names; the version of the first is recorded in the provenance of
        layers.
        """
        ...

    @property
    def weights(self) -> Mapping[str, WeightFile]:
        """The known weight files, by the name of their model; empty if its library contains the models."""
        ...

    def models(self) -> Mapping[str, Model]:
        """Every model it has or could have, by name. Reads no weights and imports no heavy library."""
        ...

    def state(self, name: str) -> ModelState:
        """The current state of the model ``name``, one of ``models()``. Imports no heavy library and raises nothing."""
        ...


class Provider(Detects, CutsOut, Selects, Protocol):
    """Something that runs models."""

    name: str

    def models(self) -> list[ModelState]:
        """Every model with its current state. Loads no weights and imports no heavy library."""
        ...
