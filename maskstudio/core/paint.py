"""Paint: hand strokes over a mask, kept apart from what a model produced, so that its parameters stay live below."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask, grid, within
from maskstudio.core.tile import Tile, carried, flat, flat_value, frozen


class Shown(NamedTuple):
    """What a tile of paint looks like over a tile of what lies under it."""

    base: Tile
    result: Tile


class Paint:
    """Two planes of one size. Frozen.

    ``cover`` (0..255) is how much of what lies below the paint hides; ``value`` is what it puts there instead, already
    times cover, so value <= cover everywhere. The result is ``value + base * (255 - cover) / 255``.
    """

    def __init__(self, value: Mask, cover: Mask, shown: Mapping[Index, Shown] | None = None) -> None:
        """``shown`` are results known already, for tiles of this very value and cover."""
        self.value = value
        self.cover = cover
        self._shown: dict[Index, Shown] = dict(shown or {})

    @classmethod
    def none(cls, width: int, height: int) -> "Paint":
        """No paint anywhere."""
        return cls(Mask(width, height), Mask(width, height))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.cover.size

    def over(self, base: Mask) -> Mask:
        """``base`` with this paint on it. Tiles without paint stay the same objects, and a second call is cheap."""
        tiles: dict[Index, Tile] = {}
        for index in self.cover.tiles:
            under = base.held(index)
            known = self._shown.get(index)
            if known is None or known.base is not under:
                over = covered(under, self.value.held(index), self.cover.held(index))
                known = Shown(under, carried(over, under))
                self._shown[index] = known
            tiles[index] = known.result
        return base.with_tiles(tiles)

    def replaced(
        self,
        value: Mapping[Index, Plane | Tile],
        cover: Mapping[Index, Plane | Tile],
        shown: Mapping[Index, Shown] | None = None,
    ) -> "Paint":
        """Other paint in whole tiles: the same indices in both. ``shown`` are results known for the new ones."""
        kept = self._shown.copy()  # in one go: another thread may be adding to it
        for index in cover:
            kept.pop(index, None)
        return Paint(self.value.with_tiles(value), self.cover.with_tiles(cover), {**kept, **(shown or {})})

    def laid(self, amount: Plane, x: int, y: int, value: int | Plane) -> "Paint":
        """Lay ``amount`` (uint8, (H, W), 0..255) of ``value`` on top, its corner at column ``x``, row ``y``.

        ``value`` is one for all pixels or a plane of the same shape. What lies outside the frame is left out.
        """
        target = Rect(x, y, amount.shape[1], amount.shape[0])
        values: dict[Index, Plane | Tile] = {}
        covers: dict[Index, Plane | Tile] = {}
        for index, box in grid(*self.size, target):
            part = box.intersect(target)
            source = within(part, target)
            piece = amount[source]
            all_of_it = flat_value(piece)
            if all_of_it == 0:
                continue
            if part == box and isinstance(value, int):
                given = Tile(piece.copy()) if all_of_it is None else flat(all_of_it, box.height, box.width)
                values[index], covers[index] = laid_tile(self.value.held(index), self.cover.held(index), given, value)
                continue
            what = value if isinstance(value, int) else value[source]
            here = within(part, box)
            old_value, old_cover = self.value.tile(index).copy(), self.cover.tile(index).copy()
            new_value, new_cover = lay(old_value[here], old_cover[here], piece, what)
            old_value[here], old_cover[here] = new_value, new_cover
            values[index], covers[index] = old_value, old_cover
        return self.replaced(values, covers)

    def erased(self, area: Mask) -> "Paint":
        """Nothing laid on top by as much as ``area`` says; cheap where that is all or nothing."""
        return self.laid_mask(area, 0)

    def laid_mask(self, area: Mask, value: int) -> "Paint":
        """``value`` (0..255) laid on top by as much as ``area`` says; cheap where that is all or nothing."""
        values: dict[Index, Plane | Tile] = {}
        covers: dict[Index, Plane | Tile] = {}
        for index, amount in area.tiles.items():
            values[index], covers[index] = laid_tile(self.value.held(index), self.cover.held(index), amount, value)
        return self.replaced(values, covers)

    def lifted(self, area: Mask) -> "Paint":
        """The paint taken off by as much as ``area`` says, so that what lies below shows again."""
        values: dict[Index, Plane | Tile] = {}
        covers: dict[Index, Plane | Tile] = {}
        for index, amount in area.tiles.items():
            if self.cover.flat_value(index) == 0:
                continue
            left = cv2.bitwise_not(amount.pixels)
            cover = cv2.multiply(self.cover.tile(index), left, scale=1 / 255)
            values[index] = cv2.min(cv2.multiply(self.value.tile(index), left, scale=1 / 255), cover)
            covers[index] = cover
        return self.replaced(values, covers)

    def transformed(self, change: Callable[[Mask], Mask]) -> "Paint":
        """Both planes changed alike, as when they are moved."""
        return Paint(change(self.value), change(self.cover))

    def inverted(self) -> "Paint":
        """The paint that, over the inverse of a mask, gives the inverse of what this gives over the mask."""
        values = {index: _opposite(self.value.held(index), cover) for index, cover in self.cover.tiles.items()}
        return Paint(Mask(*self.size).with_tiles(values), self.cover)


def laid_tile(value: Tile, cover: Tile, amount: Tile, what: int) -> tuple[Tile, Tile]:
    """``lay`` for whole tiles. Full amounts, and amounts laid where nothing was painted, need no arithmetic."""
    if amount.value == 255:
        return flat(what, *amount.shape), amount
    if cover.value == 0 and what in {0, 255}:
        return (amount if what else flat(0, *amount.shape)), amount
    new_value, new_cover = lay(value.pixels, cover.pixels, amount.pixels, what)
    return frozen(new_value, owned=True), frozen(new_cover, owned=True)


def lay(value: Plane, cover: Plane, amount: Plane, what: int | Plane) -> tuple[Plane, Plane]:
    """``amount`` of ``what`` laid on paint: new value and cover, all uint8 of one shape.

    c' = c + a (255 - c) / 255 and v' = v (255 - a) / 255 + what * a / 255, each rounded once; value stays <= cover.
    """
    rest = cv2.bitwise_not(amount)
    new_cover = cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(cover), rest, scale=1 / 255))
    kept = cv2.multiply(value, rest, scale=1 / 255)
    if isinstance(what, int):
        put = amount if what == 255 else cv2.convertScaleAbs(amount, alpha=what / 255)
    else:
        put = cv2.multiply(amount, np.ascontiguousarray(what), scale=1 / 255)
    return cv2.min(cv2.add(kept, put), new_cover), new_cover


def _opposite(value: Tile, cover: Tile) -> Tile:
    """Cover less value, for one tile."""
    if value.value == 0:
        return cover
    if value is cover:
        return flat(0, *cover.shape)
    if value.value is not None and cover.value is not None:
        return flat(cover.value - value.value, *cover.shape)
    return frozen(cv2.subtract(cover.pixels, value.pixels), owned=True)


def covered(base: Tile, value: Tile, cover: Tile) -> Tile:
    """One tile of ``value + base * (255 - cover) / 255``. Flat tiles decide without a look at the pixels."""
    if cover.value == 255 or base.value == 0:
        return value
    if cover.value == 0:
        return base
    if cover.value is not None and value.value is not None and base.value is not None:
        return flat(value.value + round(base.value * (255 - cover.value) / 255), *base.shape)
    return frozen(cover_pixels(base.pixels, value.pixels, cover.pixels), owned=True)


def cover_pixels(base: Plane, value: Plane, cover: Plane) -> Plane:
    """``value + base * (255 - cover) / 255`` for uint8 arrays of one shape, rounded once."""
    below: Plane = cv2.multiply(base, cv2.bitwise_not(cover), scale=1 / 255)
    out: Plane = cv2.add(value, below)
    return out
