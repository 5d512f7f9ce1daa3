"""What of a widget has to be repainted, gathered so that Qt repaints it in as few rectangles as is quick."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas.areas import scaled
from maskstudio.ui.canvas.tiling import qrect, rect_of
from maskstudio.ui.canvas.viewport import Viewport

_WASTE = 1.5  # one rectangle may hold this many times the pixels that must be repainted


class Repaints:
    """Asks ``widget`` for repaints of areas that are known in device pixels of its ``view``."""

    def __init__(self, widget: QWidget, view: Viewport) -> None:
        """Begin with nothing to repaint."""
        self._widget, self._view = widget, view
        self._waiting = QRect()  # logical pixels

    def begin(self) -> None:
        """Note that a repaint has begun, so that nothing waits any more."""
        self._waiting = QRect()

    def whole(self) -> None:
        """Repaint everything."""
        self._widget.update()

    def at_once(self, area: QRect) -> None:
        """Repaint ``area`` (logical pixels) as it is."""
        self._widget.update(area)

    def area(self, area: QRect) -> None:
        """Repaint ``area`` (logical pixels), with what waits, in one rectangle if that is quicker than several."""
        both = self._waiting.united(area)
        if both.width() * both.height() <= _WASTE * sum(one.width() * one.height() for one in (self._waiting, area)):
            self._waiting = both
            area = both
        self._widget.update(area)

    def frame(self, area: QRect) -> None:
        """Repaint what shows these device pixels of the upright frame."""
        self.area(self.of_frame(area))

    def window(self, area: QRect) -> None:
        """Repaint what shows these device pixels of the window."""
        self.area(scaled(area, 1 / self._view.ratio))

    def of_frame(self, area: QRect) -> QRect:
        """The logical pixels that show any device pixel of the upright frame in ``area``."""
        return scaled(qrect(self._view.turn.rect_to_window(rect_of(area))), 1 / self._view.ratio)
