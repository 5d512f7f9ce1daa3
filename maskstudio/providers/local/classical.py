"""No model at all: what colours, edges and the backdrop alone tell. Always there, on every machine."""

from collections.abc import Mapping

from maskstudio.core.image import Image
from maskstudio.core.layer import Subject
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import fullsize
from maskstudio.providers.provider import Model, ModelState
from maskstudio.providers.weights.weightfile import WeightFile, own_method
from maskstudio.selection.prompt import Selector
from maskstudio.subject import finder
from maskstudio.subject.subject import judged

NAME = "none"
_TITLE = "No model: colours and edges"
_ABOUT = own_method("Cuts out or selects what stands out from its background, by colours and edges alone.")
MODELS: Mapping[str, Model] = {NAME: Model(NAME, _TITLE, frozenset({"cutout", "select"}), about=_ABOUT)}


class Classical:
    """The family of what needs no weights."""

    name = "No model"
    libraries = ("opencv-python",)
    weights: Mapping[str, WeightFile] = {}

    def models(self) -> Mapping[str, Model]:
        """The one name under which all of it is asked for."""
        return MODELS

    def state(self, name: str) -> ModelState:
        """Always ready."""
        return MODELS[name].now("ready")

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Subject:
        """The main object by its backdrop, or by how it stands out; see ``subject.finder``."""
        rgb = visible(image)
        small = fullsize.reduced(rgb)
        found = finder.find(small, token.part(0.0, 0.6))
        mask = fullsize.carried(rgb, small, found.coverage, token.part(0.6, 1.0))
        return judged(mask, found.confidence, NAME, way="Main object, without a model")

    def open_selector(self, image: Image, model: str, token: Token) -> Selector:
        """Cut the photo into superpixels; what is pointed at is judged by their colours and borders."""
        from maskstudio.selection.selector import RegionSelector  # imported here: it needs SciPy

        return RegionSelector(visible(image), token)
