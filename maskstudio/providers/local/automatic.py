"""The choice of how a subject is cut out: people, a general model where one is on the shelf, or no model at all."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from maskstudio.core.image import Image
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import fullsize
from maskstudio.providers.local.people import graphs, looking
from maskstudio.providers.provider import CutsOut, Family, Model, ModelState
from maskstudio.providers.weights.weightfile import WeightFile
from maskstudio.subject import finder
from maskstudio.subject.subject import Subject, judged

_NAME = "auto"
_PEOPLE = "mediapipe_selfie"
MODELS: Mapping[str, Model] = {_NAME: Model(_NAME, "Automatic", frozenset({"cutout"}))}


class Automatic:
    """The family whose only model is the choice among all others."""

    name = "Automatic"
    libraries = ("opencv-python",)
    weights: Mapping[str, WeightFile] = {}

    def __init__(self, families: Callable[[], tuple[Family, ...]]) -> None:
        """``families`` gives those to choose from, in the order of the table."""
        self._families = families

    def models(self) -> Mapping[str, Model]:
        """The one name of the choice."""
        return MODELS

    def state(self, name: str) -> ModelState:
        """Always ready, since there is a way without a model."""
        model = MODELS[name]
        return ModelState(name, model.title, model.operations, "ready")

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Subject:
        """The subject, by whatever suits the photo: see ``Subject.way`` and ``Subject.used``."""
        rgb = visible(image)
        small = fullsize.reduced(rgb)
        seen = looking.look(small, token.part(0.0, 0.3)) if graphs.installed() else None
        if seen is not None and seen.people:
            mask = fullsize.carried(rgb, small, seen.coverage, token.part(0.3, 1.0))
            return judged(mask, seen.certainty, _NAME, way="Person, by MediaPipe", by=_PEOPLE, label="person")
        if (general := self._general()) is not None:
            family, name = general
            found = family.cutout(image, replace(params, model=name), token.part(0.3, 1.0))
            title = f"Main object, by {name}"
            return judged(found.mask, found.score or 0.0, _NAME, way=title, by=name)
        coverage, certainty = (seen.coverage, seen.certainty) if seen else (None, 0.0)
        best = finder.find(small, token.part(0.3, 0.7), coverage, certainty)
        mask = fullsize.carried(rgb, small, best.coverage, token.part(0.7, 1.0))
        if best.way == "given":
            return judged(mask, best.confidence, _NAME, way="Main object, by MediaPipe", by=_PEOPLE)
        return judged(mask, best.confidence, _NAME, way="Main object, without a model", by="none")

    def _general(self) -> tuple[CutsOut, str] | None:
        """The first family with a model for subjects of any kind that can run now, and that model's name."""
        for family in self._families():
            for name, model in family.models().items():
                fit = model.general and "cutout" in model.operations and isinstance(family, CutsOut)
                if fit and family.state(name).state == "ready":
                    assert isinstance(family, CutsOut)
                    return family, name
        return None
