"""F6: the keyboard goes from one area of the window to the next, so that every one can be reached without a mouse."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def next_pane(panes: Sequence[QWidget]) -> QWidget | None:
    """Move the focus to the pane after the one that has it, of those in sight; returns what has it then."""
    ways = [(pane, way) for pane in panes if pane.isVisible() and (way := _way_in(pane)) is not None]
    if not ways:
        return None
    now = QApplication.focusWidget()
    here = next((at for at, (pane, _) in enumerate(ways) if now is not None and _holds(pane, now)), -1)
    way = ways[(here + 1) % len(ways)][1]
    way.setFocus(Qt.FocusReason.TabFocusReason)
    return way


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _way_in(pane: QWidget) -> QWidget | None:
    """The first widget of ``pane`` that takes the keyboard."""
    return next((each for each in (pane, *pane.findChildren(QWidget)) if _takes(each)), None)


def _takes(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.isVisible()
