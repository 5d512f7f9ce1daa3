"""Magnetic lasso: the line snaps to the edges of the photo; a click fixes it up to the pointer."""

from itertools import count
from typing import NamedTuple

from PySide6.QtGui import QPainter, QPolygonF

from maskstudio.core.arrays import Point
from maskstudio.core.scissors import Scissors
from maskstudio.jobs import Token
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.overlay_lines import handle, outline
from maskstudio.ui.tools.polygon import CornersTool

_gestures = count()


class _Taken(NamedTuple):
    """A corner taken back: its place, the path from it on, the scissors that find it, and the path up to it."""

    at: Point
    path: list[Point]
    armed: Scissors | None
    before: list[Point]


class MagneticTool(CornersTool):
    """From each corner a path along edges leads to the next corner, or to the pointer.

    Edges around a corner are searched on a thread; until that is done the path is straight.
    """

    name = "magnetic"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._paths: list[list[Point]] = []  # from each corner on
        self._armed: list[Scissors | None] = []  # what finds them
        self._gesture = 0

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said(
            "Click, follow an edge, click to hold the line. Enter or a double click closes, Backspace takes back."
        )

    @property
    def label(self) -> str:
        """What the step is called."""
        return said("Magnetic lasso")

    def aim(self, at: Pointer) -> None:
        """Lead the path to the pointer."""
        self.tip = (at.x, at.y)
        if self._paths:
            self._paths[-1] = self._path(len(self._paths) - 1, self.tip)

    def put(self) -> None:
        """Fix the path, and search for edges around its end."""
        if not self.corners:
            self._gesture = next(_gestures)
        self.corners.append(self.tip)
        self._paths.append([self.tip])
        self._armed.append(None)
        self._arm(len(self.corners) - 1)

    def take_back(self) -> object:
        """Take the last corner back; the path from the one before leads to the pointer again."""
        taken = self.corners.pop(), self._paths.pop(), self._armed.pop()
        before = self._paths[-1] if self._paths else []
        if self._paths:
            self._paths[-1] = self._path(len(self._paths) - 1, self.tip)
        return _Taken(*taken, before)

    def put_back(self, corner: object) -> None:
        """Put a corner again, with the path that led to it."""
        assert isinstance(corner, _Taken)
        if self._paths:
            self._paths[-1] = corner.before
        else:
            self._gesture = next(_gestures)
        self.corners.append(corner.at)
        self._paths.append(corner.path)
        self._armed.append(corner.armed)
        last = len(self.corners) - 1
        if corner.armed is None:
            self._arm(last)
        self._paths[-1] = self._path(last, self.tip)

    def line(self) -> list[Point]:
        """The points of all paths, the last of which leads to the start."""
        if self._paths:
            self._paths[-1] = self._path(len(self._paths) - 1, self.corners[0])
        return [point for path in self._paths for point in path]

    def cancel(self) -> bool:
        """Forget all corners."""
        self._paths, self._armed, self._gesture = [], [], -1
        return super().cancel()

    def extent(self) -> list[Point]:
        """The path to the pointer."""
        return [*self._paths[-1], self.tip]

    def paint(self, painter: QPainter) -> None:
        """Draw the paths and the corners."""
        for path in self._paths:
            outline(painter, QPolygonF([self.place(*point) for point in path]))
        for number, corner in enumerate(self.corners):
            handle(painter, self.place(*corner), chosen=number == 0 and len(self.corners) >= 3 and self.closes)

    def _path(self, number: int, to: Point) -> list[Point]:
        """From the corner of that number to an image point."""
        scissors = self._armed[number]
        return [self.corners[number], to] if scissors is None else scissors.path(*to)

    def _arm(self, number: int) -> None:
        """Search for edges around a corner, as fine as the view shows them."""
        document, corner, gesture = self.bench.document, self.corners[number], self._gesture
        if document is None:
            return
        image, step = document.image, max(1, round(1 / self.canvas.view.scale))

        def work(_token: Token) -> Scissors:
            scissors = Scissors(image.pixels, image.alpha)
            scissors.anchor(*corner, step)
            return scissors

        def done(scissors: Scissors) -> None:
            if gesture != self._gesture or number >= len(self.corners) or self.corners[number] != corner:
                return
            self._armed[number] = scissors
            last = number == len(self.corners) - 1
            self._paths[number] = self._path(number, self.tip if last else self.corners[number + 1])
            self.canvas.update()

        self.session.runner.start(
            self.label, work, done, lane=f"tool magnetic {gesture} {number}", failed=self.session.failed, quiet=True
        )
