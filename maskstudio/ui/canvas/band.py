"""A trimap laid over a picture: the unknown band tinted, and a thin line on either side of it.

The line is light on the side that is surely inside and dark on the side that is surely outside: a cue that needs no
hue. It is equally thin at every zoom, and a band narrower than a pixel of the screen stays visible.
"""

from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Bytes
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.draw import reduced
from maskstudio.ui.canvas.pixels import PREMULTIPLIED, qimage
from maskstudio.ui.canvas.pyramid import Pyramid, merged
from maskstudio.ui.canvas.style import BAND, PHOTOS, Style
from maskstudio.ui.canvas.tiling import Part, Tiling
from maskstudio.ui.canvas.tints import Table, tinted

_ON_PHOTO, _ON_CUT = 0.5, 0.25  # strength of the tint; a cut-out has to be judged through it
_ENOUGH = 64  # of 255: a device pixel is tinted if at least this share of the pixels below it is unknown
_NOTHING, _TINT, _LIGHT, _DARK = range(4)
_DOT = 8  # squares of a checkerboard are this many times as wide as a line
_PHOTOS = PHOTOS | {"overlay"}
_BESIDE = 8  # pixels of a level around a piece that may show in the lines along its border


class BandOverlay:
    """The trimap of an image of ``size``; ``trimap`` is None while none is shown."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.trimap: Mask | None = None
        self._size = size
        self.planes: tuple[Pyramid, ...] = ()  # shares of unknown and of surely inner pixels

    @property
    def shown(self) -> bool:
        """Whether there is a trimap to show."""
        return self.trimap is not None

    def replace(self, trimap: Mask | None, within: Rect | None = None) -> list[Rect]:
        """Show another trimap and return the pixels that differ; ``within`` says that no others do."""
        old, self.trimap = self.trimap, trimap
        if old is None or trimap is None:
            self.planes = () if trimap is None else self._fresh()
            return [] if old is trimap else [Rect(0, 0, *self._size)]
        changed = [within] if within is not None else merged(trimap.rect(index) for index in trimap.changed(old))
        for plane in self.planes:
            plane.refresh(changed)
        return changed

    def ensure(self, level: int, rect: Rect, deadline: float) -> bool:
        """Make what painting ``rect`` of a level needs; returns whether all of it was there before ``deadline``."""
        return all(plane.ensure(level, _around(plane, level, rect), deadline) for plane in self.planes)

    def paint(self, painter: QPainter, tiling: Tiling, parts: list[Part], style: Style) -> None:
        """Paint ``parts``, for which ``ensure`` has returned True, over the picture."""
        dot = max(style.square // _DOT, 1)
        colours = _colours(_ON_PHOTO if style.mode in _PHOTOS else _ON_CUT)
        for part in parts:
            if not self._plain(tiling.level, part.rect):
                self._paint_part(painter, tiling, part, dot, colours)

    def _paint_part(self, painter: QPainter, tiling: Tiling, part: Part, dot: int, colours: Table) -> None:
        reach = dot + 1
        around = part.target.adjusted(-reach, -reach, reach, reach) & tiling.shown
        wider = tiling.part(around)
        unknown, inside = (_sampled(wider, plane.view(tiling.level, wider.rect)) for plane in self.planes)
        kinds = _kinds(unknown, inside, dot)
        x, y = part.target.x() - around.x(), part.target.y() - around.y()
        here = np.ascontiguousarray(kinds[y : y + part.target.height(), x : x + part.target.width()])
        painter.drawImage(part.target.topLeft(), qimage(cv2.LUT(here, colours.view(np.int32)), PREMULTIPLIED))

    def _plain(self, level: int, rect: Rect) -> bool:
        """Whether the band does not show in ``rect``: it and its surroundings are all inside or all outside."""
        unknown, inside = (plane.flat(level, _around(plane, level, rect)) for plane in self.planes)
        return unknown == 0 and inside in (0, 255)

    def _fresh(self) -> tuple[Pyramid, ...]:
        return tuple(Pyramid(*self._size, 1, partial(self._read, value)) for value in (128, 255))

    def _read(self, value: int, rect: Rect) -> Bytes:
        """255 where the trimap has ``value``, else 0; (rect.height, rect.width)."""
        assert self.trimap is not None
        found: Bytes = cv2.inRange(self.trimap.array(rect), value, value)
        return found


def _around(plane: Pyramid, level: int, rect: Rect) -> Rect:
    return rect.grow(_BESIDE).intersect(plane.frame(level))


def _sampled(part: Part, values: Bytes) -> Bytes:
    """The values at the device pixels of a part: interpolated where it is reduced, else the nearest."""
    if part.source.width() > part.target.width():
        return reduced(part, values)
    rows = _nearest(part.source.y(), part.source.height(), part.target.height(), values.shape[0])
    columns = _nearest(part.source.x(), part.source.width(), part.target.width(), values.shape[1])
    nearest: Bytes = np.take(np.take(values, rows, axis=0), columns, axis=1)
    return nearest


def _nearest(start: float, length: float, count: int, limit: int) -> npt.NDArray[np.intp]:
    places = np.floor(start + (np.arange(count) + 0.5) * (length / count))
    nearest: npt.NDArray[np.intp] = np.clip(places, 0, limit - 1).astype(np.intp)
    return nearest


def _kinds(unknown: Bytes, inside: Bytes, dot: int) -> Bytes:
    """What each device pixel shows, from the shares (0..255) of unknown and of surely inner pixels below it."""
    band = cv2.threshold(unknown, _ENOUGH - 1, 255, cv2.THRESH_BINARY)[1]  # compare() takes one pixel for a number
    within = cv2.threshold(cv2.addWeighted(inside, 2, unknown, 1, 0), 254, 255, cv2.THRESH_BINARY)[1]
    within = cv2.bitwise_and(within, cv2.bitwise_not(band))
    beyond = cv2.bitwise_not(cv2.bitwise_or(band, within))
    kinds: Bytes = cv2.bitwise_and(band, _TINT)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (2 * dot + 1,) * 2)
    for zone, kind in ((within, _LIGHT), (beyond, _DARK)):
        rim = cv2.subtract(zone, cv2.erode(zone, cross))
        kinds |= cv2.bitwise_and(rim, kind)
    return kinds


@lru_cache(maxsize=2)
def _colours(strength: float) -> Table:
    table = np.zeros(256, np.uint32)
    table[_TINT] = tinted(BAND, np.full(1, 255 * strength))[0]
    table[_LIGHT], table[_DARK] = 0xFFFFFFFF, 0xFF000000
    return table
