"""A prompt, of whatever kind, as signs inside and outside, and as a fence that the subject does not pass."""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Flags, Point, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.selection.closer import View
from maskstudio.selection.prompt import Prompt, Scribble

_MOST = 60  # places that stand for a stroke
_FAR = 10_000.0  # px of a small picture; farther out a corner is as good as there, and cannot be drawn
_ROUGH = 0.04  # how far beyond a rough outline the subject may reach, of the side of a square of its area


@dataclass(frozen=True, slots=True)
class Sign:
    """A click or a stroke: its places in px of the photo; ``added`` tells whether the subject is there.

    One that is not ``certain`` was guessed from a box or an outline.
    """

    places: tuple[Point, ...]
    added: bool
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Fence:
    """A closed outline in px of the photo that the subject lies within; a ``rough`` one it may cross a little."""

    outline: tuple[Point, ...]
    rough: bool

    @property
    def rect(self) -> Rect:
        """The pixels within, as a rectangle."""
        x, y = zip(*self.outline, strict=True)
        left, top = int(np.floor(min(x))), int(np.floor(min(y)))
        return Rect(left, top, max(int(np.ceil(max(x))) - left, 1), max(int(np.ceil(max(y))) - top, 1))

    def within(self, view: View) -> Flags:
        """Which superpixels of a look at the photo lie within for the most part (N,); one at least."""
        regions = view.terrain.regions
        plane = np.zeros(regions.labels.shape, np.uint8)
        corners = np.clip(view.place(np.array(self.outline, np.float64)), -_FAR, _FAR)
        cv2.fillPoly(plane, [np.rint(corners - 0.5).astype(np.int32)], 1)
        if self.rough:
            reach = max(int(_ROUGH * np.sqrt(plane.sum())), 1)
            plane = cv2.dilate(plane, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
        share = regions.mean(plane)
        return share >= min(0.5, float(share.max()))


def signs_of(prompt: Prompt) -> tuple[tuple[Sign, ...], Fence | None]:
    """What the prompt says is inside and outside, and its fence if it has a box or an outline."""
    signs = [
        *(Sign((point,), True) for point in prompt.include),
        *(Sign(_thinned(each), True) for each in prompt.scribbles if each.points),
        *(Sign((point,), False) for point in prompt.exclude),
        *(Sign(_thinned(each), False) for each in prompt.erasures if each.points),
    ]
    fence = None
    if len(prompt.outline) > 2:
        fence = Fence(prompt.outline, True)
    elif prompt.box is not None:
        left, top, right, bottom = prompt.box
        fence = Fence(((left, top), (right, top), (right, bottom), (left, bottom)), False)
    return tuple(signs), fence


def guessed(view: View, within: Flags) -> Sign:
    """A sign where the subject probably is when only its fence is known: on the superpixels ``within`` (N,) that are
    hardest to reach from outside.
    """
    regions = view.terrain.regions
    depth: Real = view.terrain.ways.passed(np.flatnonzero(~within | (regions.frame > 0)))
    middle = np.average(regions.place[within], axis=0, weights=regions.size[within])
    spread = np.sqrt(max(float(regions.size[within].sum()), 1.0))
    central = np.exp(-(((regions.place - middle) ** 2).sum(axis=1)) / (2 * (0.2 * spread) ** 2))
    best = np.argsort(-np.where(within, (depth + 1) * central, -1), kind="stable")[:3]
    places = regions.place[best] / view.zoom + (view.rect.x, view.rect.y)
    return Sign(tuple((float(x), float(y)) for x, y in places), added=True, certain=False)


def _thinned(stroke: Scribble) -> tuple[Point, ...]:
    """Places along a stroke, evenly spaced."""
    points = np.array(stroke.points, np.float64)
    if len(points) == 1:
        return (stroke.points[0],)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    count = int(np.clip(length[-1] / max(stroke.radius, 1.0), 2, _MOST))
    at = np.linspace(0, length[-1], count)
    across, down = np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])
    return tuple(zip(across.tolist(), down.tolist(), strict=True))
