"""The choice of how a subject is cut out: people, a general model where one is on the shelf, or no model at all."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from maskstudio.core.image import Image
from maskstudio.core.layer import Subject
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import fullsize
from maskstudio.providers.local.people import graphs, looking
from maskstudio.providers.provider import CutsOut, Family, Model, ModelState
from maskstudio.providers.weights.weightfile import WeightFile, own_method
from maskstudio.subject import finder
from maskstudio.subject.finder import Sighting
from maskstudio.subject.subject import SURE, judged

NAME = "auto"
_PEOPLE = "mediapipe_selfie"
_ABOUT = own_method("Looks at the photo and chooses: people, a general model where one is here, or no model.")
MODELS: Mapping[str, Model] = {NAME: Model(NAME, "Automatic", frozenset({"cutout"}), about=_ABOUT)}


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
        return MODELS[name].now("ready")

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Subject:
        """The subject, by whatever suits the photo: see ``Subject.way`` and ``Subject.used``.

        People come first, where there is evidence of them. Otherwise, and where their outline is unsure, a general
        model looks too if there is one, and competes with the ways without a model.
        """
        rgb = visible(image)
        small = fullsize.reduced(rgb)
        sight = looking.look(small, token.part(0.0, 0.2)) if graphs.installed() else None
        seen = [Sighting(_PEOPLE, sight.coverage)] if sight else []
        best = finder.find(small, token.part(0.2, 0.5), seen, only=_PEOPLE if sight and sight.people else "")
        people = bool(sight and sight.people)
        if (general := self._general()) is not None and not (people and best.confidence >= SURE):
            family, name, title = general
            answer = family.cutout(image, replace(params, model=name), token.part(0.5, 0.7)).mask
            seen.append(Sighting(name, fullsize.shrunk(answer, small), coarse=False))
            best, people = finder.find(small, token.part(0.7, 0.8), seen), False
            if best.by == name:
                return judged(answer, best.confidence, NAME, way=f"Main object, by {title}", by=name)
        mask = fullsize.carried(rgb, small, best.coverage, token.part(0.8, 1.0))
        if best.by != _PEOPLE:
            return judged(mask, best.confidence, NAME, way="Main object, without a model", by="none")
        if people:
            return judged(mask, best.confidence, NAME, way="Person, by MediaPipe", by=_PEOPLE, label="person")
        return judged(mask, best.confidence, NAME, way="Main object, by MediaPipe", by=_PEOPLE)

    def _general(self) -> tuple[CutsOut, str, str] | None:
        """The first family with a model for subjects of any kind that can run now, that model's name and title."""
        for family in self._families():
            for name, model in family.models().items():
                fit = model.general and "cutout" in model.operations and isinstance(family, CutsOut)
                if fit and family.state(name).state == "ready":
                    assert isinstance(family, CutsOut)
                    return family, name, model.title
        return None
