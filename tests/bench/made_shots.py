"""Product shots that are made: things with a true alpha on backdrops as photographers build them.

The alphas come from the shared matting photos; paper, light, shadow, noise and compression are drawn here, each shot
from its own seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Alpha, Pixels8, Real
from maskstudio.core.cv import cv2

KINDS = ("white", "grey", "gradient", "coloured", "vignette", "sweep")
# Reds, greens, blues and what lies between: papers that studios have.
_PAPERS = ((196, 64, 58), (58, 120, 190), (72, 150, 96), (232, 196, 92), (236, 190, 190), (44, 48, 56), (150, 120, 180))


@dataclass(frozen=True)
class Shot:
    """A made photo (H, W, 3), its true alpha (H, W), and what it was made of."""

    name: str
    rgb: Pixels8
    alpha: Alpha


def shots(things: list[tuple[str, Pixels8, Alpha]], count: int, side: int = 640) -> Iterator[Shot]:
    """``count`` shots, ``side`` px long, of ``things``: name, clean colours (h, w, 3) and alpha (h, w), in turn."""
    for number in range(count):
        dice = np.random.default_rng(number)
        name, colours, alpha = things[number % len(things)]
        kind = KINDS[number % len(KINDS)]
        size = (side, round(side * dice.choice([1.0, 0.75, 0.67])))
        height, width = size if dice.random() < 0.5 else size[::-1]
        laid, cover = _placed(colours, alpha, (height, width), dice)
        scene = backdrop(kind, (height, width), dice)
        yield Shot(f"{number:03}-{kind}-{name}", _photographed(laid, cover, scene, dice), cover)


def like_shots(things: list[tuple[str, Pixels8, Alpha]], count: int, side: int = 640) -> Iterator[Shot]:
    """``count`` shots, ``side`` px long, of ``things`` as in ``shots``, each on paper of the colour of its own rim."""
    for number in range(count):
        dice = np.random.default_rng(9000 + number)
        name, colours, alpha = things[number % len(things)]
        size = (side, round(side * dice.choice([1.0, 0.75])))
        height, width = size if dice.random() < 0.5 else size[::-1]
        laid, cover = _placed(colours, alpha, (height, width), dice)
        solid = cover > 0.9
        rim = solid & (cv2.erode(solid.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0)
        tone = np.median(laid[rim], axis=0) + dice.uniform(-0.03, 0.06)
        y, x = np.meshgrid(*(np.linspace(-0.5, 0.5, n) for n in (height, width)), indexing="ij")
        turn = dice.uniform(0, 2 * np.pi)
        fall = 1 + dice.uniform(0, 0.3) * (np.cos(turn) * x + np.sin(turn) * y)
        scene = np.clip(tone * fall[..., None], 0, 1).astype(np.float32)
        yield Shot(f"{number:03}-like-{name}", _photographed(laid, cover, scene, dice), cover)


def backdrop(kind: str, shape: tuple[int, int], dice: np.random.Generator) -> Real:
    """A backdrop (H, W, 3) in 0..1 of one of ``KINDS``."""
    y, x = (each.astype(np.float32) for each in np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij"))
    turn = dice.uniform(0, 2 * np.pi)
    along = (np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5))[..., None]
    away = np.hypot(x - dice.uniform(0.35, 0.65), y - dice.uniform(0.3, 0.6))[..., None]
    paper = np.array(_PAPERS[dice.integers(len(_PAPERS))], np.float32) / 255
    grey = np.full(3, dice.uniform(0.3, 0.85), np.float32)
    flat = np.ones((*shape, 1), np.float32)
    scene = {
        "white": lambda: flat * np.full(3, dice.uniform(0.96, 1.0)),
        "grey": lambda: flat * grey * (1 + 0.1 * along),
        "gradient": lambda: flat * grey + along * dice.uniform(0.2, 0.6),
        "coloured": lambda: flat * paper * (1 + 0.25 * along),
        "vignette": lambda: flat * (paper if dice.random() < 0.5 else grey) * (1.1 - 0.8 * away**2),
        # a paper that hangs and then lies: the table is lighter or darker than the wall
        "sweep": lambda: flat * grey * (1 + dice.uniform(-0.3, 0.3) / (1 + np.exp(-(y[..., None] - 0.7) * 25))),
    }[kind]()
    clipped: Real = np.clip(scene, 0, 1).astype(np.float32)
    return clipped


def _placed(colours: Pixels8, alpha: Alpha, shape: tuple[int, int], dice: np.random.Generator) -> tuple[Real, Alpha]:
    """The thing's colours in 0..1 and its alpha on an empty frame: scaled to between 45 and 85 % of it."""
    rows, columns = np.flatnonzero((alpha > 0.05).any(1)), np.flatnonzero((alpha > 0.05).any(0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    colours, alpha = colours[part], alpha[part]
    zoom = dice.uniform(0.45, 0.85) * min(shape[0] / alpha.shape[0], shape[1] / alpha.shape[1])
    size = max(int(alpha.shape[1] * zoom), 1), max(int(alpha.shape[0] * zoom), 1)
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    small = np.clip(cv2.resize(alpha, size, interpolation=how), 0, 1)
    top = int((shape[0] - size[1]) * dice.uniform(0.35, 0.75))
    left = int((shape[1] - size[0]) * dice.uniform(0.3, 0.7))
    laid, cover = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    here = np.s_[top : top + size[1], left : left + size[0]]
    laid[here] = cv2.resize(colours, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cover[here] = small
    return laid, cover


def _shadow(cover: Alpha, dice: np.random.Generator) -> Real:
    """What is left of the light (H, W): a soft shadow that falls to one side, and a dark line of contact below."""
    height, width = cover.shape
    away = np.float32([[1, 0, dice.uniform(-0.06, 0.06) * width], [0, 1, dice.uniform(0.0, 0.05) * height]])
    cast = cv2.GaussianBlur(cv2.warpAffine(cover, away, (width, height)), (0, 0), dice.uniform(0.01, 0.04) * width)
    below = np.float32([[1, 0, 0], [0, 1, 0.012 * height]])
    contact = cv2.GaussianBlur(cv2.warpAffine(cover, below, (width, height)), (0, 0), 0.006 * width)
    lit: Real = (1 - dice.uniform(0.15, 0.55) * cast) * (1 - dice.uniform(0, 0.25) * contact)
    return lit


def _photographed(laid: Real, cover: Alpha, scene: Real, dice: np.random.Generator) -> Pixels8:
    """The thing in the scene, mostly with its shadow, as a camera writes it: a little noise, and a JPEG."""
    if dice.random() < 0.8:
        scene = scene * _shadow(cover, dice)[..., None]
    whole = laid * cover[..., None] + scene * (1 - cover[..., None])
    grain = dice.normal(0, dice.uniform(0.5, 4.0), whole.shape)
    plain = np.clip(np.rint(whole * 255 + grain), 0, 255).astype(np.uint8)
    quality = int(dice.integers(70, 96))
    coded = cv2.imencode(".jpg", plain[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    seen: Pixels8 = np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])
    return seen
