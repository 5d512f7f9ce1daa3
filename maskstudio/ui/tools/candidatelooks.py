"""Candidates as they are shown: what each would select as a tint over the photo, and as a small picture in the bar."""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.area import nothing, tight
from maskstudio.core.arrays import Pixels, Pixels8, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect, bounds
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.mask import Mask, within
from maskstudio.session.selectors import Candidate
from maskstudio.ui.tools.tint import ACCENT, TAKEN, Tint

PICTURE = (44, 30)  # logical pixels of a small picture
_SIZE = (2 * PICTURE[0], 2 * PICTURE[1])  # for screens of twice as many pixels
_AROUND = 1.2  # times the size of what is selected that is shown of the photo
_DIMMED = 0.3
_COARSEST = 32  # px
_MOST = 1_500_000  # pixels shown of one candidate


@dataclass(frozen=True, eq=False)
class CandidateLook:
    """One candidate as it is shown. ``picture`` is (H, W, 3); ``tints`` lie over the photo."""

    tints: tuple[Tint, ...]
    picture: Pixels8
    score: float


def pictured(found: list[Candidate], earlier: Mask | None, image: Image, scale: float) -> list[CandidateLook]:
    """How candidates are shown at ``scale`` device pixels per image pixel; slow enough for a thread.

    With an ``earlier`` mask, only what they add to it and take from it is shown.
    """
    return [_pictured(each, earlier, image, scale) for each in found]


def guessed(mask: Mask, scale: float) -> Tint:
    """The tint of a guess at ``scale`` device pixels per image pixel; slow enough for a thread."""
    return Tint.stretched(*_small(mask, mask.bounds, _step(scale, mask.bounds)))


def _pictured(candidate: Candidate, earlier: Mask | None, image: Image, scale: float) -> CandidateLook:
    """One candidate as it is shown; see ``pictured``."""
    mask = candidate.mask
    if earlier is None:
        box, small = _small(mask, mask.bounds, _step(scale, mask.bounds))
        return CandidateLook((Tint.stretched(box, small),), _picture(image, mask, mask.bounds), candidate.score)
    box = bounds(mask.rect(index) for index in mask.changed(earlier))
    step = _step(scale, box)
    (box, after), (_, before) = _small(mask, box, step), _small(earlier, box, step)
    tints, shown = [], EMPTY
    for plane, colour in ((cv2.subtract(after, before), ACCENT), (cv2.subtract(before, after), TAKEN)):
        part, tinted = tight(plane, 0, 0) if box else nothing()
        part = Rect(box.x + part.x * step, box.y + part.y * step, part.width * step, part.height * step)
        tints.append(Tint.stretched(part, np.ascontiguousarray(tinted), colour))
        shown = shown.unite(part)
    return CandidateLook(tuple(tints), _picture(image, mask, shown), candidate.score)


def _step(scale: float, box: Rect) -> int:
    """Image pixels to a side of each that is shown of ``box`` at ``scale``: a power of two, as tiles divide into.

    No coarser than the screen, but where that would be so many that the answer had to wait for them.
    """
    step = 1
    while step < _COARSEST and (2 * step * scale <= 1 or box.area > _MOST * step * step):
        step *= 2
    return step


def _small(mask: Mask, box: Rect, step: int) -> tuple[Rect, Plane]:
    """The mean coverage of every square of ``step`` px that meets ``box``: where they lie (px), uint8 (h, w).

    Squares at the right and lower edge may reach beyond the photo. Tiles of one value cost nothing.
    """
    if not box:
        return EMPTY, np.zeros((0, 0), np.uint8)
    squares = _squares(box, step)
    out = np.zeros((squares.height, squares.width), np.uint8)
    for index, tile in mask.tiles.items():
        whole = _squares(mask.rect(index), step)
        part = whole.intersect(squares)
        if not part:
            continue
        if tile.value is not None:
            out[within(part, squares)] = tile.value
        else:
            out[within(part, squares)] = _shrunk(tile.pixels, step)[within(part, whole)]
    return Rect(squares.x * step, squares.y * step, squares.width * step, squares.height * step), out


def _squares(box: Rect, step: int) -> Rect:
    """The squares of ``step`` px that meet ``box``, counted in squares."""
    x, y = box.x // step, box.y // step
    return Rect(x, y, -(-box.right // step) - x, -(-box.bottom // step) - y)


def _shrunk(plane: Plane, step: int) -> Plane:
    """The means of squares of ``step`` px; those at the right and lower edge as if its last pixels went on."""
    if step == 1:
        return plane
    height, width = plane.shape
    right, below = -width % step, -height % step
    if right or below:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE)
    size = plane.shape[1] // step, plane.shape[0] // step
    small: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return small


def _picture(image: Image, mask: Mask, box: Rect) -> Pixels8:
    """The photo around ``box``, dimmed where ``mask`` leaves it out: uint8 (height, width, 3)."""
    out = np.zeros((_SIZE[1], _SIZE[0], 3), np.uint8)
    if not box:
        return out
    scale = max(box.width * _AROUND / _SIZE[0], box.height * _AROUND / _SIZE[1], 1 / 8)  # image px for each of it
    width, height = (max(round(side * scale), 1) for side in _SIZE)
    x, y = box.x + (box.width - width) // 2, box.y + (box.height - height) // 2
    inside = Rect(x, y, width, height).intersect(mask.frame)
    squares, plane = _small(mask, inside, _step(1 / scale, inside))
    step = squares.width // plane.shape[1]
    source: Pixels = image.pixels[squares.slices()][::step, ::step].copy()
    share = plane[: source.shape[0], : source.shape[1], None].astype(np.float32) / 255
    lit = np.rint(to_8bit(source) * (_DIMMED + (1 - _DIMMED) * share)).astype(np.uint8)
    size = max(round(inside.width / scale), 1), max(round(inside.height / scale), 1)
    left, top = round((inside.x - x) / scale), round((inside.y - y) / scale)
    small = cv2.resize(lit, size, interpolation=cv2.INTER_AREA)[: _SIZE[1] - top, : _SIZE[0] - left]
    out[top : top + small.shape[0], left : left + small.shape[1]] = small
    return out
