"""A prompt, of whatever kind, in the words of networks that are pointed at: points, and corners of a box."""

from typing import Any

import numpy as np

from maskstudio.core.arrays import Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.providers.local.networks.pointnetwork import FIRST_CORNER, IN, OUT, SECOND_CORNER, Aim
from maskstudio.selection.prompt import Prompt
from maskstudio.selection.signs import Fence, signs_of

_MOST_ON_STROKE = 8  # points that stand for a stroke: the networks were trained with few
_GRID = 256  # px of the longer side of an outline that is looked at
_INNER = 3  # most points that stand for an outline
_DEEP = 0.6  # of the greatest depth: shallower points of an outline say little


def aim_of(prompt: Prompt) -> Aim:
    """A prompt as points; strokes become some points along them, an outline its box and its inmost points."""
    signs, fence = signs_of(prompt)
    rows: list[tuple[float, float, int]] = []
    if fence is not None:
        left, top = np.min(fence.outline, axis=0)
        right, bottom = np.max(fence.outline, axis=0)
        rows += [(left, top, FIRST_CORNER), (right, bottom, SECOND_CORNER)]
    for sign in signs:
        picked = np.linspace(0, len(sign.places) - 1, min(len(sign.places), _MOST_ON_STROKE)).round().astype(int)
        rows += [(*sign.places[each], IN if sign.added else OUT) for each in picked]
    if fence is not None and fence.rough:
        rows += [(x, y, IN) for x, y in _inmost(fence)]
    table: Any = np.array(rows, np.float64).reshape(-1, 3)
    return Aim(table[:, :2], table[:, 2].astype(np.int64), len(rows) == 1)


def _inmost(fence: Fence) -> list[tuple[float, float]]:
    """The points that lie deepest in an outline, well apart, in px of the photo."""
    corners = np.array(fence.outline, np.float64)
    first, span = corners.min(axis=0), max(float(np.ptp(corners, axis=0).max()), 1e-6)
    zoom = _GRID / span
    plane: Plane = np.zeros((_GRID + 3, _GRID + 3), np.uint8)
    cv2.fillPoly(plane, [np.rint((corners - first) * zoom).astype(np.int32) + 1], 1)
    depth: Real = cv2.distanceTransform(plane, cv2.DIST_L2, 5)
    deepest = float(depth.max())
    found: list[tuple[float, float]] = []
    while len(found) < _INNER and float(depth.max()) >= max(_DEEP * deepest, 1e-6):
        row, column = (int(each) for each in np.unravel_index(int(depth.argmax()), depth.shape))
        x, y = (np.array([column - 1, row - 1]) / zoom + first).tolist()
        found.append((x, y))
        cv2.circle(depth, (column, row), int(1.5 * deepest) + 1, 0, -1)
    return found
