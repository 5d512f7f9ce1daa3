"""The pointer over the image as tools see it, made from mouse and pen events."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QSinglePointEvent, QTabletEvent


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer over the image: ``x`` and ``y`` in image pixels, fractional, perhaps outside the image.

    ``button`` is the one that went down or up (none for a movement), ``buttons`` are those held. ``pressure`` is 0..1,
    and 1 for a mouse; ``eraser`` is True for the eraser end of a pen. ``time`` is seconds of a monotonic clock.
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
    """The pointer of an event at image point ``at``."""
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
    """The time at which the event happened, in seconds, or now if it carries none; speed is measured by it."""
    stamp = event.timestamp()
    return stamp / 1000 if stamp else time.monotonic()
