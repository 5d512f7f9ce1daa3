"""Refine edge brush and trimap brush: they say what of the edge is unknown, which is solved, and what is sure.

What is painted shows in the trimap with every movement. The answer under it takes longer than the pointer needs for
its next one: what comes meanwhile is kept and laid down together, as often as leaves the window time for all else.
"""

import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from math import ceil, hypot
from typing import ClassVar, TypeVar

from PySide6.QtCore import QTimer

from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.params.tools import HintParams, TrimapParams
from maskstudio.session.hintcodes import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN, NO_HINT
from maskstudio.session.laying import How
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.hinttrace import HintTrace
from maskstudio.ui.tools.stroking import Stroking

H = TypeVar("H", bound=HintParams)
HintPoint = tuple[float, float, float]  # column, row, pressure

_SHARE = 1.5  # times as long as an answer took until the next one is worked out, so that others get their turn
_LONGEST = 0.06  # seconds until then at most
_REST = 60  # ms without a movement
_ASIDE = 1 / 16  # of the brush's size that a point may lie beside the straight way and still be left out


class HintTool(Stroking[H]):
    """What both have in common."""

    hard = True
    shows_trimap = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._waiting: list[HintPoint] = []
        self._laid: list[HintPoint] = []  # the latest that was painted
        self._free_at = 0.0  # when the next answer may be worked out, by perf_counter
        self._trace: HintTrace | None = None
        self._timer = QTimer(bench.canvas, singleShot=True)
        self._timer.timeout.connect(self._in_time)

    @abstractmethod
    def code(self, *, adds: bool) -> int:
        """The hint that is painted."""

    @property
    def adding(self) -> bool:
        """Whether it does not take away what was painted."""
        return not self.params.erase

    def toggle_erasing(self) -> None:
        """From painting to erasing, and back."""
        self.set_params(replace(self.params, erase=not self.params.erase))

    def changed(self) -> None:
        """Draw outline and sign as they are now."""
        super().changed()
        self.show_cursor(self._held)

    def cancel(self) -> bool:
        """Drop the stroke under way, and what it showed of the trimap."""
        trace = self._trace
        dropped = super().cancel()
        if trace is not None:
            trace.drop()
        return dropped

    def _sign(self, *, opposite: bool) -> How | None:
        """A minus for as long as it takes away."""
        return None if self.adding != opposite else "subtract"

    def _open(self, *, adds: bool) -> object | None:
        code, layer = self.code(adds=adds), self.session.active
        stroke = self.session.edging.begin_stroke(self.used, code, self._region)
        self._waiting, self._laid, self._free_at = [], [], 0.0
        if stroke is not None and layer is not None:
            self._trace = HintTrace(self.canvas, layer, self.used, code)
        return stroke

    @property
    def _region(self) -> int | None:
        """The region that what is painted belongs to."""
        return None

    @property
    def _opened(self) -> object | None:
        return self.session.edging.stroke

    def _lay(self, x: float, y: float, pressure: float) -> None:
        """Show at once what is painted, and the answer as soon as there is time for it."""
        self._at = x, y
        self._waiting.append((x, y, pressure))
        if self._trace is not None:
            self._trace.to(x, y, pressure)
        self._set_timer()

    def _in_time(self) -> None:
        """Paint what is waiting, piece by piece; where the pointer rests, bring the trailing brush all the way."""
        rests = not self._waiting
        way = self._way or self._laid
        self._waiting = way[1:]
        self._answer(way[:1])
        if not rests:
            self._set_timer()

    def _catch_up(self) -> None:
        """Paint all that is waiting. There is no answer to it but the true one, which is on its way."""
        self._timer.stop()
        way, self._waiting = self._way, []
        if self._under_way:
            for sample in way:
                self.session.edging.stroke_to(*sample, preview=False)
            self._laid = way[-1:] or self._laid

    @property
    def _way(self) -> list[HintPoint]:
        """What is waiting, without the points that make no difference."""
        return thinned([*self._laid, *self._waiting], self.params.size * _ASIDE)[len(self._laid) :]

    def _answer(self, way: list[HintPoint]) -> None:
        """Paint this, and show the answer."""
        if not way or not self._under_way:
            return
        begun, touched = time.perf_counter(), EMPTY
        for sample in way:
            touched = touched.unite(self._paint(*sample))
        self._laid = way[-1:]
        self.canvas.touch(touched)
        now = time.perf_counter()
        self._free_at = now + min(_SHARE * (now - begun), _LONGEST)

    def _set_timer(self) -> None:
        wait = ceil((self._free_at - time.perf_counter()) * 1000) if self._waiting else _REST
        self._timer.start(max(wait, 0))

    def _paint(self, x: float, y: float, pressure: float) -> Rect:
        return self.session.edging.stroke_to(x, y, pressure)

    def _forget(self) -> None:
        self._timer.stop()
        self._waiting = []
        if self._trace is not None:
            self._trace.end()
            self._trace = None
        super()._forget()


class RefineTool(HintTool[HintParams]):
    """Paints over hair, fur and blur: what is under it is solved from the photo."""

    name = "refine"
    kind = HintParams
    bar = ("size", "smoothing", "erase")
    more = ("pressure_size", "pressure_curve")

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        what = said("Paint over hair or fur to have its edge solved. Alt or the right button takes refinement away.")
        return f"{what} {self._sizing_hint}"

    def code(self, *, adds: bool) -> int:
        """Unknown, or as the mask is."""
        return HINT_UNKNOWN if adds else HINT_MASK

    @property
    def _region(self) -> int | None:
        """The one chosen, where the layer of now has it."""
        layer, chosen = self.session.active, self.bench.region
        known = layer is not None and any(region.id == chosen for region in layer.regions)
        return chosen if known else None


class TrimapTool(HintTool[TrimapParams]):
    """Paints what is unknown and what is sure."""

    name = "trimap"
    kind = TrimapParams
    bar = ("what", "size", "smoothing", "erase")
    more = ("pressure_size", "pressure_curve")
    _codes: ClassVar[dict[str, int]] = {
        "unknown": HINT_UNKNOWN,
        "foreground": HINT_FOREGROUND,
        "background": HINT_BACKGROUND,
    }

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        what = said(
            "Paint what is unknown, surely in or surely out. Alt or the right button takes away what was painted."
        )
        return f"{what} {self._sizing_hint}"

    def code(self, *, adds: bool) -> int:
        """What is chosen, or nothing."""
        return self._codes[self.params.what] if adds else NO_HINT


def thinned(samples: Sequence[HintPoint], aside: float) -> list[HintPoint]:
    """The samples without those that lie within ``aside`` px of the straight way between their neighbours.

    First and last stay. Douglas and Peucker, "Algorithms for the reduction of the number of points", 1973.
    """
    if len(samples) < 3:
        return list(samples)
    first, last = samples[0], samples[-1]
    away = [_distance(sample, first, last) for sample in samples[1:-1]]
    farthest = max(range(len(away)), key=away.__getitem__) + 1
    if away[farthest - 1] <= aside:
        return [first, last]
    return thinned(samples[: farthest + 1], aside)[:-1] + thinned(samples[farthest:], aside)


def _distance(point: HintPoint, start: HintPoint, stop: HintPoint) -> float:
    """From a point to the straight piece between two others."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    square = dx * dx + dy * dy
    share = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / square if square else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(point[0] - start[0] - share * dx, point[1] - start[1] - share * dy)
