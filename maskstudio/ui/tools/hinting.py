"""Refine edge brush and trimap brush: they mark what of the edge is unknown, to be solved, and what is sure.

Painted hints show in the trimap at every movement. Solving takes longer than the next movement: samples that arrive
meanwhile are kept and painted together, as often as leaves the window time for everything else.
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

_SHARE = 1.5  # pause between two solutions, in times the last one took, so that other work gets its turn
_LONGEST = 0.06  # longest pause, seconds
_REST = 60  # ms without a movement that count as rest
_ASIDE = 1 / 16  # share of the brush's size by which a point may lie off the straight line and be left out


class HintTool(Stroking[H]):
    """The base of both brushes."""

    hard = True
    shows_trimap = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._waiting: list[HintPoint] = []
        self._laid: list[HintPoint] = []  # the last sample painted
        self._free_at = 0.0  # when the next solution may start, by perf_counter
        self._trace: HintTrace | None = None
        self._timer = QTimer(bench.canvas, singleShot=True)
        self._timer.timeout.connect(self._in_time)

    @abstractmethod
    def code(self, *, adds: bool) -> int:
        """The hint that is painted."""

    @property
    def adding(self) -> bool:
        """Whether it paints hints, rather than removing them."""
        return not self.params.erase

    def toggle_erasing(self) -> None:
        """Switch between painting and erasing."""
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
        """A minus while the brush removes hints."""
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
        """The id of the region that painted hints belong to; None for none."""
        return None

    @property
    def _opened(self) -> object | None:
        return self.session.edging.stroke

    def _lay(self, x: float, y: float, pressure: float) -> None:
        """Show a sample in the trimap at once, and its solution as soon as there is time."""
        self._at = x, y
        self._waiting.append((x, y, pressure))
        if self._trace is not None:
            self._trace.to(x, y, pressure)
        self._set_timer()

    def _in_time(self) -> None:
        """Paint the waiting samples, piece by piece; when the pointer rests, bring the trailing brush up to it."""
        rests = not self._waiting
        way = self._way or self._laid
        self._waiting = way[1:]
        self._answer(way[:1])
        if not rests:
            self._set_timer()

    def _catch_up(self) -> None:
        """Paint all waiting samples without a preview, since the final solution follows."""
        self._timer.stop()
        way, self._waiting = self._way, []
        if self._under_way:
            for sample in way:
                self.session.edging.stroke_to(*sample, preview=False)
            self._laid = way[-1:] or self._laid

    @property
    def _way(self) -> list[HintPoint]:
        """The waiting samples, without those that make no difference."""
        return thinned([*self._laid, *self._waiting], self.params.size * _ASIDE)[len(self._laid) :]

    def _answer(self, way: list[HintPoint]) -> None:
        """Paint these samples, and show their solution."""
        if not way or not self._under_way:
            return
        begun, touched = time.perf_counter(), EMPTY
        for sample in way:
            touched = touched.unite(self._paint(*sample))
        self._laid = way[-1:]
        self.canvas.contents.touch(touched)
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
    """Paints over hair, fur and blur, whose alpha is solved from the photo."""

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
        """The hint for unknown, or for "as the mask is"."""
        return HINT_UNKNOWN if adds else HINT_MASK

    @property
    def _region(self) -> int | None:
        """The chosen region, if the active layer has it."""
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
        """The hint chosen in the bar, or none."""
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
