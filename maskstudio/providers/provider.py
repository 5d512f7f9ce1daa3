"""The contract of whatever runs models: providers, and the families of models on this machine. Knows none of either.

Coordinates are x, y in px from the left top corner of the image as it is shown; masks have the image's size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.weights.weightfile import WeightFile

Operation = Literal["detect", "cutout", "select"]
Readiness = Literal["ready", "download", "unavailable"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: the name that services, files and the command line know, what it finds in plain words, what it can do.

    ``outlines`` says that it draws the shape of what it finds; one that does not may find boxes alone.
    """

    name: str
    title: str
    operations: frozenset[Operation]
    outlines: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class ModelState(Model):
    """A model as a user sees it: whether it can run now, and if not, why and what to do.

    ``note`` is one sentence; for a ready model it may name a substitute that stands in. ``size`` is that of its
    download in bytes, None where it is not known or there is none.
    """

    state: Readiness
    note: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is pointed at in an image, and the name of the model that is asked.

    ``include`` and ``exclude`` are points (x, y) of the subject and of what is not part of it; ``box`` is left, top,
    right, bottom around it, or None.
    """

    model: str
    include: tuple[tuple[float, float], ...] = ()
    exclude: tuple[tuple[float, float], ...] = ()
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One answer to a prompt: a mask of the image's size, 0 out and 255 in, and how sure the model is of it, 0..1."""

    mask: Mask
    score: float


@runtime_checkable
class Detects(Protocol):
    """What finds objects."""

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find objects with ``params.model``.

        Gives detections scored strictly above ``params.confidence`` (0..1), best first, at most
        ``params.max_detections``; each with its box in px and a raw mask, which nothing has padded or blurred.
        Raises ``UnknownModel``, ``ModelUnavailable``, ``Untrusted``, and ``Cancelled`` where ``token`` says so.
        """
        ...


@runtime_checkable
class CutsOut(Protocol):
    """What tells the subject from its background."""

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """Find the subject as a whole with ``params.model``.

        Gives one detection whose mask is the alpha, 0 out to 255 in and soft at the edge; empty where there is no
        subject. ``post_process_mask`` and matting are applied later, by who asks. Raises as ``detect`` does.
        """
        ...


@runtime_checkable
class Selects(Protocol):
    """What selects the thing that is pointed at."""

    def select(self, image: Image, prompt: Prompt, earlier: Mask | None, token: Token) -> list[Candidate]:
        """Select what ``prompt`` points at with ``prompt.model``, starting from an ``earlier`` answer if one is given.

        Gives candidates, best first; an empty list where nothing was found. The prompt points at something, its
        points lie in the image and ``earlier`` has the image's size: ``Local`` has checked it. Raises as ``detect``
        does.
        """
        ...


class Family(Protocol):
    """Models of one kind on this machine: one file beside this room's table, and one row in it.

    Whatever its models can do it does itself, as ``Detects``, ``CutsOut`` or ``Selects`` say; it has no method for
    what none of them can. It may be asked from several threads at once.
    """

    @property
    def name(self) -> str:
        """What the family is called in sentences."""
        ...

    @property
    def libraries(self) -> tuple[str, ...]:
        """The packages it needs, as pip calls them; the version of the first stands in the provenance of a layer."""
        ...

    @property
    def weights(self) -> Mapping[str, WeightFile]:
        """The weight files it knows, by the name of their model; none where its library brings them along."""
        ...

    def models(self) -> Mapping[str, Model]:
        """Every model it has or could have, by name. Reads no weights and imports no heavy library."""
        ...

    def state(self, name: str) -> ModelState:
        """How the model called ``name``, one of ``models()``, stands now. Imports no heavy library, raises nothing."""
        ...


class Provider(Detects, CutsOut, Selects, Protocol):
    """A place where models run."""

    name: str

    def models(self) -> list[ModelState]:
        """Every model with its state now. Loads no weights, imports no heavy library."""
        ...
