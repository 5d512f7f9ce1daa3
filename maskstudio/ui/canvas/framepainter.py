"""Brings the frames of a widget up to date, a slice of time at once, and copies them to the window.

What is not ready follows by itself; when all of it is, the tiles that may come into sight next are made.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas.areas import in_frame, turning
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.scene import Scene, Style
from maskstudio.ui.canvas.tiling import Tiling, ahead, rects
from maskstudio.ui.canvas.viewport import Viewport

_SLICE = 0.005  # seconds of making and painting tiles in one repaint; the rest follows in the next
_DRAGGED = 0.003  # the same while the image is dragged, which must not stutter
_AHEAD = 0.002  # seconds of making tiles ahead in one turn
_PAUSE = 12  # ms without a repaint before that starts
_BREATH = 1  # ms between two such turns


class PaneContent(NamedTuple):
    """A scene in a style, the frame it is painted on, and the device pixels of the window that show it."""

    frame: Frame
    scene: Scene
    style: Style
    region: QRegion


class FramePainter(QObject):
    """Paints what ``contents`` names for a region of the window."""

    goingOn = Signal()  # some of what is in sight was not ready: it is being painted  # noqa: N815

    def __init__(
        self,
        widget: QWidget,
        view: Viewport,
        repaints: Repaints,
        contents: Callable[[QRegion], list[PaneContent]],
        result: Callable[[], tuple[Scene, Style] | None],
    ) -> None:
        """Paint on ``widget``; ``result`` is what tiles are made ahead for, None while there is something to do."""
        super().__init__(widget)
        self._view, self._repaints, self._contents, self._result = view, repaints, contents, result
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._continue)
        self._idle = QTimer(self, singleShot=True, interval=_PAUSE)
        self._idle.timeout.connect(self._make_ahead)

    @property
    def complete(self) -> bool:
        """Whether every frame in sight is up to date; if not, the next repaints follow by themselves."""
        return all(
            content.frame.shows(self._view.transform) and self._missing(content).isEmpty()
            for content in self._contents(self._window)
        )

    def paint(self, painter: QPainter, region: QRegion, surround: QColor, *, dragged: bool) -> None:
        """Bring ``region`` up to date as far as time allows, and copy it; units are device pixels of the window."""
        transform = self._view.transform
        assert transform is not None
        contents = self._contents(region)
        deadline = time.perf_counter() + (_DRAGGED if dragged else _SLICE)
        for frame, scene, style, part in contents:
            frame.show(transform)
            frame.paint(scene, style, surround, in_frame(self._view.turn, part), deadline)
        for content in contents:
            self._copy(painter, content)

    def plan(self, *, complete: bool, rest: bool) -> None:
        """Plan what follows a repaint: another one until all is ``complete``, then, in a ``rest``, tiles made ahead."""
        if not complete:
            self._more.start()
        elif rest:
            self._idle.start(_PAUSE)

    @property
    def _window(self) -> QRegion:
        return QRegion(0, 0, *self._view.turn.window)

    def _copy(self, painter: QPainter, content: PaneContent) -> None:
        """Put a frame where the window shows it."""
        frame, turn = content.frame, self._view.turn
        if turn.upright:
            for rect in rects(content.region):
                painter.drawPixmap(rect, frame.pixmap, rect)
            return
        painter.save()
        painter.setClipRegion(content.region)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not turn.square)
        painter.setTransform(turning(turn), combine=True)
        painter.drawPixmap(0, 0, frame.pixmap)
        painter.restore()

    def _missing(self, content: PaneContent) -> QRegion:
        """The device pixels of a frame that are out of date, within its part of the window."""
        frame = content.frame
        return (in_frame(self._view.turn, content.region) & frame.pixmap.rect()) - frame.valid

    def _continue(self) -> None:
        if not self._view.turn.square:
            self._repaints.whole()  # missing pixels may lie in a corner of the frame that the window does not show
        else:
            for content in self._contents(self._window):
                self._repaints.at_once(self._repaints.of_frame(self._missing(content).boundingRect()))
        self.goingOn.emit()

    def _make_ahead(self) -> None:
        """Make the tiles that a pan or a zoom step would bring into sight next, a few at a time."""
        result, transform = self._result(), self._view.transform
        if result is None or transform is None or not self.complete:
            return
        scene, style = result
        deadline = time.perf_counter() + _AHEAD
        wanted = ahead(Tiling(transform, scene.finest), transform.viewport)
        if not all(scene.prepare(style, level, rect, deadline) for level, rect in wanted):
            self._idle.start(_BREATH)
