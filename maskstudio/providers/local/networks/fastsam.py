"""FastSAM: a YOLO network of one class, "thing", finds everything once; a prompt then chooses among what it found.

Zhao et al., "Fast Segment Anything", 2023, section 3.3. Its ways of choosing are written anew here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Flags, Integers, Pixels8, Real
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import network as yolo
from maskstudio.providers.local.networks.field import product
from maskstudio.providers.local.networks.pointnetwork import FIRST_CORNER, IN, OUT, Aim, Lie

_SIDE = 1024  # px, as it was trained
_SURE = 0.25  # score below which nothing counts as a thing
_OVERLAP = 0.9  # IoU above which two things are one: parts of things are things too
_MOST = 300  # things
_SHOWN = 3  # answers to a prompt
_NEVER = -9.0  # logit outside of a thing's box


@dataclass(eq=False)
class FastSamNetwork:
    """A loaded network, see ``PointNetwork``: what it makes of a photo are the things in it."""

    inside: yolo.Network
    name: str

    def encode(self, rgb: Pixels8, token: Token) -> Mapping[str, Real]:
        """The things in a photo (H, W, 3), best first: rows of box, score, class and coefficients, (1, N, 38, 1), and
        the prototypes that the coefficients combine, (1, 32, h, w).
        """
        token.check()
        picture = _lie((rgb.shape[1], rgb.shape[0])).picture(rgb)
        square = np.full((_SIDE, _SIDE, 3), 114, np.uint8)
        square[: picture.shape[0], : picture.shape[1]] = picture
        sight = self.inside.look(square, _SURE, None, size=_SIDE, overlap=_OVERLAP)
        token.check()
        assert sight.prototypes is not None
        rows = sight.rows[np.argsort(-sight.rows[:, 4], kind="stable")][:_MOST]
        return {"things": np.ascontiguousarray(rows[None, :, :, None]), "prototypes": sight.prototypes[None].copy()}

    def fits(self, encoding: Mapping[str, Real]) -> bool:
        """Whether arrays, by name, each (1, c, h, w), are an encoding of its own."""
        if encoding.keys() != {"things", "prototypes"}:
            return False
        things, prototypes = encoding["things"], encoding["prototypes"]
        return things.shape[2:] == (6 + prototypes.shape[1], 1) and prototypes.shape[2] == prototypes.shape[3]

    def decode(
        self, encoding: Mapping[str, Real], photo: tuple[int, int], aim: Aim, token: Token
    ) -> tuple[Real, Real, Lie]:
        """At most three things, or sums of things, that fit a prompt, as logits (n, h, w), none if nothing does, and
        how well each does, (n,), 0..1, see ``PointNetwork``.
        """
        token.check()
        lie, rows, prototypes = _lie(photo), encoding["things"][0, :, :, 0], encoding["prototypes"][0]
        things = _drawn(rows, prototypes)
        held = things > 0
        cell = _SIDE / prototypes.shape[2]
        places = np.clip((lie.places(aim) + 0.5) / cell, 0, prototypes.shape[2] - 1).astype(np.int64)
        under = held[:, places[:, 1], places[:, 0]]
        fit = rows[:, 4] * _boxed(held, places[aim.labels >= FIRST_CORNER])
        clear = ~under[:, aim.labels == OUT].any(axis=1)
        wanted = under[:, aim.labels == IN]
        share = wanted.mean(axis=1) if wanted.shape[1] else np.ones(len(rows))
        scores = fit * share * clear
        best = np.argsort(-scores, kind="stable")[:_SHOWN]
        best = best[scores[best] > 0]
        logits, found = things[best], scores[best]
        joined = _together(fit * clear, wanted)
        if len(joined) > 1:  # several things hold more of the clicks than any alone
            whole = things[joined].max(axis=0)[None]
            logits = np.concatenate([whole, logits])[:_SHOWN]
            found = np.append(fit[joined].mean() * wanted[joined].any(axis=0).mean(), found)[:_SHOWN]
        return logits.astype(np.float32), found.astype(np.float32), lie


def load(path: Path, known: Collection[str] = ()) -> FastSamNetwork:
    """The network in a file, see ``network.load``. Raises ``ModelUnavailable`` also for one that draws no outlines."""
    inside = yolo.load(path, known)
    if not inside.draws:
        raise ModelUnavailable(f"{path.name} is not the FastSAM model that its name says: it draws no outlines.")
    return FastSamNetwork(inside, path.name)


def _lie(photo: tuple[int, int]) -> Lie:
    return Lie(photo, _SIDE, squashed=False)


def _drawn(rows: Real, prototypes: Real) -> Real:
    """The logits of all things, (N, h, w), each within its box."""
    count, height, width = prototypes.shape
    if not len(rows):
        return np.zeros((0, height, width), np.float32)
    logits: Real = product(rows[:, 6:], prototypes.reshape(count, -1)).reshape(-1, height, width)
    at = (np.arange(width, dtype=np.float32) + 0.5) * (_SIDE / width)
    across = (at >= rows[:, [0]]) & (at <= rows[:, [2]])
    down = (at >= rows[:, [1]]) & (at <= rows[:, [3]])
    logits[~(down[:, :, None] & across[:, None, :])] = _NEVER
    return logits


def _boxed(held: Flags, corners: Integers) -> Real:
    """How well each thing (N, h, w) fills a box, given by its corners (2, 2) in cells: the overlap (IoU), (N,); 1 for
    no box.
    """
    if len(corners) < 2:
        return np.ones(len(held), np.float32)
    (left, top), (right, bottom) = corners[0], corners[1] + 1
    within = np.count_nonzero(held[:, top:bottom, left:right], axis=(1, 2))
    either = np.count_nonzero(held, axis=(1, 2)) + (right - left) * (bottom - top) - within
    found: Real = (within / np.maximum(either, 1)).astype(np.float32)
    return found


def _together(fit: Real, wanted: Flags) -> Integers:
    """The things, by number, that hold the clicks together: for each click (N, n) that is not held yet, the one that
    fits best; empty if one thing holds as many.
    """
    chosen: list[int] = []
    for click in range(wanted.shape[1]):
        if any(wanted[each, click] for each in chosen):
            continue
        worth = fit * wanted[:, click]
        if len(worth) and worth.max() > 0:
            chosen.append(int(worth.argmax()))
    alone = wanted[fit > 0].sum(axis=1).max(initial=0)
    if not chosen or alone >= wanted[chosen].any(axis=0).sum():
        return np.zeros(0, np.int64)
    return np.array(chosen, np.int64)
