"""Small pictures of layers: the photo around a layer with its alpha. They are made in short turns of a timer."""

import math
import time
from collections.abc import Hashable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from maskstudio.core.arrays import Plane
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.mask import Mask
from maskstudio.core.mask_samples import Samples

_PAUSE = 200  # ms between two turns
_SLICE = 0.003  # seconds of the window's time for each turn
_COARSE = 256  # samples along the longer side of a photo
_AROUND = 0.08  # share of the layer's size shown around it
_GRAIN = 16  # the part shown moves in steps of about 1/n of its size


class Seen(Protocol):
    """What a picture is made of: an id and coverage."""

    @property
    def id(self) -> Hashable:
        """An id that stays the same for all later states."""

    @property
    def alpha(self) -> Mask:
        """The present coverage."""


class Thumbnails(QObject):
    """Pictures of ``side`` px. An outdated one stays until the next is ready; ``made`` is emitted then.

    ``around`` is how much of the photo shows where a layer is not, 0..255.
    """

    made = Signal()

    def __init__(self, side: int, parent: QObject | None = None, *, around: int = 0) -> None:
        super().__init__(parent)
        self._side, self._around = side, around
        self._kept: dict[Hashable, tuple[LayerSight, Mask, float, QPixmap]] = {}
        self._wanted: dict[Hashable, tuple[Seen, Image, float]] = {}
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._make)

    @property
    def waiting(self) -> bool:
        """Whether pictures that were asked for are still to come."""
        return bool(self._wanted)

    def of(self, layer: Seen, image: Image, ratio: float) -> QPixmap | None:
        """The last picture of a layer of ``image``, at a device pixel ratio; if it is outdated, a newer one follows.

        A part of a layer, such as a region, can be shown as well.
        """
        kept = self._kept.get(layer.id)
        known = kept is not None and kept[0].image is image
        if kept is not None and known and kept[1] is layer.alpha and kept[2] == ratio:
            return kept[3]
        self._wanted[layer.id] = layer, image, ratio
        if not self._pause.isActive():
            self._pause.start(_PAUSE if known else 0)
        return kept[3] if kept is not None and known else None

    def _make(self) -> None:
        """Make as many pictures as one turn has time for; the rest follow soon."""
        until = time.perf_counter() + _SLICE
        while self._wanted and time.perf_counter() < until:
            layer, image, ratio = self._wanted.pop(next(iter(self._wanted)))
            kept = self._kept.get(layer.id)
            sight = kept[0] if kept is not None and kept[0].image is image else LayerSight(image, self._around)
            pixmap = QPixmap.fromImage(sight.picture(layer.alpha, round(self._side * ratio)))
            pixmap.setDevicePixelRatio(ratio)
            self._kept[layer.id] = sight, layer.alpha, ratio, pixmap
        if self._wanted:
            self._pause.start(0)
        self.made.emit()


class LayerSight:
    """Samples of one layer of ``image``: of the whole image, and finer ones around a small layer.

    ``around`` is how much of the photo shows where the layer is not, 0..255.
    """

    def __init__(self, image: Image, around: int = 0) -> None:
        self.image = image
        self._around = around
        step = max(1, math.ceil(max(image.size) / _COARSE))
        self._far = Samples(Rect(0, 0, *image.size), step)
        self._near: Samples | None = None

    def picture(self, alpha: Mask, side: int) -> QImage:
        """``side`` x ``side`` px: the part of the image that ``alpha`` covers, with that alpha, centred."""
        far = self._far
        plane, step = far.follow(alpha), far.step
        area = _area(plane, step, alpha.frame)
        if max(area.width, area.height) < side * step:
            return self._closer(alpha, area, side)
        here = Rect(area.x // step, area.y // step, -(-area.width // step), -(-area.height // step))
        aligned = Rect(here.x * step, here.y * step, here.width * step, here.height * step)
        return self._squared(_photo(self.image, aligned, step), plane[here.slices()], side)

    def _closer(self, alpha: Mask, area: Rect, side: int) -> QImage:
        """Finer samples of a layer so small that the whole image has less than a sample for each picture pixel."""
        step = max(1, max(area.width, area.height) // (2 * side))
        if self._near is None or (self._near.area, self._near.step) != (area, step):
            self._near = Samples(area, step)
        return self._squared(_photo(self.image, area, step), self._near.follow(alpha), side)

    def _squared(self, photo: Plane, alpha: Plane, side: int) -> QImage:
        return squared(photo, np.maximum(alpha, np.uint8(self._around)), side)


def squared(photo: Plane, alpha: Plane, side: int) -> QImage:
    """``photo`` (uint8, (H, W, 3)) with ``alpha`` ((H, W)), fitted into the middle of ``side`` x ``side`` px."""
    rgba = np.ascontiguousarray(np.dstack([photo, alpha]))
    height, width = alpha.shape
    whole = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    smooth = Qt.TransformationMode.SmoothTransformation
    fitted = whole.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    left, top = (side - fitted.width()) // 2, (side - fitted.height()) // 2
    return fitted.copy(-left, -top, side, side)


def _photo(image: Image, area: Rect, step: int) -> npt.NDArray[np.uint8]:
    return to_8bit(image.pixels[area.slices()][::step, ::step])


def _area(plane: Plane, step: int, frame: Rect) -> Rect:
    """The area of the layer with a little around it; the whole frame if the layer is empty.

    It changes in coarse steps, so that most strokes leave it as it is and only the pixels they touch are read again.
    """
    columns, rows = np.flatnonzero(plane.any(axis=0)), np.flatnonzero(plane.any(axis=1))
    if not len(columns):
        return frame
    left, top = int(columns[0] - 1) * step, int(rows[0] - 1) * step
    right, bottom = int(columns[-1] + 2) * step, int(rows[-1] + 2) * step
    longest = max(right - left, bottom - top)
    around, grain = round(longest * _AROUND), 2 ** max(0, (longest // _GRAIN).bit_length() - 1)
    x, y = (left - around) // grain * grain, (top - around) // grain * grain
    wide, high = -(-(right + around - x) // grain) * grain, -(-(bottom + around - y) // grain) * grain
    return Rect(x, y, wide, high).intersect(frame)
