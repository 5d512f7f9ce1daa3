"""What a click would select where the pointer rests, shown faintly before anything is clicked."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter

from maskstudio.core.arrays import Point
from maskstudio.core.mask import Mask
from maskstudio.ui.tools.base import Bench
from maskstudio.ui.tools.candidatelooks import guessed
from maskstudio.ui.tools.pendingselection import PendingSelection
from maskstudio.ui.tools.tint import Tint

_REST = 60  # ms that the pointer rests before a guess is asked for
_OPACITY = 0.55


class SelectGuess:
    """``wanted`` says whether a guess may be shown now. It is worked out on a thread, for the newest place only."""

    def __init__(self, bench: Bench, pending: PendingSelection, wanted: Callable[[], bool]) -> None:
        self._bench, self._canvas, self._pending, self._wanted = bench, bench.canvas, pending, wanted
        self._at: Point | None = None
        self._tint: Tint | None = None
        self._resting = QTimer(bench.canvas, singleShot=True, interval=_REST)
        self._resting.timeout.connect(self._ask)

    @property
    def shown(self) -> bool:
        """Whether there is a guess."""
        return self._tint is not None

    def follow(self, at: Point) -> None:
        """Guess at an image point once the pointer rests there."""
        document, self._at = self._bench.document, at
        if document is None or not document.frame.holds(*at):
            self.forget()
        elif self._wanted():
            self._resting.start()
        else:
            self.forget()

    def forget(self) -> None:
        """Show no guess, and ask for none."""
        self._at = None
        self._resting.stop()
        tint, self._tint = self._tint, None
        if self._bench.session is not None:
            self._pending.selectors.stop_hovering()
        if tint is not None:
            self._canvas.update_over(tint.place(self._canvas))

    def paint(self, painter: QPainter) -> None:
        """Draw it, fainter than what was clicked."""
        if self._tint is not None:
            painter.save()
            painter.setOpacity(_OPACITY)
            self._tint.paint(painter, self._canvas)
            painter.restore()

    def _ask(self) -> None:
        if self._at is None or self._bench.session is None or not self._wanted():
            return
        scale = self._canvas.view.scale

        def make(mask: Mask) -> Tint:
            return guessed(mask, scale)

        self._pending.selectors.hover(*self._at, self._pending.model, make, self._take)

    def _take(self, tint: Tint) -> None:
        if self._at is not None and self._wanted():
            before = self._tint.place(self._canvas) if self._tint is not None else QRectF()
            self._tint = tint
            self._canvas.update_over(before.united(tint.place(self._canvas)))
