"""One stroke of the Quick Selection brush: worked out on a thread while it is drawn, and shown as a tint."""

from dataclasses import dataclass, field
from itertools import count

from PySide6.QtCore import QRectF

from maskstudio.core.area import Area
from maskstudio.core.image import Image
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Token
from maskstudio.session.laying import How
from maskstudio.session.quickselecting import QuickSelecting
from maskstudio.session.session import Session
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.tools.base import said
from maskstudio.ui.tools.tint import ACCENT, TAKEN, Tint

_numbers = count()


@dataclass(eq=False)
class QuickDrag:
    """The stroke, and what it shows so far."""

    session: Session
    canvas: Canvas
    image: Image
    selecting: QuickSelecting
    how: How
    enhance: bool
    tint: Tint | None = None
    _job: Job | None = None  # follows the points, or did so last
    _over: bool = False
    _lane: str = field(default_factory=lambda: f"tool quick {next(_numbers)}")

    def to(self, x: float, y: float) -> None:
        """Go on to an image point."""
        self.selecting.to(x, y)
        self._work()

    def drop(self) -> None:
        """Forget the stroke."""
        self._over = True
        if self._job is not None:
            self._job.cancel()
        self.canvas.update_over(self.place)

    def area(self, token: Token) -> Area:
        """What the whole stroke takes. Raises ``Cancelled`` through ``token``."""
        return self.selecting.area(token, enhance=self.enhance)

    @property
    def place(self) -> QRectF:
        """The part of the canvas that the tint covers, logical px."""
        return self.tint.place(self.canvas) if self.tint is not None else QRectF()

    def _work(self) -> None:
        """Follow the points on a thread, one job at a time, and show what is taken."""
        if self._over or (self._job is not None and not self._job.finished):
            return

        def work(token: Token) -> Tint:
            rect, plane = self.selecting.shown(token)
            return Tint.stretched(rect, plane, TAKEN if self.how == "subtract" else ACCENT)

        def done(tint: Tint) -> None:
            before, self.tint = self.place, tint
            self.canvas.update_over(before.united(self.place))
            if self.selecting.waits:
                self._work()

        def failed(error: MaskStudioError) -> None:
            self._over = True
            self.session.failed(error)

        start = self.session.runner.start
        self._job = start(said("Quick selection"), work, done, lane=self._lane, failed=failed, quiet=True)
