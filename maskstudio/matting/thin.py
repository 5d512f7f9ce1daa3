"""What is thin in a mask, parts and openings alike, is held against a solver that cannot see it.

A band wider than a part leaves it without a sure pixel, and so does a coarse cell: there only the mask knows. What an
opening by a disc takes away stands above its surroundings (the top-hat of Meyer, 1979), whatever those are: soft masks
need no threshold, and the ramp along a thick body is no part of its own. It is asked on cells of 1, 2, 4, … px, so a
part of any width is told by the same small disc. Knows no images, bands or solvers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import within
from maskstudio.matting.coarse import averaged

Plane = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float32]
Check = Callable[[], None]

# Cells across the disc that does not fit into what is thin.
_DISC = 7
# The share of a part that is held where it is thin on cells of 1, 2, 4 px, and on larger ones: the wider it is, the
# better a photo tells where it ends.
_SHARES, _LEAST = (0.86, 0.82, 0.64), 0.58
# And of what hangs together with nothing thick, so that no component disappears and no opening closes.
_ALONE = 0.83
# Where its edge is soft, all of a part that is thin on pixels is held: a soft edge is a measure, and a hard one only
# says which half is nearer. So many soft pixels, as a share of all, make a soft edge.
_SOFT = 1 / 12
# A part has to stand out by so much somewhere, and reaches as far as it stands out by so little.
_STANDS, _TRACE = 40, 4
# A part of a body goes on beyond it for so many cells at least: a rounded corner is none.
_BEYOND = 2
# What is left of a part is counted over so many cells around.
_AROUND = 9
_TILE = 512
_SEPARATE = 2


def _go_on() -> None:
    pass


def margin(reach: int) -> int:
    """How far around a pixel the mask has to be known to say what is thin there for a band of ``reach`` px."""
    return 2 * _DISC * _sides(reach)[-1]


def grain(reach: int) -> int:
    """Windows on a mask begin at whole multiples of so many px, so that each of them sees the same cells."""
    return _sides(reach)[-1]


def held(alpha: Plane, mask: Plane, reach: int, apart: Flags | None = None, check: Check = _go_on) -> Plane:
    """``alpha`` with at least as much of the thin parts and openings of ``mask`` as is to be held, all (H, W).

    ``reach`` is the width of the band in px that ``alpha`` was solved in: what is wider than twice that, and a little,
    needs nobody's help. Alpha moves towards the mask by what is missing around a pixel, never away from it. ``apart``
    is left alone. ``check`` is called now and then and may raise. A new array.
    """
    out = alpha.copy()
    _hold(out, mask, reach, apart, check)
    rest = cv2.bitwise_not(out)
    _hold(rest, cv2.bitwise_not(mask), reach, apart, check)
    kept: Plane = cv2.bitwise_not(rest)
    return kept


def _sides(reach: int) -> list[int]:
    """The sides of the cells in px."""
    sides = [1]
    while sides[-1] * _DISC < 2.5 * reach:
        sides.append(2 * sides[-1])
    return sides


def _hold(alpha: Plane, mask: Plane, reach: int, apart: Flags | None, check: Check) -> None:
    """Raises ``alpha`` towards ``mask`` where less of a thin part is there than is to be held; in place."""
    shares = {2**step: share for step, share in enumerate(_SHARES)}
    for side in reversed(_sides(reach)):
        check()
        cells = np.ascontiguousarray(averaged(mask, side))
        thin = _thin(cells, check)
        if thin.any():
            there = averaged(cv2.min(alpha, mask), side)
            level = _Level(side, thin, cells, there, shares.get(side, _LEAST))
            for tile, around in _tiles(thin):
                check()
                level.raise_in(tile, around, alpha, mask, apart)


@dataclass(frozen=True)
class _Level:
    """Cells of ``side`` px: which are ``thin``, the ``mask`` and what is ``there`` of it, and the ``share`` to hold."""

    side: int
    thin: Plane
    mask: Plane
    there: Plane
    share: float

    def raise_in(self, tile: Rect, around: Rect, alpha: Plane, mask: Plane, apart: Flags | None) -> None:
        """Raises ``alpha`` in the pixels of some cells; those ``around`` are looked at."""
        inner, side = within(tile, around), self.side
        lack, thin = (
            np.repeat(np.repeat(plane[inner], side, axis=0), side, axis=1)
            for plane in (self._lack(around.slices()), self.thin[around.slices()])
        )
        here = Rect(tile.x * side, tile.y * side, thin.shape[1], thin.shape[0])
        here = here.intersect(Rect(0, 0, mask.shape[1], mask.shape[0]))
        lack = lack[: here.height, : here.width] * (thin[: here.height, : here.width] > 0)
        if apart is not None:
            lack[apart[here.slices()]] = 0
        below = cv2.subtract(mask[here.slices()], alpha[here.slices()])
        alpha[here.slices()] += np.rint(below * lack).astype(np.uint8)

    def _lack(self, around: tuple[slice, slice]) -> Real:
        """The share of what is missing that has to come back, in the cells ``around``."""
        thin, mask = (self.thin[around] > 0).astype(np.float32), self.mask[around]
        whole = np.maximum(_mean(mask * thin), np.float32(1e-3))
        share = np.minimum(_mean(self.there[around] * thin) / whole, 1)
        wanted = np.where(self.thin[around] == _SEPARATE, np.float32(max(self.share, _ALONE)), np.float32(self.share))
        if self.side == 1:
            soft = _mean((cv2.inRange(mask, 16, 239) > 0) * thin) / np.maximum(_mean(thin), np.float32(1e-3))
            wanted = wanted + np.clip(soft / np.float32(_SOFT), 0, 1) * (1 - wanted)
        lack: Real = np.clip((wanted - share) / np.maximum(1 - share, np.float32(1e-3)), 0, 1)
        return lack


def _thin(plane: Plane, check: Check) -> Plane:
    """1 where ``plane`` has something thin that is more than a body's corner, ``_SEPARATE`` where there is no body."""
    above, firm, at_body = (np.zeros_like(plane) for _ in range(3))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_DISC, _DISC))
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _BEYOND + 1,) * 2)
    for tile, around in _tiles(plane):
        check()
        window, here = plane[around.slices()], within(tile, around)
        body = cv2.morphologyEx(window, cv2.MORPH_OPEN, disc)
        stands = cv2.subtract(window, body)
        solid = cv2.inRange(body, 128, 255)
        above[tile.slices()] = cv2.inRange(stands, _TRACE, 255)[here]
        strong = cv2.inRange(stands, _STANDS, 255)
        beyond = cv2.bitwise_and(strong, cv2.bitwise_not(cv2.dilate(solid, near)))
        firm[tile.slices()] = cv2.max(strong // 255, beyond)[here]  # 1 stands out, 255 beyond the body too
        at_body[tile.slices()] = cv2.dilate(solid, np.ones((3, 3), np.uint8))[here]
    return _kept(above, firm, at_body)


def _kept(above: Plane, firm: Plane, at_body: Plane) -> Plane:
    """1 in the pieces of ``above`` that go on beyond a body, and ``_SEPARATE`` in those that touch none."""
    count, labels = cv2.connectedComponents(above, connectivity=8)
    pixels = np.flatnonzero(above)
    piece, strength = labels.ravel()[pixels], firm.ravel()[pixels]
    beyond, strong, touching = (np.zeros(count, np.bool_) for _ in range(3))
    beyond[piece[strength == 255]] = True
    strong[piece[strength > 0]] = True
    touching[piece[at_body.ravel()[pixels] > 0]] = True
    thin = np.zeros_like(above)
    thin.ravel()[pixels] = np.where(strong & ~touching, _SEPARATE, beyond)[piece]
    return thin


def _tiles(plane: Plane) -> Iterator[tuple[Rect, Rect]]:
    """The parts of ``plane`` that are not all of one value, each with what is looked at around it."""
    frame = Rect(0, 0, plane.shape[1], plane.shape[0])
    for y in range(0, frame.height, _TILE):
        for x in range(0, frame.width, _TILE):
            tile = Rect(x, y, _TILE, _TILE).intersect(frame)
            around = tile.grow(2 * _DISC).intersect(frame)
            low, high, _, _ = cv2.minMaxLoc(plane[around.slices()])
            if low != high:
                yield tile, around


def _mean(plane: Real) -> Real:
    mean: Real = cv2.blur(plane, (_AROUND, _AROUND))
    return mean
