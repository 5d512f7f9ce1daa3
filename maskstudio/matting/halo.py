"""How much of its old background a cut-out still shows, and on which new one it would be seen most."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.fringe import Spot
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadImage, BadMask
from maskstudio.jobs import Token
from maskstudio.matting.coarse import averaged, side_for, unit
from maskstudio.matting.spill import lean, plain
from maskstudio.matting.spots import peaks

# The rim is looked at on so many cells at most.
_MOST_CELLS = 400_000
# Known cells around the rim that are looked at.
_CONTEXT = 16
# Where solid meets clear without anything soft between, so many solid px are taken for the rim.
_HARD = 2
# Cells around one whose leanings are averaged, so that the subject's own texture cancels out.
_AROUND = 9
# The share of what the subject's own colours vary by that may be its own texture still.
_OWN = np.float32(0.5)
# Colours closer to each other than this, in 0..1, cannot be told apart; what is too little to divide by.
_APART, _LEAST = np.float32(0.06), np.float32(1e-6)
# Cells a backdrop is judged by, and rim pixels worked on at once.
_JURY, _BATCH = 4000, 1 << 18
# The first backdrops tried, and by how much the best one is varied then.
_FIRST, _FINER = (0, 64, 128, 191, 255), (32, 16, 8, 4)
# A place of the rim is so many cells wide (Gaussian sigma), and less of the rim than this share of the most is a trace.
_HEAP, _TRACE = 2.0, 0.2
# Backdrops that a spot is judged on, besides the one that is worst for the rim as a whole.
_JUDGES = [(red, green, blue) for red, green, blue in product((0, 255), repeat=3)] + [(128, 128, 128)]


@dataclass(frozen=True)
class Halo:
    """The fringe of a cut-out.

    backdrop  the new background, 8-bit RGB, on which the fringe shows worst
    fringe    by how much the rim is off there: CIE76 Delta E from the nearest mixture of subject and backdrop, the mean
              over the rim, in which a pixel counts by its opacity
    strength  (H, W) in 0..255: how much of the old background a pixel shows, 0 where there is no rim
    spots     the places where it is worst, each for itself: the worst first, none where it cannot be seen
    """

    backdrop: tuple[int, int, int]
    fringe: float
    strength: Plane
    spots: tuple[Spot, ...]

    @property
    def worst(self) -> tuple[int, int]:
        """x, y of the worst place."""
        return self.spots[0].place if self.spots else (0, 0)


@dataclass(frozen=True)
class _Rim:
    """The rim on cells of a box: its subject's own colour (h, w, 3), the old background's colour there, how far it
    leans towards that, in 0..1 (h, w), how solid it is, in 0..1, and how much of the rim is in the cell.
    """

    subject: Real
    old: Real
    share: Real
    opacity: Real
    weight: Real


@dataclass(frozen=True)
class _Jury:
    """Some cells of a rim: the subject's own colour (n, 3), what stains it, and opacity (n, 1)."""

    subject: Real
    stain: Real
    opacity: Real


def measure(image: Pixels, colours: Pixels, alpha: Plane, *, token: Token | None = None) -> Halo:
    """The fringe of a cut-out with ``colours`` and ``alpha`` that was cut from ``image``.

    ``image`` and ``colours`` are (H, W, 3), RGB of 8 or 16 bits, ``alpha`` (H, W) of 8 bits. The rim is what is
    neither clear nor solid, and where they meet hard the outermost solid pixels. Raises ``BadImage`` or ``BadMask`` for
    a wrong shape or type, and ``Cancelled`` through ``token``.

    A rim colour is taken for a mixture ``F + t (B - F)`` of the subject's colour further in and the old background
    further out, both extended to the rim; ``t`` is how far it leans, as in Smith and Blinn, "Blue screen matting",
    SIGGRAPH 1996. A fringe is what of it no opacity of F over the new background explains: a rim that merely looks
    more or less solid than it is does not count.
    """
    _validate(image, colours, alpha)
    token = token or Token()
    token.step(0.0)
    strength = np.zeros_like(alpha)
    rim = _rim(alpha)
    box = Rect(*cv2.boundingRect(rim))
    if not box:
        return Halo((0, 0, 0), 0.0, strength, ())
    side = side_for(box.area, _MOST_CELLS)
    frame = box.grow(_CONTEXT * side).intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0]))
    around = frame.slices()
    found = _looked_at(image[around], colours[around], alpha[around], rim[around], side, token.part(0.0, 0.5))
    jury = _jury(found)
    backdrop = _worst_backdrop(jury, token.part(0.5, 0.9))
    _paint(strength[around], found.share, alpha[around], rim[around], side, token.part(0.9, 1.0))
    spots = _spots(found, strength, frame, side, backdrop)
    fringe = _fringe(jury, backdrop)
    return Halo(backdrop, fringe, strength, spots if fringe > 0 else ())


def _validate(image: npt.NDArray[np.generic], colours: npt.NDArray[np.generic], alpha: npt.NDArray[np.generic]) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise BadImage(f"Measuring a halo needs an RGB image of 8 or 16 bits, not {image.dtype} of {image.shape}.")
    if colours.shape != image.shape or colours.dtype not in (np.uint8, np.uint16):
        raise BadImage(f"The cut-out's colours must fit the image, not be {colours.dtype} of {colours.shape}.")
    if alpha.shape != image.shape[:2] or alpha.dtype != np.uint8:
        raise BadMask(f"An alpha must be 8-bit and of the image's size, not {alpha.dtype} of {alpha.shape}.")


def _rim(alpha: Plane) -> Plane:
    """255 where ``alpha`` is soft, and on the outermost solid pixels where it is not."""
    soft: Plane = cv2.inRange(alpha, 1, 254)
    clear: Plane = cv2.inRange(alpha, 0, 0)
    hard = cv2.bitwise_and(cv2.dilate(clear, np.ones((2 * _HARD + 1,) * 2, np.uint8)), cv2.inRange(alpha, 255, 255))
    rim: Plane = cv2.bitwise_or(soft, hard)
    return rim


def _looked_at(image: Pixels, colours: Pixels, alpha: Plane, rim: Plane, side: int, token: Token) -> _Rim:
    """The rim on cells of ``side`` px."""
    plain_image, edge = unit(averaged(image, side)), unit(averaged(rim, side))
    token.step(0.1)
    coverage = unit(averaged(alpha, side))
    inner, outer = ((coverage == whole) & (edge == 0) for whole in (1, 0))
    fore = plain(plain_image, inner.astype(np.float32) if inner.any() else coverage**8)
    token.step(0.3)
    back = plain(plain_image, outer.astype(np.float32) if outer.any() else (1 - coverage) ** 8)
    token.step(0.5)
    shown, opacity = _shown(colours, alpha, rim, edge.shape, side, token.part(0.5, 0.9))
    weight = opacity / np.float32(side * side)
    way = lean(shown, back[..., :3], fore[..., :3])
    around, mean = (
        cv2.blur(plane, (_AROUND, _AROUND), borderType=cv2.BORDER_CONSTANT) for plane in (weight, way * weight)
    )
    share = np.clip(mean / np.maximum(around, _LEAST) - _slack(fore, back), 0, 1) * (weight > 0)
    return _Rim(fore[..., :3], back[..., :3], share, np.minimum(weight / np.maximum(edge, _LEAST), 1), weight)


def _shown(
    colours: Pixels, alpha: Plane, rim: Plane, shape: tuple[int, ...], side: int, token: Token
) -> tuple[Real, Real]:
    """The mean colour of the rim in each cell, (h, w, 3) in 0..1, by opacity, and the sum of that, (h, w)."""
    size = shape[0] * shape[1]
    sums = np.zeros((4, size))
    pixels = np.flatnonzero(rim > 0)
    for start in range(0, pixels.size, _BATCH):
        token.step(start / pixels.size)
        rows, columns = np.divmod(pixels[start : start + _BATCH], alpha.shape[1])
        cells = rows // side * shape[1] + columns // side
        opacity = unit(alpha[rows, columns])
        covered = unit(colours[rows, columns]) * opacity[:, None]
        for row, values in enumerate((opacity, *covered.T)):
            sums[row] += np.bincount(cells, values, size)
    opaque, *channels = (total.astype(np.float32).reshape(shape) for total in sums)
    shown = np.dstack(channels) / np.maximum(opaque, _LEAST)[..., None]
    return shown.astype(np.float32), opaque


def _slack(fore: Real, back: Real) -> Real:
    """How far the subject's own texture may lean towards the old background."""
    apart = np.sqrt(((back[..., :3] - fore[..., :3]) ** 2).sum(axis=2))
    slack: Real = _OWN * fore[..., 3] / np.maximum(apart, _APART)
    return slack


def _jury(rim: _Rim) -> _Jury:
    """Cells from all over the rim, always the same ones."""
    cells = np.flatnonzero(rim.weight > 0)
    cells = cells[:: -(-cells.size // _JURY)]
    fore, old = (plane.reshape(-1, 3)[cells] for plane in (rim.subject, rim.old))
    share, opacity = (plane.reshape(-1, 1)[cells] for plane in (rim.share, rim.opacity))
    return _Jury(fore, share * (old - fore), opacity)


def _worst_backdrop(rim: _Jury, token: Token) -> tuple[int, int, int]:
    """The backdrop with the greatest fringe: the best of a coarse grid, then varied by less and less."""
    tried: dict[tuple[int, int, int], float] = {}

    def best(backdrops: list[tuple[int, int, int]], start: float) -> tuple[int, int, int]:
        for number, backdrop in enumerate(backdrops):
            token.step(start + 0.2 * number / len(backdrops))
            if backdrop not in tried:
                tried[backdrop] = _fringe(rim, backdrop)
        return max(tried, key=lambda backdrop: tried[backdrop])

    worst = best([(red, green, blue) for red, green, blue in product(_FIRST, repeat=3)], 0.0)
    for number, step in enumerate(_FINER):
        axes = [sorted({min(max(value + way * step, 0), 255) for way in (-1, 0, 1)}) for value in worst]
        worst = best([(red, green, blue) for red, green, blue in product(*axes)], 0.2 * (number + 1))
    return worst


def _fringe(rim: _Jury, backdrop: tuple[int, int, int]) -> float:
    """The fringe of ``rim`` on ``backdrop``, in Delta E."""
    difference = _off(rim, backdrop)
    return float((difference * rim.opacity[:, 0]).sum() / rim.opacity.sum())


def _off(rim: _Jury, backdrop: tuple[int, int, int]) -> Real:
    """By how much each cell (n,) is off on ``backdrop``, in Delta E."""
    new = np.array(backdrop, np.float32) / np.float32(255)
    shown = new + rim.opacity * (rim.subject + rim.stain - new)
    way = rim.subject - new
    length = np.maximum((way * way).sum(axis=1, keepdims=True), np.float32(1e-6))
    nearest = np.clip(((shown - new) * way).sum(axis=1, keepdims=True) / length, 0, 1)
    apart = _lab(np.clip(shown, 0, 1)) - _lab(np.clip(new + nearest * way, 0, 1))
    difference: Real = np.sqrt((apart * apart).sum(axis=1))
    return difference


def _lab(colours: Real) -> Real:
    """CIE L*a*b* (n, 3) of sRGB colours in 0..1."""
    lab: Real = cv2.cvtColor(np.ascontiguousarray(colours[None], np.float32), cv2.COLOR_RGB2Lab)[0]
    return lab


def _paint(strength: Plane, share: Real, alpha: Plane, rim: Plane, side: int, token: Token) -> None:
    """Writes how much of the old background each rim pixel shows."""
    level = np.rint(share * 255).astype(np.uint8)
    wide = cv2.resize(level, None, fx=side, fy=side, interpolation=cv2.INTER_LINEAR) if side > 1 else level
    token.step(0.5)
    within = cv2.bitwise_and(alpha, rim)
    cv2.multiply(wide[: alpha.shape[0], : alpha.shape[1]], within, strength, scale=1 / 255)


def _spots(rim: _Rim, strength: Plane, frame: Rect, side: int, backdrop: tuple[int, int, int]) -> tuple[Spot, ...]:
    """The worst places, each at least some way from those before it. A place is as bad as a few cells of it together:
    on average over what is there of the rim, and less where that is but a trace.
    """
    cells = np.flatnonzero(rim.weight > 0)
    fore, old = (plane.reshape(-1, 3)[cells] for plane in (rim.subject, rim.old))
    share, opacity = (plane.reshape(-1, 1)[cells] for plane in (rim.share, rim.opacity))
    every = _Jury(fore, share * (old - fore), opacity)
    weight = _heaped(rim.weight)
    floor = _TRACE * float(weight.max())
    best, which = np.zeros(rim.weight.shape, np.float32), np.zeros(rim.weight.shape, np.uint8)
    backdrops = [backdrop, *_JUDGES]
    for number, judge in enumerate(backdrops):
        off = np.zeros(rim.weight.shape, np.float32)
        off.ravel()[cells] = _off(every, judge)
        heap = _heaped(off * rim.weight) / np.maximum(weight, floor) * (rim.weight > 0)
        worse = heap > best
        best[worse], which[worse] = heap[worse], number
    return tuple(
        Spot(_within_cell(strength, frame, side, row, column), amount, backdrops[int(which[row, column])])
        for row, column, amount in peaks(best)
    )


def _heaped(plane: Real) -> Real:
    heaped: Real = cv2.GaussianBlur(plane, (0, 0), _HEAP, borderType=cv2.BORDER_CONSTANT)
    return heaped


def _within_cell(strength: Plane, frame: Rect, side: int, row: int, column: int) -> tuple[int, int]:
    """x, y of the pixel of a cell that shows most of the old background."""
    spot = strength[frame.slices()][row * side : (row + 1) * side, column * side : (column + 1) * side]
    below, beside = (int(place) for place in np.unravel_index(int(spot.argmax()), spot.shape))
    return frame.x + column * side + beside, frame.y + row * side + below
