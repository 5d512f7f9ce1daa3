"""Stroke: the one mutable thing in the house, from the press of a button to its release.

It copies a tile on first touch and keeps what the finished paint and the layer's alpha will be up to date while it
goes, so that finishing only freezes.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from maskstudio.core.arrays import Bounds, DeepPlane, Index, Plane
from maskstudio.core.brush import Brush, Dab, Stamp, lay_on
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import TILE, Mask, grid
from maskstudio.core.paint import Paint, Shown, cover_pixels, covered, lay
from maskstudio.core.tile import Tile, flat, flat_value, frozen
from maskstudio.core.track import Sample, Track
from maskstudio.params.local import BrushParams

_NOTHING = np.empty((0, 0), np.float32)
AWAKE = 160  # tiles under a stroke that are ready to be painted on; those left behind longest are made smaller
_FULL = 65535  # what a share of 1 is kept as meanwhile


class Stroke:
    """Paint being laid on a layer.

    What a stroke has put down on a pixel, 0..1, builds up dab by dab with the flow (``brush.lay_on``) and is multiplied
    by the opacity in the end; that amount of ``value`` is laid on the paint there was before (``paint.lay``), so a
    stroke is rounded once. The same samples give the same pixels.
    """

    def __init__(self, base: Mask, paint: Paint | None, params: BrushParams, value: int) -> None:
        """``base`` is what lies under the paint, ``paint`` the layer's own; ``value`` 255 adds and 0 erases."""
        self.params = params
        self.value = value
        self.samples: list[Sample] = []
        self._base = base
        self._paint = paint or Paint.none(*base.size)
        self._brush = Brush(params)
        self._track = Track(self._brush, base.frame)
        self._wet: dict[Index, _Wet] = {}
        self._awake: dict[Index, _Wet] = {}  # those not resting, the latest touched last
        self._dry: dict[Index, Tile] = {}  # alpha of tiles looked at but not painted on
        self._ended = False
        self._finished: Paint | None = None

    @property
    def dirty(self) -> list[Index]:
        """The tiles touched so far."""
        return sorted(self._wet)

    def to(self, x: float, y: float, pressure: float = 1.0) -> Rect:
        """Go on to (``x``, ``y``) in image px; the pixels that may have changed, within the frame.

        A sample that is not a number is ignored, as is any after the end.
        """
        sample = Sample(x, y, pressure)
        if self._ended or not sample.valid:
            return EMPTY
        sample = sample.bounded()
        self.samples.append(sample)
        return self._print(self._track.to(sample))

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Rect:
        """A straight line, as Shift-click draws it: two samples and the end."""
        return self.to(x0, y0).unite(self.to(x1, y1)).unite(self.end())

    def follow(self, samples: Iterable[tuple[float, float, float]]) -> "Stroke":
        """Take ``samples`` of an earlier stroke and end, which paints it again; returns itself."""
        for sample in samples:
            self.to(*sample)
        self.end()
        return self

    def end(self) -> Rect:
        """Let the brush catch up with the last sample; the pixels that may have changed. No sample counts after it."""
        if self._ended:
            return EMPTY
        self._ended = True
        return self._print(self._track.end())

    def alpha(self, rect: Rect) -> Plane:
        """The layer as it is now, paint over base: uint8 of shape (rect.height, rect.width), 0 outside the frame."""
        out = np.zeros((max(rect.height, 0), max(rect.width, 0)), np.uint8)
        for index, box in grid(*self._base.size, rect):
            part = box.intersect(rect)
            here = slice(part.y - rect.y, part.bottom - rect.y), slice(part.x - rect.x, part.right - rect.x)
            there = slice(part.y - box.y, part.bottom - box.y), slice(part.x - box.x, part.right - box.x)
            wet = self._wet.get(index)
            if wet is not None:
                out[here] = wet.shown[there]
                continue
            dry = self._under(index)
            out[here] = dry.pixels[there] if dry.value is None else dry.value
        return out

    def finish(self) -> Paint:
        """The paint there was with this stroke on it: freezes only.

        Tiles that came out equal stay the same objects.
        """
        if self._finished is None:
            self.end()
            done = {index: wet.freeze() for index, wet in sorted(self._wet.items()) if wet.changed()}
            values = {index: value for index, (value, _, _) in done.items()}
            covers = {index: cover for index, (_, cover, _) in done.items()}
            shown = {index: shown for index, (_, _, shown) in done.items()}
            self._finished = self._paint.replaced(values, covers, shown) if done else self._paint
        return self._finished

    def _print(self, dabs: list[Dab]) -> Rect:
        """Lay ``dabs`` tile by tile, so that each tile is looked at once however many there are."""
        here: defaultdict[Index, list[tuple[Stamp, Bounds]]] = defaultdict(list)
        for dab in dabs:
            stamp = self._brush.stamp(dab)
            for index, box in stamp.tiles(self._base.frame):
                here[index].append((stamp, box))
        area = EMPTY
        for index, prints in here.items():
            area = area.unite(self._touched(index).lay(prints))
        while len(self._awake) > max(AWAKE, 2 * len(here)):
            self._awake.pop(next(iter(self._awake))).rest()
        return area

    def _touched(self, index: Index) -> "_Wet":
        wet = self._wet.get(index)
        if wet is None:
            under = self._base.held(index), self._paint.value.held(index), self._paint.cover.held(index)
            wet = _Wet(index, *under, self._under(index), self.params.opacity, self.value)
            self._wet[index] = wet
        elif self._awake.pop(index, None) is None:
            wet.wake()
        self._awake[index] = wet
        return wet

    def _under(self, index: Index) -> Tile:
        """The layer's alpha before the stroke."""
        tile = self._dry.get(index)
        if tile is None:
            tile = covered(self._base.held(index), self._paint.value.held(index), self._paint.cover.held(index))
            self._dry[index] = tile
        return tile


class _Wet:
    """A tile under the brush. ``shown`` is the layer's alpha there.

    Where nothing was painted before, cover is the amount itself; adding, so is value, and over an empty base the alpha.
    They are one array then, which is what makes the usual stroke quick.
    """

    __slots__ = (
        "_amount",
        "_bare",
        "_base",
        "_below",
        "_cover",
        "_free",
        "_kept",
        "_old_cover",
        "_old_value",
        "_one",
        "_shows_value",
        "_value",
        "_what",
        "_x",
        "_y",
        "shown",
    )

    def __init__(
        self, index: Index, base: Tile, value: Tile, cover: Tile, shown: Tile, opacity: float, what: int
    ) -> None:
        """Takes the tiles there are; ``what`` is 255 to add and 0 to erase, ``opacity`` 0..1."""
        self._x, self._y = index[0] * TILE, index[1] * TILE
        self._amount = 255 * opacity
        self._what = what
        self._base = base
        # Pixels, not tiles: history may pack those meanwhile, and every look would unpack them.
        self._below, self._old_value, self._old_cover = base.pixels, value.pixels, cover.pixels
        self._bare = cover.value == 0
        self._free = np.ones(base.shape, np.float32)
        self._cover = self._old_cover.copy()
        self._value = self._cover if self._bare and what == 255 else self._old_value.copy()
        self.shown = self._value if base.value == 0 else shown.pixels.copy()
        self._one, self._shows_value = self._value is self._cover, self.shown is self._value
        self._kept: DeepPlane = np.empty((0, 0), np.uint16)

    def rest(self) -> None:
        """Take less memory until the brush comes back. What was put down is rounded to 1/65535; planes may be flat."""
        np.rint(np.multiply(self._free, np.float32(_FULL), out=self._free), out=self._free)
        low, high, _, _ = cv2.minMaxLoc(self._free)
        kept = self._free.astype(np.uint16) if low != high else np.full((1, 1), low, np.uint16)
        self._kept = np.broadcast_to(kept, self._free.shape)
        self._free = _NOTHING
        self._cover, self._value, self.shown = _least(self._cover), _least(self._value), _least(self.shown)

    def wake(self) -> None:
        """Be ready to be painted on again."""
        self._free = np.multiply(self._kept, np.float32(1 / _FULL), dtype=np.float32)
        self._kept = np.empty((0, 0), np.uint16)
        self._cover = _writeable(self._cover)
        self._value = self._cover if self._one else _writeable(self._value)
        self.shown = self._value if self._shows_value else _writeable(self.shown)

    def lay(self, prints: list[tuple[Stamp, Bounds]]) -> Rect:
        """Lay the parts of dabs that lie on this tile; the pixels of the image that may have changed."""
        left, top, right, bottom = prints[0][1]
        for stamp, box in prints:
            x, y, x_end, y_end = box
            view = self._free[y - self._y : y_end - self._y, x - self._x : x_end - self._x]
            lay_on(view, stamp.keep(box), stamp.ceiling)
            left, top, right, bottom = min(left, x), min(top, y), max(right, x_end), max(bottom, y_end)
        self._settle((slice(top - self._y, bottom - self._y), slice(left - self._x, right - self._x)))
        return Rect(left, top, right - left, bottom - top)

    def changed(self) -> bool:
        """Whether the paint came out different from what it was."""
        same = np.array_equal(self._cover, self._old_cover)
        return not (same and np.array_equal(self._value, self._old_value))

    def freeze(self) -> tuple[Tile, Tile, Shown]:
        """Value, cover and what they look like. The arrays are given away: nothing may be laid after this."""
        made: dict[int, Tile] = {}
        for plane in (self._value, self._cover, self.shown):
            if id(plane) not in made:
                made[id(plane)] = frozen(plane, owned=True)
        return made[id(self._value)], made[id(self._cover)], Shown(self._base, made[id(self.shown)])

    def _settle(self, part: tuple[slice, slice]) -> None:
        """Work out cover, value and alpha anew from what was there before the stroke."""
        cover, value, shown = self._cover[part], self._value[part], self.shown[part]
        if self._bare:
            _amount(self._free[part], self._amount, cover)
            if self._what not in {0, 255}:
                value[:] = lay(self._old_value[part], self._old_cover[part], cover, self._what)[0]
        else:
            amount = np.empty(cover.shape, np.uint8)
            _amount(self._free[part], self._amount, amount)
            value[:], cover[:] = lay(self._old_value[part], self._old_cover[part], amount, self._what)
        if self._shows_value:
            return
        if self._base.value != 255:
            shown[:] = cover_pixels(self._below[part], value, cover)
        elif not self._one:  # otherwise adding to what is full already
            cv2.add(value, cv2.bitwise_not(cover), dst=shown)


def _amount(free: Any, opacity: float, out: Plane) -> None:
    """255 * opacity * (1 - free), rounded."""
    cv2.convertScaleAbs(free, dst=out, alpha=-opacity, beta=opacity)


def _least(plane: Plane) -> Plane:
    """The plane, or the shared one of its only value."""
    value = flat_value(plane)
    return plane if value is None else flat(value, *plane.shape).pixels


def _writeable(plane: Plane) -> Plane:
    return plane if plane.flags.writeable else plane.copy()
