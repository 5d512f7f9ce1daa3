"""Strokes of mouse and pen over a view, told in image pixels and apart from movements of the view.

Knows no tool and no document.
"""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas.gestures import Action, Pan
from maskstudio.ui.canvas.pointer import Pointer, pointer_of
from maskstudio.ui.canvas.steering import LOST, Steering
from maskstudio.ui.canvas.transform import next_step
from maskstudio.ui.canvas.viewport import Viewport

HEARD = LOST | {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.TabletPress,
    QEvent.Type.TabletMove,
    QEvent.Type.TabletRelease,
    QEvent.Type.Leave,
}


class Strokes(QObject):
    """One stroke lasts from ``pressed`` to ``released`` or ``interrupted``; strokes never overlap.

    The view may be panned during a stroke, by Space, the middle button, two fingers, or Shift and the wheel. This emits
    no ``pressed`` or ``released``, only ``moved`` with the new place on the image.
    """

    pressed = Signal(Pointer)  # a button that does not pan
    moved = Signal(Pointer)  # the pointer, with a button or without
    released = Signal(Pointer)
    doubleClicked = Signal(Pointer)  # after the second ``pressed``  # noqa: N815
    interrupted = Signal()  # the stroke ends without a release: another widget has the pointer
    left = Signal()  # the pointer is over another widget, and no stroke holds it

    def __init__(self, widget: QWidget, view: Viewport, steering: Steering) -> None:
        """Begin without a stroke; ``widget`` passes its events to ``hear``.

        What the ``steering`` asks moves the ``view``, as far as a stroke allows.
        """
        super().__init__(widget)
        self._widget, self._view, self._steering = widget, view, steering
        self._at: QPointF | None = None
        self._stroke: Pointer | None = None  # its latest position; None between strokes
        self._button = Qt.MouseButton.NoButton  # the button that draws
        widget.setMouseTracking(True)
        widget.setTabletTracking(True)
        steering.asked.connect(self._move_view)
        steering.spaceHeld.connect(self._follow_space)

    @property
    def at(self) -> QPointF | None:
        """The pointer, in logical pixels of the widget; None while it is away."""
        return self._at

    @property
    def drawing(self) -> bool:
        """Whether a stroke is under way."""
        return self._stroke is not None

    @property
    def busy(self) -> bool:
        """Whether movements of the pointer draw or pan."""
        return self.drawing or self._steering.dragging

    def interrupt(self) -> None:
        """End the stroke under way, if any, which will see no release."""
        if self._stroke is not None:
            self._end()
            self.interrupted.emit()

    def hear(self, event: QEvent) -> bool:
        """Take what mouse and pen do, and notice when the pointer is lost; returns whether the event is done.

        A pen's events are accepted, so that Qt makes no mouse events of them.
        """
        if isinstance(event, (QMouseEvent, QTabletEvent)):
            event.accept()
            if not self._echoes_pen(event):
                self._follow(event)
            return True
        if event.type() == QEvent.Type.Leave:
            if self._stroke is None:
                self._go()
        elif event.type() in LOST:
            self.interrupt()  # its release may never arrive
        return False

    def _follow(self, event: QMouseEvent | QTabletEvent) -> None:
        """Do as mouse or pen ask; a second press is handled like any other before ``doubleClicked``."""
        match event.type():
            case QEvent.Type.MouseMove | QEvent.Type.TabletMove:
                self._move(event)
            case QEvent.Type.MouseButtonRelease | QEvent.Type.TabletRelease:
                self._release(event)
            case QEvent.Type.MouseButtonDblClick:
                drew = self._stroke
                self._begin(event)
                if self._stroke is not None and self._stroke is not drew:
                    self.doubleClicked.emit(self._stroke)
            case _:
                self._begin(event)

    def _begin(self, event: QMouseEvent | QTabletEvent) -> None:
        """Zoom, begin to pan, or begin a stroke."""
        if self._zooms(event):
            out = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._view.zoom_to(next_step(self._view.scale, -1 if out else 1), event.position())
        elif self._pans(event):
            self._steering.press(event.button(), event.position())
        else:
            self._press(event)

    def _press(self, event: QMouseEvent | QTabletEvent) -> None:
        if self._stroke is not None:
            return  # a second button must not split the stroke
        self._button = event.button()
        self._at = event.position()
        self._stroke = self._pointer(event)
        self.pressed.emit(self._stroke)

    def _move(self, event: QMouseEvent | QTabletEvent) -> None:
        """Pan if a drag pans, go on with the stroke if there is one, and tell where the pointer is."""
        if self._stroke is not None and not event.buttons() & self._button:
            self.interrupt()  # the button went up without an event
        self._at = event.position()
        pan = self._steering.move(event.position())
        if pan is not None:
            self._view.apply(pan, event.position())
        pointer = self._pointer(event)
        if self._stroke is not None:
            self._stroke = pointer
        self.moved.emit(pointer)

    def _release(self, event: QMouseEvent | QTabletEvent) -> None:
        """End the pan or the stroke that this button began; any other button changes nothing."""
        if event.button() != Qt.MouseButton.NoButton and self._steering.release(event.button()):
            return
        if self._stroke is not None and event.button() == self._button:
            self._at = event.position()
            self._end()
            self.released.emit(self._pointer(event))
            if not self._widget.rect().contains(event.position().toPoint()):
                self._go()

    def _end(self) -> None:
        self._stroke = None
        self._button = Qt.MouseButton.NoButton
        self._steering.release(Qt.MouseButton.NoButton)  # a pan with Space alone lasts as long as the stroke

    def _go(self) -> None:
        self._at = None
        self.left.emit()

    def _pointer(self, event: QMouseEvent | QTabletEvent) -> Pointer:
        return pointer_of(event, self._view.to_image(event.position()))

    def _zooms(self, event: QMouseEvent | QTabletEvent) -> bool:
        """Whether this is a click of the mouse with Ctrl and Space, in no stroke."""
        held = self._steering.space and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        clicked = isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton
        return held and clicked and self._stroke is None

    def _pans(self, event: QMouseEvent | QTabletEvent) -> bool:
        """Whether this press begins to drag the view; a pen's does so with Space only, and in no stroke."""
        if isinstance(event, QMouseEvent):
            return self._steering.takes(event.button())
        return self._steering.space and event.button() == Qt.MouseButton.LeftButton and self._stroke is None

    def _echoes_pen(self, event: QMouseEvent | QTabletEvent) -> bool:
        """Whether this mouse event repeats a pen's, as some systems send them."""
        if isinstance(event, QTabletEvent):
            return False
        if self._stroke is not None and self._stroke.pen:
            return True
        device = event.pointingDevice()
        return device is not None and device.type() == QPointingDevice.DeviceType.Stylus

    # The view under a stroke

    def _move_view(self, action: Action, position: QPointF) -> None:
        """Do as the steering asks; a stroke allows only pans, since zooming under a brush would be an accident."""
        if self._stroke is None:
            self._view.apply(action, position)
        elif isinstance(action, Pan) and self._at is not None:
            self._view.apply(action, position)
            at = self._view.to_image(self._at)
            self._stroke = replace(self._stroke, x=at.x(), y=at.y(), button=Qt.MouseButton.NoButton)
            self.moved.emit(self._stroke)

    def _follow_space(self, held: bool) -> None:
        """Start or end a pan with Space alone, in a stroke whose button is down already."""
        if self._stroke is None or self._at is None:
            return
        if not held:
            self._steering.release(Qt.MouseButton.NoButton)
        elif not self._steering.dragging:
            self._steering.press(Qt.MouseButton.NoButton, self._at)
