"""Painting a row of the command palette: icon, name, menu, and the key as a cap at the right."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from maskstudio.ui.help.palette_entries import PaletteEntry
from maskstudio.ui.widgets import theme

ROW_HEIGHT = 30  # px
_ICON = 18
_PAD = 8
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class RowPainter(QStyledItemDelegate):
    """Paints the ``PaletteEntry`` that an index holds under the user role."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The size of a row; all rows have one height."""
        return QSize(100, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row in the theme's colours; one that cannot run now is grey and says why instead of its menu."""
        entry: PaletteEntry = index.data(Qt.ItemDataRole.UserRole)
        colours, chosen = theme.tokens(), bool(option.state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), theme.RADIUS, theme.RADIUS)
        mode = QIcon.Mode.Disabled if entry.reason else QIcon.Mode.Normal
        spot = QRect(rect.x() + _PAD, rect.y() + (rect.height() - _ICON) // 2, _ICON, _ICON)
        entry.picture.paint(painter, spot, Qt.AlignmentFlag.AlignCenter, mode)
        right = _paint_keys(painter, entry, rect, colours, option.fontMetrics)
        words = QRect(rect.x() + 2 * _PAD + _ICON, rect.y(), right - rect.x() - 3 * _PAD - _ICON, rect.height())
        _paint_words(painter, entry, words, colours, option.fontMetrics, chosen=chosen)
        painter.restore()


def _paint_words(
    painter: QPainter,
    entry: PaletteEntry,
    room: QRect,
    colours: theme.ThemeColours,
    metrics: QFontMetrics,
    *,
    chosen: bool,
) -> None:
    """Paint the title at the left and, if there is room, menu or reason at the right."""
    painter.setPen(QColor((colours.muted if chosen else colours.disabled) if entry.reason else colours.text))
    title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, _MIDDLE, title)
    rest = room.adjusted(metrics.horizontalAdvance(title) + 2 * _PAD, 0, 0, 0)
    if rest.width() > 40:
        painter.setPen(QColor(colours.text if chosen else colours.muted))
        aside = metrics.elidedText(entry.reason or entry.place, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, _MIDDLE | Qt.AlignmentFlag.AlignRight, aside)


def _paint_keys(
    painter: QPainter, entry: PaletteEntry, rect: QRect, colours: theme.ThemeColours, metrics: QFontMetrics
) -> int:
    """Paint the key as a cap; returns the right end of the room to the left of it, px."""
    if not entry.key:
        return rect.right() - _PAD
    width = metrics.horizontalAdvance(entry.key) + 2 * _PAD
    cap = QRectF(rect.right() - _PAD - width, rect.y() + 5.5, width, rect.height() - 11)
    painter.setPen(QPen(QColor(colours.border), 1))
    painter.setBrush(QColor(colours.field))
    painter.drawRoundedRect(cap, 3, 3)
    painter.setPen(QColor(colours.disabled if entry.reason else colours.text))
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, entry.key)
    return int(cap.left()) - _PAD
