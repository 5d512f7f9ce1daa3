"""Free transform: handles around the active layer's mask that scale, turn and move it live."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QLineF, QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QPolygonF

from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.jobs import Token
from maskstudio.params.spec import Params, Spec, param
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import ARROWS, ENTER, Bench, M, Tool, said
from maskstudio.ui.tools.overlay_lines import handle, outline
from maskstudio.ui.tools.transform_box import HANDLES, Grip, TransformBox

_REACH = 9  # logical pixels around a handle that grab it
_LEFT = Qt.MouseButton.LeftButton
_STEP, _FAR = 1, 10  # px of the arrow keys


@dataclass(frozen=True)
class TransformParams(Params):
    """A free transform in numbers."""

    title: ClassVar[str] = "Transform"

    across: float = param(
        1.0, "width", "Width", "Width as a share of what it was; below zero it is mirrored.",
        between=(-20, 20), soft=(0, 2), step=0.001, unit="%", scale=100,
    )  # fmt: skip
    down: float = param(
        1.0, "height", "Height", "Height as a share of what it was; below zero it is mirrored.",
        between=(-20, 20), soft=(0, 2), step=0.001, unit="%", scale=100,
    )  # fmt: skip
    angle: float = param(
        0.0, "angle", "Angle", "How far it is turned, clockwise.",
        between=(-180, 180), step=0.1, unit="°",
    )  # fmt: skip
    x: float = param(
        0.0, "x", "X", "How far it is moved to the right.",
        between=(-100_000, 100_000), soft=(-1000, 1000), step=0.1, unit="px",
    )  # fmt: skip
    y: float = param(
        0.0, "y", "Y", "How far it is moved down.",
        between=(-100_000, 100_000), soft=(-1000, 1000), step=0.1, unit="px",
    )  # fmt: skip


class TransformTool(Tool[TransformParams]):
    """The tool has the pointer until it is done, when it calls ``over``."""

    name = "transform"
    kind = TransformParams
    bar = ("across", "down", "angle", "x", "y")

    def __init__(self, bench: Bench, over: Callable[[], object]) -> None:
        super().__init__(bench)
        self._params = TransformParams()
        self._over = over
        self._layer: Layer | None = None
        self._box: TransformBox | None = None
        self._grip: tuple[Grip, tuple[float, float], TransformBox] | None = None
        self._past: list[TransformBox] = []  # the boxes before each drag and each number
        self._undone: list[TransformBox] = []
        self._typing = False  # whether the last of these is the box before a number in the bar

    @property
    def box(self) -> TransformBox | None:
        """The box in which the mask is shown; None until it is measured."""
        return self._box

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag handles to scale, inside to move, outside to turn. Enter applies, Esc cancels.")

    @property
    def busy(self) -> bool:
        """True from the start to Enter or Esc."""
        return self._layer is not None

    @property
    def undoes(self) -> str:
        """The last drag or number; without one, the whole transform."""
        return said("transform") if self.busy else ""

    @property
    def redoes(self) -> str:
        """The drag or number taken back last."""
        return said("transform") if self._undone else ""

    def undo(self) -> None:
        """Go back to before the last drag or number; without one, cancel the transform."""
        if self._grip is not None:
            before, self._grip = self._grip[2], None
            self._take(before)
        elif self._box is not None and self._past:
            self._undone.append(self._box)
            self._typing = False
            self._take(self._past.pop())
        else:
            self.cancel()

    def redo(self) -> None:
        """Bring the drag or number back."""
        if self._box is not None:
            self._past.append(self._box)
            self._take(self._undone.pop())

    def forget_undone(self) -> None:
        """Forget what was taken back."""
        self._undone.clear()

    def enter(self) -> None:
        """Measure the active layer, which takes a moment if it is large."""
        super().enter()
        layer = self.bench.session.active if self.bench.session else None
        self._params, self._box, self._layer = TransformParams(), None, layer
        self._past, self._undone = [], []
        if layer is None:
            QTimer.singleShot(0, self._over)
            return

        def work(_token: Token) -> Rect:
            return layer.alpha.bounds

        def done(rect: Rect) -> None:
            if self._layer is layer:
                self._begin(rect)

        self.session.runner.start(said("Measure the mask"), work, done, lane="tool transform", quiet=True)

    def _begin(self, rect: Rect) -> None:
        if not rect:
            self.session.told(said("The mask is empty; there is nothing to transform."))
            self._end()
            return
        self._box = TransformBox(rect)
        self.canvas.update()

    def press(self, at: Pointer) -> None:
        """Grab a handle to scale, the inside to move, or the outside to turn."""
        if at.button == _LEFT and self._box is not None:
            point = at.x, at.y
            self._grip = self._box.grip(point, _REACH / self.zoom()), point, self._box

    def move(self, at: Pointer) -> None:
        """Follow the pointer, and let the cursor say what a press would do."""
        if self._box is None:
            return
        if self._grip is None:
            self.canvas.set_tool_cursor(QCursor(_cursor(self._box.grip((at.x, at.y), _REACH / self.zoom()))))
            return
        grip, start, before = self._grip
        held, centred = bool(at.modifiers & M.ShiftModifier), bool(at.modifiers & M.AltModifier)
        self._take(before.dragged(grip, start, (at.x, at.y), held=held, centred=centred))

    def release(self, at: Pointer) -> None:
        """Let go."""
        if self._grip is not None and at.button == _LEFT:
            self.move(at)
            before, self._grip = self._grip[2], None
            if self._box != before:
                self._note(before)

    def double_click(self, at: Pointer) -> None:
        """Apply the transform at a double click inside the box."""
        if self._box is not None and self._box.grip((at.x, at.y), 0) == "inside":
            self._apply()

    def wants(self, event: QKeyEvent) -> bool:
        """Enter and the arrow keys."""
        return self.busy and Qt.Key(event.key()) in (*ENTER, *ARROWS)

    def key(self, event: QKeyEvent) -> bool:
        """Enter applies, the arrow keys move by a pixel, with Shift by ten."""
        key = Qt.Key(event.key())
        if not self.busy:
            return False
        if key in ENTER:
            self._apply()
            return True
        if key in ARROWS and self._box is not None:
            far = _FAR if event.modifiers() & M.ShiftModifier else _STEP
            self._note(self._box)
            self._take(self._box.dragged("inside", (0, 0), (ARROWS[key][0] * far, ARROWS[key][1] * far)))
            return True
        return False

    def set_params(self, params: TransformParams) -> None:
        """Use the numbers typed in the bar."""
        if self._box is not None and params != self._params:
            if not self._typing:
                self._note(self._box)
                self._typing = True
            scale = params.across or 0.01, params.down or 0.01
            self._take(TransformBox(self._box.rect, scale, params.angle, (params.x, params.y)))

    def finish(self) -> None:
        """Keep what is shown: another tool is chosen."""
        if self.busy:
            self._apply()

    def cancel(self) -> bool:
        """Put the mask back."""
        had = self.busy
        if had:
            self.session.adjusting.drop_run("transform")
            self._end()
        return had

    def view_changed(self) -> None:
        """Follow the view; end if the layer is gone or the transform was undone."""
        if self._layer is None:
            return
        now, box = self.session.active, self._box
        undone = box is not None and not box.still and not self.session.adjusting.in_run("transform")
        if now is None or now.id != self._layer.id or undone:
            self._end()
        self.canvas.update()

    def paint(self, painter: QPainter) -> None:
        """The box and its handles."""
        if self._box is None:
            return
        around = [self.place(*self._box.place(side)) for side in HANDLES]
        outline(painter, QPolygonF([*around, around[0]]))
        middle = self.place(*self._box.place((0, 0)))
        for reach in (QPointF(5, 0), QPointF(0, 5)):
            outline(painter, QLineF(middle - reach, middle + reach))
        for point in around:
            handle(painter, point)

    def _note(self, before: TransformBox) -> None:
        """Note the box before a drag or number, to which undo returns; consecutive numbers count as one."""
        self._past.append(before)
        self._undone.clear()
        self._typing = False

    def _take(self, box: TransformBox) -> None:
        """Show the new box at once, and the mask as soon as it is computed."""
        self._box = box
        across, down = box.scale
        values = {"across": across, "down": down, "angle": box.angle, "x": box.shift[0], "y": box.shift[1]}
        specs = TransformParams.specs()
        self._params = TransformParams(**{spec.name: _within(values[spec.name], spec) for spec in specs})
        self.bench.shown()
        if box.still:
            self.session.adjusting.drop_run("transform")
        else:
            self.session.adjusting.transform(box.matrix)
        self.canvas.update()

    def _apply(self) -> None:
        self.session.adjusting.keep_run("transform")
        self._end()

    def _end(self) -> None:
        self._layer = self._box = self._grip = None
        self._past, self._undone = [], []
        self.canvas.update()
        QTimer.singleShot(0, self._over)


def _within(value: float, spec: Spec) -> float:
    """A number brought into the range of its field."""
    assert spec.low is not None
    assert spec.high is not None
    return min(max(round(value, 4), spec.low), spec.high)


def _cursor(grip: Grip) -> Qt.CursorShape:
    if grip == "inside":
        return Qt.CursorShape.SizeAllCursor
    if grip == "outside":
        return Qt.CursorShape.PointingHandCursor
    return Qt.CursorShape.CrossCursor
