"""How a row of the list of finds is drawn and clicked."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from maskstudio.core.image import Image
from maskstudio.ui.panels.find_list import FIND, ListedFind
from maskstudio.ui.panels.layer_list import RowIndex
from maskstudio.ui.panels.rowground import paint_ground
from maskstudio.ui.panels.thumbnail import Thumbnails
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon

HEIGHT = 48  # px of a row
_THUMB = 40
_BOX = 16
_TICK = 28  # px, width of the clickable part at the left
_AROUND = 72  # 0..255, how much of the photo shows around a find in its picture
_AWAY = 0.5  # opacity of a row that filters leave out


class _Sight:
    """A find as its picture needs it."""

    def __init__(self, find: ListedFind) -> None:
        self.id, self.alpha = find.at, find.detection.mask


class FindDelegate(QStyledItemDelegate):
    """Draws tick, picture, number of the layer, label, and how sure and how large a find is."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._image: Image | None = None
        self._new_pictures()

    @property
    def waiting(self) -> bool:
        """Whether pictures are still to come."""
        return self._thumbnails.waiting

    def show_photo(self, image: Image | None) -> None:
        """Take the pictures from this photo; those of another one are forgotten."""
        if image is not self._image:
            self._image = image
            self._new_pictures()

    def _new_pictures(self) -> None:
        self._thumbnails = Thumbnails(_THUMB, self, around=_AROUND)
        self._thumbnails.made.connect(self._view.viewport().update)

    def sizeHint(self, option: QStyleOptionViewItem, index: RowIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: RowIndex) -> None:
        """One row."""
        find: ListedFind = index.data(FIND)
        colours, rect = theme.tokens(), option.rect
        painter.save()
        paint_ground(painter, option)
        painter.setOpacity(_AWAY if find.why else 1.0)
        _paint_tick(painter, _box(rect), find, colours)
        self._paint_picture(painter, _thumb(rect), find, colours)
        painter.setOpacity(1.0)
        _paint_words(painter, option, find, colours)
        painter.restore()

    def _paint_picture(self, painter: QPainter, where: QRect, find: ListedFind, colours: theme.ThemeColours) -> None:
        painter.fillRect(where, QColor(colours.surround))
        if self._image is not None:
            pixmap = self._thumbnails.of(_Sight(find), self._image, painter.device().devicePixelRatio())
            if pixmap is not None:
                painter.drawPixmap(where, pixmap)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(where.adjusted(0, 0, -1, -1))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: RowIndex
    ) -> bool:
        """Tick by a click on the box or by the space bar; a click beside it chooses the row only."""
        find: ListedFind = index.data(FIND)
        by_key = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if by_key and isinstance(event, QKeyEvent) and event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Select):
            return False
        by_click = (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonPress
            and event.button() == Qt.MouseButton.LeftButton
            and event.position().x() < option.rect.left() + _TICK
        )
        if not (by_key or by_click):
            return False
        turned = Qt.CheckState.Unchecked if find.ticked else Qt.CheckState.Checked
        return model.setData(index, turned, Qt.ItemDataRole.CheckStateRole)


def _paint_tick(painter: QPainter, box: QRect, find: ListedFind, colours: theme.ThemeColours) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent if find.ticked else colours.mark), 1))
    painter.setBrush(QColor(colours.accent if find.ticked else colours.field))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if find.ticked:
        icon("check", colours.on_accent).paint(painter, box.adjusted(1, 1, -1, -1))


def _paint_words(
    painter: QPainter, option: QStyleOptionViewItem, find: ListedFind, colours: theme.ThemeColours
) -> None:
    """Write the label with the number of its layer above, and the rest below."""
    words = _words(option.rect)
    upper = QRect(words.left(), words.top() + 5, words.width(), 20)
    lower = QRect(words.left(), words.top() + 24, words.width(), 18)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    quiet = QColor(colours.text if selected else colours.muted)
    if find.number:
        painter.setPen(quiet)
        painter.setFont(option.font)
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{find.number}")
    bold = QFont(option.font)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    painter.setPen(quiet if find.why else QColor(colours.text))
    room = upper.width() - option.fontMetrics.horizontalAdvance("000")
    label = painter.fontMetrics().elidedText(find.detection.label, Qt.TextElideMode.ElideRight, room)
    painter.drawText(upper, flags, label)
    painter.setFont(option.font)
    painter.setPen(quiet)
    below = option.fontMetrics.elidedText(find.details, Qt.TextElideMode.ElideRight, lower.width())
    painter.drawText(lower, flags, below)


def _box(row: QRect) -> QRect:
    return QRect(row.left() + 8, row.top() + (row.height() - _BOX) // 2, _BOX, _BOX)


def _thumb(row: QRect) -> QRect:
    return QRect(row.left() + _TICK + 4, row.top() + (row.height() - _THUMB) // 2, _THUMB, _THUMB)


def _words(row: QRect) -> QRect:
    left = _thumb(row).right() + 1 + theme.SPACE
    return QRect(left, row.top(), row.right() - theme.SPACE - left, row.height())
