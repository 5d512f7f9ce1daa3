"""The provider that runs on this machine, without a network. It passes work to the family that has the model."""

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import BadMask, BadParameter
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import families
from maskstudio.providers.provider import Candidate, CutsOut, Detects, ModelState, Prompt, Selects


class Local:
    """Models of all families. They stay loaded between calls."""

    name = "local"

    def models(self) -> list[ModelState]:
        """Every model with its current state."""
        return families.states()

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find objects, see ``Detects``. Raises ``BadParameter`` for a model that cannot."""
        token.step(0.0, "Getting ready")
        family = families.able(params.model, "detect")
        assert isinstance(family, Detects)
        return family.detect(image, params, token)

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Detection:
        """Find the subject, see ``CutsOut``. Raises ``BadParameter`` for a model that cannot."""
        token.step(0.0, "Getting ready")
        family = families.able(params.model, "cutout")
        assert isinstance(family, CutsOut)
        return family.cutout(image, params, token)

    def select(self, image: Image, prompt: Prompt, earlier: Mask | None, token: Token) -> list[Candidate]:
        """Select what the prompt points at, see ``Selects``.

        Raises ``BadParameter`` for a model that cannot, and for a prompt that is empty or outside the image;
        ``BadMask`` for an ``earlier`` mask of another size.
        """
        token.step(0.0, "Getting ready")
        family = families.able(prompt.model, "select")
        assert isinstance(family, Selects)
        _check(image, prompt, earlier)
        return family.select(image, prompt, earlier, token)


def _check(image: Image, prompt: Prompt, earlier: Mask | None) -> None:
    """Raise BadParameter or BadMask for a prompt that no model can answer."""
    if not prompt.include and prompt.box is None and earlier is None:
        raise BadParameter("A selection needs a point of the subject, a box around it, or an earlier mask.")
    for x, y in (*prompt.include, *prompt.exclude):
        if not (0 <= x <= image.width and 0 <= y <= image.height):
            raise BadParameter(f"The point {x:g}, {y:g} lies outside the image of {image.width} x {image.height} px.")
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        inside = min(right, image.width) > max(left, 0) and min(bottom, image.height) > max(top, 0)
        if not inside:
            raise BadParameter("The box of a selection holds nothing of the image.")
    if earlier is not None and earlier.size != (image.width, image.height):
        raise BadMask("The earlier mask of a selection has another size than the image.")
