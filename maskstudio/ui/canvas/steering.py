"""The view moved by hand: wheel, trackpad, arrow keys, and dragging with the middle button or while Space is held.

Steering only says what is asked; whoever owns the view does it.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas import gestures
from maskstudio.ui.canvas.gestures import Action, HandDrag

# From these on, the release of a button or of Space may arrive elsewhere.
LOST = frozenset({QEvent.Type.WindowDeactivate, QEvent.Type.UngrabMouse, QEvent.Type.FocusOut, QEvent.Type.Hide})
HEARD = LOST | {QEvent.Type.Wheel, QEvent.Type.NativeGesture, QEvent.Type.KeyPress, QEvent.Type.KeyRelease}


class Steering(QObject):
    """Hears the events in ``HEARD`` of a widget; its presses and movements are handed in by the owner."""

    asked = Signal(object, QPointF)  # an ``Action``, and the logical pixel it is about
    spaceHeld = Signal(bool)  # Space went down or up  # noqa: N815
    cursorChanged = Signal()  # another hand shows, or none  # noqa: N815

    def __init__(self, widget: QWidget) -> None:
        """Begin without a drag; ``widget`` passes its events to ``hear``."""
        super().__init__(widget)
        self.wheel_pans = False  # a preference: whether a mouse wheel alone zooms or scrolls
        self._drag = HandDrag()

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """The hand to show; None for no hand."""
        return self._drag.cursor

    @property
    def dragging(self) -> bool:
        """Whether the view is being dragged."""
        return self._drag.button is not None

    @property
    def space(self) -> bool:
        """Whether Space is held."""
        return self._drag.space

    def takes(self, button: Qt.MouseButton) -> bool:
        """Whether pressing this button begins a drag."""
        return self._drag.takes(button)

    def press(self, button: Qt.MouseButton, at: QPointF) -> None:
        """Begin a drag at this position; without a button (``NoButton``), while Space is held."""
        self._drag.press(button, at)
        self.cursorChanged.emit()

    def move(self, to: QPointF) -> gestures.Pan | None:
        """The pan that moving the pointer here asks for; None while nothing is dragged."""
        return self._drag.move(to)

    def release(self, button: Qt.MouseButton) -> bool:
        """Let a button go; returns whether that ended the drag."""
        ended = self._drag.release(button)
        if ended:
            self.cursorChanged.emit()
        return ended

    def drop(self) -> None:
        """End the drag, if there is one."""
        if self._drag.button is not None:
            self.release(self._drag.button)

    def hear(self, event: QEvent) -> bool:
        """Take wheel, pinches, turns, arrow keys and Space, and let go when losing them; returns whether it is done."""
        if isinstance(event, QWheelEvent):
            event.accept()
            self._ask(gestures.of_wheel(event, pans=self.wheel_pans), event.position())
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._ask(gestures.of_native(event), event.position())
        if isinstance(event, QKeyEvent):
            return self._hear_key(event)
        if event.type() in LOST:
            if event.type() == QEvent.Type.FocusOut:
                self._hold_space(False)
            self.drop()
        return False

    def _hear_key(self, event: QKeyEvent) -> bool:
        """Take Space, up and down, and the arrow keys as they go down; returns whether the key was one of these."""
        pressed = event.type() == QEvent.Type.KeyPress
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(pressed)
            return True
        return pressed and self._ask(gestures.of_key(event.key(), event.modifiers()), QPointF())

    def _ask(self, action: Action | None, position: QPointF) -> bool:
        if action is not None:
            self.asked.emit(action, position)
        return action is not None

    def _hold_space(self, held: bool) -> None:
        self._drag.space = held
        self.spaceHeld.emit(held)
        self.cursorChanged.emit()
