"""From signs to an answer, one sign after the other: each corrects the answer to the clicks before it.

The answer depends on the prompt alone: signs are taken in an order that follows from it (see ``_next``), and answers
are kept only to be found again.
"""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Point, Points, Real
from maskstudio.core.connected import joined
from maskstudio.core.geometry import Rect
from maskstudio.jobs import Token
from maskstudio.selection.closer import Describe, View, around, view
from maskstudio.selection.clues import Pointed
from maskstudio.selection.judge import Jury, probability
from maskstudio.selection.mincut import cut
from maskstudio.selection.signs import Fence, Sign, guessed

_SMALL = 0.5  # share of the photo below which what was found is looked at more closely
_MARGIN, _TIGHT = 0.35, 0.1  # of its size around it, and the least that an earlier closer look must leave
_WASTED = 3.0  # how much larger than needed an earlier closer look may be
_KEPT = 40  # answers


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was found: the look it was found in, the logit of its superpixels (N,) and which are inside (N,)."""

    view: View
    logit: Real
    sure: Real
    inside: Flags

    @property
    def plane(self) -> Flags:
        """Which pixels of the picture (h, w) are inside."""
        plane: Flags = self.inside[self.view.terrain.regions.labels]
        return plane

    @property
    def probable(self) -> Real:
        """How probably each pixel of the picture (h, w) is inside, 0..1."""
        probable: Real = probability(self.logit)[self.view.terrain.regions.labels].astype(np.float32)
        return probable

    def holds(self, at: Point) -> bool:
        """Whether a point of the photo is inside."""
        if not (self.view.rect.x <= at[0] < self.view.rect.right and self.view.rect.y <= at[1] < self.view.rect.bottom):
            return False
        x, y = self.view.place(np.array(at))[0]
        return bool(self.inside[self.view.terrain.regions.at(x, y)])


class Pointing:
    """One photo (H, W, 3), pointed at."""

    def __init__(self, photo: Pixels8, whole: Jury, closer: Jury | None, describe: Describe | None = None) -> None:
        """``whole`` judges the photo as a whole, ``closer`` closer looks; without it there are none. ``describe`` asks
        a network about a picture.
        """
        self.photo, self._describe = photo, describe
        self._juries = whole, closer
        self.frame = Rect(0, 0, photo.shape[1], photo.shape[0])
        self.whole = view(photo, self.frame, closer=False, describe=describe)
        self._verdicts: OrderedDict[tuple[tuple[Sign, ...], Fence | None], Verdict] = OrderedDict()

    def answer(self, signs: tuple[Sign, ...], fence: Fence | None, token: Token) -> Verdict:
        """What ``signs`` within the ``fence`` point at; without a fence at least one sign is inside.

        Raises ``Cancelled`` through ``token``.
        """
        taken: tuple[Sign, ...] = ()
        answer: Verdict | None = None
        left = list(signs)
        if not any(sign.added for sign in signs):
            assert fence is not None
            left.insert(0, guessed(self.whole, fence.within(self.whole)))
        while left:
            token.check()
            latest = _next(left, answer)
            left.remove(latest)
            taken = (*taken, latest)
            answer = self.step(taken, fence, answer)
        assert answer is not None
        return answer

    def step(self, signs: tuple[Sign, ...], fence: Fence | None, before: Verdict | None) -> Verdict:
        """The answer to ``signs``, whose last is a new one, after the answer ``before`` to the others."""
        key = signs, fence
        if key not in self._verdicts:
            first = self.look(self.whole, signs, fence, before, None)
            near = self._nearer(first, signs, fence, before)
            self._verdicts[key] = first if near is None else self.look(near, signs, fence, before, first)
            while len(self._verdicts) > _KEPT:
                self._verdicts.popitem(last=False)
        self._verdicts.move_to_end(key)
        return self._verdicts[key]

    def judged_by(self, whole: Jury, closer: Jury | None) -> None:
        """Take other juries from now on."""
        self._juries = whole, closer
        self._verdicts.clear()

    def glance(self, at: Point) -> Verdict:
        """What a first click there selects in the whole photo, without a closer look."""
        return self.look(self.whole, (Sign((at,), True),), None, None, None)

    def look(
        self, where: View, signs: tuple[Sign, ...], fence: Fence | None, before: Verdict | None, hint: Verdict | None
    ) -> Verdict:
        """Jury and cut in one picture."""
        jury = self._juries[where.closer]
        assert jury is not None
        pointed = pointed_at(where, signs, fence, before, hint)
        logit = jury.logit(where.terrain, pointed)
        return Verdict(where, logit, pointed.sure, cut(where.terrain.regions, logit, pointed.sure))

    def _nearer(
        self, found: Verdict, signs: tuple[Sign, ...], fence: Fence | None, before: Verdict | None
    ) -> View | None:
        """A closer look at what was found, if that is small; the one before where it still fits."""
        if self._juries[True] is None:
            return None
        wanted = np.array([place for sign in signs if sign.added for place in sign.places])
        exact = around(_touched(found.plane, found.view.place(wanted)), wanted, self.frame, _TIGHT)
        if before is not None and before.view.closer:
            earlier = _touched(before.plane, before.view.place(wanted))
            exact = exact.unite(around(earlier, np.zeros((0, 2)), before.view.rect, 0))
        if fence is not None:
            exact = fence.rect.intersect(self.frame)
        rect = exact.grow(round(max(exact.width, exact.height) * (_MARGIN - _TIGHT))).intersect(self.frame)
        if rect.area > _SMALL * self.frame.area:
            return None
        if before is not None and before.view.closer:
            last = before.view.rect
            if last.intersect(exact) == exact and last.area < _WASTED * rect.area:
                return before.view
        return view(self.photo, rect, closer=True, describe=self._describe)


def pointed_at(
    where: View, signs: tuple[Sign, ...], fence: Fence | None, before: Verdict | None, hint: Verdict | None
) -> Pointed:
    """``signs``, the answer before and the look at the whole photo, in terms of one picture's superpixels."""
    regions = where.terrain.regions
    sure, outside = np.zeros(regions.count, np.float32), regions.frame
    if fence is not None:
        within = fence.within(where)
        sure, outside = np.where(within, sure, np.float32(-1)), np.where(within, 0, regions.size).astype(np.float32)
        outside = outside if outside.any() else regions.frame
    found: dict[bool, list[Points]] = {True: [np.zeros((0, 2))], False: [np.zeros((0, 2))]}
    pieces: dict[bool, list[int]] = {True: [], False: []}
    latest: list[int] = []
    for sign in signs:
        places = where.place(np.array(sign.places, np.float64))
        latest = [regions.at(x, y) for x, y in places]
        found[sign.added].append(places)
        pieces[sign.added] += latest
        if sign.certain:
            sure[latest] = 1 if sign.added else -1
    return Pointed(
        np.array(pieces[True], np.int64), np.concatenate(found[True]),
        np.array(pieces[False], np.int64), np.concatenate(found[False]), outside, sure,
        None if before is None else regions.mean(where.reduced(before.plane, before.view.rect)),
        np.array(latest, np.int64), signs[-1].added,
        None if hint is None else regions.mean(where.reduced(hint.probable, hint.view.rect)),
    )  # fmt: skip


def _next(signs: list[Sign], answer: Verdict | None) -> Sign:
    """The sign that is taken next: the first one inside at the beginning, then the first that the answer so far gets
    wrong, else simply the first.
    """
    if answer is None:
        return next(sign for sign in signs if sign.added)
    wrong = (sign for sign in signs if any(answer.holds(place) != sign.added for place in sign.places))
    return next(wrong, signs[0])


def _touched(plane: Flags, places: Points) -> Flags:
    """The connected parts of a plane (h, w) that hold one of ``places`` (n, 2)."""
    height, width = plane.shape
    x, y = np.clip(places.astype(np.int64), 0, (width - 1, height - 1)).T
    here = np.zeros_like(plane)
    here[y, x] = True
    return joined(plane, here, 4)
