"""Where to look: the whole photo made small, or a closer look at a part of it; and how places translate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Flags, Pixels8, Points, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.selection.clues import Terrain
from maskstudio.selection.pieces import regions_of

WORK = 400  # px, the longer side of a picture that is looked at
_MAGNIFIED = 3.0  # how much a closer look enlarges at most

Scalar = TypeVar("Scalar", bound=np.generic)
Describe = Callable[[Pixels8], tuple[Real, ...]]


@dataclass(frozen=True, eq=False)
class View:
    """A part ``rect`` of the photo as a small picture, ``zoom`` times its size, and what is known of it."""

    rect: Rect
    zoom: tuple[float, float]
    terrain: Terrain
    closer: bool

    def place(self, points: Points) -> Points:
        """Places in px of the photo (n, 2) in px of this picture."""
        return (points.reshape(-1, 2) - (self.rect.x, self.rect.y)) * self.zoom

    def reduced(self, plane: npt.NDArray[Scalar], whole: Rect) -> npt.NDArray[Scalar]:
        """What a plane (H, W) that covers ``whole`` of the photo shows in this picture, (h, w); 0 beyond it."""
        height, width = self.terrain.regions.labels.shape
        down = (np.arange(height, dtype=np.float32) + 0.5) / self.zoom[1] + self.rect.y - whole.y
        across = (np.arange(width, dtype=np.float32) + 0.5) / self.zoom[0] + self.rect.x - whole.x
        rows = np.floor(down * plane.shape[0] / whole.height).astype(np.int64)
        columns = np.floor(across * plane.shape[1] / whole.width).astype(np.int64)
        here = (rows >= 0) & (rows < plane.shape[0]), (columns >= 0) & (columns < plane.shape[1])
        found = np.zeros((height, width), plane.dtype)
        found[np.ix_(*here)] = plane[np.ix_(rows[here[0]], columns[here[1]])]
        return found


def view(photo: Pixels8, rect: Rect, *, closer: bool, describe: Describe | None = None) -> View:
    """Look at ``rect`` of the photo (H, W, 3); ``describe`` asks a network about the small picture."""
    part = photo[rect.slices()]
    ratio = min(WORK / max(part.shape[:2]), _MAGNIFIED if closer else 1.0)
    size = max(round(rect.width * ratio), 1), max(round(rect.height * ratio), 1)
    small = np.ascontiguousarray(
        cv2.resize(part, size, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR)
    )
    terrain = Terrain(regions_of(small, describe(np.ascontiguousarray(part)) if describe else ()))
    return View(rect, (size[0] / rect.width, size[1] / rect.height), terrain, closer)


def around(inside: Flags, points: Points, frame: Rect, share: float) -> Rect:
    """The part of ``frame`` around what is inside a plane (h, w) that covers it and around ``points`` (n, 2), in px of
    the photo, with ``share`` of its size on each side.
    """
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    down, across = frame.height / inside.shape[0], frame.width / inside.shape[1]
    xs, ys = [points[:, 0]], [points[:, 1]]
    if len(rows):
        xs.append(np.array([columns[0], columns[-1] + 1]) * across + frame.x)
        ys.append(np.array([rows[0], rows[-1] + 1]) * down + frame.y)
    elif not len(points):
        return EMPTY
    x, y = np.concatenate(xs), np.concatenate(ys)
    wide, high = np.ptp(x) * share + 2 * across, np.ptp(y) * share + 2 * down
    left, top = int(np.floor(x.min() - wide)), int(np.floor(y.min() - high))
    right, bottom = int(np.ceil(x.max() + wide)), int(np.ceil(y.max() + high))
    return Rect(left, top, right - left, bottom - top).intersect(frame)
