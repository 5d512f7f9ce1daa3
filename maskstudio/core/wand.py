"""Magic wand: the pixels whose colour is close to that of a point."""

import numpy as np

from maskstudio.core.area import Area, nothing, tight
from maskstudio.core.arrays import Pixels, Plane
from maskstudio.core.callbacks import Check, go_on
from maskstudio.core.cv import cv2
from maskstudio.core.flood import flood
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.image import to_8bit
from maskstudio.core.seen import BLACK, WHITE, laid_on
from maskstudio.errors import BadParameter
from maskstudio.params.local import WandParams

# Rows compared at a time: what they need stays in the processor's cache, and a cancel is heard in between.
_STRIPE = 128
# A straight edge is softened to 64 and 191; those become 0 and 255 again, and what lies between follows.
_STEEP = np.clip((np.arange(256) - 64) * (255 / 127), 0, 255).round().astype(np.uint8)
_SQUARE = np.ones((2, 2), np.uint8)


class Wand:
    """Selects by colour in one photo, and by transparency where it has any.

    Two colours differ by the largest difference of their channels, 0 to 255: red, green and blue, or L, a and b as
    OpenCV scales them to 8 bits (16-bit photos are compared at 8). What is see-through differs by the most it shows on
    black, on white, and in opacity: nothing opaque is like what is transparent, and all that is transparent is alike,
    whatever colours lie under it. The differences from the last seed are kept, so that another tolerance at the same
    point, as in a drag, only has to flood again.
    """

    def __init__(self, pixels: Pixels, alpha: Plane | None = None) -> None:
        """``pixels``: RGB, uint8 or uint16, (H, W, 3); ``alpha``, uint8 (H, W), of a photo that is not opaque. Neither
        is copied or changed.
        """
        self._pixels, self._alpha = pixels, alpha
        self._frame = Rect(0, 0, pixels.shape[1], pixels.shape[0])
        self._seed: tuple[int, int, str, str] | None = None
        self._colours: list[tuple[int, ...]] = []  # the seed's, one for each of what ``_read`` gives
        self._known = self._found = EMPTY
        self._apart: Plane = np.zeros((0, 0), np.uint8)

    def select(self, x: float, y: float, params: WandParams, *, check: Check = go_on) -> Area:
        """What the pixel at (``x``, ``y``) selects: 255, with ``antialias`` partial along the edge.

        The pixel itself always is, even where the average around it is another colour. A point outside the photo is
        an empty area, NaN or infinity a ``BadParameter``. ``check`` is called between steps and may raise to stop.
        """
        if not (np.isfinite(x) and np.isfinite(y)):
            raise BadParameter("A point must be two finite numbers.")
        column, row = int(np.floor(x)), int(np.floor(y))
        if not Rect(column, row, 1, 1).intersect(self._frame):
            return nothing()
        self._start((column, row, params.space, params.sample_size))
        if params.contiguous:
            found = self._flood(column, row, params.tolerance, check)
        else:
            apart = self._within(self._frame, check)
            found = tight(cv2.threshold(apart, params.tolerance, 255, cv2.THRESH_BINARY_INV)[1], 0, 0)
        check()
        return _smoothed(*found, self._frame) if params.antialias else found

    def _flood(self, x: int, y: int, tolerance: int, check: Check) -> Area:
        found = flood(lambda part: self._within(part, check), self._frame, x, y, tolerance, expected=self._found)
        self._found = found[0]
        return found

    def _start(self, seed: tuple[int, int, str, str]) -> None:
        if seed == self._seed:
            return
        x, y, space, size = seed
        around = Rect(x, y, 1, 1).grow(int(size) // 2).intersect(self._frame)
        means = [part.reshape(-1, 3).mean(axis=0).round() for part in self._read(around, space)]
        self._seed, self._colours = seed, [tuple(map(int, mean)) for mean in means]
        self._known = self._found = EMPTY

    def _within(self, window: Rect, check: Check) -> Plane:
        """Differences from the seed's colour in ``window``: those known already, or they and what is around them."""
        if window.intersect(self._known) != window:
            known = window.unite(self._known)
            apart = np.empty((known.height, known.width), np.uint8)
            for top in range(0, known.height, _STRIPE):
                check()
                rows = Rect(known.x, known.y + top, known.width, min(_STRIPE, known.height - top))
                self._compare(rows, apart[top : top + rows.height])
            x, y = (self._seed or (0, 0))[:2]
            apart[y - known.y, x - known.x] = 0
            self._known, self._apart = known, apart
        part = Rect(window.x - self._known.x, window.y - self._known.y, window.width, window.height)
        return self._apart[part.slices()]

    def _compare(self, rows: Rect, out: Plane) -> None:
        parts = self._read(rows, (self._seed or (0, 0, "rgb"))[2])
        first, *more = (cv2.absdiff(part, (*mean, 0)) for part, mean in zip(parts, self._colours, strict=True))
        np.maximum(first[..., 0], first[..., 1], out=out)
        for channel in (first[..., 2], *(apart[..., number] for apart in more for number in range(3))):
            np.maximum(out, channel, out=out)

    def _read(self, rect: Rect, space: str) -> list[Plane]:
        """What is compared in ``rect``, (h, w, 3) each: the colours, or, where there is transparency, the colours on
        black, on white, and the opacity.
        """
        rows = rect.slices()
        pixels = self._pixels[rows]
        if self._alpha is None:
            return [_in(space, to_8bit(pixels))]
        alpha = self._alpha[rows]
        shown = [_in(space, laid_on(pixels, alpha, grey)) for grey in (BLACK, WHITE)]
        return [*shown, cv2.merge([alpha, alpha, alpha])]


def _in(space: str, colours: Plane) -> Plane:
    solid = np.ascontiguousarray(colours)
    return cv2.cvtColor(solid, cv2.COLOR_RGB2Lab) if space == "lab" else solid


def _smoothed(rect: Rect, hard: Plane, frame: Rect) -> Area:
    """Stairs made even: each pixel by how much of its neighbourhood is selected; straight edges stay as they are.

    A line one pixel wide would lose half of itself, so what no 2 x 2 square of the selection covers stays whole.
    """
    if not rect:
        return rect, hard
    around = rect.grow(1).intersect(frame)
    plane = np.zeros((around.height, around.width), np.uint8)
    plane[Rect(rect.x - around.x, rect.y - around.y, rect.width, rect.height).slices()] = hard
    soft = np.empty_like(plane)
    for top in range(0, around.height, _STRIPE):
        first = max(top - 2, 0)
        part = soft[top : top + _STRIPE]
        part[:] = _evened(plane[first : top + _STRIPE + 2])[top - first :][: len(part)]
    return tight(soft, around.x, around.y)


def _evened(hard: Plane) -> Plane:
    thick = cv2.dilate(cv2.erode(hard, _SQUARE, anchor=(1, 1)), _SQUARE, anchor=(0, 0))
    soft = cv2.LUT(cv2.GaussianBlur(hard, (3, 3), 0, borderType=cv2.BORDER_REPLICATE), _STEEP)
    evened: Plane = cv2.max(soft, cv2.subtract(hard, thick))
    return evened
