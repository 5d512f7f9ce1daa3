"""Masks that come in: which channel of a picture says what is in, and where on the photo it lies."""

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from maskstudio.core.arrays import Pixels
from maskstudio.core.cv import cv2
from maskstudio.core.depth import to_8bit
from maskstudio.core.lazy import lazy
from maskstudio.core.planes import Planes
from maskstudio.errors import BadMask
from maskstudio.names import shown
from maskstudio.params.local import MaskInParams

Channel = Literal["red", "green", "blue", "alpha", "luminance"]
Fit = Literal["exact", "stretch", "keep"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
_COLOURS: tuple[Channel, ...] = ("red", "green", "blue")
_NEAR = 8  # levels from black or white that count as such
_AS_GOOD = 0.95  # share of the best channel's likeness with which brightness as a whole is preferred
_MOSTLY = 0.25  # share of black and white from which a grey picture looks like a mask
_NEARLY = 0.9  # the same of each channel of a picture in colour
_EVEN = 2  # levels the channels of a grey picture may differ


class Incoming:
    """A picture that is to be a mask. Channels and masks are (H, W): uint8, or uint16 where the file has 16 bits."""

    def __init__(self, planes: Planes, name: str) -> None:
        self._planes, self.name = planes, name

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        height, width = self._planes.colour.shape[:2]
        return width, height

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that differ from each other: of a grey picture its brightness alone, and alpha if it has any."""
        colours: tuple[Channel, ...] = ("luminance",) if self._planes.colour.ndim == 2 else (*_COLOURS, "luminance")
        return colours if self._planes.alpha is None else (*colours, "alpha")

    @lazy
    def best(self) -> Channel:
        """Alpha where it says anything; else the channel most like a mask: much contrast, hardly anything between.

        Brightness as a whole wins where no channel alone is clearly better.
        """
        if self._see_through:
            return "alpha"
        likeness = {each: _likeness(self.plane(each)) for each in self.channels if each != "alpha"}
        best = max(likeness, key=lambda each: likeness[each])
        return "luminance" if likeness["luminance"] >= _AS_GOOD * likeness[best] else best

    @lazy
    def mask_like(self) -> bool:
        """Whether it is grey and much of it black or white, or nearly all of each channel is, as in no photo."""
        colour = to_8bit(self._planes.colour)
        if self._see_through:
            return False
        if colour.ndim == 3 and int((colour.max(axis=2) - colour.min(axis=2)).max()) > _EVEN:
            return all(_extremes(self.plane(each)) >= _NEARLY for each in _COLOURS)
        return _extremes(self.plane("luminance")) >= _MOSTLY

    @lazy
    def _see_through(self) -> bool:
        """Whether its alpha says anything."""
        alpha = self._planes.alpha
        return alpha is not None and int(np.ptp(to_8bit(alpha))) > _NEAR

    def reduced(self, step: int) -> "Incoming":
        """Every ``step``-th pixel of it, for a preview; it has the same best channel."""
        colour, alpha = self._planes.colour[::step, ::step], self._planes.alpha
        small = Incoming(Planes(colour.copy(), None if alpha is None else alpha[::step, ::step].copy()), self.name)
        Incoming.best.keep(small, self.best)
        return small

    def plane(self, channel: Channel) -> Pixels:
        """One channel. Raises BadMask for an alpha that is not there."""
        colour = self._planes.colour
        if channel == "alpha":
            if self._planes.alpha is None:
                raise BadMask(f"{shown(self.name)} has no alpha channel.")
            return self._planes.alpha
        if colour.ndim == 2:
            return colour
        bright = channel == "luminance"
        plane: Pixels = (
            cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY) if bright else cv2.extractChannel(colour, CHANNELS.index(channel))
        )
        return plane

    def mask(self, size: tuple[int, int], params: MaskInParams, fit: Fit = "exact") -> Pixels:
        """The mask for a photo of ``size`` (width, height), of the file's depth; nothing is in beyond the picture.

        A picture of another size is a BadMask, is stretched to the photo, or keeps its size.
        """
        plane = self.plane(self.best if params.mask_channel == "auto" else params.mask_channel)
        if params.mask_invert:
            plane = cv2.bitwise_not(plane)
        if self.size != size and fit != "keep":
            if fit == "exact":
                width, height = self.size
                raise BadMask(
                    f"{shown(self.name)} is {width} by {height} pixels, but the image is {size[0]} by {size[1]}."
                )
            plane = _stretched(plane, size)
        return _placed(plane, size, params.mask_offset)


def _likeness(channel: Pixels) -> float:
    """How much a channel looks like a mask: its contrast, by the share of it that is black or white."""
    plane = to_8bit(channel)
    _, spread = cv2.meanStdDev(plane)
    return float(spread[0, 0]) * _extremes(plane)


def _extremes(plane: Pixels) -> float:
    counts = np.bincount(to_8bit(plane).ravel(), minlength=256)
    return float(counts[: _NEAR + 1].sum() + counts[255 - _NEAR :].sum()) / plane.size


def _stretched(plane: Pixels, size: tuple[int, int]) -> Pixels:
    height, width = plane.shape
    shrinks = size[0] < width and size[1] < height
    resized: Pixels = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return resized


def _placed(plane: Pixels, size: tuple[int, int], offset: tuple[int, int]) -> Pixels:
    """``plane`` with its corner at ``offset`` on a plane of ``size``, 0 where it does not reach."""
    height, width = plane.shape
    if offset == (0, 0) and (width, height) == size:
        return plane if plane.flags.c_contiguous else plane.copy()
    out: NDArray[Any] = np.zeros((size[1], size[0]), plane.dtype)
    left, top = max(offset[0], 0), max(offset[1], 0)
    right, bottom = min(offset[0] + width, size[0]), min(offset[1] + height, size[1])
    if right > left and bottom > top:
        source = plane[top - offset[1] : bottom - offset[1], left - offset[0] : right - offset[0]]
        out[top:bottom, left:right] = source
    return out
