"""The rows of the layer list: what they say (model) and how they are drawn and clicked (delegate)."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
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
from maskstudio.session import Session
from maskstudio.ui import theme
from maskstudio.ui.icons import icon
from maskstudio.ui.panels.thumbnail import Thumbnails

_HEIGHT = 48  # px of a row
_THUMB = 36
_ICON = 18
_HIDDEN = 0.6  # opacity of a row whose layer is hidden
_USUAL = 0.45  # opacity of the mark of the usual mode
_BUTTON = 28  # px, width of what can be clicked at either end
Index = QModelIndex | QPersistentModelIndex
LAYER = Qt.ItemDataRole.UserRole
NUMBER = Qt.ItemDataRole.UserRole + 1


class LayerModel(QAbstractListModel):
    """The layers from top to bottom. Edits go to the session; ``dropped(id, place)`` asks for a move to that place,
    counted from the bottom.
    """

    dropped = Signal(int, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layers: Sequence[Layer] = ()

    def refresh(self) -> None:
        """Take over the session's layers; only what differs is announced."""
        document = self._session.document
        new = tuple(reversed(document.layers)) if document else ()
        old = self._layers
        if [layer.id for layer in new] != [layer.id for layer in old]:
            self.beginResetModel()
            self._layers = new
            self.endResetModel()
            return
        self._layers = new
        for row, (before, after) in enumerate(zip(old, new, strict=True)):
            if before is not after:
                self.dataChanged.emit(self.index(row), self.index(row))

    def layer(self, index: Index) -> Layer | None:
        """The layer of a row."""
        return self._layers[index.row()] if index.isValid() and index.row() < len(self._layers) else None

    def index_of(self, layer_id: int) -> QModelIndex:
        """The row of a layer."""
        ids = [layer.id for layer in self._layers]
        return self.index(ids.index(layer_id)) if layer_id in ids else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many layers there are."""
        return 0 if parent.isValid() else len(self._layers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, visibility, words for those who do not see the row, and the layer itself."""
        layer = self.layer(index)
        if layer is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return layer.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(layer, len(self._layers) - index.row())
        return {LAYER: layer, NUMBER: len(self._layers) - index.row()}.get(role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename, show or hide."""
        layer = self.layer(index)
        if layer is None:
            return False
        if role == Qt.ItemDataRole.EditRole and str(value).strip() != layer.name:
            self._session.rename(layer.id, str(value))
        if role == Qt.ItemDataRole.CheckStateRole:
            self._session.set_visible(layer.id, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen, renamed, ticked and dragged; what is dragged falls between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsDragEnabled
        )

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """What a dragged row is carried as."""
        return ["application/x-maskstudio-layer"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged layer's id."""
        data = QMimeData()
        layer = self.layer(indexes[0])
        data.setData(self.mimeTypes()[0], str(layer.id if layer else 0).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for the move; the rows follow when the document has changed."""
        layer_id = int(bytes(data.data(self.mimeTypes()[0]).data()))
        source = self.index_of(layer_id).row()
        before = row if row >= 0 else len(self._layers)
        target = before - 1 if before > source else before
        if source >= 0 and target != source:
            self.dropped.emit(layer_id, len(self._layers) - 1 - target)
        return False

    def _words(self, layer: Layer, number: int) -> str:
        shown = self.tr("visible") if layer.visible else self.tr("hidden")
        return self.tr("Layer {}: {}, {}, {}, {}").format(number, layer.name, details(layer), shown, layer.mode)


def details(layer: Layer) -> str:
    """Where a layer comes from, with its score in %."""
    source = layer.source
    if source is None:
        return "from a file"
    score = "" if source.score is None else f"{source.score:.0%}  "
    return f"{score}{source.model}".replace("%", " %")


class LayerDelegate(QStyledItemDelegate):
    """Draws eye, thumbnail, number, name, score and origin, and the mode; the eye and the mode can be clicked."""

    modeClicked = Signal(object, QPoint)  # noqa: N815  as Qt names signals

    def __init__(self, session: Session, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._session = session
        self._thumbnails = Thumbnails(_THUMB)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are alike."""
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        layer: Layer = index.data(LAYER)
        colours, rect = theme.tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        if selected or hovered:
            painter.fillRect(rect, QColor(colours.selection if selected else colours.window))
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent_text))
        painter.setOpacity(1.0 if layer.visible else _HIDDEN)
        icon("eye" if layer.visible else "eye-off").paint(painter, _centred(_eye(rect)))
        self._paint_thumbnail(painter, _thumb(rect), layer, colours)
        self._paint_words(painter, option, index, layer, colours)
        if layer.mode == "add":
            painter.setOpacity(_USUAL)
        icon(layer.mode).paint(painter, _centred(_mode(rect)))
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, where: QRect, layer: Layer, colours: theme.Tokens) -> None:
        document = self._session.document
        if document is None:
            return
        painter.fillRect(where, QColor(colours.surround))
        painter.drawPixmap(where, self._thumbnails.of(layer, document.image, painter.device().devicePixelRatio()))
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawRect(where.adjusted(0, 0, -1, -1))

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, layer: Layer, colours: theme.Tokens
    ) -> None:
        words, metrics = _words(option.rect), option.fontMetrics
        number = f"{index.data(NUMBER)}"
        indent = _indent(metrics)
        upper = QRect(words.left(), words.top() + 5, words.width(), 20)
        lower = QRect(words.left(), words.top() + 24, words.width(), 18)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(option.font)
        painter.setPen(QColor(colours.text if option.state & QStyle.StateFlag.State_Selected else colours.muted))
        painter.drawText(upper, flags, number)
        below = metrics.elidedText(details(layer), Qt.TextElideMode.ElideRight, lower.width() - indent)
        painter.drawText(lower.adjusted(indent, 0, 0, 0), flags, below)
        painter.setPen(QColor(colours.text))
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        name = painter.fontMetrics().elidedText(layer.name, Qt.TextElideMode.ElideRight, upper.width() - indent)
        painter.drawText(upper.adjusted(indent, 0, 0, 0), flags, name)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the name, but never over what is being typed."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """The name is edited where it stands."""
        editor.setGeometry(_words(option.rect).adjusted(_indent(option.fontMetrics) - 7, 6, 0, -5))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """A click on the eye shows or hides, one on the mode opens its menu; keys do as in any list."""
        if not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        where, pressed = event.position().toPoint(), event.type() == QEvent.Type.MouseButtonPress
        on_eye, on_mode = _eye(option.rect).contains(where), _mode(option.rect).contains(where)
        if pressed and on_eye:
            layer: Layer = index.data(LAYER)
            shown = Qt.CheckState.Unchecked if layer.visible else Qt.CheckState.Checked
            model.setData(index, shown, Qt.ItemDataRole.CheckStateRole)
        if pressed and on_mode:
            corner = self._view().viewport().mapToGlobal(_mode(option.rect).bottomLeft())
            self.modeClicked.emit(index.data(LAYER), corner)
        return on_eye or on_mode

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Say what each part of a row is for."""
        layer: Layer | None = index.data(LAYER)
        if layer is None:
            return False
        text = f"{layer.name}\n{details(layer)}"
        if _eye(option.rect).contains(event.pos()):
            text = self.tr("Hide") if layer.visible else self.tr("Show")
        if _mode(option.rect).contains(event.pos()):
            text = self.tr("How it combines with what is below: {}").format(layer.mode)
        QToolTip.showText(event.globalPos(), text, view)
        return True

    def _view(self) -> QAbstractItemView:
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        return view


def _eye(row: QRect) -> QRect:
    return QRect(row.left() + 2, row.top(), _BUTTON, row.height())


def _mode(row: QRect) -> QRect:
    return QRect(row.right() - _BUTTON - 1, row.top(), _BUTTON, row.height())


def _thumb(row: QRect) -> QRect:
    return QRect(_eye(row).right() + 3, row.top() + (row.height() - _THUMB) // 2, _THUMB, _THUMB)


def _words(row: QRect) -> QRect:
    left = _thumb(row).right() + 1 + theme.SPACE
    return QRect(left, row.top(), _mode(row).left() - left, row.height())


def _indent(metrics: QFontMetrics) -> int:
    """How far the name stands to the right of the number, in px."""
    return metrics.horizontalAdvance("00") + theme.GAP


def _centred(area: QRect) -> QRect:
    square = QRect(0, 0, _ICON, _ICON)
    square.moveCenter(area.center())
    return square
