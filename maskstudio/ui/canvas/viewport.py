"""A widget that views an area of pixels: scale, centre, wheel, trackpad, keys and hand. It paints nothing."""

import math
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.ui.canvas import gestures
from maskstudio.ui.canvas.gestures import HandDrag, Pan, Rotate, Zoom
from maskstudio.ui.canvas.look import Look
from maskstudio.ui.canvas.transform import Size, ViewTransform, next_step
from maskstudio.ui.canvas.turn import ViewTurn, normal

_MARGIN = 24  # logical pixels around a fitted image


class Viewport(QWidget):
    """Maps image pixels to the widget. Positions are logical pixels, as Qt gives them; scale counts device pixels."""

    viewChanged = Signal()  # scale, centre, angle, mirror or size  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view: ViewTransform | None = None
        self._turn = ViewTurn(self._device_size)
        self._fitted = True
        self._hand = HandDrag()
        self.wheel_pans = False  # a preference: whether a mouse wheel alone zooms or scrolls

    @property
    def scale(self) -> float:
        """Device pixels per image pixel; 0.0 without an image."""
        return self._view.scale if self._view else 0.0

    @property
    def centre(self) -> QPointF:
        """The image point in the middle of the widget."""
        return QPointF(*self._view.centre) if self._view else QPointF()

    @property
    def angle(self) -> float:
        """Degrees by which the view is turned clockwise: 0 up to 360."""
        return self._turn.angle

    @property
    def mirrored(self) -> bool:
        """Whether the view shows left and right exchanged."""
        return self._turn.mirrored

    @property
    def look(self) -> Look | None:
        """Where the view looks, to return to it later or on another image; None without an image."""
        if self._view is None:
            return None
        look = Look.at(self._view.image, self._view.scale, self._view.centre)
        return look.turned(self.angle, mirrored=self.mirrored, fitted=self._fitted)

    @look.setter
    def look(self, look: Look) -> None:
        before = self._turn, self._view
        self._turn = replace(self._turn, angle=normal(look.angle), mirrored=look.mirrored)
        self._fitted = look.fitted
        if self._view is not None:
            view = self._view.resized(self._turn.frame, self._turn.sight)
            there = replace(view, scale=look.allowed_scale, centre=look.centre(view.image))
            self._view = self._whole(view) if look.fitted else there.clamped()
        if (self._turn, self._view) != before:
            self.viewChanged.emit()

    def rotate_to(self, degrees: float, anchor: QPointF | None = None) -> None:
        """Turn the view, never the image, to ``degrees`` clockwise.

        The image point at position ``anchor`` (the middle by default) stays under it.
        """
        if normal(degrees) != self.angle:
            self._fitted = False
            self._turn_to(replace(self._turn, angle=normal(degrees)), anchor)

    def reset_rotation(self) -> None:
        """Turn the view upright about the middle."""
        self.rotate_to(0.0)

    def set_mirrored(self, mirrored: bool) -> None:
        """Show left and right exchanged or not, about the middle of the widget."""
        if mirrored != self.mirrored:
            self._turn_to(replace(self._turn, angle=normal(-self.angle), mirrored=mirrored), None)

    def look_at(self, scale: float, centre: QPointF) -> None:
        """Show image point ``centre`` in the middle at ``scale``, as on coming back to a document."""
        if self._view:
            self._fitted = False
            self._move_to(replace(self._view, scale=scale, centre=(centre.x(), centre.y())).clamped())

    def fit(self) -> None:
        """Show the whole image, and keep doing so as the widget changes its size, until the user moves the view."""
        if self._view:
            self._fitted = True
            self._move_to(self._whole(self._view))

    def actual_pixels(self) -> None:
        """Show one image pixel on one device pixel."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        """Go to the next round scale, about the middle."""
        self.zoom_to(next_step(self.scale, 1))

    def zoom_out(self) -> None:
        """Go to the previous round scale, about the middle."""
        self.zoom_to(next_step(self.scale, -1))

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Go to another scale; the image point at position ``anchor`` (the middle by default) stays under it."""
        if self._view:
            self._fitted = False
            self._move_to(self._view.zoomed(scale, self._turn.to_frame(self._anchor(anchor))))

    @property
    def visible(self) -> Rect:
        """The rectangle around the image pixels in sight, larger than these in a turned view; empty for none."""
        if self._view is None:
            return EMPTY
        width, height = self.width(), self.height()
        corners = [self.to_image(QPointF(x, y)) for x in (0, width) for y in (0, height)]
        xs, ys = [corner.x() for corner in corners], [corner.y() for corner in corners]
        x, y = math.floor(min(xs)), math.floor(min(ys))
        seen = Rect(x, y, math.ceil(max(xs)) - x, math.ceil(max(ys)) - y)
        return seen.intersect(Rect(0, 0, *self._view.image))

    def to_image(self, position: QPointF) -> QPointF:
        """The image point at a position in the widget."""
        if self._view is None:
            return QPointF()
        return QPointF(*self._view.to_image(self._turn.to_frame(self._device(position))))

    def from_image(self, point: QPointF) -> QPointF:
        """The position in the widget of an image point."""
        if self._view is None:
            return QPointF()
        at = self._turn.to_window(self._view.to_view((point.x(), point.y())))
        return QPointF(*at) / self.devicePixelRatioF()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle, or the whole image in sight while it is fitted."""
        self._follow_size()

    def event(self, event: QEvent) -> bool:
        """Take pinches and turns, which have no handler of their own."""
        if isinstance(event, QNativeGestureEvent):
            action = gestures.of_native(event)
            if action is not None:
                self._apply(action, event.position())
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        action = gestures.of_wheel(event, pans=self.wheel_pans)
        if action is not None:
            self._apply(action, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle arrow keys and Space; ignore all others."""
        pan = gestures.of_key(event.key(), event.modifiers())
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(True)
        elif pan is not None:
            self._apply(pan, QPointF())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Handle Space; ignore all others."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold_space(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let Space go, since its release may arrive elsewhere."""
        self._hold_space(False)
        super().focusOutEvent(event)

    @property
    def _device_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _device(self, position: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return position.x() * ratio, position.y() * ratio

    def _anchor(self, position: QPointF | None) -> tuple[float, float]:
        """A logical position in device pixels of the window, its middle for None."""
        width, height = self._turn.window
        return (width / 2, height / 2) if position is None else self._device(position)

    def _whole(self, view: ViewTransform) -> ViewTransform:
        """The view of all of the image."""
        margin = _MARGIN * self.devicePixelRatioF()
        return view.fitted(margin, self._turn.window, self._turn.spread(view.image))

    def _follow_size(self) -> None:
        self._turn = replace(self._turn, window=self._device_size)
        if self._view is not None:
            view = self._view.resized(self._turn.frame, self._turn.sight)
            self._move_to(self._whole(view) if self._fitted else view)

    def _turn_to(self, turn: ViewTurn, anchor: QPointF | None) -> None:
        if turn == self._turn:
            return
        at, before = self._anchor(anchor), self._turn
        self._turn = turn
        if self._view is not None:
            point = self._view.to_image(before.to_frame(at))
            self._view = self._view.resized(turn.frame, turn.sight).placed(point, turn.to_frame(at))
        self.viewChanged.emit()

    def _show_image(self, size: Size | None) -> None:
        """View an image of this ``size``: the view stays for the same size, else fits all of it; None for no image."""
        if size is None:
            self._view = None
        elif self._view is None or self._view.image != size:
            self._fitted = True
            self._turn = replace(self._turn, window=self._device_size)
            self._view = self._whole(ViewTransform(size, self._turn.frame, sight=self._turn.sight))
        self.viewChanged.emit()

    def _move_to(self, view: ViewTransform) -> None:
        if view != self._view:
            self._view = view
            self.viewChanged.emit()

    def _apply(self, action: Pan | Zoom | Rotate, position: QPointF) -> None:
        """Zoom, turn or pan the view about ``position`` (logical pixels); without an image, do nothing."""
        if self._view is None:
            return
        if isinstance(action, Zoom):
            self.zoom_to(action.applied(self.scale), position)
        elif isinstance(action, Rotate):
            self.rotate_to(self.angle + action.degrees, position)
        else:
            self._fitted = False
            way = self._turn.vector_to_frame(self._device(QPointF(action.dx, action.dy)))
            self._move_to(self._view.panned(*way))

    def _hold_space(self, held: bool) -> None:
        self._hand.space = held
        self._show_cursor()

    def _show_cursor(self) -> None:
        self.setCursor(self._hand.cursor or self._idle_cursor())

    def _idle_cursor(self) -> QCursor | Qt.CursorShape:
        return Qt.CursorShape.ArrowCursor
