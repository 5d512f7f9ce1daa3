"""True masks damaged in ten ways, each the same on every run, for measuring how many clicks mend them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

LEAST_AREA = 0.01  # share of the photo that an object must fill to be asked about


@dataclass(frozen=True)
class Pair:
    """A photo, RGB (H, W, 3), and its true mask (H, W), 0..255, perhaps soft."""

    name: str
    image: np.ndarray
    truth: np.ndarray


def pairs(data: Path) -> Iterator[Pair]:
    """The photos with true masks in one order: alphamatting.com, COCO people and fashion, the GrabCut benchmark."""
    for file in sorted((data / "matting/alphamatting/image").glob("*.png")):
        yield _pair(f"am {file.stem}", file, data / f"matting/alphamatting/alpha/{file.stem}.png")
    for folder in ("coco_people4", "fashion2"):
        for file in sorted((data / "photos" / folder / "gt_masks").glob("*_inst*.png")):
            photo = data / "photos" / folder / f"{file.stem.split('_')[0]}.jpg"
            found = _pair(f"obj {file.stem}", photo, file)
            if (found.truth >= 128).mean() >= LEAST_AREA:
                yield found
    for file in sorted((data / "photos/grabcut/image").glob("*.jpg")):
        yield _pair(f"gc {file.stem}", file, data / f"photos/grabcut/truth/{file.stem}.png")


def _pair(name: str, photo: Path, truth: Path) -> Pair:
    image = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
    mask = cv2.imread(str(truth), cv2.IMREAD_UNCHANGED)
    mask = mask if mask.ndim == 2 else mask[..., 0]
    if mask.max() <= 1:
        mask = mask * np.uint8(255)
    if mask.shape != image.shape[:2]:
        mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return Pair(name, image, np.ascontiguousarray(mask.astype(np.uint8)))


def _size(inside: np.ndarray) -> float:
    return float(np.sqrt(inside.sum()))


def _grid(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.mgrid[: inside.shape[0], : inside.shape[1]].astype(np.float32)


def _disc(inside: np.ndarray, at: tuple[int, int], radius: float, rng: np.random.Generator) -> np.ndarray:
    """A wavy disc around row, column."""
    rows, columns = _grid(inside)
    angle = np.arctan2(rows - at[0], columns - at[1])
    wave = 1 + 0.18 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.1 * np.sin(5 * angle + rng.uniform(0, 6))
    return np.hypot(rows - at[0], columns - at[1]) < radius * wave


def _rim(inside: np.ndarray) -> np.ndarray:
    """Rows and columns of the longest outline away from the frame, (N, 2), in order."""
    outlines, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(outlines, key=len)[:, 0, ::-1]
    bottom, right = np.array(inside.shape) - 4
    kept = (points[:, 0] > 3) & (points[:, 1] > 3) & (points[:, 0] < bottom) & (points[:, 1] < right)
    return points[kept] if kept.any() else points


def _depth(inside: np.ndarray) -> np.ndarray:
    return cv2.distanceTransform(np.pad(inside, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]


def _on_rim(inside: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    rim = _rim(inside)
    row, column = rim[rng.integers(len(rim))]
    return int(row), int(column)


def _stretch(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where a third of the outline is near."""
    rim = _rim(inside)
    start, many = rng.integers(len(rim)), max(len(rim) // 3, 1)
    near = np.ones(inside.shape, np.uint8)
    chosen = rim[(start + np.arange(many)) % len(rim)]
    near[chosen[:, 0], chosen[:, 1]] = 0
    return cv2.distanceTransform(near, cv2.DIST_L2, 5) < 0.12 * _size(inside)


def holes(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to three holes inside."""
    out, depth = inside.copy(), _depth(inside)
    for _ in range(rng.integers(1, 4)):
        deep = np.argwhere(depth > 0.6 * depth.max())
        row, column = deep[rng.integers(len(deep))]
        out &= ~_disc(inside, (row, column), min(0.17 * _size(inside), 0.8 * depth[row, column]), rng)
    return out


def bite(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A chunk bitten off at the edge."""
    return inside & ~_disc(inside, _on_rim(inside, rng), 0.3 * _size(inside), rng)


def limb(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A thin part cut off; the end of the object if it has none."""
    core = cv2.morphologyEx(
        inside.astype(np.uint8), cv2.MORPH_OPEN,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(0.12 * _size(inside)) + 3,) * 2),
    ) > 0  # fmt: skip
    _, labels, stats, _ = cv2.connectedComponentsWithStats((inside & ~core).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA] / max(inside.sum(), 1)
    fit = np.flatnonzero((areas > 0.06) & (areas < 0.5))
    if len(fit):
        return inside & (labels != 1 + fit[rng.integers(len(fit))])
    return _cut(inside, rng.uniform(0, 2 * np.pi), 0.17)


def blob(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Background added at the edge."""
    return inside | _disc(inside, _on_rim(inside, rng), 0.3 * _size(inside), rng)


def island(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A piece of background selected apart from the object."""
    away = _depth(~inside)
    radius = min(0.2 * _size(inside), 0.6 * float(away.max()))
    far = np.argwhere((away > radius * 1.4) & (away < max(radius * 4, 1.5 * radius + 3)))
    if not len(far):
        return blob(inside, rng)
    row, column = far[rng.integers(len(far))]
    return inside | _disc(inside, (row, column), radius, rng)


def bridge(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A strip of background from the object outwards."""
    row, column = _on_rim(inside, rng)
    depth = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), max(0.06 * _size(inside), 1))
    down, across = np.gradient(depth)
    way = -np.array([down[row, column], across[row, column]])
    way = way / max(float(np.hypot(*way)), 1e-6)
    strip = np.zeros(inside.shape, np.uint8)
    end = np.array([row, column]) + way * 0.9 * _size(inside)
    cv2.line(strip, (column, row), (int(end[1]), int(end[0])), 1, max(int(0.14 * _size(inside)), 2))
    return inside | (strip > 0)


def tight(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The edge drawn too far in along a stretch."""
    return inside & ~(_stretch(inside, rng) & (_depth(inside) < 0.07 * _size(inside)))


def wide(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The edge drawn too far out along a stretch."""
    return inside | (_stretch(inside, rng) & (_depth(~inside) < 0.07 * _size(inside)))


def half(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half of the object missing beyond a straight line."""
    return _cut(inside, rng.uniform(0, 2 * np.pi), 0.5)


def blocks(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask of few pixels, blown up, with a part of it moved."""
    step = max(int(0.06 * _size(inside)), 2)
    height, width = (-(-side // step) for side in inside.shape)
    small = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    coarse = np.kron(small > 0.5, np.ones((step, step), bool))[: inside.shape[0], : inside.shape[1]]
    by = rng.integers(0, 2, 2) * 2 - 1
    moved = np.roll(coarse, tuple(round(0.05 * _size(inside)) * by), (0, 1))
    return np.where(_stretch(inside, rng), moved, coarse)


def _cut(inside: np.ndarray, angle: float, share: float) -> np.ndarray:
    """Without the share of it that lies farthest in one direction."""
    rows, columns = _grid(inside)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    return inside & (along <= np.quantile(along[inside], 1 - share))


WAYS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    way.__name__: way for way in (holes, bite, limb, blob, island, bridge, tight, wide, half, blocks)
}


def damaged(pair: Pair, way: str, seed: int = 0) -> np.ndarray:
    """The true mask of ``pair`` damaged in one of ``WAYS``, uint8 (H, W), soft as the truth where nothing was done."""
    inside = pair.truth >= 128
    rng = np.random.default_rng([seed, sum(pair.name.encode()), list(WAYS).index(way)])
    after = WAYS[way](inside, rng)
    changed = cv2.dilate((after != inside).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(changed, np.where(after, 255, 0), pair.truth).astype(np.uint8)
