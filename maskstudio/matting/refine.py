"""Alpha in the unknown band of a trimap. Knows nothing of masks, layers or colours to export.

Closed-form matting on a reduced image, helped by a guess from known colours, carried to full size by the local linear
model. What it costs follows the band, not the frame.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Literal

import numpy as np
from scipy import sparse

from maskstudio.core.arrays import Alpha, Flags, Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.jobs import Token
from maskstudio.matting.cells import Cells, reduce
from maskstudio.matting.firstguess import Guess, guess
from maskstudio.matting.laplacian import assemble
from maskstudio.matting.levels import Descent, Pairs
from maskstudio.matting.quick import check_sizes
from maskstudio.matting.solver import conjugate_gradients

Quality = Literal["fast", "balanced", "best"]


@dataclass(frozen=True)
class Effort:
    """What a quality may cost: ``cells`` unknown in the coarse system, and ``steps`` of each level's correction.

    More cells are slower to solve and no better: with smaller ones, samples and windows reach less far.
    """

    cells: int
    steps: int


_EFFORTS: dict[Quality, Effort] = {"fast": Effort(8_000, 0), "balanced": Effort(40_000, 8), "best": Effort(40_000, 24)}
# Cells in all, where a thin band runs through a large frame: what bounds the memory.
_MOST_CELLS = 3_000_000
# Known cells around the band that are looked at.
_CONTEXT = 32
# What the guess weighs where it is sure, against the Laplacian's 9 windows a pixel.
_GUESS = 3e-3
# What a cell's known pixels weigh, where it has unknown ones too.
_PIN = 10.0
# Solutions of closed form shy away from 0 and 1: what is this close to them is taken for them, the rest stretched.
_HAZE = 0.02
# Keeps the system solvable where neither neighbours nor guess say anything.
_LEAST = 1e-4


def solve_alpha(
    image: Pixels,
    trimap: Plane,
    *,
    token: Token | None = None,
    quality: Quality = "balanced",
) -> Alpha:
    """Alpha (H, W) in 0..1 of ``image`` (H, W, 3), RGB of 8 or 16 bits, for ``trimap`` (H, W).

    In the trimap 255 is sure foreground and comes out as exactly 1, 0 is sure background and comes out as exactly 0,
    anything between is unknown. Without any foreground (or background) the unknown comes out as background (or
    foreground), and as 0.5 with neither. ``quality`` is "fast" for a preview, "balanced", or "best", which corrects
    fine structure for longer at every level. Raises ``BadImage`` or ``BadMask`` for a wrong shape or type, and
    ``Cancelled`` through ``token``.

    Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008; the guess is a data term as
    in Gastal and Oliveira, "Shared sampling for real-time alpha matting", Eurographics 2010.
    """
    check_sizes(image, trimap, "trimap")
    token = token or Token()
    alpha: Alpha = (trimap == 255).astype(np.float32)
    unknown = cv2.inRange(trimap, 1, 254)
    count = cv2.countNonZero(unknown)
    foreground, background = bool(alpha.any()), bool((trimap == 0).any())
    if not count:
        return alpha
    if not (foreground and background):
        alpha[unknown > 0] = 0.5 if foreground == background else float(foreground)
        return alpha
    effort = _EFFORTS[quality]
    side = ceil(sqrt(count / effort.cells))
    frame, side = _reach(trimap, Rect(*cv2.boundingRect(unknown)), side)
    cells = reduce(image, trimap, frame, side, token.part(0.0, 0.1).step)
    pairs = _solve(cells, token.part(0.1, 0.5))
    Descent(image, trimap, pairs, effort.steps).run(alpha, token.part(0.5, 1.0))
    return alpha


def _reach(trimap: Plane, band: Rect, side: int) -> tuple[Rect, int]:
    """What is looked at, the band's box and known pixels of both sides around it, and the side of its cells in px."""
    whole = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    context = _CONTEXT * side
    frame = band.grow(context).intersect(whole)
    while frame != whole and not (trimap[frame.slices()].min() == 0 and trimap[frame.slices()].max() == 255):
        context *= 2
        frame = band.grow(context).intersect(whole)
    return frame, max(side, ceil(sqrt(frame.area / _MOST_CELLS)))


def _solve(cells: Cells, token: Token) -> Pairs:
    """Alpha (h, w) of the cells, in 0..1, and the pairs of colours that helped to find it."""
    unknown = (cells.foreground < 1) & (cells.background < 1)
    sides = _sure(cells.foreground), _sure(cells.background)
    first = guess(cells.colours, *sides, unknown, token.part(0.0, 0.5))
    system = assemble(cells.colours, cells.foreground, unknown, token.part(0.5, 0.7).step)
    held, pull = _data(cells, unknown, first)
    matrix = system.matrix + sparse.diags_array(held).tocsr()
    solved = cells.foreground.copy()
    solved[unknown] = conjugate_gradients(matrix, system.pull + pull, first.alpha, token.part(0.7, 1.0).step)
    stretched: Alpha = np.clip((solved - _HAZE) / (1 - 2 * _HAZE), 0, 1)
    return Pairs.of(cells, stretched, unknown, first)


def _sure(share: Real) -> Flags:
    """The cells that show what one side looks like: whole ones, or where there are none those with a trace of it."""
    whole: Flags = share == 1
    return whole if whole.any() else share > 0


def _data(cells: Cells, unknown: Flags, first: Guess) -> tuple[Alpha, Alpha]:
    """What holds the unknown cells besides their neighbours: weights, and weights times targets."""
    known, share = (cells.foreground + cells.background)[unknown], cells.foreground[unknown]
    trust = _GUESS * first.confidence + _LEAST
    return _PIN * known + trust, _PIN * share + trust * first.alpha
