"""A press of the Select tool under way: a click, or what is drawn once it has left its place."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF

from maskstudio.core.arrays import Point
from maskstudio.session.pointedat import Gesture, GestureKind
from maskstudio.ui.tools import pointmarks
from maskstudio.ui.tools.base import Bench

_CLICK = 4  # logical pixels a click may wander
_APART = 1.5  # least logical pixels between two points of a line
_LEAST = 2.0  # px of the sides of a box
_PEN = 4.0  # logical pixels of the radius of a scribble


@dataclass(eq=False)
class PointDrag:
    """``start`` is the image point pressed, ``mark`` the gesture whose mark lies there, ``kind`` what a drag draws.

    ``drawn`` says that it is no click any more.
    """

    bench: Bench
    start: Point
    kind: GestureKind
    negative: bool
    mark: Gesture | None
    drawn: bool = False
    _points: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._points.append(self._within(self.start))

    def to(self, at: Point) -> None:
        """Lead what is drawn to an image point, and repaint just that."""
        away = self._place(at) - self._place(self.start)
        self.drawn = self.drawn or away.manhattanLength() > _CLICK
        to, last = self._within(at), self._points[-1]
        if not self.drawn or (self._place(to) - self._place(last)).manhattanLength() < _APART:
            return
        if self.kind == "box":
            self._points[1:] = [to]
        else:
            self._points.append(to)
        touched = [self._place(point) for point in (last, to, self._points[0])]
        self.bench.canvas.update_over(pointmarks.around(touched, _PEN + 2))

    @property
    def gesture(self) -> Gesture:
        """The gesture that has been drawn so far."""
        points = (self._points[0], self._points[-1]) if self.kind == "box" else tuple(self._points)
        pen = _PEN * self.bench.canvas.devicePixelRatioF() / self.bench.canvas.view.scale
        return Gesture(self.kind, points, max(pen, 0.5))

    @property
    def meant(self) -> bool:
        """Whether what is drawn is large enough to mean something."""
        (x, y), (right, bottom) = self._points[0], self._points[-1]
        if self.kind == "box":
            return min(abs(right - x), abs(bottom - y)) >= _LEAST
        return self.kind != "outline" or len(self._points) >= 3

    def _place(self, at: Point) -> QPointF:
        return self.bench.canvas.view.from_image(QPointF(*at))

    def _within(self, at: Point) -> Point:
        """The point of the photo nearest to an image point."""
        document = self.bench.document
        width, height = document.size if document is not None else (0, 0)
        return min(max(at[0], 0.0), float(width)), min(max(at[1], 0.0), float(height))
