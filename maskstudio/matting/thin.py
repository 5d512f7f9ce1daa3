"""What is thin in a mask, parts and openings alike, is held against a solver that cannot see it.

A band wider than a part leaves it without a sure pixel, and so does a coarse cell: there only the mask knows. What an
opening by a disc takes away stands above its surroundings (the top-hat of Meyer, 1979), whatever those are: soft masks
need no threshold, and the ramp along a thick body is no part of its own. It is asked on cells of 1, 2, 4, … px, so a
part of any width is told by the same small disc. Knows no images, bands or solvers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Flags, Indices, Plane, Real
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import within
from maskstudio.matting import things
from maskstudio.matting.coarse import averaged

# Cells across the disc that does not fit into what is thin.
_DISC = 7
# The share of a part that is held where it is thin on cells of 1, 2, 4 px, and on larger ones: the wider it is, the
# better a photo tells where it ends.
_SHARES, _LEAST = (0.86, 0.86, 0.66), 0.58
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
# Cells that are looked at together, and those that are raised together: fewer, since little of a frame is thin.
_TILE, _LESS = 256, 128
_SEPARATE = 2


def margin(reach: int) -> int:
    """How far around a pixel the mask has to be known to say what is thin there for a band of ``reach`` px."""
    return 2 * _DISC * _sides(reach)[-1]


def grain(reach: int) -> int:
    """Windows on a mask begin at whole multiples of so many px, so that each of them sees the same cells."""
    return _sides(reach)[-1]


def held(alpha: Plane, mask: Plane, reach: int, apart: Flags | None = None, check: Check = go_on) -> Plane:
    """``alpha`` with at least as much of the thin parts and openings of ``mask`` as is to be held, all (H, W).

    ``reach`` is the width of the band in px that ``alpha`` was solved in: what is wider than twice that, and a little,
    needs no help. Alpha moves towards the mask by what is missing around a pixel, never away from it. ``apart``
    is left alone. ``check`` is called now and then and may raise. A new array.
    """
    out, left_out = alpha.copy(), cv2.bitwise_not(mask)
    more, less = cv2.subtract(alpha, mask), cv2.subtract(mask, alpha)
    parts = _hold(out, mask, more, reach, apart, check)
    rest = cv2.bitwise_not(out)
    openings = _hold(rest, left_out, less, reach, apart, check)
    things.keep(rest, left_out, less, openings, parts, apart, check)
    kept: Plane = cv2.bitwise_not(rest)
    things.keep(kept, mask, more, parts, openings, apart, check)
    return kept


def _sides(reach: int) -> list[int]:
    """The sides of the cells in px."""
    sides = [1]
    while sides[-1] * _DISC < 2.5 * reach:
        sides.append(2 * sides[-1])
    return sides


@dataclass(frozen=True)
class Thin:
    """Where a plane is thin: ``levels`` holds the side in px of cells, and a plane of them that is not 0 there."""

    levels: list[tuple[int, Plane]]

    def at(self, rows: Indices, columns: Indices) -> Flags:
        """Whether the pixels at ``rows`` and ``columns``, (n,) each, are: (n,)."""
        found = np.zeros(len(rows), np.bool_)
        for side, plane in self.levels:
            found |= plane[rows // side, columns // side] > 0
        return found


def _hold(alpha: Plane, mask: Plane, beyond: Plane, reach: int, apart: Flags | None, check: Check) -> Thin:
    """Raises ``alpha`` towards ``mask`` where less of a thin part is there than is to be held; in place.

    ``beyond`` is by how much more than the mask was found.
    """
    shares = {2**step: share for step, share in enumerate(_SHARES)}
    found = []
    for side in reversed(_sides(reach)):
        check()
        cells = np.ascontiguousarray(averaged(mask, side))
        thin = _thin(cells, check)
        box = Rect(*cv2.boundingRect(thin))
        if box:
            found.append((side, thin))
            there = averaged(cv2.min(alpha, mask), side)
            level = _Level(side, thin, cells, there, averaged(beyond, side), shares.get(side, _LEAST))
            for tile in _pieces(box, _LESS):
                check()
                level.raise_in(tile, alpha, mask, apart)
    return Thin(found)


@dataclass(frozen=True)
class _Level:
    """Cells of ``side`` px: which are ``thin``, the ``mask``, what is ``there`` of it and was found ``beyond`` it, and
    the ``share`` to hold.
    """

    side: int
    thin: Plane
    mask: Plane
    there: Plane
    beyond: Plane
    share: float

    def raise_in(self, tile: Rect, alpha: Plane, mask: Plane, apart: Flags | None) -> None:
        """Raises ``alpha`` in the pixels of some cells."""
        box, side = Rect(*cv2.boundingRect(self.thin[tile.slices()])), self.side
        if not box:
            return
        tile = Rect(tile.x + box.x, tile.y + box.y, box.width, box.height)
        around = tile.grow(_AROUND // 2).intersect(Rect(0, 0, self.thin.shape[1], self.thin.shape[0]))
        lack = self._lack(around.slices())[within(tile, around)] * (self.thin[tile.slices()] > 0)
        box = Rect(*cv2.boundingRect((lack > 0).view(np.uint8)))
        if not box:
            return
        here = Rect((tile.x + box.x) * side, (tile.y + box.y) * side, box.width * side, box.height * side)
        here = here.intersect(Rect(0, 0, mask.shape[1], mask.shape[0]))
        wide = cv2.resize(lack[box.slices()], None, fx=side, fy=side, interpolation=cv2.INTER_NEAREST)
        wide = wide[: here.height, : here.width]
        if apart is not None:
            wide[apart[here.slices()]] = 0
        below = cv2.subtract(mask[here.slices()], alpha[here.slices()])
        alpha[here.slices()] += cv2.multiply(below, wide, dtype=cv2.CV_8U)

    def _lack(self, around: tuple[slice, slice]) -> Real:
        """The share of what is missing that has to come back, in the cells ``around``.

        What was found close by, outside of the mask, is not missing: hair is softer than a hard mask of it, and wider.
        """
        thin, mask = (self.thin[around] > 0).astype(np.float32), self.mask[around]
        whole = np.maximum(_mean(mask * thin), np.float32(1e-3))
        wanted = np.where(self.thin[around] == _SEPARATE, np.float32(max(self.share, _ALONE)), np.float32(self.share))
        beyond = _mean(self.beyond[around].astype(np.float32))
        if self.side == 1:
            soft = _mean((cv2.inRange(mask, 16, 239) > 0) * thin) / np.maximum(_mean(thin), np.float32(1e-3))
            measured = np.clip(soft / np.float32(_SOFT), 0, 1).astype(np.float32)
            wanted, beyond = wanted + measured * (1 - wanted), beyond * (1 - measured)
        share = np.minimum((_mean(self.there[around] * thin) + beyond) / whole, 1)
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
    thin = np.zeros_like(above)
    box = Rect(*cv2.boundingRect(above)).slices()
    above, firm, at_body = (np.ascontiguousarray(plane[box]) for plane in (above, firm, at_body))
    if not above.size:
        return thin
    count, labels = cv2.connectedComponents(above, connectivity=8)
    pixels = things.places(above)
    piece, strength = labels.ravel()[pixels], firm.ravel()[pixels]
    beyond, strong, touching = (np.zeros(count, np.bool_) for _ in range(3))
    beyond[piece[strength == 255]] = True
    strong[piece[strength > 0]] = True
    touching[piece[at_body.ravel()[pixels] > 0]] = True
    above.ravel()[pixels] = np.where(strong & ~touching, _SEPARATE, beyond)[piece]
    thin[box] = above
    return thin


def _pieces(box: Rect, side: int) -> Iterator[Rect]:
    """Parts of ``box`` that are ``side`` wide and high, or less at its end."""
    for y in range(box.y, box.bottom, side):
        for x in range(box.x, box.right, side):
            yield Rect(x, y, side, side).intersect(box)


def _tiles(plane: Plane) -> Iterator[tuple[Rect, Rect]]:
    """The parts of ``plane`` that are not all of one value, each with what is looked at around it."""
    frame = Rect(0, 0, plane.shape[1], plane.shape[0])
    for tile in _pieces(frame, _TILE):
        around = tile.grow(2 * _DISC).intersect(frame)
        low, high, _, _ = cv2.minMaxLoc(plane[around.slices()])
        if low != high:
            yield tile, around


def _mean(plane: Real) -> Real:
    mean: Real = cv2.blur(plane, (_AROUND, _AROUND))
    return mean
