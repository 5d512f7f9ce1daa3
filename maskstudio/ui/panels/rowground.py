"""What lies under a row of a list."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from maskstudio.ui.widgets import theme


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """A selected row, one under the pointer, and a bar at the left of the selected one where the list has the focus."""
    colours, rect = theme.tokens(), option.rect
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    if selected or option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(colours.selection if selected else colours.window))
    if selected and option.state & QStyle.StateFlag.State_HasFocus:
        painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent_text))
