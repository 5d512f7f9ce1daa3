"""A selector on an encoding: each prompt is decoded by a network, and what it draws is carried to the photo's edges."""

import time
from collections.abc import Mapping

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.providers.local.networks.aiming import aim_of
from maskstudio.providers.local.networks.pointnetwork import PointNetwork
from maskstudio.selection.closer import view
from maskstudio.selection.edgewise import full_size
from maskstudio.selection.honoured import honoured
from maskstudio.selection.prompt import Candidate, Prompt
from maskstudio.selection.selector import RegionSelector
from maskstudio.selection.signs import signs_of

_MOST = 3  # candidates
_ALIKE = 0.95  # IoU above which two candidates are one
_QUICK = 0.04  # s that a decoding may take for the pointer that hovers; drawing comes on top


class SamSelector:
    """A photo (H, W, 3) that ``network`` has encoded, pointed at."""

    def __init__(self, photo: Pixels8, network: PointNetwork, encoding: Mapping[str, Real]) -> None:
        self._photo, self._network, self._encoding = photo, network, encoding
        self._view = view(photo, Rect(0, 0, photo.shape[1], photo.shape[0]), closer=False)
        self._took = 0.0

    def predict(self, prompt: Prompt, token: Token) -> list[Candidate]:
        """At most three candidates, best first by the overlap (IoU) that the network itself predicts.

        What was clicked is in, or out, to the pixel. Where the network finds nothing the photo alone is asked, as if
        there were no network. An earlier mask is not looked at: ``Local`` mends those.
        """
        token.step(0.1, "Finding what was pointed at")
        signs, _ = signs_of(prompt)
        found = []
        for inside, score in self._decoded(prompt, token):
            token.check()
            mask = honoured(full_size(self._photo, self._view, inside), signs, 1 / max(self._view.zoom))
            found.append(Candidate(mask, score))
        if not found:
            return RegionSelector(self._photo, token).predict(prompt, token)
        token.step(1.0)
        return found

    def preview(self, x: float, y: float) -> Mask | None:
        """What a click at x, y selects, its edge plainly enlarged; None where decoding takes too long for hovering."""
        if self._took > _QUICK:
            return None
        found = self._decoded(Prompt(include=((x, y),)), Token())
        return full_size(self._photo, self._view, found[0][0], follow=False) if found else None

    def _decoded(self, prompt: Prompt, token: Token) -> list[tuple[Flags, float]]:
        """What the network draws in the small picture (h, w), and its scores, 0..1, best first; no two alike."""
        began, aim = time.monotonic(), aim_of(prompt)
        size = self._photo.shape[1], self._photo.shape[0]
        logits, scores, lie = self._network.decode(self._encoding, size, aim, token)
        self._took = time.monotonic() - began
        if len(scores) == _MOST + 1 and aim.unclear:
            logits, scores = logits[1:], scores[1:]  # the first answers prompts that are clear
        rows, columns = self._view.terrain.regions.labels.shape
        found: list[tuple[Flags, float]] = []
        for each in np.argsort(-scores, kind="stable"):
            inside: Flags = lie.seen(logits[each], (columns, rows)) > 0
            if inside.any() and all(_overlap(inside, other) < _ALIKE for other, _ in found):
                found.append((inside, float(np.clip(scores[each], 0, 1))))
        return found[:_MOST]


def _overlap(one: Flags, other: Flags) -> float:
    return int(np.count_nonzero(one & other)) / max(int(np.count_nonzero(one | other)), 1)
