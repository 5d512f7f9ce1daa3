"""A widget that looks at an area of pixels: scale, centre, wheel, trackpad, keys and hand. Knows not what is there."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas import gestures
from maskstudio.ui.canvas.gestures import Hand, Pan, Zoom
from maskstudio.ui.canvas.transform import Size, ViewTransform, next_step

_MARGIN = 24  # logical pixels around a fitted image


class Viewport(QWidget):
    """Maps image pixels to the widget. Positions are logical pixels, as Qt gives them; scale counts device pixels."""

    viewChanged = Signal()  # scale, centre or size  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view: ViewTransform | None = None
        self._fitted = True
        self._hand = Hand()

    @property
    def scale(self) -> float:
        """Device pixels per image pixel; 0.0 without an image."""
        return self._view.scale if self._view else 0.0

    @property
    def centre(self) -> QPointF:
        """The image point in the middle of the widget."""
        return QPointF(*self._view.centre) if self._view else QPointF()

    def look_at(self, scale: float, centre: QPointF) -> None:
        """Show an image point in the middle at some scale, as when coming back to a document."""
        if self._view:
            self._fitted = False
            self._move_to(replace(self._view, scale=scale, centre=(centre.x(), centre.y())).clamped())

    def fit(self) -> None:
        """Show the whole image, also when the widget changes its size, until the user moves the view."""
        if self._view:
            self._fitted = True
            self._move_to(self._view.fitted(_MARGIN * self.devicePixelRatioF()))

    def actual_pixels(self) -> None:
        """One image pixel on one device pixel."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        """The next round scale, about the middle."""
        self.zoom_to(next_step(self.scale, 1))

    def zoom_out(self) -> None:
        """The previous round scale, about the middle."""
        self.zoom_to(next_step(self.scale, -1))

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Another scale; the image point at position ``anchor`` (the middle by default) stays under it."""
        if self._view:
            self._fitted = False
            width, height = self._view.viewport
            self._move_to(self._view.zoomed(scale, (width / 2, height / 2) if anchor is None else self._device(anchor)))

    def to_image(self, position: QPointF) -> QPointF:
        """The image point at a position in the widget."""
        return QPointF(*self._view.to_image(self._device(position))) if self._view else QPointF()

    def from_image(self, point: QPointF) -> QPointF:
        """The position in the widget of an image point."""
        if self._view is None:
            return QPointF()
        return QPointF(*self._view.to_view((point.x(), point.y()))) / self.devicePixelRatioF()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle, or the whole image in sight while it is fitted."""
        self._follow_size()

    def event(self, event: QEvent) -> bool:
        """Take pinches, which have no handler of their own."""
        if isinstance(event, QNativeGestureEvent):
            action = gestures.of_native(event)
            if action is not None:
                self._apply(action, event.position())
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        action = gestures.of_wheel(event)
        if action is not None:
            self._apply(action, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys and Space; anything else is somebody else's."""
        pan = gestures.of_key(event.key(), event.modifiers())
        if event.key() == Qt.Key.Key_Space:
            self._hold_space(True)
        elif pan is not None:
            self._apply(pan, QPointF())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold_space(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A Space let go elsewhere must not stay held."""
        self._hold_space(False)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan; leave the event to others otherwise."""
        if self._hand.takes(event.button()):
            self._hand.press(event.button(), event.position())
            self._show_cursor()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging."""
        pan = self._hand.move(event.position())
        if pan is not None:
            self._apply(pan, event.position())
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._hand.release(event.button()):
            self._show_cursor()
        else:
            event.ignore()

    @property
    def _device_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _device(self, position: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return position.x() * ratio, position.y() * ratio

    def _follow_size(self) -> None:
        if self._view is not None:
            view = self._view.resized(self._device_size)
            self._move_to(view.fitted(_MARGIN * self.devicePixelRatioF()) if self._fitted else view)

    def _show_image(self, size: Size | None) -> None:
        """Look at an image of another size, all of it; None for none. The view of an equally large one is kept."""
        if size is None:
            self._view = None
        elif self._view is None or self._view.image != size:
            self._fitted = True
            self._view = ViewTransform(size, self._device_size).fitted(_MARGIN * self.devicePixelRatioF())
        self.viewChanged.emit()

    def _move_to(self, view: ViewTransform) -> None:
        if view != self._view:
            self._view = view
            self.viewChanged.emit()

    def _apply(self, action: Pan | Zoom, position: QPointF) -> None:
        if self._view is None:
            return
        if isinstance(action, Zoom):
            self.zoom_to(action.applied(self.scale), position)
        else:
            self._fitted = False
            self._move_to(self._view.panned(*self._device(QPointF(action.dx, action.dy))))

    def _hold_space(self, held: bool) -> None:
        self._hand.space = held
        self._show_cursor()

    def _show_cursor(self) -> None:
        self.setCursor(self._hand.cursor or self._idle_cursor())

    def _idle_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.ArrowCursor
