"""What a wheel, a trackpad or a key asks the view to do. Reads Qt events, changes nothing."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QInputDevice, QNativeGestureEvent, QWheelEvent

from maskstudio.ui.canvas.transform import next_step

_NOTCH = 120  # angle units of one click of a mouse wheel
_PAN_NOTCH = 60.0  # logical pixels that a notch of the wheel moves the view
_TRACKPAD_ZOOM = 1.004  # factor for each logical pixel that fingers move
_ARROW, _ARROW_FAST = 20.0, 200.0
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


@dataclass(frozen=True, slots=True)
class Pan:
    """Move the image by logical pixels."""

    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Zoom:
    """Zoom about the pointer: by ``factor``, or, if ``steps`` is not 0, by that many round steps."""

    factor: float = 1.0
    steps: int = 0

    def applied(self, scale: float) -> float:
        """The scale after this zoom, starting from ``scale``."""
        for _ in range(abs(self.steps)):
            scale = next_step(scale, self.steps)
        return scale * self.factor


@dataclass(frozen=True, slots=True)
class Rotate:
    """Turn the view clockwise about the pointer."""

    degrees: float


Action = Pan | Zoom | Rotate


def of_wheel(event: QWheelEvent, *, pans: bool = False) -> Pan | Zoom | None:
    """Two fingers pan; a wheel zooms, or pans if ``pans``; Ctrl always zooms, Shift with a wheel pans sideways."""
    modifiers = event.modifiers()
    if _is_trackpad(event):
        moved = event.pixelDelta()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return Zoom(_TRACKPAD_ZOOM ** moved.y())
        return Pan(moved.x(), moved.y())
    angle = event.angleDelta()
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return Pan((angle.y() or angle.x()) / _NOTCH * _PAN_NOTCH, 0)
    if angle.y():
        bare = not modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier)
        return Pan(0, angle.y() / _NOTCH * _PAN_NOTCH) if pans and bare else _wheel_zoom(angle.y())
    if modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier):
        return _wheel_zoom(angle.x())  # Alt turns a wheel sideways on most systems
    return Pan(angle.x() / _NOTCH * _PAN_NOTCH, 0) if angle.x() else None


def of_native(event: QNativeGestureEvent) -> Action | None:
    """A pinch zooms; a turn of two fingers turns the view."""
    if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
        return Zoom(max(1 + event.value(), 0.1))
    if event.gestureType() == Qt.NativeGestureType.RotateNativeGesture:
        return Rotate(event.value())
    if event.gestureType() == Qt.NativeGestureType.PanNativeGesture:
        return Pan(event.delta().x(), event.delta().y())
    return None


def of_key(key: int, modifiers: Qt.KeyboardModifier) -> Pan | None:
    """Arrow keys move the view, Shift makes the steps large."""
    direction = _ARROWS.get(key)
    if direction is None or modifiers & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return None
    step = _ARROW_FAST if modifiers & Qt.KeyboardModifier.ShiftModifier else _ARROW
    return Pan(direction[0] * step, direction[1] * step)


@dataclass(slots=True)
class HandDrag:
    """A drag that moves the view: with the middle button, or the left one while Space is held."""

    space: bool = False
    button: Qt.MouseButton | None = None
    at: QPointF | None = None

    def takes(self, button: Qt.MouseButton) -> bool:
        """Whether pressing this button begins a drag."""
        wanted = button == Qt.MouseButton.MiddleButton or (self.space and button == Qt.MouseButton.LeftButton)
        return self.button is None and wanted

    def press(self, button: Qt.MouseButton, at: QPointF) -> None:
        """Begin a drag at this position."""
        self.button, self.at = button, at

    def move(self, to: QPointF) -> Pan | None:
        """The pan of this movement; None while nothing is dragged."""
        if self.button is None or self.at is None:
            return None
        moved, self.at = to - self.at, to
        return Pan(moved.x(), moved.y())

    def release(self, button: Qt.MouseButton) -> bool:
        """Whether letting this button go ended the drag."""
        if button != self.button:
            return False
        self.button = self.at = None
        return True

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """The hand cursor to show; None for no hand."""
        if self.button is not None:
            return Qt.CursorShape.ClosedHandCursor
        return Qt.CursorShape.OpenHandCursor if self.space else None


def _wheel_zoom(angle: int) -> Zoom:
    """Zoom to the next round scale for a full notch, smoothly at the same pace for finer wheels."""
    if angle % _NOTCH == 0:
        return Zoom(steps=angle // _NOTCH)
    return Zoom(1.4 ** (angle / _NOTCH))


def _is_trackpad(event: QWheelEvent) -> bool:
    """Whether the event is a trackpad's, which reports pixels; on X11, whole notches of a mouse are a wheel's."""
    if event.pixelDelta().isNull():
        return False
    whole = event.angleDelta().y() % _NOTCH == 0 and event.angleDelta().x() % _NOTCH == 0
    mouse = event.device() is not None and event.device().type() == QInputDevice.DeviceType.Mouse
    return not (QGuiApplication.platformName() == "xcb" and whole and mouse)
