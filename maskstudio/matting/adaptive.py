"""A band along a mask's contour that is as wide as the photo needs: wide at hair and blur, narrow at clean edges.

A rough alpha of the whole band is found at a size where the band is a few cells wide. Where it departs from the mask,
for hair or because the contour is off, the band reaches as far as it does so, and a little farther. Knows no layers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from maskstudio.core.arrays import Distances, Flags, Pixels, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import within
from maskstudio.jobs import Token
from maskstudio.matting.quick import averaged, check_sizes, quick_alpha, reduced
from maskstudio.matting.quickwindows import WideWindows
from maskstudio.matting.trimap import Band, drawn, measured

# The narrowest band as a share of the widest, and in px.
_NARROWEST, _LEAST = 1 / 6, 2
# Cells in the half width of the band, and px in a cell at least.
_FINE, _SMALLEST = 12, 2
# Cells worked on at a time, and known ones around the band that are looked at.
_PART, _CONTEXT = 128, 8
# Steps towards rough alpha: enough to say where it is soft.
_STEPS = 4
# Rough alpha this far from the mask's own coverage of a cell says that the mask is wrong there, or too hard; alone
# among its neighbours such a cell is noise.
_WRONG, _ALONE = 0.08, 0.15
# The band reaches farther than what is wrong by this factor and so many cells. What is wrong near the end of the band
# mostly goes on beyond, so the whole band is taken there.
_FARTHER, _BEYOND = 1.35, 1
# Cells along the edge over which a need for width spreads, and over half of which width changes.
_ALONG = 4


def from_image(image: Pixels, mask: Plane, band_width: int, *, token: Token | None = None) -> Plane:
    """The trimap of ``mask`` (uint8, (H, W)), its band fitted to ``image`` (H, W, 3), RGB of 8 or 16 bits.

    Like ``trimap.from_mask``, and never unknown where that is sure; but the band reaches ``band_width`` px from the
    contour only where the photo shows hair, fur, blur, or an edge that far from the mask's, and down to a sixth of it
    (2 px at least) where the edge is clean. In between its width changes smoothly. Raises ``BadImage``, ``BadMask`` or
    ``BadParameter`` as the two together would, and ``Cancelled`` through ``token``.
    """
    token = token or Token()
    check_sizes(image, mask, "mask")
    band = measured(mask, band_width, token.check)
    if band_width <= _LEAST or not band.near.any():
        return drawn(mask, band.box, band.near)
    token.step(0.2)
    plain = drawn(mask, band.box, band.near)
    token.step(0.3)
    here = band.box.slices()
    grid = _Grid.over(band, band_width)
    shares = _shares(grid, image[here], mask[here], plain[here], token.part(0.3, 0.9))
    token.step(0.9)
    return drawn(mask, band.box, _narrowed(grid, shares))


@dataclass(frozen=True)
class _Grid:
    """Square cells of ``side`` px over the box of a band of ``width`` px; the last may be partly outside of it."""

    band: Band
    width: int
    side: int
    columns: int
    rows: int

    @staticmethod
    def over(band: Band, width: int) -> "_Grid":
        """The grid for a band."""
        side = max(_SMALLEST, round(width / _FINE))
        return _Grid(band, width, side, -(-band.box.width // side), -(-band.box.height // side))

    def parts(self) -> Iterator[Rect]:
        """Rectangles of cells, a piece at a time, that together hold the band."""
        for y in range(0, self.rows, _PART):
            for x in range(0, self.columns, _PART):
                part = Rect(x, y, _PART, _PART).intersect(Rect(0, 0, self.columns, self.rows))
                near = cv2.boundingRect(self.band.near[self.pixels(part).slices()].view(np.uint8))
                if near[2]:
                    yield self._cells(Rect(*near), part)

    def _cells(self, pixels: Rect, part: Rect) -> Rect:
        """The cells that hold these pixels of a part."""
        left, top = pixels.x // self.side, pixels.y // self.side
        right, bottom = -(-pixels.right // self.side), -(-pixels.bottom // self.side)
        return Rect(part.x + left, part.y + top, right - left, bottom - top)

    def pixels(self, cells: Rect) -> Rect:
        """Their pixels, in the band's box."""
        side = self.side
        whole = Rect(0, 0, self.band.box.width, self.band.box.height)
        return Rect(cells.x * side, cells.y * side, cells.width * side, cells.height * side).intersect(whole)


def _shares(grid: _Grid, image: Pixels, mask: Plane, plain: Plane, token: Token) -> Plane:
    """How wide the band is to be around each cell (rows, columns): 255 is the whole width.

    ``image``, ``mask`` and the ``plain`` trimap are those of the band's box.
    """
    needed = np.zeros((grid.rows, grid.columns), np.uint8)
    halo = -(-grid.width // grid.side) + _CONTEXT
    parts = list(grid.parts())
    for number, part in enumerate(parts):
        token.step(number / len(parts))
        around = part.grow(halo).intersect(Rect(0, 0, grid.columns, grid.rows))
        here = grid.pixels(around).slices()
        size = (around.width, around.height)
        found = _needed(grid, image[here], mask[here], plain[here], grid.band.depth[here], size)
        needed[part.slices()] = found[within(part, around)]
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _ALONG + 1,) * 2)
    least = max(_NARROWEST, _LEAST / grid.width)
    spread = np.maximum(cv2.dilate(needed, disc), np.uint8(ceil(255 * least)))  # cv2.max makes four rows of one pixel
    for _ in range(2):
        spread = cv2.blur(spread, (_ALONG + 1, _ALONG + 1))
    smooth: Plane = spread
    return smooth


def _needed(grid: _Grid, image: Pixels, mask: Plane, plain: Plane, depth: Distances, size: tuple[int, int]) -> Plane:
    """The share of the band's width, 255 for all, that each of some cells asks for; ``size`` is how many there are."""
    pixels, deep = reduced(image, grid.side, size), averaged(depth, grid.side, size)
    fore, back = (reduced(cv2.inRange(plain, value, value), grid.side, size) for value in (255, 0))
    unknown = (fore < 1) & (back < 1)
    if not (fore.any() and back.any()):
        return np.where(unknown, np.uint8(255), np.uint8(0))
    coverage = reduced(cv2.inRange(mask, 128, 255), grid.side, size)
    alpha = np.clip(quick_alpha(pixels, WideWindows(pixels), fore, back, coverage, steps=_STEPS), 0, 1)
    wrong = (np.abs(alpha - coverage) > _WRONG) & unknown
    wrong &= cv2.blur(wrong.astype(np.float32), (3, 3)) > _ALONE
    share = (deep * _FARTHER + _BEYOND * grid.side) * np.float32(255 / grid.width)
    return np.where(wrong, np.minimum(share, 255), 0).astype(np.uint8)


def _narrowed(grid: _Grid, shares: Plane) -> Flags:
    """The pixels of the band's box that are within the width wanted around them."""
    near = np.zeros(grid.band.near.shape, np.bool_)
    scale = np.float32(255 / grid.width)
    for part in grid.parts():
        around = part.grow(1).intersect(Rect(0, 0, grid.columns, grid.rows))
        wide = cv2.resize(shares[around.slices()], None, fx=grid.side, fy=grid.side, interpolation=cv2.INTER_LINEAR)
        there = grid.pixels(part)
        left, top = (part.x - around.x) * grid.side, (part.y - around.y) * grid.side
        wide = wide[top : top + there.height, left : left + there.width]
        here = there.slices()
        near[here] |= grid.band.near[here] & (grid.band.depth[here] * scale <= wide)
    return near
