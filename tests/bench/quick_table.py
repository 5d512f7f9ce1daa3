"""Simulated strokes of the Quick Selection brush on the shared photos with a known truth, beside two peers.

python -m tests.bench.quick_table [--half even|odd|all] [--strokes 3] [--each] [--only "plain brush"]

Each stroke runs along the middle of the largest part that is missing, from end to end, with a brush whose radius is a
given share of its half width. Printed for each: the IoU after one stroke and after all, the background taken as a share
of the truth, and the pixels taken farther than two radii from every stroke. The peers are a plain brush of the same
size on the same way, and GrabCut in the same neighbourhood.
"""

import argparse
from collections.abc import Callable

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from maskstudio.core.arrays import Flags, Pixels8, Point
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.quickstroke import QuickStroke
from tests.bench.clicks import SHARED, halves, overlap, sets

_CELLS = 120  # of the longer side, in which a way is looked for
_REACH = 2.0  # radii

Way = list[Point]
Brush = Callable[[Pixels8, Flags, Way, float], Flags]


def middle(part: Flags) -> tuple[Way, float]:
    """The longest way through the middle of a part (H, W), and half the width it has there, px."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=4)
    if count < 2:
        return [], 0.0
    one = parts == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    step = max(1, max(part.shape) // _CELLS)
    depth = cv2.distanceTransform(np.pad(one.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    small = depth[::step, ::step]
    if not small.any():
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        return [(float(x), float(y))], float(depth.max())
    number = np.full(small.shape, -1)
    number[small > 0] = np.arange(int((small > 0).sum()))
    rows, columns, costs = [], [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = number[: number.shape[0] - dy, max(-dx, 0) : number.shape[1] - max(dx, 0)]
        b = number[dy:, max(dx, 0) : number.shape[1] + min(dx, 0)]
        both = (a >= 0) & (b >= 0)
        rows.append(a[both])
        columns.append(b[both])
    first, second = np.concatenate(rows), np.concatenate(columns)
    deep = small[small > 0]
    costs = 1 / np.minimum(deep[first], deep[second]) ** 2
    graph = coo_matrix((costs, (first, second)), (len(deep), len(deep))).tocsr()
    lengths = coo_matrix((np.ones(len(first)), (first, second)), (len(deep), len(deep))).tocsr()

    def farthest(start: int) -> int:
        reached = dijkstra(lengths, directed=False, indices=start)
        return int(np.where(np.isfinite(reached), reached, -1).argmax())

    begin = farthest(int(deep.argmax()))
    end = farthest(begin)
    before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True)[1]
    places = np.argwhere(small > 0)
    way = [end]
    while way[-1] != begin and before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    half = float(np.median(deep[way]))
    inner = [each for each in way if deep[each] >= 0.5 * half]
    return [(float(places[each][1] * step), float(places[each][0] * step)) for each in inner], half


def strokes(photo: Pixels8, truth: Flags, share: float, many: int, brush: Brush) -> tuple[list[float], int, float]:
    """IoU after each stroke, px beyond the reach of all, and background taken as a share of the truth."""
    inside, reach, seen = np.zeros_like(truth), np.zeros_like(truth), list[float]()
    for _ in range(many):
        way, half = middle(truth & ~inside)
        radius = share * half
        if len(way) < 1 or radius < 2:
            break
        inside = inside | brush(photo, inside, way, radius)
        reach |= drawn(truth, way, _REACH * radius + 2)
        seen.append(overlap(inside, truth))
    seen = seen or [0.0]
    return (
        seen + seen[-1:] * (many - len(seen)),
        int((inside & ~reach).sum()),
        float((inside & ~truth).sum() / truth.sum()),
    )


def drawn(like: Flags, way: Way, radius: float) -> Flags:
    """The pixels within ``radius`` px of a way, (H, W)."""
    line = np.full(like.shape, 255, np.uint8)
    cv2.polylines(line, [np.int32(way)], False, 0, 1)
    return cv2.distanceTransform(line, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= radius


def plain(_photo: Pixels8, inside: Flags, way: Way, radius: float) -> Flags:
    """A hard round brush."""
    return drawn(inside, way, radius)


def grabcut(photo: Pixels8, inside: Flags, way: Way, radius: float) -> Flags:
    """Plain GrabCut on the neighbourhood of the stroke: the brush's middle is sure, what is beyond reach too."""
    zoom = min(1.0, 12 / radius)
    size = round(photo.shape[1] * zoom), round(photo.shape[0] * zoom)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    state = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    near = [(x * zoom, y * zoom) for x, y in way]
    state[drawn(state, near, radius * zoom)] = cv2.GC_PR_FGD
    state[~drawn(state, near, _REACH * radius * zoom)] = cv2.GC_BGD
    state[drawn(state, near, 0.3 * radius * zoom)] = cv2.GC_FGD
    state[cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0] = cv2.GC_FGD
    x, y, width, height = cv2.boundingRect(drawn(state, near, 3 * radius * zoom).astype(np.uint8))
    part = np.ascontiguousarray(state[y : y + height, x : x + width])
    if (part & 1).all() or not (part & 1).any():
        return plain(photo, inside, way, radius)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small[y : y + height, x : x + width].copy(), part, None, *models, 5, cv2.GC_INIT_WITH_MASK)
    out = np.zeros(state.shape, np.uint8)
    out[y : y + height, x : x + width] = part & 1
    return cv2.resize(out, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0


def quick(photo: Pixels8, inside: Flags, way: Way, radius: float) -> Flags:
    """The Quick Selection brush."""
    stroke = QuickStroke(Image(photo), Mask.from_array(inside.astype(np.uint8) * 255), radius)
    for at in way:
        stroke.to(*at, Token())
    stroke.end()
    rect, plane = stroke.area(Token(), enhance=True)
    out = np.zeros_like(inside)
    if rect:
        out[rect.slices()] = plane > 127
    return out


BRUSHES: dict[str, Brush] = {"quick": quick, "plain brush": plain, "GrabCut": grabcut}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["even", "odd", "all"], default="odd")
    parser.add_argument("--strokes", type=int, default=3)
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--only", choices=sorted(BRUSHES))
    asked = parser.parse_args()
    for share in (0.5, 0.75, 1.0):
        for kind, posed in sets(SHARED).items():
            every = list(halves(posed, asked.half))
            for name, brush in BRUSHES.items():
                if asked.only not in {None, name}:
                    continue
                found = [strokes(each.photo, each.truth, share, asked.strokes, brush) for each in every]
                first, last = (np.mean([ious[at] for ious, _, _ in found]) for at in (0, -1))
                far, taken = sum(each[1] for each in found), np.mean([each[2] for each in found])
                print(
                    f"brush {share:4.2f} {kind:13s} {name:12s} 1 stroke {first:.3f}, {asked.strokes} {last:.3f}, "
                    f"background {taken:.3f}, beyond reach {far} px", flush=True
                )  # fmt: skip
                if asked.each:
                    for photo, each in zip(every, found, strict=True):
                        print(f"    {photo.name} {' '.join(f'{iou:.3f}' for iou in each[0])} {each[2]:.3f}")


if __name__ == "__main__":
    main()
