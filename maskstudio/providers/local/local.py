"""The provider that runs on this machine, without a network. It passes work to the family that has the model."""

from dataclasses import replace

from maskstudio.core.arrays import Box
from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.errors import BadMask, BadParameter
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import families
from maskstudio.providers.local.opinions import doubted
from maskstudio.providers.provider import CutsOut, Detects, ModelState, Selects
from maskstudio.selection.prompt import Candidate, Prompt, Selector


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
        """Find the subject, see ``CutsOut``; with what a second model says otherwise as its doubt, if there is one.

        A second model that the first has chosen itself is not asked again. Raises ``BadParameter`` for a model that
        cannot, and for a second one that is no other.
        """
        token.step(0.0, "Getting ready")
        names = opinions_asked(params)
        able = [families.able(name, "cutout") for name in names]
        found: list[Detection] = []
        for number, (family, model) in enumerate(zip(able, names, strict=True)):
            if any(model == each.stand_in for each in found):
                break  # the choice by the photo has taken it already; it would be compared with itself
            assert isinstance(family, CutsOut)
            part = token.part(number / len(able), (number + 1) / len(able))
            found.append(family.cutout(image, replace(params, model=model, second_model=""), part))
        return doubted(*found) if len(found) == 2 else found[0]

    def open_selector(self, image: Image, model: str, token: Token) -> Selector:
        """Prepare the image for prompts, see ``Selects``; the selector refuses prompts that no model can answer.

        Raises ``BadParameter`` for a model that cannot select.
        """
        token.step(0.0, "Getting ready")
        family = families.able(model, "select")
        assert isinstance(family, Selects)
        return _Checked(image, family.open_selector(image, model, token))


class _Checked:
    """A selector that answers only what can be answered, and mends earlier masks.

    Whatever the model: with an earlier mask only the part that a click or stroke says is wrong may change, and no
    network promises that. So they are mended here, see ``mend``, and no family is asked.
    """

    def __init__(self, image: Image, selector: Selector) -> None:
        self._image, self._selector = image, selector

    def predict(self, prompt: Prompt, token: Token) -> list[Candidate]:
        """The selector's answer; for an earlier mask the mended one alone, with the score 1: what nobody touched was
        right.

        Raises ``BadParameter`` for a prompt that is empty or outside the image, ``BadMask`` for an earlier mask of
        another size.
        """
        check_prompt(self._image, prompt)
        if prompt.earlier is None:
            return self._selector.predict(prompt, token)
        from maskstudio.selection.mend import mend  # imported here: it needs SciPy

        mended = mend(visible(self._image), prompt.earlier.array(), prompt, token)
        return [Candidate(prompt.earlier.put(mended, 0, 0), 1.0)]

    def preview(self, x: float, y: float) -> Mask | None:
        """The selector's guess; None outside of the image."""
        inside = 0 <= x < self._image.width and 0 <= y < self._image.height
        return self._selector.preview(x, y) if inside else None


def opinions_asked(params: CutoutParams) -> tuple[str, ...]:
    """The names of the models that cut out: one, or two that are to differ. Raises BadParameter if they cannot."""
    first, second = params.model, params.second_model
    if not second:
        return (first,)
    if second == first:
        raise BadParameter(f"The second opinion must come from another model than {first}.")
    if second == families.AUTOMATIC:
        raise BadParameter(f"{second} chooses by the photo, so it is no second opinion; name one model for that.")
    return first, second


def check_prompt(image: Image, prompt: Prompt) -> None:
    """Raise BadParameter or BadMask for a prompt that no model can answer."""
    if not prompt.positive and prompt.earlier is not None:
        raise BadParameter("An earlier mask is corrected by points or strokes that say what is wrong; there are none.")
    if not prompt.positive:
        raise BadParameter("A selection needs a point of the subject or a box around it.")
    _check_box(prompt.box)
    for x, y in prompt.points:
        if not (0 <= x <= image.width and 0 <= y <= image.height):
            raise BadParameter(f"The point {x:g}, {y:g} lies outside the image of {image.width} x {image.height} px.")
    for left, top, right, bottom in _boxes(prompt):
        inside = min(right, image.width) > max(left, 0) and min(bottom, image.height) > max(top, 0)
        if not inside:
            raise BadParameter("The box of a selection holds nothing of the image.")
    if prompt.earlier is not None and prompt.earlier.size != (image.width, image.height):
        raise BadMask("The earlier mask of a selection has another size than the image.")


def _check_box(box: Box | None) -> None:
    """Raise BadParameter for a box that is empty or the wrong way round."""
    if box is not None and not (box[0] < box[2] and box[1] < box[3]):
        raise BadParameter(
            "A box is given as left, top, right, bottom: the third number must be greater than the first, and the "
            f"fourth than the second, not {', '.join(f'{edge:g}' for edge in box)}."
        )


def _boxes(prompt: Prompt) -> list[Box]:
    """The box of a prompt and the box around its outline, as far as it has them."""
    found = [prompt.box] if prompt.box is not None else []
    if prompt.outline:
        across, down = zip(*prompt.outline, strict=True)
        found.append((min(across), min(down), max(across), max(down)))
    return found
