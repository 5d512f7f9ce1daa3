"""What is wanted most often, as data: models, labels, padding, band and core that suit it, all in one press."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from maskstudio.errors import BadParameter, ModelUnavailable
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import (
    UNADJUSTED,
    UNSHAPED,
    AdjustParams,
    CutoutParams,
    DetectParams,
    MaskParams,
    RefineParams,
)

if TYPE_CHECKING:
    from maskstudio.providers.provider import ModelState, Operation
    from maskstudio.session.sifting import Wanted


@dataclass(frozen=True)
class FindPreset:
    """One kind of subject, called ``many`` in sentences, and all that suits it.

    ``models`` are in order, the best first; the first one that is ready runs. ``operation`` is "detect", with
    ``keep``, or "cutout" for a subject that models have no word for. ``shape`` is the padding and blur of its layers;
    ``refine`` the band in which their edge is solved, None for none, and ``edge`` the controls of the edge, of which
    the solid core is one.
    """

    name: str
    title: str
    many: str
    models: tuple[str, ...]
    operation: "Operation" = "detect"
    confidence: float = 0.25
    max_detections: int = 20
    keep: KeepParams = EVERYTHING
    shape: MaskParams = UNSHAPED
    refine: RefineParams | None = None
    edge: AdjustParams = field(default=UNADJUSTED)

    def detecting(self, model: str) -> DetectParams:
        """How ``model`` is asked."""
        return DetectParams(model=model, confidence=self.confidence, max_detections=self.max_detections)

    def wanted(self, model: str) -> "Wanted":
        """What is made of its finds."""
        from maskstudio.session.sifting import Wanted  # imported here: the command line reads this table for its help

        return Wanted(self.detecting(model), self.shape, self.keep, refine=self.refine, edge=self.edge)

    def cutting(self, model: str) -> CutoutParams:
        """How ``model`` is asked for the whole subject, with the band of the preset."""
        reach = self.refine.band_width if self.refine else CutoutParams().alpha_matting_erode_size
        return CutoutParams(model=model, alpha_matting=self.refine is not None, alpha_matting_erode_size=reach)


# Outlines come before boxes, and within each the larger model first.
_PEOPLE = ("person_yolov8m-seg", "person_yolov8s-seg", "person_yolov8n-seg")
_OUTLINING = ("yolov8s-seg", "yolo11n-seg", "yolov8n-seg")
_ANIMALS = "bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe"

FIND_PRESETS: Mapping[str, FindPreset] = {
    each.name: each
    for each in (
        FindPreset(
            "face", "Face", "faces",
            ("mediapipe_face_mesh", "face_yolov8m", "face_yolov8s", "face_yolov8n", "mediapipe_face_full"),
            shape=MaskParams(mask_padding=8, mask_blur=12),
        ),
        FindPreset(
            "hand", "Hand", "hands", ("mediapipe_hands", "hand_yolov8s", "hand_yolov8n"),
            shape=MaskParams(mask_padding=4, mask_blur=4),
        ),
        FindPreset(
            "person", "Person", "people", (*_PEOPLE, *_OUTLINING), max_detections=50,
            keep=KeepParams(labels="person"), refine=RefineParams(band_width=20), edge=AdjustParams(solid_core=20),
        ),
        FindPreset(
            "product", "Product", "products", ("auto",), operation="cutout",
            refine=RefineParams(band_width=6), edge=AdjustParams(solid_core=12),
        ),
        FindPreset(
            "animal", "Animal", "animals", _OUTLINING, keep=KeepParams(labels=_ANIMALS),
            refine=RefineParams(band_width=30), edge=AdjustParams(solid_core=30),
        ),
    )
}  # fmt: skip
"""By name, in the order in which they are shown."""


def preset_called(name: str) -> FindPreset:
    """The preset of this name. Raises ``BadParameter`` that names all of them."""
    if name not in FIND_PRESETS:
        raise BadParameter(f"There is no preset called {name!r}; there are {', '.join(FIND_PRESETS)}.")
    return FIND_PRESETS[name]


def best_model(preset: FindPreset, states: "Iterable[ModelState]") -> str:
    """The first model of ``preset`` that is ready, if possible by itself and not by one that replaces it.

    Raises ``ModelUnavailable`` with one sentence that names models which would do.
    """
    able = {state.name: state for state in states if preset.operation in state.operations}
    ready = [name for name in preset.models if name in able and able[name].state == "ready"]
    if not ready:
        known = [name for name in preset.models if name in able] or list(preset.models)
        raise ModelUnavailable(f"No model that finds {preset.many} is ready here; get {' or '.join(known[-2:])} first.")
    return next((name for name in ready if not able[name].note), ready[0])


def without_model(states: "Iterable[ModelState]") -> dict[str, str]:
    """The presets of which no model is ready, by name, each with the sentence that says so."""
    known, lacking = list(states), {}
    for name, preset in FIND_PRESETS.items():
        try:
            best_model(preset, known)
        except ModelUnavailable as error:
            lacking[name] = str(error)
    return lacking
