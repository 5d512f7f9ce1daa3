"""Simulated clicks on the shared photos with a known truth: how many it takes, beside plain GrabCut in the same run.

python -m tests.bench.clicks [--model none] [--half even|odd|all] [--jitter 0.05] [--cap 20] [--peer] [--each]

Each click is put where the largest connected error is deepest, as in the field's own tables. Printed for each set: the
mean number of clicks to an IoU of 0.85 and of 0.90 (the cap where it is never reached), and the IoU after 1, 3 and 5.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Point
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.providers.local.local import Local
from maskstudio.selection.prompt import Prompt

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_SMALLEST = 0.01  # share of the photo: smaller instances are left out
_PEER_SIDE = 400  # px of the longer side of what GrabCut is given
_SPOT = 0.015  # radius of the disc that a click means to GrabCut, of the photo's diagonal

Answering = Callable[[tuple[Point, ...], tuple[Point, ...]], Flags]


@dataclass(frozen=True, eq=False)
class Posed:
    """A photo, RGB uint8 (H, W, 3), and what is to be selected in it, (H, W)."""

    name: str
    photo: Pixels8
    truth: Flags


def _read(path: Path, flags: int = cv2.IMREAD_COLOR) -> Pixels8:
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)
    return np.ascontiguousarray(pixels[..., ::-1]) if pixels.ndim == 3 else pixels


def sets(data: Path) -> dict[str, list[Posed]]:
    """The three sets of photos, by name; the instances are those of people and clothes of at least 1 % of the photo."""

    def posed(truth: Path, photo: Path) -> Posed:
        return Posed(truth.stem, _read(photo), _read(truth, cv2.IMREAD_GRAYSCALE) > 127)

    matting, photos = data / "matting" / "alphamatting", data / "photos"
    found = {
        "alphamatting": [
            posed(each, matting / "image" / each.name) for each in sorted((matting / "alpha").glob("*.png"))
        ]
    }
    instances = [
        each
        for kind in ("coco_people4", "fashion2")
        for each in sorted((photos / kind / "gt_masks").glob("*inst*.png"))
    ]
    every = [posed(each, each.parents[1] / f"{each.stem.split('_')[0]}.jpg") for each in instances]
    found["instances"] = [each for each in every if each.truth.mean() >= _SMALLEST]
    truths = sorted((photos / "grabcut" / "truth").glob("*.png"))
    found["grabcut"] = [posed(each, photos / "grabcut" / "image" / f"{each.stem}.jpg") for each in truths]
    return found


def overlap(one: Flags, other: Flags) -> float:
    """Intersection over union of two planes (H, W)."""
    return float(np.count_nonzero(one & other) / max(np.count_nonzero(one | other), 1))


def next_click(inside: Flags, truth: Flags) -> tuple[Point, bool] | None:
    """Where the largest connected error of planes (H, W) is deepest, and whether that is missing; None without one."""
    best: tuple[int, Flags, bool] | None = None
    for error, missing in ((truth & ~inside, True), (inside & ~truth, False)):
        count, parts, stats, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8), connectivity=4)
        if count > 1:
            largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            area = int(stats[largest, cv2.CC_STAT_AREA])
            if best is None or area > best[0]:
                best = area, parts == largest, missing
    if best is None:
        return None
    depth = cv2.distanceTransform(np.pad(best[1].astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = divmod(int(depth.argmax()), depth.shape[1])
    return (column + 0.5, row + 0.5), best[2]


def session(answer: Answering, truth: Flags, cap: int, jitter: float, rng: np.random.Generator) -> list[float]:
    """The IoU after each of ``cap`` clicks on a truth (H, W)."""
    inside, seen = np.zeros_like(truth), list[float]()
    clicks: tuple[tuple[Point, ...], tuple[Point, ...]] = (), ()
    spread = jitter * np.sqrt(truth.sum())
    for _ in range(cap):
        found = next_click(inside, truth)
        if found is None:
            break
        (x, y), missing = found
        if jitter:
            x = float(np.clip(x + rng.normal(0, spread), 0, truth.shape[1] - 1))
            y = float(np.clip(y + rng.normal(0, spread), 0, truth.shape[0] - 1))
        clicks = (*clicks[0], (x, y)) if missing else clicks[0], clicks[1] if missing else (*clicks[1], (x, y))
        if not clicks[0]:
            clicks = ((x, y),), ()
        inside = answer(*clicks)
        seen.append(overlap(inside, truth))
    return seen + seen[-1:] * (cap - len(seen))


def ours(model: str) -> Callable[[Pixels8], Answering]:
    """What a model of maskstudio answers."""
    local = Local()

    def open_(photo: Pixels8) -> Answering:
        selector = local.open_selector(Image(photo), model, Token())

        def answer(include: tuple[Point, ...], exclude: tuple[Point, ...]) -> Flags:
            found = selector.predict(Prompt(include=include, exclude=exclude), Token())
            return found[0].mask.array() > 127 if found else np.zeros(photo.shape[:2], bool)

        return answer

    return open_


def grabcut(photo: Pixels8) -> Answering:
    """Plain GrabCut: a disc around each click is certain, one five times as wide around those inside is likely."""
    height, width = photo.shape[:2]
    zoom = min(_PEER_SIDE / max(height, width), 1.0)
    small = cv2.resize(photo, (round(width * zoom), round(height * zoom)), interpolation=cv2.INTER_AREA)
    radius = max(round(_SPOT * float(np.hypot(*small.shape[:2]))), 2)

    def answer(include: tuple[Point, ...], exclude: tuple[Point, ...]) -> Flags:
        mask = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
        for points, reach, kind in ((include, 5, cv2.GC_PR_FGD), (include, 1, cv2.GC_FGD), (exclude, 1, cv2.GC_BGD)):
            for x, y in points:
                cv2.circle(mask, (int(x * zoom), int(y * zoom)), reach * radius, int(kind), -1)
        cv2.setRNGSeed(0)
        cv2.grabCut(small, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
        inside = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.float32)
        full: Flags = cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
        return full

    return answer


def clicks_to(seen: list[float], wanted: float) -> int:
    """The number of clicks after which an IoU is reached for the first time; all of them if it never is."""
    return next((number for number, each in enumerate(seen, 1) if each >= wanted), len(seen))


def halves(every: list[Posed], half: str) -> Iterator[Posed]:
    """Those with an even or an odd place in their set, or all."""
    yield from every[{"even": 0, "odd": 1, "all": 0}[half] :: 1 if half == "all" else 2]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="none")
    parser.add_argument("--half", default="all", choices=("even", "odd", "all"))
    parser.add_argument("--jitter", type=float, default=0.0)
    parser.add_argument("--cap", type=int, default=20)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--each", action="store_true")
    given = parser.parse_args()
    ways = {given.model: ours(given.model)} | ({"plain GrabCut": grabcut} if given.peer else {})
    print(f"{given.half} photos, cap {given.cap}, jitter {given.jitter:.0%}")
    print(f"{'':30} {'photos':>6} {'to 85':>6} {'to 90':>6} {'IoU 1':>6} {'IoU 3':>6} {'IoU 5':>6} {'CPU s':>6}")
    for name, every in sets(SHARED).items():
        for way, open_ in ways.items():
            rows, start = [], time.process_time()
            for each in halves(every, given.half):
                seen = session(open_(each.photo), each.truth, given.cap, given.jitter, np.random.default_rng(0))
                rows.append(seen)
                if given.each:
                    print(f"    {each.name:26}", " ".join(f"{value:.2f}" for value in seen[:10]), flush=True)
            to = [np.mean([clicks_to(seen, wanted) for seen in rows]) for wanted in (0.85, 0.9)]
            after = [np.mean([seen[min(number, given.cap) - 1] for seen in rows]) for number in (1, 3, 5)]
            figures = " ".join(f"{value:6.2f}" for value in (*to, *after))
            print(f"{name + ', ' + way:30} {len(rows):6} {figures} {time.process_time() - start:6.1f}", flush=True)


if __name__ == "__main__":
    main()
