"""How a row of the layer list is drawn and clicked."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from maskstudio.core.document import Layer
from maskstudio.session.session import Session
from maskstudio.ui.panels.layer_list import COUNTS, DETAILS, LAYER, NUMBER, SOLO, RowIndex, marks
from maskstudio.ui.panels.rowground import paint_ground
from maskstudio.ui.panels.thumbnail import Thumbnails
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon

HEIGHT = 48  # px of a row
_THUMB = 36
_ICON = 18
_SMALL = 14  # px, size of the colour and the icons that mark a layer
_SWATCH = 10
_HIDDEN = 0.6  # opacity of a row whose layer does not count
_USUAL = 0.45  # opacity of an icon for the usual state
_BUTTON = 28  # px, width of the clickable parts at either end
_ALONE = Qt.KeyboardModifier.AltModifier


class LayerDelegate(QStyledItemDelegate):
    """Draws eye, solo, thumbnail, number, colour, name, origin, marks and mode, and emits clicks on some of these."""

    modeClicked = Signal(object, QPoint)  # noqa: N815  as Qt names signals
    colourClicked = Signal(object, QPoint)  # noqa: N815
    soloClicked = Signal(object)  # noqa: N815

    def __init__(self, session: Session, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._session = session
        self._thumbnails = Thumbnails(_THUMB, self)
        self._thumbnails.made.connect(view.viewport().update)

    def follow(self, session: Session) -> None:
        """Paint the rows of another document."""
        self._session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: RowIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: RowIndex) -> None:
        """One row."""
        layer: Layer = index.data(LAYER)
        colours, rect = theme.tokens(), option.rect
        painter.save()
        paint_ground(painter, option)
        base = 1.0 if index.data(COUNTS) else _HIDDEN
        painter.setOpacity(base)
        icon("eye" if layer.visible else "eye-off").paint(painter, _centred(_eye(rect)))
        self._paint_thumbnail(painter, _thumb(rect), layer, colours)
        self._paint_words(painter, option, index, layer, colours)
        self._paint_marks(painter, rect, layer, colours)
        solo = bool(index.data(SOLO))
        painter.setOpacity(1.0 if solo else _USUAL * base)
        icon("solo", colours.accent_text if solo else "").paint(painter, _centred(_solo(rect), _SMALL))
        painter.setOpacity(_USUAL if layer.mode == "add" else base)
        icon(layer.mode).paint(painter, _centred(_mode(rect)))
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, where: QRect, layer: Layer, colours: theme.ThemeColours) -> None:
        document = self._session.document
        if document is None:
            return
        painter.fillRect(where, QColor(colours.surround))
        pixmap = self._thumbnails.of(layer, document.image, painter.device().devicePixelRatio())
        if pixmap is not None:
            painter.drawPixmap(where, pixmap)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawRect(where.adjusted(0, 0, -1, -1))

    def _paint_words(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: RowIndex,
        layer: Layer,
        colours: theme.ThemeColours,
    ) -> None:
        """Write number and name of ``layer`` above, and where it comes from below."""
        words, metrics = _words(option.rect), option.fontMetrics
        indent = _indent(metrics)
        upper = QRect(words.left(), words.top() + 5, words.width(), 20)
        lower = QRect(words.left(), words.top() + 24, words.width() - _marks_width(layer), 18)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(option.font)
        painter.setPen(QColor(colours.text if option.state & QStyle.StateFlag.State_Selected else colours.muted))
        painter.drawText(upper, flags, f"{index.data(NUMBER)}")
        below = metrics.elidedText(index.data(DETAILS), Qt.TextElideMode.ElideRight, lower.width() - indent)
        painter.drawText(lower.adjusted(indent, 0, 0, 0), flags, below)
        painter.setPen(QColor(colours.text))
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        name = painter.fontMetrics().elidedText(layer.name, Qt.TextElideMode.ElideRight, upper.width() - indent)
        painter.drawText(upper.adjusted(indent, 0, 0, 0), flags, name)

    def _paint_marks(self, painter: QPainter, row: QRect, layer: Layer, colours: theme.ThemeColours) -> None:
        """Paint the colour of a layer, and small icons for what was done to it."""
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(*layer.colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(QRectF(_swatch(row)).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at, (name, _) in enumerate(marks(layer)):
            icon(name, colours.muted).paint(painter, _mark(row, layer, at))

    # Editing

    def setEditorData(self, editor: QWidget, index: RowIndex) -> None:
        """Put the name into the editor, unless it is being typed in."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: RowIndex) -> None:
        """Put the editor over the name."""
        editor.setGeometry(_words(option.rect).adjusted(_indent(option.fontMetrics) - 7, 6, 0, -5))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: RowIndex
    ) -> bool:
        """Handle clicks: the eye shows or hides (with Alt, shows that layer alone), mode and colour open a menu."""
        if not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        row, where = option.rect, event.position().toPoint()
        layer: Layer = index.data(LAYER)
        parts = {"eye": _eye(row), "solo": _solo(row), "mode": _mode(row), "colour": _colour(row)}
        hit = next((name for name, area in parts.items() if area.contains(where)), None)
        if event.type() == QEvent.Type.MouseButtonPress and hit is not None:
            corner = self._view().viewport().mapToGlobal(parts[hit].bottomLeft())
            if hit == "solo" or (hit == "eye" and event.modifiers() & _ALONE):
                self.soloClicked.emit(layer)
            elif hit == "eye":
                shown = Qt.CheckState.Unchecked if layer.visible else Qt.CheckState.Checked
                model.setData(index, shown, Qt.ItemDataRole.CheckStateRole)
            elif hit == "mode":
                self.modeClicked.emit(layer, corner)
            else:
                self.colourClicked.emit(layer, corner)
        return hit is not None

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: RowIndex
    ) -> bool:
        """Show a tooltip for the part of a row under the pointer."""
        layer: Layer | None = index.data(LAYER)
        if layer is None:
            return False
        QToolTip.showText(event.globalPos(), self._help(index, option.rect, event.pos()), view)
        return True

    def _help(self, index: RowIndex, row: QRect, where: QPoint) -> str:
        """What the part of the row at ``where`` does, or, between the parts, what the layer is."""
        layer: Layer = index.data(LAYER)
        solo: bool = index.data(SOLO)
        if _eye(row).contains(where):
            shown = self.tr("Hide") if layer.visible else self.tr("Show")
            return self.tr("{}. With Alt: let this layer alone count").format(shown)
        if _solo(row).contains(where):
            return self.tr("Let all layers count again") if solo else self.tr("Let this layer alone count")
        if _mode(row).contains(where):
            return self.tr("How it combines with what is below: {}").format(layer.mode)
        if _colour(row).contains(where):
            return self.tr("Choose the colour this layer is told by")
        for at, (_, word) in enumerate(marks(layer)):
            if _mark(row, layer, at).contains(where):
                return word.capitalize()
        return "\n".join((layer.name, index.data(DETAILS), *(word.capitalize() for _, word in marks(layer))))

    def _view(self) -> QAbstractItemView:
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        return view


def _eye(row: QRect) -> QRect:
    return QRect(row.left() + 2, row.top() + 2, _BUTTON, row.height() // 2 - 1)


def _solo(row: QRect) -> QRect:
    return QRect(row.left() + 2, _eye(row).bottom() + 1, _BUTTON, row.height() // 2 - 4)


def _mode(row: QRect) -> QRect:
    return QRect(row.right() - _BUTTON - 1, row.top(), _BUTTON, row.height())


def _thumb(row: QRect) -> QRect:
    return QRect(_eye(row).right() + 3, row.top() + (row.height() - _THUMB) // 2, _THUMB, _THUMB)


def _words(row: QRect) -> QRect:
    left = _thumb(row).right() + 1 + theme.SPACE
    return QRect(left, row.top(), _mode(row).left() - left, row.height())


def _colour(row: QRect) -> QRect:
    """The clickable area of the swatch, which is larger than the swatch."""
    return QRect(_words(row).left() - 4, row.top() + 23, 20, 22)


def _swatch(row: QRect) -> QRect:
    return QRect(_words(row).left(), row.top() + 24 + (18 - _SWATCH) // 2, _SWATCH, _SWATCH)


def _mark(row: QRect, layer: Layer, at: int) -> QRect:
    left = _words(row).right() - _marks_width(layer) + theme.GAP + at * (_SMALL + 3)
    return QRect(left, row.top() + 26, _SMALL, _SMALL)


def _marks_width(layer: Layer) -> int:
    count = len(marks(layer))
    return count * (_SMALL + 3) + theme.GAP if count else 0


def _indent(metrics: QFontMetrics) -> int:
    """The distance from the number's left to the name's, px."""
    return metrics.horizontalAdvance("00") + theme.GAP


def _centred(area: QRect, side: int = _ICON) -> QRect:
    square = QRect(0, 0, side, side)
    square.moveCenter(area.center())
    return square
