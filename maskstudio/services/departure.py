"""Departure: what would leave this machine, to whom and for what, put before the user until they say yes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from maskstudio.core.geometry import Rect
from maskstudio.params.spec import Params

if TYPE_CHECKING:  # pixels are not needed to say what leaves
    from maskstudio.core.image import Image

ServiceOperation = Literal["detect", "objects", "bodyParts", "cutout", "refine"]
OPERATIONS: dict[ServiceOperation, str] = {
    "detect": "Detect",
    "objects": "Find objects",
    "bodyParts": "Find body parts",
    "cutout": "Remove background",
    "refine": "Refine edge",
}
WITH_MASK: frozenset[ServiceOperation] = frozenset({"bodyParts", "refine"})  # a layer's mask goes along


@dataclass(frozen=True, eq=False)
class Departure:
    """One job for a service, before it is sent.

    service, title   who does it
    operation        what
    params           how, in the service's own set
    area             the pixels of the document that leave; ``whole`` is the whole photo
    layer            id of the layer whose mask goes along, None for none
    sent             width and height as sent, ``kind`` "JPEG" or "PNG"
    hosts            whom it goes to, storage first where there is one
    price            USD, None where it is not known; ``price_note`` says what is
    spent, cap       USD at this service this month, and the user's cap
    problem          why it cannot go as things are, one sentence; empty if it can
    remembers        whether the user may agree once for all jobs of this service
    """

    service: str
    title: str
    operation: ServiceOperation
    params: Params
    area: Rect
    whole: Rect
    layer: int | None
    sent: tuple[int, int]
    kind: str
    hosts: tuple[str, ...]
    price: float | None
    price_note: str
    spent: float
    cap: float
    problem: str = ""
    remembers: bool = True
    photo: "Image | None" = None  # what ``area`` is of: nothing else may leave
    identity: str = field(default_factory=lambda: str(uuid4()))

    @property
    def label(self) -> str:
        """What the job is called."""
        return f"{OPERATIONS[self.operation]} at {self.title}"


@dataclass(frozen=True)
class Purchase:
    """A token for calls of a service, before it is asked for: at ``host``, for ``price`` USD.

    ``spent`` and ``cap`` are as in a departure; ``problem`` says why it cannot be, one sentence, empty if it can.
    """

    service: str
    title: str
    host: str
    price: float
    spent: float
    cap: float
    problem: str = ""
    identity: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service as a user sees it: ``note`` says what is missing before it can be used, empty where nothing is."""

    name: str
    title: str
    operations: dict[ServiceOperation, type[Params]]
    note: str = ""
    paused: str = ""  # why its queue is paused; empty while it runs
