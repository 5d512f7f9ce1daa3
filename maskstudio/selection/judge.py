"""How the clues are weighed: three small networks of a hidden layer, each told what the one before it thought.

Their few thousand numbers are fitted by ``tests/bench/fit_selection.py`` to clicks simulated on photos with a known
truth, and stand beside this file: ``whole.npz`` for the whole photo, ``closer.npz`` for a closer look,
``deepwhole.npz`` and ``deepcloser.npz`` for superpixels that a network has described as well.
"""

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from maskstudio.core.arrays import Real
from maskstudio.core.cv import cv2
from maskstudio.selection.clues import Pointed, Terrain


@dataclass(frozen=True, eq=False)
class Weighing:
    """A network: ``middle`` and ``spread`` (C,) of its clues, ``first`` (C, H), ``bias`` (H,) and ``last`` (H + 1,)."""

    middle: Real
    spread: Real
    first: Real
    bias: Real
    last: Real

    def logit(self, clues: Real) -> Real:
        """The logarithm of the odds that each row of ``clues`` (N, C) is inside, (N,)."""
        # OpenCV's product: NumPy's starts threads that compete with all others for the cores.
        weighed = cv2.gemm((clues - self.middle) / self.spread, self.first, 1.0, None, 0.0)
        hidden = np.tanh(weighed + self.bias)
        logit: Real = (hidden @ self.last[:-1] + self.last[-1]).astype(np.float32)
        return logit


@dataclass(frozen=True, eq=False)
class Jury:
    """Weighings to be asked one after the other."""

    stages: tuple[Weighing, ...]

    def logit(self, terrain: Terrain, pointed: Pointed) -> Real:
        """The logarithm of the odds that each superpixel is inside, (N,)."""
        clues = terrain.clues(pointed)
        logit = self.stages[0].logit(clues)
        for stage in self.stages[1:]:
            logit = stage.logit(terrain.afterthoughts(clues, probability(logit)))
        return logit


def probability(logit: Real) -> Real:
    """1 / (1 + e^-x) of every value, (N,)."""
    probable: Real = (1 / (1 + np.exp(-np.clip(logit, -30, 30)))).astype(np.float32)
    return probable


JudgeKind = Literal["whole", "closer", "deepwhole", "deepcloser"]


@cache
def judge(kind: JudgeKind) -> Jury:
    """The judge that was fitted to looks of that kind."""
    content = files("maskstudio.selection").joinpath(f"{kind}.npz").read_bytes()
    with np.load(io.BytesIO(content)) as kept:
        count = len([name for name in kept.files if name.startswith("middle")])
        names = ("middle", "spread", "first", "bias", "last")
        return Jury(tuple(Weighing(*(kept[f"{name}{each}"] for name in names)) for each in range(count)))
