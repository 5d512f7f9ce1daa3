"""Corrects a mask where it is clicked or drawn on, and changes nothing besides.

Each touch whose side is wrong so far takes the connected wrong part around it to the side that it names. The part is
found in a window of some 200 px around the touch, whatever its size in the photo; only its rim is looked at in full.
"""

import numpy as np

from maskstudio.core.arrays import Bytes, Flags, Pixels8, Plane
from maskstudio.core.connected import joined
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import within
from maskstudio.jobs import Token
from maskstudio.selection.prompt import Prompt
from maskstudio.selection.rim import at_full_size, swallowed
from maskstudio.selection.touches import Touch, touches
from maskstudio.selection.wrongpart import Surroundings, wrong_part

_SIDE = 200  # px of the longer side of what is looked at
_LEAST_DEPTH = 3.0  # px of it that a touch must be deep, or less is looked at, and more closely
_MARGIN = 0.1  # of the object, around it
_OVERVIEW = 512  # px, in which the object's extent is seen


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
        touched = touched.unite(_put_right(image, now, earlier, touch, every, limit))
    token.check()
    if touched and len(every) > 1:
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


def _put_right(image: Pixels8, now: Plane, earlier: Plane, touch: Touch, every: tuple[Touch, ...], limit: Rect) -> Rect:
    """Change ``now`` around one touch; return where."""
    where = touch.bounds.intersect(limit)
    wrong = touch.drawn(where) & (_named(now[where.slices()], touch) < 128) if where else np.zeros((0, 0), np.bool_)
    if not wrong.any():
        return EMPTY
    window, scale = _window(_extent(now).unite(where), _depth(now, touch, where, wrong), where, limit)
    small = _looked_at(image, now, earlier, touch, every, window, scale)
    row, column = np.argwhere(wrong)[0] + (where.y - window.y, where.x - window.x)
    place = int(row * small.named.shape[0] / window.height), int(column * small.named.shape[1] / window.width)
    small.touch[place], small.named[place], small.barred[place] = True, False, False
    part = wrong_part(small)
    box = _reach(part, window).unite(Rect(window.x + column, window.y + row, 1, 1))
    inner = Rect(box.x - window.x, box.y - window.y, box.width, box.height)
    full = at_full_size(image[window.slices()], small.colours, part, small.named, inner)
    _take(now, touch, every, box, full)
    return box


def _take(now: Plane, touch: Touch, every: tuple[Touch, ...], box: Rect, part: Flags) -> None:
    """Take the part in ``box``, bool (rect.height, rect.width), as far as it is joined to the touch, to its side."""
    rows = box.slices()
    plane = _named(now[rows], touch)
    part &= plane < 128
    for other in (*every, touch):
        near = other.bounds.intersect(box)
        if near and (other.positive == touch.positive or not touch.positive):
            drawn = other.drawn(near)
            part[within(near, box)][drawn] = other.positive == touch.positive
    part &= plane < 128
    part = joined(part | swallowed(plane, part), touch.drawn(box), 8)
    mended = np.where(part, np.uint8(255), plane)
    now[rows] = mended if touch.positive else 255 - mended


def _looked_at(
    image: Pixels8, now: Plane, earlier: Plane, touch: Touch, every: tuple[Touch, ...], window: Rect, scale: float
) -> Surroundings:
    """The window at the size in which it is looked at."""
    size = max(round(window.width * scale), 1), max(round(window.height * scale), 1)
    rows = window.slices()
    named = _shrunk(_named(now[rows], touch), size) >= 128
    held, barred = np.zeros_like(named), np.zeros_like(named)
    for each in every:
        if each.positive == touch.positive or not touch.positive:
            (held if each.positive == touch.positive else barred)[each.shrunk(window, size)] = True
    own = touch.shrunk(window, size) & ~named
    taken = (_shrunk(_named(earlier[rows], touch), size) >= 128) & ~named
    return Surroundings(_shrunk(image[rows], size), named, own, held, barred & ~own, taken)


def _reach(part: Flags, window: Rect) -> Rect:
    """Where in the photo a part may lie that was found in a window."""
    x, y, width, height = cv2.boundingRect(part.astype(np.uint8))
    wide, high = window.width / part.shape[1], window.height / part.shape[0]
    left, top = window.x + int((x - 3) * wide), window.y + int((y - 3) * high)
    right, bottom = window.x + int(np.ceil((x + width + 3) * wide)), window.y + int(np.ceil((y + height + 3) * high))
    return Rect(left, top, right - left, bottom - top).grow(4).intersect(window)


def _named(plane: Plane, touch: Touch) -> Plane:
    """``plane`` as coverage of the side that the touch names, (H, W)."""
    return plane if touch.positive else 255 - plane


def _window(extent: Rect, depth: float, where: Rect, limit: Rect) -> tuple[Rect, float]:
    """What is looked at around a touch at ``where``, and at which scale.

    It is the whole object in ``extent`` or, where the touch is not deep in its wrong part, only what is near.
    """
    window = extent.grow(int(max(3 * depth, _MARGIN * max(extent.width, extent.height), 8))).intersect(limit)
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
        window, step = where.grow(reach).intersect(frame), max(reach // 128, 1)
        other = (_named(now[window.slices()][::step, ::step], touch) < 128).astype(np.uint8)
        if not other.all():
            away = cv2.distanceTransform(other, cv2.DIST_L2, 5)
            rows, columns = np.nonzero(wrong)
            places = (rows + where.y - window.y) // step, (columns + where.x - window.x) // step
            found = step * float(away[places].max())
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


def _take_back(now: Plane, earlier: Plane, every: tuple[Touch, ...], touched: Rect) -> None:
    """Undo in ``now`` what no chain of changed pixels joins to a touch any more."""
    rows = touched.slices()
    changed = now[rows] != earlier[rows]
    drawn = np.zeros((touched.height, touched.width), np.bool_)
    for touch in every:
        drawn |= touch.drawn(touched)
    astray = changed & ~joined(changed, drawn, 8)
    now[rows][astray] = earlier[rows][astray]
