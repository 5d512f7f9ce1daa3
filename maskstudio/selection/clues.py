"""What speaks for and against each superpixel, once somebody has pointed: the numbers that the judge weighs.

None of them depends on the picture's size. Distances become closeness, 1 at the click and 0 far away.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from maskstudio.core.arrays import Flags, Indices, Points, Real
from maskstudio.selection.distances import Ways
from maskstudio.selection.pieces import Regions

_NOWHERE = 100.0  # Lab units to a click that there is none of
_FEW = 6  # clicks beyond this many say nothing new by their number
_ROUNDS = (2, 7, 29)  # of spreading over neighbours, after which it is looked at


@dataclass(frozen=True, eq=False)
class Pointed:
    """What was pointed at in one picture: superpixels inside and outside, and their places in px (n, 2).

    outside  weight of each superpixel as an example of what is probably background (N,): the frame, or beyond a box
    sure     1 where it is certainly inside, -1 where it is certainly not, for each superpixel (N,)
    before   share of each that the answer to the clicks before had inside (N,), None at the first
    latest   the superpixels of the last sign, and whether that was ``added``
    hint     how probably each is inside by a look at the whole photo (N,), None where this is that look
    """

    inside: Indices
    inside_at: Points
    apart: Indices
    apart_at: Points
    outside: Real
    sure: Real
    before: Real | None
    latest: Indices
    added: bool
    hint: Real | None


class Terrain:
    """One picture with its ways, and what is the same for every click in it."""

    def __init__(self, regions: Regions) -> None:
        self.regions, self.ways = regions, Ways(regions)
        self._frames: dict[bytes, tuple[Real, Real]] = {}
        borders, count = regions.borders, regions.count
        weight = borders.length * np.exp(-borders.contrast / 8)
        both = np.concatenate([borders.first, borders.second]), np.concatenate([borders.second, borders.first])
        self._near = csr_matrix((np.concatenate([weight, weight]), both), (count, count))
        self._all = np.asarray(self._near.sum(axis=1)).ravel() + 1e-3

    def clues(self, pointed: Pointed) -> Real:
        """The clues of every superpixel, float32 (N, C)."""
        regions = self.regions
        far_in, far_out = _away(regions, pointed.inside_at), _away(regions, pointed.apart_at)
        way_in, way_out = self.ways.passed(pointed.inside), self.ways.passed(pointed.apart)
        step_in, step_out = self.ways.climbed(pointed.inside), self.ways.climbed(pointed.apart)
        way_edge, step_edge = self._from(pointed.outside)
        like, like_around = (_unlike(each, pointed.inside) for each in (regions.lab, regions.around))
        unlike, unlike_around = (_unlike(each, pointed.apart) for each in (regions.lab, regions.around))
        mine = self._shades(_close(way_in, 15) * regions.size * np.exp(-((far_in / 0.15) ** 2)))
        other = pointed.outside.copy()
        if len(pointed.apart):
            other += 3 * _close(way_out, 15) * regions.size * np.exp(-((far_out / 0.1) ** 2))
        theirs, all_of_it = self._shades(other), self._shades(regions.size)
        typical = self._odds(theirs, all_of_it)
        way_other, step_other = np.minimum(way_edge, way_out), np.minimum(step_edge, np.minimum(step_out, 30))
        columns = [
            _close(like, 15), _close(like, 40), _close(like_around, 20), _close(unlike, 15), _close(unlike, 40),
            _close(unlike_around, 20), unlike / (unlike + like + 2), _close(way_in, 20), _close(way_in, 60),
            _close(way_out, 20), _close(way_out, 60), _close(way_edge, 20), _close(way_edge, 60),
            way_in / (way_in + way_edge + 1), way_in / (way_in + way_out + 1), way_in / (way_in + way_other + 1),
            _close(step_in, 6), _close(step_in, 15), _close(step_out, 6), _close(step_out, 15), _close(step_edge, 6),
            _close(step_edge, 15), (step_in - step_edge) / 10, (step_in - step_other) / 10,
            _close(far_in, 0.1), _close(far_in, 0.3), _close(far_out, 0.1), _close(far_out, 0.3),
            far_in / (far_in + far_out + 0.01), _close(regions.to_edge, 0.05), _close(regions.to_edge, 0.2),
            2 * regions.to_middle, self._odds(mine, theirs) / 3, self._odds(mine, all_of_it) / 3, typical / 3,
            np.abs(regions.texture - regions.texture[pointed.inside].mean()) / 10,
        ]  # fmt: skip
        here = pointed.inside
        same = [
            _close(way_edge[here].mean(), 40), _close(step_edge[here].mean(), 8), typical[here].mean() / 3,
            4 * regions.to_edge[here].mean(), min(len(here), _FEW) / _FEW, min(len(pointed.apart), _FEW) / _FEW,
        ]  # fmt: skip
        if regions.deep.shape[1]:
            columns += _deep(regions, pointed)
        columns += self._earlier(pointed)
        if pointed.hint is not None:
            columns += [pointed.hint, np.log((pointed.hint + 0.01) / (1.01 - pointed.hint)) / 4]
        flat = [np.full(regions.count, each, np.float32) for each in same]
        return np.stack([*columns, *flat], axis=1).astype(np.float32)

    def afterthoughts(self, clues: Real, probable: Real) -> Real:
        """``clues`` (N, C) and, behind them, what a first judgement adds: float32 (N, C + A).

        ``probable`` (N,) is how probably each is inside, 0..1 (auto-context: Tu and Bai, PAMI 2010).
        """
        regions = self.regions
        weight, rest = probable * regions.size, (1 - probable) * regions.size
        share = weight.sum() / regions.size.sum()
        middle = (regions.place * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-3)
        away = np.hypot(*(regions.place - middle).T) / np.sqrt(weight.sum() + 1)
        surely_in = np.flatnonzero(probable >= min(0.8, probable.max() * 0.95))
        surely_out = np.flatnonzero(probable <= max(0.15, probable.min() * 1.2))
        way_in, way_out = self.ways.passed(surely_in), self.ways.passed(surely_out)
        odds = self._odds(self._shades(weight * probable), self._shades(rest * (1 - probable)))
        columns = [
            probable, np.log((probable + 0.01) / (1.01 - probable)) / 4, odds / 3, *self._spread(probable),
            way_in / (way_in + way_out + 0.5), _close(way_in, 20), _close(way_out, 20), np.minimum(away, 3),
            np.full(regions.count, share), np.full(regions.count, np.sqrt(share)),
        ]  # fmt: skip
        return np.concatenate([clues, np.stack(columns, axis=1).astype(np.float32)], axis=1)

    def _spread(self, probable: Real) -> list[Real]:
        """Probabilities as neighbours agree on them, after few and after many rounds, each (N,)."""
        spread, seen = probable, []
        for each in range(_ROUNDS[-1] + 1):
            keep = 0.3 if each <= _ROUNDS[1] else 0.1
            spread = (1 - keep) * (self._near @ spread) / self._all + keep * probable
            if each in _ROUNDS:
                seen.append(spread)
        return seen

    def _from(self, outside: Real) -> tuple[Real, Real]:
        """Both distances from what is probably background (N,), kept for the next click."""
        key = outside.tobytes()
        if key not in self._frames:
            sources = np.flatnonzero(outside)
            self._frames = {key: (self.ways.passed(sources), self.ways.climbed(sources))}
        return self._frames[key]

    def _shades(self, weight: Real) -> Real:
        """The colours of what has ``weight`` (N,), as shares of the palette (K,)."""
        total = weight @ self.regions.shades
        count, whole = len(total), total.sum()
        shares: Real = (total + 0.05 * whole / count + 1e-6) / (whole * 1.05 + 1e-6 * count)
        return shares

    def _odds(self, one: Real, other: Real) -> Real:
        """How much rather a superpixel's colours are of ``one`` palette (K,) than of ``other``: logarithm (N,)."""
        odds: Real = self.regions.shades @ (np.log(one + 1e-3) - np.log(other + 1e-3))
        return odds

    def _earlier(self, pointed: Pointed) -> list[Real]:
        """What the answer before says, and where the last click may change it: (N,) each."""
        count = self.regions.count
        if pointed.before is None:
            return [np.full(count, value, np.float32) for value in (0.5, 0, 0, 0, 0, 0)]
        way = self.ways.passed(pointed.latest)
        sign = 1.0 if pointed.added else -1.0
        wrong = 1 - pointed.before if pointed.added else pointed.before
        off = way / max(float(self._reach(way, wrong)), 1.0)
        return [
            pointed.before, np.ones(count, np.float32), sign * _close(way, 15), sign * _close(way, 50),
            sign * wrong * _close(off, 1.0), sign * wrong,
        ]  # fmt: skip

    def _reach(self, way: Real, wrong: Real) -> float:
        """How far the part around the last click reaches that was on the other side (weights (N,))."""
        weight = wrong * _close(way, 30) * self.regions.size
        return float((way * weight).sum() / max(float(weight.sum()), 1e-3))


def _close(distance: Real | float, scale: float) -> Real:
    closeness: Real = np.exp(-np.asarray(distance, np.float32) / np.float32(scale))
    return closeness


def _away(regions: Regions, points: Points) -> Real:
    """Distance of each superpixel from the nearest of ``points`` (n, 2), in diagonals (N,); 1 without any."""
    if not len(points):
        return np.ones(regions.count, np.float32)
    apart = regions.place[:, None] - points[None].astype(np.float32)
    distance: Real = (np.sqrt((apart**2).sum(axis=2)).min(axis=1) / regions.diagonal).astype(np.float32)
    return distance


def _unlike(descriptors: Real, some: Indices) -> Real:
    """Distance of each descriptor (N, F) from the nearest of those of ``some`` (N,)."""
    if not len(some):
        return np.full(len(descriptors), _NOWHERE, np.float32)
    best = np.full(len(descriptors), np.inf, np.float32)
    for each in some:
        np.minimum(best, ((descriptors - descriptors[each]) ** 2).sum(axis=1), out=best)
    distance: Real = np.sqrt(best)
    return distance


def _deep(regions: Regions, pointed: Pointed) -> list[Real]:
    """How unlike the clicks each superpixel is to a network."""
    scale = np.sqrt(regions.deep.shape[1])
    like, unlike = (_unlike(regions.deep, some) / scale for some in (pointed.inside, pointed.apart))
    frame: Flags = pointed.outside > 0
    mean = regions.deep[frame].mean(axis=0) if frame.any() else np.zeros(regions.deep.shape[1], np.float32)
    ground = np.sqrt(((regions.deep - mean) ** 2).sum(axis=1)) / scale
    return [_close(like, 0.4), _close(like, 1.0), _close(unlike, 0.4), unlike / (unlike + like + 0.1), ground / 2]
