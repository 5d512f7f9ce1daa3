"""A brush that takes what it is drawn over out to the edge of the thing there, and never far beyond the brush.

The stroke is looked at in a small picture in which the brush is always about as large. At every step of half a radius
only the neighbourhood of what is new is judged: by the colours under the stroke and those around it, and by the
photo's edges (``selection.gridcut``). What earlier steps have settled farther off stays, as in Liu, Sun and Shum,
"Paint selection" (2009). The answer depends on the stroke alone, not on when its points come in.
"""

from math import ceil, dist

import numpy as np

from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Flags, Pixels8, Point, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.matting.enlarge import enlarged
from maskstudio.selection.gridcut import cut
from maskstudio.selection.localcolours import evidence, looks

_FINE = 12.0  # px of the small picture that the radius of the brush takes
_STEP = 0.5  # radii between two looks
_REACH = 2.0  # radii from the middle of the stroke that may be taken at most
_AROUND = 1.0  # radii farther that are looked at besides
_SURE = 0.5  # radii from the middle of the stroke that are surely taken
_EVEN = 2.0  # radii from the middle at which the stroke by itself speaks for neither side
_STAYING = 6.0  # evidence for what lies on the stroke's middle
_SIDE = 2.0  # radii on either side that colours are gathered in
_BLOCK = 32  # px of the small picture that are made at a time
_ROUND = 0.7  # px of the small picture, sigma: rounds the stairs of the cut


class QuickStroke:
    """One stroke over a photo, from its first point to its last. Used from one thread at a time."""

    def __init__(self, image: Image, taken: Mask, radius: float) -> None:
        """``taken`` is what is on the stroke's side already, of the image's size; ``radius`` of the brush in px."""
        self._image, self._taken = image, taken
        self._cell = max(1, round(radius / _FINE))  # px of the photo in one of the small picture
        self._radius = max(radius / self._cell, 1.0)
        width, height = image.size
        size = ceil(height / self._cell), ceil(width / self._cell)
        self._frame = Rect(0, 0, size[1], size[0])
        self._small: Pixels8 = np.zeros((*size, 3), np.uint8)
        self._before: Flags = np.zeros(size, np.bool_)  # what was taken before the stroke
        self._made: Flags = np.zeros((ceil(size[0] / _BLOCK), ceil(size[1] / _BLOCK)), np.bool_)
        self._way: Flags = np.zeros(size, np.bool_)  # the middle of the stroke
        self._judged: Flags = np.zeros(size, np.bool_)  # what was in reach so far
        self._found: Flags = np.zeros(size, np.bool_)
        self._at: Point | None = None  # the last point, px of the small picture
        self._looked: Point | None = None  # where it was looked at last
        self._touched = EMPTY  # where something may be taken, px of the small picture

    def to(self, x: float, y: float, token: Token) -> None:
        """Go on to x, y in px of the photo, outside of it as far as its border. Raises ``Cancelled`` through ``token``.

        What is nearer to the last look than half a radius waits for the next point, or for ``end``.
        """
        width, height = self._image.size
        self._at = at = (min(max(x, 0.0), width - 1e-3) / self._cell, min(max(y, 0.0), height - 1e-3) / self._cell)
        if self._looked is None:
            self._look(at, at)
        step = self._radius * _STEP
        while self._looked is not None and (left := dist(self._looked, at)) >= step:
            token.check()
            share, (column, row) = step / left, self._looked
            self._look(self._looked, (column + (at[0] - column) * share, row + (at[1] - row) * share))

    def end(self) -> None:
        """Look at what is left up to the last point."""
        if self._at is not None and self._looked is not None and self._at != self._looked:
            self._look(self._looked, self._at)

    def shown(self) -> Area:
        """What is taken so far at the size it was looked at, with the rectangle of the photo it is to be shown in."""
        rect = self._touched
        return self._full(rect), self._found[rect.slices()].astype(np.uint8) * np.uint8(255)

    def area(self, token: Token, *, enhance: bool) -> Area:
        """What is taken, at the size of the photo; with ``enhance`` its edge follows the photo's own colours.

        Raises ``Cancelled`` through ``token``.
        """
        rect = self._touched
        if not rect:
            return nothing()
        token.step(0.8, "Edge")
        full = self._full(rect)
        soft = cv2.GaussianBlur(self._found[rect.slices()].astype(np.uint8) * np.uint8(255), (0, 0), _ROUND)
        if enhance:
            plane = enlarged(visible(self._image, full), soft, check=token.check)
        else:
            plane = cv2.resize(soft, (full.width, full.height), interpolation=cv2.INTER_LINEAR)
        return tight(plane, full.x, full.y)

    def _look(self, start: Point, stop: Point) -> None:
        """Judge the neighbourhood of a new piece of the way, which runs between two points of the small picture."""
        reach = ceil(self._radius * _REACH)
        left, top = int(min(start[0], stop[0])), int(min(start[1], stop[1]))
        piece = Rect(left, top, int(max(start[0], stop[0])) - left + 1, int(max(start[1], stop[1])) - top + 1)
        window = piece.grow(reach + ceil(self._radius * _AROUND)).intersect(self._frame)
        rows = window.slices()
        new = _line(window, start, stop)
        near = _away(new) <= self._radius * _REACH
        self._way[rows] |= new
        away = _away(self._way[rows]) / np.float32(self._radius)
        lab = cv2.cvtColor(self._picture(window), cv2.COLOR_RGB2Lab).astype(np.float32)
        found, before = self._found[rows], self._before[rows]
        sure = away <= _SURE
        inside = sure | before | (found & ~near)
        outside = ~near & ~inside
        side = 2 * round(self._radius * _SIDE) + 1
        leaning = evidence(lab, inside, outside, side) + _STAYING * (1 - away / np.float32(_EVEN))
        answer = cut(leaning, looks(lab), inside, self._judged[rows] & outside)
        self._judged[rows] |= near
        found[near] = ((answer & ~before) | sure)[near]
        self._touched = self._touched.unite(piece.grow(reach).intersect(self._frame))
        self._looked = stop

    def _picture(self, window: Rect) -> Pixels8:
        """The small picture there, (h, w, 3); makes what has not been looked at so far."""
        for row in range(window.y // _BLOCK, (window.bottom - 1) // _BLOCK + 1):
            for column in range(window.x // _BLOCK, (window.right - 1) // _BLOCK + 1):
                if not self._made[row, column]:
                    self._make(Rect(column * _BLOCK, row * _BLOCK, _BLOCK, _BLOCK).intersect(self._frame))
                    self._made[row, column] = True
        return self._small[window.slices()]

    def _make(self, block: Rect) -> None:
        """Make a block of the small picture, and of what was taken before."""
        full = self._full(block)
        size = block.width, block.height
        photo = visible(self._image, full)
        taken = self._taken.array(full)
        self._small[block.slices()] = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        self._before[block.slices()] = cv2.resize(taken, size, interpolation=cv2.INTER_AREA) > 127

    def _full(self, part: Rect) -> Rect:
        """The pixels of the photo that a part of the small picture shows."""
        cell = self._cell
        whole = Rect(part.x * cell, part.y * cell, part.width * cell, part.height * cell)
        return whole.intersect(Rect(0, 0, *self._image.size))


def _line(window: Rect, start: Point, stop: Point) -> Flags:
    """The pixels on a straight line from a point to another, in a window (h, w) of what they lie in."""
    plane = np.zeros((window.height, window.width), np.uint8)
    (x0, y0), (x1, y1) = ((int(x) - window.x, int(y) - window.y) for x, y in (start, stop))
    cv2.line(plane, (x0, y0), (x1, y1), 1, 1)
    return plane > 0


def _away(line: Flags) -> Real:
    """How far every pixel is from the nearest one that is set, in px."""
    distance: Real = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance
