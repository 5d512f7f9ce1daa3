"""The pointer over the image, as tools see it: made of mouse and pen events. Changes nothing."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QSinglePointEvent, QTabletEvent


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer over the image: ``x`` and ``y`` in image pixels, fractional, perhaps outside the image.

    ``button`` is the one that went down or up (none for a movement), ``buttons`` those held. ``pressure`` is 0..1, and
    1 for a mouse; ``eraser`` tells the other end of a pen. ``time`` is in seconds of a clock that only goes forward.
    """

    x: float
    y: float
    button: Qt.MouseButton
    modifiers: Qt.KeyboardModifier
    pressure: float = 1.0
    eraser: bool = False
    pen: bool = False
    time: float = 0.0
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton


def pointer_of(event: QMouseEvent | QTabletEvent, at: QPointF) -> Pointer:
    """What an event says, at image point ``at``."""
    pen = isinstance(event, QTabletEvent)
    return Pointer(
        at.x(),
        at.y(),
        event.button(),
        event.modifiers(),
        pressure=min(max(event.pressure(), 0.0), 1.0) if isinstance(event, QTabletEvent) else 1.0,
        eraser=pen and event.pointerType() == QPointingDevice.PointerType.Eraser,
        pen=pen,
        time=_seconds(event),
        buttons=event.buttons(),
    )


def _seconds(event: QSinglePointEvent) -> float:
    """When the event happened, not when it was handled: speed is measured by it. Some events carry no time."""
    stamp = event.timestamp()
    return stamp / 1000 if stamp else time.monotonic()
