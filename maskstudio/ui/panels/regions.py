"""The third section of the refine panel: parts of a layer with refine parameters of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from maskstudio.core.document import Layer, Region
from maskstudio.core.mask import Mask
from maskstudio.session.session import Session
from maskstudio.ui.panels.thumbnail import Thumbnails
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.section import Section

_ROW, _PICTURE = 28, 22  # px
_ROWS = 4  # rows shown at once
_ID = Qt.ItemDataRole.UserRole
_SEEN = _ID + 1  # the key of a row's picture


def _said(text: str) -> str:
    return QCoreApplication.translate("RegionsSection", text)


@dataclass(frozen=True)
class _Seen:
    """A region in the form ``Thumbnails`` needs."""

    id: tuple[int, int]
    alpha: Mask


class RegionsSection(Section):
    """A list of the whole edge and its regions; ``chosen`` is emitted with a region's id, None for the whole."""

    chosen = Signal(object)
    addRequested = Signal()  # noqa: N815

    def __init__(self, session: Session) -> None:
        """Make the section, folded: the list, and buttons to add, delete and clear."""
        super().__init__("regionsSection", _said("Regions"), folded=True)
        self._session = session
        self._layer: Layer | None = None
        self._thumbnails = Thumbnails(_PICTURE, self)
        self._thumbnails.made.connect(self._picture)
        self.view = _List()
        self.view.setAccessibleName(_said("Regions"))
        self.view.currentItemChanged.connect(self._choose)
        self.view.itemChanged.connect(self._rename)
        self.view.deleted.connect(self._delete)
        self.add_button = parts.quiet_button("plus", _said("New region"), self.addRequested.emit)
        self.add_button.setToolTip(_said("A part of the edge with a band, colours and controls of its own"))
        self.delete_button = parts.icon_button("trash", _said("Delete region"), self._delete)
        self.clear_button = parts.quiet_button("reset", _said("Clear painted trimap"), self._clear)
        self.clear_button.setToolTip(_said("Take away all that was painted with the refine brush"))
        row = parts.row(self.add_button, self.delete_button)
        row.insertStretch(1)
        self.column.addWidget(self.view)
        self.column.addLayout(row)
        self.column.addWidget(parts.Hint(_said("Choose a region and paint it with the refine brush.")))
        self.column.addWidget(self.clear_button)
        self.clear_button.hide()

    def follow(self, session: Session) -> None:
        """Act on another document's session."""
        self._session = session

    def show_layer(self, layer: Layer | None, region: int | None) -> None:
        """The regions of ``layer``, with this one chosen."""
        self._layer = layer
        regions = layer.regions if layer else ()
        self._fill(regions)
        ids = [None, *(each.id for each in regions)]
        blocked = self.view.blockSignals(True)
        self.view.setCurrentRow(ids.index(region))
        self.view.blockSignals(blocked)
        self.view.setEnabled(layer is not None)
        self.add_button.setEnabled(layer is not None)
        self.delete_button.setEnabled(region is not None)
        self.clear_button.setVisible(layer is not None and layer.hints is not None)
        name = next((each.name for each in regions if each.id == region), "")
        self.note(name or (str(len(regions)) if regions else ""))
        self._picture()

    def dress(self) -> None:
        """Draw the pictures in the colours of the theme in use."""
        blocked = self.view.blockSignals(True)
        self.view.item(0).setIcon(icon("refine"))
        for number in range(1, self.view.count()):
            self.view.item(number).setData(_SEEN, None)
        self.view.blockSignals(blocked)
        self._picture()

    def _fill(self, regions: Sequence[Region]) -> None:
        """Fill the rows; a row that stays the same is left alone, even while its name is being edited."""
        blocked = self.view.blockSignals(True)
        rows: list[tuple[int | None, str]] = [(None, _said("Whole edge")), *((each.id, each.name) for each in regions)]
        while self.view.count() > len(rows):
            self.view.takeItem(self.view.count() - 1)
        for number, (key, name) in enumerate(rows):
            if number == self.view.count():
                self.view.addItem(_item(editable=key is not None))
            item = self.view.item(number)
            if item.data(_ID) != key:
                item.setData(_ID, key)
                item.setData(_SEEN, None)
                item.setIcon(QIcon())
            if item.text() != name:
                item.setText(name)
        if self.view.item(0).icon().isNull():
            self.view.item(0).setIcon(icon("refine"))
        self.view.blockSignals(blocked)
        self.view.setFixedHeight(min(len(rows), _ROWS) * _ROW + 4)

    def _picture(self) -> None:
        """Put the pictures that are ready into their rows, while the section is visible."""
        document, layer = self._session.document, self._layer
        if self.folded or document is None or layer is None:
            return
        blocked = self.view.blockSignals(True)
        for number, region in enumerate(layer.regions, 1):
            seen = self._thumbnails.of(
                _Seen((layer.id, region.id), region.area), document.image, self.devicePixelRatioF()
            )
            item = self.view.item(number)
            if seen is not None and item is not None and item.data(_SEEN) != seen.cacheKey():
                item.setData(_SEEN, seen.cacheKey())
                item.setIcon(QIcon(_framed(seen)))
        self.view.blockSignals(blocked)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(_ID))

    def _rename(self, item: QListWidgetItem) -> None:
        layer, key = self._layer, item.data(_ID)
        if layer is None or key is None:
            return
        self._session.edging.rename_region(layer.id, key, item.text())
        now = self._session.document and self._session.document.layer(layer.id)
        self._fill(now.regions if now else ())  # an empty name is not taken

    def _delete(self) -> None:
        item = self.view.currentItem()
        if self._layer is not None and item is not None and item.data(_ID) is not None:
            self._session.edging.delete_region(self._layer.id, item.data(_ID))

    def _clear(self) -> None:
        if self._layer is not None:
            self._session.edging.clear_hints(self._layer.id)


class _List(QListWidget):
    """Rows of one height; a double click or F2 renames, Delete deletes."""

    deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("regionList")
        self.setIconSize(QSize(_PICTURE, _PICTURE))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self.deleted.emit()
            return
        super().keyPressEvent(event)


def _item(*, editable: bool) -> QListWidgetItem:
    made = QListWidgetItem()
    made.setSizeHint(QSize(0, _ROW))
    if editable:
        made.setFlags(made.flags() | Qt.ItemFlag.ItemIsEditable)
    return made


def _framed(picture: QPixmap) -> QPixmap:
    """A picture on the grey that surrounds photos, so that an empty one shows too."""
    made = QPixmap(picture.size())
    made.setDevicePixelRatio(picture.devicePixelRatio())
    made.fill(QColor(theme.tokens().surround))
    painter = QPainter(made)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return made
