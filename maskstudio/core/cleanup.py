"""Islands and holes of a mask: found once, then removed below any size as quickly as a slider moves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Integers, Labels, Plane
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.cv import cv2
from maskstudio.errors import BadMask

LARGEST = 1_000_000  # px; larger pieces are counted, never removed
# Values this close to nothing, or to full, are the haze a model or a solver leaves: they join no pieces.
_HAZE = 8


@dataclass(frozen=True, eq=False)
class Pieces:
    """Islands or holes, by area.

    areas    px of each, ascending, soft rim included
    boxes    x, y, width, height of each, (n, 4), in pixels of the plane
    _where   flat indices of the pixels of pieces up to ``LARGEST``
    _area    for each of those pixels the area of its piece
    """

    areas: Integers
    boxes: Integers
    _where: Integers
    _area: npt.NDArray[np.int32]

    def below(self, area: int) -> int:
        """How many pieces are smaller than ``area`` px."""
        return int(np.searchsorted(self.areas, area))

    def pixels(self, area: int) -> Integers:
        """Flat indices of the pixels of all pieces smaller than ``area`` px."""
        return self._where[self._area < area]


@dataclass(frozen=True, eq=False)
class LooseParts:
    """What ``parts`` found in ``plane``, which it keeps."""

    plane: Plane
    islands: Pieces
    holes: Pieces

    def cleaned(self, min_island: int, min_hole: int) -> Plane:
        """A copy of the plane without the islands, and with full coverage in the holes, smaller than these areas (px).

        Both are those of the plane as it was: an island inside a hole that is filled is filled with it.
        """
        out = self.plane.copy()
        flat = out.reshape(-1)
        flat[self.islands.pixels(min_island)] = 0
        flat[self.holes.pixels(min_hole)] = 255
        return out


def parts(plane: Plane, *, check: Check = go_on) -> LooseParts:
    """The islands and holes of ``plane`` (uint8, (H, W)). ``check`` is called between the steps and may raise to stop.

    An island is connected, also by corners, through any coverage above 8 (3 %), so a soft rim belongs to its island
    and a speck within soft hair is none of its own. A hole is connected, by sides, through anything below 247 and
    does not touch the frame; a gap that opens outwards through soft hair is none. Fainter pixels than these go with
    the island (the hole) they surround, if it is the only one there; faint haze apart from everything is an island.
    """
    if plane.ndim != 2 or plane.dtype != np.uint8:
        raise BadMask(f"A mask must be one plane of 8-bit values, not {plane.dtype} of shape {plane.shape}.")
    islands = _pieces(plane, 8, check, closed=False)
    return LooseParts(plane, islands, _pieces(cv2.bitwise_not(plane), 4, check, closed=True) if plane.size else islands)


def cleaned(plane: Plane, min_island: int, min_hole: int, *, check: Check = go_on) -> Plane:
    """``parts(plane).cleaned(min_island, min_hole)``."""
    return parts(plane, check=check).cleaned(min_island, min_hole)


def _pieces(plane: Plane, neighbours: int, check: Check, *, closed: bool) -> Pieces:
    """Connected pieces of what is above 0; only those clear of the frame if ``closed``."""
    x, y, width, height = cv2.boundingRect(plane) if plane.size else (0, 0, 0, 0)
    if not width:
        nothing = np.zeros(0, np.int64)
        return Pieces(nothing, nothing.reshape(0, 4), nothing, nothing.astype(np.int32))
    solid, labels = _labelled(plane[y : y + height, x : x + width], neighbours, check)
    check()
    rows, starts, lengths = _runs(solid)
    label = labels[rows, starts]
    areas, boxes = _measured(label, rows + y, starts + x, lengths)
    right, bottom = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    kept = areas > 0
    if closed:
        kept &= (boxes[:, 0] > 0) & (boxes[:, 1] > 0) & (right < plane.shape[1]) & (bottom < plane.shape[0])
    order = np.flatnonzero(kept)[np.argsort(areas[kept], kind="stable")]
    wanted = (kept & (areas <= LARGEST))[label]
    first, lengths = ((rows + y) * plane.shape[1] + starts + x)[wanted], lengths[wanted]
    where = np.arange(lengths.sum()) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
    return Pieces(areas[order], boxes[order], where, np.repeat(areas[label[wanted]], lengths).astype(np.int32))


def _labelled(values: Plane, neighbours: int, check: Check) -> tuple[Plane, Labels]:
    """A label for each pixel of a piece: those above the haze first, then the haze. What else is 0 in the plane."""
    solid, labels = _components(values, _HAZE, neighbours)
    faint = np.flatnonzero(values - np.uint8(1) < _HAZE)  # 0 wraps round to 255
    if not len(faint):
        return solid, labels
    check()
    _, wide = _components(values, 0, neighbours)
    # Which piece each wide component holds: none, one, or several (then its haze goes with none of them).
    rows, starts, _ = _runs(solid)
    outer, inner = wide[rows, starts], labels[rows, starts]
    around = wide.reshape(-1)[faint]
    owner = np.zeros(max(outer.max(initial=0), around.max()) + 1, np.int32)
    owner[outer] = inner
    alone = np.flatnonzero(owner == 0)
    several = outer[owner[outer] != inner]
    owner[alone] = inner.max(initial=0) + 1 + np.arange(len(alone))
    owner[several] = 0
    labels.reshape(-1)[faint] = owner[around]
    solid.reshape(-1)[faint] = np.where(owner[around] > 0, np.uint8(255), np.uint8(0))
    return solid, labels


def _components(values: Plane, above: int, neighbours: int) -> tuple[Plane, Labels]:
    solid = cv2.threshold(values, above, 255, cv2.THRESH_BINARY)[1]
    return solid, cv2.connectedComponents(solid, connectivity=neighbours)[1]


def _runs(solid: Plane) -> tuple[Integers, Integers, Integers]:
    """Row, first column and length of each unbroken stretch of a row that ``solid`` marks."""
    height, stride = solid.shape[0], solid.shape[1] + 1
    flat = np.zeros(height * stride + 1, np.bool_)  # a column of nothing before each row, and one pixel after the last
    np.greater(solid, 0, out=flat[:-1].reshape(height, stride)[:, 1:])
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, lengths = changes[::2], changes[1::2] - changes[::2]
    rows = starts // stride
    return rows, starts - rows * stride - 1, lengths


def _measured(label: Labels, rows: Integers, starts: Integers, lengths: Integers) -> tuple[Integers, Integers]:
    """Area and box of each label, from its runs (OpenCV's own statistics take four times as long as its labels)."""
    count = int(label.max(initial=0)) + 1
    areas = np.bincount(label, lengths, count).astype(np.int64)
    low, high = np.full((2, count), np.iinfo(np.int64).max), np.zeros((2, count), np.int64)
    for side, first, last in ((0, starts, starts + lengths), (1, rows, rows + 1)):
        np.minimum.at(low[side], label, first)
        np.maximum.at(high[side], label, last)
    low[:, areas == 0] = 0
    return areas, np.column_stack([*low, *(high - low)])
