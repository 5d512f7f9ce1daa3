"""Networks that are pointed at, and what they have in common: a photo is encoded once, then prompts are decoded.

How a photo lies in a network's square is written here once for all of them; how a prompt is said, in ``aiming.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from maskstudio.core.arrays import Double, Integers, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.jobs import Token

OUT, IN, FIRST_CORNER, SECOND_CORNER = 0, 1, 2, 3  # what a point says, as all networks of this kind have it
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # of the photos they were trained on, 0..255


@dataclass(frozen=True, eq=False, slots=True)
class Aim:
    """A prompt as points in px of the photo, float64 (N, 2), and what each says, (N,): see ``IN`` and the others.

    An ``unclear`` one is a single click, which may mean a part, the thing or the whole.
    """

    points: Double
    labels: Integers
    unclear: bool


@dataclass(frozen=True, slots=True)
class Lie:
    """How a photo of ``photo`` px, width and height, lies in a network's square of ``side`` px: at its left top
    corner, scaled as it is, or ``squashed`` to fill all of it.
    """

    photo: tuple[int, int]
    side: int
    squashed: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the photo in the square."""
        if self.squashed:
            return self.side, self.side
        ratio = self.side / max(self.photo)
        return max(round(self.photo[0] * ratio), 1), max(round(self.photo[1] * ratio), 1)

    def picture(self, rgb: Pixels8) -> Pixels8:
        """The photo (H, W, 3) at its size in the square, (h, w, 3)."""
        shrinks = self.size[0] < rgb.shape[1]
        found: Pixels8 = cv2.resize(rgb, self.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return found

    def places(self, aim: Aim) -> Real:
        """The points in px of the square as the networks count them, from the first pixel's middle: float32 (N, 2).

        What lies on the photo's far border, or beyond it, belongs to the last pixel.
        """
        zoom = np.array(self.size) / np.array(self.photo)
        found: Real = np.clip(aim.points * zoom - 0.5, 0, np.array(self.size) - 1).astype(np.float32)
        return found

    def seen(self, logits: Real, size: tuple[int, int]) -> Real:
        """What logits (h, w) that cover the square say of the photo, seen at ``size``, width and height."""
        places = [
            ((np.arange(wanted, dtype=np.float32) + 0.5) / wanted * (used / self.side) * have - 0.5).astype(np.float32)
            for wanted, used, have in zip(size, self.size, logits.shape[::-1], strict=True)
        ]
        across, down = np.meshgrid(*places)
        found: Real = cv2.remap(
            np.ascontiguousarray(logits, np.float32), across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return found


class PointNetwork(Protocol):
    """A loaded network that is pointed at. Safe to share between threads."""

    @property
    def name(self) -> str:
        """The name of its file in sentences."""
        ...

    def encode(self, rgb: Pixels8, token: Token) -> Mapping[str, Real]:
        """What it makes of a photo (H, W, 3): arrays by name. Raises ``ModelUnavailable`` if it fails."""
        ...

    def fits(self, encoding: Mapping[str, Real]) -> bool:
        """Whether arrays, by name, each (1, c, h, w), have the names and shapes of an encoding of its own."""
        ...

    def decode(
        self, encoding: Mapping[str, Real], photo: tuple[int, int], aim: Aim, token: Token
    ) -> tuple[Real, Real, Lie]:
        """Masks for a prompt in a photo of that width and height: logits (n, h, w), positive inside; the overlap with
        the truth (IoU) that it predicts for each, (n,); and how the photo lies under them.

        Four masks are the one for a clear prompt, and three for a part, the thing and the whole.
        """
        ...


def normalised(picture: Pixels8, side: int) -> Real:
    """A picture (h, w, 3) as the networks' batch, float32 (1, 3, side, side); beyond the picture all is 0."""
    batch = np.zeros((1, 3, side, side), np.float32)
    height, width = picture.shape[:2]
    for channel, (mean, std) in enumerate(zip(MEAN, STD, strict=True)):
        batch[0, channel, :height, :width] = (picture[..., channel] - np.float32(mean)) / np.float32(std)
    return batch
