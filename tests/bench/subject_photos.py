"""The shared photos of which is known what their subject is, and the made product shots."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Alpha, Pixels8
from maskstudio.core.cv import cv2
from maskstudio.matting import foreground
from tests.bench import made_shots

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
# Alphas with these are another model's answer to the same photo, not measured; close enough to judge what is found.
FOLDERS = {
    "alphamatting": ("matting/alphamatting/image", "matting/alphamatting/alpha", "{}.png"),
    "animals": ("matting/am2k_animals/image", "matting/am2k_animals/alpha_gfm_prediction", "{}.png"),
    "lemur": ("matting/lemur/image", "matting/lemur/alpha", "{}.png"),
    "portraits": ("matting/p3m_portraits/image", "matting/p3m_portraits/alpha_p3m_prediction", "{}.png"),
    "grabcut": ("photos/grabcut/image", "photos/grabcut/truth", "{}.png"),
    "people": ("photos/coco_people4", "photos/coco_people4/gt_masks", "{}_union.png"),
    "fashion": ("photos/fashion2", "photos/fashion2/gt_masks", "{}_union.png"),
    "rembg": ("photos/rembg/examples", "photos/rembg/examples", "{}.out.png"),
}
MADE = 100


@dataclass(frozen=True)
class Known:
    """A photo (H, W, 3), its subject's alpha (H, W), and the group it belongs to."""

    group: str
    name: str
    rgb: Pixels8
    alpha: Alpha


def photos(side: int | None = None, data: Path = SHARED) -> Iterator[Known]:
    """Every shared photo with a known subject, in a fixed order, at most ``side`` px long."""
    for group, (images, truths, pattern) in FOLDERS.items():
        for path in sorted((data / images).iterdir()) if (data / images).is_dir() else []:
            truth = data / truths / pattern.format(path.stem)
            if path.suffix in (".jpg", ".png") and truth.exists() and truth != path:
                yield _read(group, path, truth, side)


def products(count: int = MADE, side: int = 640, data: Path = SHARED) -> Iterator[Known]:
    """Made product shots of the things of the matting photos."""
    for shot in made_shots.shots(_things(side, data), count, side):
        yield Known("products", shot.name, shot.rgb, shot.alpha)


def alike(count: int = MADE // 2, side: int = 640, data: Path = SHARED) -> Iterator[Known]:
    """Made shots of the same things on paper of their own colour."""
    for shot in made_shots.like_shots(_things(side, data), count, side):
        yield Known("alike", shot.name, shot.rgb, shot.alpha)


def _things(side: int, data: Path) -> list[tuple[str, Pixels8, Alpha]]:
    """Name, clean colours (h, w, 3) and alpha (h, w) of the things that shots are made of."""
    things = []
    for known in photos(side, data):
        if known.group in ("alphamatting", "animals", "lemur") or known.name.startswith("car"):
            clean = foreground.estimate(known.rgb, known.alpha)
            things.append((known.name, clean, known.alpha))
    return things


def _read(group: str, path: Path, truth: Path, side: int | None) -> Known:
    """One photo with its truth, at the photo's size or at most ``side`` px long."""
    rgb = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    plane = cv2.imdecode(np.frombuffer(truth.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if plane.ndim == 3:
        plane = plane[..., 3] if plane.shape[2] == 4 and plane[..., 3].min() < 255 else plane[..., 0]
    height, width = rgb.shape[:2]
    zoom = min(1.0, side / max(height, width)) if side else 1.0
    size = max(round(width * zoom), 1), max(round(height * zoom), 1)
    small = cv2.resize(np.ascontiguousarray(rgb), size, interpolation=cv2.INTER_AREA)
    full = 255 if plane.max() > 1 else 1
    alpha = cv2.resize(plane.astype(np.float32) / full, size, interpolation=cv2.INTER_AREA)
    return Known(group, path.stem, small, np.clip(alpha, 0, 1))
