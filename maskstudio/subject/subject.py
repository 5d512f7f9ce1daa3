"""How far the subject of a photo is to be trusted, and what is said of it."""

from maskstudio.core.layer import Help, Subject, box_around
from maskstudio.core.mask import Mask

SURE = 0.75  # confidence from which on a subject is right often enough to say so, see ``evidence``
NOTHING = "No subject was found."
UNSURE: tuple[Help, ...] = ("click", "box", "model")


def judged(mask: Mask, confidence: float, model: str, *, way: str, by: str = "", label: str = "main object") -> Subject:
    """A subject with everything that follows from how sure it is.

    ``mask`` was found with ``confidence``, 0..1, in the ``way`` told, words without a full stop; ``by`` names the model
    that answered if it is another one than ``model``, and ``label`` says what was found.
    """
    box = box_around(mask)
    if not mask.bounds:
        return Subject(label, 0.0, box, mask, model, stand_in=by, way=NOTHING, sure=False, helps=UNSURE)
    sure = confidence >= SURE
    helps = () if sure else UNSURE
    return Subject(label, confidence, box, mask, model, stand_in=by, way=told(way, sure=sure), sure=sure, helps=helps)


def told(way: str, *, sure: bool) -> str:
    """The sentence for a way of finding, given without its full stop."""
    return f"{way}." if sure else f"{way}: unsure, check it."
