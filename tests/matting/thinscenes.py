"""Random thin masks, lines, arms, rings, dots, gaps, notches, meshes, letters of 1 to 6 px, before all kinds of photos.

A scene is drawn twice: what the mask says, and the same shape in a colour of its own in the photo, or not there at all.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tests.matting.truth import decode

Plane = npt.NDArray[np.uint8]
Random = np.random.Generator

KINDS = (
    *("lines", "arms", "rings", "dots", "gaps", "holes", "notches", "mesh", "letters", "steps"),
    *("hoops", "slits", "grooves"),
)
PHOTOS = ("plain", "noise", "gradient", "texture", "cells", "photo")
SIZE = (150, 190)  # rows, columns
_FINE = 4  # px are drawn as blocks of so many, to be averaged


@dataclass(frozen=True)
class Scene:
    """A photo (H, W, 3), a mask (H, W) whose thin parts or openings are wanted back, whether the photo shows them, and
    what to call it.
    """

    image: Plane
    mask: Plane
    shown: bool
    name: str


def scene(seed: int, data: Path) -> Scene:
    """The scene of that number."""
    random = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    photo = PHOTOS[random.integers(len(PHOTOS))]
    soft, shown = bool(random.integers(2)), bool(random.integers(4))
    width = float(random.integers(1, 7)) if random.integers(2) else float(random.uniform(1, 6))
    cover = shape(kind, width, random, soft=soft)
    image = behind(photo, random, data)
    if shown:
        share = cover[..., None].astype(np.float32) / 255
        image = np.rint(image * (1 - share) + _colour(image, random) * share).astype(np.uint8)
        image = np.clip(image + random.normal(0, 2, image.shape), 0, 255).astype(np.uint8)
    word = f"{seed} {kind} {width:.1f} px {'soft' if soft else 'hard'} {photo} {'shown' if shown else 'absent'}"
    return Scene(image, cover, shown, word)


def shape(kind: str, width: float, random: Random, *, soft: bool) -> Plane:
    """The mask of a kind, its thin things ``width`` px across."""
    rows, columns = SIZE
    wide = np.zeros((rows * _FINE, columns * _FINE), np.uint8) if soft else np.zeros(SIZE, np.uint8)
    scale = _FINE if soft else 1
    thick = max(1, round(width * scale))
    ink = 255

    def point(margin: int = 12) -> tuple[int, int]:
        across = random.integers(margin, columns - margin) * scale
        return int(across), int(random.integers(margin, rows - margin) * scale)

    def line(start: tuple[int, int], stop: tuple[int, int], value: int) -> None:
        _line(wide, start, stop, thick, value)

    body = (int(columns * scale * 0.45), rows * scale // 2)
    if kind in ("gaps", "holes", "notches", "arms"):
        axes = (int(columns * 0.26 * scale), int(rows * 0.3 * scale))
        cv2.ellipse(wide, body, axes, 0, 0, 360, 255, -1)
        ink = 255 if kind == "arms" else 0
    if kind == "lines":
        for _ in range(random.integers(1, 4)):
            line(point(), point(), ink)
    elif kind == "arms":
        for turn in random.uniform(0, 2 * np.pi, random.integers(2, 5)):
            far = random.uniform(48, 68) * scale
            line(body, (int(body[0] + far * np.cos(turn)), int(body[1] + far * np.sin(turn))), ink)
    elif kind == "rings":
        for _ in range(random.integers(1, 3)):
            radius = int(random.integers(10, 40) * scale)
            cv2.circle(wide, point(50), radius, ink, thick)
    elif kind in ("dots", "holes"):
        radius = int(max(1, round(width * scale)))
        for _ in range(random.integers(1, 6)):
            x, y = point()
            if kind == "holes":
                x, y = body[0] + (x - columns * scale // 2) // 3, body[1] + (y - rows * scale // 2) // 3
            cv2.circle(wide, (x, y), radius, ink, -1)
    elif kind == "gaps":
        turn = random.uniform(0, np.pi)
        reach = np.array((np.cos(turn), np.sin(turn))) * 90 * scale
        line(tuple(np.int64(body - reach)), tuple(np.int64(body + reach)), 0)
    elif kind == "notches":
        turn = random.uniform(0, 2 * np.pi)
        reach = np.array((np.cos(turn), np.sin(turn))) * 90 * scale
        line(body, tuple(np.int64(body + reach)), 0)
    elif kind == "mesh":
        step = int((width + random.uniform(width, 14)) * scale) + 1
        for place in range(30 * scale, 110 * scale, step):
            line((20 * scale, place), (120 * scale, place), ink)
            line((place, 20 * scale), (place, 120 * scale), ink)
    elif kind == "letters":
        cv2.putText(wide, "ARgk", (8 * scale, 100 * scale), cv2.FONT_HERSHEY_SIMPLEX, 2.0 * scale, ink, thick)
    elif kind == "hoops":  # one ring of any size, round or not
        axes = random.integers(4, 66, 2) * scale
        cv2.ellipse(wide, (columns * scale // 2, rows * scale // 2), axes.tolist(), 0, 0, 360, ink, thick)
    elif kind == "slits":  # in a mask of everything
        wide[:] = 255
        start, turn = np.array(point(30)), random.uniform(0, 2 * np.pi)
        reach = np.array((np.cos(turn), np.sin(turn))) * random.integers(0, 25) * scale
        line(tuple(np.int64(start)), tuple(np.int64(start + reach)), 0)
    elif kind == "grooves":  # a disc with a gap all around
        cv2.circle(wide, body, 60 * scale, 255, -1)
        cv2.circle(wide, body, int(random.integers(4, 50) * scale), 0, thick)
    else:  # a diagonal whose pixels touch at corners alone
        x, y = point(40)
        for number in range(30):
            wide[y + number * scale : y + (number + 1) * scale, x + number * scale : x + (number + 1) * scale] = 255
    return cv2.resize(wide, SIZE[::-1], interpolation=cv2.INTER_AREA) if soft else wide


def _line(plane: Plane, start: tuple[int, int], stop: tuple[int, int], thick: int, value: int) -> None:
    cv2.line(plane, tuple(int(v) for v in start), tuple(int(v) for v in stop), value, thick)


def behind(photo: str, random: Random, data: Path) -> Plane:
    """A background (H, W, 3)."""
    rows, columns = SIZE
    flat = np.broadcast_to(random.integers(20, 236, 3), (rows, columns, 3)).astype(np.float32)
    if photo == "plain":
        out = flat
    elif photo == "noise":
        out = flat + random.normal(0, random.uniform(5, 45), flat.shape)
    elif photo == "gradient":
        other = random.integers(0, 256, 3)
        share = np.linspace(0, 1, columns)[None, :, None]
        out = flat * (1 - share) + other * share
    elif photo == "texture":
        blobs = cv2.GaussianBlur(random.normal(0, 1, flat.shape), (0, 0), random.uniform(1, 5))
        out = flat + blobs / blobs.std() * random.uniform(10, 50)
    elif photo == "cells":
        cells = random.integers(0, 256, (rows // 6 + 1, columns // 6 + 1, 3)).astype(np.float32)
        out = cv2.resize(cells, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)[:rows, :columns]
    else:
        files = sorted((data / "matting" / "alphamatting" / "image").glob("*.png"))
        whole = _photo(files[random.integers(len(files))])
        top, left = random.integers(whole.shape[0] - rows), random.integers(whole.shape[1] - columns)
        out = whole[top : top + rows, left : left + columns].astype(np.float32)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def _photo(path: Path, kept: dict[Path, Plane] = {}) -> Plane:  # noqa: B006 - photos are read once
    if path not in kept:
        kept[path] = decode(path)
    return kept[path]


def _colour(image: Plane, random: Random) -> npt.NDArray[np.float32]:
    """A colour that stands out from most of the photo."""
    mean = image.reshape(-1, 3).mean(axis=0)
    while True:
        colour = random.integers(0, 256, 3)
        if np.abs(colour - mean).max() > 90:
            return colour.astype(np.float32)


def kept(mask: Plane, alpha: Plane) -> list[tuple[str, float, float]]:
    """What is left of each thing in ``mask`` (H, W): (what, its area, the share of that still there in ``alpha``).

    Things are components, their branches where an opening by a disc takes more than a few px away, openings, and
    branches of those. A thing's area is the sum of the mask over it, of an opening that of what the mask leaves out;
    of components and openings the lesser share counts, of that sum or of the pixels that are 128 or more.
    """
    found = []
    for word, one, other in (("part", mask, alpha), ("opening", 255 - mask, 255 - alpha)):
        for name, things in (("", one > 0), (" branch", _branches(one))):
            count, labels = cv2.connectedComponents(things.astype(np.uint8), connectivity=8)
            area, left = (np.bincount(labels.ravel(), plane.ravel(), count) for plane in (one, other))
            share = left / np.maximum(area, 1)
            if not name:
                firm, seen = (
                    np.bincount(labels[plane >= 128], minlength=count) for plane in (one, cv2.min(one, other))
                )
                share = np.where(firm > 0, np.minimum(share, seen / np.maximum(firm, 1)), share)
            found += [(word + name, area[thing] / 255, share[thing]) for thing in range(1, count) if area[thing] >= 255]
    return found


def _branches(plane: Plane) -> npt.NDArray[np.bool_]:
    """What an opening takes of the plane, without what is no more than a rounded corner."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    body = cv2.morphologyEx(plane, cv2.MORPH_OPEN, disc)
    rest = (plane.astype(int) - body > 100).astype(np.uint8)
    count, labels = cv2.connectedComponents(rest, connectivity=8)
    far = cv2.distanceTransform((body < 128).astype(np.uint8), cv2.DIST_L2, 5)
    deep = np.zeros(count)
    np.maximum.at(deep, labels.ravel(), far.ravel())
    wide = deep > 12
    wide[0] = False
    return wide[labels]
