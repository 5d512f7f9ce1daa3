"""How many clicks mend a true mask that was damaged in one of ten ways, and what changes beside the mended parts.

python -m tests.bench.repair_table [even|odd|all] [sequential]

Each click is made at the centre of the largest error that is left, with all clicks before it given along; at most ten.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from maskstudio.jobs import Token
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Prompt
from tests.bench.damage import WAYS, Pair, damaged, pairs

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CAP, GOAL = 10, 0.95


@dataclass
class Run:
    """What the clicks did: IoU before and after each, clicks to the goal, pixels changed beside, CPU seconds each."""

    name: str
    way: str
    ious: list[float]
    clicks: int
    stray: int
    seconds: list[float]
    points: list[tuple[int, int]]
    last: np.ndarray


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    """Of what is in at half coverage."""
    one, other = mask >= 128, truth >= 128
    return float((one & other).sum() / max((one | other).sum(), 1))


def next_click(mask: np.ndarray, truth: np.ndarray) -> tuple[int, int, bool]:
    """Column and row at the centre of the largest connected error, and whether it is to be included."""
    best: tuple[float, int, int, bool] = (0.0, 0, 0, True)
    for include in (True, False):
        wrong = (truth >= 128) & (mask < 128) if include else (truth < 128) & (mask >= 128)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
        for number in range(1, len(stats)):
            if stats[number, cv2.CC_STAT_AREA] > best[0]:
                part = np.pad(labels == number, 1).astype(np.uint8)
                depth = cv2.distanceTransform(part, cv2.DIST_L2, 5)[1:-1, 1:-1]
                row, column = np.unravel_index(int(depth.argmax()), depth.shape)
                best = (float(stats[number, cv2.CC_STAT_AREA]), int(column), int(row), include)
    return best[1:]


def beside(before: np.ndarray, after: np.ndarray, points: list[tuple[int, int]]) -> int:
    """How many pixels changed that no chain of changed pixels joins to a click."""
    _, labels = cv2.connectedComponents((before != after).astype(np.uint8), connectivity=8)
    near = {int(labels[y, x]) for x, y in points}
    return int(((labels > 0) & ~np.isin(labels, list(near))).sum())


def repair(pair: Pair, way: str, *, sequential: bool = False, seed: int = 0) -> Run:
    """Click until it is good again."""
    start = damaged(pair, way, seed)
    now, earlier = start, start
    run = Run(pair.name, way, [iou(start, pair.truth)], CAP + 1, 0, [], [], start)
    include: list[tuple[float, float]] = []
    exclude: list[tuple[float, float]] = []
    for number in range(1, CAP + 1):
        if run.ious[-1] >= GOAL:
            break
        x, y, positive = next_click(now, pair.truth)
        if sequential:
            include, exclude, earlier = [], [], now
            run.points = []
        (include if positive else exclude).append((x + 0.5, y + 0.5))
        run.points.append((x, y))
        began = time.process_time()
        now = mend(pair.image, earlier, Prompt(tuple(include), tuple(exclude)), Token())
        run.seconds.append(time.process_time() - began)
        run.stray += beside(earlier, now, run.points)
        run.ious.append(iou(now, pair.truth))
        if run.ious[-1] >= GOAL:
            run.clicks = number
    if run.ious[0] >= GOAL:
        run.clicks = 0
    run.last = now
    return run


def main(*words: str) -> None:
    """Print the table."""
    which = {"even": slice(0, None, 2), "odd": slice(1, None, 2)}.get(next(iter(words), "all"), slice(None))
    every = list(pairs(SHARED))[which]
    runs = []
    for pair in every:
        runs += [repair(pair, way, sequential="sequential" in words) for way in WAYS]
        mine = [run for run in runs if run.name == pair.name]
        print(f"{pair.name:22}", " ".join(f"{run.clicks:3}" for run in mine), flush=True)
    print(f"{'':22}", " ".join(f"{way[:3]:>3}" for way in WAYS))
    for way in WAYS:
        mine = [run for run in runs if run.way == way and run.clicks]
        clicks = [run.clicks for run in mine]
        first = np.median([run.ious[1] for run in mine]) if mine else 0
        before = np.median([run.ious[0] for run in mine]) if mine else 0
        print(
            f"{way:8} {len(mine):3} damaged, IoU {before:.2f} -> {first:.3f} after one click; clicks: median "
            f"{np.median(clicks):.1f} mean {np.mean(clicks):.2f} over ten {sum(each > CAP for each in clicks)}"
        )
    mine = [run for run in runs if run.clicks]
    clicks = [run.clicks for run in mine]
    first = [run.seconds[0] for run in mine]
    print(
        f"all: median {np.median(clicks):.1f}, mean {np.mean(clicks):.2f}, over ten {sum(c > CAP for c in clicks)} of "
        f"{len(clicks)}; pixels changed beside {sum(run.stray for run in mine)}; "
        f"CPU ms of a first click: median {1e3 * np.median(first):.0f}, worst {1e3 * max(first):.0f}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
