"""F6 moves the focus to the next area of the window, so that each can be reached without a mouse."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def focus_next(areas: Sequence[QWidget]) -> QWidget | None:
    """Move the focus to the next visible area; returns the widget that has it then."""
    ways = [(area, way) for area in areas if area.isVisible() and (way := _way_in(area)) is not None]
    if not ways:
        return None
    now = QApplication.focusWidget()
    here = next((at for at, (area, _) in enumerate(ways) if now is not None and _holds(area, now)), -1)
    way = ways[(here + 1) % len(ways)][1]
    way.setFocus(Qt.FocusReason.TabFocusReason)
    return way


def _holds(area: QWidget, widget: QWidget) -> bool:
    return area is widget or area.isAncestorOf(widget)


def _way_in(area: QWidget) -> QWidget | None:
    """The first widget of ``area`` that takes the keyboard."""
    return next((each for each in (area, *area.findChildren(QWidget)) if _takes(each)), None)


def _takes(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.isVisible()
