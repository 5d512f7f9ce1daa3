"""Cutting out the subject of a photo: by the best way there is, or with a model of choice."""

from dataclasses import replace

import numpy as np

from maskstudio.core.image import Image
from maskstudio.core.layer import Detection, Subject
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.subject.subject import NOTHING, SURE, UNSURE, told


def cut_out_subject(image: Image, model: str | None, token: Token) -> Subject:
    """The subject of ``image`` by ``model``; None chooses by the photo.

    Its mask is soft at the edge as the model or the way gives it; matting is up to the caller. Raises
    ``UnknownModel``, ``BadParameter`` for a model that cannot cut out, ``ModelUnavailable``, ``Untrusted``, and
    ``Cancelled`` through ``token``.
    """
    params = CutoutParams() if model is None else CutoutParams(model=model)
    return as_subject(Local().cutout(image, params, token))


def solved(image: Image, subject: Subject, token: Token) -> Subject:
    """The subject with its edge solved from the colours of ``image``, as background removal does by default."""
    from maskstudio.matting.refine import solve_alpha
    from maskstudio.matting.trimap import from_thresholds

    if not subject.mask.bounds:
        return subject
    alpha = solve_alpha(image.pixels, from_thresholds(subject.mask.array()), token=token)
    return replace(subject, mask=Mask.from_array(np.rint(alpha * 65535).astype(np.uint16)))


def as_subject(found: Detection) -> Subject:
    """What a family has cut out as a subject that says how it was found."""
    if isinstance(found, Subject):
        return found
    if not found.mask.bounds:
        return Subject.of(found, way=NOTHING, sure=False, helps=UNSURE)
    sure = found.score is None or found.score >= SURE
    way = f"{found.label[:1].upper()}{found.label[1:]}, by {families.title(found.stand_in or found.model)}"
    return Subject.of(found, way=told(way, sure=sure), sure=sure, helps=() if sure else UNSURE)
