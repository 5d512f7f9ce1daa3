"""What a provider is: where detection and background removal run. Knows no model and no service."""

from dataclasses import dataclass
from typing import Literal, Protocol

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams

Operation = Literal["detect", "cutout"]
State = Literal["ready", "download", "unavailable"]


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model as a user sees it: its name, what it finds, whether it can run now, and if not, why and what to do.

    ``note`` is one sentence; for a ready model it may name a substitute that stands in.
    """

    name: str
    title: str
    operations: frozenset[Operation]
    state: State
    note: str = ""
    size: int | None = None  # bytes to download


class Provider(Protocol):
    """A place where models run. Masks come back raw, at the image's size; nothing is padded or blurred here."""

    name: str

    def models(self) -> list[ModelState]:
        """Every model with its state now. Cheap: reads no weights, imports no heavy library."""
        ...

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Detections scored strictly above ``params.confidence``, best first, at most ``params.max_detections``."""
        ...

    def remove_background(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """The subject as one detection with a soft raw mask (``post_process_mask`` and matting are applied later)."""
        ...
