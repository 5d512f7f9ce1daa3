"""The canvas: a document and what lies over it: marks, a tool's drawing, the brush's ring.

Knows no session, no panel and no tool; its signals tell what happens on it.
"""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QMouseEvent, QPainter, QRegion, QTabletEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas import marks
from maskstudio.ui.canvas.comparing import ComparingView
from maskstudio.ui.canvas.outline import Outline
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.scene import Mode

__all__ = ["Canvas", "Pointer"]

_MARKED: tuple[Mode, ...] = ("overlay", "image")  # the other modes are for judging the edge and show no marks
_CLICK = 4  # logical pixels a click may wander
_HOVER_PAUSE = 50  # ms between two ``hovered`` signals during a stroke or while the view is dragged


class Canvas(ComparingView):
    """A view of one document."""

    hovered = Signal(int, int, int)  # column, row, alpha under the pointer
    left = Signal()  # the pointer is not on the image any more
    layerClicked = Signal(int)  # id of the layer whose tag or box was clicked  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a canvas without a document, marks, painter or brush ring."""
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The photo with its mask. Arrow keys move the view, Space and drag pans.")
        self._marks: list[marks.Mark] = []
        self._pointed: int | None = None
        self._picking = True
        self._clicking: QPointF | None = None
        self._painter: Callable[[QPainter, Canvas], None] | None = None
        self._tool_cursor: QCursor | None = None
        self._outline = Outline()
        self._ring: tuple[float, float | None] | None = None  # diameters in image pixels
        self._ring_at: QPointF | None = None
        self._hover = QTimer(self, singleShot=True, interval=_HOVER_PAUSE)
        self._hover.timeout.connect(self._tell_hover)

    def set_show_extras(self, shown: bool) -> None:
        """Show or hide the boxes and numbers of detections, in the overlay and on the photo, and the ants."""
        super().set_show_extras(shown)
        self._lay_marks()

    def set_picking(self, picking: bool) -> None:
        """Let a click on a tag or box choose its layer, or not, as while a tool has the pointer."""
        self._picking = picking
        self._clicking = None
        self._point_at(None)

    def set_painter(self, paint: "Callable[[QPainter, Canvas], None] | None") -> None:
        """Have ``paint`` draw over the image: it is called last in every repaint, in logical pixels of the widget."""
        self._painter = paint
        self.update()

    def update_over(self, area: QRectF) -> None:
        """Repaint what lies over the image in ``area``, logical pixels; the image itself is only copied."""
        self._repaint(area.toAlignedRect())

    def set_tool_cursor(self, cursor: QCursor | None) -> None:
        """Use this cursor wherever the hand is not shown; None for the ordinary one."""
        self._tool_cursor = cursor
        self._show_cursor()

    def set_ring(self, diameter: float | None, inner: float | None = None) -> None:
        """Draw a ring of ``diameter`` image pixels around the pointer (None: no ring), and one of ``inner`` in it."""
        self._ring = None if diameter is None else (diameter, inner)
        self._place_ring()

    def hold_ring(self, at: QPointF | None) -> None:
        """Keep the ring at an image point, as while it is resized by dragging; None lets it follow the pointer."""
        self._ring_at = at
        self._place_ring()

    def _paint_over(self, painter: QPainter, region: QRegion) -> None:
        """Ants, marks, what a tool draws, and its ring; the painter's units are device pixels."""
        super()._paint_over(painter, region)
        ratio = self.devicePixelRatioF()
        marks.paint(painter, self._marks, self.font(), ratio, self._pointed)
        if self._painter is not None:
            painter.save()
            painter.scale(ratio, ratio)
            self._painter(painter, self)
            painter.restore()
        if any(region.intersects(area) for area in self._outline.areas):
            self._outline.paint(painter)

    def _follow_view(self) -> None:
        super()._follow_view()
        self._lay_marks()
        self._follow_hover()
        self._place_ring()

    def _follow_document(self) -> None:
        super()._follow_document()
        self._lay_marks()
        self._tell_hover()

    def _follow_style(self) -> None:
        super()._follow_style()
        self._lay_marks()

    def set_trimap(self, trimap: Mask | None, within: Rect | None = None) -> None:
        """Lay a trimap over the photo; boxes and tags are hidden while it shows."""
        super().set_trimap(trimap, within)
        self._lay_marks()

    def _lay_marks(self) -> None:
        """Lay out the marks, none while extras are off or original, stand-in or trimap show; repaint changes."""
        laid: list[marks.Mark] = []
        shown = (
            self._extras
            and not self._original
            and self._stand_in is None
            and self.mode in _MARKED
            and self.trimap is None
        )
        if self._view is not None and self.document is not None and shown:
            ratio = self.devicePixelRatioF()
            laid = marks.layout(self.document, self._view, self.font(), ratio, self._pointed, self._turn)
        if laid != self._marks:
            self._marks = laid
            self.update()

    def _point_at(self, layer_id: int | None) -> None:
        if layer_id != self._pointed:
            self._pointed = layer_id
            self._lay_marks()
            self._show_cursor()

    def _idle_cursor(self) -> QCursor | Qt.CursorShape:
        if self._pointed is not None:
            return Qt.CursorShape.PointingHandCursor
        return self._tool_cursor or Qt.CursorShape.ArrowCursor

    def _place_ring(self) -> None:
        """Put the brush ring at the pointer, or where it is held, and repaint where it was and where it is."""
        at = self._at if self._ring_at is None else self.from_image(self._ring_at)
        if self._ring is None or at is None or self._view is None:
            areas = self._outline.place(None, 0.0, None, 1.0)
        else:
            diameter, inner = self._ring
            half, ratio = self.scale / 2, self.devicePixelRatioF()
            inside = None if inner is None else inner * half
            areas = self._outline.place(QPointF(*self._device(at)), diameter * half, inside, ratio)
        for area in areas:
            if area.intersects(QRect(0, 0, *self._turn.window)):
                self._repaint(self._widget_rect_here(area))

    def _pressed_at(self, event: QMouseEvent | QTabletEvent) -> None:
        picks = self._picking and event.button() == Qt.MouseButton.LeftButton
        self._clicking = event.position() if picks else None

    def _pointer_moved(self, position: QPointF) -> None:
        self._place_ring()
        if self._picking and not self._busy:
            self._point_at(marks.hit_tag(self._marks, self._device_point(position)))
        self._follow_hover()

    def _released_at(self, event: QMouseEvent | QTabletEvent) -> None:
        start, self._clicking = self._clicking, None
        if start is None or (event.position() - start).manhattanLength() > _CLICK:
            return
        layer_id = marks.hit(self._marks, self._device_point(event.position()))
        if layer_id is not None:
            self.layerClicked.emit(layer_id)

    def _pointer_left(self) -> None:
        self._point_at(None)
        self._place_ring()
        self.left.emit()

    @property
    def _busy(self) -> bool:
        """Whether movements of the pointer draw or pan, so that ``hovered`` is emitted less often."""
        return self.drawing or self._hand.button is not None

    def _follow_hover(self) -> None:
        if not self._busy:
            self._tell_hover()
        elif not self._hover.isActive():
            self._hover.start()

    def _tell_hover(self) -> None:
        """Emit ``hovered`` with column, row and alpha of the pixel under the pointer, or ``left`` off the image."""
        if self._at is None:
            return
        x, y = self._device_point(self._at).toTuple()
        at = self._view.pixel_at(self._turn.to_frame((x + 0.5, y + 0.5))) if self._view else (-1, -1)
        if self.document is None or not self.document.frame.intersect(Rect(*at, 1, 1)):
            self.left.emit()
        else:
            shown = self.scene_on_show or self._scene
            assert shown is not None
            self.hovered.emit(*at, self._live.at(*at) if self._live else shown.document.alpha[at])

    def _device_point(self, position: QPointF) -> QPoint:
        x, y = self._device(position)
        return QPoint(int(x), int(y))
