"""Hands by MediaPipe: 21 landmarks each, drawn as palm and fingers of natural thickness. Knows no provider."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Points
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.providers.local.people import graphs
from maskstudio.providers.local.people.faces import squares
from maskstudio.providers.local.shapes import smooth_outline, strokes_mask

_INPUT = 480  # px; the finder's own input is 192 px, the landmarks are read from its crop
_LEVELS = 2
_PALM = (0, 1, 5, 9, 13, 17)
_FINGERS = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
_THICK = (0.30, 0.26, 0.26, 0.25, 0.22)  # of thumb to little finger, in palm widths; a finger's tip is thinner


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand: landmarks (21, 2) in px of the photo, and the model's certainty, 0..1."""

    points: Points
    score: float

    @property
    def palm(self) -> float:
        """The palm's width in px: the longer of two measures, so that a hand seen from the side keeps its size."""
        across = np.linalg.norm(self.points[5] - self.points[17])
        along = np.linalg.norm(self.points[0] - self.points[9])
        return float(max(across, 0.8 * along))

    @property
    def box(self) -> Box:
        """Left, top, right, bottom of the landmarks in px, with a margin for the fingers' thickness."""
        margin = self.palm * 0.15
        low, high = self.points.min(0) - margin, self.points.max(0) + margin
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def find(rgb: npt.NDArray[np.uint8], token: Token) -> list[Hand]:
    """Hands in a photo (H, W, 3), best first."""
    places = list(squares(rgb.shape[1], rgb.shape[0], _LEVELS))
    seen: list[Hand] = []
    for number, (left, top, side) in enumerate(places):
        token.step(0.8 * number / len(places), "Looking for hands")
        answer = graphs.get("hands").run(graphs.square(rgb, left, top, side, _INPUT))
        for marks, sides in zip(answer.multi_hand_landmarks or [], answer.multi_handedness or [], strict=True):
            relative = np.array([(mark.x, mark.y) for mark in marks.landmark])
            seen.append(Hand(relative * side + (left, top), float(sides.classification[0].score)))
    return _distinct(seen)


def _distinct(hands: list[Hand]) -> list[Hand]:
    """Best first, without those whose landmarks overlap a better one's."""
    kept: list[Hand] = []
    for hand in sorted(hands, key=lambda each: -each.score):
        if all(np.abs(hand.points.mean(0) - other.points.mean(0)).max() > other.palm * 0.7 for other in kept):
            kept.append(hand)
    return kept


def mask(hand: Hand, width: int, height: int) -> Mask:
    """The hand as palm and fingers; its edge follows the landmarks, not the photo."""
    points, palm = hand.points, hand.palm
    wrist = points[0]
    spread = (points[17] - points[5]) * 0.3
    outline = np.array([wrist - spread, *points[[1, 5, 9, 13, 17]], wrist + spread])
    bones = [
        (points[list(finger)], palm * thick) for finger, thick in zip(_FINGERS, _THICK, strict=True)
    ]  # fmt: skip
    rim = points[[*_PALM, 0]]
    return strokes_mask(width, height, [smooth_outline(outline)], [*bones, (rim, palm * 0.24)])
