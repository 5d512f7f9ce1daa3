"""Faces by MediaPipe: found at several scales, and confirmed on a close crop. Knows no masks.

The full-range model alone misses small faces in large photos and mistakes textures for faces. So it examines the whole
photo and overlapping squares of it, and each face counts only as far as the short-range model confirms it on a crop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Pixels8
from maskstudio.jobs import Token
from maskstudio.providers.local.people import graphs

_LEAST = 360  # px, the smallest square examined; a face of a tenth of its side is still found
_LEVELS = 3  # the whole photo, squares of half its size, of a quarter
_SIZES = {"face_full": 192, "face_short": 128}


@dataclass(frozen=True, slots=True)
class Face:
    """A face: left, top, right, bottom in px of the photo, and the certainty, 0..1."""

    box: Box
    score: float

    @property
    def side(self) -> float:
        """The longer side of the box, px."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def find(rgb: Pixels8, token: Token, *, near: bool = False) -> list[Face]:
    """Faces in a photo (H, W, 3), best first; ``near`` finds only those that fill much of the photo."""
    finder: graphs.GraphName = "face_short" if near else "face_full"
    places = list(squares(rgb.shape[1], rgb.shape[0], 1 if near else _LEVELS))
    seen: list[Face] = []
    for number, (left, top, side) in enumerate(places):
        token.step(0.8 * number / len(places), "Looking for faces")
        seen += _look(finder, rgb, left, top, side)
    confirmed = []
    for face in _distinct(seen):
        token.check()
        confirmed.append(_confirm(rgb, face))
    return _distinct([face for face in confirmed if face is not None])


def squares(width: int, height: int, levels: int) -> Iterator[tuple[float, float, float]]:
    """Left, top and side of the squares to examine: one around the photo, then overlapping ones within it."""
    whole = max(width, height)
    yield (width - whole) / 2, (height - whole) / 2, whole
    for level in range(1, levels):
        side = whole / 2**level * 1.25  # neighbours share at least a fifth, so a face cut by one is whole in the other
        if side < _LEAST:
            return
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield left, top, side


def _starts(length: int, side: float) -> npt.NDArray[np.float64]:
    """The starts of squares of ``side`` px along a line, evenly spread; a shorter line lies in the middle of one
    square.
    """
    if side >= length:
        return np.array([(length - side) / 2])
    return np.linspace(0, length - side, int(np.ceil((length - side) / (side * 0.75))) + 1)


def _look(kind: graphs.GraphName, rgb: Pixels8, left: float, top: float, side: float) -> list[Face]:
    """Faces in a square of the photo.

    One cut by its border is whole in a neighbouring square; the better one is kept.
    """
    answer = graphs.get(kind).run(graphs.square(rgb, left, top, side, _SIZES[kind]))
    return [_face(each, left, top, side) for each in answer.detections or []]


def _face(detection: Any, left: float, top: float, side: float) -> Face:
    box = detection.location_data.relative_bounding_box
    x, y = left + box.xmin * side, top + box.ymin * side
    return Face((x, y, x + box.width * side, y + box.height * side), float(detection.score[0]))


def _confirm(rgb: Pixels8, face: Face) -> Face | None:
    """The face as the short-range model sees it on a crop twice its size; None if it sees none there.

    On photos with known faces the second look scored true ones .74 to .94 and others below .7: a score between .6 and
    .75 weakens the face, below .6 dismisses it.
    """
    side = face.side * 2
    left, top = face.centre[0] - side / 2, face.centre[1] - side / 2
    again = [close for close in _look("face_short", rgb, left, top, side) if _shared(close.box, face.box) > 0.5]
    if not again:
        return None
    close = max(again, key=lambda each: each.score)
    score = max(face.score, close.score) * min(max((close.score - 0.6) / 0.15, 0.0), 1.0)
    height, width = rgb.shape[:2]
    box = (max(close.box[0], 0.0), max(close.box[1], 0.0), min(close.box[2], width), min(close.box[3], height))
    return Face(box, score) if score > 0 and box[2] > box[0] and box[3] > box[1] else None


def _distinct(faces: list[Face]) -> list[Face]:
    """Best first, without those that mostly overlap a better one."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda each: -each.score):
        if all(_shared(face.box, other.box) < 0.4 for other in kept):
            kept.append(face)
    return kept


def _shared(one: Box, other: Box) -> float:
    """The common area as a share of the smaller box."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / max(min(areas), 1e-9)
