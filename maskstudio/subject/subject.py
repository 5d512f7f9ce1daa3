"""The subject of a photo as it was found: its mask, the way it was found, and how far that is to be trusted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from maskstudio.core.arrays import Alpha
from maskstudio.core.layer import Detection, box_around
from maskstudio.core.mask import Mask

Help = Literal["click", "box", "model"]

SURE = 0.75  # confidence from which on a subject is right often enough to say so, see ``evidence``
NOTHING = "No subject was found."
UNSURE: tuple[Help, ...] = ("click", "box", "model")


@dataclass(frozen=True, eq=False)
class Subject(Detection):
    """The one thing, or the group of things, that a photo is of.

    ``score`` is the confidence, 0..1: the measured chance that the mask is right but for its edge. ``model`` is what
    was asked for and ``stand_in`` the model that answered, where "auto" was asked for. ``way`` says in one sentence
    how it was found. ``sure`` is whether the confidence lies above the line under which masks are often wrong; if not,
    ``helps`` names what would settle it: a click on the subject, a box around it, another model.
    """

    way: str = ""
    sure: bool = True
    helps: tuple[Help, ...] = ()

    @property
    def confidence(self) -> float:
        """The score; 1 for a model that gives none."""
        return 1.0 if self.score is None else self.score

    @property
    def used(self) -> str:
        """The name of the model that answered."""
        return self.stand_in or self.model

    @property
    def alpha(self) -> Alpha:
        """The mask as opacity, float32 (H, W) in 0..1; a new array at each call."""
        opacity: Alpha = self.mask.deep_array().astype(np.float32) / np.float32(65535)
        return opacity


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
