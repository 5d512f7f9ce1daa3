"""A tool that takes a colour from the photo at a click. It has the pointer until then, like a free transform."""

from collections.abc import Callable
from math import floor

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from maskstudio.core.arrays import Colour
from maskstudio.core.geometry import Rect
from maskstudio.core.seen import mean_colour
from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, M, Tool, said
from maskstudio.ui.tools.cursors import dropper
from maskstudio.ui.tools.overlay_lines import beside

_AROUND = 2  # px on either side that are averaged, which evens out grain
_SIDE = 34.0  # logical pixels of the colour beside the pointer


class ColourPickTool(Tool[Params]):
    """Calls ``take`` with red, green and blue (0..255) of the visible colour at the click, then ``over``."""

    name = "colourPick"

    def __init__(self, bench: Bench, over: Callable[[], object], *, take: Callable[[Colour], object]) -> None:
        super().__init__(bench)
        self._over, self._take = over, take
        self._at: QPointF | None = None
        self._colour: Colour | None = None
        self._shown = QRectF()

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Click the old background where its colour is plain. Esc leaves the colour as it is.")

    def leave(self) -> None:
        """Take the colour away."""
        super().leave()
        self.pointer_left()

    def press(self, at: Pointer) -> None:
        """Take the colour there."""
        if at.button != Qt.MouseButton.LeftButton:
            return
        self.move(at)
        if self._colour is not None:
            self._take(self._colour)
            QTimer.singleShot(0, self._over)

    def move(self, at: Pointer) -> None:
        """Show the colour there."""
        self._colour = self._under(floor(at.x), floor(at.y))
        self._at = self.place(at.x, at.y)
        self._outdate()

    def pointer_left(self) -> None:
        """Stop showing a colour."""
        self._at = self._colour = None
        self._outdate()

    def wants(self, event: QKeyEvent) -> bool:
        """Esc."""
        return Qt.Key(event.key()) == Qt.Key.Key_Escape

    def key(self, event: QKeyEvent) -> bool:
        """Handle Esc, which ends the tool without a colour."""
        if self.wants(event):
            QTimer.singleShot(0, self._over)
            return True
        return False

    def show_cursor(self, modifiers: M) -> None:
        """An eyedropper."""
        self.canvas.set_tool_cursor(dropper(self.canvas.devicePixelRatioF()))

    def paint(self, painter: QPainter) -> None:
        """The colour, beside the pointer."""
        if self._colour is None or self._at is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(*self._colour))
        for colour, inset in ((QColor(0, 0, 0, 200), 1.0), (QColor(255, 255, 255), 2.0)):
            painter.setPen(QPen(colour, 1))
            painter.drawRoundedRect(self._place().adjusted(inset, inset, -inset, -inset), 4, 4)

    def _under(self, x: int, y: int) -> Colour | None:
        document = self.bench.document
        if document is None or not document.frame.holds(x, y):
            return None
        around = Rect(x, y, 1, 1).grow(_AROUND).intersect(document.frame)
        return mean_colour(document.image, around)

    def _place(self) -> QRectF:
        at = beside(self._at) if self._at is not None else QPointF()
        return QRectF(at.x() - _SIDE / 2, at.y() - _SIDE / 2, _SIDE, _SIDE)

    def _outdate(self) -> None:
        here = self._place() if self._colour is not None else QRectF()
        if here.united(self._shown).isValid():
            self.canvas.update_over(here.united(self._shown))
        self._shown = here
