"""The base of tools that select areas: how an area joins the mask, and modifiers pressed after its start."""

from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt

from maskstudio.core.area import Area
from maskstudio.core.shapes import polygon
from maskstudio.jobs import Token
from maskstudio.params.spec import Params
from maskstudio.session.drawnareas import prepared
from maskstudio.session.laying import How
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, M, Right, Tool, alt_held, said
from maskstudio.ui.tools.cursors import cross
from maskstudio.ui.tools.folding import Make

A = TypeVar("A", bound=Params)
_QUICK = 500_000  # pixels that can be worked out within a frame of the screen
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_OPPOSITE: dict[How, How] = {
    "add": "subtract",
    "subtract": "add",
    "replace": "subtract",
    "intersect": "subtract",
    "xor": "subtract",
}


class AreaTool(Tool[A]):
    """A tool whose parameters have ``how``.

    Modifiers held at the press choose the mode of this one area; those pressed later belong to the tool (``fresh``).
    """

    right: ClassVar[Right] = "drag"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.how: How = "add"  # the mode of the area under way
        self._used = M.NoModifier

    @property
    def chosen(self) -> How:
        """The mode chosen in the bar."""
        how: How = getattr(self.params, "how", "add")
        return how

    def begin(self, at: Pointer) -> None:
        """Settle the mode of the area that begins with this press."""
        if self.bench.opposite:
            self.how = _OPPOSITE[self.chosen]
        elif at.button == _RIGHT:
            self.how = "subtract"
        else:
            self.how = how_of(self.chosen, at.modifiers)
        self._used = at.modifiers

    def fresh(self, modifiers: M) -> M:
        """Of the modifiers held now, those pressed after the area began."""
        self._used &= modifiers
        return M.NoModifier if self.bench.opposite else modifiers & ~self._used

    def show_cursor(self, modifiers: M) -> None:
        """A cross with the sign of the mode."""
        how = self.how if self.busy else how_of(self.chosen, modifiers)
        self.canvas.set_tool_cursor(cross(how, self.canvas.devicePixelRatioF()))

    def changed(self) -> None:
        """Follow the mode of the bar."""
        self.show_cursor(M.NoModifier)

    def fold(self, make: Make, pixels: float, label: str) -> None:
        """Fold an area into the mask as one step; an empty one changes nothing.

        ``pixels`` is its approximate size: a large area is worked out on a thread.
        """
        session, how = self.session, self.how
        document = session.document
        if document is None:
            return
        if not document.layers and how in {"subtract", "intersect"}:
            session.told(said("There is no mask yet that this could be taken from."))
            return
        image = document.image
        feather, snap = getattr(self.params, "feather", 0), getattr(self.params, "snap", 0)

        def work(token: Token) -> Area:
            return prepared(make(token), image, token, snap=snap, feather=feather)

        def take(area: Area) -> None:
            rect, plane = area
            if rect:
                session.painting.select(plane, rect.x, rect.y, how, label)

        if not snap and pixels * (3 if feather else 1) <= _QUICK and self.bench.folding.idle:
            take(work(Token()))
        else:
            self.bench.folding.add(session, label, work, take)

    def fold_inside(self, points: list[tuple[float, float]], label: str) -> None:
        """Take the inside of a closed line."""
        document = self.bench.document
        if document is not None:
            frame, antialias = document.frame, bool(getattr(self.params, "antialias", True))
            self.fold(lambda _token: polygon(points, frame, antialias=antialias), _size(points), label)


def how_of(chosen: How, modifiers: M) -> How:
    """Shift adds, Alt (or Ctrl, where the window manager keeps Alt) subtracts, both intersect; else what is chosen."""
    shift = bool(modifiers & M.ShiftModifier)
    less = alt_held(modifiers)
    if shift or less:
        return "intersect" if shift and less else "add" if shift else "subtract"
    return chosen


def _size(points: list[tuple[float, float]]) -> float:
    """The pixels of the box around these points."""
    xs, ys = zip(*points, strict=True) if points else ((0.0,), (0.0,))
    return float((max(xs) - min(xs)) * (max(ys) - min(ys)))
