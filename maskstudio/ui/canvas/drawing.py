"""A viewport that tools draw on: its signals tell strokes of mouse and pen in image pixels, apart from view moves.

Knows no tool and no document.
"""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas import gestures
from maskstudio.ui.canvas.gestures import Pan, Rotate, Zoom
from maskstudio.ui.canvas.pointer import Pointer, pointer_of
from maskstudio.ui.canvas.transform import next_step
from maskstudio.ui.canvas.viewport import Viewport

_LOST = (QEvent.Type.WindowDeactivate, QEvent.Type.UngrabMouse)
_TABLET = (QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease)


class DrawingView(Viewport):
    """One stroke lasts from ``pressed`` to ``released`` or ``interrupted``; strokes never overlap.

    The view may be panned during a stroke, by Space, the middle button, two fingers, or Shift and the wheel. This emits
    no ``pressed`` or ``released``, only ``moved`` with the new place on the image.
    """

    pressed = Signal(Pointer)  # a button that does not pan
    moved = Signal(Pointer)  # the pointer, with a button or without
    released = Signal(Pointer)
    doubleClicked = Signal(Pointer)  # after the second ``pressed``  # noqa: N815
    interrupted = Signal()  # the stroke ends without a release: another widget has the pointer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self._at: QPointF | None = None  # the pointer, in logical pixels; None while it is away
        self._stroke: Pointer | None = None  # its latest position; None between strokes
        self._button = Qt.MouseButton.NoButton  # the button that draws

    @property
    def drawing(self) -> bool:
        """Whether a stroke is under way."""
        return self._stroke is not None

    def interrupt(self) -> None:
        """End the stroke under way, if any, which will see no release."""
        if self._stroke is not None:
            self._end_stroke()
            self.interrupted.emit()

    def event(self, event: QEvent) -> bool:
        """Notice that the pointer was taken away."""
        if event.type() in _LOST:
            self.interrupt()
            self._drop_hand()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End the stroke: without the focus, the release may never arrive."""
        super().focusOutEvent(event)
        self.interrupt()
        self._drop_hand()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke, as at a lost focus."""
        super().hideEvent(event)
        self.interrupt()
        self._drop_hand()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan; in a stroke only pan, since zooming under a brush would be an accident."""
        if self._stroke is not None and not isinstance(gestures.of_wheel(event, pans=self.wheel_pans), Pan):
            event.accept()
            return
        super().wheelEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with the pen. The event is accepted, so that Qt makes no mouse event of it."""
        if event.type() not in _TABLET:
            event.ignore()
            return
        event.accept()
        if event.type() == QEvent.Type.TabletPress:
            if not self._takes_with_space(event):
                self._press(event)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(event)
        else:
            self._release(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan or to draw."""
        event.accept()
        if self._echoes_pen(event):
            return
        if self._zooms(event):
            out = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.zoom_to(next_step(self.scale, -1 if out else 1), event.position())
        elif self._hand.takes(event.button()):
            self._hand.press(event.button(), event.position())
            self._show_cursor()
        else:
            self._press(event)

    def _zooms(self, event: QMouseEvent) -> bool:
        """Whether this is a click with Ctrl and Space, in no stroke."""
        held = self._hand.space and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return held and event.button() == Qt.MouseButton.LeftButton and self._stroke is None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Handle the second press like any other and emit ``doubleClicked``."""
        drew = self._stroke
        self.mousePressEvent(event)
        if self._stroke is not None and self._stroke is not drew:
            self.doubleClicked.emit(self._stroke)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, and tell where the pointer is."""
        event.accept()
        if not self._echoes_pen(event):
            self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the button began."""
        event.accept()
        if not self._echoes_pen(event):
            self._release(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer, unless a stroke holds it."""
        if self._stroke is None:
            self._at = None
            self._pointer_left()

    def _press(self, event: QMouseEvent | QTabletEvent) -> None:
        if self._stroke is not None:
            return  # a second button must not split the stroke
        self._button = event.button()
        self._at = event.position()
        self._stroke = pointer_of(event, self.to_image(event.position()))
        self._pressed_at(event)
        self._pointer_moved(event.position())
        self.pressed.emit(self._stroke)

    def _move(self, event: QMouseEvent | QTabletEvent) -> None:
        """Pan if a drag pans, go on with the stroke if there is one, and tell where the pointer is."""
        if self._stroke is not None and not event.buttons() & self._button:
            self.interrupt()  # the button went up without an event
        self._at = event.position()
        pan = self._hand.move(event.position())
        if pan is not None:
            super()._apply(pan, event.position())
        pointer = pointer_of(event, self.to_image(event.position()))
        if self._stroke is not None:
            self._stroke = pointer
        self._pointer_moved(event.position())
        self.moved.emit(pointer)

    def _release(self, event: QMouseEvent | QTabletEvent) -> None:
        """End the pan or the stroke that this button began; any other button changes nothing."""
        if self._hand.button != Qt.MouseButton.NoButton and self._hand.release(event.button()):
            self._show_cursor()
        elif self._stroke is not None and event.button() == self._button:
            self._at = event.position()
            self._end_stroke()
            self._released_at(event)
            self.released.emit(pointer_of(event, self.to_image(event.position())))
            if not self.rect().contains(event.position().toPoint()):
                self._at = None
                self._pointer_left()

    def _end_stroke(self) -> None:
        self._stroke = None
        self._button = Qt.MouseButton.NoButton
        if self._hand.button == Qt.MouseButton.NoButton:
            self._drop_hand()

    def _takes_with_space(self, event: QTabletEvent) -> bool:
        """Start a pan if Space is held and no stroke is under way; returns whether it did."""
        if not (self._hand.space and event.button() == Qt.MouseButton.LeftButton and self._stroke is None):
            return False
        self._hand.press(event.button(), event.position())
        self._show_cursor()
        return True

    def _echoes_pen(self, event: QMouseEvent) -> bool:
        """Whether this mouse event repeats a pen's, as some systems send them."""
        if self._stroke is not None and self._stroke.pen:
            return True
        device = event.pointingDevice()
        return device is not None and device.type() == QPointingDevice.DeviceType.Stylus

    def _apply(self, action: Pan | Zoom | Rotate, position: QPointF) -> None:
        if self._stroke is None:
            super()._apply(action, position)
        elif isinstance(action, Pan) and self._at is not None:
            super()._apply(action, position)
            at = self.to_image(self._at)
            self._stroke = replace(self._stroke, x=at.x(), y=at.y(), button=Qt.MouseButton.NoButton)
            self.moved.emit(self._stroke)

    def _hold_space(self, held: bool) -> None:
        """Start or end a pan with Space alone, in a stroke whose button is down already."""
        if self._stroke is not None and self._at is not None:
            if held and self._hand.button is None:
                self._hand.press(Qt.MouseButton.NoButton, self._at)
            elif not held:
                self._hand.release(Qt.MouseButton.NoButton)
        super()._hold_space(held)

    def _drop_hand(self) -> None:
        if self._hand.button is not None:
            self._hand.release(self._hand.button)
            self._show_cursor()

    def _pressed_at(self, event: QMouseEvent | QTabletEvent) -> None:
        """Called when a stroke begins."""

    def _released_at(self, event: QMouseEvent | QTabletEvent) -> None:
        """Called when a stroke has ended with a release."""

    def _pointer_moved(self, position: QPointF) -> None:
        """Called when the pointer moves, with its position in logical pixels."""

    def _pointer_left(self) -> None:
        """Called when the pointer leaves the widget."""
