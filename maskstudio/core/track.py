"""Track: the way of a brush. Samples of the pointer in, evenly spaced dabs out.

Samples are joined by quadratic curves through the middles of their connections, so that a quick stroke is a curve and
not a polygon. Smoothing lets the brush trail behind the pointer; it catches up at the end.
"""

import math
from typing import NamedTuple

from maskstudio.core.brush import Brush, Dab
from maskstudio.core.geometry import Rect

_TOLERANCE = 0.1  # px a chord may lie beside its curve
_CHORDS = 64
_FAR = 1e7  # px; nobody points there, and beyond it arithmetic has no pixels left


class Sample(NamedTuple):
    """Where the pointer was, in image px, and how hard it pressed, 0..1."""

    x: float
    y: float
    pressure: float = 1.0

    @property
    def valid(self) -> bool:
        """Whether all three are numbers."""
        return math.isfinite(self.x) and math.isfinite(self.y) and math.isfinite(self.pressure)

    def bounded(self) -> "Sample":
        """With the pressure in its range, and no place so far away that it is lost to arithmetic."""
        x, y = max(-_FAR, min(self.x, _FAR)), max(-_FAR, min(self.y, _FAR))
        return Sample(float(x), float(y), float(max(0.0, min(self.pressure, 1.0))))

    def towards(self, other: "Sample", share: float) -> "Sample":
        """The place and pressure a ``share`` of the way to ``other``."""
        return Sample(
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
            self.pressure + (other.pressure - self.pressure) * share,
        )


class Track:
    """One stroke's way. Past the first, dabs that cannot touch ``frame`` are left out; the spacing goes on."""

    def __init__(self, brush: Brush, frame: Rect) -> None:
        self._brush = brush
        self._near = frame.grow(brush.reach)
        self._follow = 1 - 0.9 * brush.params.smoothing
        self._pen: Sample | None = None  # how far the curve has come
        self._corner = Sample(0, 0)  # the smoothed last sample, which the curve bends towards
        self._last = Sample(0, 0)  # the last sample itself
        self._due = 0.0  # px from the pen to the next dab

    def to(self, sample: Sample) -> list[Dab]:
        """Dabs on the way towards a further sample; the first one is a dab at once."""
        self._last = sample
        if self._pen is None:
            self._pen = self._corner = sample
            dab = self._brush.dab(*sample)
            self._due = self._brush.step(dab)
            return [dab] if sample.pressure > 0 else []
        return self._bend(self._pen, self._corner.towards(sample, self._follow))

    def end(self) -> list[Dab]:
        """Dabs on the rest of the way to the last sample."""
        if self._pen is None:
            return []
        dabs = self._bend(self._pen, self._last) if self._last != self._corner else []
        self._chord(self._pen, self._last, dabs)
        self._pen = self._last
        return dabs

    def _bend(self, pen: Sample, towards: Sample) -> list[Dab]:
        """Dabs on the curve that leaves the old corner and ends half-way to the new one."""
        corner, middle = self._corner, self._corner.towards(towards, 0.5)
        sag = math.hypot(pen.x - 2 * corner.x + middle.x, pen.y - 2 * corner.y + middle.y) / 4
        chords = max(1, min(math.ceil(math.sqrt(sag / _TOLERANCE)), _CHORDS))
        dabs: list[Dab] = []
        start = pen
        for number in range(1, chords):
            share = number / chords
            point = pen.towards(corner, share).towards(corner.towards(middle, share), share)
            self._chord(start, point, dabs)
            start = point
        self._chord(start, middle, dabs)
        self._pen, self._corner = middle, towards
        return dabs

    def _chord(self, start: Sample, stop: Sample, dabs: list[Dab]) -> None:
        """Dabs on a straight piece."""
        dx, dy, harder = stop.x - start.x, stop.y - start.y, stop.pressure - start.pressure
        length = math.hypot(dx, dy)
        first, last = self._inside(start, stop)
        due = self._skipped(self._due, first * length, start)
        while due <= last * length:
            share = due / length
            pressure = start.pressure + harder * share
            dab = self._brush.dab(start.x + dx * share, start.y + dy * share, pressure)
            if pressure > 0:
                dabs.append(dab)
            due += self._brush.step(dab)
        self._due = self._skipped(due, length, stop) - length

    def _skipped(self, due: float, until: float, near: Sample) -> float:
        """The first dab after ``until``, without visiting those before it."""
        if due > until:
            return due
        step = self._brush.step(self._brush.dab(*near))
        return due + step * (math.floor((until - due) / step) + 1)

    def _inside(self, start: Sample, stop: Sample) -> tuple[float, float]:
        """The shares of a straight piece between which dabs may touch the frame; (1, 0) where none may.

        After Liang and Barsky, "A new concept and method for line clipping" (1984).
        """
        near = self._near
        first, last = 0.0, 1.0
        for place, step, low, high in (
            (start.x, stop.x - start.x, near.x, near.right),
            (start.y, stop.y - start.y, near.y, near.bottom),
        ):
            if low <= place <= high and low <= place + step <= high:
                continue
            if step == 0:
                return 1.0, 0.0
            one, other = (low - place) / step, (high - place) / step
            first, last = max(first, min(one, other)), min(last, max(one, other))
        return (first, last) if first <= last else (1.0, 0.0)
