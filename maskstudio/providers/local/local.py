"""Models on this machine, with no network: MediaPipe's, and YOLO weights from the model folders."""

from dataclasses import replace
from functools import reduce

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.ops import combine
from maskstudio.errors import BadParameter
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import mediapipe_models, yolo
from maskstudio.providers.local.shapes import Box
from maskstudio.providers.provider import ModelState
from maskstudio.providers.weights import store


class Local:
    """The provider that runs here. Models stay loaded between calls."""

    name = "local"

    def __init__(self) -> None:
        self._networks = yolo.Networks()

    def models(self) -> list[ModelState]:
        """Every model with its state now."""
        return [*mediapipe_models.states(), *store.states()]

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Detections scored strictly above ``params.confidence``, best first, at most ``params.max_detections``."""
        token.step(0.0, "Getting ready")
        if params.model in mediapipe_models.MODELS:
            return mediapipe_models.detect(image, params, token)
        choice = store.choose(params.model)
        token.step(0.05, f"Loading {choice.path.stem}")
        found = yolo.detect(self._networks.get(choice.path), image, params, token, choice.label)
        if not choice.stands_in:
            return found
        return [replace(each, model=params.model, stand_in=choice.path.stem) for each in found]

    def remove_background(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """The subject as one detection with a soft mask: people, or everything an outlining YOLO model finds."""
        token.step(0.0, "Getting ready")
        if params.model == "mediapipe_selfie":
            return mediapipe_models.cut_out(image, token)
        if params.model in mediapipe_models.MODELS:
            raise BadParameter(f"{params.model} finds parts only; for a cut-out use mediapipe_selfie or a -seg model.")
        found = self.detect(image, DetectParams(model=params.model, max_detections=100), token)
        if not found:
            return Detection("subject", 0.0, (0, 0, 0, 0), Mask(image.width, image.height), params.model)
        mask = reduce(lambda below, each: combine(below, each.mask, "add"), found, Mask(image.width, image.height))
        lefts, tops, rights, bottoms = zip(*(each.box for each in found), strict=True)
        box: Box = (min(lefts), min(tops), max(rights), max(bottoms))
        return Detection("subject", found[0].score, box, mask, found[0].model)
