"""Alpha carried from coarse cells to pixels, level by level, with a short correction where fine structure lives.

Carrying is guided upsampling: within a window alpha is a linear function of colour, so its coefficients, which vary
slowly, are enlarged instead of alpha itself, and applied to the finer colours (He and Sun, "Fast guided filter",
2015). Everything is done tile by tile along the band: what is held besides is one plane of alpha a level.
Knows nothing of how the coarsest alpha was solved.
"""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Alpha, Colours, Flags, Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.jobs import Token
from maskstudio.matting.cells import Cells, share
from maskstudio.matting.coarse import averaged, unit
from maskstudio.matting.firstguess import Guess, explain
from maskstudio.matting.windows import Windows, settle
from maskstudio.matting.workthrough import work_through

# Cells of a tile's side, and how many beyond are solved with it so that tiles meet without a seam.
_TILE, _HALO = 192, 8
# Coarser cells around a tile that its alpha is carried from.
_MARGIN = 3
# Variance of colour, in 0..1, below which a window says nothing of how alpha follows colour: to carry, to correct.
_FLAT, _FLATTER = 1e-5, 1e-6 / 9
# What a pair of colours found on coarse cells weighs where it explains a finer one, and what the alpha carried weighs.
_PAIR, _STAY = 1e-3, 1e-2
# A cell has fine structure where carrying moves alpha by this much; a tile with this share of them is worth solving.
_MOVED, _WORTH = 0.03, 0.01


@dataclass(frozen=True)
class Level:
    """Alpha of the cells of ``side`` px in ``frame``: (h, w) in 0..1, the known ones included."""

    frame: Rect
    side: int
    alpha: Alpha

    @property
    def whole(self) -> Rect:
        """All cells."""
        return Rect(0, 0, self.alpha.shape[1], self.alpha.shape[0])

    def pixels(self, cells: Rect) -> Rect:
        """The pixels that some cells cover."""
        x, y, width, height = (value * self.side for value in (cells.x, cells.y, cells.width, cells.height))
        return Rect(self.frame.x + x, self.frame.y + y, width, height).intersect(self.frame)

    def colours(self, image: Pixels, cells: Rect) -> Colours:
        """The mean colour of each of some cells."""
        return averaged(unit(image[self.pixels(cells).slices()]), self.side)

    def under(self, finer: "Level", cells: Rect) -> Rect:
        """The cells of this level around some of a finer one."""
        ratio = finer.side / self.side
        left, top = int(cells.x * ratio), int(cells.y * ratio)
        right, bottom = int(cells.right * ratio) + 1, int(cells.bottom * ratio) + 1
        return Rect(left, top, right - left, bottom - top).grow(_MARGIN).intersect(self.whole)

    def enlarged(self, values: Real, box: Rect, finer: "Level", cells: Rect) -> Real:
        """``values`` of the cells of ``box`` at the centres of some ``cells`` of a finer level, bilinear."""
        ratio = finer.side / self.side
        left, top = ((place + 0.5) * ratio - 0.5 for place in (cells.x, cells.y))
        place = np.array([[ratio, 0, left - box.x], [0, ratio, top - box.y]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (cells.width, cells.height)
        large: Real = cv2.warpAffine(values, place, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return large


@dataclass(frozen=True)
class Pairs:
    """The pair of colours that explains each coarse cell, (h, w, 3) each; of known cells both are the same."""

    level: Level
    foreground: Colours
    background: Colours

    @staticmethod
    def of(cells: Cells, alpha: Alpha, unknown: Flags, first: Guess) -> "Pairs":
        """From what was guessed of the ``unknown`` cells, whose ``alpha`` (h, w) has been solved since."""
        fore, back = cells.colours.copy(), cells.colours.copy()
        fore[unknown], back[unknown] = first.foreground, first.background
        return Pairs(Level(cells.frame, cells.side, alpha), fore, back)


@dataclass(frozen=True)
class Descent:
    """From coarse cells down to the pixels of ``image`` (H, W, 3) that ``trimap`` (H, W) does not know.

    A level's correction takes up to ``steps`` iterations; with 0 alpha is only carried, in one go.
    """

    image: Pixels
    trimap: Plane
    pairs: Pairs
    steps: int

    def run(self, out: Alpha, token: Token) -> None:
        """Writes the alpha of the unknown pixels into ``out`` (H, W), which holds the known ones already."""
        level = self.pairs.level
        sides = self._sides(level.side)
        whole = sum(1 / side**2 for side in sides)
        start = 0.0
        for side in sides:
            stop = start + 1 / side**2 / whole
            finer = self._finer(side, out)
            self._fill(finer, level, token.part(start, stop))
            level, start = finer, stop
        if not sides:
            known = self.trimap[level.frame.slices()]
            inside = (known > 0) & (known < 255)
            out[level.frame.slices()][inside] = level.alpha[inside]

    def _sides(self, side: int) -> list[int]:
        """The sides of the finer levels' cells, down to pixels."""
        sides = [side]
        while sides[-1] > 1:
            sides.append(sides[-1] // 2 if self.steps else 1)
        return sides[1:]

    def _finer(self, side: int, out: Alpha) -> Level:
        """A level of smaller cells that holds the known ones; of pixels it is ``out`` itself."""
        frame = self.pairs.level.frame
        if side == 1:
            return Level(frame, 1, out[frame.slices()])
        return Level(frame, side, unit(averaged(cv2.inRange(self.trimap[frame.slices()], 255, 255), side)))

    def _fill(self, finer: Level, level: Level, token: Token) -> None:
        """Writes the alpha of the band's cells of ``finer``, tile by tile, from ``level``."""
        width, height = finer.whole.width, finer.whole.height
        corners = [(x, y) for y in range(0, height, _TILE) for x in range(0, width, _TILE)]

        def work(corner: tuple[int, int]) -> None:
            band = self._band(finer, Rect(*corner, _TILE, _TILE).intersect(finer.whole))
            if band:
                around = band.grow(_HALO).intersect(finer.whole)
                solved = self._tile(finer, level, around, token)
                inner = Rect(band.x - around.x, band.y - around.y, band.width, band.height)
                finer.alpha[band.slices()] = solved[inner.slices()]

        work_through(work, corners, token)

    def _band(self, level: Level, tile: Rect) -> Rect:
        """The box of the unknown cells of a ``tile``, or an empty one."""
        box = Rect(*cv2.boundingRect(cv2.inRange(self.trimap[level.pixels(tile).slices()], 1, 254)))
        if not box:
            return box
        side = level.side
        left, top = box.x // side, box.y // side
        right, bottom = -(-box.right // side), -(-box.bottom // side)
        return Rect(tile.x + left, tile.y + top, right - left, bottom - top)

    def _tile(self, finer: Level, level: Level, around: Rect, token: Token) -> Alpha:
        """Alpha of the cells ``around``: carried from ``level``, and corrected where fine structure lives."""
        colours = finer.colours(self.image, around)
        known = self.trimap[finer.pixels(around).slices()]
        foreground, background = (share(known == value, finer.side) for value in (255, 0))
        free = (foreground < 1) & (background < 1)
        box = level.under(finer, around)
        carried = self._carried(finer, level, around, colours)
        start = np.where(free, carried, foreground)
        moved = np.abs(carried - level.enlarged(level.alpha[box.slices()], box, finer, around)) > _MOVED
        if not self.steps or np.count_nonzero(moved & free) < _WORTH * np.count_nonzero(free):
            return start
        token.check()
        box = self.pairs.level.under(finer, around)
        fore, back = (
            self.pairs.level.enlarged(plane[box.slices()], box, finer, around)
            for plane in (self.pairs.foreground, self.pairs.background)
        )
        target, trust = explain(colours, fore, back)
        pull = (target, np.float32(_PAIR) * trust, _STAY)
        solved = settle(Windows(colours, _FLATTER), start, free.astype(np.float32), pull, self.steps, token.check)
        corrected: Alpha = np.clip(solved, 0, 1)
        return corrected

    def _carried(self, finer: Level, level: Level, around: Rect, colours: Colours) -> Alpha:
        """Alpha of the cells ``around`` by the models of the coarser ones; each of those gets its own alpha."""
        box = level.under(finer, around)
        coarse, alpha = level.colours(self.image, box), level.alpha[box.slices()]
        slopes, _ = Windows(coarse, _FLAT).slopes(alpha)
        model = np.dstack([cv2.blur(np.ascontiguousarray(slopes.transpose(1, 2, 0)), (3, 3)), alpha])
        model[..., 3] -= np.einsum("ijk,ijk->ij", model[..., :3], coarse)
        here = level.enlarged(model, box, finer, around)
        carried: Alpha = np.clip(np.einsum("ijk,ijk->ij", here[..., :3], colours) + here[..., 3], 0, 1)
        return carried
