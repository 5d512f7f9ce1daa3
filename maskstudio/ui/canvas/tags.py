"""The boxes and tags of detections over the image: which are laid out, which is pointed at, which was clicked."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Detection, Document
from maskstudio.ui.canvas import marks
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.strokes import Strokes
from maskstudio.ui.canvas.viewport import Viewport

_CLICK = 4  # logical pixels a click may wander


class Tags(QObject):
    """Lays out the marks of a document, and lets a click on one choose its layer."""

    clicked = Signal(int)  # id of the layer whose tag or box was clicked
    pointedChanged = Signal()  # the pointer is over another tag, or over none any more  # noqa: N815

    def __init__(
        self, widget: QWidget, view: Viewport, strokes: Strokes, marked: Callable[[], Document | None]
    ) -> None:
        """Mark nothing yet; ``marked`` gives the document whose layers are marked, None while no marks show."""
        super().__init__(widget)
        self._widget, self._view, self._strokes, self._marked = widget, view, strokes, marked
        self._laid: list[marks.Mark] = []
        self._pointed: int | None = None
        self._find: Detection | None = None
        self._apart: list[marks.Mark] = []
        self._picking = True
        self._clicking: QPointF | None = None

    @property
    def laid(self) -> list[marks.Mark]:
        """The marks on show, from back to front."""
        return self._laid

    @property
    def apart(self) -> list[marks.Mark]:
        """The mark of a find that no layer shows, while it is pointed out."""
        return self._apart

    @property
    def pointed(self) -> int | None:
        """The layer whose tag is under the pointer; None for no tag."""
        return self._pointed

    def set_picking(self, picking: bool) -> None:
        """Let a click on a tag or box choose its layer, or not, as while a tool has the pointer."""
        self._picking = picking
        self._clicking = None
        self._point_at(None)

    def point_out(self, layer_id: int | None, find: Detection | None = None) -> None:
        """Mark a layer as if its tag were pointed at, or a ``find`` that no layer shows; nothing for None."""
        self._find = find
        self._point_at(layer_id)
        self.lay()

    def lay(self) -> None:
        """Lay out the marks of what is on show now, and repaint if they differ."""
        document, transform = self._marked(), self._view.transform
        laid: list[marks.Mark] = []
        apart: list[marks.Mark] = []
        if document is not None and transform is not None:
            font, ratio = self._widget.font(), self._view.ratio
            laid = marks.layout(document, transform, font, ratio, self._pointed, self._view.turn)
            if self._find is not None and self._find.mask.size == document.size:
                apart = [marks.of_find(self._find, transform, font, ratio, self._view.turn)]
        if (laid, apart) != (self._laid, self._apart):
            self._laid, self._apart = laid, apart
            self._widget.update()

    def paint(self, painter: QPainter) -> None:
        """Draw the marks on a painter whose units are device pixels."""
        font, ratio = self._widget.font(), self._view.ratio
        marks.paint(painter, self._laid, font, ratio, self._pointed)
        marks.paint(painter, self._apart, font, ratio, marks.NO_LAYER)

    def follow_press(self, pointer: Pointer) -> None:
        """Begin a click where a stroke begins."""
        picks = self._picking and pointer.button == Qt.MouseButton.LeftButton
        self._clicking = self._strokes.at if picks else None

    def follow_pointer(self) -> None:
        """Point at the tag under the pointer."""
        at = self._strokes.at
        if at is not None and self._picking and not self._strokes.busy:
            self._point_at(marks.hit_tag(self._laid, self._view.device_point(at)))

    def follow_release(self) -> None:
        """Choose the layer of a mark that was clicked: pressed and released without wandering."""
        start, self._clicking, at = self._clicking, None, self._strokes.at
        if start is None or at is None or (at - start).manhattanLength() > _CLICK:
            return
        layer_id = marks.hit(self._laid, self._view.device_point(at))
        if layer_id is not None:
            self.clicked.emit(layer_id)

    def point_at_nothing(self) -> None:
        """Take in that the pointer is over another widget."""
        self._point_at(None)

    def _point_at(self, layer_id: int | None) -> None:
        if layer_id != self._pointed:
            self._pointed = layer_id
            self.lay()
            self.pointedChanged.emit()
