"""The navigator: the whole photo with its mask, and a frame around the part the canvas shows."""

import time
from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas import gestures
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.gestures import Pan, Zoom
from maskstudio.ui.canvas.transform import ViewTransform

_HEIGHT, _MARGIN = 168, 8  # logical pixels
_PAUSE = 120  # ms between two repaints while the mask changes
_SLICE = 0.003  # seconds
_VEIL = QColor(0, 0, 0, 120)
_STEP = 0.1  # share of what the canvas shows that an arrow key moves by
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Navigator(QWidget):
    """Paints the whole scene of a canvas; dragging, the wheel and the arrow keys move the canvas."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """Make a navigator that follows view, changes and style of ``canvas``."""
        super().__init__(parent)
        self.setObjectName("navigatorPanel")
        self.setAccessibleName(self.tr("Navigator"))
        self.setAccessibleDescription(self.tr("Drag the frame or use the arrow keys to move the view; + and - zoom."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._canvas = canvas
        self._frame = Frame()
        self._grabbed: QPointF | None = None  # from the pointer to the middle of the frame, px of the image
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self.update)
        canvas.view.changed.connect(self._follow_view)
        canvas.sides.outdated.connect(self._outdate)
        canvas.styling.restyled.connect(self._restyle)

    def sizeHint(self) -> QSize:
        """A fixed height, and the width of the column."""
        return QSize(280, _HEIGHT)

    @property
    def complete(self) -> bool:
        """Whether the whole photo is painted up to date."""
        return (QRegion(self._frame.pixmap.rect()) - self._frame.valid).isEmpty()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo, a veil over what the canvas does not show, and the frame."""
        painter = QPainter(self)
        scene, view = self._canvas.contents.scene, self._transform()
        back = self.palette().color(QPalette.ColorRole.Window)
        if scene is None or view is None:
            painter.fillRect(self.rect(), back)
            return
        self._frame.show(view)
        whole = QRegion(0, 0, *view.viewport)
        style = replace(self._canvas.styling.style, mode="overlay" if scene.document.layers else "image")
        self._frame.paint(scene, style, back, whole, time.perf_counter() + _SLICE)
        painter.drawPixmap(self.rect(), self._frame.pixmap)
        if not self.complete:
            self._pause.start(0)
        self._paint_frame(painter)

    def _paint_frame(self, painter: QPainter) -> None:
        """Darken what the canvas does not show, and draw a frame around what it does."""
        photo = QRectF(self._on_photo())
        seen = QPolygonF([self._here(point) for point in self._corners()])
        veil, hole = QPainterPath(), QPainterPath()
        veil.addRect(photo)
        hole.addPolygon(seen)
        hole.closeSubpath()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(veil.subtracted(hole), _VEIL)
        painter.setClipRect(photo.adjusted(-2, -2, 2, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line = self.palette().color(QPalette.ColorRole.Link) if self.hasFocus() else QColor(255, 255, 255)
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (line, 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawPolygon(seen)

    # Where things are

    def _transform(self) -> ViewTransform | None:
        document = self._canvas.contents.document
        if document is None:
            return None
        ratio = self.devicePixelRatioF()
        size = max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)
        return ViewTransform(document.size, size).fitted(_MARGIN * ratio)

    def _on_photo(self) -> QRect:
        view = self._transform()
        assert view is not None
        ratio, shown = self.devicePixelRatioF(), view.shown
        return QRectF(shown.x / ratio, shown.y / ratio, shown.width / ratio, shown.height / ratio).toAlignedRect()

    def _corners(self) -> list[QPointF]:
        """The corners of what the canvas shows, as points of the image."""
        room = QRectF(self._canvas.rect())
        corners = (room.topLeft(), room.topRight(), room.bottomRight(), room.bottomLeft())
        return [self._canvas.view.to_image(corner) for corner in corners]

    def _here(self, point: QPointF) -> QPointF:
        """The position of an image point in this widget."""
        view = self._transform()
        return QPointF() if view is None else QPointF(*view.to_view((point.x(), point.y()))) / self.devicePixelRatioF()

    def _there(self, position: QPointF) -> QPointF:
        """The point of the image at a position in this widget."""
        view, ratio = self._transform(), self.devicePixelRatioF()
        return QPointF() if view is None else QPointF(*view.to_image((position.x() * ratio, position.y() * ratio)))

    # What happens

    def _follow_view(self) -> None:
        if self._canvas.contents.scene is None or not self._frame.shows(self._transform()):
            self._frame.clear()
        if self.isVisible():
            self.update()

    def _outdate(self, rect: Rect) -> None:
        self._frame.outdate_image(rect)
        if self.isVisible() and not self._pause.isActive():
            self._pause.start(_PAUSE)

    def _restyle(self) -> None:
        self._frame.outdate()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the photo anew for another size."""
        super().resizeEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the frame; a press beside it first brings its middle there."""
        if event.button() != Qt.MouseButton.LeftButton or self._canvas.contents.document is None:
            return
        at = self._there(event.position())
        inside = QPolygonF(self._corners()).containsPoint(at, Qt.FillRule.OddEvenFill)
        self._grabbed = self._canvas.view.centre - at if inside else QPointF()
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the frame."""
        self._drag(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the frame go."""
        self._grabbed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the canvas about its middle; two fingers move it."""
        action = gestures.of_wheel(event)
        event.accept()
        if isinstance(action, Zoom):
            self._canvas.view.zoom_to(action.applied(self._canvas.view.scale))
        elif isinstance(action, Pan):
            step = self._there(QPointF(action.dx, action.dy)) - self._there(QPointF())
            self._canvas.view.look_at(self._canvas.view.scale, self._canvas.view.centre - step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the canvas by a tenth of what it shows; plus and minus zoom."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if arrow is not None and self._canvas.contents.document is not None:
            scale, ratio = self._canvas.view.scale, self._canvas.devicePixelRatioF()
            reach = QPointF(arrow[0] * self._canvas.width(), arrow[1] * self._canvas.height()) * (_STEP * ratio / scale)
            self._canvas.view.look_at(scale, self._canvas.view.centre + reach)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._canvas.view.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self._canvas.view.zoom_out()
        else:
            super().keyPressEvent(event)

    def _drag(self, position: QPointF) -> None:
        if self._grabbed is not None:
            self._canvas.view.look_at(self._canvas.view.scale, self._there(position) + self._grabbed)
