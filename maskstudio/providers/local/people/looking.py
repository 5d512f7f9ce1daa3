"""Whether a photo shows people, and where: MediaPipe's segmentation, confirmed by what only people have.

The segmentation also outlines animals, dolls and whatever else stands out as a person would. That is of use for
cutting out, but it is no evidence of a person: a body with a face is, or a body where the outline is certain.
"""

from dataclasses import dataclass

from maskstudio.core.arrays import Box, Flags, Pixels8, Real
from maskstudio.jobs import Token
from maskstudio.providers.local.people import faces, graphs, selfie
from maskstudio.subject.evidence import certainty

_CERTAIN = 0.5  # outlines of this certainty need no face
_FACE = 0.3  # score of a face that confirms a body


@dataclass(frozen=True, eq=False)
class Standout:
    """What stands out in a small picture: coverage float32 (h, w) in 0..1, and whether it is people."""

    coverage: Real
    people: bool


def look(small: Pixels8, token: Token) -> Standout:
    """Look for people in a small picture (h, w, 3). Raises ``ModelUnavailable`` without MediaPipe."""
    token.step(0.0, "Looking for people")
    coverage = selfie.probability(small)
    token.step(0.5, "Looking for people")
    inside = coverage > 0.5
    if not inside.any() or not _body(small):
        return Standout(coverage, people=False)
    if certainty(coverage) >= _CERTAIN:
        return Standout(coverage, people=True)
    seen = faces.find(small, token.part(0.6, 1.0))
    confirmed = any(face.score >= _FACE and _share(inside, face.box) > 0.5 for face in seen)
    return Standout(coverage, people=confirmed)


def _body(small: Pixels8) -> bool:
    """Whether the pose model finds the body of a person."""
    return graphs.get("pose").run(small).pose_landmarks is not None


def _share(inside: Flags, box: Box) -> float:
    """The share of a box that is inside."""
    left, top, right, bottom = (max(int(each), 0) for each in box)
    part = inside[top : bottom + 1, left : right + 1]
    return float(part.mean()) if part.size else 0.0
