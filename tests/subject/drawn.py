"""Things drawn before backdrops, whose masks are known because they are drawn from a formula."""

from dataclasses import dataclass

import numpy as np

SIZE = (240, 320)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A made photo (H, W, 3) and where its thing is (H, W)."""

    rgb: np.ndarray
    inside: np.ndarray


def ground(kind, shape=SIZE):
    """A backdrop (H, W, 3) in 0..1."""
    y, x = np.meshgrid(np.linspace(0, 1, shape[0]), np.linspace(0, 1, shape[1]), indexing="ij")
    return {
        "white": np.full((*shape, 3), 0.97),
        "grey": np.full((*shape, 3), 0.5) * (0.9 + 0.2 * x[..., None]),
        "gradient": np.stack([0.3 + 0.5 * y, 0.35 + 0.4 * y, 0.5 + 0.3 * y], 2),
        "red paper": np.array([0.75, 0.2, 0.2]) * (1.05 - 0.5 * np.hypot(x - 0.5, y - 0.5)[..., None]),
        "table": np.where(y < 0.7, 0.75, 0.6)[..., None] * np.array([1, 0.95, 0.9]),
    }[kind]


def heart(centre=(120, 165), size=60.0, shape=SIZE):
    """The inside of a heart curve, bool (H, W)."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    u, v = (x - centre[1]) / size, (centre[0] - y) / size + 0.15
    return (u * u + v * v - 0.8) ** 3 - u * u * v**3 < 0


def drawn(kind, colour=(0.1, 0.35, 0.6), shadow=0.35, noise=2.0, shape=SIZE):
    """A striped heart before a backdrop, its soft shadow beside it, and a little noise."""
    inside = heart(shape=shape)
    scene = ground(kind, shape)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    fall = np.exp(-(((x - 185) / 60) ** 2 + ((y - 150) / 45) ** 2))
    scene = scene * (1 - shadow * fall[..., None])
    stripes = np.array(colour) * np.where((x + y) % 24 < 12, 1.0, 1.35)[..., None]
    scene = np.where(inside[..., None], stripes, scene)
    grain = np.random.default_rng(3).normal(0, noise, scene.shape)
    return Drawn(np.clip(np.rint(scene * 255 + grain), 0, 255).astype(np.uint8), inside)


def shared(one, other):
    """The intersection of two masks over their union."""
    return (one & other).sum() / (one | other).sum()
