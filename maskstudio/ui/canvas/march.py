"""When the ants march, and their painting over the result within a slice of time."""

import time

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.ants import Ants
from maskstudio.ui.canvas.areas import in_frame, turning
from maskstudio.ui.canvas.compared import ComparedWith
from maskstudio.ui.canvas.difference import Difference
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.styling import Styling
from maskstudio.ui.canvas.tiling import rects
from maskstudio.ui.canvas.viewport import Viewport

_PACE = 110  # ms a step of the ants
_SLICE = 0.004  # seconds of looking for the edge in one repaint
_SHARE = 0.05  # share of the time that marching may take; with a very long edge the steps become slower


class March(QObject):
    """The ants over a widget: they march in the mode that is for them, while the widget is seen."""

    def __init__(
        self, widget: QWidget, view: Viewport, compared: ComparedWith, styling: Styling, repaints: Repaints
    ) -> None:
        """Rest until the mode of ``styling`` is for ants and ``widget`` is shown."""
        super().__init__(widget)
        self._widget, self._view, self._repaints = widget, view, repaints
        self._compared, self._styling = compared, styling
        self._allowed = True
        self.ants = Ants()
        self._clock = QTimer(self, interval=_PACE)
        self._clock.timeout.connect(self.step)

    def set_allowed(self, allowed: bool) -> None:
        """Show the ants in the mode that is for them, or never."""
        self._allowed = allowed
        self.keep()
        self._repaints.whole()

    @property
    def on(self) -> bool:
        """Whether there are ants to be seen."""
        drawn = self._styling.mode == "ants" and not self._compared.original
        there = self._compared.result is not None and not isinstance(self._compared.stand_in, Difference)
        return self._allowed and drawn and there

    @property
    def complete(self) -> bool:
        """Whether the whole edge in sight has been found, where ants are to be seen."""
        return self.ants.complete or not self.on

    def keep(self) -> None:
        """March only while visible, and stand still if the system asks for no blinking."""
        blinking = QApplication.styleHints().cursorFlashTime() > 0
        wanted = self.on and self._widget.isVisible() and not self._widget.window().isMinimized() and blinking
        if wanted != self._clock.isActive():
            self._clock.start() if wanted else self._clock.stop()

    def restart(self) -> None:
        """Look for the edge anew and march at the usual pace, as in another style."""
        self.ants.forget()
        self._clock.setInterval(_PACE)
        self.keep()

    def follow_touch(self, rect: Rect) -> None:
        """Look anew for the edge in ``rect`` (image pixels), where the mask has changed."""
        if self._styling.mode == "ants":
            self.ants.outdate(rect)

    def follow_change(self, changed: list[Rect]) -> None:
        """Look anew for the edge where the mask has changed."""
        for rect in changed:
            self.follow_touch(rect)

    def go_on(self) -> None:
        """Repaint, if some of the edge is still to be found."""
        if not self.complete:
            self._repaints.whole()

    def step(self) -> None:
        """March on by one dot, and repaint where the dashes are."""
        transform = self._view.transform
        if transform is None or self._widget.window().isMinimized():
            return
        self.ants.step()
        region = QRegion()
        for rect in rects(self.ants.region(transform)):
            region += self._repaints.of_frame(rect)
        self._widget.update(region)

    def paint(self, painter: QPainter, region: QRegion, *, in_time: bool) -> None:
        """Draw the ants in ``region`` (device pixels of the window); slow down their steps if that takes too long.

        Unless ``in_time``, only what was found before is drawn: the photo comes first.
        """
        scene, transform, turn = self._compared.result, self._view.transform, self._view.turn
        if region.isEmpty() or scene is None or transform is None:
            return
        begun = time.perf_counter()
        painter.save()
        painter.setClipRegion(region)
        if not turn.upright:
            painter.setTransform(turning(turn), combine=True)
        dot, deadline = max(round(self._view.ratio), 1), begun + (_SLICE if in_time else 0.0)
        self.ants.paint(painter, scene, transform, dot, in_frame(turn, region), deadline)
        painter.restore()
        took = (time.perf_counter() - begun) * 1000
        if self.ants.complete and took > self._clock.interval() * _SHARE:
            self._clock.setInterval(min(round(took / _SHARE), 1000))
