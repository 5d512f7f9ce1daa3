"""Departure: what would leave this machine, to whom and for what. It is shown to the user, who must agree."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from maskstudio.core.geometry import Rect
from maskstudio.params.spec import Params

if TYPE_CHECKING:  # departures are described without loading pixels
    from maskstudio.core.image import Image

ServiceOperation = Literal["detect", "objects", "bodyParts", "cutout", "refine"]
OPERATIONS: dict[ServiceOperation, str] = {
    "detect": "Detect",
    "objects": "Find objects",
    "bodyParts": "Find body parts",
    "cutout": "Remove background",
    "refine": "Refine edge",
}
WITH_MASK: frozenset[ServiceOperation] = frozenset({"bodyParts", "refine"})  # a layer's mask is sent too


@dataclass(frozen=True, eq=False)
class Departure:
    """One job for a service, before it is sent.

    service, title   the service that does it
    operation        what it does
    params           the parameters, in the service's own set
    area             the pixels of the photo that are sent; ``whole`` is the whole photo
    layer            id of the layer whose mask is sent too, None for none
    sent             width and height as sent; ``kind`` is "JPEG", "PNG" or "link"
    hosts            the servers it goes to; storage, if any, first
    price            USD, None if unknown; ``price_note`` says what is known
    spent, cap       USD spent at this service this month, and the user's cap
    problem          one sentence that says why it cannot be sent; empty if it can
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
    photo: "Image | None" = None  # the photo of ``area``: no other may be sent
    identity: str = field(default_factory=lambda: str(uuid4()))

    @property
    def label(self) -> str:
        """The name of the job."""
        return f"{OPERATIONS[self.operation]} at {self.title}"


@dataclass(frozen=True)
class Purchase:
    """A token for calls to a service, before it is requested: at ``host``, for ``price`` USD.

    ``spent`` and ``cap`` are as in a departure; ``problem`` is one sentence that says why it cannot be bought, or
    empty.
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
    """A service as a user sees it: ``note`` says what is missing before it can be used; empty if nothing is."""

    name: str
    title: str
    operations: dict[ServiceOperation, type[Params]]
    note: str = ""
    paused: str = ""  # why its queue is paused; empty while it runs
