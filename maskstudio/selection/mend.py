"""Corrects a mask where it is clicked or drawn on, and changes nothing besides.

Each touch whose side is wrong so far takes the connected wrong part around it to the side that it names. The part is
found in a window of some 200 px around the touch, whatever its size in the photo, then carried to full size along the
photo's edges (He, Sun and Tang, "Guided image filtering", 2010).
"""

import numpy as np

from maskstudio.core.arrays import Bytes, Flags, Pixels8, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.jobs import Token
from maskstudio.selection.prompt import Prompt
from maskstudio.selection.touches import Touch, touches
from maskstudio.selection.wrongpart import Surroundings, joined, wrong_part

_SIDE = 200  # px of the longer side of what is looked at
_LEAST_DEPTH = 3.0  # px of it that a touch must be deep, or less is looked at, and more closely
_MARGIN = 0.1  # of the object, around it
_OVERVIEW = 512  # px, in which the object's extent is seen
_FULL = 1000  # px of the longer side of a part that is followed along edges at full size
_SMOOTH = 1e-4  # variance of brightness, 0..1, that is no edge
_SOFT = 32  # px, the width of a soft edge that is lifted where it ends up inside


def mend(image: Pixels8, earlier: Plane, prompt: Prompt, token: Token) -> Plane:
    """``earlier`` with what the clicks and strokes of ``prompt`` say is wrong put right.

    ``image`` is uint8 RGB (H, W, 3), ``earlier`` uint8 (H, W), 0 out and 255 in, soft where it likes. Every click ends
    on its side of half coverage, one that lies there already changes nothing, and a later one never undoes another: of
    two on one pixel the excluding one counts. Each change is joined to its click by changed pixels; all others keep
    their values to the bit. With a box nothing outside of it changes. Raises ``Cancelled`` through ``token``.
    """
    now = earlier.copy()
    every = touches(prompt, earlier.shape)
    limit = _limit(prompt, now)
    touched = EMPTY
    for number, touch in enumerate(every):
        token.step(number / len(every), "Mending")
        touched = touched.unite(_put_right(image, now, touch, every, limit))
    token.check()
    if touched:
        _take_back(now, earlier, every, touched)
    return now


def _limit(prompt: Prompt, plane: Plane) -> Rect:
    """Where pixels may change: in the box, if there is one."""
    frame = Rect(0, 0, plane.shape[1], plane.shape[0])
    if prompt.box is None:
        return frame
    left, top, right, bottom = prompt.box
    x, y = int(np.floor(left)), int(np.floor(top))
    return Rect(x, y, int(np.ceil(right)) - x, int(np.ceil(bottom)) - y).intersect(frame)


def _put_right(image: Pixels8, now: Plane, touch: Touch, every: tuple[Touch, ...], limit: Rect) -> Rect:
    """Change ``now`` around one touch; return where."""
    where = touch.bounds.intersect(limit)
    wrong = touch.drawn(where) & (_named(now[where.slices()], touch) < 128) if where else np.zeros((0, 0), np.bool_)
    if not wrong.any():
        return EMPTY
    window, scale = _window(now, touch, where, wrong, limit)
    size = max(round(window.width * scale), 1), max(round(window.height * scale), 1)
    rows = window.slices()
    plane = _named(now[rows], touch)
    named = _shrunk(np.where(plane >= 128, np.uint8(255), np.uint8(0)), size) >= 128
    own, held, barred = (_seen(each, window, size) for each in (
        [touch], [other for other in every if other.positive == touch.positive],
        [other for other in every if other.positive != touch.positive],
    ))  # fmt: skip
    own &= _shrunk_any(plane < 128, size)
    place = Surroundings(_shrunk(image[rows], size), named & ~own, own, held, barred & ~own)
    part = wrong_part(place)
    now_wrong = touch.drawn(window) & (plane < 128)
    full = _enlarged(image[rows], part, place.named, plane < 128, scale)
    for other in every:
        drawn = other.drawn(window) & (plane < 128)
        full[drawn] = other.positive == touch.positive
    full |= now_wrong
    mended = _lifted(plane, joined(full, now_wrong))
    now[rows] = mended if touch.positive else 255 - mended
    return window


def _named(plane: Plane, touch: Touch) -> Plane:
    """``plane`` as coverage of the side that the touch names, (H, W)."""
    return plane if touch.positive else 255 - plane


def _window(now: Plane, touch: Touch, where: Rect, wrong: Flags, limit: Rect) -> tuple[Rect, float]:
    """What is looked at around a touch, and at which scale.

    It is the whole object or, where the touch is not deep in its wrong part, only what is near.
    """
    depth = _depth(now, touch, where, wrong)
    extent = _extent(now).unite(where)
    side = max(extent.width, extent.height)
    window = extent.grow(int(max(3 * depth, _MARGIN * side, 8))).intersect(limit)
    scale = min(1.0, _SIDE / max(window.width, window.height))
    if depth * scale < _LEAST_DEPTH:
        scale = min(1.0, _LEAST_DEPTH / depth)
        window = where.grow(int(_SIDE / 2 / scale)).intersect(window)
        scale = min(scale, 2 * _SIDE / max(window.width, window.height))
    return window, scale


def _depth(now: Plane, touch: Touch, where: Rect, wrong: Flags) -> float:
    """How far the deepest wrong pixel of the touch is from the side that the touch names, in px, at least 1."""
    frame = Rect(0, 0, now.shape[1], now.shape[0])
    reach = 32
    while True:
        window = where.grow(reach).intersect(frame)
        other = (_named(now[window.slices()], touch) < 128).astype(np.uint8)
        if not other.all():
            away = cv2.distanceTransform(other, cv2.DIST_L2, 5)
            row, column = where.y - window.y, where.x - window.x
            found = float(away[row : row + where.height, column : column + where.width][wrong].max())
            if found <= reach or window == frame:
                return max(found, 1.0)
        if window == frame:
            return max(max(frame.width, frame.height) / 8, 1.0)
        reach *= 2


def _extent(now: Plane) -> Rect:
    """The rectangle of what is in, from an overview."""
    step = max(max(now.shape) // _OVERVIEW, 1)
    x, y, width, height = cv2.boundingRect((now[::step, ::step] >= 128).astype(np.uint8))
    return Rect(x * step, y * step, width * step, height * step)


def _shrunk(pixels: Bytes, size: tuple[int, int]) -> Bytes:
    """Pixels at another size, not larger, (h, w) or (h, w, 3); of many only every second or third is looked at."""
    step = max(min(pixels.shape[1] // size[0], pixels.shape[0] // size[1]) // 3, 1)
    found: Bytes = cv2.resize(np.ascontiguousarray(pixels[::step, ::step]), size, interpolation=cv2.INTER_AREA)
    return found


def _shrunk_any(flags: Flags, size: tuple[int, int]) -> Flags:
    """Where any pixel is set, bool (h, w)."""
    found: Flags = cv2.resize(flags.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    return found


def _seen(some: list[Touch], window: Rect, size: tuple[int, int]) -> Flags:
    """The pixels of touches in a window at another size, bool (h, w)."""
    whole = np.zeros((window.height, window.width), np.bool_)
    for touch in some:
        if touch.bounds.intersect(window):
            whole |= touch.drawn(window)
    return _shrunk_any(whole, size)


def _enlarged(image: Pixels8, part: Flags, named: Flags, free: Flags, scale: float) -> Flags:
    """The part at full size, its rim moved to the photo's edges, bool (H, W).

    ``image`` (H, W, 3) and ``free`` (H, W) are at full size, ``part`` and ``named`` (h, w) as they were looked at.
    """
    height, width = free.shape
    if scale == 1:
        return part & free
    core = cv2.erode((part | named).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    near = cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8))
    step = max(max(width, height) // _FULL, 1)
    size = (-(-width // step), -(-height // step))
    whole = cv2.resize((part | named).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    follow = _guided(np.ascontiguousarray(image[::step, ::step]), whole, max(round(1 / scale / step), 1))
    follow = cv2.resize(follow, (width, height), interpolation=cv2.INTER_LINEAR) if step > 1 else follow
    sure, possible = (
        cv2.resize(each.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
        for each in (core & part, near)
    )
    found: Flags = (((follow > 0.5) & possible) | sure) & free
    return found


def _guided(image: Pixels8, what: Real, radius: int) -> Real:
    """``what`` (H, W) smoothed along the edges of ``image`` (H, W, 3)."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    side = (2 * radius + 1, 2 * radius + 1)
    mean_grey, mean_what = cv2.blur(grey, side), cv2.blur(what, side)
    variance = cv2.blur(grey * grey, side) - mean_grey * mean_grey
    slope = (cv2.blur(grey * what, side) - mean_grey * mean_what) / (variance + _SMOOTH)
    level = mean_what - slope * mean_grey
    found: Real = cv2.blur(slope, side) * grey + cv2.blur(level, side)
    return found


def _lifted(plane: Plane, part: Flags) -> Plane:
    """``plane`` with the part in it, and without the soft edge that ran between the two, (H, W)."""
    out = plane.copy()
    out[part] = 255
    inside = plane >= 128
    soft = inside & (plane < 255)
    if not soft.any():
        return out
    away, labels = cv2.distanceTransformWithLabels(
        inside.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_part = np.zeros(int(labels.max()) + 1, np.bool_)
    of_part[labels[part]] = True
    out[soft & (away < _SOFT) & of_part[labels]] = 255
    return out


def _take_back(now: Plane, earlier: Plane, every: tuple[Touch, ...], touched: Rect) -> None:
    """Undo in ``now`` what no chain of changed pixels joins to a touch any more."""
    rows = touched.slices()
    drawn = np.zeros((touched.height, touched.width), np.bool_)
    for touch in every:
        drawn |= touch.drawn(touched)
    changed = now[rows] != earlier[rows]
    astray = changed & ~joined(changed, drawn)
    now[rows][astray] = earlier[rows][astray]
